//! One criterion of a selector: what it matches, and how far it reaches along the graph.

use std::collections::BTreeSet;

use crate::diagnostic::{Code, Diagnostic};
use crate::graph::Resolved;
use crate::project::config;
use crate::project::{Node, NodeKind, SourceTable, UniqueId};

/// How a criterion looks at nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Method {
    /// Name, fqn, path or file: whichever matches.
    Bare,
    Fqn,
    Tag,
    Path,
    File,
    Source,
    ResourceType,
    TestName,
    TestType,
    Package,
    Config,
}

const METHODS: [(&str, Method); 10] = [
    ("fqn", Method::Fqn),
    ("tag", Method::Tag),
    ("path", Method::Path),
    ("file", Method::File),
    ("source", Method::Source),
    ("resource_type", Method::ResourceType),
    ("test_name", Method::TestName),
    ("test_type", Method::TestType),
    ("package", Method::Package),
    ("config", Method::Config),
];

/// A parsed criterion.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Criterion {
    method: Method,
    /// `materialized` in `config.materialized:view`.
    key: Option<String>,
    value: String,
    /// Steps up; `None` is no step at all, `Some(None)` is all of them.
    ancestors: Option<Option<usize>>,
    descendants: Option<Option<usize>>,
    /// `@`: descendants with all their ancestors.
    whole_neighbourhood: bool,
}

impl Criterion {
    pub(super) fn parse(text: &str) -> Result<Criterion, Diagnostic> {
        let invalid = |help: &str| {
            Diagnostic::error(
                Code::SelectorInvalid,
                format!("the selector `{text}` does not parse"),
            )
            .help(help.to_owned())
        };
        let (whole_neighbourhood, rest) = match text.strip_prefix('@') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (ancestors, rest) = match rest.split_once('+') {
            Some(("", rest)) => (Some(None), rest),
            Some((steps, rest)) if steps.bytes().all(|byte| byte.is_ascii_digit()) => {
                (Some(steps.parse().ok()), rest)
            }
            _ => (None, rest),
        };
        let (descendants, rest) = match rest.rsplit_once('+') {
            Some((rest, "")) => (Some(None), rest),
            Some((rest, steps)) if steps.bytes().all(|byte| byte.is_ascii_digit()) => {
                (Some(steps.parse().ok()), rest)
            }
            Some(_) => {
                return Err(invalid(
                    "`+` stands before or after a name: `+x`, `x+`, `2+x+1`",
                ));
            }
            None => (None, rest),
        };
        if rest.is_empty() {
            return Err(invalid(
                "name a model, a folder, or a method such as `tag:nightly`",
            ));
        }
        let (method, key, value) = match rest.split_once(':') {
            None => (Method::Bare, None, rest),
            Some((method, value)) => {
                let (name, key) = match method.split_once('.') {
                    Some((name, key)) => (name, Some(key.to_owned())),
                    None => (method, None),
                };
                let Some((_, method)) = METHODS.iter().find(|(known, _)| *known == name) else {
                    let known = METHODS.map(|(known, _)| known);
                    return Err(invalid(&format!("known methods: {}", known.join(", ")))
                        .did_you_mean(name, known));
                };
                (*method, key, value)
            }
        };
        if value.is_empty() || (method == Method::Config && key.is_none()) {
            return Err(invalid(
                "a method needs a value: `tag:nightly`, `config.materialized:view`",
            ));
        }
        Ok(Criterion {
            method,
            key,
            value: value.to_owned(),
            ancestors,
            descendants,
            whole_neighbourhood,
        })
    }

    pub(super) fn find(&self, resolved: &Resolved) -> BTreeSet<UniqueId> {
        let project = resolved.project();
        let nodes = project
            .nodes
            .values()
            .filter(|node| self.matches_node(node))
            .map(|node| node.id.clone());
        let sources = project
            .sources
            .values()
            .filter(|table| self.matches_source(table))
            .map(|table| table.id.clone());
        let matched: BTreeSet<UniqueId> = nodes.chain(sources).collect();
        let graph = &resolved.graph;
        let mut found = matched.clone();
        for id in &matched {
            if let Some(steps) = self.ancestors {
                found.extend(graph.ancestors(id, steps));
            }
            if let Some(steps) = self.descendants {
                found.extend(graph.descendants(id, steps));
            }
            if self.whole_neighbourhood {
                for descendant in graph.descendants(id, None) {
                    found.extend(graph.ancestors(&descendant, None));
                    found.insert(descendant);
                }
                found.extend(graph.ancestors(id, None));
            }
        }
        found
    }

    fn matches_node(&self, node: &Node) -> bool {
        let value = self.value.as_str();
        let path = &*node.file.path;
        match self.method {
            Method::Bare => {
                matches_fqn(value, &node.fully_qualified_name)
                    || matches_text(value, &node.name)
                    || (value.contains('/') && matches_path_of(value, node))
                    || matches_file(value, path)
            }
            Method::Fqn => matches_fqn(value, &node.fully_qualified_name),
            Method::Tag => node.tags().iter().any(|tag| matches_text(value, tag)),
            Method::Path => matches_path_of(value, node),
            Method::File => matches_file(value, path),
            Method::Source => false,
            Method::ResourceType => node.kind.resource_type() == value,
            Method::TestName => match &node.kind {
                NodeKind::GenericTest(test) => matches_text(value, &test.test_name),
                _ => false,
            },
            Method::TestType => match node.kind {
                NodeKind::GenericTest(_) => matches!(value, "generic" | "data" | "schema"),
                NodeKind::SingularTest => matches!(value, "singular" | "data"),
                _ => false,
            },
            Method::Package => value == node.package || value == "this",
            Method::Config => self.matches_config(&node.config),
        }
    }

    fn matches_source(&self, table: &SourceTable) -> bool {
        let value = self.value.as_str();
        match self.method {
            Method::Source => {
                let parts: Vec<&str> = value.split('.').collect();
                let full = [
                    table.package.as_str(),
                    table.source_name.as_str(),
                    table.name.as_str(),
                ];
                match parts.as_slice() {
                    [source] => *source == "*" || matches_text(source, full[1]),
                    [source, name] => matches_text(source, full[1]) && matches_text(name, full[2]),
                    [package, source, name] => {
                        matches_text(package, full[0])
                            && matches_text(source, full[1])
                            && matches_text(name, full[2])
                    }
                    _ => false,
                }
            }
            Method::Tag => config::texts(&table.config, "tags")
                .iter()
                .any(|tag| matches_text(value, tag)),
            Method::Path => matches_path(value, &table.file.path),
            Method::Fqn => matches_fqn(value, &table.fully_qualified_name),
            Method::ResourceType => value == "source",
            Method::Package => value == table.package || value == "this",
            Method::Config => self.matches_config(&table.config),
            Method::Bare => value.contains('/') && matches_path(value, &table.file.path),
            Method::File | Method::TestName | Method::TestType => false,
        }
    }

    fn matches_config(&self, config: &config::ConfigMap) -> bool {
        let keys = self.key.iter().flat_map(|key| key.split('.'));
        let mut current = None;
        for key in keys {
            current = match current {
                None => config.get(key),
                Some(value) => serde_json::Value::get(value, key),
            };
            if current.is_none() {
                return false;
            }
        }
        match current {
            Some(serde_json::Value::String(text)) => text == &self.value,
            Some(serde_json::Value::Array(items)) => items
                .iter()
                .any(|item| item.as_str() == Some(self.value.as_str())),
            Some(other) => self.value.eq_ignore_ascii_case(&other.to_string()),
            None => false,
        }
    }
}

/// A text with `*`, `?` and `[…]` as in a shell.
fn matches_text(pattern: &str, text: &str) -> bool {
    fn matches(pattern: &[char], text: &[char]) -> bool {
        match pattern.split_first() {
            None => text.is_empty(),
            Some(('*', rest)) => (0..=text.len()).any(|skipped| matches(rest, &text[skipped..])),
            Some(('?', rest)) => !text.is_empty() && matches(rest, &text[1..]),
            Some((letter, rest)) => text.first() == Some(letter) && matches(rest, &text[1..]),
        }
    }
    if !pattern.contains(['*', '?']) {
        return pattern == text;
    }
    let pattern: Vec<char> = pattern.chars().collect();
    let text: Vec<char> = text.chars().collect();
    matches(&pattern, &text)
}

/// dbt's fqn: the name alone, or a prefix of the dotted path, with or without the package.
fn matches_fqn(pattern: &str, name: &[String]) -> bool {
    if name.last().is_some_and(|last| matches_text(pattern, last)) {
        return true;
    }
    let parts: Vec<&str> = pattern.split('.').collect();
    let is_prefix = |of: &[String]| {
        parts.len() <= of.len()
            && parts
                .iter()
                .zip(of)
                .all(|(part, text)| matches_text(part, text))
    };
    is_prefix(name) || is_prefix(name.get(1..).unwrap_or_default())
}

/// A file, a folder with all below it, or a pattern.
fn matches_path(pattern: &str, path: &str) -> bool {
    let pattern = pattern.trim_start_matches("./").trim_end_matches('/');
    if pattern.contains(['*', '?']) {
        return matches_text(pattern, path) || matches_text(&format!("{pattern}/*"), path);
    }
    path == pattern
        || path
            .strip_prefix(pattern)
            .is_some_and(|rest| rest.starts_with('/'))
}

/// The node's own file, or the sidecar with its properties.
fn matches_path_of(pattern: &str, node: &Node) -> bool {
    let sidecar = node.patched_at.as_ref().map(|place| &*place.file.path);
    matches_path(pattern, &node.file.path)
        || sidecar.is_some_and(|sidecar| pattern == sidecar && !node.is_test())
}

fn matches_file(pattern: &str, path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    matches_text(pattern, name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operators_parse() {
        let criterion = Criterion::parse("2+tag:x+").unwrap();
        assert_eq!(criterion.ancestors, Some(Some(2)));
        assert_eq!(criterion.descendants, Some(None));
        assert_eq!(criterion.method, Method::Tag);
        assert!(Criterion::parse("@x").unwrap().whole_neighbourhood);
        assert_eq!(Criterion::parse("x+1").unwrap().descendants, Some(Some(1)));
    }

    #[test]
    fn bad_selectors_are_named() {
        for text in ["", "+", "tags:x", "tag:", "config:x", "a+b"] {
            assert!(Criterion::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn patterns_match_as_in_dbt() {
        let name: Vec<String> = ["p", "marts", "core", "dim_x"].map(str::to_owned).to_vec();
        for pattern in [
            "dim_x",
            "dim_*",
            "marts",
            "p.marts",
            "marts.core",
            "marts.*",
        ] {
            assert!(matches_fqn(pattern, &name), "{pattern}");
        }
        assert!(!matches_fqn("core", &name));
        assert!(matches_path("models/marts", "models/marts/a.sql"));
        assert!(!matches_path("models/mart", "models/marts/a.sql"));
        assert!(matches_path("models/*/a.sql", "models/marts/a.sql"));
    }
}
