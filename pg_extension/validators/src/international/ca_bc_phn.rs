//! British Columbia Personal Health Number.

use crate::mod11;
use crate::sql::portable::{Body, Portable};
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
            edition: "edition not recorded",
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

    const PORTABLE: &'static Portable = &Portable {
        helpers: r#"
create or replace function hcw._ca_bc_phn_check(digits text) returns boolean
language plpgsql immutable strict parallel safe as $$
declare
    n bigint := digits;
begin
    return (n % 10 + 3 * (n / 10 % 10) + 7 * (n / 100 % 10) + 9 * (n / 1000 % 10)
        + 10 * (n / 10000 % 10) + 5 * (n / 100000 % 10) + 8 * (n / 1000000 % 10)
        + 4 * (n / 10000000 % 10) + 2 * (n / 100000000 % 10)) % 11 = 0;
end
$$;
"#,
        is_valid: Body::Sql(
            r#"
    select case
        when value collate "C" !~ E'^[ \t-\r]*9[0-9]{9}[ \t-\r]*$' then false
        else hcw._ca_bc_phn_check(hcw._trim(value))
    end
"#,
        ),
        reason: Body::Sql(
            r#"
    select case
        when hcw.ca_bc_phn_is_valid(value) then null
        when value collate "C" ~ E'^[ \t-\r]*9[0-9]{9}[ \t-\r]*$' then 'checksum'
        when value collate "C" ~ E'^[ \t-\r]*[0-9]{10}[ \t-\r]*$' then 'range'
        else hcw._misfit(value, '0-9', '', '{10}')
    end
"#,
        ),
        canonical: Body::Sql(
            r#"
    select case when hcw.ca_bc_phn_is_valid(value) then hcw._trim(value) end
"#,
        ),
    };
}
