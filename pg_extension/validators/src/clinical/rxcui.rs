//! RxNorm concept identifier.

use crate::alphabet::Alphabet;
use crate::sql::portable::{Body, Portable};
use crate::text::{misfit, trim};
use crate::{About, Canonical, CanonicalForm, Family, Layer, Reason, Source, Validator};

/// RxNorm concept identifier: a positive number of up to eight digits, without check digit.
#[derive(Debug)]
pub struct Rxcui;

impl Validator for Rxcui {
    const ABOUT: &'static About = &About {
        code: "rxcui",
        title: "RxNorm concept identifier",
        family: Family::ClinicalCodes,
        source: Source {
            standard: "National Library of Medicine, RxNorm Technical Documentation",
            section: "RXCUI",
            edition: "edition not recorded",
        },
        layer: Layer::Shape,
        system: None,
        form: CanonicalForm::Own,
        example: "000123",
        counterexample: "0",
    };

    fn check(input: &[u8]) -> Result<Canonical<'_>, Reason> {
        let text = trim(input)?;
        if text.len() > 8 || !Alphabet::DIGITS.covers(text) {
            return Err(misfit(text, &Alphabet::DIGITS, false));
        }
        let first = text
            .iter()
            .position(|byte| *byte != b'0')
            .ok_or(Reason::Range)?;
        Ok(Canonical::Same(text.get(first..).unwrap_or(text)))
    }

    const PORTABLE: &'static Portable = &Portable {
        helpers: "",
        is_valid: Body::Sql(
            r#"
    select case
        when value collate "C" !~ E'^[ \t-\r]*[0-9]{1,8}[ \t-\r]*$' then false
        else btrim(value collate "C", E'0 \t\n\x0b\f\r') <> ''
    end
"#,
        ),
        reason: Body::Sql(
            r#"
    select case
        when hcw.rxcui_is_valid(value) then null
        when value collate "C" ~ E'^[ \t-\r]*[0-9]{1,8}[ \t-\r]*$' then 'range'
        else hcw._misfit(value, '0-9', '', '{}')
    end
"#,
        ),
        canonical: Body::Sql(
            r#"
    select case when hcw.rxcui_is_valid(value) then ltrim(hcw._trim(value), '0') end
"#,
        ),
    };
}
