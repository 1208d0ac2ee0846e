//! Global Trade Item Number, the commonest device identifier of a UDI.

use crate::alphabet::Alphabet;
use crate::sql::portable::{Body, Portable};
use crate::text::trim;
use crate::{About, Canonical, CanonicalForm, Family, Layer, Reason, Short, Source, Validator};

const ALPHABET: Alphabet = Alphabet::DIGITS.with(b"- ");

/// The digits of the longest form, which is canonical.
const WIDTH: usize = 14;

/// GTIN: 8, 12, 13 or 14 digits with the check digit of GS1; canonical is padded to 14. Single
/// hyphens or spaces may stand between digits, since ISBN groups vary in length.
#[derive(Debug)]
pub struct Gtin;

impl Validator for Gtin {
    const ABOUT: &'static About = &About {
        code: "gtin",
        title: "Global Trade Item Number (UDI device identifier)",
        family: Family::InternationalIdentifiers,
        source: Source {
            standard: "GS1 General Specifications",
            section: "section 7.9, check digit calculations",
            edition: "edition not recorded",
        },
        layer: Layer::Shape,
        system: None,
        form: CanonicalForm::Own,
        example: "978-0-471-11709-4",
        counterexample: "98412345678909",
    };

    fn check(input: &[u8]) -> Result<Canonical<'_>, Reason> {
        let text = trim(input)?;
        if !ALPHABET.covers(text) {
            return Err(Reason::Charset);
        }
        let count = text.iter().filter(|byte| byte.is_ascii_digit()).count();
        if !matches!(count, 8 | 12 | 13 | 14) {
            return Err(Reason::Length);
        }
        if count != text.len() && !is_well_separated(text) {
            return Err(Reason::Structure);
        }
        let mut canonical = Short::new();
        for _ in count..WIDTH {
            canonical.push(b'0');
        }
        let mut sum = 0;
        let mut weight = if count % 2 == 0 { 3 } else { 1 };
        for byte in text.iter().filter(|byte| byte.is_ascii_digit()) {
            canonical.push(*byte);
            sum += weight * u32::from(byte - b'0');
            weight = 4 - weight;
        }
        if canonical.as_bytes() == [b'0'; WIDTH] {
            return Err(Reason::Reserved);
        }
        if sum % 10 != 0 {
            return Err(Reason::Checksum);
        }
        Ok(canonical.into())
    }

    const PORTABLE: &'static Portable = &Portable {
        helpers: r#"
create or replace function hcw._gtin_check(digits text) returns boolean
language plpgsql immutable strict parallel safe as $$
declare
    packed bigint := hcw._packed(digits);
begin
    -- The left digit of each pair counts three times. Bytes add up to the remainder by 255.
    return ((packed & x'0f0f0f0f0f0f0f0f'::bigint)
        + 3 * (packed >> 4 & x'0f0f0f0f0f0f0f0f'::bigint)) % 255 % 10 = 0;
end
$$;
"#,
        is_valid: Body::Sql(
            r#"
    select case
        when value collate "C" !~ (E'^[ \t-\r]*'
            || '[0-9]((-?[0-9]){7}|( ?[0-9]){7}|(-?[0-9]){11,13}|( ?[0-9]){11,13})'
            || E'[ \t-\r]*$') then false
        else hcw._gtin_check(hcw._bare(value)) and hcw._bare(value) collate "C" ~ '[1-9]'
    end
"#,
        ),
        reason: Body::Sql(
            r#"
    select case
        when hcw.gtin_is_valid(value) then null
        when value collate "C" ~ (E'^[ \t-\r]*'
            || '[0-9]((-?[0-9]){7}|( ?[0-9]){7}|(-?[0-9]){11,13}|( ?[0-9]){11,13})'
            || E'[ \t-\r]*$') then
            case when value collate "C" ~ '[1-9]' then 'checksum' else 'reserved' end
        else hcw._misfit(value, '0-9', ' -', '{8,12,13,14}')
    end
"#,
        ),
        canonical: Body::Sql(
            r#"
    select case when hcw.gtin_is_valid(value) then lpad(hcw._bare(value), 14, '0') end
"#,
        ),
    };
}

/// Whether one kind of separator stands alone between digits.
fn is_well_separated(text: &[u8]) -> bool {
    let mixed = text.contains(&b'-') && text.contains(&b' ');
    let alone = text
        .split(|byte| !byte.is_ascii_digit())
        .all(|group| !group.is_empty());
    !mixed && alone
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_stand_alone() {
        assert!(Gtin::is_valid(b"9 780471 117094"));
        for text in ["978--0471117094", "9780471117094-", "9 780471-117094"] {
            assert_eq!(
                Gtin::reason(text.as_bytes()),
                Some(Reason::Structure),
                "{text}"
            );
        }
        assert_eq!(Gtin::reason(b"00000000"), Some(Reason::Reserved));
        assert!(Gtin::is_valid(b"036000291452"));
    }
}
