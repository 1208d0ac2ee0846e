//! Electronic mail address.

use crate::alphabet::Alphabet;
use crate::sql::portable::{Body, Portable};
use crate::text::trim;
use crate::{About, Canonical, CanonicalForm, Family, Layer, Reason, Source, Validator};

/// What may stand in an unquoted local part, with dot and at.
const ALPHABET: Alphabet = Alphabet::ALPHANUMERIC.with(b"!#$%&'*+-/=?^_`{|}~.@");
const LABEL: Alphabet = Alphabet::ALPHANUMERIC.with(b"-");

/// Mail address: an unquoted local part of at most 64 characters and a domain of at least two
/// labels. The domain is lower-cased; the local part is kept, since only its host may read it.
#[derive(Debug)]
pub struct Email;

impl Validator for Email {
    const ABOUT: &'static About = &About {
        code: "email",
        title: "Mail address",
        family: Family::UsIdentifiers,
        source: Source {
            standard: "RFC 5322 and RFC 5321",
            section: "RFC 5322 section 3.2.3 (dot-atom); RFC 5321 sections 4.1.2, 4.5.3.1",
            edition: "2008",
        },
        layer: Layer::Shape,
        system: None,
        form: CanonicalForm::Own,
        example: "Jo.Smith+tag@Example.ORG",
        counterexample: "two@@example.com",
    };

    fn check(input: &[u8]) -> Result<Canonical<'_>, Reason> {
        let text = trim(input)?;
        if !ALPHABET.covers(text) {
            return Err(Reason::Charset);
        }
        if text.len() > 254 {
            return Err(Reason::Length);
        }
        let at = text
            .iter()
            .position(|byte| *byte == b'@')
            .ok_or(Reason::Structure)?;
        let (local, domain) = match text.split_at_checked(at) {
            Some((local, [_, domain @ ..])) => (local, domain),
            _ => return Err(Reason::Structure),
        };
        let mut labels = domain.split(|byte| *byte == b'.');
        if local.len() > 64 || labels.clone().any(|label| label.len() > 63) {
            return Err(Reason::Length);
        }
        let mut atoms = local.split(|byte| *byte == b'.');
        if atoms.any(<[u8]>::is_empty) || !domain.contains(&b'.') || !labels.all(is_label) {
            return Err(Reason::Structure);
        }
        Ok(if domain.iter().any(u8::is_ascii_uppercase) {
            Canonical::LowerFrom { text, at }
        } else {
            Canonical::Same(text)
        })
    }

    const PORTABLE: &'static Portable = &Portable {
        helpers: "",
        is_valid: Body::Sql(
            r#"
    select case
        when value collate "C" !~ (E'^[ \t-\r]*'
            || '[A-Za-z0-9!#$%&''*+/=?^_`{|}~-]+([.][A-Za-z0-9!#$%&''*+/=?^_`{|}~-]+)*'
            || '@[A-Za-z0-9]+(-+[A-Za-z0-9]+)*([.][A-Za-z0-9]+(-+[A-Za-z0-9]+)*)+'
            || E'[ \t-\r]*$') then false
        else length(hcw._trim(value)) <= 254
            and strpos(hcw._trim(value) collate "C", '@') <= 65
            and hcw._trim(value) collate "C" !~ '@.*[^.]{64}'
    end
"#,
        ),
        reason: Body::Block(
            r#"
declare
    trimmed text collate "C" := hcw._trim(value);
    at_sign int := strpos(trimmed, '@');
begin
    return case
        when hcw.email_is_valid(value) then null
        when trimmed = '' then 'empty'
        when trimmed !~ '^[A-Za-z0-9!#$%&''*+/=?^_`{|}~.@-]*$' then 'charset'
        when length(trimmed) > 254 then 'length'
        when at_sign = 0 then 'structure'
        when at_sign > 65 then 'length'
        when substr(trimmed, at_sign + 1) ~ '[^.]{64}' then 'length'
        else 'structure'
    end;
end
"#,
        ),
        canonical: Body::Sql(
            r#"
    select case
        when hcw.email_is_valid(value) then
            split_part(hcw._trim(value) collate "C", '@', 1) || '@'
            || lower(split_part(hcw._trim(value) collate "C", '@', 2))
    end
"#,
        ),
    };
}

/// Letters, digits and inner hyphens.
fn is_label(label: &[u8]) -> bool {
    LABEL.covers(label)
        && matches!((label.first(), label.last()), (Some(first), Some(last))
            if *first != b'-' && *last != b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons() {
        for (text, reason) in [
            ("a b@example.com", Reason::Charset),
            ("a@exa_mple.com", Reason::Structure),
            ("a@-example.com", Reason::Structure),
            ("a@example.com.", Reason::Structure),
            ("a..b@example.com", Reason::Structure),
            ("example.com", Reason::Structure),
        ] {
            assert_eq!(Email::reason(text.as_bytes()), Some(reason), "{text}");
        }
        let long = format!("a@{}.com", "b".repeat(64));
        assert_eq!(Email::reason(long.as_bytes()), Some(Reason::Length));
    }
}
