//! The table of all rules: what documentation, SQL generation and tests iterate over.
//!
//! `build.rs` finds the rules and writes what is included here and in the families' `mod.rs`.

use std::borrow::Cow;

use crate::canonical::Canonical;
use crate::code_tables::CodeTables;
use crate::dates::Date;
use crate::reason::Reason;
use crate::sql::portable::Portable;
use crate::validator::{About, Answer, Validator};
use crate::{billing, clinical, dates, international, safe_harbor, us};

/// The function behind [`Entry::answer`].
type AnswerFn = for<'a> fn(&'a [u8], &dyn CodeTables, Option<Date>) -> Answer<'a>;

/// A rule as a value: a [`Validator`] behind function pointers.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// What the rule says about itself.
    pub about: &'static About,
    /// See [`Validator::check`].
    pub check: for<'a> fn(&'a [u8]) -> Result<Canonical<'a>, Reason>,
    /// See [`Validator::is_valid`].
    pub is_valid: fn(&[u8]) -> bool,
    /// See [`Validator::reason`].
    pub reason: fn(&[u8]) -> Option<Reason>,
    /// See [`Validator::canonical`].
    pub canonical: for<'a> fn(&'a [u8]) -> Option<Cow<'a, [u8]>>,
    /// See [`Validator::PORTABLE`].
    pub portable: &'static Portable,
    answer: AnswerFn,
}

impl Entry {
    /// The entry of a rule.
    pub(crate) const fn of<V: Validator>() -> Entry {
        Entry {
            about: V::ABOUT,
            check: V::check,
            is_valid: V::is_valid,
            reason: V::reason,
            canonical: V::canonical,
            portable: V::PORTABLE,
            answer: V::answer,
        }
    }

    /// See [`Validator::answer`].
    pub fn answer<'a>(
        &self,
        input: &'a [u8],
        tables: &dyn CodeTables,
        on: Option<Date>,
    ) -> Answer<'a> {
        (self.answer)(input, tables, on)
    }
}

include!(concat!(env!("OUT_DIR"), "/for_each_rule.rs"));

/// All rules, family by family, each in the order of their codes.
pub fn registry() -> impl Iterator<Item = &'static Entry> {
    [
        us::ENTRIES,
        international::ENTRIES,
        clinical::ENTRIES,
        billing::ENTRIES,
        dates::ENTRIES,
        safe_harbor::ENTRIES,
    ]
    .into_iter()
    .flatten()
}

/// The rule with this code.
pub fn find(code: &str) -> Option<&'static Entry> {
    registry().find(|entry| entry.about.code == code)
}

/// The edits within which a name is near, unless none is.
const NEAR: usize = 2;

/// The most names offered for an unknown one.
const NEAR_NAMES: usize = 5;

/// The codes nearest to an unknown one, the nearest first.
pub fn near(code: &[u8]) -> Vec<&'static str> {
    let mut near: Vec<(usize, &str)> = registry()
        .map(|entry| entry.about.code)
        .map(|known| (distance(code, known.as_bytes()), known))
        .collect();
    near.sort_unstable();
    let nearest = near.first().map_or(0, |(distance, _)| *distance);
    near.retain(|(distance, _)| *distance <= nearest.max(NEAR));
    near.truncate(NEAR_NAMES);
    near.into_iter().map(|(_, code)| code).collect()
}

/// The edits (insert, remove, replace) that lead from one name to the other.
fn distance(one: &[u8], other: &[u8]) -> usize {
    let mut edits: Vec<usize> = (0..=other.len()).collect();
    for (row, left) in one.iter().enumerate() {
        let (mut diagonal, mut before) = (row, row + 1);
        edits[0] = before;
        for (right, cell) in other.iter().zip(edits.iter_mut().skip(1)) {
            let replaced = diagonal + usize::from(left != right);
            diagonal = *cell;
            before = replaced.min(before + 1).min(diagonal + 1);
            *cell = before;
        }
    }
    edits[other.len()]
}

#[cfg(test)]
mod tests {
    use super::near;

    #[test]
    fn near_codes_are_within_two_edits_or_the_nearest() {
        assert_eq!(near(b"npii").first(), Some(&"npi"));
        assert_eq!(near(b"icd10mc").first(), Some(&"icd10cm"));
        assert_eq!(near(b"loinc")[0], "loinc");
        assert!((1..=5).contains(&near(b"\xff nothing like it").len()));
    }
}
