//! Drug Enforcement Administration registration number.

use crate::alphabet::Alphabet;
use crate::sql::portable::{Body, Portable};
use crate::text::{misfit, split_once, trim};
use crate::{About, Canonical, CanonicalForm, Family, Layer, Reason, Source, Validator};

const ALPHABET: Alphabet = Alphabet::ALPHANUMERIC.with(b"-");
const REGISTRANTS: Alphabet = Alphabet::of(b"ABCDEFGHJKLMPRSTUX");

/// The longest institutional suffix taken for one.
const LONGEST_SUFFIX: usize = 15;

/// DEA registration number: a registrant letter, the first letter of the last name or 9, six
/// digits and a check digit. A hospital's internal code after a hyphen is kept.
#[derive(Debug)]
pub struct Dea;

impl Validator for Dea {
    const ABOUT: &'static About = &About {
        code: "dea",
        title: "DEA registration number",
        family: Family::UsIdentifiers,
        source: Source {
            standard: "DEA, Practitioner's Manual",
            section: "registration numbers; 21 CFR 1301.22(c) for the suffix",
            edition: "edition not recorded",
        },
        layer: Layer::Shape,
        system: None,
        form: CanonicalForm::Own,
        example: "AP5836727",
        counterexample: "AP5836729",
    };

    fn check(input: &[u8]) -> Result<Canonical<'_>, Reason> {
        let text = trim(input)?;
        let (number, suffix) = match split_once(text, b'-') {
            Some((number, suffix)) => (number, Some(suffix)),
            None => (text, None),
        };
        let Ok(number) = <&[u8; 9]>::try_from(number) else {
            return Err(misfit(text, &ALPHABET, suffix.is_some()));
        };
        if !ALPHABET.covers(text) {
            return Err(Reason::Charset);
        }
        if let Some(suffix) = suffix {
            if suffix.is_empty() || suffix.contains(&b'-') {
                return Err(Reason::Structure);
            }
            if suffix.len() > LONGEST_SUFFIX {
                return Err(Reason::Length);
            }
        }
        let [registrant, initial, digits @ ..] = number;
        if !REGISTRANTS.has(registrant.to_ascii_uppercase())
            || !(initial.is_ascii_alphabetic() || *initial == b'9')
            || !digits.iter().all(u8::is_ascii_digit)
        {
            return Err(Reason::Structure);
        }
        let [a, b, c, d, e, f, check] = digits.map(|byte| u32::from(byte - b'0'));
        if (a + c + e + 2 * (b + d + f)) % 10 != check {
            return Err(Reason::Checksum);
        }
        Ok(Canonical::upper(text))
    }

    const PORTABLE: &'static Portable = &Portable {
        helpers: r#"
create or replace function hcw._dea_check(digits text) returns boolean
language plpgsql immutable strict parallel safe as $$
declare
    n int := digits;
begin
    return (n / 1000000 + n / 10000 % 10 + n / 100 % 10
        + 2 * (n / 100000 % 10 + n / 1000 % 10 + n / 10 % 10)) % 10 = n % 10;
end
$$;
"#,
        is_valid: Body::Sql(
            r#"
    select case
        when value collate "C" !~
            E'^[ \t-\r]*[A-HJ-MPR-UXa-hj-mpr-ux][A-Za-z9][0-9]{7}(-[A-Za-z0-9]{1,15})?[ \t-\r]*$' then false
        else hcw._dea_check(substr(hcw._trim(value), 3, 7))
    end
"#,
        ),
        reason: Body::Block(
            r#"
declare
    trimmed text collate "C" := hcw._trim(value);
    hyphen int := strpos(trimmed, '-');
begin
    return case
        when hcw.dea_is_valid(value) then null
        when trimmed = '' then 'empty'
        when trimmed !~ '^[A-Za-z0-9-]*$' then 'charset'
        when hyphen = 0 and length(trimmed) <> 9 then 'length'
        when hyphen not in (0, 10) then 'structure'
        when trimmed ~ '-.*-|-$' then 'structure'
        when length(trimmed) > 25 then 'length'
        when trimmed !~ '^[A-HJ-MPR-UXa-hj-mpr-ux][A-Za-z9][0-9]{7}' then 'structure'
        else 'checksum'
    end;
end
"#,
        ),
        canonical: Body::Sql(
            r#"
    select case when hcw.dea_is_valid(value) then upper(hcw._trim(value) collate "C") end
"#,
        ),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_suffix_is_kept() {
        assert_eq!(
            Dea::canonical(b"ap5836727-md1").as_deref(),
            Some(&b"AP5836727-MD1"[..])
        );
        assert!(Dea::is_valid(b"A95836727"));
        assert_eq!(Dea::reason(b"AP5836727-"), Some(Reason::Structure));
        assert_eq!(Dea::reason(b"AP-5836727"), Some(Reason::Structure));
        assert_eq!(
            Dea::reason(b"AP5836727-1234567890123456"),
            Some(Reason::Length)
        );
    }
}
