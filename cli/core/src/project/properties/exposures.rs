//! Groups and exposures in sidecars.

use serde_json::{Map, Value as Json};

use super::described::{described, rendered, rendered_text, text_list};
use crate::diagnostic::{Code, Diagnostic};
use crate::jinja::YamlRenderer;
use crate::project::config::ConfigMap;
use crate::project::reference::Reference;
use crate::source::{Location, SourceFile};
use crate::yaml::{MapReader, Node};

/// A group as declared.
#[derive(Debug)]
pub(crate) struct GroupDeclaration {
    pub(crate) name: String,
    pub(crate) location: Location,
    pub(crate) owner: Map<String, Json>,
    pub(crate) description: Option<String>,
    pub(crate) config: ConfigMap,
}

/// An exposure as declared.
#[derive(Debug)]
pub(crate) struct ExposureDeclaration {
    pub(crate) name: String,
    pub(crate) location: Location,
    pub(crate) kind: String,
    pub(crate) owner: Map<String, Json>,
    pub(crate) description: String,
    pub(crate) label: Option<String>,
    pub(crate) maturity: Option<String>,
    pub(crate) url: Option<String>,
    pub(crate) meta: ConfigMap,
    pub(crate) tags: Vec<String>,
    pub(crate) config: ConfigMap,
    pub(crate) depends_on: Vec<Reference>,
}

const EXPOSURE_KINDS: [&str; 5] = ["dashboard", "notebook", "analysis", "ml", "application"];
const MATURITIES: [&str; 3] = ["low", "medium", "high"];

/// Reads a group.
pub(super) fn group(
    file: &SourceFile,
    node: &Node,
    renderer: &YamlRenderer<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<GroupDeclaration> {
    let what = super::named("group", node);
    let mut reader = MapReader::new(file, what.as_str(), node, diagnostics);
    let name = reader.located_text("name");
    let description = reader
        .node("description")
        .map(|node| described(file, node, renderer, reader.diagnostics()).text);
    let config = super::config(&mut reader, file, renderer);
    let owner = owner(&mut reader, file, &what, renderer);
    reader.finish();
    let (name, location) = super::required_name(name, file, node, &what, diagnostics)?;
    check_owner(&owner?, &what, &location, diagnostics).map(|owner| GroupDeclaration {
        name,
        location,
        owner,
        description,
        config,
    })
}

/// Reads an exposure.
pub(super) fn exposure(
    file: &SourceFile,
    node: &Node,
    renderer: &YamlRenderer<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<ExposureDeclaration> {
    let what = super::named("exposure", node);
    let mut reader = MapReader::new(file, what.as_str(), node, diagnostics);
    let name = reader.located_text("name");
    let description = reader.node("description").map_or_else(String::new, |node| {
        described(file, node, renderer, reader.diagnostics()).text
    });
    let kind = one_of(&mut reader, "type", &EXPOSURE_KINDS, &what);
    let maturity = one_of(&mut reader, "maturity", &MATURITIES, &what);
    let label = rendered_text(&mut reader, file, renderer, "label");
    let url = rendered_text(&mut reader, file, renderer, "url");
    let meta = match rendered(&mut reader, file, renderer, "meta") {
        Some(Json::Object(meta)) => meta,
        _ => ConfigMap::new(),
    };
    let tags = text_list(rendered(&mut reader, file, renderer, "tags"));
    let config = super::config_only(&mut reader, file, renderer);
    let owner = owner(&mut reader, file, &what, renderer);
    let mut depends_on = Vec::new();
    for node in reader.list("depends_on") {
        let text = node.scalar_text().unwrap_or_default();
        match Reference::parse(&text) {
            Some(reference) => depends_on.push(reference),
            None => reader.diagnostics().push(
                // as in dbt it depends on nothing then
                Diagnostic::warning(
                    Code::ConfigInvalid,
                    format!("`{text}` is no reference of {what}, and is left out"),
                )
                .at(file.at(node.range.clone()))
                .help("one of `ref('model')`, `source('source', 'table')`, `metric('metric')`"),
            ),
        }
    }
    reader.finish();
    let (name, location) = super::required_name(name, file, node, &what, diagnostics)?;
    if !name
        .chars()
        .all(|letter| letter.is_alphanumeric() || letter == '_')
    {
        diagnostics.push(
            Diagnostic::warning(
                Code::Deprecated,
                format!("the name of the exposure `{name}` has more than letters, digits and `_`"),
            )
            .named("ExposureNameDeprecation")
            .at(location.clone())
            .help("what people read is its `label`"),
        );
    }
    let Some(kind) = kind else {
        if node.get("type").is_none() {
            diagnostics.push(
                Diagnostic::error(Code::YamlType, format!("{what} has no `type`"))
                    .at(location)
                    .help(format!("one of {}", EXPOSURE_KINDS.join(", "))),
            );
        }
        return None;
    };
    check_owner(&owner?, &what, &location, diagnostics).map(|owner| ExposureDeclaration {
        name,
        location,
        kind,
        owner,
        description,
        label,
        maturity,
        url,
        meta,
        tags,
        config,
        depends_on,
    })
}

fn owner(
    reader: &mut MapReader<'_, '_>,
    file: &SourceFile,
    what: &str,
    renderer: &YamlRenderer<'_>,
) -> Option<Map<String, Json>> {
    match rendered(reader, file, renderer, "owner") {
        Some(Json::Object(owner)) => Some(owner),
        Some(_) => {
            let node = reader.node("owner")?;
            let location = file.at(node.range.clone());
            reader.diagnostics().push(
                Diagnostic::error(
                    Code::YamlType,
                    format!("`owner` of {what} must be a mapping"),
                )
                .at(location),
            );
            None
        }
        None => Some(Map::new()),
    }
}

/// An owner has a name or an address; both keys are there afterwards.
fn check_owner(
    owner: &Map<String, Json>,
    what: &str,
    location: &Location,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Map<String, Json>> {
    let is_given = |key: &str| owner.get(key).is_some_and(|value| !value.is_null());
    if !is_given("name") && !is_given("email") {
        diagnostics.push(
            Diagnostic::error(
                Code::ConfigInvalid,
                format!("the owner of {what} has neither `name` nor `email`"),
            )
            .at(location.clone())
            .help("write `owner: {name: …, email: …}`"),
        );
        return None;
    }
    let mut owner = owner.clone();
    for key in ["name", "email"] {
        owner.entry(key).or_insert(Json::Null);
    }
    Some(owner)
}

fn one_of(
    reader: &mut MapReader<'_, '_>,
    key: &'static str,
    known: &[&'static str],
    what: &str,
) -> Option<String> {
    let (text, location) = reader.located_text(key)?;
    let text = text.to_lowercase();
    if known.contains(&text.as_str()) {
        return Some(text);
    }
    reader.diagnostics().push(
        Diagnostic::error(
            Code::ConfigInvalid,
            format!("unknown `{key}: {text}` of {what}"),
        )
        .at(location)
        .help(format!("one of {}", known.join(", ")))
        .did_you_mean(&text, known.iter().copied()),
    );
    None
}
