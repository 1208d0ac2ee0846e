//! Dates in an undeclared notation: read where only one reading exists, else refused.

use super::calendar::Date;
use super::partial::{Offset, PartialDate};
use super::us_mdy::FIRST_YEAR;
use super::{charset_first, hl7};
use crate::cursor::Cursor;
use crate::sql::portable::{Body, Portable};
use crate::text::{all_digits, number, trim};
use crate::{About, Canonical, CanonicalForm, Family, Layer, Reason, Source, Validator};

/// ISO dates, basic `YYYYMMDD`, names of months, timestamps, and day/month or month/day where one
/// of the two is impossible or both are the same day. Canonical is the day; placeholders and
/// years before 1800 are implausible.
#[derive(Debug)]
pub struct DateAuto;

impl Validator for DateAuto {
    const ABOUT: &'static About = &About {
        code: "date_auto",
        title: "Date in any unambiguous notation",
        family: Family::Dates,
        source: Source {
            standard: "ISO 8601-1; Unicode CLDR",
            section: "calendar dates; English date patterns",
            edition: "2019; 45",
        },
        layer: Layer::Shape,
        system: None,
        form: CanonicalForm::IsoDate,
        example: "Apr 3, 2024",
        counterexample: "03/04/2024",
    };

    fn check(input: &[u8]) -> Result<Canonical<'_>, Reason> {
        let date = parse(trim(input)?)?;
        let day = date.date().ok_or(Reason::Precision)?;
        Ok(Canonical::Iso(day.into()))
    }

    const PORTABLE: &'static Portable = &Portable {
        helpers: include_str!("auto.sql"),
        is_valid: Body::Sql(
            r#"
    select hcw._read_auto(value) collate "C" ~ '^[0-9]'
"#,
        ),
        reason: Body::Sql(
            r#"
    select substring(hcw._read_auto(value) collate "C" from '^[a-z]+')
"#,
        ),
        canonical: Body::Sql(
            r#"
    select substring(hcw._read_auto(value) collate "C" from '^[0-9].{9}')
"#,
        ),
    };
}

/// Which of two numbers comes first in a column of dates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldOrder {
    /// Nothing in the column tells.
    Unknown,
    /// Month, day, year.
    MonthFirst,
    /// Day, month, year.
    DayFirst,
    /// Both occur: the column cannot be read.
    Mixed,
}

/// The order that a column's values reveal: a first number above 12 means day first, a second one
/// above 12 month first.
pub fn infer_order<'a>(values: impl IntoIterator<Item = &'a [u8]>) -> FieldOrder {
    let (mut day_first, mut month_first) = (false, false);
    for value in values {
        if let Some((first, second, _)) = trim(value).ok().and_then(numeric) {
            day_first |= first > 12;
            month_first |= second > 12;
        }
    }
    match (day_first, month_first) {
        (false, false) => FieldOrder::Unknown,
        (false, true) => FieldOrder::MonthFirst,
        (true, false) => FieldOrder::DayFirst,
        (true, true) => FieldOrder::Mixed,
    }
}

/// Reads a date, with the time of day where one is given.
///
/// **Errors**: `Ambiguous` for two readings, for bare numbers that could be serials or epochs, and
/// for years of two digits; `Precision` for months; `Implausible` for placeholders.
pub(super) fn parse(text: &[u8]) -> Result<PartialDate, Reason> {
    parse_ordered(text, FieldOrder::Unknown)
}

/// [`DateAuto`]'s reader, told the order that [`infer_order`] found.
pub fn parse_ordered(text: &[u8], order: FieldOrder) -> Result<PartialDate, Reason> {
    let date = read(text, order).map_err(|reason| charset_first(text, reason))?;
    let day = date.date().ok_or(Reason::Precision)?;
    let implausible = day.is_sentinel() || day.year() < FIRST_YEAR;
    if implausible {
        Err(Reason::Implausible)
    } else {
        Ok(date)
    }
}

fn read(text: &[u8], order: FieldOrder) -> Result<PartialDate, Reason> {
    if all_digits(text) {
        return read_bare(text);
    }
    let mut cursor = Cursor::new(text);
    let day = read_day(&mut cursor, order)?;
    if cursor.is_done() {
        return day.map(PartialDate::from);
    }
    let time = read_time(&mut cursor)?;
    let date = day.map(PartialDate::from)?;
    time.apply(date)
}

/// Nothing but digits: a basic date or timestamp, or a number that may mean anything.
fn read_bare(text: &[u8]) -> Result<PartialDate, Reason> {
    match text.len() {
        8 if text == b"00000000" => Err(Reason::Implausible),
        8 | 12 | 14 => hl7::parse(text),
        1..=7 | 10 | 13 => Err(Reason::Ambiguous),
        _ => Err(Reason::Length),
    }
}

/// The day at the front. A structural fault is the outer error, since it comes before any fault
/// of the time that follows; whether the day exists is the inner one.
fn read_day(cursor: &mut Cursor<'_>, order: FieldOrder) -> Result<Result<Date, Reason>, Reason> {
    if cursor.peek().is_some_and(|byte| byte.is_ascii_alphabetic()) {
        return read_month_name_first(cursor);
    }
    let first = cursor.digits();
    if first.len() == 8 {
        return Ok(exact(
            number(first) / 10_000,
            number(first) / 100 % 100,
            number(first) % 100,
        ));
    }
    let separator = cursor.eat_any(b"-/. ").ok_or(Reason::Structure)?;
    if separator != b'/' && cursor.peek().is_some_and(|byte| byte.is_ascii_alphabetic()) {
        return read_day_first_name(first, separator, cursor);
    }
    let second = cursor.digits();
    if separator == b'.' && cursor.is_done() && !first.is_empty() && !second.is_empty() {
        // A decimal number: perhaps a serial with its time of day.
        return Err(Reason::Ambiguous);
    }
    if separator == b' ' || !matches!(second.len(), 1 | 2) {
        return Err(Reason::Structure);
    }
    if first.len() == 4 && cursor.is_done() && separator != b'.' {
        return Ok(match number(second) {
            1..=12 => Err(Reason::Precision),
            _ => Err(Reason::Range),
        });
    }
    if !cursor.eat(separator) {
        return Err(Reason::Structure);
    }
    let third = cursor.digits();
    match (first.len(), third.len()) {
        (4, 1 | 2) => Ok(exact(number(first), number(second), number(third))),
        (1 | 2, 4) => Ok(either(number(first), number(second), number(third), order)),
        (1 | 2, 2) => Ok(Err(Reason::Ambiguous)),
        _ => Err(Reason::Structure),
    }
}

fn exact(year: u32, month: u32, day: u32) -> Result<Date, Reason> {
    Date::new(year, month, day).ok_or(Reason::Range)
}

/// The one day that two numbers and a year can mean.
fn either(first: u32, second: u32, year: u32, order: FieldOrder) -> Result<Date, Reason> {
    let month_first = Date::new(year, first, second);
    let day_first = Date::new(year, second, first);
    match (order, month_first, day_first) {
        (FieldOrder::MonthFirst, day, _) | (FieldOrder::DayFirst, _, day) => {
            day.ok_or(Reason::Range)
        }
        (_, Some(one), Some(other)) if one != other => Err(Reason::Ambiguous),
        (_, Some(day), _) | (_, None, Some(day)) => Ok(day),
        (_, None, None) => Err(Reason::Range),
    }
}

/// The two numbers and the year of a date such as 4/13/2024, at the front of `text`.
fn numeric(text: &[u8]) -> Option<(u32, u32, u32)> {
    let mut cursor = Cursor::new(text);
    let first = cursor.digits();
    let separator = cursor.eat_any(b"-/.")?;
    let second = cursor.digits();
    let third = cursor.eat(separator).then(|| cursor.digits())?;
    let fits = matches!(
        (first.len(), second.len(), third.len()),
        (1 | 2, 1 | 2, 2 | 4)
    );
    fits.then(|| (number(first), number(second), number(third)))
}

/// `Apr 3, 2024`, `April 3 2024`; `April 2024` is too coarse.
fn read_month_name_first(cursor: &mut Cursor<'_>) -> Result<Result<Date, Reason>, Reason> {
    let month = month_named(cursor.letters()).ok_or(Reason::Structure)?;
    cursor.eat(b'.');
    cursor.eat_any(b" -").ok_or(Reason::Structure)?;
    let day = cursor.digits();
    if day.len() == 4 && cursor.is_done() {
        return Ok(Err(Reason::Precision));
    }
    let comma = cursor.eat(b',');
    let gap = cursor.eat_any(b" -").is_some();
    let year = cursor.digits();
    read_named(day, month, year, comma || gap)
}

/// `3 Apr 2024`, `03-APR-2024`, `3 April, 2024`.
fn read_day_first_name(
    day: &[u8],
    separator: u8,
    cursor: &mut Cursor<'_>,
) -> Result<Result<Date, Reason>, Reason> {
    let month = month_named(cursor.letters()).ok_or(Reason::Structure)?;
    let dot = cursor.eat(b'.');
    let comma = cursor.eat(b',');
    let gap = cursor.eat(separator) || (comma && cursor.eat(b' '));
    let year = cursor.digits();
    read_named(day, month, year, dot || comma || gap)
}

fn read_named(
    day: &[u8],
    month: u32,
    year: &[u8],
    separated: bool,
) -> Result<Result<Date, Reason>, Reason> {
    match (day.len(), year.len()) {
        (1 | 2, 4) if separated => Ok(exact(number(year), month, number(day))),
        (1 | 2, 2) if separated => Ok(Err(Reason::Ambiguous)),
        _ => Err(Reason::Structure),
    }
}

/// The month of an English name, or of its first three letters; `Sept` is common too.
fn month_named(name: &[u8]) -> Option<u32> {
    const MONTHS: [&[u8]; 12] = [
        b"january",
        b"february",
        b"march",
        b"april",
        b"may",
        b"june",
        b"july",
        b"august",
        b"september",
        b"october",
        b"november",
        b"december",
    ];
    let place = MONTHS.iter().position(|month| {
        let short = month
            .get(..3)
            .is_some_and(|short| name.eq_ignore_ascii_case(short));
        short || name.eq_ignore_ascii_case(month)
    });
    let place = place.or_else(|| name.eq_ignore_ascii_case(b"sept").then_some(8))?;
    u32::try_from(place + 1).ok()
}

/// A time of day of the right shape, not yet compared to its limits.
struct Time<'a> {
    hour: u32,
    minute: u32,
    second: Option<u32>,
    fraction: &'a [u8],
    half: Option<u8>,
    offset: Option<(u8, u32, u32)>,
}

/// ` 10:15`, `T10:15:00.5Z`, `T101500+0100`, ` 9:15 AM`, ` 10:15:00+00`.
fn read_time<'a>(cursor: &mut Cursor<'a>) -> Result<Time<'a>, Reason> {
    cursor.eat_any(b"T ").ok_or(Reason::Structure)?;
    let head = cursor.digits();
    let (hour, minute, mut second) = match head.len() {
        1 | 2 => {
            let minute = cursor.eat(b':').then(|| cursor.number::<2>()).flatten();
            (number(head), minute.ok_or(Reason::Structure)?, None)
        }
        4 => (number(head) / 100, number(head) % 100, None),
        6 => (
            number(head) / 10_000,
            number(head) / 100 % 100,
            Some(number(head) % 100),
        ),
        _ => return Err(Reason::Structure),
    };
    if head.len() < 3 && cursor.eat(b':') {
        second = Some(cursor.number::<2>().ok_or(Reason::Structure)?);
    }
    let mut fraction: &[u8] = &[];
    if second.is_some() && cursor.eat(b'.') {
        fraction = cursor.digits();
        if fraction.is_empty() {
            return Err(Reason::Structure);
        }
    }
    cursor.eat(b' ');
    let mut half = None;
    if let Some(letter) = cursor.eat_any(b"APap") {
        cursor.eat_any(b"Mm").ok_or(Reason::Structure)?;
        half = Some(letter.to_ascii_uppercase());
        cursor.eat(b' ');
    }
    let offset = match cursor.eat_any(b"Z+-") {
        None => None,
        Some(b'Z') => Some((b'Z', 0, 0)),
        Some(sign) => {
            let hours = cursor.number::<2>().ok_or(Reason::Structure)?;
            let colon = cursor.eat(b':');
            let minutes = if cursor.is_done() && !colon {
                Some(0)
            } else {
                cursor.number::<2>()
            };
            Some((sign, hours, minutes.ok_or(Reason::Structure)?))
        }
    };
    if !cursor.is_done() {
        return Err(Reason::Structure);
    }
    Ok(Time {
        hour,
        minute,
        second,
        fraction,
        half,
        offset,
    })
}

impl Time<'_> {
    fn apply(&self, day: PartialDate) -> Result<PartialDate, Reason> {
        let hour = match self.half {
            None => self.hour,
            Some(_) if !(1..=12).contains(&self.hour) => return Err(Reason::Range),
            Some(half) => self.hour % 12 + if half == b'P' { 12 } else { 0 },
        };
        let mut date = day.at(hour, Some(self.minute), self.second, 60)?;
        if !self.fraction.is_empty() {
            date = date.with_fraction(self.fraction);
        }
        let offset = match self.offset {
            None => None,
            Some((b'Z', _, _)) => Some(Offset::Utc),
            Some((sign, hours, minutes)) => Some(Offset::new(sign, hours, minutes)?),
        };
        Ok(date.with_offset(offset))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(text: &str) -> Option<String> {
        DateAuto::canonical(text.as_bytes())
            .map(|date| String::from_utf8(date.into_owned()).unwrap())
    }

    #[test]
    fn one_reading() {
        for text in [
            "2024-04-13",
            "2024/4/13",
            "13/04/2024",
            "13.4.2024",
            "13-APR-2024",
            "13 April 2024",
            "April 13, 2024",
            "Apr. 13, 2024",
            "20240413",
            "20240413101500",
            "20240413T101500Z",
            "2024-04-13 10:15:00+00",
            "4/13/2024 9:15 AM",
            "2024-04-13T10:15:00.123-0500",
        ] {
            assert_eq!(canonical(text).as_deref(), Some("2024-04-13"), "{text}");
        }
        assert_eq!(canonical("Sept 4 2024").as_deref(), Some("2024-09-04"));
    }

    #[test]
    fn refusals() {
        for (text, reason) in [
            ("03/04/2024", Reason::Ambiguous),
            ("4/13/24", Reason::Ambiguous),
            ("1976", Reason::Ambiguous),
            ("45385.5", Reason::Ambiguous),
            ("1712139300", Reason::Ambiguous),
            ("2024-04", Reason::Precision),
            ("April 2024", Reason::Precision),
            ("2024-02-30", Reason::Range),
            ("13/13/2024", Reason::Range),
            ("2024-04-13 25:00", Reason::Range),
            ("4/13/2024 13:15 PM", Reason::Range),
            ("00000000", Reason::Implausible),
            ("12/31/9999", Reason::Implausible),
            ("Smarch 13, 2024", Reason::Structure),
            ("2024-04-13 10", Reason::Structure),
            ("2024-04-13#", Reason::Charset),
            ("123456789", Reason::Length),
        ] {
            assert_eq!(DateAuto::reason(text.as_bytes()), Some(reason), "{text}");
        }
    }

    #[test]
    fn a_column_reveals_its_order() {
        let order = |values: &[&str]| infer_order(values.iter().map(|value| value.as_bytes()));
        assert_eq!(order(&["3/4/2024", "5/6/24"]), FieldOrder::Unknown);
        assert_eq!(order(&["3/4/2024", "13/6/2024"]), FieldOrder::DayFirst);
        assert_eq!(order(&["3/14/2024", "x"]), FieldOrder::MonthFirst);
        assert_eq!(order(&["3/14/2024", "14/3/2024"]), FieldOrder::Mixed);
        let read = parse_ordered(b"3/4/2024", FieldOrder::DayFirst).unwrap();
        assert_eq!(read.date(), Date::new(2024, 4, 3));
    }
}
