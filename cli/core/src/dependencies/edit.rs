//! Adds an entry to `packages.yml`.

use serde_json::{Map, Value as Json};

use super::lock::scalar;

/// The text of a file with a package added; entries for the same package go away, whatever they took it from.
pub fn with_package(present: Json, key: &str, name: &str, version: Option<&str>) -> String {
    let mut root = match present {
        Json::Object(root) => root,
        _ => Map::new(),
    };
    let mut packages = match root.remove("packages") {
        Some(Json::Array(packages)) => packages,
        _ => Vec::new(),
    };
    packages.retain(|entry| !is_same(entry, name));
    let mut entry = Map::new();
    entry.insert(key.to_owned(), name.into());
    if let Some(version) = version {
        let version = match version.split_once(',') {
            Some(_) => Json::Array(version.split(',').map(Json::from).collect()),
            None => Json::from(version),
        };
        let key = if key == "git" { "revision" } else { "version" };
        entry.insert(key.to_owned(), version);
    }
    packages.push(Json::Object(entry));
    root.insert("packages".to_owned(), Json::Array(packages));
    let mut text = String::new();
    mapping(&root, 0, &mut text);
    text
}

/// Whether an entry is for the package of a name; hyphens and underscores are one letter there.
fn is_same(entry: &Json, name: &str) -> bool {
    let Some(place) = ["package", "git", "local", "tarball"]
        .iter()
        .find_map(|key| entry.get(key)?.as_str())
    else {
        return false;
    };
    let place = place.replace('-', "_");
    let short = name.rsplit('/').next().unwrap_or(name);
    [name, short].iter().any(|name| {
        let name = name.replace('-', "_");
        place.match_indices(name.as_str()).any(|(start, found)| {
            let before = place[..start].chars().next_back();
            let after = place[start + found.len()..].chars().next();
            before.is_none_or(|letter| "/.".contains(letter))
                && after.is_none_or(|letter| "/.".contains(letter))
        })
    })
}

fn mapping(entries: &Map<String, Json>, indent: usize, text: &mut String) {
    for (position, (key, value)) in entries.iter().enumerate() {
        if position > 0 || indent == 0 {
            text.push_str(&" ".repeat(indent));
        }
        text.push_str(&scalar(key));
        text.push(':');
        block(value, indent, text);
    }
}

/// What stands after a key or a dash.
fn block(value: &Json, indent: usize, text: &mut String) {
    match value {
        Json::Array(items) if !items.is_empty() => {
            text.push('\n');
            for item in items {
                text.push_str(&" ".repeat(indent + 2));
                text.push('-');
                match item {
                    Json::Object(entries) if !entries.is_empty() => {
                        text.push(' ');
                        mapping(entries, indent + 4, text);
                    }
                    item => block(item, indent + 2, text),
                }
            }
        }
        Json::Object(entries) if !entries.is_empty() => {
            text.push('\n');
            text.push_str(&" ".repeat(indent + 2));
            mapping(entries, indent + 2, text);
        }
        Json::String(plain) => text.push_str(&format!(" {}\n", scalar(plain))),
        other => text.push_str(&format!(" {other}\n")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_added_package_takes_the_place_of_its_like() {
        let present = json!({"packages": [
            {"git": "https://example.org/dbt-labs/dbt-utils.git", "revision": "1.0.0"},
            {"package": "x/dbt_utils_more", "version": [">=1.0.0", "<2.0.0"]},
        ]});
        insta::assert_snapshot!(
            with_package(present, "package", "dbt-labs/dbt_utils", Some("1.3.0")),
            @r"
        packages:
          - package: x/dbt_utils_more
            version:
              - '>=1.0.0'
              - <2.0.0
          - package: dbt-labs/dbt_utils
            version: 1.3.0
        "
        );
        insta::assert_snapshot!(
            with_package(Json::Null, "package", "a/b", Some(">=1.0.0,<2.0.0")),
            @r"
        packages:
          - package: a/b
            version:
              - '>=1.0.0'
              - <2.0.0
        "
        );
    }
}
