//! The variables and environment variables that templates name, with their values.

use serde_json::{Map, Value as Json, json};

use crate::project::Project;

/// The values of what texts of a package ask for with `var('…')` and `env_var('…')`; with a name that is computed
/// all variables count.
pub(super) fn values<'text>(
    project: &Project,
    package: &str,
    texts: impl Iterator<Item = &'text str>,
) -> Map<String, Json> {
    let shared = &project.shared;
    let mut values = Map::new();
    for text in texts {
        for (function, name) in calls(text) {
            let names: Vec<&str> = match name {
                Some(name) => vec![name],
                None if function == "var" => shared.var_names(package).collect(),
                None => Vec::new(),
            };
            for name in names {
                let value = match function {
                    "var" => json!(shared.var(package, name)),
                    _ => json!(project.settings().environment.get(name)),
                };
                values.insert(format!("{function} {name}"), value);
            }
        }
    }
    values
}

/// The calls of the two functions: which, and the name where it is written out.
fn calls(text: &str) -> Vec<(&'static str, Option<&str>)> {
    let mut found = Vec::new();
    for (position, _) in text.match_indices("var") {
        let before = &text[..position];
        let function = if before.ends_with("env_") {
            "env_var"
        } else {
            "var"
        };
        let before = before.strip_suffix("env_").unwrap_or(before);
        let is_part = before.ends_with(|letter: char| letter.is_alphanumeric() || letter == '_');
        let rest = text[position + "var".len()..].trim_start();
        if is_part || !rest.starts_with(['(', '.']) {
            continue;
        }
        let argument = rest
            .split_once('(')
            .map_or("", |(_, rest)| rest)
            .trim_start();
        let argument = argument.strip_prefix('\\').unwrap_or(argument);
        let name = argument
            .strip_prefix(['\'', '"'])
            .and_then(|rest| rest.split(['\'', '"', '\\']).next());
        found.push((function, name));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::calls;

    #[test]
    fn names_are_found() {
        assert_eq!(
            calls(
                "{{ var('a') }} {{var( \"b\", 1)}} {{ env_var('C') }} {{ var(x) }} {{ var.has_var('d') }} my_var('e') variance(1)"
            ),
            [
                ("var", Some("a")),
                ("var", Some("b")),
                ("env_var", Some("C")),
                ("var", None),
                ("var", Some("d"))
            ]
        );
    }
}
