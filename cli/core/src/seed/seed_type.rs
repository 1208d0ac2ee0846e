//! The types that dbt finds in a seed's texts, and the texts as the server takes them for those types.
//!
//! As in dbt, the first type that all values of a column have is the column's: integer, float8, date,
//! timestamp, boolean, else text. Numbers may have a currency's sign, separated groups and a percent sign;
//! what has no fraction is an integer, `1.0` too. Where dbt's `integer` would be too small it is `bigint` here,
//! or `numeric`.

use std::borrow::Cow;

use jiff::SignedDuration;
use jiff::civil::DateTime;

/// The type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum SeedType {
    Integer,
    BigInteger,
    Numeric,
    Float,
    Date,
    PlainTime,
    IsoTime,
    Boolean,
    Text,
}

impl SeedType {
    /// The type that all values have.
    pub(super) fn of<'value>(values: impl Iterator<Item = &'value str> + Clone) -> SeedType {
        let numbers = values.clone().try_fold(SeedType::Integer, |widest, text| {
            SeedType::of_number(text).map(|own| widest.max(own))
        });
        numbers.unwrap_or_else(|| SeedType::of_words(values))
    }

    /// The narrowest type of a number; `None` for what is none.
    pub(super) fn of_number(text: &str) -> Option<SeedType> {
        if is_plain(text) {
            return Some(SeedType::Integer);
        }
        if is_plain_fraction(text) {
            return Some(SeedType::Float);
        }
        Some(match Decimal::parse(text)?.in_full() {
            None => SeedType::Float,
            Some(whole) if whole.parse::<i32>().is_ok() => SeedType::Integer,
            Some(whole) if whole.parse::<i64>().is_ok() => SeedType::BigInteger,
            Some(_) => SeedType::Numeric,
        })
    }

    /// The type that all values have where not all are numbers.
    pub(super) fn of_words<'value>(values: impl Iterator<Item = &'value str> + Clone) -> SeedType {
        [
            SeedType::Date,
            SeedType::PlainTime,
            SeedType::IsoTime,
            SeedType::Boolean,
        ]
        .into_iter()
        .find(|kind| values.clone().all(|text| kind.read(text).is_some()))
        .unwrap_or(SeedType::Text)
    }

    /// Whether a value is a number that is written as the server takes it, whatever numbers its column has.
    pub(super) fn is_number_as_written(text: &str) -> bool {
        is_plain(text) || is_plain_fraction(text)
    }

    /// The server's name of it.
    pub(super) fn name(self) -> &'static str {
        match self {
            SeedType::Integer => "integer",
            SeedType::BigInteger => "bigint",
            SeedType::Numeric => "numeric",
            SeedType::Float => "float8",
            SeedType::Date => "date",
            SeedType::PlainTime | SeedType::IsoTime => "timestamp without time zone",
            SeedType::Boolean => "boolean",
            SeedType::Text => "text",
        }
    }

    /// A value as the server takes it.
    pub(super) fn written(self, text: &str) -> Cow<'_, str> {
        if self == SeedType::Text
            || (self <= SeedType::Float && SeedType::is_number_as_written(text))
        {
            return Cow::Borrowed(text);
        }
        match self.read(text) {
            Some(read) if read != text => Cow::Owned(read),
            _ => Cow::Borrowed(text),
        }
    }

    /// A value of this type as the server takes it; `None` for what is of another.
    fn read(self, text: &str) -> Option<String> {
        match self {
            SeedType::Integer | SeedType::BigInteger | SeedType::Numeric => {
                Decimal::parse(text)?.in_full()
            }
            SeedType::Float => Decimal::parse(text).map(|number| number.text),
            SeedType::Date => calendar_date(text),
            SeedType::PlainTime => plain_time(text),
            SeedType::IsoTime => iso_time(text),
            SeedType::Boolean => boolean(text),
            SeedType::Text => Some(text.to_owned()),
        }
    }
}

/// Whether a text is an integer that needs no reading: most are.
fn is_plain(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    (1..10).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && (text.len() == 1 || !digits.starts_with('0'))
}

/// Whether a text is a number with a fraction that needs no reading.
fn is_plain_fraction(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    text.split_once('.').is_some_and(|(whole, fraction)| {
        digits(whole.strip_prefix('-').unwrap_or(whole))
            && digits(fraction)
            && !fraction.ends_with('0')
    })
}

fn boolean(text: &str) -> Option<String> {
    let word = text.trim().to_lowercase();
    matches!(word.as_str(), "true" | "false").then_some(word)
}

/// A number as it is written: digits, and where the point stands.
struct Decimal {
    is_negative: bool,
    /// Without zeros at either end; empty for zero. `None` for what is no finite number.
    digits: Option<String>,
    /// The power of ten of the last digit.
    exponent: i64,
    /// As it stands in the file, without its ornaments.
    text: String,
}

/// The signs of currencies, which are no part of a number.
const CURRENCIES: [char; 19] = [
    '؋', '$', 'ƒ', '៛', '¥', '₡', '₱', '£', '€', '¢', '﷼', '₪', '₩', '₭', '₮', '₦', '฿', '₤', '₫',
];

/// Whole numbers of more digits are written as floating-point numbers.
const LONGEST: i64 = 1000;

impl Decimal {
    fn parse(text: &str) -> Option<Decimal> {
        let bare = text.trim().trim_matches('%');
        let (minus, bare) = match bare.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, bare),
        };
        // one currency after the other, so that `$€1` is a number and `€$1` is none
        let bare = CURRENCIES
            .iter()
            .fold(bare, |bare, symbol| bare.trim_matches(*symbol));
        let bare: String = bare
            .trim()
            .chars()
            .filter(|c| !matches!(c, ',' | '_'))
            .collect();
        let (sign, unsigned) = match bare.strip_prefix(['-', '+']) {
            Some(rest) => (bare.starts_with('-'), rest),
            None => (false, bare.as_str()),
        };
        let is_negative = minus != sign;
        let lead = if is_negative { "-" } else { "" };
        let word = unsigned.to_ascii_lowercase();
        let special = match word.as_str() {
            "nan" | "snan" => Some("NaN".to_owned()),
            "inf" | "infinity" => Some(format!("{lead}Infinity")),
            _ => None,
        };
        if let Some(text) = special {
            return Some(Decimal {
                is_negative,
                digits: None,
                exponent: 0,
                text,
            });
        }
        let (mantissa, power) = match word.split_once('e') {
            Some((mantissa, power)) => (mantissa, power.parse::<i32>().ok()?),
            None => (word.as_str(), 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if mantissa.len() < 1 + usize::from(mantissa.contains('.'))
            || !all_digits(whole)
            || !all_digits(fraction)
        {
            return None;
        }
        let joined = format!("{whole}{fraction}");
        let digits = joined.trim_end_matches('0');
        let dropped = i64::try_from(joined.len() - digits.len()).ok()?;
        let places = i64::try_from(fraction.len()).ok()?;
        let digits = digits.trim_start_matches('0').to_owned();
        let exponent = if digits.is_empty() {
            0
        } else {
            i64::from(power) - places + dropped
        };
        Some(Decimal {
            is_negative,
            digits: Some(digits),
            exponent,
            text: format!("{lead}{word}"),
        })
    }

    fn is_whole(&self) -> bool {
        self.digits.is_some() && (0..LONGEST).contains(&self.exponent)
    }

    /// The number in full, where it has no fraction.
    fn in_full(&self) -> Option<String> {
        let digits = self.digits.as_deref().filter(|_| self.is_whole())?;
        if digits.is_empty() {
            return Some("0".to_owned());
        }
        let lead = if self.is_negative { "-" } else { "" };
        let zeros = "0".repeat(usize::try_from(self.exponent).ok()?);
        Some(format!("{lead}{digits}{zeros}"))
    }
}

/// A part of a time: up to `longest` digits, and at least `shortest`.
fn part(text: &str, shortest: usize, longest: usize) -> Option<i64> {
    let fits = (shortest..=longest).contains(&text.len());
    (fits && text.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| text.parse().ok())
        .flatten()
}

fn moment(parts: [i64; 6], microsecond: i64) -> Option<DateTime> {
    let [year, month, day, hour, minute, second] = parts;
    let small = |number: i64| i8::try_from(number).ok();
    let year = i16::try_from(year).ok().filter(|year| *year > 0)?;
    DateTime::new(
        year,
        small(month)?,
        small(day)?,
        small(hour)?,
        small(minute)?,
        small(second)?,
        i32::try_from(microsecond * 1000).ok()?,
    )
    .ok()
}

/// `2024-02-29`; months and days may have one digit.
fn calendar_date(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.trim().split('-').collect();
    let [year, month, day] = parts.as_slice() else {
        return None;
    };
    let parts = [
        part(year, 4, 4)?,
        part(month, 1, 2)?,
        part(day, 1, 2)?,
        0,
        0,
        0,
    ];
    moment(parts, 0).map(|moment| moment.date().to_string())
}

/// `2024-02-29 10:00:00`.
fn plain_time(text: &str) -> Option<String> {
    let (day, time) = text.trim().split_once(char::is_whitespace)?;
    let day = calendar_date(day)?;
    let clock: Vec<&str> = time.trim_start().split(':').collect();
    let [hour, minute, second] = clock.as_slice() else {
        return None;
    };
    let in_range = part(hour, 1, 2)? < 24 && part(minute, 1, 2)? < 60 && part(second, 1, 2)? < 60;
    in_range.then(|| {
        let padded = [hour, minute, second].map(|text| format!("{text:0>2}"));
        format!("{day} {}", padded.join(":"))
    })
}

/// ISO 8601 with `T`, in its forms with separators or without, with an offset or without: told in UTC.
fn iso_time(text: &str) -> Option<String> {
    let (day, time) = text.trim().split_once('T')?;
    let [year, month, day] = match *day.split('-').collect::<Vec<_>>().as_slice() {
        [year, month, day] => [part(year, 4, 4)?, part(month, 2, 2)?, part(day, 2, 2)?],
        [joined] if joined.len() == 8 && joined.is_ascii() => [
            part(&joined[..4], 4, 4)?,
            part(&joined[4..6], 2, 2)?,
            part(&joined[6..], 2, 2)?,
        ],
        _ => return None,
    };
    let zone = time.find(['Z', '+', '-']).unwrap_or(time.len());
    let (clock, zone) = time.split_at(zone);
    let (clock, fraction) = clock.split_once(['.', ',']).unwrap_or((clock, ""));
    let [hour, minute, second] = clock_parts(clock)?;
    let has_seconds = clock.bytes().filter(u8::is_ascii_digit).count() == 6;
    if (!fraction.is_empty() && !has_seconds) || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let micros: String = fraction.chars().chain("000000".chars()).take(6).collect();
    let micros = micros.parse().ok()?;
    // midnight at the end of a day is written 24:00 by some: neither dbt's reader nor this one takes it
    let moment = moment([year, month, day, hour, minute, second], micros)?;
    let offset = match zone {
        "" | "Z" => 0,
        _ => {
            let (sign, zone) = zone.split_at(1);
            let [hours, minutes, _] = clock_parts(zone)?;
            let minutes = hours * 60 + minutes;
            match sign {
                "+" => minutes,
                "-" => -minutes,
                _ => return None,
            }
        }
    };
    let told = moment.checked_sub(SignedDuration::from_mins(offset)).ok()?;
    Some(told.strftime("%Y-%m-%d %H:%M:%S%.f").to_string())
}

/// `10:00:00`, `100000`, `10:00`, `1000` or `10`.
fn clock_parts(clock: &str) -> Option<[i64; 3]> {
    let split: Vec<&str> = clock.split(':').collect();
    let parts: Vec<&str> = match *split.as_slice() {
        [joined] if joined.is_ascii() && matches!(joined.len(), 2 | 4 | 6) => (0..joined.len())
            .step_by(2)
            .map(|at| &joined[at..at + 2])
            .collect(),
        [_, _] | [_, _, _] => split,
        _ => return None,
    };
    let mut read = [0; 3];
    for (slot, text) in read.iter_mut().zip(parts) {
        *slot = part(text, 2, 2)?;
    }
    Some(read)
}

#[cfg(test)]
mod tests {
    use super::SeedType;

    /// The type and the values, `-` for null.
    fn found(values: &[&str]) -> String {
        let found = SeedType::of(values.iter().copied().filter(|text| !text.is_empty()));
        let shown: Vec<_> = values
            .iter()
            .map(|text| match *text {
                "" => "-".into(),
                text => found.written(text),
            })
            .collect();
        format!("{}: {}", found.name(), shown.join(" | "))
    }

    #[test]
    fn numbers_are_those_that_dbt_reads() {
        let cases: &[(&[&str], &str)] = &[
            (&["1", "-2"], "integer: 1 | -2"),
            (&["1.0", "2.00"], "integer: 1 | 2"),
            (&["1.10", "2", ""], "float8: 1.10 | 2 | -"),
            (&["$1.50", "2"], "float8: 1.50 | 2"),
            (&["5%", "6%"], "integer: 5 | 6"),
            (&["1,000", "1_000", "1e3"], "integer: 1000 | 1000 | 1000"),
            (&[".5", "1."], "float8: .5 | 1."),
            (&["-1.5", "+2.5"], "float8: -1.5 | 2.5"),
            (&["01", "-0"], "integer: 1 | 0"),
            (&["NaN", "1"], "float8: NaN | 1"),
            (&["3000000000", "1"], "bigint: 3000000000 | 1"),
            (&["12345678901234567890"], "numeric: 12345678901234567890"),
            (&["", ""], "integer: - | -"),
            (&["(1)", "2"], "text: (1) | 2"),
            (&[".", "1"], "text: . | 1"),
            (&["-", "1"], "text: - | 1"),
            (&["1e", "e1"], "text: 1e | e1"),
        ];
        for (values, expected) in cases {
            assert_eq!(found(values), *expected, "{values:?}");
        }
    }

    #[test]
    fn times_are_of_one_form() {
        let cases: &[(&[&str], &str)] = &[
            (&["2024-02-29", "2024-1-2"], "date: 2024-02-29 | 2024-01-02"),
            (&["2023-02-29"], "text: 2023-02-29"),
            (
                &["2024-02-29 10:00:00", "2024-3-1 9:5:0"],
                "timestamp without time zone: 2024-02-29 10:00:00 | 2024-03-01 09:05:00",
            ),
            (
                &["2024-02-29T10:00:00Z", "20240229T100000.5"],
                "timestamp without time zone: 2024-02-29 10:00:00 | 2024-02-29 10:00:00.5",
            ),
            (
                &["2024-02-29T01:00:00+02:00"],
                "timestamp without time zone: 2024-02-28 23:00:00",
            ),
            (
                &["2024-02-29 10:00:00", "2024-02-29T10:00:00"],
                "text: 2024-02-29 10:00:00 | 2024-02-29T10:00:00",
            ),
            (&["2024-02-29 10:00:00.5"], "text: 2024-02-29 10:00:00.5"),
            (&["2024-02-29T24:00:00"], "text: 2024-02-29T24:00:00"),
            (&["True", "false"], "boolean: true | false"),
            (&["yes", "no"], "text: yes | no"),
        ];
        for (values, expected) in cases {
            assert_eq!(found(values), *expected, "{values:?}");
        }
    }
}
