//! Taxpayer Identification Number: whichever of SSN, ITIN and EIN the caller declares.

use crate::text::{all_digits, trim};
use crate::us::{Ein, Itin, Ssn};
use crate::{Canonical, Reason, Validator};

/// What a taxpayer number is declared to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TinKind {
    /// Nothing is declared: only the hyphens can tell.
    #[default]
    Auto,
    /// Social Security number.
    Ssn,
    /// Individual Taxpayer Identification Number.
    Itin,
    /// Employer Identification Number.
    Ein,
}

/// Checks a taxpayer number of a declared kind.
///
/// **Errors**: those of the kind; with [`TinKind::Auto`], `Ambiguous` for nine bare digits, which
/// could be any of the three.
/// **Source**: 26 CFR 301.6109-1(a)(1).
pub fn check(input: &[u8], kind: TinKind) -> Result<Canonical<'_>, Reason> {
    match kind {
        TinKind::Ssn => Ssn::check(input),
        TinKind::Itin => Itin::check(input),
        TinKind::Ein => Ein::check(input),
        TinKind::Auto => {
            let text = trim(input)?;
            match text {
                _ if text.len() == 9 && all_digits(text) => Err(Reason::Ambiguous),
                [_, _, b'-', ..] => Ein::check(text),
                [b'9', _, _, b'-', ..] => Itin::check(text),
                _ => Ssn::check(text),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hyphens_tell_the_kind_and_bare_digits_do_not() {
        assert!(check(b"12-3456789", TinKind::Auto).is_ok());
        assert!(check(b"912-90-3456", TinKind::Auto).is_ok());
        assert!(check(b"536-90-4399", TinKind::Auto).is_ok());
        assert_eq!(
            check(b"536904399", TinKind::Auto).err(),
            Some(Reason::Ambiguous)
        );
        assert!(check(b"536904399", TinKind::Ssn).is_ok());
        assert_eq!(
            check(b"53690439", TinKind::Auto).err(),
            Some(Reason::Length)
        );
        assert_eq!(check(b"", TinKind::Auto).err(), Some(Reason::Empty));
    }
}
