//! Universally unique identifier.

use crate::alphabet::Alphabet;
use crate::sql::portable::{Body, Portable};
use crate::text::{strip_prefix, trim};
use crate::{About, Canonical, CanonicalForm, Family, Layer, Reason, Short, Source, Validator};

const ALPHABET: Alphabet = Alphabet::of(b"0123456789abcdefABCDEF-{}");

/// UUID: 32 hexadecimal digits, grouped 8-4-4-4-12 or bare, optionally braced or as a URN. Version
/// and variant bits are not looked at, since real data ignores them; all zeros is reserved.
#[derive(Debug)]
pub struct Uuid;

impl Validator for Uuid {
    const ABOUT: &'static About = &About {
        code: "uuid",
        title: "Universally unique identifier",
        family: Family::UsIdentifiers,
        source: Source {
            standard: "RFC 9562, Universally Unique IDentifiers",
            section: "section 4, text form; section 5.9, nil",
            edition: "2024",
        },
        layer: Layer::Shape,
        system: None,
        form: CanonicalForm::Own,
        example: "{F81D4FAE-7DEC-11D0-A765-00A0C91E6BF6}",
        counterexample: "00000000-0000-0000-0000-000000000000",
    };

    fn check(input: &[u8]) -> Result<Canonical<'_>, Reason> {
        let text = trim(input)?;
        let text = strip_prefix(text, b"urn:uuid:").unwrap_or(text);
        let body = match text {
            [b'{', body @ .., b'}'] => body,
            _ => text,
        };
        if !ALPHABET.covers(body) {
            return Err(Reason::Charset);
        }
        let mut canonical = Short::new();
        let mut zero = true;
        let mut count = 0;
        for byte in body.iter().filter(|byte| byte.is_ascii_hexdigit()) {
            if matches!(count, 8 | 12 | 16 | 20) {
                canonical.push(b'-');
            }
            canonical.push(byte.to_ascii_lowercase());
            zero &= *byte == b'0';
            count += 1;
        }
        if count != 32 {
            return Err(Reason::Length);
        }
        let bare = body.len() == 32;
        if !bare && !body.eq_ignore_ascii_case(canonical.as_bytes()) {
            return Err(Reason::Structure);
        }
        if zero {
            return Err(Reason::Reserved);
        }
        Ok(canonical.into())
    }

    const PORTABLE: &'static Portable = &Portable {
        helpers: r#"
create or replace function hcw._uuid_body(value text) returns text
language sql immutable parallel safe as $$
    select regexp_replace(
        regexp_replace(hcw._trim(value) collate "C", '^[Uu][Rr][Nn]:[Uu][Uu][Ii][Dd]:', ''),
        '^[{](.*)[}]$', E'\\1')
$$;
"#,
        is_valid: Body::Sql(
            r#"
    select case
        when value collate "C" !~ replace(replace(
            E'^[ \t-\r]*([Uu][Rr][Nn]:[Uu][Uu][Ii][Dd]:)?([{]BODY[}]|BODY)[ \t-\r]*$',
            'BODY', '(H{32}|H{8}-H{4}-H{4}-H{4}-H{12})'),
            'H', '[0-9A-Fa-f]') then false
        else hcw._uuid_body(value) collate "C" ~ '[1-9A-Fa-f]'
    end
"#,
        ),
        reason: Body::Block(
            r#"
declare
    body text collate "C" := hcw._uuid_body(value);
begin
    return case
        when hcw.uuid_is_valid(value) then null
        when hcw._trim(value collate "C") = '' then 'empty'
        when body !~ '^[0-9A-Fa-f{}-]*$' then 'charset'
        when length(translate(body, '{}-', '')) <> 32 then 'length'
        when body !~ '^([0-9A-Fa-f]{32}|[^-]{8}-[^-]{4}-[^-]{4}-[^-]{4}-[^-]{12})$' or body ~ '[{}]' then 'structure'
        else 'reserved'
    end;
end
"#,
        ),
        canonical: Body::Sql(
            r#"
    select case
        when hcw.uuid_is_valid(value) then
            regexp_replace(
                lower(replace(hcw._uuid_body(value) collate "C", '-', '')),
                '^(.{8})(.{4})(.{4})(.{4})(.{12})$', E'\\1-\\2-\\3-\\4-\\5')
    end
"#,
        ),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepted_forms() {
        for text in [
            "f81d4fae7dec11d0a76500a0c91e6bf6",
            "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
            "URN:UUID:{F81D4FAE7DEC11D0A76500A0C91E6BF6}",
        ] {
            assert_eq!(
                Uuid::canonical(text.as_bytes()).as_deref(),
                Some(&b"f81d4fae-7dec-11d0-a765-00a0c91e6bf6"[..])
            );
        }
        assert_eq!(
            Uuid::reason(b"f81d4fae-7dec-11d0-a765-00a0c91e6bf"),
            Some(Reason::Length)
        );
        assert_eq!(
            Uuid::reason(b"{f81d4fae7dec11d0a76500a0c91e6bf6"),
            Some(Reason::Structure)
        );
        assert_eq!(Uuid::reason(b"g81d4fae"), Some(Reason::Charset));
    }
}
