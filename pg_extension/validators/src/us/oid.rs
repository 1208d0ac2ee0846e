//! Object identifier.

use crate::alphabet::Alphabet;
use crate::sql::portable::{Body, Portable};
use crate::text::{strip_prefix, trim};
use crate::{About, Canonical, CanonicalForm, Family, Layer, Reason, Source, Validator};

const ALPHABET: Alphabet = Alphabet::DIGITS.with(b".");

/// Object identifier: at least two arcs of digits without leading zeros, the first 0–2, the
/// second below 40 under 0 and 1. The URN form is accepted.
#[derive(Debug)]
pub struct Oid;

impl Validator for Oid {
    const ABOUT: &'static About = &About {
        code: "oid",
        title: "Object identifier",
        family: Family::UsIdentifiers,
        source: Source {
            standard: "ITU-T X.660; RFC 3061",
            section: "X.660 section 7; RFC 3061 section 2",
            edition: "2011",
        },
        layer: Layer::Shape,
        system: None,
        form: CanonicalForm::Own,
        example: "2.16.840.1.113883.4.6",
        counterexample: "1.40.1",
    };

    fn check(input: &[u8]) -> Result<Canonical<'_>, Reason> {
        let text = trim(input)?;
        let text = strip_prefix(text, b"urn:oid:").unwrap_or(text);
        if !ALPHABET.covers(text) {
            return Err(Reason::Charset);
        }
        let mut arcs = text.split(|byte| *byte == b'.');
        if arcs.clone().any(|arc| matches!(arc, [] | [b'0', _, ..])) {
            return Err(Reason::Structure);
        }
        match (arcs.next(), arcs.next()) {
            (Some(b"2"), Some(_)) => Ok(Canonical::Same(text)),
            (Some(b"0" | b"1"), Some([_] | [b'1'..=b'3', _])) => Ok(Canonical::Same(text)),
            (Some(_), Some(_)) => Err(Reason::Range),
            _ => Err(Reason::Structure),
        }
    }

    const PORTABLE: &'static Portable = &Portable {
        helpers: r#"
create or replace function hcw._oid_body(value text) returns text
language sql immutable parallel safe as $$
    select regexp_replace(hcw._trim(value) collate "C", '^[Uu][Rr][Nn]:[Oo][Ii][Dd]:', '')
$$;
"#,
        is_valid: Body::Sql(
            r#"
    select value collate "C" ~ (E'^[ \t-\r]*([Uu][Rr][Nn]:[Oo][Ii][Dd]:)?'
        || '([01][.]([0-9]|[1-3][0-9])|2[.](0|[1-9][0-9]*))([.](0|[1-9][0-9]*))*'
        || E'[ \t-\r]*$')
"#,
        ),
        reason: Body::Block(
            r#"
declare
    body text collate "C" := hcw._oid_body(value);
begin
    return case
        when hcw.oid_is_valid(value) then null
        when hcw._trim(value collate "C") = '' then 'empty'
        when body !~ '^[0-9.]*$' then 'charset'
        when body !~ '^(0|[1-9][0-9]*)([.](0|[1-9][0-9]*))+$' then 'structure'
        else 'range'
    end;
end
"#,
        ),
        canonical: Body::Sql(
            r#"
    select case when hcw.oid_is_valid(value) then hcw._oid_body(value) end
"#,
        ),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arcs() {
        assert_eq!(
            Oid::canonical(b"urn:oid:1.39.1").as_deref(),
            Some(&b"1.39.1"[..])
        );
        assert!(Oid::is_valid(b"2.999"));
        for (text, reason) in [
            ("2", Reason::Structure),
            ("2..1", Reason::Structure),
            ("2.016", Reason::Structure),
            ("0.100", Reason::Range),
            ("urn:oid:", Reason::Structure),
        ] {
            assert_eq!(Oid::reason(text.as_bytes()), Some(reason), "{text}");
        }
    }
}
