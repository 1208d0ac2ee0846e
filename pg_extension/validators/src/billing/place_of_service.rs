//! CMS place of service codes.

use crate::alphabet::Alphabet;
use crate::sql::portable::{Body, Portable};
use crate::text::{misfit, number, trim};
use crate::{
    About, Canonical, CanonicalForm, CodeSystem, Family, Layer, Reason, Source, Validator,
};

/// Place of service: one or two digits, canonical with two, in CMS's list. Without a loaded table
/// the built-in list of May 2024 answers.
#[derive(Debug)]
pub struct PlaceOfService;

impl Validator for PlaceOfService {
    const ABOUT: &'static About = &About {
        code: "place_of_service",
        title: "Place of service",
        family: Family::BillingCodes,
        source: Source {
            standard: "CMS, Place of Service Code Set",
            section: "whole list, as in HL7 Terminology",
            edition: "2024-05-02",
        },
        layer: Layer::List,
        system: Some(CodeSystem::PlaceOfService),
        form: CanonicalForm::Own,
        example: "22",
        counterexample: "28",
    };

    fn check(input: &[u8]) -> Result<Canonical<'_>, Reason> {
        let text = trim(input)?;
        let canonical = padded(text)?;
        if is_assigned(number(text)) {
            Ok(canonical)
        } else {
            Err(Reason::Unassigned)
        }
    }

    fn shape(input: &[u8]) -> Result<Canonical<'_>, Reason> {
        padded(trim(input)?)
    }

    const PORTABLE: &'static Portable = &Portable {
        helpers: "",
        is_valid: Body::Sql(
            r#"
    select value collate "C" ~ (E'^[ \t-\r]*'
        || '(0?[1-9]|1[0-9]|2[0-7]|3[1-4]|4[12]|49|5[0-8]|6[0-256]|7[12]|81|99)'
        || E'[ \t-\r]*$')
"#,
        ),
        reason: Body::Sql(
            r#"
    select case
        when hcw.place_of_service_is_valid(value) then null
        when value collate "C" ~ E'^[ \t-\r]*[0-9]{1,2}[ \t-\r]*$' then 'unassigned'
        else hcw._misfit(value, '0-9', '', '{}')
    end
"#,
        ),
        canonical: Body::Sql(
            r#"
    select case when hcw.place_of_service_is_valid(value) then lpad(hcw._trim(value), 2, '0') end
"#,
        ),
    };
}

fn padded(text: &[u8]) -> Result<Canonical<'_>, Reason> {
    if text.len() > 2 || !Alphabet::DIGITS.covers(text) {
        return Err(misfit(text, &Alphabet::DIGITS, false));
    }
    Ok(Canonical::zero_padded(text, 2))
}

/// Whether CMS has given this number a meaning.
const fn is_assigned(code: u32) -> bool {
    matches!(
        code,
        1..=27 | 31..=34 | 41 | 42 | 49..=58 | 60..=62 | 65 | 66 | 71 | 72 | 81 | 99
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fifty_two_places() {
        assert_eq!((0..100).filter(|code| is_assigned(*code)).count(), 52);
        assert_eq!(PlaceOfService::canonical(b"1").as_deref(), Some(&b"01"[..]));
    }
}
