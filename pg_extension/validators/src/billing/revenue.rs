//! Revenue codes and ambulatory payment classifications: four digits, zero-padded.

use crate::alphabet::Alphabet;
use crate::sql::portable::{Body, Portable};
use crate::text::{misfit, trim};
use crate::{About, Canonical, CanonicalForm, Family, Layer, Reason, Source, Validator};

/// Revenue code, by shape only: four digits, or three that lack their leading zero; 0001 is the
/// total line. `X` is how manuals write "any digit", not a code.
#[derive(Debug)]
pub struct RevenueCode;

impl Validator for RevenueCode {
    const ABOUT: &'static About = &About {
        code: "revenue_code",
        title: "Revenue code (shape)",
        family: Family::BillingCodes,
        source: Source {
            standard: "NUBC, Official UB-04 Data Specifications Manual",
            section: "form locator 42",
            edition: "edition not recorded",
        },
        layer: Layer::Shape,
        system: None,
        form: CanonicalForm::Own,
        example: "0450",
        counterexample: "045X",
    };

    fn check(input: &[u8]) -> Result<Canonical<'_>, Reason> {
        four_digits(input, 3)
    }

    const PORTABLE: &'static Portable = &Portable {
        helpers: "",
        is_valid: Body::Sql(
            r#"
    select value collate "C" ~
        E'^[ \t-\r]*([1-9][0-9]{2,3}|0[1-9][0-9]{1,2}|00[1-9][0-9]?|000[1-9])[ \t-\r]*$'
"#,
        ),
        reason: Body::Sql(
            r#"
    select case
        when hcw.revenue_code_is_valid(value) then null
        when value collate "C" ~ E'^[ \t-\r]*0{3,4}[ \t-\r]*$' then 'unassigned'
        else hcw._misfit(value, '0-9', '', '{}')
    end
"#,
        ),
        canonical: Body::Sql(
            r#"
    select case when hcw.revenue_code_is_valid(value) then lpad(hcw._trim(value), 4, '0') end
"#,
        ),
    };
}

/// Ambulatory payment classification, by shape only: up to four digits, canonical with four.
#[derive(Debug)]
pub struct Apc;

impl Validator for Apc {
    const ABOUT: &'static About = &About {
        code: "apc",
        title: "Ambulatory payment classification (shape)",
        family: Family::BillingCodes,
        source: Source {
            standard: "CMS, Hospital Outpatient Prospective Payment System",
            section: "addendum A",
            edition: "edition not recorded",
        },
        layer: Layer::Shape,
        system: None,
        form: CanonicalForm::Own,
        example: "1",
        counterexample: "50123",
    };

    fn check(input: &[u8]) -> Result<Canonical<'_>, Reason> {
        four_digits(input, 1)
    }

    const PORTABLE: &'static Portable = &Portable {
        helpers: "",
        is_valid: Body::Sql(
            r#"
    select value collate "C" ~
        E'^[ \t-\r]*([1-9][0-9]{0,3}|0[1-9][0-9]{0,2}|00[1-9][0-9]?|000[1-9])[ \t-\r]*$'
"#,
        ),
        reason: Body::Sql(
            r#"
    select case
        when hcw.apc_is_valid(value) then null
        when value collate "C" ~ E'^[ \t-\r]*0{1,4}[ \t-\r]*$' then 'unassigned'
        else hcw._misfit(value, '0-9', '', '{}')
    end
"#,
        ),
        canonical: Body::Sql(
            r#"
    select case when hcw.apc_is_valid(value) then lpad(hcw._trim(value), 4, '0') end
"#,
        ),
    };
}

/// At least `shortest` and at most four digits that are not all zero.
fn four_digits(input: &[u8], shortest: usize) -> Result<Canonical<'_>, Reason> {
    let text = trim(input)?;
    if !(shortest..=4).contains(&text.len()) || !Alphabet::DIGITS.covers(text) {
        return Err(misfit(text, &Alphabet::DIGITS, false));
    }
    if text.iter().all(|byte| *byte == b'0') {
        return Err(Reason::Unassigned);
    }
    Ok(Canonical::zero_padded(text, 4))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padding() {
        assert_eq!(
            RevenueCode::canonical(b"450").as_deref(),
            Some(&b"0450"[..])
        );
        assert_eq!(Apc::reason(b"0"), Some(Reason::Unassigned));
    }
}
