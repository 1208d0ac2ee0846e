//! Type of bill, and the claim frequency code that ends it.

use crate::alphabet::Alphabet;
use crate::sql::portable::{Body, Portable};
use crate::text::{misfit, trim};
use crate::{About, Canonical, CanonicalForm, Family, Layer, Reason, Source, Validator};

/// Frequency codes in use on both kinds of claim.
const FREQUENCIES: Alphabet = Alphabet::of(b"012345789ABCDEFGHIJKLMNOPQXYZ");

/// Type of bill: `0`, facility 1–9, type of care 1–9, frequency; the leading zero may be missing.
#[derive(Debug)]
pub struct TypeOfBill;

impl Validator for TypeOfBill {
    const ABOUT: &'static About = &About {
        code: "type_of_bill",
        title: "Type of bill",
        family: Family::BillingCodes,
        source: Source {
            standard: "NUBC, Official UB-04 Data Specifications Manual; CMS Pub. 100-04",
            section: "form locator 4; chapter 25, section 75.1",
            edition: "edition not recorded",
        },
        layer: Layer::List,
        system: None,
        form: CanonicalForm::Own,
        example: "111",
        counterexample: "0011",
    };

    fn check(input: &[u8]) -> Result<Canonical<'_>, Reason> {
        let text = trim(input)?;
        let (b"" | b"0", [b'1'..=b'9', b'1'..=b'9', frequency]) = text
            .split_at_checked(text.len().saturating_sub(3))
            .unwrap_or((b"", text))
        else {
            return Err(misfit(
                text,
                &Alphabet::ALPHANUMERIC,
                matches!(text.len(), 3 | 4),
            ));
        };
        if !frequency.is_ascii_alphanumeric() {
            return Err(Reason::Charset);
        }
        if !FREQUENCIES.has(frequency.to_ascii_uppercase()) {
            return Err(Reason::Unassigned);
        }
        Ok(match text.len() {
            3 => match Canonical::zero_padded(text, 4) {
                Canonical::Short(padded) => Canonical::Short(padded.into_upper()),
                same => same,
            },
            _ => Canonical::upper(text),
        })
    }

    const PORTABLE: &'static Portable = &Portable {
        helpers: "",
        is_valid: Body::Sql(
            r#"
    select value collate "C" ~ E'^[ \t-\r]*0?[1-9]{2}[0-57-9A-QX-Za-qx-z][ \t-\r]*$'
"#,
        ),
        reason: Body::Sql(
            r#"
    select case
        when hcw.type_of_bill_is_valid(value) then null
        when value collate "C" ~ E'^[ \t-\r]*0?[1-9]{2}[A-Za-z0-9][ \t-\r]*$' then 'unassigned'
        else hcw._misfit(value, 'A-Za-z0-9', '', '{3,4}')
    end
"#,
        ),
        canonical: Body::Sql(
            r#"
    select case when hcw.type_of_bill_is_valid(value) then lpad(hcw._upper(value), 4, '0') end
"#,
        ),
    };
}

/// Claim frequency: one character. 6 is retired on institutional claims but still sent on
/// professional ones.
#[derive(Debug)]
pub struct ClaimFrequency;

impl Validator for ClaimFrequency {
    const ABOUT: &'static About = &About {
        code: "claim_frequency",
        title: "Claim frequency code",
        family: Family::BillingCodes,
        source: Source {
            standard: "NUBC, Official UB-04 Data Specifications Manual; X12 837, element 1325",
            section: "form locator 4, fourth digit; CLM05-3",
            edition: "edition not recorded",
        },
        layer: Layer::List,
        system: None,
        form: CanonicalForm::Own,
        example: "7",
        counterexample: "11",
    };

    fn check(input: &[u8]) -> Result<Canonical<'_>, Reason> {
        let text = trim(input)?;
        match text {
            [code] if FREQUENCIES.has(code.to_ascii_uppercase()) || *code == b'6' => {
                Ok(Canonical::upper(text))
            }
            [code] if code.is_ascii_alphanumeric() => Err(Reason::Unassigned),
            _ => Err(misfit(text, &Alphabet::ALPHANUMERIC, false)),
        }
    }

    const PORTABLE: &'static Portable = &Portable {
        helpers: "",
        is_valid: Body::Sql(
            r#"
    select value collate "C" ~ E'^[ \t-\r]*[0-9A-QX-Za-qx-z][ \t-\r]*$'
"#,
        ),
        reason: Body::Sql(
            r#"
    select case
        when hcw.claim_frequency_is_valid(value) then null
        when value collate "C" ~ E'^[ \t-\r]*[A-Za-z0-9][ \t-\r]*$' then 'unassigned'
        else hcw._misfit(value, 'A-Za-z0-9', '', '{}')
    end
"#,
        ),
        canonical: Body::Sql(
            r#"
    select case when hcw.claim_frequency_is_valid(value) then hcw._upper(value) end
"#,
        ),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frequencies() {
        assert_eq!(TypeOfBill::canonical(b"11g").as_deref(), Some(&b"011G"[..]));
        assert_eq!(TypeOfBill::reason(b"0116"), Some(Reason::Unassigned));
        assert_eq!(TypeOfBill::reason(b"0A11"), Some(Reason::Structure));
        assert_eq!(TypeOfBill::reason(b"01311"), Some(Reason::Length));
        assert_eq!(TypeOfBill::reason(b"013-"), Some(Reason::Charset));
        assert!(ClaimFrequency::is_valid(b"6"));
        assert_eq!(ClaimFrequency::reason(b"r"), Some(Reason::Unassigned));
    }
}
