//! LOINC observation codes, and CDC race and ethnicity codes, which share their check digit.

use crate::alphabet::Alphabet;
use crate::luhn;
use crate::sql::portable::{Body, Portable};
use crate::text::{split_once, trim};
use crate::{About, Canonical, CanonicalForm, Family, Layer, Reason, Source, Validator};

const ALPHABET: Alphabet = Alphabet::DIGITS.with(b"-");

/// LOINC code: one to seven digits without leading zero, a hyphen, a Luhn check digit. Parts
/// (`LP…`) and answers (`LA…`) are other identifiers.
#[derive(Debug)]
pub struct Loinc;

impl Validator for Loinc {
    const ABOUT: &'static About = &About {
        code: "loinc",
        title: "LOINC observation code",
        family: Family::ClinicalCodes,
        source: Source {
            standard: "Regenstrief Institute, LOINC Users' Guide",
            section: "appendix C, Calculating Mod 10 Check Digits",
            edition: "edition not recorded",
        },
        layer: Layer::Shape,
        system: None,
        form: CanonicalForm::Own,
        example: "12345-5",
        counterexample: "11501-6",
    };

    fn check(input: &[u8]) -> Result<Canonical<'_>, Reason> {
        check_with(input, LoincOptions::default())
    }

    const PORTABLE: &'static Portable = &Portable {
        helpers: "",
        is_valid: Body::Sql(
            r#"
    select case
        when value collate "C" !~ E'^[ \t-\r]*[1-9][0-9]{0,6}-[0-9][ \t-\r]*$' then false
        else hcw._luhn(hcw._bare(value))
    end
"#,
        ),
        reason: Body::Sql(
            r#"
    select case
        when hcw.loinc_is_valid(value) then null
        when value collate "C" ~ E'^[ \t-\r]*[1-9][0-9]{0,6}-[0-9][ \t-\r]*$' then 'checksum'
        else hcw._misfit(value, '0-9', '-', '{0,1,2,3,4,5,6,7,8}')
    end
"#,
        ),
        canonical: Body::Sql(
            r#"
    select case when hcw.loinc_is_valid(value) then hcw._trim(value) end
"#,
        ),
    };
}

/// Settings of [`check_with`].
#[derive(Clone, Copy, Debug, Default)]
pub struct LoincOptions {
    /// Accept the deprecated codes that LOINC itself gave a wrong check digit.
    pub allow_legacy: bool,
}

/// The codes known to carry a wrong check digit; all are deprecated.
pub const LEGACY: [&[u8]; 14] = [
    b"11491-6", b"11501-6", b"5895-7", b"5896-5", b"5897-3", b"5928-1", b"6028-3", b"6415-5",
    b"6580-7", b"6645-7", b"6646-5", b"6647-3", b"6648-1", b"6649-9",
];

/// [`Loinc::check`] with settings.
pub fn check_with(input: &[u8], options: LoincOptions) -> Result<Canonical<'_>, Reason> {
    let text = trim(input)?;
    match check_hyphenated(text, 1..=7) {
        Err(Reason::Checksum) if options.allow_legacy && LEGACY.contains(&text) => {
            Ok(Canonical::Same(text))
        }
        answer => answer,
    }
}

/// CDC race or ethnicity code: four digits, a hyphen, a Luhn check digit.
#[derive(Debug)]
pub struct CdcRaceEthnicity;

impl Validator for CdcRaceEthnicity {
    const ABOUT: &'static About = &About {
        code: "loinc_cdcrec_mod10",
        title: "CDC race or ethnicity code",
        family: Family::ClinicalCodes,
        source: Source {
            standard: "CDC, Race and Ethnicity Code Set",
            section: "unique identifiers and their check digit",
            edition: "1.2",
        },
        layer: Layer::Shape,
        system: None,
        form: CanonicalForm::Own,
        example: "2028-9",
        counterexample: "2135-3",
    };

    fn check(input: &[u8]) -> Result<Canonical<'_>, Reason> {
        check_hyphenated(trim(input)?, 4..=4)
    }

    const PORTABLE: &'static Portable = &Portable {
        helpers: "",
        is_valid: Body::Sql(
            r#"
    select case
        when value collate "C" !~ E'^[ \t-\r]*[1-9][0-9]{3}-[0-9][ \t-\r]*$' then false
        else hcw._luhn(hcw._bare(value))
    end
"#,
        ),
        reason: Body::Sql(
            r#"
    select case
        when hcw.loinc_cdcrec_mod10_is_valid(value) then null
        when value collate "C" ~ E'^[ \t-\r]*[1-9][0-9]{3}-[0-9][ \t-\r]*$' then 'checksum'
        else hcw._misfit(value, '0-9', '-', '{5}')
    end
"#,
        ),
        canonical: Body::Sql(
            r#"
    select case when hcw.loinc_cdcrec_mod10_is_valid(value) then hcw._trim(value) end
"#,
        ),
    };
}

/// Digits of one of these lengths, a hyphen, and the check digit.
fn check_hyphenated(
    text: &[u8],
    lengths: std::ops::RangeInclusive<usize>,
) -> Result<Canonical<'_>, Reason> {
    if !ALPHABET.covers(text) {
        return Err(Reason::Charset);
    }
    let count = text.iter().filter(|byte| **byte != b'-').count();
    // A single digit where one would do for the number lacks its check digit: that is structure.
    if count > lengths.end() + 1 || (count <= *lengths.start() && *lengths.start() > 1) {
        return Err(Reason::Length);
    }
    let Some((number, [check])) = split_once(text, b'-') else {
        return Err(Reason::Structure);
    };
    if !matches!(number, [b'1'..=b'9', ..]) || !check.is_ascii_digit() {
        return Err(Reason::Structure);
    }
    if !luhn::passes_split(number, *check) {
        return Err(Reason::Checksum);
    }
    Ok(Canonical::Same(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn legacy_codes_pass_only_on_request() {
        for code in LEGACY {
            assert_eq!(Loinc::reason(code), Some(Reason::Checksum));
            assert!(check_with(code, LoincOptions { allow_legacy: true }).is_ok());
        }
        assert!(check_with(b"12345-6", LoincOptions { allow_legacy: true }).is_err());
    }

    #[test]
    fn lengths_and_structure() {
        for (text, reason) in [
            ("12345678-9", Reason::Length),
            ("0123-4", Reason::Structure),
            ("1234-56", Reason::Structure),
            ("12-34-5", Reason::Structure),
            ("7", Reason::Structure),
        ] {
            assert_eq!(Loinc::reason(text.as_bytes()), Some(reason), "{text}");
        }
        assert_eq!(CdcRaceEthnicity::reason(b"202-8"), Some(Reason::Length));
        assert_eq!(CdcRaceEthnicity::reason(b"20289"), Some(Reason::Structure));
        assert_eq!(CdcRaceEthnicity::reason(b"20281-9"), Some(Reason::Length));
    }
}
