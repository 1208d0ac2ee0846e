//! Health Insurance Claim Number, Medicare's identifier before the MBI.

use crate::alphabet::Alphabet;
use crate::sql::portable::{Body, Portable};
use crate::text::trim;
use crate::us::ssn::{SsnOptions, check_fields};
use crate::{About, Canonical, CanonicalForm, Family, Layer, Reason, Short, Source, Validator};

const ALPHABET: Alphabet = Alphabet::ALPHANUMERIC.with(b"-");

/// The prefixes of numbers that the Railroad Retirement Board gave out.
const RAILROAD: [&[u8]; 14] = [
    b"A", b"CA", b"JA", b"H", b"MA", b"MH", b"PA", b"PH", b"WA", b"WD", b"WH", b"WCA", b"WCD",
    b"WCH",
];

/// The most characters that count: a railroad prefix of three and nine digits.
const LONGEST: usize = 12;

/// Health Insurance Claim Number: a Social Security number and a beneficiary code of one or two
/// characters, or a railroad prefix and six or nine digits. Retired, but still an identifier that
/// contains an SSN.
#[derive(Debug)]
pub struct Hicn;

impl Validator for Hicn {
    const ABOUT: &'static About = &About {
        code: "hicn",
        title: "Health Insurance Claim Number (retired)",
        family: Family::UsIdentifiers,
        source: Source {
            standard: "SSA, Program Operations Manual System (POMS)",
            section: "GN 01050.005, beneficiary identification codes",
            edition: "retired 2020-01-01",
        },
        layer: Layer::Shape,
        system: None,
        form: CanonicalForm::Own,
        example: "123-45-6789-A",
        counterexample: "123456789",
    };

    fn check(input: &[u8]) -> Result<Canonical<'_>, Reason> {
        let text = trim(input)?;
        if !ALPHABET.covers(text) {
            return Err(Reason::Charset);
        }
        let mut kept = [0; LONGEST];
        let mut count = 0;
        for byte in text.iter().filter(|byte| **byte != b'-') {
            *kept.get_mut(count).ok_or(Reason::Length)? = byte.to_ascii_uppercase();
            count += 1;
        }
        let code = kept.get(..count).ok_or(Reason::Length)?;
        match code {
            [b'A'..=b'Z', ..] => check_railroad(text, code)?,
            _ => check_beneficiary(text, code)?,
        }
        let mut canonical = Short::new();
        canonical.extend(code);
        Ok(canonical.into())
    }

    const PORTABLE: &'static Portable = &Portable {
        helpers: r#"
create or replace function hcw._hicn_railroad() returns text
language sql immutable parallel safe as $$
    select '([Aa]|[Cc][Aa]|[Jj][Aa]|[Hh]|[Mm][Aa]|[Mm][Hh]|[Pp][Aa]|[Pp][Hh]|[Ww][Aa]|[Ww][Dd]|[Ww][Hh]'
        || '|[Ww][Cc][Aa]|[Ww][Cc][Dd]|[Ww][Cc][Hh])'
$$;
"#,
        is_valid: Body::Sql(
            r#"
    select case
        when value collate "C" !~ (E'^[ \t-\r]*('
            || hcw._ssn() || '-?[A-Za-z][A-Za-z0-9]?'
            || '|' || hcw._hicn_railroad() || '-?(' || hcw._ssn() || '|[0-9]{6})'
            || E')[ \t-\r]*$') then false
        else hcw._bare(value) collate "C" !~ '078051120|219099999|457555462'
    end
"#,
        ),
        reason: Body::Block(
            r#"
declare
    trimmed text collate "C" := hcw._trim(value);
    code text collate "C" := upper(replace(trimmed, '-', ''));
begin
    if hcw.hicn_is_valid(value) then
        return null;
    elsif trimmed = '' then
        return 'empty';
    elsif trimmed !~ '^[A-Za-z0-9-]*$' then
        return 'charset';
    elsif length(code) > 12 then
        return 'length';
    elsif trimmed ~ '^([0-9]{9}|[0-9]{3}-[0-9]{2}-[0-9]{4})-?[A-Za-z][A-Za-z0-9]?$'
        or trimmed ~ ('^' || hcw._hicn_railroad() || '-?([0-9]{9}|[0-9]{3}-[0-9]{2}-[0-9]{4})$')
    then
        return case when hcw._ssn_is_reserved(substring(code from '[0-9]{9}')) then 'reserved' else 'range' end;
    elsif code ~ '^[A-Z]' then
        return case
            when code !~ ('^' || hcw._hicn_railroad() || '[0-9]*$') then
                case when length(code) < 7 then 'length' else 'structure' end
            when code !~ '^[A-Z]+([0-9]{6}|[0-9]{9})$' then 'length'
            else 'structure'
        end;
    else
        return case
            when length(code) < 9 then 'length'
            when length(code) = 9 and code !~ '^[0-9]{9}$' then 'length'
            when length(code) <= 11 then 'structure'
            else 'length'
        end;
    end if;
end
"#,
        ),
        canonical: Body::Sql(
            r#"
    select case when hcw.hicn_is_valid(value) then hcw._upper(value) end
"#,
        ),
    };
}

/// An SSN with a beneficiary code.
fn check_beneficiary(text: &[u8], code: &[u8]) -> Result<(), Reason> {
    let digits = code.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let Some((number, suffix)) = code.split_first_chunk::<9>() else {
        return Err(Reason::Length);
    };
    match suffix {
        [] if digits == 9 => Err(Reason::Structure),
        [] => Err(Reason::Length),
        [b'A'..=b'Z'] | [b'A'..=b'Z', _] if digits == 9 => {
            check_hyphens(text, 0, number.len())?;
            check_fields(number, &SsnOptions::default())
        }
        [_] | [_, _] => Err(Reason::Structure),
        _ => Err(Reason::Length),
    }
}

/// A railroad prefix with six digits of its own, or with an SSN.
fn check_railroad(text: &[u8], code: &[u8]) -> Result<(), Reason> {
    let letters = code
        .iter()
        .take_while(|byte| byte.is_ascii_uppercase())
        .count();
    let (prefix, number) = code.split_at_checked(letters).ok_or(Reason::Structure)?;
    if !number.iter().all(u8::is_ascii_digit) || !RAILROAD.contains(&prefix) {
        return Err(if code.len() < 7 {
            Reason::Length
        } else {
            Reason::Structure
        });
    }
    match <&[u8; 9]>::try_from(number) {
        Ok(ssn) => {
            check_hyphens(text, letters, number.len())?;
            check_fields(ssn, &SsnOptions::default())
        }
        Err(_) if number.len() == 6 => check_hyphens(text, letters, number.len()),
        Err(_) => Err(Reason::Length),
    }
}

/// Hyphens may stand between the parts, and 3-2-4 inside nine digits, each at most once.
fn check_hyphens(text: &[u8], letters: usize, digits: usize) -> Result<(), Reason> {
    let mut count = 0;
    let mut inside = 0;
    let mut after_hyphen = true;
    for byte in text {
        if *byte != b'-' {
            count += 1;
            after_hyphen = false;
            continue;
        }
        let between_parts = count == letters || (letters == 0 && count == digits);
        let in_number = digits == 9 && (count == letters + 3 || count == letters + 5);
        if after_hyphen || !(between_parts || in_number) {
            return Err(Reason::Structure);
        }
        inside += usize::from(in_number);
        after_hyphen = true;
    }
    if after_hyphen || inside == 1 {
        Err(Reason::Structure)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hyphens_only_between_parts() {
        for text in [
            "123-45-6789-A",
            "123-45-6789A",
            "123456789-A",
            "WD-123456",
            "WCA-123-45-6789",
        ] {
            assert!(Hicn::is_valid(text.as_bytes()), "{text}");
        }
        for text in [
            "123-456789A",
            "1-23456789A",
            "123--45-6789A",
            "123-45-6789-A-",
            "WD123-456",
        ] {
            assert_eq!(
                Hicn::reason(text.as_bytes()),
                Some(Reason::Structure),
                "{text}"
            );
        }
    }

    #[test]
    fn railroad_numbers() {
        assert!(Hicn::is_valid(b"A123456"));
        assert_eq!(Hicn::reason(b"A12345"), Some(Reason::Length));
        assert_eq!(Hicn::reason(b"XX123456"), Some(Reason::Structure));
        assert_eq!(Hicn::reason(b"WCA000456789"), Some(Reason::Range));
        assert_eq!(Hicn::reason(b"---"), Some(Reason::Length));
    }
}
