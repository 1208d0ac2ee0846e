//! SNOMED CT identifiers.

use crate::alphabet::Alphabet;
use crate::text::{misfit, trim};
use crate::verhoeff;
use crate::{About, Canonical, CanonicalForm, Family, Layer, Reason, Source, Validator};

/// The fewest digits with a seven-digit namespace before the partition and one before that.
const SHORTEST_LONG_FORM: usize = 11;

/// SNOMED CT identifier: 6 to 18 digits without leading zero, the second and third from the right
/// a partition in use, the last a Verhoeff check digit.
#[derive(Debug)]
pub struct SnomedSctid;

impl Validator for SnomedSctid {
    const ABOUT: &'static About = &About {
        code: "snomed_sctid",
        title: "SNOMED CT identifier",
        family: Family::ClinicalCodes,
        source: Source {
            standard: "SNOMED International, SNOMED CT Release File Specifications",
            section: "chapter 6, SNOMED CT Identifiers",
            edition: "2024",
        },
        layer: Layer::Shape,
        system: None,
        form: CanonicalForm::Own,
        example: "138875005",
        counterexample: "138875006",
    };

    fn check(input: &[u8]) -> Result<Canonical<'_>, Reason> {
        let text = trim(input)?;
        if !matches!(text.len(), 6..=18) || !Alphabet::DIGITS.covers(text) {
            return Err(misfit(text, &Alphabet::DIGITS, false));
        }
        let fits = match text {
            [b'0', ..] => false,
            [.., b'0', b'0'..=b'2', _] => true,
            [.., b'1', b'0'..=b'2' | b'6', _] => text.len() >= SHORTEST_LONG_FORM,
            _ => false,
        };
        if !fits {
            return Err(Reason::Structure);
        }
        if !verhoeff::passes(text) {
            return Err(Reason::Checksum);
        }
        Ok(Canonical::Same(text))
    }
}
