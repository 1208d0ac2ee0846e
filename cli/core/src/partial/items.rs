//! The entries of a sidecar's lists as stretches of its text, so that one of them can be read without the others. Only
//! for sidecars that are written as most are: keys at the first column, and below them lists in block style.

use std::collections::BTreeSet;
use std::ops::Range;

use serde::{Deserialize, Serialize};

/// Lists whose entries are about one node each.
const OF_NODES: [&str; 6] = [
    "models",
    "seeds",
    "snapshots",
    "analyses",
    "data_tests",
    "tests",
];
/// Lists whose entries no node needs.
const OF_OTHERS: [&str; 5] = [
    "exposures",
    "unit_tests",
    "metrics",
    "semantic_models",
    "saved_queries",
];
/// What makes one place of a file depend on another.
const ANCHORS: [&str; 5] = [": &", "- &", ": *", "- *", "<<:"];
/// What makes an entry be about more than its node.
const SEMANTIC_MODEL: &str = "semantic_model:";

/// An entry of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Item {
    pub(super) key: String,
    pub(super) name: String,
    pub(super) range: Range<usize>,
}

impl Item {
    /// Whether it is about a node.
    pub(super) fn is_of_node(&self) -> bool {
        OF_NODES.contains(&&*self.key)
    }
}

/// A sidecar's entries; `None` where they cannot be told apart.
pub(super) fn items(text: &str) -> Option<Vec<Item>> {
    let is_woven = ANCHORS.iter().any(|anchor| text.contains(anchor));
    if is_woven || text.contains('\t') || text.contains(SEMANTIC_MODEL) {
        return None;
    }
    let mut items: Vec<Item> = Vec::new();
    // the list that is being read, and how far its entries are indented
    let mut list: Option<(&str, Option<usize>)> = None;
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let start = offset;
        offset += line.len();
        let content = line.trim_end();
        let indent = content.len() - content.trim_start().len();
        let rest = content.trim_start();
        if rest.is_empty() || rest.starts_with('#') {
            continue;
        }
        let is_entry = rest.starts_with("- ");
        if indent == 0 && !is_entry {
            close(&mut items, start);
            list = key_of(rest)?;
            continue;
        }
        let Some((key, depth)) = &mut list else {
            // the value of a key that is no list
            continue;
        };
        let depth = *depth.get_or_insert(indent);
        if is_entry && indent == depth {
            close(&mut items, start);
            items.push(Item {
                key: (*key).to_owned(),
                name: String::new(),
                range: start..usize::MAX,
            });
        } else if indent <= depth {
            return None;
        }
        let own = rest.strip_prefix("- ").filter(|_| indent == depth);
        let own = own.or_else(|| Some(rest).filter(|_| indent == depth + 2));
        if let (Some(name), Some(item)) = (
            own.and_then(|own| own.strip_prefix("name:")),
            items.last_mut(),
        ) {
            item.name = name_of(name)?;
        }
    }
    close(&mut items, text.len());
    let names: BTreeSet<(&str, &str)> =
        items.iter().map(|item| (&*item.key, &*item.name)).collect();
    let is_clear = names.len() == items.len() && items.iter().all(|item| !item.name.is_empty());
    is_clear.then_some(items)
}

/// The last entry ends where something else begins.
fn close(items: &mut [Item], end: usize) {
    if let Some(item) = items.last_mut().filter(|item| item.range.end == usize::MAX) {
        item.range.end = end;
    }
}

/// The list that a line at the first column begins; none for other keys. `None` for a line that is no such key.
#[allow(clippy::option_option)]
fn key_of(line: &str) -> Option<Option<(&str, Option<usize>)>> {
    if line == "---" {
        return Some(None);
    }
    let (key, value) = line.split_once(':')?;
    let is_list = OF_NODES.contains(&key) || OF_OTHERS.contains(&key);
    let value = value.trim_start();
    match (is_list, value.is_empty() || value.starts_with('#')) {
        (true, true) => Some(Some((key, None))),
        (true, false) => None,
        (false, _) => Some(None),
    }
}

/// A name that is written plainly.
fn name_of(value: &str) -> Option<String> {
    let value = value.split(" #").next().unwrap_or_default().trim();
    let quoted = ['"', '\'']
        .iter()
        .find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote));
    let name = quoted.unwrap_or(value);
    let is_plain = |letter: char| letter.is_alphanumeric() || "_-. $".contains(letter);
    (!name.is_empty() && name.chars().all(is_plain)).then(|| name.to_owned())
}

/// A sidecar's text with blanks instead of the entries that are not kept, and of lists of which none is; every other
/// letter stays where it is. `None` where nothing that counts is left.
pub(super) fn masked(text: &str, items: &[Item], keeps: impl Fn(&Item) -> bool) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let mut blank = |range: Range<usize>| {
        for byte in &mut bytes[range] {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
    };
    let kept: BTreeSet<&str> = items
        .iter()
        .filter(|item| keeps(item))
        .map(|item| &*item.key)
        .collect();
    for item in items.iter().filter(|item| !keeps(item)) {
        blank(item.range.clone());
    }
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let key = line.split(':').next().unwrap_or_default();
        if items.iter().any(|item| item.key == key) && !kept.contains(key) {
            blank(offset..offset + line.len());
        }
        offset += line.len();
    }
    String::from_utf8(bytes).unwrap_or_default()
}

/// What stands outside of the entries.
pub(super) fn around(text: &str, items: &[Item]) -> String {
    let mut around = String::new();
    let mut end = 0;
    for item in items {
        around.push_str(text.get(end..item.range.start).unwrap_or_default());
        end = item.range.end;
    }
    around.push_str(text.get(end..).unwrap_or_default());
    around
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "version: 2\nmodels:\n  - name: a\n    description: |\n      - name: no\n  # of b\n  - description: x\n    name: 'b' # two\nsources:\n  - name: s\nseeds:\n- name: c\n  columns:\n  - name: d\n";

    fn names(text: &str) -> Option<Vec<String>> {
        let items = items(text)?;
        let told = items
            .iter()
            .map(|item| format!("{}.{}", item.key, item.name));
        Some(told.collect())
    }

    #[test]
    fn entries_are_told_apart() {
        let expected = ["models.a", "models.b", "seeds.c"].map(str::to_owned);
        assert_eq!(names(TEXT), Some(expected.to_vec()));
        for text in [
            "models: [{name: a}]\n",
            "models:\n  - name: a\n - name: b\n",
            "models:\n  - &x\n    name: a\n",
            "models:\n  - name: a\n  - name: a\n",
            "models:\n  - description: a\n",
            "models:\n  - name: \"{{ a }}\"\n",
        ] {
            assert_eq!(names(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_kept_stays_where_it_is() {
        let items = items(TEXT).expect("entries");
        let kept = masked(TEXT, &items, |item| item.name == "b");
        assert_eq!(kept.len(), TEXT.len());
        assert_eq!(kept.find("name: 'b'"), TEXT.find("name: 'b'"));
        let words: Vec<&str> = kept.split_whitespace().collect();
        assert_eq!(
            words.join(" "),
            "version: 2 models: - description: x name: 'b' # two sources: - name: s"
        );
        assert_eq!(
            around(TEXT, &items)
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" "),
            "version: 2 models: sources: - name: s seeds:"
        );
    }
}
