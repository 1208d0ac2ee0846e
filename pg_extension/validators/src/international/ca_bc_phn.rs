//! British Columbia Personal Health Number.

use crate::mod11;
use crate::text::{digits, trim};
use crate::{About, Canonical, CanonicalForm, Family, Layer, Reason, Source, Validator};

/// Weights of the second to ninth digit: powers of two modulo 11.
const WEIGHTS: [u32; 8] = [2, 4, 8, 5, 10, 9, 7, 3];

/// Personal Health Number: ten digits, the first 9, the last a modulo-11 check digit.
#[derive(Debug)]
pub struct CaBcPhn;

impl Validator for CaBcPhn {
    const ABOUT: &'static About = &About {
        code: "ca_bc_phn",
        title: "British Columbia Personal Health Number",
        family: Family::InternationalIdentifiers,
        source: Source {
            standard: "British Columbia Ministry of Health, Conformance Standards volume 4B",
            section: "application rules, client registry",
            edition: "2022",
        },
        layer: Layer::Shape,
        system: None,
        form: CanonicalForm::Own,
        example: "9698658215",
        counterexample: "9180967925",
    };

    fn check(input: &[u8]) -> Result<Canonical<'_>, Reason> {
        let text = trim(input)?;
        let [first, rest @ ..] = digits::<10>(text)?;
        if *first != b'9' {
            return Err(Reason::Range);
        }
        if !mod11::passes(rest, WEIGHTS) {
            return Err(Reason::Checksum);
        }
        Ok(Canonical::Same(text))
    }
}
