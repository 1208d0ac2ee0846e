//! Health care provider taxonomy code.

use crate::alphabet::Alphabet;
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
}
