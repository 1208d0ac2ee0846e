//! ICD-10-PCS procedure codes.

use crate::alphabet::Alphabet;
use crate::sql::portable::{Body, Portable};
use crate::text::{misfit, trim};
use crate::{
    About, Canonical, CanonicalForm, CodeSystem, Family, Layer, Reason, Source, Validator,
};

const ALPHABET: Alphabet = Alphabet::ALPHANUMERIC.without(b"IOio");

/// ICD-10-PCS code: seven characters without the letters I and O, the first a section.
#[derive(Debug)]
pub struct Icd10Pcs;

impl Validator for Icd10Pcs {
    const ABOUT: &'static About = &About {
        code: "icd10pcs",
        title: "ICD-10-PCS procedure code",
        family: Family::ClinicalCodes,
        source: Source {
            standard: "CMS, ICD-10-PCS Official Guidelines for Coding and Reporting",
            section: "section A, conventions",
            edition: "FY2026",
        },
        layer: Layer::Shape,
        system: Some(CodeSystem::Icd10Pcs),
        form: CanonicalForm::Own,
        example: "0d9p7zz",
        counterexample: "0I16070",
    };

    fn check(input: &[u8]) -> Result<Canonical<'_>, Reason> {
        let text = trim(input)?;
        match text {
            [
                b'0'..=b'9' | b'B'..=b'D' | b'F'..=b'H' | b'X' | b'b'..=b'd' | b'f'..=b'h' | b'x',
                rest @ ..,
            ] if rest.len() == 6 && ALPHABET.covers(rest) => Ok(Canonical::upper(text)),
            _ => Err(misfit(text, &ALPHABET, text.len() == 7)),
        }
    }

    const PORTABLE: &'static Portable = &Portable {
        helpers: "",
        is_valid: Body::Sql(
            r#"
    select value collate "C" ~ E'^[ \t-\r]*[0-9B-DF-HXb-df-hx][0-9A-HJ-NP-Za-hj-np-z]{6}[ \t-\r]*$'
"#,
        ),
        reason: Body::Sql(
            r#"
    select case
        when hcw.icd10pcs_is_valid(value) then null
        else hcw._misfit(value, '0-9A-HJ-NP-Za-hj-np-z', '', '{7}')
    end
"#,
        ),
        canonical: Body::Sql(
            r#"
    select case when hcw.icd10pcs_is_valid(value) then hcw._upper(value) end
"#,
        ),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections() {
        let sections: String = ('0'..='9')
            .chain('A'..='Z')
            .filter(|section| Icd10Pcs::is_valid(format!("{section}ZZZZZZ").as_bytes()))
            .collect();
        assert_eq!(sections, "0123456789BCDFGHX");
    }
}
