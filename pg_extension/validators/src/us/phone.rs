//! Telephone numbers as E.164.

use crate::alphabet::Alphabet;
use crate::sql::portable::{Body, Portable};
use crate::text::{strip_prefix, trim};
use crate::{About, Canonical, CanonicalForm, Family, Layer, Reason, Short, Source, Validator};

const ALPHABET: Alphabet = Alphabet::DIGITS.with(b" .-()+").with(b"extEXT");

/// The most digits of an international number, its country code included.
const LONGEST: usize = 15;

/// The fewest digits taken for an international number.
const SHORTEST: usize = 7;

/// Telephone number, canonical in E.164 form with `+`. Without `+` it is read as North American,
/// or as international after `011`. An extension (`x12`, `ext. 12`) is set apart.
#[derive(Debug)]
pub struct PhoneE164;

impl Validator for PhoneE164 {
    const ABOUT: &'static About = &About {
        code: "phone_e164",
        title: "Telephone number (E.164)",
        family: Family::UsIdentifiers,
        source: Source {
            standard: "ITU-T E.164; ATIS North American Numbering Plan",
            section: "E.164 section 6; NANP number format NXX-NXX-XXXX",
            edition: "2010",
        },
        layer: Layer::Shape,
        system: None,
        form: CanonicalForm::Own,
        example: "(508) 222-5200",
        counterexample: "123-456-7890",
    };

    fn check(input: &[u8]) -> Result<Canonical<'_>, Reason> {
        parse(input).map(|phone| phone.number.into())
    }

    const PORTABLE: &'static Portable = &Portable {
        helpers: r#"
create or replace function hcw._read_phone(value text) returns text
language plpgsql immutable strict parallel safe as $$
declare
    trimmed text collate "C" := hcw._trim(value);
    -- before the first letter, and from there on
    main text collate "C" := substring(trimmed from '^[^A-Za-z]*');
    tail text collate "C" := substr(trimmed, length(main) + 1);
    digits text collate "C" := translate(main, ' .-()+', '');
    international boolean := main like '+%' or digits like '011%';
    subscriber text collate "C";
    extension text collate "C";
begin
    if trimmed = '' then
        return 'empty';
    elsif trimmed !~ '^[0-9 .()+extEXT-]*$' then
        return 'charset';
    elsif length(digits) > 18 then
        return 'length';
    end if;
    subscriber := case
        when main like '+%' then digits
        when digits like '011%' then substr(digits, 4)
        when digits ~ '^1[0-9]{10}$' then substr(digits, 2)
        else digits
    end;
    if (case
        when international and subscriber like '1%' then length(subscriber) <> 11
        when international then length(subscriber) not between 7 and 15
        else length(subscriber) <> 10
    end) then
        return 'length';
    end if;
    if tail <> '' then
        extension := substring(tail from '^(?:[Ee][Xx][Tt]|[Xx])[.]? ?([0-9]+)$');
        if extension is null then
            return 'structure';
        elsif length(extension) > 15 then
            return 'length';
        end if;
    end if;
    if main !~ replace(
        '^[+]?(SPACED|(SPACED[ .-]?)?[(][0-9]+[)][ .-]?SPACED) ?$', 'SPACED', '[0-9]([ .-]?[0-9])*')
    then
        return 'structure';
    end if;
    if subscriber like '0%'
        or (subscriber like '1%' and international and subscriber !~ '^1[2-9][0-9]{2}[2-9]([0-9][02-9]|[02-9]1)')
        or (not international and subscriber !~ '^[2-9][0-9]{2}[2-9]([0-9][02-9]|[02-9]1)')
    then
        return 'range';
    end if;
    return '+' || case when international then '' else '1' end || subscriber;
end
$$;
"#,
        is_valid: Body::Sql(
            r#"
    select case
        -- what most columns hold, in one look: a North American number, or an international one
        when value collate "C" ~ (E'^[ \t-\r]*'
            || '([+]?1[ .-]?)?([(][2-9][0-9]{2}[)]|[2-9][0-9]{2})[ .-]?[2-9]([0-9][02-9]|[02-9]1)[ .-]?[0-9]{4}'
            || E'[ \t-\r]*$') then true
        else hcw._read_phone(value) collate "C" like '+%'
    end
"#,
        ),
        reason: Body::Sql(
            r#"
    select substring(hcw._read_phone(value) collate "C" from '^[a-z]+')
"#,
        ),
        canonical: Body::Sql(
            r#"
    select substring(hcw._read_phone(value) collate "C" from '^[+].*')
"#,
        ),
    };
}

/// A telephone number taken apart.
#[derive(Clone, Copy, Debug)]
pub struct Phone<'a> {
    /// `+` and the digits.
    number: Short,
    /// The digits of the extension.
    pub extension: Option<&'a [u8]>,
}

impl Phone<'_> {
    /// `+` and the digits.
    pub fn number(&self) -> &[u8] {
        self.number.as_bytes()
    }
}

/// Reads a number and its extension.
pub fn parse(input: &[u8]) -> Result<Phone<'_>, Reason> {
    let text = trim(input)?;
    if !ALPHABET.covers(text) {
        return Err(Reason::Charset);
    }
    let letters = text
        .iter()
        .position(u8::is_ascii_alphabetic)
        .unwrap_or(text.len());
    let (main, tail) = text.split_at_checked(letters).unwrap_or((text, &[]));
    let mut digits = [0; LONGEST + 3];
    let mut count = 0;
    for byte in main.iter().filter(|byte| byte.is_ascii_digit()) {
        *digits.get_mut(count).ok_or(Reason::Length)? = *byte;
        count += 1;
    }
    let digits = digits.get(..count).ok_or(Reason::Length)?;
    let subscriber = match digits {
        _ if main.first() == Some(&b'+') => digits,
        [b'0', b'1', b'1', rest @ ..] => rest,
        [_, rest @ ..] if digits.len() == 11 && digits[0] == b'1' => rest,
        _ => digits,
    };
    let international = main.first() == Some(&b'+') || digits.starts_with(b"011");
    let fits_length = match (international, subscriber) {
        (true, [b'1', ..]) => subscriber.len() == 11,
        (true, _) => (SHORTEST..=LONGEST).contains(&subscriber.len()),
        (false, _) => subscriber.len() == 10,
    };
    if !fits_length {
        return Err(Reason::Length);
    }
    let extension = if tail.is_empty() {
        None
    } else {
        Some(read_extension(tail)?)
    };
    if !is_well_spaced(main) {
        return Err(Reason::Structure);
    }
    let national = match subscriber {
        [b'1', national @ ..] if international => Some(national),
        _ if international => None,
        _ => Some(subscriber),
    };
    if subscriber.first() == Some(&b'0')
        || national.is_some_and(|number| !is_north_american(number))
    {
        return Err(Reason::Range);
    }
    let mut number = Short::new();
    number.push(b'+');
    if !international {
        number.push(b'1');
    }
    number.extend(subscriber);
    Ok(Phone { number, extension })
}

/// The digits after `x`, `ext` or `ext.`.
fn read_extension(tail: &[u8]) -> Result<&[u8], Reason> {
    let after = strip_prefix(tail, b"ext").or_else(|| strip_prefix(tail, b"x"));
    let mut digits = after.ok_or(Reason::Structure)?;
    if let [b'.', rest @ ..] = digits {
        digits = rest;
    }
    if let [b' ', rest @ ..] = digits {
        digits = rest;
    }
    match digits {
        [] => Err(Reason::Structure),
        _ if !digits.iter().all(u8::is_ascii_digit) => Err(Reason::Structure),
        _ if digits.len() > LONGEST => Err(Reason::Length),
        _ => Ok(digits),
    }
}

/// Whether `+` stands only in front, brackets close, and separators stand alone between digits.
fn is_well_spaced(main: &[u8]) -> bool {
    let main = main.strip_suffix(b" ").unwrap_or(main);
    let main = main.strip_prefix(b"+").unwrap_or(main);
    let mut open = false;
    let mut brackets = 0;
    let mut before = b'(';
    for &byte in main {
        let fits = match byte {
            b'(' => !open && brackets == 0,
            b')' => open && before.is_ascii_digit(),
            b' ' | b'.' | b'-' => !open && (before.is_ascii_digit() || before == b')'),
            _ => byte.is_ascii_digit(),
        };
        if !fits {
            return false;
        }
        brackets += usize::from(byte == b'(');
        open = (open || byte == b'(') && byte != b')';
        before = byte;
    }
    before.is_ascii_digit() && !open
}

/// Whether ten digits follow the North American plan: area and exchange start with 2–9, and the
/// exchange is not a service code such as 911.
fn is_north_american(digits: &[u8]) -> bool {
    matches!(digits, [b'2'..=b'9', _, _, b'2'..=b'9', middle, last, ..]
        if (*middle, *last) != (b'1', b'1'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_and_extensions() {
        for text in [
            "(508) 222-5200",
            "1 (508) 222-5200",
            "+1(508)222-5200",
            "508.222.5200 ext. 12",
        ] {
            assert_eq!(
                PhoneE164::canonical(text.as_bytes()).as_deref(),
                Some(&b"+15082225200"[..]),
                "{text}"
            );
        }
        assert_eq!(
            parse(b"5082225200x0769").unwrap().extension,
            Some(&b"0769"[..])
        );
        for text in [
            "(508 222-5200",
            "508--222-5200",
            "508-222-5200-",
            "508+2225200",
            "5082225200tx1",
        ] {
            assert_eq!(
                PhoneE164::reason(text.as_bytes()),
                Some(Reason::Structure),
                "{text}"
            );
        }
    }

    #[test]
    fn ranges_and_lengths() {
        assert_eq!(PhoneE164::reason(b"508-911-1234"), Some(Reason::Range));
        assert_eq!(PhoneE164::reason(b"+15081112222"), Some(Reason::Range));
        assert_eq!(PhoneE164::reason(b"+1508222520"), Some(Reason::Length));
        assert_eq!(
            PhoneE164::reason(b"+1234567890123456"),
            Some(Reason::Length)
        );
        assert!(PhoneE164::is_valid(b"+4412345678901"));
    }
}
