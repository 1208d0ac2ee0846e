//! The table of all rules: what documentation, SQL generation and tests iterate over.

use std::borrow::Cow;

use crate::canonical::Canonical;
use crate::code_tables::CodeTables;
use crate::dates::Date;
use crate::reason::Reason;
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

/// All rules, family by family.
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
