//! From the words of the user to a specification: unions, intersections, and criteria with graph operators.

use crate::diagnostic::{Code, Diagnostic};

/// What is selected.
#[derive(Debug, Clone, PartialEq)]
pub enum Specification {
    /// One criterion.
    Criterion(Criterion),
    /// What any of the parts selects.
    Union(Parts),
    /// What all parts select.
    Intersection(Parts),
    /// What the first part selects and no other does.
    Difference(Parts),
}

/// Parts that are combined.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Parts {
    /// The parts.
    pub parts: Vec<Specification>,
    /// The words of the user; nothing selected is worth a warning then.
    pub written: Option<String>,
    /// Which tests come along.
    pub indirect: Indirect,
}

/// Which tests come along with what is selected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Indirect {
    /// Those that read any of it.
    #[default]
    Eager,
    /// Those all of whose parents are selected.
    Cautious,
    /// Those all of whose parents are selected, or are ancestors of what is.
    Buildable,
    /// None.
    Empty,
}

impl Indirect {
    /// dbt's word for it.
    pub fn parse(word: &str) -> Option<Indirect> {
        Some(match word {
            "eager" => Indirect::Eager,
            "cautious" => Indirect::Cautious,
            "buildable" => Indirect::Buildable,
            "empty" => Indirect::Empty,
            _ => return None,
        })
    }
}

/// How a criterion looks at resources.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is the method of that name")]
pub enum Method {
    Fqn,
    Tag,
    Group,
    Access,
    Source,
    Path,
    File,
    Package,
    Config,
    TestName,
    TestType,
    ResourceType,
    State,
    Exposure,
    Metric,
    Result,
    SourceStatus,
    Version,
    SemanticModel,
    SavedQuery,
    UnitTest,
    Selector,
}

/// All methods with their names.
pub(super) const METHODS: [(&str, Method); 22] = [
    ("fqn", Method::Fqn),
    ("tag", Method::Tag),
    ("group", Method::Group),
    ("access", Method::Access),
    ("source", Method::Source),
    ("path", Method::Path),
    ("file", Method::File),
    ("package", Method::Package),
    ("config", Method::Config),
    ("test_name", Method::TestName),
    ("test_type", Method::TestType),
    ("resource_type", Method::ResourceType),
    ("state", Method::State),
    ("exposure", Method::Exposure),
    ("metric", Method::Metric),
    ("result", Method::Result),
    ("source_status", Method::SourceStatus),
    ("version", Method::Version),
    ("semantic_model", Method::SemanticModel),
    ("saved_query", Method::SavedQuery),
    ("unit_test", Method::UnitTest),
    ("selector", Method::Selector),
];

/// One criterion: a method, a value, and how far it reaches along the graph.
#[derive(Debug, Clone, PartialEq)]
pub struct Criterion {
    /// The words of the user.
    pub written: String,
    /// How it looks at resources.
    pub method: Method,
    /// `materialized` of `config.materialized:view`.
    pub arguments: Vec<String>,
    /// What it looks for.
    pub value: String,
    /// `@`: descendants with all their ancestors.
    pub whole_neighbourhood: bool,
    /// Steps up: `None` is none at all, `Some(None)` all of them.
    pub ancestors: Option<Option<usize>>,
    /// Steps down.
    pub descendants: Option<Option<usize>>,
    /// Which tests come along.
    pub indirect: Indirect,
}

/// The union of the user's words: each, split at spaces, an intersection of what commas join.
///
/// **Errors**: HCW0501 for a criterion that does not parse.
pub fn union(words: &[String], indirect: Indirect) -> Result<Specification, Diagnostic> {
    let mut parts = Vec::new();
    for word in words.iter().flat_map(|word| word.split_whitespace()) {
        let criteria: Result<Vec<Specification>, Diagnostic> = word
            .split(',')
            .map(|part| criterion(part, indirect).map(Specification::Criterion))
            .collect();
        parts.push(Specification::Intersection(Parts {
            parts: criteria?,
            written: Some(word.to_owned()),
            indirect,
        }));
    }
    Ok(Specification::Union(Parts {
        parts,
        written: None,
        indirect,
    }))
}

/// One criterion from its text.
///
/// **Errors**: HCW0501.
pub fn criterion(text: &str, indirect: Indirect) -> Result<Criterion, Diagnostic> {
    let (whole_neighbourhood, rest) = match text.strip_prefix('@') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (ancestors, rest) = match rest.split_once('+') {
        Some((steps, rest)) if is_number(steps) => (Some(steps.parse().ok()), rest),
        _ => (None, rest),
    };
    let (descendants, rest) = match rest.rsplit_once('+') {
        Some((rest, steps)) if is_number(steps) => (Some(steps.parse().ok()), rest),
        _ => (None, rest),
    };
    if whole_neighbourhood && descendants.is_some() {
        return Err(invalid(
            text,
            "`@` before a name and `+` after it say two things: leave one out",
        ));
    }
    let method_of = |name: &str| {
        name.chars()
            .all(|letter| letter.is_alphanumeric() || "_.".contains(letter))
    };
    let (method, arguments, value) = match rest.split_once(':') {
        Some((name, value)) if !name.is_empty() && method_of(name) => {
            let (method, arguments) = method(name).map_err(|help| invalid(text, &help))?;
            (method, arguments, value)
        }
        _ => (default_method(rest), Vec::new(), rest),
    };
    Ok(Criterion {
        written: text.to_owned(),
        method,
        arguments,
        value: value.to_owned(),
        whole_neighbourhood,
        ancestors,
        descendants,
        indirect,
    })
}

/// A method with what stands after its dots.
///
/// **Errors**: what to say of an unknown one.
pub(super) fn method(name: &str) -> Result<(Method, Vec<String>), String> {
    let mut parts = name.split('.');
    let first = parts.next().unwrap_or_default();
    match METHODS.iter().find(|(known, _)| *known == first) {
        Some((_, method)) => Ok((*method, parts.map(str::to_owned).collect())),
        None => {
            let known = METHODS.map(|(known, _)| known);
            Err(match crate::diagnostic::nearest(first, known) {
                Some(near) => {
                    format!("'{first}' is not a valid method name: did you mean `{near}`?")
                }
                None => format!(
                    "'{first}' is not a valid method name; there are {}",
                    known.join(", ")
                ),
            })
        }
    }
}

/// What a value without a method is: a path, a file, or a name.
pub(super) fn default_method(value: &str) -> Method {
    let lower = value.to_ascii_lowercase();
    if value.contains('/') {
        Method::Path
    } else if [".sql", ".py", ".csv"]
        .iter()
        .any(|ending| lower.ends_with(ending))
    {
        Method::File
    } else {
        Method::Fqn
    }
}

fn invalid(text: &str, help: &str) -> Diagnostic {
    Diagnostic::error(
        Code::SelectorInvalid,
        format!("the selector `{text}` does not parse"),
    )
    .help(help)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Criterion {
        criterion(text, Indirect::Eager).unwrap()
    }

    #[test]
    fn operators_parse() {
        let found = parsed("2+tag:x+");
        assert_eq!(found.ancestors, Some(Some(2)));
        assert_eq!(found.descendants, Some(None));
        assert_eq!(found.method, Method::Tag);
        assert!(parsed("@x").whole_neighbourhood);
        assert_eq!(parsed("x+1").descendants, Some(Some(1)));
        assert_eq!(parsed("config.meta.owner:a:b").arguments, ["meta", "owner"]);
        assert_eq!(parsed("config.meta.owner:a:b").value, "a:b");
        assert_eq!(parsed("models/a.sql").method, Method::Path);
        assert_eq!(parsed("a.SQL").method, Method::File);
        assert_eq!(parsed("a+b").value, "a+b");
    }

    #[test]
    fn bad_selectors_are_named() {
        for text in ["tags:x", "@x+", "no_method:x"] {
            assert!(criterion(text, Indirect::Eager).is_err(), "{text}");
        }
    }
}
