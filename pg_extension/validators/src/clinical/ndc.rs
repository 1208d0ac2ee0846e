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
        let segments = Segments::of(text).ok_or_else(|| why_not(text))?;
        if segments.all_zero {
            return Err(Reason::Reserved);
        }
        Ok(segments.canonical(text).into())
    }
}

/// Where the separators of a segmented code stand.
struct Segments {
    first: usize,
    second: usize,
    all_zero: bool,
}

impl Segments {
    /// The segments of 4-4-2, 5-3-2, 5-4-1 or 5-4-2 digits, found in one pass.
    #[inline]
    fn of(text: &[u8]) -> Option<Segments> {
        let (first, second) = match text {
            [_, _, _, _, b'-' | b' ', ..] if text.len() == 12 => (4, 9),
            [_, _, _, _, _, one, _, _, _, other, _, _] if one == other => (5, 9),
            [_, _, _, _, _, _, _, _, _, _, _, _] | [_, _, _, _, _, _, _, _, _, _, _, _, _] => {
                (5, 10)
            }
            _ => return None,
        };
        let separator = *text.get(first)?;
        if !matches!(separator, b'-' | b' ') || text.get(second) != Some(&separator) {
            return None;
        }
        let (mut pure, mut any) = (true, 0);
        for (place, byte) in text.iter().enumerate() {
            let is_digit = byte.is_ascii_digit();
            pure &= is_digit || place == first || place == second;
            any |= if is_digit { byte & 15 } else { 0 };
        }
        pure.then_some(Segments {
            first,
            second,
            all_zero: any == 0,
        })
    }

    /// Each segment padded to its width: 5, 4, 2.
    #[inline]
    fn canonical(&self, text: &[u8]) -> Short {
        let mut digits = Short::new();
        for (place, byte) in text.iter().enumerate() {
            let short_labeler = place == 0 && self.first == 4;
            let short_product = place == self.first && self.second - self.first == 4;
            let short_package = place == self.second && text.len() - self.second == 2;
            if short_labeler || short_product || short_package {
                digits.push(b'0');
            }
            if place != self.first && place != self.second {
                digits.push(*byte);
            }
        }
        digits
    }
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
