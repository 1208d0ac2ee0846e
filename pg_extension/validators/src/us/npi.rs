//! National Provider Identifier.

use crate::alphabet::Alphabet;
use crate::sql::portable::{Body, Portable};
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

    const PORTABLE: &'static Portable = &Portable {
        helpers: "",
        is_valid: Body::Sql(
            r#"
    select case
        when value collate "C" !~ E'^[ \t-\r]*(80840)?[12][0-9]{9}[ \t-\r]*$' then false
        else hcw._luhn('80840' || right(hcw._trim(value), 10))
    end
"#,
        ),
        reason: Body::Sql(
            r#"
    select case
        when hcw.npi_is_valid(value) then null
        when value collate "C" ~ E'^[ \t-\r]*(80840)?[12][0-9]{9}[ \t-\r]*$' then 'checksum'
        when value collate "C" ~ E'^[ \t-\r]*([0-9]{10}|[0-9]{15})[ \t-\r]*$' then 'range'
        else hcw._misfit(value, '0-9', '', '{10,15}')
    end
"#,
        ),
        canonical: Body::Sql(
            r#"
    select case when hcw.npi_is_valid(value) then right(hcw._trim(value), 10) end
"#,
        ),
    };
}

/// The ten digits of the card form.
#[cold]
fn card_form(text: &[u8]) -> Result<&[u8], Reason> {
    let digits = exactly_digits::<15>(text).ok_or(Reason::Charset)?;
    digits.strip_prefix(CARD_ISSUER).ok_or(Reason::Range)
}

/// The Luhn sum of ten characters, and whether all are digits: eight of them in one word, two
/// characters to a lane, then the last two.
#[inline]
fn luhn_of_ten(digits: &[u8; 10]) -> (u32, bool) {
    const LANES: u64 = 0x0001_0001_0001_0001;
    const BYTES: u64 = 0x0101_0101_0101_0101;
    let [head @ .., left, right] = digits;
    let head = u64::from_le_bytes(*head) ^ (BYTES * 0x30);
    let (left, right) = (u32::from(left ^ 0x30), u32::from(right ^ 0x30));
    let above_nine = (head & (BYTES * 0x7f)).wrapping_add(BYTES * 0x76) | head;
    let pure = above_nine & (BYTES * 0x80) == 0 && left < 10 && right < 10;
    // Little-endian: the first of each pair, which is doubled, is the low byte of its lane.
    let (doubled, plain) = (head & (LANES * 0xff), head >> 8 & (LANES * 0xff));
    let above_four = doubled.wrapping_add(LANES * 0x7b) >> 7 & LANES;
    let lanes = (2 * doubled)
        .wrapping_add(plain)
        .wrapping_sub(9 * above_four);
    let sum = lanes.wrapping_mul(LANES) >> 48;
    let last = 2 * left + right - if left > 4 { 9 } else { 0 };
    (sum as u32 + last, pure)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_value_of_ten_is_zero() {
        assert!(Npi::is_valid(b"1306849450"));
    }

    #[test]
    fn the_word_agrees_with_the_plain_algorithm() {
        let mut digits = *b"0000000000";
        let mut state = 7_u32;
        for _ in 0..100_000 {
            for digit in &mut digits {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                *digit = b'0' + (state >> 16) as u8 % 10;
            }
            let (sum, pure) = luhn_of_ten(&digits);
            assert!(pure);
            assert_eq!(sum % 10 == 0, crate::luhn::passes(&digits));
        }
        for byte in 0..=u8::MAX {
            for place in 0..10 {
                let mut changed = *b"1234567893";
                changed[place] = byte;
                assert_eq!(luhn_of_ten(&changed).1, byte.is_ascii_digit());
            }
        }
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
