//! Administrative sex, ethnicity and race: small closed lists.

use crate::alphabet::Alphabet;
use crate::sql::portable::{Body, Portable};
use crate::text::trim;
use crate::{About, Canonical, CanonicalForm, Family, Layer, Reason, Source, Validator};

const ALPHABET: Alphabet = Alphabet::ALPHANUMERIC.with(b"-");

/// Administrative sex: HL7's letters, or FHIR's words, which map to them. Numbers are never
/// guessed.
#[derive(Debug)]
pub struct Hl7Sex;

impl Validator for Hl7Sex {
    const ABOUT: &'static About = &About {
        code: "hl7_sex_0001",
        title: "Administrative sex",
        family: Family::ClinicalCodes,
        source: Source {
            standard: "HL7 Terminology, table 0001; FHIR administrative-gender",
            section: "v2-0001",
            edition: "5.5.0",
        },
        layer: Layer::List,
        system: None,
        form: CanonicalForm::Own,
        example: "female",
        counterexample: "1",
    };

    fn check(input: &[u8]) -> Result<Canonical<'_>, Reason> {
        find(
            input,
            &[
                ("F", "F"),
                ("M", "M"),
                ("O", "O"),
                ("U", "U"),
                ("A", "A"),
                ("N", "N"),
                ("X", "X"),
                ("female", "F"),
                ("male", "M"),
                ("other", "O"),
                ("unknown", "U"),
            ],
        )
    }

    const PORTABLE: &'static Portable = &Portable {
        helpers: "",
        is_valid: Body::Sql(
            r#"
    select lower(hcw._trim(value) collate "C")
        in ('f', 'm', 'o', 'u', 'a', 'n', 'x', 'female', 'male', 'other', 'unknown')
"#,
        ),
        reason: Body::Sql(
            r#"
    select case
        when hcw.hl7_sex_0001_is_valid(value) then null
        else replace(hcw._misfit(value, 'A-Za-z0-9', '-', '{}') collate "C", 'length', 'unassigned')
    end
"#,
        ),
        canonical: Body::Sql(
            r#"
    select case
        when hcw.hl7_sex_0001_is_valid(value) then upper(left(hcw._trim(value), 1) collate "C")
    end
"#,
        ),
    };
}

/// Ethnicity: HL7's letters or the two CDC codes.
#[derive(Debug)]
pub struct Hl7Ethnicity;

impl Validator for Hl7Ethnicity {
    const ABOUT: &'static About = &About {
        code: "hl7_ethnicity_0189",
        title: "Ethnicity",
        family: Family::ClinicalCodes,
        source: Source {
            standard: "HL7 Terminology, table 0189; CDC Race and Ethnicity Code Set",
            section: "v2-0189",
            edition: "5.5.0",
        },
        layer: Layer::List,
        system: None,
        form: CanonicalForm::Own,
        example: "2135-2",
        counterexample: "nonhispanic",
    };

    fn check(input: &[u8]) -> Result<Canonical<'_>, Reason> {
        find(
            input,
            &[
                ("H", "H"),
                ("N", "N"),
                ("U", "U"),
                ("2135-2", "2135-2"),
                ("2186-5", "2186-5"),
            ],
        )
    }

    const PORTABLE: &'static Portable = &Portable {
        helpers: "",
        is_valid: Body::Sql(
            r#"
    select upper(hcw._trim(value) collate "C") in ('H', 'N', 'U', '2135-2', '2186-5')
"#,
        ),
        reason: Body::Sql(
            r#"
    select case
        when hcw.hl7_ethnicity_0189_is_valid(value) then null
        else replace(hcw._misfit(value, 'A-Za-z0-9', '-', '{}') collate "C", 'length', 'unassigned')
    end
"#,
        ),
        canonical: Body::Sql(
            r#"
    select case
        when hcw.hl7_ethnicity_0189_is_valid(value) then upper(hcw._trim(value) collate "C")
    end
"#,
        ),
    };
}

/// Race: the five categories of the 1997 standard, and other race.
#[derive(Debug)]
pub struct OmbRace;

impl Validator for OmbRace {
    const ABOUT: &'static About = &About {
        code: "omb_race",
        title: "Race (OMB category)",
        family: Family::ClinicalCodes,
        source: Source {
            standard: "OMB Statistical Policy Directive 15; CDC Race and Ethnicity Code Set",
            section: "minimum categories",
            edition: "1997",
        },
        layer: Layer::List,
        system: None,
        form: CanonicalForm::Own,
        example: "2106-3",
        counterexample: "white",
    };

    fn check(input: &[u8]) -> Result<Canonical<'_>, Reason> {
        find(
            input,
            &[
                ("1002-5", "1002-5"),
                ("2028-9", "2028-9"),
                ("2054-5", "2054-5"),
                ("2076-8", "2076-8"),
                ("2106-3", "2106-3"),
                ("2131-1", "2131-1"),
            ],
        )
    }

    const PORTABLE: &'static Portable = &Portable {
        helpers: "",
        is_valid: Body::Sql(
            r#"
    select hcw._trim(value) collate "C"
        in ('1002-5', '2028-9', '2054-5', '2076-8', '2106-3', '2131-1')
"#,
        ),
        reason: Body::Sql(
            r#"
    select case
        when hcw.omb_race_is_valid(value) then null
        else replace(hcw._misfit(value, 'A-Za-z0-9', '-', '{}') collate "C", 'length', 'unassigned')
    end
"#,
        ),
        canonical: Body::Sql(
            r#"
    select case when hcw.omb_race_is_valid(value) then hcw._trim(value) end
"#,
        ),
    };
}

/// The canonical text of a listed form, compared without regard to case.
fn find<'a>(input: &'a [u8], list: &[(&str, &'static str)]) -> Result<Canonical<'a>, Reason> {
    let text = trim(input)?;
    if !ALPHABET.covers(text) {
        return Err(Reason::Charset);
    }
    list.iter()
        .find(|(form, _)| text.eq_ignore_ascii_case(form.as_bytes()))
        .map(|(_, canonical)| Canonical::Same(canonical.as_bytes()))
        .ok_or(Reason::Unassigned)
}
