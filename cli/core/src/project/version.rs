//! Versions of models: numbers or texts, compared and shown as dbt does.

use std::cmp::Ordering;
use std::fmt;

use serde::{Serialize, Serializer};
use serde_json::Value as Json;

use crate::yaml::{Node, Value};

/// A model's version: `1`, `1.5` or `beta`.
#[derive(Debug, Clone)]
pub struct Version(Json);

impl Version {
    /// The version that a YAML scalar or a template's value says.
    pub fn from_json(value: &Json) -> Option<Version> {
        match value {
            Json::Number(_) | Json::String(_) => Some(Version(value.clone())),
            _ => None,
        }
    }

    /// The version that a YAML node says.
    pub fn from_node(node: &Node) -> Option<Version> {
        match &node.value {
            Value::Integer(_) | Value::Float(_) | Value::String(_) => {
                Version::from_json(&node.to_json())
            }
            _ => None,
        }
    }

    /// The version as JSON, a number or a text.
    pub fn as_json(&self) -> &Json {
        &self.0
    }

    /// The highest of some versions: by number where all are numbers, else by text.
    pub fn highest<'version>(
        versions: impl IntoIterator<Item = &'version Version>,
    ) -> Option<&'version Version> {
        let versions: Vec<&Version> = versions.into_iter().collect();
        let by_number = versions.iter().all(|version| version.number().is_some());
        versions.into_iter().max_by(|left, right| {
            if by_number {
                left.number()
                    .partial_cmp(&right.number())
                    .unwrap_or(Ordering::Equal)
            } else {
                left.to_string().cmp(&right.to_string())
            }
        })
    }

    fn number(&self) -> Option<f64> {
        match &self.0 {
            Json::Number(number) => number.as_f64(),
            Json::String(text) => text.parse().ok(),
            _ => None,
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Json::String(text) => formatter.write_str(text),
            other => write!(formatter, "{other}"),
        }
    }
}

/// As in `ref`, a version is what it is written as: `v='1'` finds version 1.
impl PartialEq for Version {
    fn eq(&self, other: &Version) -> bool {
        self.to_string() == other.to_string()
    }
}

impl Eq for Version {}

impl Serialize for Version {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn versions(values: &[Json]) -> Vec<Version> {
        values.iter().filter_map(Version::from_json).collect()
    }

    #[test]
    fn the_highest_number_is_the_latest() {
        let numbers = versions(&[json!(9), json!(10), json!(2.5)]);
        assert_eq!(
            Version::highest(&numbers)
                .map(ToString::to_string)
                .as_deref(),
            Some("10")
        );
        let texts = versions(&[json!("alpha"), json!("beta"), json!(1)]);
        assert_eq!(
            Version::highest(&texts).map(ToString::to_string).as_deref(),
            Some("beta")
        );
    }

    #[test]
    fn a_version_is_found_as_number_and_as_text() {
        assert_eq!(
            Version::from_json(&json!("1")),
            Version::from_json(&json!(1))
        );
        assert_eq!(Version::from_json(&json!([1])), None);
    }
}
