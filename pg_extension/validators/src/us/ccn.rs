//! CMS Certification Number.

use crate::alphabet::Alphabet;
use crate::sql::portable::{Body, Portable};
use crate::text::{misfit, trim};
use crate::{About, Canonical, CanonicalForm, Family, Layer, Reason, Source, Validator};

/// Third characters of six: organ procurement, Medicaid-only facilities, swing beds and units.
const FACILITY_LETTERS: Alphabet = Alphabet::of(b"PABEFGHJKLMRSTUWZ");

/// CMS Certification Number: a state code and a facility number (six characters), or a supplier
/// number (ten, the third C, D or X).
#[derive(Debug)]
pub struct Ccn;

impl Validator for Ccn {
    const ABOUT: &'static About = &About {
        code: "ccn",
        title: "CMS Certification Number",
        family: Family::UsIdentifiers,
        source: Source {
            standard: "CMS, State Operations Manual (Pub. 100-07)",
            section: "chapter 2, section 2779A; S&C memorandum 16-09",
            edition: "2016",
        },
        layer: Layer::Shape,
        system: None,
        form: CanonicalForm::Own,
        example: "050454",
        counterexample: "601234",
    };

    fn check(input: &[u8]) -> Result<Canonical<'_>, Reason> {
        let text = trim(input)?;
        let fits_length = matches!(text.len(), 6 | 10);
        if !fits_length || !Alphabet::ALPHANUMERIC.covers(text) {
            return Err(misfit(text, &Alphabet::ALPHANUMERIC, fits_length));
        }
        let (state, kind, number) = match text {
            [tens, ones, kind, number @ ..] => (
                [tens.to_ascii_uppercase(), *ones],
                kind.to_ascii_uppercase(),
                number,
            ),
            _ => return Err(Reason::Structure),
        };
        if !state[1].is_ascii_digit() || !has_structure(kind, number) {
            return Err(Reason::Structure);
        }
        // Every number from 0001 on falls into some facility range; 0000 into none.
        if !is_state(state) || (kind == b'0' && number == b"000") {
            return Err(Reason::Unassigned);
        }
        Ok(Canonical::upper(text))
    }

    const PORTABLE: &'static Portable = &Portable {
        helpers: "",
        is_valid: Body::Sql(
            r#"
    select value collate "C" ~ (E'^[ \t-\r]*'
        || '([0-57][0-9]|6[4-9]|8[0-9]|9[0-79]|[Aa][0-9]|[Bb][0-2])'
        || '([0-9]{3}[1-9EFef]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000'
        || '|[ABE-HJ-MPR-UWZabe-hj-mpr-uwz][0-9]{3}|[CDXcdx][0-9]{7})'
        || E'[ \t-\r]*$')
"#,
        ),
        reason: Body::Sql(
            r#"
    select case
        when hcw.ccn_is_valid(value) then null
        when value collate "C" ~ (E'^[ \t-\r]*[A-Za-z0-9][0-9]'
            || '([0-9]{3}[0-9EFef]|[ABE-HJ-MPR-UWZabe-hj-mpr-uwz][0-9]{3}|[CDXcdx][0-9]{7})'
            || E'[ \t-\r]*$') then 'unassigned'
        else hcw._misfit(value, 'A-Za-z0-9', '', '{6,10}')
    end
"#,
        ),
        canonical: Body::Sql(
            r#"
    select case when hcw.ccn_is_valid(value) then hcw._upper(value) end
"#,
        ),
    };
}

/// Whether the characters after the state code are of the right kinds.
fn has_structure(kind: u8, number: &[u8]) -> bool {
    let all_digits = number.iter().all(u8::is_ascii_digit);
    match number {
        // E and F in the sixth place mark emergency hospitals outside Medicare.
        [a, b, last] if kind.is_ascii_digit() => {
            a.is_ascii_digit()
                && b.is_ascii_digit()
                && matches!(last, b'0'..=b'9' | b'E' | b'F' | b'e' | b'f')
        }
        [_, _, _] => FACILITY_LETTERS.has(kind) && all_digits,
        _ => matches!(kind, b'C' | b'D' | b'X') && all_digits,
    }
}

/// Whether CMS uses this state code.
const fn is_state(code: [u8; 2]) -> bool {
    match code {
        [b'A', b'0'..=b'9'] | [b'B', b'0'..=b'2'] => true,
        [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => {
            !matches!((tens - b'0') * 10 + (ones - b'0'), 60..=63 | 98)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_hundred_and_eight_state_codes() {
        let count = (0..=u16::MAX)
            .filter(|code| is_state(code.to_be_bytes()))
            .count();
        assert_eq!(count, 108);
    }

    #[test]
    fn suppliers_and_emergency_hospitals() {
        assert!(Ccn::is_valid(b"05C0001234"));
        assert_eq!(Ccn::reason(b"05B0001234"), Some(Reason::Structure));
        assert!(Ccn::is_valid(b"12345f"));
        assert_eq!(Ccn::reason(b"12P45E"), Some(Reason::Structure));
        assert_eq!(Ccn::reason(b"C01234"), Some(Reason::Unassigned));
        assert!(Ccn::is_valid(b"12000E"));
    }
}
