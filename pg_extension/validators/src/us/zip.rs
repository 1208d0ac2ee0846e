//! ZIP code and ZIP+4.

use crate::alphabet::Alphabet;
use crate::sql::portable::{Body, Portable};
use crate::text::{exactly_digits, misfit, number, trim};
use crate::{About, Canonical, CanonicalForm, Family, Layer, Reason, Short, Source, Validator};

const ALPHABET: Alphabet = Alphabet::DIGITS.with(b"- ");

/// ZIP code: five digits, or ZIP+4 with a hyphen, a space or nothing before the last four.
#[derive(Debug)]
pub struct UsZip;

impl Validator for UsZip {
    const ABOUT: &'static About = &About {
        code: "us_zip",
        title: "ZIP code",
        family: Family::UsIdentifiers,
        source: Source {
            standard: "USPS, Publication 28, Postal Addressing Standards",
            section: "section 211; lowest and highest code in use",
            edition: "edition not recorded",
        },
        layer: Layer::Shape,
        system: None,
        form: CanonicalForm::Own,
        example: "02139-4307",
        counterexample: "2139",
    };

    fn check(input: &[u8]) -> Result<Canonical<'_>, Reason> {
        let text = trim(input)?;
        let (zip, add_on) = parts(text)?;
        if !matches!(number(zip), 501..=99950) {
            return Err(Reason::Unassigned);
        }
        Ok(match add_on {
            None => Canonical::Same(text),
            Some(add_on) => {
                let mut canonical = Short::new();
                canonical.extend(zip);
                canonical.push(b'-');
                canonical.extend(add_on);
                canonical.into()
            }
        })
    }

    const PORTABLE: &'static Portable = &Portable {
        helpers: "",
        is_valid: Body::Sql(
            r#"
    select value collate "C" ~ (E'^[ \t-\r]*'
        || '(0050[1-9]|005[1-9][0-9]|00[6-9][0-9]{2}|0[1-9][0-9]{3}|[1-8][0-9]{4}'
        || '|9[0-8][0-9]{3}|99[0-8][0-9]{2}|999[0-4][0-9]|99950)'
        || E'([- ]?[0-9]{4})?[ \t-\r]*$')
"#,
        ),
        reason: Body::Sql(
            r#"
    select case
        when hcw.us_zip_is_valid(value) then null
        when value collate "C" ~ E'^[ \t-\r]*[0-9]{5}([- ]?[0-9]{4})?[ \t-\r]*$' then 'unassigned'
        else hcw._misfit(value, '0-9', ' -', '{5,9}')
    end
"#,
        ),
        canonical: Body::Sql(
            r#"
    select case
        when hcw.us_zip_is_valid(value) then
            rtrim(left(hcw._trim(value), 5) || '-' || substr(hcw._bare(value), 6), '-')
    end
"#,
        ),
    };
}

/// The five digits, and the four where they are given.
pub(crate) fn parts(text: &[u8]) -> Result<(&[u8; 5], Option<&[u8; 4]>), Reason> {
    if let Some(zip) = exactly_digits::<5>(text) {
        return Ok((zip, None));
    }
    let digits = text.iter().filter(|byte| byte.is_ascii_digit()).count();
    let fault = || misfit(text, &ALPHABET, matches!(digits, 5 | 9));
    let (zip, rest) = text.split_first_chunk::<5>().ok_or_else(fault)?;
    let add_on = match rest {
        [b'-' | b' ', add_on @ ..] => add_on,
        add_on => add_on,
    };
    match (exactly_digits::<5>(zip), exactly_digits::<4>(add_on)) {
        (Some(zip), Some(add_on)) => Ok((zip, Some(add_on))),
        _ => Err(fault()),
    }
}

/// Restores one leading zero that a numeric type lost: four digits become five.
///
/// A repair is a decision of the caller; [`UsZip::check`] answers `length` instead.
pub fn restore_leading_zero(input: &[u8]) -> Option<[u8; 5]> {
    let [a, b, c, d] = *exactly_digits::<4>(trim(input).ok()?)?;
    let zip = [b'0', a, b, c, d];
    UsZip::is_valid(&zip).then_some(zip)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lowest_and_highest() {
        assert_eq!(UsZip::reason(b"00500"), Some(Reason::Unassigned));
        assert!(UsZip::is_valid(b"00501"));
        assert_eq!(UsZip::reason(b"99951"), Some(Reason::Unassigned));
    }

    #[test]
    fn separators() {
        assert_eq!(
            UsZip::canonical(b"02139 4307").as_deref(),
            Some(&b"02139-4307"[..])
        );
        assert_eq!(UsZip::reason(b"021-39"), Some(Reason::Structure));
        assert_eq!(UsZip::reason(b"02139-"), Some(Reason::Structure));
        assert_eq!(UsZip::reason(b"02139-430"), Some(Reason::Length));
    }

    #[test]
    fn repair_is_explicit() {
        assert_eq!(restore_leading_zero(b"2139"), Some(*b"02139"));
        assert_eq!(restore_leading_zero(b"0139"), None);
    }
}
