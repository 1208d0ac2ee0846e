//! What holds for every rule and every input: nothing panics, the answers derive from one
//! another, and canonical text is stable.
//!
//! `HCW_PROPERTY_CASES` sets the number of inputs per rule (default 2,000).

#![allow(clippy::unwrap_used, reason = "these are tests")]

mod fixtures;

use std::collections::BTreeMap;

use fixtures::vectors;
use hcw_validators::dates::PartialDate;
use hcw_validators::{Canonical, CanonicalForm, Entry, NoTables, clean_text, find, registry};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::strategy::BoxedStrategy;
use proptest::test_runner::{Config, TestCaseError, TestRunner};

/// Inputs per rule.
fn cases() -> u32 {
    std::env::var("HCW_PROPERTY_CASES")
        .ok()
        .and_then(|cases| cases.parse().ok())
        .unwrap_or(2_000)
}

/// Pieces that rules look at, or that look like something they accept.
const PIECES: [&str; 48] = [
    "0",
    "1",
    "9",
    "00",
    "99",
    "5",
    "A",
    "X",
    "z",
    "é",
    "-",
    " ",
    ".",
    "/",
    ":",
    "+",
    "|",
    ";",
    "=",
    "T",
    "Z",
    "{",
    "}",
    "(",
    ")",
    "@",
    "\t",
    "\u{b}",
    "\0",
    "１",
    "９",
    "\u{a0}",
    "\u{2011}",
    "-05:00",
    "2024",
    "02",
    "29",
    "ext",
    "x",
    "urn:uuid:",
    "urn:oid:",
    "80840",
    "Feb ",
    "AM",
    "CO-",
    "today=",
    "e5",
    "_",
];

/// A change to one vector.
#[derive(Clone, Debug)]
enum Mutation {
    Replace(Index, u8),
    Digit(Index, u8),
    Insert(Index, &'static str),
    Remove(Index),
    Swap(Index),
    Double(Index),
    FlipCase,
    FullWidth,
}

fn mutation() -> impl Strategy<Value = Mutation> {
    prop_oneof![
        1 => (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Mutation::Replace(at, byte)),
        4 => (any::<Index>(), b'0'..=b'9').prop_map(|(at, digit)| Mutation::Digit(at, digit)),
        2 => (any::<Index>(), select(PIECES.to_vec())).prop_map(|(at, piece)| Mutation::Insert(at, piece)),
        1 => any::<Index>().prop_map(Mutation::Remove),
        1 => any::<Index>().prop_map(Mutation::Swap),
        1 => any::<Index>().prop_map(Mutation::Double),
        1 => Just(Mutation::FlipCase),
        1 => Just(Mutation::FullWidth),
    ]
}

fn mutate(mut text: Vec<u8>, mutations: &[Mutation]) -> Vec<u8> {
    for mutation in mutations {
        let length = text.len();
        match mutation {
            Mutation::Insert(at, piece) => {
                let at = at.index(length + 1);
                text.splice(at..at, piece.bytes());
            }
            _ if length == 0 => {}
            Mutation::Replace(at, byte) | Mutation::Digit(at, byte) => {
                text[at.index(length)] = *byte
            }
            Mutation::Remove(at) => drop(text.remove(at.index(length))),
            Mutation::Swap(at) => {
                let at = at.index(length);
                text.swap(at, (at + 1) % length);
            }
            Mutation::Double(at) => {
                let at = at.index(length);
                text.insert(at, text[at]);
            }
            Mutation::FlipCase => {
                for byte in text.iter_mut().filter(|byte| byte.is_ascii_alphabetic()) {
                    *byte ^= 0x20;
                }
            }
            Mutation::FullWidth => {
                let wide: String = text
                    .iter()
                    .map(|byte| match byte {
                        b'0'..=b'9' => char::from_u32(0xff10 + u32::from(byte - b'0')).unwrap(),
                        _ => char::from(*byte),
                    })
                    .collect();
                text = wide.into_bytes();
            }
        }
    }
    text
}

/// Arbitrary bytes, sequences of pieces, and changed vectors.
fn inputs(seeds: Vec<Vec<u8>>) -> BoxedStrategy<Vec<u8>> {
    let pieces = vec(select(PIECES.to_vec()), 0..12);
    let mutated = (select(seeds), vec(mutation(), 0..4));
    prop_oneof![
        1 => vec(any::<u8>(), 0..40),
        2 => pieces.prop_map(|pieces| pieces.concat().into_bytes()),
        6 => mutated.prop_map(|(seed, mutations)| mutate(seed, &mutations)),
    ]
    .boxed()
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
    let mut seeds: BTreeMap<String, Vec<Vec<u8>>> = BTreeMap::new();
    for vector in vectors() {
        seeds
            .entry(vector.validator)
            .or_default()
            .push(vector.input.into_bytes());
    }
    for entry in registry() {
        let about = entry.about;
        let own = [about.example, about.counterexample].map(|text| text.as_bytes().to_vec());
        seeds.entry(about.code.to_owned()).or_default().extend(own);
        let config = Config {
            cases: cases(),
            failure_persistence: None,
            ..Config::default()
        };
        let strategy = inputs(seeds[entry.about.code].clone());
        TestRunner::new(config)
            .run(&strategy, |input| holds(entry, &input))
            .unwrap_or_else(|error| panic!("{}: {error}", entry.about.code));
    }
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
