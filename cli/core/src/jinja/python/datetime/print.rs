//! How values of `datetime` are written.

use super::Temporal;
use super::calendar::{DAY, Fields};

pub(super) const DAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];
pub(super) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Python's `str`.
pub(super) fn shown(value: &Temporal) -> String {
    match value {
        Temporal::Delta(micros) => delta(*micros),
        _ => iso(value, " ", None),
    }
}

fn delta(micros: i128) -> String {
    let day = i128::from(DAY);
    let (days, rest) = (micros.div_euclid(day), micros.rem_euclid(day));
    let seconds = rest / 1_000_000;
    let mut text = match days {
        0 => String::new(),
        1 | -1 => format!("{days} day, "),
        _ => format!("{days} days, "),
    };
    text += &format!(
        "{}:{:02}:{:02}",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60
    );
    if rest % 1_000_000 != 0 {
        text += &format!(".{:06}", rest % 1_000_000);
    }
    text
}

/// An offset as `+02:00`, or with another separator.
pub(super) fn offset(seconds: i64, separator: &str) -> String {
    let sign = if seconds < 0 { '-' } else { '+' };
    let size = seconds.abs();
    let mut text = format!("{sign}{:02}{separator}{:02}", size / 3600, size / 60 % 60);
    if size % 60 != 0 {
        text += &format!("{separator}{:02}", size % 60);
    }
    text
}

/// ISO 8601, as precise as asked.
pub(super) fn iso(value: &Temporal, separator: &str, precision: Option<&str>) -> String {
    let fields = value.fields();
    let date = format!("{:04}-{:02}-{:02}", fields.year, fields.month, fields.day);
    let Fields {
        hour,
        minute,
        second,
        microsecond,
        ..
    } = fields;
    let mut time = match precision {
        Some("hours") => format!("{hour:02}"),
        Some("minutes") => format!("{hour:02}:{minute:02}"),
        Some("seconds") => format!("{hour:02}:{minute:02}:{second:02}"),
        Some("milliseconds") => {
            format!(
                "{hour:02}:{minute:02}:{second:02}.{:03}",
                microsecond / 1000
            )
        }
        None | Some("auto") if microsecond == 0 => format!("{hour:02}:{minute:02}:{second:02}"),
        _ => format!("{hour:02}:{minute:02}:{second:02}.{microsecond:06}"),
    };
    if let Some(zone) = value.zone() {
        time += &offset(zone.offset, ":");
    }
    match value {
        Temporal::Date(_) => date,
        Temporal::Time(..) => time,
        _ => format!("{date}{separator}{time}"),
    }
}

/// Python's `repr`.
pub(super) fn repr(value: &Temporal) -> String {
    let fields = value.fields();
    let mut numbers = match value {
        Temporal::Delta(micros) => return delta_repr(*micros),
        Temporal::Date(_) => vec![fields.year, fields.month, fields.day],
        Temporal::Time(..) => vec![fields.hour, fields.minute],
        Temporal::Datetime(..) => vec![
            fields.year,
            fields.month,
            fields.day,
            fields.hour,
            fields.minute,
        ],
    };
    if !matches!(value, Temporal::Date(_)) && (fields.second, fields.microsecond) != (0, 0) {
        numbers.push(fields.second);
        if fields.microsecond != 0 {
            numbers.push(fields.microsecond);
        }
    }
    let mut parts: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    if let Some(zone) = value.zone() {
        parts.push(format!("tzinfo={}", zone.repr()));
    }
    format!("{}({})", value.name(), parts.join(", "))
}

fn delta_repr(micros: i128) -> String {
    let day = i128::from(DAY);
    let rest = micros.rem_euclid(day);
    let parts: Vec<String> = [
        ("days", micros.div_euclid(day)),
        ("seconds", rest / 1_000_000),
        ("microseconds", rest % 1_000_000),
    ]
    .iter()
    .filter(|(_, number)| *number != 0)
    .map(|(name, number)| format!("{name}={number}"))
    .collect();
    match parts.is_empty() {
        true => "datetime.timedelta(0)".to_owned(),
        false => format!("datetime.timedelta({})", parts.join(", ")),
    }
}

/// C's `strftime`, in English.
pub(super) fn strftime(value: &Temporal, format: &str) -> String {
    let fields = value.fields();
    let weekday = DAYS[usize::try_from(fields.weekday()).unwrap_or(0)];
    let month = MONTHS[usize::try_from(fields.month - 1).unwrap_or(0)];
    let hour_of_12 = match fields.hour % 12 {
        0 => 12,
        hour => hour,
    };
    let sunday_based = (fields.weekday() + 1) % 7;
    let mut text = String::new();
    let mut letters = format.chars();
    while let Some(letter) = letters.next() {
        if letter != '%' {
            text.push(letter);
            continue;
        }
        let mut directive = letters.next();
        let unpadded = directive == Some('-');
        if unpadded {
            directive = letters.next();
        }
        let two = |number: i64| {
            if unpadded {
                number.to_string()
            } else {
                format!("{number:02}")
            }
        };
        text += &match directive {
            Some('Y') => fields.year.to_string(),
            Some('C') => two(fields.year / 100),
            Some('y') => two(fields.year % 100),
            Some('m') => two(fields.month),
            Some('d') => two(fields.day),
            Some('e') => format!("{:2}", fields.day),
            Some('H') => two(fields.hour),
            Some('k') => format!("{:2}", fields.hour),
            Some('I') => two(hour_of_12),
            Some('l') => format!("{hour_of_12:2}"),
            Some('M') => two(fields.minute),
            Some('S') => two(fields.second),
            Some('f') => format!("{:06}", fields.microsecond),
            Some('j') if unpadded => fields.day_of_year().to_string(),
            Some('j') => format!("{:03}", fields.day_of_year()),
            Some('a') => weekday[..3].to_owned(),
            Some('A') => weekday.to_owned(),
            Some('b' | 'h') => month[..3].to_owned(),
            Some('B') => month.to_owned(),
            Some('p') => if fields.hour < 12 { "AM" } else { "PM" }.to_owned(),
            Some('P') => if fields.hour < 12 { "am" } else { "pm" }.to_owned(),
            Some('w') => sunday_based.to_string(),
            Some('u') => (fields.weekday() + 1).to_string(),
            Some('U') => two((fields.day_of_year() + 6 - sunday_based) / 7),
            Some('W') => two((fields.day_of_year() + 6 - fields.weekday()) / 7),
            Some('V') => two(fields.iso_week().1),
            Some('G') => fields.iso_week().0.to_string(),
            Some('z') => value
                .zone()
                .map_or(String::new(), |zone| offset(zone.offset, "")),
            Some('Z') => value
                .zone()
                .map_or(String::new(), |zone| zone.abbreviation.clone()),
            Some('s') => (value.rank().0 / 1_000_000).to_string(),
            Some('n') => "\n".to_owned(),
            Some('t') => "\t".to_owned(),
            Some('%') => "%".to_owned(),
            Some('D' | 'x') => strftime(value, "%m/%d/%y"),
            Some('T' | 'X') => strftime(value, "%H:%M:%S"),
            Some('F') => strftime(value, "%Y-%m-%d"),
            Some('R') => strftime(value, "%H:%M"),
            Some('r') => strftime(value, "%I:%M:%S %p"),
            Some('c') => strftime(value, "%a %b %e %H:%M:%S %Y"),
            Some(other) => format!("%{other}"),
            None => "%".to_owned(),
        };
    }
    text
}
