//! Reads dates and times: ISO 8601 and `strptime`'s formats.

use minijinja::Error;

use super::calendar::Fields;
use super::print::{DAYS, MONTHS};
use super::zone::Zone;
use crate::jinja::python::call::value_error;
use crate::python::quoted;

/// The first of January 1900, which `strptime` takes for what the text does not say.
const START: Fields = Fields {
    year: 1900,
    month: 1,
    day: 1,
    hour: 0,
    minute: 0,
    second: 0,
    microsecond: 0,
};

/// Reads up to `most` digits.
fn digits(text: &mut &str, most: usize) -> Option<i64> {
    let length = text
        .bytes()
        .take(most)
        .take_while(u8::is_ascii_digit)
        .count();
    let (number, rest) = text.split_at(length);
    *text = rest;
    number.parse().ok()
}

/// Reads exactly `count` digits.
fn exactly(text: &mut &str, count: usize) -> Option<i64> {
    let before = text.len();
    let number = digits(text, count)?;
    (before - text.len() == count).then_some(number)
}

fn skip(text: &mut &str, prefix: &str) -> bool {
    match text.strip_prefix(prefix) {
        Some(rest) => {
            *text = rest;
            true
        }
        None => false,
    }
}

/// `2024-01-02T03:04:05.123456+02:00` with its time, seconds and offset left out as one likes.
pub(super) fn iso(text: &str) -> Option<(i64, Option<Zone>)> {
    let mut rest = text.trim();
    let mut fields = date_fields(&mut rest)?;
    if rest.is_empty() {
        return Some((fields.micros()?, None));
    }
    let separator = rest.chars().next()?;
    rest = &rest[separator.len_utf8()..];
    let zone = time_fields(&mut rest, &mut fields)?;
    rest.is_empty().then_some((fields.micros()?, zone))
}

/// `2024-01-02` alone.
pub(super) fn iso_date(text: &str) -> Option<i64> {
    let mut rest = text;
    let fields = date_fields(&mut rest)?;
    rest.is_empty().then(|| fields.micros()).flatten()
}

/// `03:04:05` alone.
pub(super) fn iso_time(text: &str) -> Option<(i64, Option<Zone>)> {
    let mut rest = text.trim_start_matches('T');
    let mut fields = Fields {
        year: 1970,
        ..START
    };
    let zone = time_fields(&mut rest, &mut fields)?;
    rest.is_empty().then_some((fields.micros()?, zone))
}

fn date_fields(rest: &mut &str) -> Option<Fields> {
    let year = exactly(rest, 4)?;
    let dashed = skip(rest, "-");
    let month = exactly(rest, 2)?;
    if dashed && !skip(rest, "-") {
        return None;
    }
    let day = exactly(rest, 2)?;
    Some(Fields {
        year,
        month,
        day,
        ..START
    })
}

fn time_fields(rest: &mut &str, fields: &mut Fields) -> Option<Option<Zone>> {
    fields.hour = exactly(rest, 2)?;
    if skip(rest, ":") {
        fields.minute = exactly(rest, 2)?;
        if skip(rest, ":") {
            fields.second = exactly(rest, 2)?;
            if skip(rest, ".") || skip(rest, ",") {
                fields.microsecond = fraction(rest)?;
            }
        }
    }
    if rest.is_empty() {
        return Some(None);
    }
    offset(rest).map(|seconds| Some(Zone::at_offset(seconds)))
}

/// A fraction of a second in microseconds; digits behind the sixth are dropped.
fn fraction(rest: &mut &str) -> Option<i64> {
    let length = rest.bytes().take_while(u8::is_ascii_digit).count();
    let number = &rest[..length];
    *rest = &rest[length..];
    (length > 0)
        .then(|| format!("{number:0<6}")[..6].parse().ok())
        .flatten()
}

/// `Z`, `+02:00`, `-0530`: seconds east of UTC.
fn offset(rest: &mut &str) -> Option<i64> {
    if skip(rest, "Z") || skip(rest, "z") {
        return Some(0);
    }
    let sign = if skip(rest, "-") {
        -1
    } else if skip(rest, "+") {
        1
    } else {
        return None;
    };
    let hours = exactly(rest, 2)?;
    // the server leaves the minutes out where there are none
    let minutes = if skip(rest, ":") || !rest.is_empty() {
        exactly(rest, 2)?
    } else {
        0
    };
    let seconds = if skip(rest, ":") {
        exactly(rest, 2)?
    } else {
        0
    };
    let size = hours * 3600 + minutes * 60 + seconds;
    (size < 86_400).then_some(sign * size)
}

/// `1 year 2 mons -3 days 04:05:06.7`, as the server prints an interval: microseconds, a month of 30 days.
pub(super) fn interval(text: &str) -> Option<i128> {
    let mut micros: i128 = 0;
    let mut words = text.split_whitespace();
    while let Some(word) = words.next() {
        if word.contains(':') {
            micros += clock(word)?;
            continue;
        }
        let count: i128 = word.parse().ok()?;
        let days = match words.next()?.trim_end_matches('s') {
            "year" => 365,
            "mon" => 30,
            "day" => 1,
            _ => return None,
        };
        micros += count.checked_mul(days * i128::from(super::calendar::DAY))?;
    }
    Some(micros)
}

/// `-50:00:01.5`
fn clock(text: &str) -> Option<i128> {
    let unsigned = text.trim_start_matches(['-', '+']);
    let mut rest = unsigned;
    let hours = digits(&mut rest, 18)?;
    skip(&mut rest, ":");
    let minutes = exactly(&mut rest, 2)?;
    skip(&mut rest, ":");
    let seconds = exactly(&mut rest, 2)?;
    let below = if skip(&mut rest, ".") {
        fraction(&mut rest)?
    } else {
        0
    };
    let whole = (i128::from(hours) * 60 + i128::from(minutes)) * 60 + i128::from(seconds);
    let micros = whole * 1_000_000 + i128::from(below);
    let sign = if text.starts_with('-') { -1 } else { 1 };
    rest.is_empty().then_some(sign * micros)
}

/// Python's `strptime`.
pub(super) fn strptime(text: &str, format: &str) -> Result<(i64, Option<Zone>), Error> {
    read(text, format).ok_or_else(|| {
        value_error(format!(
            "time data {} does not match format {}",
            quoted(text),
            quoted(format)
        ))
    })
}

fn read(text: &str, format: &str) -> Option<(i64, Option<Zone>)> {
    let mut rest = text;
    let mut fields = START;
    let mut zone = None;
    let mut afternoon = None;
    let mut day_of_year = None;
    let mut letters = format.chars();
    while let Some(letter) = letters.next() {
        if letter.is_whitespace() {
            rest = rest.trim_start();
            continue;
        }
        if letter != '%' {
            rest = rest.strip_prefix(letter)?;
            continue;
        }
        match letters.next()? {
            'Y' => fields.year = exactly(&mut rest, 4)?,
            'y' => {
                let year = exactly(&mut rest, 2)?;
                fields.year = if year < 69 { 2000 + year } else { 1900 + year };
            }
            'm' => fields.month = digits(&mut rest, 2)?,
            'd' => fields.day = digits(&mut rest, 2)?,
            'H' => fields.hour = digits(&mut rest, 2)?,
            'I' => {
                let hour = digits(&mut rest, 2)?;
                if !(1..=12).contains(&hour) {
                    return None;
                }
                fields.hour = hour;
                afternoon.get_or_insert(false);
            }
            'M' => fields.minute = digits(&mut rest, 2)?,
            'S' => fields.second = digits(&mut rest, 2)?,
            'f' => {
                let before = rest;
                digits(&mut rest, 6)?;
                let number = &before[..before.len() - rest.len()];
                fields.microsecond = format!("{number:0<6}").parse().ok()?;
            }
            'j' => day_of_year = Some(digits(&mut rest, 3)?),
            'p' => {
                let mark = rest.get(..2)?.to_ascii_uppercase();
                afternoon = Some(match mark.as_str() {
                    "AM" => false,
                    "PM" => true,
                    _ => return None,
                });
                rest = &rest[2..];
            }
            'B' => fields.month = named(&mut rest, &MONTHS, false)? + 1,
            'b' => fields.month = named(&mut rest, &MONTHS, true)? + 1,
            'A' => {
                named(&mut rest, &DAYS, false)?;
            }
            'a' => {
                named(&mut rest, &DAYS, true)?;
            }
            'z' => zone = Some(Zone::at_offset(offset(&mut rest)?)),
            'Z' => {
                let name = rest.get(..3)?;
                if !matches!(name, "UTC" | "GMT") {
                    return None;
                }
                rest = &rest[3..];
            }
            '%' => rest = rest.strip_prefix('%')?,
            _ => return None,
        }
    }
    if format.contains("%I") {
        fields.hour = fields.hour % 12 + if afternoon == Some(true) { 12 } else { 0 };
    }
    if !rest.is_empty() {
        return None;
    }
    let mut micros = fields.micros()?;
    if let Some(day) = day_of_year {
        if !(1..=366).contains(&day) {
            return None;
        }
        micros += (day - 1) * super::calendar::DAY;
    }
    Some((micros, zone))
}

fn named(rest: &mut &str, names: &[&str], short: bool) -> Option<i64> {
    let found = names.iter().position(|name| {
        let name = if short { &name[..3] } else { name };
        rest.get(..name.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(name))
    })?;
    let length = if short { 3 } else { names[found].len() };
    *rest = &rest[length..];
    i64::try_from(found).ok()
}
