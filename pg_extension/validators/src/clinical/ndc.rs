//! National Drug Code.

use crate::alphabet::Alphabet;
use crate::text::{all_digits, misfit, trim};
use crate::{About, Canonical, CanonicalForm, Family, Layer, Reason, Short, Source, Validator};

const ALPHABET: Alphabet = Alphabet::DIGITS.with(b"- ");

/// Digits of the canonical form: labeler 5, product 4, package 2.
const WIDTH: usize = 11;

/// National Drug Code: 4-4-2, 5-3-2, 5-4-1 or 5-4-2 digits with hyphens or spaces, or eleven bare
/// digits; canonical is eleven digits. Ten bare digits have three readings.
#[derive(Debug)]
pub struct Ndc;

impl Validator for Ndc {
    const ABOUT: &'static About = &About {
        code: "ndc",
        title: "National Drug Code",
        family: Family::ClinicalCodes,
        source: Source {
            standard: "21 CFR 207.33; CMS HIPAA billing form of eleven digits (45 CFR 162.1002)",
            section: "207.33(b), segments",
            edition: "2016",
        },
        layer: Layer::Shape,
        system: None,
        form: CanonicalForm::Own,
        example: "0574-4072-05",
        counterexample: "1234567890",
    };

    #[inline]
    fn check(input: &[u8]) -> Result<Canonical<'_>, Reason> {
        let text = trim(input)?;
        if text.len() == WIDTH && all_digits(text) {
            if text.iter().all(|byte| *byte == b'0') {
                return Err(Reason::Reserved);
            }
            return Ok(Canonical::Same(text));
        }
        let digits = segmented(text).ok_or_else(|| why_not(text))?;
        if digits.as_bytes().iter().all(|byte| *byte == b'0') {
            return Err(Reason::Reserved);
        }
        Ok(digits.into())
    }
}

/// The eleven digits of a code written in segments.
#[inline]
fn segmented(text: &[u8]) -> Option<Short> {
    let (separator, labeler) = match text {
        [_, _, _, _, separator @ (b'-' | b' '), ..] => (*separator, 4),
        [_, _, _, _, _, separator @ (b'-' | b' '), ..] => (*separator, 5),
        _ => return None,
    };
    let (product, package) = match (labeler, text.len()) {
        (4, 12) | (5, 13) => (4, 2),
        (5, 12) if text.get(9) == Some(&separator) => (3, 2),
        (5, 12) => (4, 1),
        _ => return None,
    };
    let mut digits = Short::new();
    let mut rest = text;
    for (length, width) in [(labeler, 5), (product, 4), (package, 2)] {
        let (segment, after) = rest.split_at_checked(length)?;
        if length < width {
            digits.push(b'0');
        }
        if !all_digits(segment) {
            return None;
        }
        digits.extend(segment);
        rest = match after {
            [next, tail @ ..] if *next == separator => tail,
            [] => after,
            _ => return None,
        };
    }
    Some(digits)
}

/// Why a text is no NDC; ten bare digits are the one that can be several.
#[cold]
fn why_not(text: &[u8]) -> Reason {
    let count = text.iter().filter(|byte| byte.is_ascii_digit()).count();
    match text.len() {
        10 if count == 10 && text.iter().all(|byte| *byte == b'0') => Reason::Reserved,
        10 if count == 10 => Reason::Ambiguous,
        _ => misfit(text, &ALPHABET, matches!(count, 10 | 11)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments() {
        for (text, canonical) in [
            ("0574-4072-05", "00574407205"),
            ("12345-678-90", "12345067890"),
            ("12345-6789-0", "12345678900"),
            ("12345-6789-01", "12345678901"),
            ("0574 4072 05", "00574407205"),
        ] {
            assert_eq!(
                Ndc::canonical(text.as_bytes()).as_deref(),
                Some(canonical.as_bytes())
            );
        }
        for text in [
            "0574-4072 05",
            "0574-407205",
            "05744-07-205",
            "-0574407205",
            "0574-4072-05-",
        ] {
            assert_eq!(
                Ndc::reason(text.as_bytes()),
                Some(Reason::Structure),
                "{text}"
            );
        }
        assert_eq!(Ndc::reason(b"*0574-4072-05"), Some(Reason::Charset));
        assert_eq!(Ndc::reason(b"0574-4072-0"), Some(Reason::Length));
        assert_eq!(Ndc::reason(b"0000000000"), Some(Reason::Reserved));
    }
}
