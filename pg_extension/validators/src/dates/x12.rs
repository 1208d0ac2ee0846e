//! X12 dates: qualifiers D8 and RD8 of element 1250.

use super::calendar::Date;
use super::charset_first;
use super::partial::PartialDate;
use crate::cursor::Cursor;
use crate::sql::portable::{Body, Portable};
use crate::text::{all_digits, trim};
use crate::{About, Canonical, CanonicalForm, Family, Layer, Reason, Short, Source, Validator};

const SOURCE: Source = Source {
    standard: "ASC X12, 005010 data element dictionary",
    section: "element 1250, qualifiers D8 and RD8",
    edition: "005010",
};

/// X12 D8: CCYYMMDD.
#[derive(Debug)]
pub struct DateX12D8;

impl Validator for DateX12D8 {
    const ABOUT: &'static About = &About {
        code: "date_x12_d8",
        title: "X12 date (D8)",
        family: Family::Dates,
        source: SOURCE,
        layer: Layer::Shape,
        system: None,
        form: CanonicalForm::IsoDate,
        example: "20240115",
        counterexample: "240115",
    };

    #[inline]
    fn check(input: &[u8]) -> Result<Canonical<'_>, Reason> {
        parse_d8(trim(input)?).map(Canonical::Iso)
    }

    const PORTABLE: &'static Portable = &Portable {
        helpers: r#"
-- ISO text of eight digits.
create or replace function hcw._basic_to_iso(digits text) returns text
language sql immutable parallel safe as $$
    select left(digits, 4) || '-' || substr(digits, 5, 2) || '-' || right(digits, 2)
$$;
"#,
        is_valid: Body::Sql(
            r#"
    select value collate "C" ~ (E'^[ \t-\r]*' || hcw._day('') || E'[ \t-\r]*$')
"#,
        ),
        reason: Body::Sql(
            r#"
    select case
        when hcw.date_x12_d8_is_valid(value) then null
        when value collate "C" ~ E'^[ \t-\r]*[0-9]{8}[ \t-\r]*$' then 'range'
        when value collate "C" ~ E'^[ \t-\r]*[0-9]+[ \t-\r]*$' then 'length'
        else hcw._date_misfit(value)
    end
"#,
        ),
        canonical: Body::Sql(
            r#"
    select case when hcw.date_x12_d8_is_valid(value) then hcw._basic_to_iso(hcw._trim(value)) end
"#,
        ),
    };
}

/// X12 RD8: two D8 dates with a hyphen, the second not before the first.
#[derive(Debug)]
pub struct DateX12Rd8;

impl Validator for DateX12Rd8 {
    const ABOUT: &'static About = &About {
        code: "date_x12_rd8",
        title: "X12 date range (RD8)",
        family: Family::Dates,
        source: SOURCE,
        layer: Layer::Shape,
        system: None,
        form: CanonicalForm::IsoInterval,
        example: "20231231-20240101",
        counterexample: "20240131-20240101",
    };

    fn check(input: &[u8]) -> Result<Canonical<'_>, Reason> {
        let (first, last) = parse_rd8(trim(input)?)?;
        let mut canonical = Short::new();
        canonical.extend(PartialDate::from(first).to_iso().as_bytes());
        canonical.push(b'/');
        canonical.extend(PartialDate::from(last).to_iso().as_bytes());
        Ok(canonical.into())
    }

    const PORTABLE: &'static Portable = &Portable {
        helpers: "",
        is_valid: Body::Sql(
            r#"
    select case
        when value collate "C" !~ (E'^[ \t-\r]*' || hcw._day('') || '-' || hcw._day('') || E'[ \t-\r]*$')
            then false
        else left(hcw._trim(value), 8) <= right(hcw._trim(value), 8) collate "C"
    end
"#,
        ),
        reason: Body::Sql(
            r#"
    select case
        when hcw.date_x12_rd8_is_valid(value) then null
        when value collate "C" ~ E'^[ \t-\r]*[0-9]{8}-[0-9]{8}[ \t-\r]*$' then 'range'
        else hcw._date_misfit(value)
    end
"#,
        ),
        canonical: Body::Sql(
            r#"
    select case
        when hcw.date_x12_rd8_is_valid(value) then
            hcw._basic_to_iso(left(hcw._trim(value), 8)) || '/'
            || hcw._basic_to_iso(right(hcw._trim(value), 8))
    end
"#,
        ),
    };
}

#[inline]
pub(super) fn parse_d8(text: &[u8]) -> Result<PartialDate, Reason> {
    let mut cursor = Cursor::new(text);
    match read_day(&mut cursor) {
        Some(day) if cursor.is_done() => day.map(PartialDate::from).ok_or(Reason::Range),
        _ if all_digits(text) => Err(Reason::Length),
        _ => Err(charset_first(text, Reason::Structure)),
    }
}

/// The first and last day of a range.
pub fn parse_rd8(text: &[u8]) -> Result<(Date, Date), Reason> {
    let mut cursor = Cursor::new(text);
    let first = read_day(&mut cursor);
    let hyphen = cursor.eat(b'-');
    let last = read_day(&mut cursor);
    let (Some(first), true, Some(last), true) = (first, hyphen, last, cursor.is_done()) else {
        return Err(charset_first(text, Reason::Structure));
    };
    match (first, last) {
        (Some(first), Some(last)) if first <= last => Ok((first, last)),
        _ => Err(Reason::Range),
    }
}

/// Eight digits, if they come next, and the day they mean, if there is one.
#[inline]
fn read_day(cursor: &mut Cursor<'_>) -> Option<Option<Date>> {
    let number = cursor.number::<8>()?;
    Some(Date::new(number / 10_000, number / 100 % 100, number % 100))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons() {
        for (text, reason) in [
            ("2024-01-15", Reason::Structure),
            ("2024011|", Reason::Charset),
            ("202401155", Reason::Length),
            ("00000000", Reason::Range),
        ] {
            assert_eq!(DateX12D8::reason(text.as_bytes()), Some(reason), "{text}");
        }
        for (text, reason) in [
            ("20240101-2024010", Reason::Structure),
            ("20240101-20240132", Reason::Range),
            ("20240101|20240131", Reason::Charset),
            ("20240101 - 20240131", Reason::Structure),
        ] {
            assert_eq!(DateX12Rd8::reason(text.as_bytes()), Some(reason), "{text}");
        }
    }
}
