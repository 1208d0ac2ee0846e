//! What a rule is, what it says about itself, and what it answers.

use std::borrow::Cow;

use crate::canonical::{Buffer, Canonical};
use crate::code_tables::{CodeSystem, CodeTables, Listing};
use crate::dates::Date;
use crate::reason::Reason;
use crate::sql::portable::Portable;

/// A rule over one kind of value.
///
/// Only [`check`](Validator::check) is written per rule; the other answers derive from it.
/// SQL null is the caller's to handle.
pub trait Validator {
    /// What documentation and SQL generation need to know.
    const ABOUT: &'static About;

    /// The same rule in plain SQL, for servers that take no extension: the same answers, byte for
    /// byte.
    const PORTABLE: &'static Portable;

    /// Parses `input` once: its canonical text, or the first reason against it.
    fn check(input: &[u8]) -> Result<Canonical<'_>, Reason>;

    /// [`check`](Validator::check) without the built-in code list, where the rule has one.
    fn shape(input: &[u8]) -> Result<Canonical<'_>, Reason> {
        Self::check(input)
    }

    /// Whether `input` is valid.
    #[inline]
    fn is_valid(input: &[u8]) -> bool {
        Self::check(input).is_ok()
    }

    /// Why `input` is not valid.
    #[inline]
    fn reason(input: &[u8]) -> Option<Reason> {
        Self::check(input).err()
    }

    /// The canonical text of a valid `input`.
    #[inline]
    fn canonical(input: &[u8]) -> Option<Cow<'_, [u8]>> {
        Self::check(input).ok()?.into_cow()
    }

    /// All answers, with the list and on-date layers where `tables` has them.
    fn answer<'a>(input: &'a [u8], tables: &dyn CodeTables, on: Option<Date>) -> Answer<'a> {
        let looked_up = Self::ABOUT.system.and_then(|system| {
            let shape = Self::shape(input).ok()?;
            Answer::from_table(shape, system, tables, on)
        });
        looked_up.unwrap_or_else(|| Answer::from_check(Self::check(input), Self::ABOUT.layer))
    }
}

/// What a rule says about itself.
#[derive(Debug)]
pub struct About {
    /// The stable name: the SQL functions are `<code>_is_valid` and so on.
    pub code: &'static str,
    /// A name for people.
    pub title: &'static str,
    /// The chapter it belongs to.
    pub family: Family,
    /// Where the rule comes from.
    pub source: Source,
    /// The layer that answers when no table is loaded.
    pub layer: Layer,
    /// The code table that adds the list and on-date layers.
    pub system: Option<CodeSystem>,
    /// What the canonical text is.
    pub form: CanonicalForm,
    /// A valid value.
    pub example: &'static str,
    /// A value that is not valid.
    pub counterexample: &'static str,
}

/// The document that states a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// The publisher and the document.
    pub standard: &'static str,
    /// The part of it.
    pub section: &'static str,
    /// Its edition, or when it was read.
    pub edition: &'static str,
}

/// A chapter of the documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Family {
    /// Identifiers used in the United States, and general ones.
    UsIdentifiers,
    /// Identifiers of other countries, and plain check-digit algorithms.
    InternationalIdentifiers,
    /// Codes for diagnoses, procedures, observations, drugs and people.
    ClinicalCodes,
    /// Codes on claims.
    BillingCodes,
    /// Dates in the notations that healthcare files use.
    Dates,
    /// De-identification under the HIPAA Safe Harbor method.
    SafeHarbor,
}

impl Family {
    /// The name of the documentation page.
    pub const fn as_str(self) -> &'static str {
        match self {
            Family::UsIdentifiers => "us_identifiers",
            Family::InternationalIdentifiers => "international_identifiers",
            Family::ClinicalCodes => "clinical_codes",
            Family::BillingCodes => "billing_codes",
            Family::Dates => "dates",
            Family::SafeHarbor => "safe_harbor",
        }
    }
}

/// How much was known when a value was judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Layer {
    /// The value alone.
    Shape,
    /// A code list.
    List,
    /// A code list on a day.
    OnDate,
}

impl Layer {
    /// The stable text that SQL shows.
    pub const fn as_str(self) -> &'static str {
        match self {
            Layer::Shape => "shape",
            Layer::List => "list",
            Layer::OnDate => "on_date",
        }
    }
}

/// What canonical text is, which decides what may be done with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CanonicalForm {
    /// A value that the rule accepts again, unchanged.
    Own,
    /// An ISO 8601 date or timestamp, of the precision that the input had.
    IsoDate,
    /// Two ISO 8601 dates with a slash.
    IsoInterval,
    /// A value of the rule with this code.
    Of(&'static str),
    /// Three digits that are no ZIP code.
    Zip3,
    /// There is none.
    Absent,
}

/// All that a rule says of one value.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'a> {
    canonical: Canonical<'a>,
    reason: Option<Reason>,
    layer: Layer,
}

impl<'a> Answer<'a> {
    /// The answer of a check without loaded tables; `layer` is the rule's own.
    pub(crate) fn from_check(check: Result<Canonical<'a>, Reason>, layer: Layer) -> Answer<'a> {
        match check {
            Ok(canonical) => Answer {
                canonical,
                reason: None,
                layer,
            },
            Err(reason) => {
                let layer = match reason {
                    Reason::Unassigned | Reason::NotBillable | Reason::NotEffective => layer,
                    _ => Layer::Shape,
                };
                Answer {
                    canonical: Canonical::None,
                    reason: Some(reason),
                    layer,
                }
            }
        }
    }

    /// The answer of `system`'s table for a value of the right shape, if that table is loaded.
    pub(crate) fn from_table(
        shape: Canonical<'a>,
        system: CodeSystem,
        tables: &dyn CodeTables,
        on: Option<Date>,
    ) -> Option<Answer<'a>> {
        let mut buffer: Buffer = [0; 256];
        let listing = tables.listing(system, shape.render(&mut buffer)?, on)?;
        let layer = if on.is_some() {
            Layer::OnDate
        } else {
            Layer::List
        };
        let reason = listing.reason(on.is_some());
        let canonical = match listing {
            Listing::Leaf | Listing::Header => shape,
            Listing::OtherRelease | Listing::Absent => Canonical::None,
        };
        Some(Answer {
            canonical,
            reason,
            layer,
        })
    }

    /// Whether the value is valid: exactly when there is no reason.
    pub fn is_valid(&self) -> bool {
        self.reason.is_none()
    }

    /// Why the value is not valid.
    pub fn reason(&self) -> Option<Reason> {
        self.reason
    }

    /// The canonical text: of a valid value, and of a header that is not billable.
    pub fn canonical(&self) -> Option<Cow<'a, [u8]>> {
        self.canonical.into_cow()
    }

    /// The layer that answered.
    pub fn layer(&self) -> Layer {
        self.layer
    }
}
