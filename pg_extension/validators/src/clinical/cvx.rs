//! CDC codes for vaccines administered.

use crate::alphabet::Alphabet;
use crate::sql::portable::{Body, Portable};
use crate::text::{misfit, trim};
use crate::{
    About, Canonical, CanonicalForm, CodeSystem, Family, Layer, Reason, Source, Validator,
};

/// CVX code: one to three digits, canonical with at least two.
#[derive(Debug)]
pub struct Cvx;

impl Validator for Cvx {
    const ABOUT: &'static About = &About {
        code: "cvx",
        title: "CVX vaccine code",
        family: Family::ClinicalCodes,
        source: Source {
            standard: "CDC, IIS: HL7 Standard Code Set CVX, Vaccines Administered",
            section: "whole table; HL7 table 0292",
            edition: "edition not recorded",
        },
        layer: Layer::Shape,
        system: Some(CodeSystem::Cvx),
        form: CanonicalForm::Own,
        example: "3",
        counterexample: "A1",
    };

    fn check(input: &[u8]) -> Result<Canonical<'_>, Reason> {
        let text = trim(input)?;
        if text.len() > 3 || !Alphabet::DIGITS.covers(text) {
            return Err(misfit(text, &Alphabet::DIGITS, false));
        }
        match text {
            [b'0', b'0', b'0'] | [b'0', b'0'] | [b'0'] => Err(Reason::Unassigned),
            [b'0', rest @ ..] if rest.len() == 2 => Ok(Canonical::Same(rest)),
            _ => Ok(Canonical::zero_padded(text, 2)),
        }
    }

    const PORTABLE: &'static Portable = &Portable {
        helpers: "",
        is_valid: Body::Sql(
            r#"
    select value collate "C" ~ E'^[ \t-\r]*([1-9][0-9]{0,2}|0[1-9][0-9]?|00[1-9])[ \t-\r]*$'
"#,
        ),
        reason: Body::Sql(
            r#"
    select case
        when hcw.cvx_is_valid(value) then null
        when value collate "C" ~ E'^[ \t-\r]*0{1,3}[ \t-\r]*$' then 'unassigned'
        else hcw._misfit(value, '0-9', '', '{}')
    end
"#,
        ),
        canonical: Body::Sql(
            r#"
    select case
        when hcw.cvx_is_valid(value) then
            regexp_replace('0' || hcw._trim(value) collate "C", '^0*([0-9]{2,3})$', E'\\1')
    end
"#,
        ),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_digits_at_least() {
        for (text, canonical) in [("3", "03"), ("003", "03"), ("020", "20"), ("207", "207")] {
            assert_eq!(
                Cvx::canonical(text.as_bytes()).as_deref(),
                Some(canonical.as_bytes())
            );
        }
        assert_eq!(Cvx::reason(b"00"), Some(Reason::Unassigned));
        assert_eq!(Cvx::reason(b"0020"), Some(Reason::Length));
    }
}
