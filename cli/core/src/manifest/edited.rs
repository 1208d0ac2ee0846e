//! A manifest after edits of templates that change nothing else: the entries of their nodes show another text.

use std::ops::Range;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value as Json;

use super::{checksum, node};
use crate::partial::{self, Edit};

/// Bytes of a manifest, and what takes their place.
pub type Splice = (Range<usize>, Vec<u8>);

const CHECKSUM: &str = r#""checksum":{"name":"sha256","checksum":"#;
const BY_PATH: &str = r#""checksum":{"name":"path","checksum":"#;
const RAW_CODE: &str = r#""raw_code":"#;

/// What a manifest's bytes are to be replaced by for edits, in the order of their places; `None` where an edit changes
/// more than the text, or the manifest is not as hcw writes it.
pub fn splices(manifest: &[u8], edits: &[Edit]) -> Option<Vec<Splice>> {
    let mut splices = Vec::new();
    for edit in edits {
        let name = serde_json::to_string(&edit.node).ok()?;
        let lead = format!(r#"{name}:{{"database":"#);
        let start = only(manifest, &lead)? + name.len() + 1;
        let mut entry =
            serde_json::Deserializer::from_slice(&manifest[start..]).into_iter::<IgnoredAny>();
        entry.next()?.ok()?;
        let entry = start..start + entry.byte_offset();
        if edit.is_of_seed() {
            match checksum::of_rows(&edit.text, &edit.whole) {
                Some(now) => {
                    let (checksum, _) = text_after(manifest, entry, CHECKSUM)?;
                    splices.push((checksum, serde_json::to_vec(now.get("checksum")?).ok()?));
                }
                // a large seed is known by its path, and was before
                None => {
                    text_after(manifest, entry, BY_PATH)?;
                }
            }
            continue;
        }
        let (raw_code, before) = text_after(manifest, entry.clone(), RAW_CODE)?;
        let (checksum, _) = text_after(manifest, entry, CHECKSUM)?;
        let same = partial::is_same_code(&before, &edit.text)
            && node::config_call(&before) == node::config_call(&edit.text);
        if !same {
            return None;
        }
        let now = checksum::of_text(&edit.whole);
        splices.push((checksum, serde_json::to_vec(now.get("checksum")?).ok()?));
        splices.push((raw_code, serde_json::to_vec(edit.text.trim()).ok()?));
    }
    splices.sort_by_key(|(range, _)| range.start);
    Some(splices)
}

/// The place and the value of the text after a key that an entry has once.
fn text_after(manifest: &[u8], entry: Range<usize>, key: &str) -> Option<(Range<usize>, String)> {
    let start = entry.start + only(manifest.get(entry.clone())?, key)? + key.len();
    let mut reader = serde_json::Deserializer::from_slice(manifest.get(start..entry.end)?);
    let text = String::deserialize(&mut reader).ok()?;
    let length = serde_json::to_string(&text).ok()?.len();
    let range = start..start + length;
    let is_as_written = serde_json::from_slice::<Json>(manifest.get(range.clone())?).ok()?;
    (is_as_written == Json::String(text.clone())).then_some((range, text))
}

/// Where a text stands last.
pub fn last(bytes: &[u8], text: &[u8]) -> Option<usize> {
    memchr::memmem::rfind(bytes, text)
}

/// Where a text stands that stands only once.
fn only(bytes: &[u8], text: &str) -> Option<usize> {
    let mut places = memchr::memmem::find_iter(bytes, text);
    let place = places.next()?;
    places.next().is_none().then_some(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edited(manifest: &str, node: &str, text: &str) -> Option<String> {
        let edit = Edit {
            node: node.to_owned(),
            text: text.to_owned(),
            whole: text.to_owned(),
        };
        let mut bytes = manifest.as_bytes().to_vec();
        for (range, text) in splices(&bytes, &[edit])?.into_iter().rev() {
            bytes.splice(range, text);
        }
        String::from_utf8(bytes).ok()
    }

    #[test]
    fn of_a_seed_the_checksum_changes() {
        let manifest = r#"{"nodes":{"seed.a.b":{"database":"d","checksum":{"name":"sha256","checksum":"old"},"raw_code":"","root_path":"x"}},"parent_map":{"seed.a.b":[]}}"#;
        let now = edited(manifest, "seed.a.b", "n\n1\n");
        let expected = manifest.replace("old", &checksum::sha256("n\n1"));
        assert_eq!(now, Some(expected));
        let large = format!("n\n{}", "1\n".repeat(1 << 20));
        assert_eq!(edited(manifest, "seed.a.b", &large), None);
        let manifest = manifest.replace("sha256", "path");
        assert_eq!(
            edited(&manifest, "seed.a.b", &large),
            Some(manifest.clone())
        );
        assert_eq!(edited(&manifest, "seed.a.b", "n\n1\n"), None);
    }

    #[test]
    fn text_and_checksum_change_and_nothing_else() {
        let manifest = r#"{"nodes":{"model.a.b":{"database":"d","checksum":{"name":"sha256","checksum":"old"},"raw_code":"select \"é\" from {{ c }}","language":"sql"}},"parent_map":{"model.a.b":[]}}"#;
        let now = edited(manifest, "model.a.b", "select \"ü\" from {{ c }}\n");
        let sum = checksum::sha256("select \"ü\" from {{ c }}");
        let expected = manifest.replace("old", &sum).replace('é', "ü");
        assert_eq!(now, Some(expected));
        assert_eq!(edited(manifest, "model.a.b", "select {{ d }}"), None);
        assert_eq!(edited(manifest, "model.a.c", "select {{ c }}"), None);
        let twice = manifest.replace("\"language\":\"sql\"", r#""raw_code":"x""#);
        assert_eq!(edited(&twice, "model.a.b", "select {{ c }}"), None);
        assert_eq!(edited(&manifest[..90], "model.a.b", "select {{ c }}"), None);
    }
}
