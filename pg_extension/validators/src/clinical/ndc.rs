//! National Drug Code.

use crate::alphabet::Alphabet;
use crate::packed::Packed;
use crate::sql::portable::{Body, Portable};
use crate::text::{misfit, trim};
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
        if let Ok(bare) = <&[u8; WIDTH]>::try_from(text)
            && let digits = Packed::new(bare)
            && digits.are_digits()
        {
            let all_zero = digits.are_zeros();
            return if all_zero {
                Err(Reason::Reserved)
            } else {
                Ok(Canonical::Same(text))
            };
        }
        let segments = Segments::of(text).ok_or_else(|| why_not(text))?;
        if segments.all_zero {
            return Err(Reason::Reserved);
        }
        Ok(segments.canonical(text).into())
    }

    const PORTABLE: &'static Portable = &Portable {
        helpers: r#"
create or replace function hcw._ndc() returns text
language sql immutable parallel safe as $$
    select E'^[ \t-\r]*([0-9]{11}'
        || '|[0-9]{4}-[0-9]{4}-[0-9]{2}|[0-9]{5}-([0-9]{3}-[0-9]{2}|[0-9]{4}-[0-9]{1,2})'
        || '|[0-9]{4} [0-9]{4} [0-9]{2}|[0-9]{5} ([0-9]{3} [0-9]{2}|[0-9]{4} [0-9]{1,2})'
        || E')[ \t-\r]*$'
$$;
"#,
        is_valid: Body::Sql(
            r#"
    select case
        when value collate "C" !~ hcw._ndc() then false
        -- not all zero: most values show it by their first character
        when value collate "C" >= '1' then true
        else ltrim(value collate "C", E'0- \t\n\x0b\f\r') <> ''
    end
"#,
        ),
        reason: Body::Sql(
            r#"
    select case
        when hcw.ndc_is_valid(value) then null
        when value collate "C" ~ hcw._ndc() or value collate "C" ~ E'^[ \t-\r]*0{10}[ \t-\r]*$' then 'reserved'
        when value collate "C" ~ E'^[ \t-\r]*[0-9]{10}[ \t-\r]*$' then 'ambiguous'
        else hcw._misfit(value, '0-9', ' -', '{10,11}')
    end
"#,
        ),
        canonical: Body::Sql(
            r#"
    select case
        when not hcw.ndc_is_valid(value) then null
        when length(hcw._bare(value)) = 11 then hcw._bare(value)
        when hcw._trim(value) collate "C" ~ '^.{4}[ -]' then '0' || hcw._bare(value)
        when hcw._trim(value) collate "C" ~ '^.{5}[ -].{3}[ -]' then
            overlay(hcw._bare(value) placing '0' from 6 for 0)
        else overlay(hcw._bare(value) placing '0' from 10 for 0)
    end
"#,
        ),
    };
}

/// Where the separators of a segmented code stand.
struct Segments {
    first: usize,
    second: usize,
    all_zero: bool,
}

impl Segments {
    /// The segments of 4-4-2, 5-3-2, 5-4-1 or 5-4-2 digits.
    #[inline]
    fn of(text: &[u8]) -> Option<Segments> {
        if let Ok(text) = <&[u8; 12]>::try_from(text) {
            let first = if text[4].is_ascii_digit() { 5 } else { 4 };
            let second = if first == 4 || text[5] == text[9] {
                9
            } else {
                10
            };
            Segments::at(text, first, second)
        } else {
            Segments::at(<&[u8; 13]>::try_from(text).ok()?, 5, 10)
        }
    }

    /// Segments between separators at these two places.
    #[inline]
    fn at<const N: usize>(text: &[u8; N], first: usize, second: usize) -> Option<Segments> {
        if !matches!(text[first], b'-' | b' ') || text[first] != text[second] {
            return None;
        }
        let mut digits = Packed::new(text);
        digits.clear(first);
        digits.clear(second);
        digits.are_digits().then(|| Segments {
            first,
            second,
            all_zero: digits.are_zeros(),
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
