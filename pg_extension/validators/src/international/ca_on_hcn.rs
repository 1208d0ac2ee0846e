//! Ontario health card number.

use crate::alphabet::Alphabet;
use crate::luhn;
use crate::sql::portable::{Body, Portable};
use crate::text::trim;
use crate::{About, Canonical, CanonicalForm, Family, Layer, Reason, Short, Source, Validator};

const SEPARATORS: &[u8] = b"- ";

/// Health card number: ten digits, the first not 0, with a Luhn check digit, and an optional
/// version code of two letters. Accepted bare or grouped 4-3-3-2.
#[derive(Debug)]
pub struct CaOnHcn;

impl Validator for CaOnHcn {
    const ABOUT: &'static About = &About {
        code: "ca_on_hcn",
        title: "Ontario health card number",
        family: Family::InternationalIdentifiers,
        source: Source {
            standard: "Ontario Ministry of Health, Technical Specification: Health Card Validation",
            section: "health number check digit (mod 10)",
            edition: "edition not recorded",
        },
        layer: Layer::Shape,
        system: None,
        form: CanonicalForm::Own,
        example: "9876543217AB",
        counterexample: "987654321",
    };

    fn check(input: &[u8]) -> Result<Canonical<'_>, Reason> {
        let text = trim(input)?;
        let letters = text
            .iter()
            .rev()
            .take_while(|byte| byte.is_ascii_alphabetic())
            .count();
        let (number, version) = text
            .split_at_checked(text.len() - letters)
            .ok_or(Reason::Structure)?;
        if !Alphabet::DIGITS.with(SEPARATORS).covers(number) {
            return Err(Reason::Charset);
        }
        let mut canonical = Short::new();
        let mut count = 0;
        for byte in number.iter().filter(|byte| byte.is_ascii_digit()) {
            canonical.push(*byte);
            count += 1;
        }
        if count != 10 || !matches!(letters, 0 | 2) {
            return Err(Reason::Length);
        }
        let spaced = match number {
            [_, _, _, _, first, _, _, _, second, _, _, _] if letters == 0 => first == second,
            [_, _, _, _, first, _, _, _, second, _, _, _, third] if letters == 2 => {
                first == second && second == third
            }
            _ => number.len() == 10,
        };
        let groups = [4, 8, 12].iter().filter_map(|place| number.get(*place));
        if !spaced || (number.len() > 10 && !groups.clone().all(|byte| SEPARATORS.contains(byte))) {
            return Err(Reason::Structure);
        }
        if canonical.as_bytes().first() == Some(&b'0') {
            return Err(Reason::Range);
        }
        if !luhn::passes(canonical.as_bytes()) {
            return Err(Reason::Checksum);
        }
        for byte in version {
            canonical.push(byte.to_ascii_uppercase());
        }
        Ok(canonical.into())
    }

    const PORTABLE: &'static Portable = &Portable {
        helpers: "",
        is_valid: Body::Sql(
            r#"
    select case
        when value collate "C" !~ (E'^[ \t-\r]*[1-9][0-9]{3}'
            || '([0-9]{6}([A-Za-z]{2})?|-[0-9]{3}-[0-9]{3}(-[A-Za-z]{2})?| [0-9]{3} [0-9]{3}( [A-Za-z]{2})?)'
            || E'[ \t-\r]*$') then false
        else hcw._luhn(left(hcw._bare(value), 10))
    end
"#,
        ),
        reason: Body::Block(
            r#"
declare
    trimmed text collate "C" := hcw._trim(value);
    number text collate "C" := rtrim(trimmed, 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz');
begin
    return case
        when hcw.ca_on_hcn_is_valid(value) then null
        when trimmed = '' then 'empty'
        when number !~ '^[0-9 -]*$' then 'charset'
        when length(translate(number, ' -', '')) <> 10 then 'length'
        when length(trimmed) - length(number) not in (0, 2) then 'length'
        when trimmed !~ (
            '^([0-9]{10}([A-Za-z]{2})?|[0-9]{4}-[0-9]{3}-[0-9]{3}(-[A-Za-z]{2})?'
            || '|[0-9]{4} [0-9]{3} [0-9]{3}( [A-Za-z]{2})?)$') then 'structure'
        when trimmed like '0%' then 'range'
        else 'checksum'
    end;
end
"#,
        ),
        canonical: Body::Sql(
            r#"
    select case when hcw.ca_on_hcn_is_valid(value) then hcw._upper(value) end
"#,
        ),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_and_version_code() {
        for text in ["9876-543-217", "9876 543 217", "9876543217"] {
            assert_eq!(
                CaOnHcn::canonical(text.as_bytes()).as_deref(),
                Some(&b"9876543217"[..])
            );
        }
        for text in ["9876-543-217-ab", "9876 543 217 AB", "9876543217ab"] {
            assert_eq!(
                CaOnHcn::canonical(text.as_bytes()).as_deref(),
                Some(&b"9876543217AB"[..])
            );
        }
        for (text, reason) in [
            ("9876-543 217", Reason::Structure),
            ("98765-43-217", Reason::Structure),
            ("9876543217A", Reason::Length),
            ("9876543217-AB", Reason::Structure),
            ("0876543217", Reason::Range),
            ("9876543218", Reason::Checksum),
            ("AB", Reason::Length),
        ] {
            assert_eq!(CaOnHcn::reason(text.as_bytes()), Some(reason), "{text}");
        }
    }
}
