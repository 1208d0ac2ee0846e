//! Australian healthcare identifiers and the Medicare card number.

use crate::alphabet::Alphabet;
use crate::luhn;
use crate::sql::portable::{Body, Portable};
use crate::text::misfit;
use crate::text::{digits, trim};
use crate::{About, Canonical, CanonicalForm, Family, Layer, Reason, Source, Validator};

const IDENTIFIERS: Source = Source {
    standard: "HL7 Australia, AU Base Implementation Guide; Healthcare Identifiers Act 2010",
    section: "identifier profiles, invariants on prefix and check digit",
    edition: "4.1.0",
};

/// Individual Healthcare Identifier: sixteen digits starting 800360, with a Luhn check digit.
#[derive(Debug)]
pub struct AuIhi;

impl Validator for AuIhi {
    const ABOUT: &'static About = &About {
        code: "au_ihi",
        title: "Australian Individual Healthcare Identifier",
        family: Family::InternationalIdentifiers,
        source: IDENTIFIERS,
        layer: Layer::Shape,
        system: None,
        form: CanonicalForm::Own,
        example: "8003608166690503",
        counterexample: "8003608166690504",
    };

    fn check(input: &[u8]) -> Result<Canonical<'_>, Reason> {
        check_identifier(input, b'0')
    }

    const PORTABLE: &'static Portable = &Portable {
        helpers: "",
        is_valid: Body::Sql(
            r#"
    select case
        when value collate "C" !~ E'^[ \t-\r]*800360[0-9]{10}[ \t-\r]*$' then false
        else hcw._luhn(hcw._trim(value))
    end
"#,
        ),
        reason: Body::Sql(
            r#"
    select case
        when hcw.au_ihi_is_valid(value) then null
        when value collate "C" ~ E'^[ \t-\r]*800360[0-9]{10}[ \t-\r]*$' then 'checksum'
        when value collate "C" ~ E'^[ \t-\r]*[0-9]{16}[ \t-\r]*$' then 'range'
        else hcw._misfit(value, '0-9', '', '{16}')
    end
"#,
        ),
        canonical: Body::Sql(
            r#"
    select case when hcw.au_ihi_is_valid(value) then hcw._trim(value) end
"#,
        ),
    };
}

/// Healthcare Provider Identifier of a person: sixteen digits starting 800361, with a Luhn check
/// digit.
#[derive(Debug)]
pub struct AuHpii;

impl Validator for AuHpii {
    const ABOUT: &'static About = &About {
        code: "au_hpii",
        title: "Australian Healthcare Provider Identifier, individual",
        family: Family::InternationalIdentifiers,
        source: IDENTIFIERS,
        layer: Layer::Shape,
        system: None,
        form: CanonicalForm::Own,
        example: "8003619900015717",
        counterexample: "8003619900015718",
    };

    fn check(input: &[u8]) -> Result<Canonical<'_>, Reason> {
        check_identifier(input, b'1')
    }

    const PORTABLE: &'static Portable = &Portable {
        helpers: "",
        is_valid: Body::Sql(
            r#"
    select case
        when value collate "C" !~ E'^[ \t-\r]*800361[0-9]{10}[ \t-\r]*$' then false
        else hcw._luhn(hcw._trim(value))
    end
"#,
        ),
        reason: Body::Sql(
            r#"
    select case
        when hcw.au_hpii_is_valid(value) then null
        when value collate "C" ~ E'^[ \t-\r]*800361[0-9]{10}[ \t-\r]*$' then 'checksum'
        when value collate "C" ~ E'^[ \t-\r]*[0-9]{16}[ \t-\r]*$' then 'range'
        else hcw._misfit(value, '0-9', '', '{16}')
    end
"#,
        ),
        canonical: Body::Sql(
            r#"
    select case when hcw.au_hpii_is_valid(value) then hcw._trim(value) end
"#,
        ),
    };
}

/// Healthcare Provider Identifier of an organisation: sixteen digits starting 800362, with a Luhn
/// check digit.
#[derive(Debug)]
pub struct AuHpio;

impl Validator for AuHpio {
    const ABOUT: &'static About = &About {
        code: "au_hpio",
        title: "Australian Healthcare Provider Identifier, organisation",
        family: Family::InternationalIdentifiers,
        source: IDENTIFIERS,
        layer: Layer::Shape,
        system: None,
        form: CanonicalForm::Own,
        example: "8003621566684455",
        counterexample: "8003624330146737",
    };

    fn check(input: &[u8]) -> Result<Canonical<'_>, Reason> {
        check_identifier(input, b'2')
    }

    const PORTABLE: &'static Portable = &Portable {
        helpers: "",
        is_valid: Body::Sql(
            r#"
    select case
        when value collate "C" !~ E'^[ \t-\r]*800362[0-9]{10}[ \t-\r]*$' then false
        else hcw._luhn(hcw._trim(value))
    end
"#,
        ),
        reason: Body::Sql(
            r#"
    select case
        when hcw.au_hpio_is_valid(value) then null
        when value collate "C" ~ E'^[ \t-\r]*800362[0-9]{10}[ \t-\r]*$' then 'checksum'
        when value collate "C" ~ E'^[ \t-\r]*[0-9]{16}[ \t-\r]*$' then 'range'
        else hcw._misfit(value, '0-9', '', '{16}')
    end
"#,
        ),
        canonical: Body::Sql(
            r#"
    select case when hcw.au_hpio_is_valid(value) then hcw._trim(value) end
"#,
        ),
    };
}

/// The three differ in the sixth digit.
fn check_identifier(input: &[u8], kind: u8) -> Result<Canonical<'_>, Reason> {
    let text = trim(input)?;
    let number = digits::<16>(text)?;
    if !number.starts_with(&[b'8', b'0', b'0', b'3', b'6', kind]) {
        return Err(Reason::Range);
    }
    if !luhn::passes(number) {
        return Err(Reason::Checksum);
    }
    Ok(Canonical::Same(text))
}

/// Medicare card number: ten digits, the first 2–6, the ninth a check digit over the first eight,
/// the tenth the issue; an eleventh (1–9) numbers the person on the card.
#[derive(Debug)]
pub struct AuMedicare;

impl Validator for AuMedicare {
    const ABOUT: &'static About = &About {
        code: "au_medicare",
        title: "Australian Medicare card number",
        family: Family::InternationalIdentifiers,
        source: Source {
            standard: "NEHTA, Use of Healthcare Identifiers in Health Software Systems, conformance requirements",
            section: "Medicare card number check digit calculation",
            edition: "1.4, 2011",
        },
        layer: Layer::Shape,
        system: None,
        form: CanonicalForm::Own,
        example: "2123456701",
        counterexample: "7123456789",
    };

    fn check(input: &[u8]) -> Result<Canonical<'_>, Reason> {
        let text = trim(input)?;
        if !matches!(text.len(), 10 | 11) || !Alphabet::DIGITS.covers(text) {
            return Err(misfit(text, &Alphabet::DIGITS, false));
        }
        let [body @ .., check] = text.first_chunk::<9>().ok_or(Reason::Length)?;
        if !matches!(body[0], b'2'..=b'6') || text.get(10) == Some(&b'0') {
            return Err(Reason::Range);
        }
        let weighted = body.iter().zip([1, 3, 7, 9, 1, 3, 7, 9]);
        let sum: u32 = weighted
            .map(|(byte, weight)| u32::from(byte - b'0') * weight)
            .sum();
        if sum % 10 != u32::from(check - b'0') {
            return Err(Reason::Checksum);
        }
        Ok(Canonical::Same(text))
    }

    const PORTABLE: &'static Portable = &Portable {
        helpers: r#"
create or replace function hcw._au_medicare_check(digits text) returns boolean
language plpgsql immutable strict parallel safe as $$
declare
    n int := left(digits, 9);
begin
    return (n / 100000000 + 3 * (n / 10000000 % 10) + 7 * (n / 1000000 % 10)
        + 9 * (n / 100000 % 10) + n / 10000 % 10 + 3 * (n / 1000 % 10) + 7 * (n / 100 % 10)
        + 9 * (n / 10 % 10)) % 10 = n % 10;
end
$$;
"#,
        is_valid: Body::Sql(
            r#"
    select case
        when value collate "C" !~ E'^[ \t-\r]*[2-6][0-9]{9}[1-9]?[ \t-\r]*$' then false
        else hcw._au_medicare_check(hcw._trim(value))
    end
"#,
        ),
        reason: Body::Sql(
            r#"
    select case
        when hcw.au_medicare_is_valid(value) then null
        when value collate "C" ~ E'^[ \t-\r]*[2-6][0-9]{9}[1-9]?[ \t-\r]*$' then 'checksum'
        when value collate "C" ~ E'^[ \t-\r]*[0-9]{10,11}[ \t-\r]*$' then 'range'
        else hcw._misfit(value, '0-9', '', '{10,11}')
    end
"#,
        ),
        canonical: Body::Sql(
            r#"
    select case when hcw.au_medicare_is_valid(value) then hcw._trim(value) end
"#,
        ),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_person_number_is_not_zero() {
        assert_eq!(AuMedicare::reason(b"21234567010"), Some(Reason::Range));
        assert_eq!(AuMedicare::reason(b"212345670111"), Some(Reason::Length));
    }
}
