//! What holds for every rule and every input: nothing panics, the answers derive from one
//! another, and canonical text is stable.
//!
//! `HCW_PROPERTY_CASES` sets the number of inputs per rule (default 2,000).

#![allow(clippy::unwrap_used, reason = "these are tests")]

mod support;

use hcw_validators::dates::PartialDate;
use hcw_validators::{Canonical, CanonicalForm, Entry, NoTables, clean_text, find, registry};
use proptest::prelude::*;
use proptest::strategy::{NewTree, ValueTree};
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use support::draw::Draw;
use support::inputs::Material;
use support::vectors::vectors;

/// Inputs per rule.
fn cases() -> u32 {
    std::env::var("HCW_PROPERTY_CASES")
        .ok()
        .and_then(|cases| cases.parse().ok())
        .unwrap_or(2_000)
}

/// The inputs of a rule, as proptest draws and shrinks them.
#[derive(Debug)]
struct Inputs(Material);

impl Strategy for Inputs {
    type Tree = Input;
    type Value = Vec<u8>;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Inputs> {
        let bytes = self.0.bytes(&mut Draw::new(runner.rng().next_u64()));
        Ok(Input {
            bytes,
            place: 0,
            removed: None,
        })
    }
}

/// An input that shrinks by one byte after the other, as long as it still fails.
#[derive(Debug)]
struct Input {
    bytes: Vec<u8>,
    place: usize,
    removed: Option<u8>,
}

impl ValueTree for Input {
    type Value = Vec<u8>;

    fn current(&self) -> Vec<u8> {
        self.bytes.clone()
    }

    fn simplify(&mut self) -> bool {
        let is_more = self.place < self.bytes.len();
        self.removed = is_more.then(|| self.bytes.remove(self.place));
        is_more
    }

    fn complicate(&mut self) -> bool {
        let Some(byte) = self.removed.take() else {
            return false;
        };
        self.bytes.insert(self.place, byte);
        self.place += 1;
        true
    }
}

/// What must hold for one rule and one input.
fn holds(entry: &Entry, input: &[u8]) -> Result<(), TestCaseError> {
    let (code, form) = (entry.about.code, entry.about.form);
    let valid = (entry.is_valid)(input);
    let reason = (entry.reason)(input);
    let canonical = (entry.canonical)(input);
    prop_assert_eq!(valid, reason.is_none(), "{}", code);
    prop_assert_eq!(
        canonical.is_some(),
        valid && form != CanonicalForm::Absent,
        "{}",
        code
    );

    let answer = entry.answer(input, &NoTables, None);
    prop_assert_eq!(answer.reason(), reason, "{}", code);
    prop_assert_eq!(&answer.canonical(), &canonical, "{}", code);

    // Outer white space never matters.
    let spaced = [b" \t", input, b"\r\n"].concat();
    prop_assert_eq!((entry.reason)(&spaced), reason, "{}", code);

    let Some(canonical) = canonical else {
        return Ok(());
    };
    prop_assert!(canonical.is_ascii(), "{}", code);
    let again = match form {
        CanonicalForm::Own => (entry.canonical)(&canonical).map(|text| text.into_owned()),
        CanonicalForm::Of(other) => find(other)
            .and_then(|other| (other.canonical)(&canonical))
            .map(|text| text.into_owned()),
        CanonicalForm::IsoDate => rewritten(&canonical),
        CanonicalForm::IsoInterval => {
            let halves: Option<Vec<_>> = canonical
                .split(|byte| *byte == b'/')
                .map(rewritten)
                .collect();
            halves.map(|halves| halves.join(&b'/'))
        }
        CanonicalForm::Zip3 => (canonical.len() == 3).then(|| canonical.to_vec()),
        CanonicalForm::Absent => None,
    };
    prop_assert_eq!(again.as_deref(), Some(&canonical[..]), "{}", code);

    // Folding look-alikes leaves valid text valid and unchanged.
    prop_assert_eq!(&clean_text(&canonical), &canonical, "{}", code);
    Ok(())
}

/// ISO text read and written again.
fn rewritten(text: &[u8]) -> Option<Vec<u8>> {
    let date = PartialDate::from_iso(text).ok()?;
    let (lower, upper) = (date.lower(), date.upper());
    assert!(lower.nanoseconds_since_1970() <= upper.nanoseconds_since_1970());
    Some(date.to_iso().as_bytes().to_vec())
}

#[test]
fn every_rule_on_generated_inputs() {
    let vectors = vectors();
    for entry in registry() {
        let config = Config {
            cases: cases(),
            failure_persistence: None,
            ..Config::default()
        };
        TestRunner::new(config)
            .run(&Inputs(Material::of(entry, &vectors)), |input| {
                holds(entry, &input)
            })
            .unwrap_or_else(|error| panic!("{}: {error}", entry.about.code));
    }
}

#[test]
fn a_failing_input_shrinks_to_what_matters() {
    let mut input = Input {
        bytes: b"one two three".to_vec(),
        place: 0,
        removed: None,
    };
    let fails = |bytes: &[u8]| bytes.contains(&b'w') && bytes.contains(&b'h');
    while if fails(&input.current()) {
        input.simplify()
    } else {
        input.complicate()
    } {}
    assert_eq!(input.current(), b"wh");
}

#[test]
fn every_rule_on_every_vector_of_every_rule() {
    for vector in vectors() {
        for entry in registry() {
            holds(entry, vector.input.as_bytes()).unwrap();
        }
    }
}

#[test]
fn every_rule_on_a_megabyte() {
    let megabyte = 1 << 20;
    let texts = [
        b"0".repeat(megabyte),
        b"9".repeat(megabyte),
        b"A".repeat(megabyte),
        b"\xff".repeat(megabyte),
        b" ".repeat(megabyte),
        b"-".repeat(megabyte),
        b"2024-01-01".repeat(megabyte / 10),
        b"1.".repeat(megabyte / 2),
        "１".repeat(megabyte / 3).into_bytes(),
    ];
    for text in &texts {
        for entry in registry() {
            holds(entry, text).unwrap();
        }
    }
}

#[test]
fn every_rule_on_all_short_inputs() {
    for entry in registry() {
        for first in 0..=u8::MAX {
            holds(entry, &[first]).unwrap();
            for second in 0..=u8::MAX {
                let valid = (entry.is_valid)(&[first, second]);
                assert_eq!(valid, (entry.reason)(&[first, second]).is_none());
            }
        }
    }
}

#[test]
fn rendering_and_copying_agree() {
    for vector in vectors() {
        let Some(entry) = find(&vector.validator) else {
            continue;
        };
        let input = vector.input.as_bytes();
        let Ok(canonical) = (entry.check)(input) else {
            continue;
        };
        let mut buffer = [0; 256];
        assert_eq!(
            canonical.render(&mut buffer).map(<[u8]>::to_vec),
            canonical.into_cow().map(|c| c.into_owned())
        );
        assert!(!matches!(canonical, Canonical::Short(short) if short.as_bytes().is_empty()));
    }
}
