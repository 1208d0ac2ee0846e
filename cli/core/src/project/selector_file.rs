//! `selectors.yml`: named selections, parsed into a value; `select/` gives it a meaning.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Location, SourceFile};
use crate::yaml::{self, MapReader, Node, Value};

/// The name of the file in the project's folder.
pub const SELECTOR_FILE: &str = "selectors.yml";

/// All selectors by name.
pub type Selectors = BTreeMap<String, Selector>;

/// A named selection.
#[derive(Debug, Clone, PartialEq)]
pub struct Selector {
    /// Its name, for `--selector`.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// Whether it applies when nothing is selected.
    pub is_default: bool,
    /// Whether it says so, or that it does not.
    pub declares_default: bool,
    /// What it selects.
    pub definition: SelectorDefinition,
    /// Where its name is written.
    pub location: Location,
}

/// What a selector selects.
#[derive(Debug, Clone, PartialEq)]
pub enum SelectorDefinition {
    /// One criterion.
    Criterion(SelectorCriterion),
    /// What any part selects, less what the exclusions select.
    Union(SelectorParts),
    /// What all parts select, less what the exclusions select.
    Intersection(SelectorParts),
}

/// The parts of a union or intersection.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SelectorParts {
    /// What counts in.
    pub included: Vec<SelectorDefinition>,
    /// What is taken out again.
    pub excluded: Vec<SelectorDefinition>,
}

/// One criterion: method, value and graph operators.
#[derive(Debug, Clone, PartialEq)]
pub struct SelectorCriterion {
    /// `tag`, `config.materialized`, `selector`, …; `fqn` where none is given.
    pub method: String,
    /// The method's value.
    pub value: String,
    /// `@`.
    pub childrens_parents: bool,
    /// `+x`.
    pub parents: bool,
    /// `2+x`.
    pub parents_depth: Option<u64>,
    /// `x+`.
    pub children: bool,
    /// `x+2`.
    pub children_depth: Option<u64>,
    /// `eager`, `cautious`, `buildable` or `empty`.
    pub indirect_selection: Option<String>,
    /// `exclude:` beside the criterion.
    pub excluded: Vec<SelectorDefinition>,
    /// Where it is written.
    pub location: Location,
}

/// Reads `selectors.yml`.
///
/// **Errors**: HCW0501 for definitions that mean nothing, HCW0109 for a default given twice. Of two of one name
/// the last counts, as in dbt, with a warning.
pub(super) fn parse(file: &SourceFile, diagnostics: &mut Vec<Diagnostic>) -> Selectors {
    let mut selectors = Selectors::new();
    let root = match yaml::parse(file) {
        Ok(root) => root,
        Err(diagnostic) => {
            diagnostics.push(diagnostic);
            return selectors;
        }
    };
    let mut reader = MapReader::new(file, format!("`{}`", file.path), &root, diagnostics);
    let nodes = reader.list("selectors");
    reader.node("version");
    reader.finish();
    let mut default: Option<Location> = None;
    for node in nodes {
        let Some(selector) = selector(file, node, diagnostics) else {
            continue;
        };
        if selector.is_default {
            if let Some(first) = &default {
                diagnostics.push(
                    Diagnostic::error(Code::DuplicateName, "two selectors are the default")
                        .at(selector.location.clone())
                        .related("the other one", first.clone()),
                );
            }
            default = Some(selector.location.clone());
        }
        if let Some(first) = selectors.get(&selector.name) {
            let message = format!(
                "two selectors are named `{}`, and the last counts",
                selector.name
            );
            diagnostics.push(
                Diagnostic::warning(Code::DuplicateName, message)
                    .at(selector.location.clone())
                    .related("first here", first.location.clone()),
            );
        }
        selectors.insert(selector.name.clone(), selector);
    }
    selectors
}

fn selector(file: &SourceFile, node: &Node, diagnostics: &mut Vec<Diagnostic>) -> Option<Selector> {
    let mut reader = MapReader::new(file, "a selector", node, diagnostics);
    let name = reader.located_text("name");
    let description = reader.text("description");
    let declares_default = reader.node("default").is_some();
    let is_default = match reader.node("default") {
        None => false,
        Some(node) => match &node.value {
            Value::Bool(flag) => *flag,
            // dbt renders a template here; a text that is one cannot be decided before
            _ => node
                .as_str()
                .is_some_and(|text| text.eq_ignore_ascii_case("true")),
        },
    };
    let definition = reader.node("definition");
    reader.finish();
    let Some((name, location)) = name else {
        diagnostics.push(
            Diagnostic::error(Code::SelectorInvalid, "a selector has no `name`")
                .at(file.at(node.range.clone())),
        );
        return None;
    };
    let Some(definition) = definition else {
        diagnostics.push(
            Diagnostic::error(
                Code::SelectorInvalid,
                format!("the selector `{name}` has no `definition`"),
            )
            .at(location),
        );
        return None;
    };
    let definition = self::definition(file, &name, definition, diagnostics)?;
    Some(Selector {
        name,
        description,
        is_default,
        declares_default,
        definition,
        location,
    })
}

fn definition(
    file: &SourceFile,
    of: &str,
    node: &Node,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<SelectorDefinition> {
    let invalid = |message: String, node: &Node| {
        Diagnostic::error(Code::SelectorInvalid, message)
            .at(file.at(node.range.clone()))
            .help("a text such as `tag:daily+`, a mapping with `method` and `value`, `union` or `intersection`")
    };
    match &node.value {
        Value::String(text) => match from_text(file, node, text) {
            Some(criterion) => Some(SelectorDefinition::Criterion(criterion)),
            None => {
                diagnostics.push(invalid(format!("`{text}` is no selection"), node));
                None
            }
        },
        Value::Mapping(entries) if entries.iter().any(|(key, _)| key.name == "method") => {
            criterion(file, of, node, diagnostics).map(SelectorDefinition::Criterion)
        }
        Value::Mapping(entries) => match entries.as_slice() {
            [(key, parts)] if key.name == "union" || key.name == "intersection" => {
                let Value::Sequence(items) = &parts.value else {
                    diagnostics.push(invalid(
                        format!("`{}` of the selector `{of}` must be a list", key.name),
                        parts,
                    ));
                    return None;
                };
                let parts = parts_of(file, of, items, diagnostics)?;
                Some(if key.name == "union" {
                    SelectorDefinition::Union(parts)
                } else {
                    SelectorDefinition::Intersection(parts)
                })
            }
            [(key, value)] => match value.scalar_text() {
                Some(value) => Some(SelectorDefinition::Criterion(plain(
                    &key.name,
                    value,
                    file.at(key.range.clone()),
                ))),
                None => {
                    diagnostics.push(invalid(
                        format!("`{}` of the selector `{of}` must be a text", key.name),
                        value,
                    ));
                    None
                }
            },
            _ => {
                diagnostics.push(invalid(
                    format!("a part of the selector `{of}` has no `method`"),
                    node,
                ));
                None
            }
        },
        _ => {
            diagnostics.push(invalid(
                format!("a part of the selector `{of}` is {}", node.kind()),
                node,
            ));
            None
        }
    }
}

fn parts_of(
    file: &SourceFile,
    of: &str,
    items: &[Node],
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<SelectorParts> {
    let mut parts = SelectorParts::default();
    for item in items {
        match item.get("exclude").map(|node| &node.value) {
            Some(Value::Sequence(excluded)) if item.get("method").is_none() => {
                if !parts.excluded.is_empty() {
                    diagnostics.push(
                        Diagnostic::error(
                            Code::SelectorInvalid,
                            format!("the selector `{of}` has more than one `exclude` in a list"),
                        )
                        .at(file.at(item.range.clone()))
                        .help("join them into one list"),
                    );
                    return None;
                }
                for node in excluded {
                    parts
                        .excluded
                        .push(definition(file, of, node, diagnostics)?);
                }
            }
            _ => parts
                .included
                .push(definition(file, of, item, diagnostics)?),
        }
    }
    Some(parts)
}

fn criterion(
    file: &SourceFile,
    of: &str,
    node: &Node,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<SelectorCriterion> {
    let what = format!("the selector `{of}`");
    let mut reader = MapReader::new(file, what, node, diagnostics);
    let method = reader.text("method")?;
    let value = reader.text("value").unwrap_or_default();
    let childrens_parents = reader.flag("childrens_parents").unwrap_or(false);
    let parents = reader.flag("parents").unwrap_or(false);
    let children = reader.flag("children").unwrap_or(false);
    let mut depth = |key| match reader.node(key).map(|node| &node.value) {
        Some(Value::Integer(depth)) => u64::try_from(*depth).ok(),
        _ => None,
    };
    let parents_depth = depth("parents_depth");
    let children_depth = depth("children_depth");
    let indirect_selection = reader.text("indirect_selection");
    let exclude_nodes = reader.list("exclude");
    reader.finish();
    let mut excluded = Vec::new();
    for node in exclude_nodes {
        excluded.push(definition(file, of, node, diagnostics)?);
    }
    Some(SelectorCriterion {
        childrens_parents,
        parents,
        parents_depth,
        children,
        children_depth,
        indirect_selection,
        excluded,
        ..plain(&method, value, file.at(node.range.clone()))
    })
}

fn plain(method: &str, value: String, location: Location) -> SelectorCriterion {
    SelectorCriterion {
        method: method.to_owned(),
        value,
        childrens_parents: false,
        parents: false,
        parents_depth: None,
        children: false,
        children_depth: None,
        indirect_selection: None,
        excluded: Vec::new(),
        location,
    }
}

/// A criterion as on the command line: `@`, `2+`, `method:`, value, `+1`.
fn from_text(file: &SourceFile, node: &Node, text: &str) -> Option<SelectorCriterion> {
    let (childrens_parents, mut rest) = match text.strip_prefix('@') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let mut parents = false;
    let mut parents_depth = None;
    if let Some((before, after)) = rest.split_once('+')
        && before.bytes().all(|byte| byte.is_ascii_digit())
    {
        parents = true;
        parents_depth = before.parse().ok();
        rest = after;
    }
    let mut children = false;
    let mut children_depth = None;
    if let Some((before, after)) = rest.rsplit_once('+')
        && after.bytes().all(|byte| byte.is_ascii_digit())
    {
        children = true;
        children_depth = after.parse().ok();
        rest = before;
    }
    let is_method = |method: &str| {
        !method.is_empty()
            && method
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.'))
    };
    let (method, value) = match rest.split_once(':') {
        Some((method, value)) if is_method(method) => (method, value),
        _ if rest.contains(['/', '\\']) => ("path", rest),
        _ => {
            let is_file = [".sql", ".py", ".csv"]
                .iter()
                .any(|end| rest.ends_with(end));
            (if is_file { "file" } else { "fqn" }, rest)
        }
    };
    if value.is_empty() {
        return None;
    }
    Some(SelectorCriterion {
        childrens_parents,
        parents,
        parents_depth,
        children,
        children_depth,
        ..plain(method, value.to_owned(), file.at(node.range.clone()))
    })
}

impl Selector {
    /// The selector as `manifest.json` shows it.
    pub fn to_json(&self) -> Json {
        let mut entry = Map::new();
        entry.insert("name".to_owned(), json!(self.name));
        entry.insert("definition".to_owned(), self.definition.to_json());
        if let Some(description) = &self.description {
            entry.insert("description".to_owned(), json!(description));
        }
        if self.declares_default {
            entry.insert("default".to_owned(), json!(self.is_default));
        }
        Json::Object(entry)
    }
}

impl SelectorDefinition {
    fn to_json(&self) -> Json {
        match self {
            SelectorDefinition::Criterion(criterion) => criterion.to_json(),
            SelectorDefinition::Union(parts) => json!({"union": parts.to_json()}),
            SelectorDefinition::Intersection(parts) => json!({"intersection": parts.to_json()}),
        }
    }
}

impl SelectorParts {
    fn to_json(&self) -> Json {
        let mut items: Vec<Json> = self
            .included
            .iter()
            .map(SelectorDefinition::to_json)
            .collect();
        if !self.excluded.is_empty() {
            items.push(json!({"exclude": exclusions(&self.excluded)}));
        }
        Json::Array(items)
    }
}

fn exclusions(excluded: &[SelectorDefinition]) -> Vec<Json> {
    excluded.iter().map(SelectorDefinition::to_json).collect()
}

impl SelectorCriterion {
    fn to_json(&self) -> Json {
        let mut entry = Map::new();
        entry.insert("method".to_owned(), json!(self.method));
        entry.insert("value".to_owned(), json!(self.value));
        for (name, is_set) in [
            ("childrens_parents", self.childrens_parents),
            ("parents", self.parents),
            ("children", self.children),
        ] {
            if is_set {
                entry.insert(name.to_owned(), json!(true));
            }
        }
        for (name, depth) in [
            ("parents_depth", self.parents_depth),
            ("children_depth", self.children_depth),
        ] {
            if let Some(depth) = depth {
                entry.insert(name.to_owned(), json!(depth));
            }
        }
        if let Some(indirect) = &self.indirect_selection {
            entry.insert("indirect_selection".to_owned(), json!(indirect));
        }
        if !self.excluded.is_empty() {
            entry.insert("exclude".to_owned(), json!(exclusions(&self.excluded)));
        }
        Json::Object(entry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> (Selectors, Vec<String>) {
        let mut diagnostics = Vec::new();
        let selectors = parse(&SourceFile::new(SELECTOR_FILE, text), &mut diagnostics);
        (
            selectors,
            diagnostics
                .into_iter()
                .map(|diagnostic| diagnostic.message)
                .collect(),
        )
    }

    #[test]
    fn definitions_are_those_of_dbt() {
        let (selectors, problems) = parsed(
            "selectors:\n- name: daily\n  default: true\n  definition:\n    union:\n    - '2+tag:daily+'\n    - tag: x\n    - intersection: [models/marts, {method: config.materialized, value: view, parents: true}]\n    - exclude: ['@a']\n",
        );
        assert_eq!(problems, Vec::<String>::new());
        assert_eq!(
            selectors["daily"].to_json(),
            json!({"name": "daily", "default": true, "definition": {"union": [
                {"method": "tag", "value": "daily", "parents": true, "parents_depth": 2, "children": true},
                {"method": "tag", "value": "x"},
                {"intersection": [
                    {"method": "path", "value": "models/marts"},
                    {"method": "config.materialized", "value": "view", "parents": true},
                ]},
                {"exclude": [{"method": "fqn", "value": "a", "childrens_parents": true}]},
            ]}})
        );
    }

    #[test]
    fn what_means_nothing_is_named() {
        let (_, problems) = parsed(
            "selectors:\n- definition: a\n- name: a\n- {name: b, definition: 3}\n- {name: c, definition: {x: 1, y: 2}}\n- {name: d, definition: 'tag:', default: true}\n- {name: e, definition: e, default: true}\n- {name: e, definition: e, default: true}\n",
        );
        insta::assert_snapshot!(problems.join("\n"), @r"
        a selector has no `name`
        the selector `a` has no `definition`
        a part of the selector `b` is a number
        a part of the selector `c` has no `method`
        `tag:` is no selection
        two selectors are the default
        two selectors are named `e`, and the last counts
        ");
    }
}
