//! `package-lock.yml`: what was resolved, and a hash of what was asked for.

use serde_json::Value as Json;
use sha1::{Digest, Sha1};

use super::request::Requested;
use super::resolve::{Pinned, PinnedPackage};
use crate::yaml::{self, Node, Value};

/// dbt's hash of the entries that are asked for; it changes when the file does.
pub fn lock_hash(requests: &[Requested]) -> String {
    let mut entries: Vec<String> = requests
        .iter()
        .map(|requested| python_json(&requested.hashed()))
        .collect();
    entries.sort();
    base16ct::lower::encode_string(&Sha1::digest(entries.join("\n")))
}

/// The hash that a lock file holds.
pub fn written_hash(lock: &Node) -> Option<String> {
    lock.get("sha1_hash")?.scalar_text()
}

/// The text of a lock file. Addresses are written as they stand in the user's file, with secrets never in them.
pub fn written_lock(packages: &[Pinned], hash: &str) -> String {
    let mut text = "packages:\n".to_owned();
    for pinned in packages {
        let mut entries: Vec<(&str, &str)> = match &pinned.package {
            PinnedPackage::Local { path } => vec![("local", path)],
            PinnedPackage::Git {
                written_url,
                revision,
                subdirectory,
                ..
            } => {
                let mut entries = vec![("git", written_url.as_str()), ("revision", revision)];
                entries.extend(subdirectory.as_deref().map(|path| ("subdirectory", path)));
                entries
            }
            PinnedPackage::Hub {
                package, version, ..
            } => vec![("package", package), ("version", version)],
            PinnedPackage::Tarball { written_url, .. } => vec![("tarball", written_url)],
        };
        entries.push(("name", &pinned.name));
        entries.sort_unstable();
        for (position, (key, value)) in entries.into_iter().enumerate() {
            let lead = if position == 0 { "  - " } else { "    " };
            text.push_str(&format!("{lead}{key}: {}\n", scalar(value)));
        }
    }
    text.push_str(&format!("sha1_hash: {}\n", scalar(hash)));
    text
}

/// A text as a YAML scalar: plain where that means the same text.
pub(super) fn scalar(text: &str) -> String {
    let looks_dated = text.len() >= 8
        && text.as_bytes()[0].is_ascii_digit()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || b"-:TZ ".contains(&byte));
    let reads_as_itself = yaml::parse_text("", text)
        .is_ok_and(|node| matches!(node.value, Value::String(read) if read == text));
    if reads_as_itself && !looks_dated && !text.starts_with(['"', '\'', '%', '@', '`']) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "''"))
    }
}

/// JSON as Python's `json.dumps(…, sort_keys=True)` writes it.
fn python_json(value: &Json) -> String {
    match value {
        Json::Array(items) => {
            let items: Vec<String> = items.iter().map(python_json).collect();
            format!("[{}]", items.join(", "))
        }
        Json::Object(entries) => {
            let mut entries: Vec<(&String, &Json)> = entries.iter().collect();
            entries.sort_by_key(|(name, _)| *name);
            let entries: Vec<String> = entries
                .into_iter()
                .map(|(name, value)| {
                    format!(
                        "{}: {}",
                        ascii(&Json::from(name.as_str())),
                        python_json(value)
                    )
                })
                .collect();
            format!("{{{}}}", entries.join(", "))
        }
        other => ascii(other),
    }
}

/// A scalar with everything but ASCII escaped.
fn ascii(value: &Json) -> String {
    let mut text = String::new();
    for character in value.to_string().chars() {
        if character.is_ascii() {
            text.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                text.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::dependencies::read_requests;
    use crate::profile::SecretRenderer;
    use crate::source::SourceFile;

    #[test]
    fn hashes_are_those_of_dbt() {
        // dbt 1.12.6 gives these entries this hash
        let text = "\
packages:
  - package: dbt-labs/dbt_utils
    version: 1.1.1
  - package: dbt-labs/codegen
    version: [\">=0.9.0\", \"<1.0.0\"]
    install_prerelease: true
  - git: \"https://é.example/x.git\"
    revision: 0.1
    warn-unpinned: false
    subdirectory: a/b
  - git: https://x/y
  - local: ../z
  - tarball: https://x/y.tgz
    name: tt
";
        let file = SourceFile::new("packages.yml", text);
        let root = yaml::parse(&file).unwrap();
        let mut problems = Vec::new();
        let renderer = SecretRenderer::new(&BTreeMap::new(), &serde_json::Map::new());
        let requests = read_requests(&file, &root, &renderer, &mut problems);
        assert!(problems.is_empty(), "{problems:?}");
        assert_eq!(
            lock_hash(&requests),
            "4eb03bdf5cb457a814c88bab354b9717211cbc00"
        );
    }

    #[test]
    fn scalars_are_quoted_where_they_would_be_something_else() {
        assert_eq!(scalar("1.1.1"), "1.1.1");
        assert_eq!(scalar("dbt-labs/dbt_utils"), "dbt-labs/dbt_utils");
        assert_eq!(scalar("1.1"), "'1.1'");
        assert_eq!(scalar("12345678"), "'12345678'");
        assert_eq!(scalar("{{ x }}"), "'{{ x }}'");
        assert_eq!(scalar("it's: x"), "'it''s: x'");
        assert_eq!(scalar("true"), "'true'");
    }
}
