//! SNOMED CT identifiers.

use crate::alphabet::Alphabet;
use crate::sql::portable::{Body, Portable};
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
            edition: "edition not recorded",
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

    const PORTABLE: &'static Portable = &Portable {
        helpers: "",
        is_valid: Body::Sql(
            r#"
    select case
        when value collate "C" !~
            E'^[ \t-\r]*[1-9][0-9]{2}([0-9]{0,12}0[0-2]|[0-9]{5,12}1[0-26])[0-9][ \t-\r]*$' then false
        else hcw._verhoeff(hcw._trim(value))
    end
"#,
        ),
        reason: Body::Sql(
            r#"
    select case
        when hcw.snomed_sctid_is_valid(value) then null
        when value collate "C" ~
            E'^[ \t-\r]*[1-9][0-9]{2}([0-9]{0,12}0[0-2]|[0-9]{5,12}1[0-26])[0-9][ \t-\r]*$' then 'checksum'
        else hcw._misfit(value, '0-9', '', '{6,7,8,9,10,11,12,13,14,15,16,17,18}')
    end
"#,
        ),
        canonical: Body::Sql(
            r#"
    select case when hcw.snomed_sctid_is_valid(value) then hcw._trim(value) end
"#,
        ),
    };
}
