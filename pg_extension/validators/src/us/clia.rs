//! Clinical Laboratory Improvement Amendments number.

use crate::alphabet::Alphabet;
use crate::sql::portable::{Body, Portable};
use crate::text::{misfit, trim};
use crate::{About, Canonical, CanonicalForm, Family, Layer, Reason, Source, Validator};

/// CLIA number of a laboratory: two digits for the state, `D`, seven digits.
#[derive(Debug)]
pub struct Clia;

impl Validator for Clia {
    const ABOUT: &'static About = &About {
        code: "clia",
        title: "CLIA laboratory number",
        family: Family::UsIdentifiers,
        source: Source {
            standard: "CMS, as in HL7 Terminology, naming system CLIA",
            section: "ten characters, the third a D",
            edition: "1.0.0",
        },
        layer: Layer::Shape,
        system: None,
        form: CanonicalForm::Own,
        example: "05D0642827",
        counterexample: "05X0642827",
    };

    fn check(input: &[u8]) -> Result<Canonical<'_>, Reason> {
        let text = trim(input)?;
        match text {
            [a, b, b'D' | b'd', number @ ..]
                if number.len() == 7
                    && [a, b].into_iter().chain(number).all(u8::is_ascii_digit) =>
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
    select value collate "C" ~ E'^[ \t-\r]*[0-9]{2}[Dd][0-9]{7}[ \t-\r]*$'
"#,
        ),
        reason: Body::Sql(
            r#"
    select case
        when hcw.clia_is_valid(value) then null
        else hcw._misfit(value, 'A-Za-z0-9', '', '{10}')
    end
"#,
        ),
        canonical: Body::Sql(
            r#"
    select case when hcw.clia_is_valid(value) then hcw._upper(value) end
"#,
        ),
    };
}
