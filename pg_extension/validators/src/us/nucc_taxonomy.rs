//! Health care provider taxonomy code.

use crate::alphabet::Alphabet;
use crate::sql::portable::{Body, Portable};
use crate::text::{misfit, trim};
use crate::{
    About, Canonical, CanonicalForm, CodeSystem, Family, Layer, Reason, Source, Validator,
};

/// Provider taxonomy code: a digit, eight letters or digits, and `X`. There is no check digit;
/// the code list is licensed and loaded by its user.
#[derive(Debug)]
pub struct NuccTaxonomy;

impl Validator for NuccTaxonomy {
    const ABOUT: &'static About = &About {
        code: "nucc_taxonomy",
        title: "Health care provider taxonomy code",
        family: Family::UsIdentifiers,
        source: Source {
            standard: "NUCC, Health Care Provider Taxonomy code set",
            section: "structure of the code",
            edition: "24.1",
        },
        layer: Layer::Shape,
        system: Some(CodeSystem::NuccTaxonomy),
        form: CanonicalForm::Own,
        example: "207RH0005X",
        counterexample: "207Q00000Y",
    };

    fn check(input: &[u8]) -> Result<Canonical<'_>, Reason> {
        let text = trim(input)?;
        match text {
            [b'0'..=b'9', body @ .., b'X' | b'x']
                if body.len() == 8 && Alphabet::ALPHANUMERIC.covers(body) =>
            {
                Ok(Canonical::upper(text))
            }
            _ => Err(misfit(text, &Alphabet::ALPHANUMERIC, text.len() == 10)),
        }
    }

    const PORTABLE: &'static Portable = &Portable {
        helpers: "",
        is_valid: Body::Sql(
            r#"
    select value collate "C" ~ E'^[ \t-\r]*[0-9][A-Za-z0-9]{8}[Xx][ \t-\r]*$'
"#,
        ),
        reason: Body::Sql(
            r#"
    select case
        when hcw.nucc_taxonomy_is_valid(value) then null
        else hcw._misfit(value, 'A-Za-z0-9', '', '{10}')
    end
"#,
        ),
        canonical: Body::Sql(
            r#"
    select case when hcw.nucc_taxonomy_is_valid(value) then hcw._upper(value) end
"#,
        ),
    };
}
