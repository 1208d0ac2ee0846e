//! Every vector of `tests/fixtures/validators` against the crate, and the registry against itself.

mod support;

use std::collections::BTreeSet;

use hcw_validators::{CanonicalForm, Family, NoTables, Validator, find, registry};
use support::code_tables::FixtureTables;
use support::vectors::vectors;

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

/// Rules that have vectors of public sources. A newer rule may have its example and counterexample
/// alone, which the next test judges.
const RULES_WITH_VECTORS: usize = 68;

#[test]
fn the_registry_covers_the_vectors() {
    let listed: BTreeSet<&str> = registry().map(|entry| entry.about.code).collect();
    assert_eq!(
        listed.len(),
        registry().count(),
        "a code is that of two rules"
    );
    let vectors = vectors();
    let tested: BTreeSet<&str> = vectors
        .iter()
        .map(|vector| vector.validator.as_str())
        .collect();
    assert!(
        tested.is_subset(&listed),
        "{:?}",
        tested.difference(&listed)
    );
    assert_eq!(tested.len(), RULES_WITH_VECTORS);
}

#[test]
fn the_macro_and_the_registry_have_the_same_rules() {
    macro_rules! codes {
        ($($code:ident: $rule:ty,)*) => {
            [$((stringify!($code), <$rule as Validator>::ABOUT.code)),*]
        };
    }
    let named = hcw_validators::for_each_rule!(codes);
    let listed: Vec<&str> = registry().map(|entry| entry.about.code).collect();
    assert!(named.iter().all(|(name, code)| name == code));
    assert_eq!(named.map(|(name, _)| name).to_vec(), listed);
}

#[test]
fn a_folder_is_a_family_and_its_rules_are_in_order() {
    let entries: Vec<(Family, &str)> = registry()
        .map(|entry| (entry.about.family, entry.about.code))
        .collect();
    let mut seen: Vec<Family> = Vec::new();
    for pair in entries.chunk_by(|one, other| one.0 == other.0) {
        assert!(
            !seen.contains(&pair[0].0),
            "{:?} is in two folders",
            pair[0].0
        );
        seen.push(pair[0].0);
        assert!(pair.is_sorted_by_key(|(_, code)| code));
    }
    assert_eq!(seen.len(), 6);
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
