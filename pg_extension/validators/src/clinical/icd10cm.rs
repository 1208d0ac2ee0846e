//! ICD-10-CM diagnosis codes, alone and on a date of service.

use crate::alphabet::Alphabet;
use crate::code_tables::{CodeSystem, CodeTables};
use crate::dates::{Date, fhir};
use crate::sql::portable::{Body, Portable};
use crate::text::{split_once, trim};
use crate::{
    About, Answer, Canonical, CanonicalForm, Family, Layer, Reason, Short, Source, Validator,
};

const ALPHABET: Alphabet = Alphabet::ALPHANUMERIC.with(b".");

const SOURCE: Source = Source {
    standard: "CDC/NCHS and CMS, ICD-10-CM Official Guidelines for Coding and Reporting",
    section: "section I.A, conventions; tabular list for leaves and headers",
    edition: "FY2026, April",
};

/// ICD-10-CM code: three to seven characters, the first a letter, a dot (if any) after the third.
/// Which codes are leaves, only the table knows.
#[derive(Debug)]
pub struct Icd10Cm;

impl Validator for Icd10Cm {
    const ABOUT: &'static About = &About {
        code: "icd10cm",
        title: "ICD-10-CM diagnosis code",
        family: Family::ClinicalCodes,
        source: SOURCE,
        layer: Layer::Shape,
        system: Some(CodeSystem::Icd10Cm),
        form: CanonicalForm::Own,
        example: "S21231D",
        counterexample: "E1.19",
    };

    #[inline]
    fn check(input: &[u8]) -> Result<Canonical<'_>, Reason> {
        shape(trim(input)?)
    }

    const PORTABLE: &'static Portable = &Portable {
        helpers: r#"
-- A code with a dot after its third character, if anything follows; without one it gets one.
create or replace function hcw._dotted(code text, place int) returns text
language sql immutable parallel safe as $$
    select rtrim(left(code, place) || '.' || substr(code, place + 1), '.')
$$;
"#,
        is_valid: Body::Sql(
            r#"
    select value collate "C" ~
        E'^[ \t-\r]*[A-Za-z][A-Za-z0-9]{2}([.]?[A-Za-z0-9]{1,4})?[ \t-\r]*$'
"#,
        ),
        reason: Body::Sql(
            r#"
    select case
        when hcw.icd10cm_is_valid(value) then null
        else hcw._misfit(value, 'A-Za-z0-9', '.', '{3,4,5,6,7}')
    end
"#,
        ),
        canonical: Body::Sql(
            r#"
    select case when hcw.icd10cm_is_valid(value) then hcw._dotted(hcw._upper(value), 3) end
"#,
        ),
    };
}

/// The shape in one pass. The second and third place take letters too: QA0 and C4A are in use.
#[inline]
fn shape(text: &[u8]) -> Result<Canonical<'_>, Reason> {
    let (category, rest, dotted) = match text {
        [a, b, c, b'.', rest @ ..] if !rest.is_empty() => ([*a, *b, *c], rest, true),
        [a, b, c, rest @ ..] => ([*a, *b, *c], rest, false),
        _ => return Err(misfit(text)),
    };
    let mut kinds = 0;
    for byte in category.iter().chain(rest) {
        kinds |= KIND[usize::from(*byte)];
    }
    if rest.len() > 4 || kinds & OTHER != 0 || !category[0].is_ascii_alphabetic() {
        return Err(misfit(text));
    }
    if kinds & LOWER == 0 && (dotted || rest.is_empty()) {
        return Ok(Canonical::Same(text));
    }
    let mut canonical = Short::new();
    canonical.extend(&category);
    if !rest.is_empty() {
        canonical.push(b'.');
        canonical.extend(rest);
    }
    Ok(canonical.into_upper().into())
}

/// A lower-case letter.
const LOWER: u8 = 1;
/// No letter or digit.
const OTHER: u8 = 2;
/// What each byte is; zero for upper-case letters and digits.
static KIND: [u8; 256] = {
    let mut kinds = [OTHER; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        if byte.is_ascii_digit() || byte.is_ascii_uppercase() {
            kinds[byte as usize] = 0;
        } else if byte.is_ascii_lowercase() {
            kinds[byte as usize] = LOWER;
        }
        byte += 1;
    }
    kinds
};

/// Why a text is no ICD code: dots count as structure, not towards the length.
#[cold]
fn misfit(text: &[u8]) -> Reason {
    let count = text.iter().filter(|byte| **byte != b'.').count();
    crate::text::misfit(text, &ALPHABET, matches!(count, 3..=7))
}

/// ICD-10-CM code on a date of service, written `code|yyyy-mm-dd`; canonical is the code alone.
#[derive(Debug)]
pub struct Icd10CmOnDate;

impl Validator for Icd10CmOnDate {
    const ABOUT: &'static About = &About {
        code: "icd10cm_on_date",
        title: "ICD-10-CM diagnosis code on a date of service",
        family: Family::ClinicalCodes,
        source: SOURCE,
        layer: Layer::Shape,
        system: Some(CodeSystem::Icd10Cm),
        form: CanonicalForm::Of("icd10cm"),
        example: "J12.82|2025-06-15",
        counterexample: "J12.82",
    };

    fn check(input: &[u8]) -> Result<Canonical<'_>, Reason> {
        code_and_date(input).map(|(code, _)| code)
    }

    fn answer<'a>(input: &'a [u8], tables: &dyn CodeTables, _: Option<Date>) -> Answer<'a> {
        let parsed = code_and_date(input);
        let looked_up = parsed.ok().and_then(|(code, date)| {
            Answer::from_table(code, CodeSystem::Icd10Cm, tables, Some(date))
        });
        looked_up.unwrap_or_else(|| Answer::from_check(parsed.map(|(code, _)| code), Layer::Shape))
    }

    const PORTABLE: &'static Portable = &Portable {
        helpers: "",
        is_valid: Body::Sql(
            r#"
    select value collate "C" ~ (
        E'^[ \t-\r]*[A-Za-z][A-Za-z0-9]{2}([.]?[A-Za-z0-9]{1,4})?[ \t-\r]*[|]'
        || E'[ \t-\r]*' || hcw._day('-') || E'[ \t-\r]*$')
"#,
        ),
        reason: Body::Block(
            r#"
declare
    bar int := strpos(value collate "C", '|');
begin
    if hcw._trim(value collate "C") = '' then
        return 'empty';
    elsif bar = 0 then
        return hcw._first_reason(hcw.icd10cm_reason(value), 'structure');
    end if;
    return hcw._first_reason(
        replace(hcw.icd10cm_reason(left(value collate "C", bar - 1)), 'empty', 'structure'),
        replace(hcw._full_date_reason(substr(value collate "C", bar + 1)), 'empty', 'structure'));
end
"#,
        ),
        canonical: Body::Sql(
            r#"
    select case
        when hcw.icd10cm_on_date_is_valid(value) then
            hcw.icd10cm_canonical(split_part(value collate "C", '|', 1))
    end
"#,
        ),
    };
}

/// Both parts; of two reasons the first in order.
fn code_and_date(input: &[u8]) -> Result<(Canonical<'_>, Date), Reason> {
    let text = trim(input)?;
    let Some((code, date)) = split_once(text, b'|') else {
        return Err(Icd10Cm::reason(text)
            .unwrap_or(Reason::Structure)
            .min(Reason::Structure));
    };
    let code = trim(code).map_err(|_| Reason::Structure).and_then(shape);
    let date = trim(date)
        .map_err(|_| Reason::Structure)
        .and_then(fhir::parse_full_date);
    match (code, date) {
        (Ok(code), Ok(date)) => Ok((code, date)),
        (Err(code), Err(date)) => Err(code.min(date)),
        (Err(reason), _) | (_, Err(reason)) => Err(reason),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canonical_is_dotted_upper_case() {
        for (text, canonical) in [
            ("e1165", "E11.65"),
            ("i10", "I10"),
            ("qa0.0101", "QA0.0101"),
        ] {
            assert_eq!(
                Icd10Cm::canonical(text.as_bytes()).as_deref(),
                Some(canonical.as_bytes())
            );
        }
    }

    #[test]
    fn dots() {
        for text in ["E11.", "E11..9", "E119.", "E.119", "E11.9.1"] {
            assert_eq!(
                Icd10Cm::reason(text.as_bytes()),
                Some(Reason::Structure),
                "{text}"
            );
        }
        assert_eq!(Icd10Cm::reason(b"E11.65432"), Some(Reason::Length));
        assert_eq!(Icd10Cm::reason(b"..."), Some(Reason::Length));
        assert_eq!(Icd10Cm::reason(b"E11-9"), Some(Reason::Charset));
    }

    #[test]
    fn of_two_reasons_the_first_in_order() {
        for (text, reason) in [
            ("E11.9|2024-02-30", Reason::Range),
            ("E1|2024-02-30", Reason::Length),
            ("1E1|2024#", Reason::Charset),
            ("E11.9|2024", Reason::Precision),
            ("|2024-01-01", Reason::Structure),
            ("E11.9", Reason::Structure),
        ] {
            assert_eq!(
                Icd10CmOnDate::reason(text.as_bytes()),
                Some(reason),
                "{text}"
            );
        }
    }
}
