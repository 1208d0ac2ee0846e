//! HL7 version 2 timestamps.

use super::charset_first;
use super::partial::{Offset, PartialDate};
use crate::cursor::Cursor;
use crate::sql::portable::{Body, Portable};
use crate::text::trim;
use crate::{About, Canonical, CanonicalForm, Family, Layer, Reason, Source, Validator};

/// HL7 version 2 timestamp (TS, DTM): `YYYY[MM[DD[HH[MM[SS[.S[S[S[S]]]]]]]]][+/-ZZZZ]`.
#[derive(Debug)]
pub struct DateHl7;

impl Validator for DateHl7 {
    const ABOUT: &'static About = &About {
        code: "date_hl7",
        title: "HL7 version 2 timestamp",
        family: Family::Dates,
        source: Source {
            standard: "HL7 version 2.9, chapter 2A",
            section: "data type DTM",
            edition: "2019",
        },
        layer: Layer::Shape,
        system: None,
        form: CanonicalForm::IsoDate,
        example: "19760704010159.1234-0500",
        counterexample: "20230229",
    };

    #[inline]
    fn check(input: &[u8]) -> Result<Canonical<'_>, Reason> {
        parse(trim(input)?).map(Canonical::Iso)
    }

    const PORTABLE: &'static Portable = &Portable {
        helpers: r#"
-- ISO text of a timestamp that is known to be right.
create or replace function hcw._hl7_to_iso(value text) returns text
language plpgsql immutable strict parallel safe as $$
declare
    digits text collate "C" := substring(hcw._trim(value) collate "C" from '^[0-9]+');
    rest text collate "C" := substr(hcw._trim(value), length(digits) + 1);
begin
    return left(
            substr(digits, 1, 4) || '-' || substr(digits, 5, 2) || '-' || substr(digits, 7, 2)
            || 'T' || substr(digits, 9, 2) || ':' || substr(digits, 11, 2) || ':' || substr(digits, 13, 2),
            -- two digits more are three characters more
            length(digits) * 3 / 2 - 2)
        || regexp_replace(rest, '([+-]..)', E'\\1:');
end
$$;
"#,
        is_valid: Body::Sql(
            r#"
    select value collate "C" ~ (E'^[ \t-\r]*('
        || hcw._year() || '(0[1-9]|1[0-2])?'
        || '|' || hcw._day('')
        || '(([01][0-9]|2[0-3])([0-5][0-9]([0-5][0-9]([.][0-9]{1,4})?)?)?)?'
        || ')(' || hcw._offset('') || E')?[ \t-\r]*$')
"#,
        ),
        reason: Body::Sql(
            r#"
    select case
        when hcw.date_hl7_is_valid(value) then null
        when value collate "C" ~
            E'^[ \t-\r]*([0-9]{14}[.][0-9]{1,4}|([0-9]{2}){2,7})([+-][0-9]{4})?[ \t-\r]*$' then 'range'
        when value collate "C" ~
            E'^[ \t-\r]*([0-9]{14}[.][0-9]+|[0-9]+)([+-][0-9]{4})?[ \t-\r]*$' then 'length'
        else hcw._date_misfit(value)
    end
"#,
        ),
        canonical: Body::Sql(
            r#"
    select case when hcw.date_hl7_is_valid(value) then hcw._hl7_to_iso(value) end
"#,
        ),
    };
}

/// Reads forward once; only a text that does not fit is read again, to find out why.
#[inline]
pub(super) fn parse(text: &[u8]) -> Result<PartialDate, Reason> {
    read(text).ok_or_else(|| charset_first(text, why_not(text)))
}

#[inline]
fn read(text: &[u8]) -> Option<PartialDate> {
    let mut cursor = Cursor::new(text);
    let year = cursor.number::<4>()?;
    let month = cursor.number::<2>();
    let day = cursor.number::<2>();
    let mut date = PartialDate::new(year, month, day).ok()?;
    if let Some(hour) = cursor.number::<2>() {
        let minute = cursor.number::<2>();
        let second = cursor.number::<2>();
        date = date.at(hour, minute, second, 59).ok()?;
        if second.is_some() && cursor.eat(b'.') {
            let fraction = cursor.digits();
            if !matches!(fraction.len(), 1..=4) {
                return None;
            }
            date = date.with_fraction(fraction);
        }
    }
    if cursor.is_done() {
        return Some(date);
    }
    let sign = cursor.eat_any(b"+-")?;
    let offset = Offset::new(sign, cursor.number::<2>()?, cursor.number::<2>()?).ok()?;
    cursor.is_done().then(|| date.with_offset(Some(offset)))
}

/// Structure is settled before lengths; what has both right names no real day, time or offset.
#[cold]
fn why_not(text: &[u8]) -> Reason {
    let mut cursor = Cursor::new(text);
    let main = cursor.digits().len();
    let mut fraction = 0;
    let mut fits = main > 0;
    if cursor.eat(b'.') {
        fraction = cursor.digits().len();
        fits &= fraction > 0 && main == 14;
    }
    if cursor.eat_any(b"+-").is_some() {
        fits &= cursor.digits().len() == 4;
    }
    if !fits || !cursor.is_done() {
        Reason::Structure
    } else if !matches!(main, 4 | 6 | 8 | 10 | 12 | 14) || fraction > 4 {
        Reason::Length
    } else {
        Reason::Range
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons() {
        for (text, reason) in [
            ("2024+1500", Reason::Range),
            ("2024+0560", Reason::Range),
            ("2024-05", Reason::Structure),
            ("2024010112.5", Reason::Structure),
            ("20240401120060", Reason::Range),
            ("2024040124", Reason::Range),
            ("20240401120000.", Reason::Structure),
            ("2024040|", Reason::Charset),
            ("202", Reason::Length),
            ("202404011200001", Reason::Length),
            ("00000101", Reason::Range),
        ] {
            assert_eq!(DateHl7::reason(text.as_bytes()), Some(reason), "{text}");
        }
    }

    #[test]
    fn a_coarse_date_keeps_its_offset() {
        assert_eq!(
            DateHl7::canonical(b"1976-0500").as_deref(),
            Some(&b"1976-05:00"[..])
        );
    }
}
