//! NHS number (United Kingdom) and the numbers that share its space.

use crate::alphabet::Alphabet;
use crate::grouped::Grouping;
use crate::mod11;
use crate::sql::portable::{Body, Portable};
use crate::text::{exactly_digits, number, trim};
use crate::{About, Canonical, CanonicalForm, Family, Layer, Reason, Short, Source, Validator};

const GROUPING: Grouping = Grouping {
    alphabet: Alphabet::DIGITS,
    separators: b" -",
    places: &[3, 6],
};

/// NHS number: ten digits, bare or 3-3-4 with spaces or hyphens, the last a modulo-11 check
/// digit. Ranges are a flag ([`range_of`]), not a reason.
#[derive(Debug)]
pub struct NhsNumber;

impl Validator for NhsNumber {
    const ABOUT: &'static About = &About {
        code: "nhs_number",
        title: "NHS number",
        family: Family::InternationalIdentifiers,
        source: Source {
            standard: "NHS Data Model and Dictionary",
            section: "attribute NHS NUMBER",
            edition: "edition not recorded",
        },
        layer: Layer::Shape,
        system: None,
        form: CanonicalForm::Own,
        example: "943 476 5919",
        counterexample: "9434765871",
    };

    fn check(input: &[u8]) -> Result<Canonical<'_>, Reason> {
        let digits = GROUPING.read::<10>(trim(input)?)?;
        if digits == [b'0'; 10] {
            return Err(Reason::Reserved);
        }
        if !mod11::passes(&digits, (2..=10).rev()) {
            return Err(Reason::Checksum);
        }
        let mut canonical = Short::new();
        canonical.extend(&digits);
        Ok(canonical.into())
    }

    const PORTABLE: &'static Portable = &Portable {
        helpers: "",
        is_valid: Body::Sql(
            r#"
    select case
        when value collate "C" !~
            E'^[ \t-\r]*[0-9]{3}([0-9]{3}|-[0-9]{3}-| [0-9]{3} )[0-9]{4}[ \t-\r]*$' then false
        else hcw._mod11_of_ten(hcw._bare(value)) and hcw._bare(value) collate "C" <> '0000000000'
    end
"#,
        ),
        reason: Body::Sql(
            r#"
    select case
        when hcw.nhs_number_is_valid(value) then null
        when value collate "C" ~ E'^[ \t-\r]*[0-9]{3}([0-9]{3}|-[0-9]{3}-| [0-9]{3} )[0-9]{4}[ \t-\r]*$' then
            case when hcw._bare(value) collate "C" = '0000000000' then 'reserved' else 'checksum' end
        else hcw._misfit(value, '0-9', ' -', '{10}')
    end
"#,
        ),
        canonical: Body::Sql(
            r#"
    select case when hcw.nhs_number_is_valid(value) then hcw._bare(value) end
"#,
        ),
    };
}

/// Who gives out numbers of a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NhsRange {
    /// Scotland's CHI number, which starts with a day of birth.
    Scotland,
    /// Northern Ireland.
    NorthernIreland,
    /// England, Wales and the Isle of Man.
    EnglandWales,
    /// Not to be issued.
    NotIssued,
    /// Ireland's individual health identifier.
    Ireland,
    /// Set aside for tests.
    Test,
    /// None of these.
    Unknown,
}

/// The range of ten canonical digits.
pub fn range_of(canonical: &[u8]) -> Option<NhsRange> {
    let digits = exactly_digits::<10>(canonical)?;
    let day = number(&digits[..2]);
    Some(match (digits[0], digits[1]) {
        (b'4' | b'6' | b'7', _) => NhsRange::EnglandWales,
        _ if (1..=31).contains(&day) => NhsRange::Scotland,
        (b'3', _) => NhsRange::NorthernIreland,
        (b'5', _) => NhsRange::NotIssued,
        (b'8', b'0'..=b'5') => NhsRange::Ireland,
        (b'9', _) => NhsRange::Test,
        _ => NhsRange::Unknown,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_separator_throughout() {
        assert!(NhsNumber::is_valid(b"943-476-5919"));
        assert_eq!(NhsNumber::reason(b"943-476 5919"), Some(Reason::Structure));
        assert_eq!(NhsNumber::reason(b"000 000 0000"), Some(Reason::Reserved));
    }

    #[test]
    fn ranges_are_flags() {
        assert_eq!(range_of(b"9434765919"), Some(NhsRange::Test));
        assert_eq!(range_of(b"3201010101"), Some(NhsRange::NorthernIreland));
        assert_eq!(range_of(b"3101010101"), Some(NhsRange::Scotland));
        assert_eq!(range_of(b"94"), None);
    }
}
