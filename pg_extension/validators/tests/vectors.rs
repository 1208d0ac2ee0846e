//! Every vector of `tests/fixtures/validators` against the crate, and the registry against itself.

mod fixtures;

use fixtures::{FixtureTables, vectors};
use hcw_validators::{CanonicalForm, NoTables, find, registry};

#[test]
fn all_vectors_agree() {
    let tables = FixtureTables::load();
    let mut mismatches = Vec::new();
    let vectors = vectors();
    assert!(vectors.len() >= 768, "only {} vectors", vectors.len());
    for vector in &vectors {
        let Some(entry) = find(&vector.validator) else {
            mismatches.push(format!("{}: no such validator", vector.validator));
            continue;
        };
        let answer = entry.answer(vector.input.as_bytes(), &tables, None);
        let canonical = answer
            .canonical()
            .map(|text| String::from_utf8(text.into_owned()).unwrap());
        let found = (
            answer.is_valid(),
            canonical.unwrap_or_default(),
            answer
                .reason()
                .map_or("", |reason| reason.as_str())
                .to_owned(),
        );
        let expected = (
            vector.valid,
            vector.canonical.clone(),
            vector.reason.clone(),
        );
        if found != expected {
            mismatches.push(format!(
                "{} {:?}: expected {expected:?}, found {found:?} ({})",
                vector.validator, vector.input, vector.source
            ));
        }
    }
    assert!(
        mismatches.is_empty(),
        "{} of {} vectors differ:\n{}",
        mismatches.len(),
        vectors.len(),
        mismatches.join("\n")
    );
}

#[test]
fn the_registry_covers_exactly_the_vectors() {
    let mut listed: Vec<&str> = registry().map(|entry| entry.about.code).collect();
    let mut tested: Vec<String> = vectors()
        .into_iter()
        .map(|vector| vector.validator)
        .collect();
    tested.sort_unstable();
    tested.dedup();
    listed.sort_unstable();
    assert_eq!(listed, tested);
}

#[test]
fn every_entry_describes_itself() {
    for entry in registry() {
        let about = entry.about;
        for text in [
            about.title,
            about.source.standard,
            about.source.section,
            about.source.edition,
        ] {
            assert!(!text.is_empty(), "{}", about.code);
        }
        assert!(
            (entry.is_valid)(about.example.as_bytes()),
            "{} {}",
            about.code,
            about.example
        );
        assert!(
            (entry.reason)(about.counterexample.as_bytes()).is_some(),
            "{} {}",
            about.code,
            about.counterexample
        );
        let has_canonical = (entry.canonical)(about.example.as_bytes()).is_some();
        assert_eq!(
            has_canonical,
            about.form != CanonicalForm::Absent,
            "{}",
            about.code
        );
    }
}

#[test]
fn without_tables_the_answer_is_the_check() {
    for vector in vectors() {
        let Some(entry) = find(&vector.validator) else {
            continue;
        };
        let input = vector.input.as_bytes();
        let answer = entry.answer(input, &NoTables, None);
        assert_eq!(
            answer.reason(),
            (entry.reason)(input),
            "{} {}",
            vector.validator,
            vector.input
        );
        assert_eq!(answer.canonical(), (entry.canonical)(input));
    }
}
