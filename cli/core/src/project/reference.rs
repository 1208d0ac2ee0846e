//! References written in YAML: `ref('x')`, `source('a', 'b')`, `metric('m')`. Read without running a template.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::Value as Json;

use super::version::Version;

/// A use of a model, seed or snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ModelReference {
    /// Its name.
    pub name: String,
    /// The package it is asked of.
    pub package: Option<String>,
    /// The version it is asked in; without one the latest.
    pub version: Option<Version>,
}

impl ModelReference {
    /// A reference by name alone.
    pub fn named(name: impl Into<String>) -> ModelReference {
        ModelReference {
            name: name.into(),
            package: None,
            version: None,
        }
    }

    /// The name that it is looked up by: with its version, where it has one.
    pub(crate) fn lookup_name(&self) -> Cow<'_, str> {
        match &self.version {
            None => Cow::Borrowed(&self.name),
            Some(version) => Cow::Owned(super::resource::versioned_name(&self.name, version)),
        }
    }
}

/// One reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reference {
    /// `ref('x')`, `ref('package', 'x')`, `ref('x', v=1)`.
    Model(ModelReference),
    /// `source('a', 'b')`.
    Source(String, String),
    /// `metric('m')` or `metric('package', 'm')`: the arguments.
    Metric(Vec<String>),
}

impl Reference {
    /// Reads a reference; anything else is `None`.
    pub fn parse(text: &str) -> Option<Reference> {
        let text = text.trim();
        let text = text
            .strip_prefix("{{")
            .and_then(|inner| inner.strip_suffix("}}"))
            .map_or(text, str::trim);
        let (function, rest) = text.split_once('(')?;
        let (positional, version) = arguments(rest.strip_suffix(')')?)?;
        match (function.trim(), positional.as_slice()) {
            ("ref", [name]) => Some(Reference::Model(ModelReference {
                name: name.clone(),
                package: None,
                version,
            })),
            ("ref", [package, name]) => Some(Reference::Model(ModelReference {
                name: name.clone(),
                package: Some(package.clone()),
                version,
            })),
            ("source", [source, table]) if version.is_none() => {
                Some(Reference::Source(source.clone(), table.clone()))
            }
            ("metric", [_] | [_, _]) if version.is_none() => Some(Reference::Metric(positional)),
            _ => None,
        }
    }
}

/// Text literals by position, and the value of `v=` or `version=`.
fn arguments(text: &str) -> Option<(Vec<String>, Option<Version>)> {
    let mut positional = Vec::new();
    let mut version = None;
    let mut rest = text.trim();
    while !rest.is_empty() {
        let named = ["version", "v"].into_iter().find_map(|name| {
            rest.strip_prefix(name)?
                .trim_start()
                .strip_prefix('=')
                .map(str::trim_start)
        });
        let (value, after) = literal(named.unwrap_or(rest))?;
        match (named, value) {
            (Some(_), value) => version = Version::from_json(&value),
            (None, Json::String(text)) => positional.push(text),
            (None, _) => return None,
        }
        let after = after.trim_start();
        rest = match after.strip_prefix(',') {
            Some(next) => next.trim_start(),
            None if after.is_empty() => after,
            None => return None,
        };
    }
    Some((positional, version))
}

/// A text or number at the start, and what follows it.
fn literal(text: &str) -> Option<(Json, &str)> {
    let quote = text.chars().next()?;
    if quote == '\'' || quote == '"' {
        let inner = &text[1..];
        let end = inner.find(quote)?;
        return Some((Json::String(inner[..end].to_owned()), &inner[end + 1..]));
    }
    let end = text.find([',', ' ', ')']).unwrap_or(text.len());
    let number: serde_json::Number = text[..end].parse().ok()?;
    Some((Json::Number(number), &text[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_read() {
        let versioned = Reference::parse("ref('p', \"x\", v=2)");
        let Some(Reference::Model(model)) = versioned else {
            panic!("a model")
        };
        assert_eq!(model.package.as_deref(), Some("p"));
        assert_eq!(
            model.version.map(|version| version.to_string()).as_deref(),
            Some("2")
        );
        assert_eq!(
            Reference::parse(" source( 'a' , 'b' ) "),
            Some(Reference::Source("a".into(), "b".into()))
        );
        assert_eq!(
            Reference::parse("{{ metric('m') }}"),
            Some(Reference::Metric(vec!["m".into()]))
        );
        for text in [
            "",
            "x",
            "ref()",
            "ref(x)",
            "ref('a'",
            "source('a')",
            "ref('a' 'b')",
        ] {
            assert_eq!(Reference::parse(text), None, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in ".{0,40}") {
            let _ = Reference::parse(&text);
            let _ = Reference::parse(&format!("ref({text})"));
        }
    }
}
