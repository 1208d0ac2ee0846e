//! What a query can name beside relations and functions, and what can be changed where it stands: types, operators,
//! configurations of text search.

use std::collections::{BTreeMap, BTreeSet};

use crate::fingerprint::{Fingerprint, Part, digest};
use crate::sql::WrittenName;

/// An object of the database that is not PostgreSQL's own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ObjectSeen {
    /// Its name; an operator's are its signs.
    pub name: String,
    /// Whether it is an operator.
    pub is_operator: bool,
    /// A digest of its definition.
    pub definition: String,
    /// The functions that it stands for.
    pub calls: Vec<WrittenName>,
}

/// The objects that a text can mean. A name too many is a node that runs once too often.
pub fn mentioned<'seen>(
    objects: &'seen [ObjectSeen],
    text: &str,
) -> impl Iterator<Item = &'seen ObjectSeen> {
    // where there are none, as in most databases, nothing is looked for
    let text = if objects.is_empty() { "" } else { text };
    let text = text.to_lowercase();
    let is_sign = |letter: char| !letter.is_alphanumeric() && letter != '_';
    let words: BTreeSet<String> = text
        .split(is_sign)
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect();
    // tokens stand behind separators, also those that are one operator
    let signs: String = text.chars().filter(|letter| *letter != '\u{1f}').collect();
    objects.iter().filter(move |object| {
        let name = object.name.to_lowercase();
        match object.is_operator || name.contains(is_sign) {
            true => signs.contains(&name),
            false => words.contains(&name),
        }
    })
}

/// Completes fingerprints with the objects that the SQL names.
pub fn with_objects<Id>(fingerprints: &mut BTreeMap<Id, Fingerprint>, objects: &[ObjectSeen]) {
    for fingerprint in fingerprints.values_mut() {
        let found: Vec<&ObjectSeen> = mentioned(objects, &fingerprint.text).collect();
        fingerprint.parts.remove(&Part::Objects);
        if found.is_empty() {
            continue;
        }
        let calls = found.iter().flat_map(|object| object.calls.iter().cloned());
        fingerprint.calls.extend(calls);
        let definitions: BTreeSet<(&str, &str)> = found
            .iter()
            .map(|object| (object.name.as_str(), object.definition.as_str()))
            .collect();
        let definitions = digest(&format!("{definitions:?}"));
        fingerprint.parts.insert(Part::Objects, definitions);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql;

    fn found(text: &str) -> Vec<String> {
        let object = |name: &str, is_operator: bool| ObjectSeen {
            name: name.to_owned(),
            is_operator,
            ..ObjectSeen::default()
        };
        let objects = [
            object("kind", false),
            object("My Type", false),
            object("===", true),
        ];
        let facts = sql::facts(text).expect("tokens");
        mentioned(&objects, &facts.normal)
            .map(|object| object.name.clone())
            .collect()
    }

    #[test]
    fn objects_are_found_by_whole_words_and_signs() {
        assert_eq!(found("select null::s.KIND"), ["kind"]);
        assert_eq!(found("select to_tsvector('s.kind', a)"), ["kind"]);
        assert_eq!(found("select null::\"My Type\""), ["My Type"]);
        assert_eq!(found("select a === b"), ["==="]);
        assert!(found("select kinds, a = b from mankind").is_empty());
    }
}
