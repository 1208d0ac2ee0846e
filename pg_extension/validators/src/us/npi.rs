//! National Provider Identifier.

use crate::alphabet::Alphabet;
use crate::text::{exactly_digits, misfit, trim};
use crate::{About, Canonical, CanonicalForm, Family, Layer, Reason, Source, Validator};

/// The prefix under which NPIs appear on cards: health applications, United States.
const CARD_ISSUER: &[u8; 5] = b"80840";

/// The Luhn sum of [`CARD_ISSUER`] in front of ten digits.
const CARD_ISSUER_SUM: u32 = 24;

/// National Provider Identifier: ten digits, the first 1 or 2, the last a Luhn check digit over
/// `80840` and the others. The 15-digit card form is accepted.
#[derive(Debug)]
pub struct Npi;

impl Validator for Npi {
    const ABOUT: &'static About = &About {
        code: "npi",
        title: "National Provider Identifier",
        family: Family::UsIdentifiers,
        source: Source {
            standard: "CMS, Requirements for National Provider Identifier (NPI) and NPI Check Digit",
            section: "whole paper; 45 CFR 162.406",
            edition: "2004",
        },
        layer: Layer::Shape,
        system: None,
        form: CanonicalForm::Own,
        example: "1234567893",
        counterexample: "1234567891",
    };

    #[inline]
    fn check(input: &[u8]) -> Result<Canonical<'_>, Reason> {
        let text = trim(input)?;
        let number = match text.len() {
            15 => card_form(text)?,
            _ => text,
        };
        let digits: &[u8; 10] = number
            .try_into()
            .map_err(|_| misfit(text, &Alphabet::DIGITS, false))?;
        let (sum, pure) = luhn_of_ten(digits);
        if !pure {
            return Err(Reason::Charset);
        }
        if !matches!(digits[0], b'1' | b'2') {
            return Err(Reason::Range);
        }
        if !(sum + CARD_ISSUER_SUM).is_multiple_of(10) {
            return Err(Reason::Checksum);
        }
        Ok(Canonical::Same(number))
    }
}

/// The ten digits of the card form.
#[cold]
fn card_form(text: &[u8]) -> Result<&[u8], Reason> {
    let digits = exactly_digits::<15>(text).ok_or(Reason::Charset)?;
    digits.strip_prefix(CARD_ISSUER).ok_or(Reason::Range)
}

/// The Luhn sum of ten characters, and whether all are digits, in one pass.
#[inline]
fn luhn_of_ten(digits: &[u8; 10]) -> (u32, bool) {
    let mut sum = 0;
    let mut pure = true;
    for pair in digits.as_chunks::<2>().0 {
        let [left, right] = pair.map(|byte| u32::from(byte.wrapping_sub(b'0')));
        pure &= left < 10 && right < 10;
        sum += 2 * left + right - if left > 4 { 9 } else { 0 };
    }
    (sum, pure)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_value_of_ten_is_zero() {
        assert!(Npi::is_valid(b"1306849450"));
    }

    #[test]
    fn the_card_form_keeps_the_order_of_reasons() {
        assert_eq!(
            Npi::canonical(b"808401234567893").as_deref(),
            Some(&b"1234567893"[..])
        );
        assert_eq!(Npi::reason(b"808411234567893"), Some(Reason::Range));
        assert_eq!(Npi::reason(b"80840123456789x"), Some(Reason::Charset));
        assert_eq!(Npi::reason(b"808401234567891"), Some(Reason::Checksum));
    }

    #[test]
    fn numeric_types_do_not_pass() {
        assert_eq!(Npi::reason(b"1234567893.0"), Some(Reason::Charset));
    }
}
