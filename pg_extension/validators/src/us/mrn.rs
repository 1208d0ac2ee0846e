//! Medical record number, whose format each issuer sets.

use crate::alphabet::Alphabet;
use crate::sql::portable::{Body, Portable};
use crate::text::{all_digits, trim};
use crate::{About, Canonical, CanonicalForm, Family, Layer, Reason, Source, Validator};
use crate::{luhn, mod11, verhoeff};

const ALPHABET: Alphabet = Alphabet::ALPHANUMERIC.with(b"-._");

/// The longest number that any setting allows.
const LONGEST: usize = 32;

/// Medical record number under the default settings: 3 to 32 letters, digits, `-`, `.`, `_`.
/// Leading zeros and case are kept. It identifies a person only together with its issuer.
#[derive(Debug)]
pub struct Mrn;

impl Validator for Mrn {
    const ABOUT: &'static About = &About {
        code: "mrn",
        title: "Medical record number",
        family: Family::UsIdentifiers,
        source: Source {
            standard: "HL7 version 2.9, chapter 2A",
            section: "data type CX, component 1, with the issuer's own settings",
            edition: "2019",
        },
        layer: Layer::Shape,
        system: None,
        form: CanonicalForm::Own,
        example: "00012345",
        counterexample: "0000000000",
    };

    fn check(input: &[u8]) -> Result<Canonical<'_>, Reason> {
        check_with(input, &MrnOptions::default())
    }

    const PORTABLE: &'static Portable = &Portable {
        helpers: "",
        is_valid: Body::Sql(
            r#"
    select case
        when value collate "C" !~ E'^[ \t-\r]*[A-Za-z0-9._-]{3,32}[ \t-\r]*$' then false
        else btrim(value collate "C", E'0 \t\n\x0b\f\r') <> ''
            and btrim(value collate "C", E'9 \t\n\x0b\f\r') <> ''
    end
"#,
        ),
        reason: Body::Sql(
            r#"
    select case
        when hcw.mrn_is_valid(value) then null
        when value collate "C" ~ E'^[ \t-\r]*[A-Za-z0-9._-]{3,32}[ \t-\r]*$' then 'reserved'
        else hcw._misfit(value, 'A-Za-z0-9._-', '', '{}')
    end
"#,
        ),
        canonical: Body::Sql(
            r#"
    select case when hcw.mrn_is_valid(value) then hcw._trim(value) end
"#,
        ),
    };
}

/// An issuer's settings.
#[derive(Clone, Copy, Debug)]
pub struct MrnOptions {
    /// The fewest characters, before padding.
    pub shortest: usize,
    /// The most characters, at most 32.
    pub longest: usize,
    /// Fill with zeros on the left up to this width.
    pub pad_to: Option<usize>,
    /// How the last digit checks the others; other than `None` it admits digits only.
    pub check: MrnCheck,
}

impl Default for MrnOptions {
    fn default() -> MrnOptions {
        MrnOptions {
            shortest: 3,
            longest: LONGEST,
            pad_to: None,
            check: MrnCheck::None,
        }
    }
}

/// A check digit that an issuer may use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MrnCheck {
    /// No check digit.
    #[default]
    None,
    /// Luhn (mod 10).
    Luhn,
    /// Weights 2, 3, 4 … from the digit before the check digit leftwards, modulo 11.
    Mod11,
    /// Verhoeff.
    Verhoeff,
}

/// [`Mrn::check`] with an issuer's settings.
pub fn check_with<'a>(input: &'a [u8], options: &MrnOptions) -> Result<Canonical<'a>, Reason> {
    let text = trim(input)?;
    let alphabet = match options.check {
        MrnCheck::None => &ALPHABET,
        _ => &Alphabet::DIGITS,
    };
    if !alphabet.covers(text) {
        return Err(Reason::Charset);
    }
    if text.len() < options.shortest || text.len() > options.longest.min(LONGEST) {
        return Err(Reason::Length);
    }
    if text.iter().all(|byte| *byte == b'0') || text.iter().all(|byte| *byte == b'9') {
        return Err(Reason::Reserved);
    }
    let weights = || (2..=text.len() as u32).rev();
    let passes = match options.check {
        MrnCheck::None => true,
        MrnCheck::Luhn => luhn::passes(text),
        MrnCheck::Mod11 => mod11::passes(text, weights()),
        MrnCheck::Verhoeff => verhoeff::passes(text),
    };
    if !passes {
        return Err(Reason::Checksum);
    }
    Ok(match options.pad_to {
        Some(width) if all_digits(text) => Canonical::zero_padded(text, width.min(LONGEST)),
        _ => Canonical::Same(text),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_of_an_issuer() {
        let options = MrnOptions {
            shortest: 1,
            longest: 10,
            pad_to: Some(10),
            check: MrnCheck::Mod11,
        };
        let canonical = check_with(b"9434765919", &options).unwrap();
        assert_eq!(canonical.into_cow().as_deref(), Some(&b"9434765919"[..]));
        assert_eq!(
            check_with(b"9434765918", &options).err(),
            Some(Reason::Checksum)
        );
        assert_eq!(
            check_with(b"94347659a9", &options).err(),
            Some(Reason::Charset)
        );
        let padded = MrnOptions {
            check: MrnCheck::None,
            ..options
        };
        let canonical = check_with(b"123", &padded).unwrap();
        assert_eq!(canonical.into_cow().as_deref(), Some(&b"0000000123"[..]));
    }

    #[test]
    fn check_digits_by_name() {
        let with = |check| MrnOptions {
            check,
            ..MrnOptions::default()
        };
        assert!(check_with(b"49927398716", &with(MrnCheck::Luhn)).is_ok());
        assert!(check_with(b"123451", &with(MrnCheck::Verhoeff)).is_ok());
        assert!(check_with(b"123452", &with(MrnCheck::Verhoeff)).is_err());
    }
}
