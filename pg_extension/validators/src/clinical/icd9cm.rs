//! ICD-9-CM codes, in force until 2015-09-30.

use crate::alphabet::Alphabet;
use crate::sql::portable::{Body, Portable};
use crate::text::trim;
use crate::{
    About, Canonical, CanonicalForm, CodeSystem, Family, Layer, Reason, Short, Source, Validator,
};

const DIAGNOSIS: Alphabet = Alphabet::ALPHANUMERIC.with(b".");
const PROCEDURE: Alphabet = Alphabet::DIGITS.with(b".");

/// ICD-9-CM diagnosis: three to five digits, `V` and two to four, or `E` and three or four; a dot
/// (if any) after the third character, after the fourth of `E` codes.
#[derive(Debug)]
pub struct Icd9CmDx;

impl Validator for Icd9CmDx {
    const ABOUT: &'static About = &About {
        code: "icd9cm_dx",
        title: "ICD-9-CM diagnosis code",
        family: Family::ClinicalCodes,
        source: Source {
            standard: "CDC/NCHS and CMS, ICD-9-CM Official Guidelines",
            section: "volumes 1 and 2",
            edition: "version 32, October 2014",
        },
        layer: Layer::Shape,
        system: Some(CodeSystem::Icd9CmDx),
        form: CanonicalForm::Own,
        example: "70583",
        counterexample: "25",
    };

    fn check(input: &[u8]) -> Result<Canonical<'_>, Reason> {
        let text = trim(input)?;
        let (first, shortest, dot) = match text {
            [b'E' | b'e', ..] => (1, 4, 4),
            [b'V' | b'v', ..] => (1, 3, 3),
            _ => (0, 3, 3),
        };
        check_dotted(text, &DIAGNOSIS, shortest..=5, dot, first)
    }

    const PORTABLE: &'static Portable = &Portable {
        helpers: "",
        is_valid: Body::Sql(
            r#"
    select value collate "C" ~ (E'^[ \t-\r]*'
        || '([0-9Vv][0-9]{2}([.]?[0-9]{1,2})?|[Ee][0-9]{3}([.]?[0-9])?)'
        || E'[ \t-\r]*$')
"#,
        ),
        reason: Body::Sql(
            r#"
    select case
        when hcw.icd9cm_dx_is_valid(value) then null
        when value collate "C" ~ E'^[ \t-\r]*[Ee]' then hcw._misfit(value, 'A-Za-z0-9', '.', '{4,5}')
        else hcw._misfit(value, 'A-Za-z0-9', '.', '{3,4,5}')
    end
"#,
        ),
        canonical: Body::Sql(
            r#"
    select case
        when not hcw.icd9cm_dx_is_valid(value) then null
        when hcw._upper(value) collate "C" like 'E%' then hcw._dotted(hcw._upper(value), 4)
        else hcw._dotted(hcw._upper(value), 3)
    end
"#,
        ),
    };
}

/// ICD-9-CM procedure: three or four digits, a dot (if any) after the second.
#[derive(Debug)]
pub struct Icd9CmPx;

impl Validator for Icd9CmPx {
    const ABOUT: &'static About = &About {
        code: "icd9cm_px",
        title: "ICD-9-CM procedure code",
        family: Family::ClinicalCodes,
        source: Source {
            standard: "CDC/NCHS and CMS, ICD-9-CM Official Guidelines",
            section: "volume 3",
            edition: "version 32, October 2014",
        },
        layer: Layer::Shape,
        system: Some(CodeSystem::Icd9CmPx),
        form: CanonicalForm::Own,
        example: "3893",
        counterexample: "4",
    };

    fn check(input: &[u8]) -> Result<Canonical<'_>, Reason> {
        check_dotted(trim(input)?, &PROCEDURE, 3..=4, 2, 0)
    }

    const PORTABLE: &'static Portable = &Portable {
        helpers: "",
        is_valid: Body::Sql(
            r#"
    select value collate "C" ~ E'^[ \t-\r]*[0-9]{2}[.]?[0-9]{1,2}[ \t-\r]*$'
"#,
        ),
        reason: Body::Sql(
            r#"
    select case
        when hcw.icd9cm_px_is_valid(value) then null
        else hcw._misfit(value, '0-9', '.', '{3,4}')
    end
"#,
        ),
        canonical: Body::Sql(
            r#"
    select case when hcw.icd9cm_px_is_valid(value) then hcw._dotted(hcw._bare(value), 2) end
"#,
        ),
    };
}

/// Digits after the first `letters` characters, with a dot after `dot` characters; canonical text
/// has the dot wherever something follows it.
fn check_dotted<'a>(
    text: &'a [u8],
    alphabet: &Alphabet,
    lengths: std::ops::RangeInclusive<usize>,
    dot: usize,
    letters: usize,
) -> Result<Canonical<'a>, Reason> {
    if !alphabet.covers(text) {
        return Err(Reason::Charset);
    }
    let count = text.iter().filter(|byte| **byte != b'.').count();
    if !lengths.contains(&count) {
        return Err(Reason::Length);
    }
    let mut canonical = Short::new();
    for (place, byte) in text.iter().filter(|byte| **byte != b'.').enumerate() {
        if place >= letters && !byte.is_ascii_digit() {
            return Err(Reason::Structure);
        }
        if place == dot {
            canonical.push(b'.');
        }
        canonical.push(byte.to_ascii_uppercase());
    }
    if text.contains(&b'.') && !text.eq_ignore_ascii_case(canonical.as_bytes()) {
        return Err(Reason::Structure);
    }
    Ok(canonical.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_and_lengths() {
        for (text, canonical) in [
            ("e8490", "E849.0"),
            ("E849", "E849"),
            ("v010", "V01.0"),
            ("250", "250"),
        ] {
            assert_eq!(
                Icd9CmDx::canonical(text.as_bytes()).as_deref(),
                Some(canonical.as_bytes())
            );
        }
        for (text, reason) in [
            ("E84", Reason::Length),
            ("E84.90", Reason::Structure),
            ("250.", Reason::Structure),
            ("2A0", Reason::Structure),
            ("X250", Reason::Structure),
            ("250.001", Reason::Length),
        ] {
            assert_eq!(Icd9CmDx::reason(text.as_bytes()), Some(reason), "{text}");
        }
        assert_eq!(Icd9CmPx::reason(b"470.1"), Some(Reason::Structure));
        assert_eq!(Icd9CmPx::reason(b"47.0A"), Some(Reason::Charset));
    }
}
