//! Dates and moments as YAML 1.1 writes them, without quotes.

/// A date or moment, in the two ways in which dbt shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timestamp {
    /// As Python prints it: `2024-01-02 03:04:05+00:00`.
    pub shown: String,
    /// ISO 8601, as in artifacts: `2024-01-02T03:04:05+00:00`.
    pub iso: String,
}

/// Whether a plain text is a date or a moment to YAML 1.1, be it one that the calendar lacks.
pub(crate) fn is_timestamp(text: &str) -> bool {
    parts(text).is_some()
}

/// The date or moment that a plain text is; `None` for one that the calendar lacks.
pub(crate) fn timestamp(text: &str) -> Option<Timestamp> {
    let parts = parts(text)?;
    let date: jiff::civil::Date = parts.date.parse().ok()?;
    let date = (date.year() > 0).then_some(parts.date)?;
    let Some((time, offset)) = parts.time else {
        return Some(Timestamp {
            shown: date.clone(),
            iso: date,
        });
    };
    let (hour, rest) = time.split_once(':')?;
    let (minute, second) = rest.split_once(':')?;
    // Python knows no leap seconds
    let is_of_day = hour < "24" && minute < "60" && second < "60";
    let time = time.strip_suffix(".000000").unwrap_or(&time);
    is_of_day.then(|| Timestamp {
        shown: format!("{date} {time}{offset}"),
        iso: format!("{date}T{time}{offset}"),
    })
}

/// What stands in a text, by its parts: date, time of day, offset from UTC.
struct Parts {
    date: String,
    time: Option<(String, String)>,
}

fn parts(text: &str) -> Option<Parts> {
    let end = text.find(['T', 't', ' ', '\t']);
    let (date, rest) = text.split_at(end.unwrap_or(text.len()));
    let mut numbers = date.split('-');
    let year = number(numbers.next()?, 4..=4)?;
    // a date alone has all its digits
    let least = if end.is_some() { 1 } else { 2 };
    let month = number(numbers.next()?, least..=2)?;
    let day = number(numbers.next()?, least..=2)?;
    if numbers.next().is_some() {
        return None;
    }
    let date = format!("{year:04}-{month:02}-{day:02}");
    if end.is_none() {
        return Some(Parts { date, time: None });
    }
    let rest = match rest.strip_prefix(['T', 't']) {
        Some(rest) => rest,
        None => rest.trim_start_matches([' ', '\t']),
    };
    let is_of_time = |letter: char| letter.is_ascii_digit() || ":.".contains(letter);
    let end = rest.find(|letter| !is_of_time(letter));
    let (time, offset) = rest.split_at(end.unwrap_or(rest.len()));
    let (time, fraction) = time.split_once('.').unwrap_or((time, ""));
    let mut numbers = time.split(':');
    let hour = number(numbers.next()?, 1..=2)?;
    let minute = number(numbers.next()?, 2..=2)?;
    let second = number(numbers.next()?, 2..=2)?;
    if numbers.next().is_some() || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut fraction: String = fraction.chars().take(6).collect();
    while fraction.len() < 6 {
        fraction.push('0');
    }
    let time = format!("{hour:02}:{minute:02}:{second:02}.{fraction}");
    let offset = match offset.trim_start_matches([' ', '\t']) {
        "" if offset.is_empty() => String::new(),
        "Z" => "+00:00".to_owned(),
        signed => {
            let sign = signed.chars().next().filter(|sign| "+-".contains(*sign))?;
            let (hours, minutes) = signed[1..].split_once(':').unwrap_or((&signed[1..], "00"));
            let (hours, minutes) = (number(hours, 1..=2)?, number(minutes, 2..=2)?);
            format!("{sign}{hours:02}:{minutes:02}")
        }
    };
    Some(Parts {
        date,
        time: Some((time, offset)),
    })
}

/// A number of so many digits.
fn number(text: &str, digits: std::ops::RangeInclusive<usize>) -> Option<u32> {
    let is_number = digits.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::{is_timestamp, timestamp};

    #[test]
    fn dates_and_moments() {
        for (text, shown) in [
            ("2024-01-02", "2024-01-02"),
            ("2024-01-02 3:04:05", "2024-01-02 03:04:05"),
            ("2024-1-2T03:04:05.5 +2", "2024-01-02 03:04:05.500000+02:00"),
            ("2024-01-02t03:04:05Z", "2024-01-02 03:04:05+00:00"),
            ("2024-01-02 03:04:05 -05:30", "2024-01-02 03:04:05-05:30"),
            ("2024-01-02 03:04:05.1234567", "2024-01-02 03:04:05.123456"),
        ] {
            let found = timestamp(text).expect(text);
            assert_eq!(found.shown, shown, "{text}");
            assert_eq!(found.iso, shown.replace(' ', "T"), "{text}");
        }
        for text in [
            "2024-1-2",
            "2024-01-02 03:04",
            "2024-01-02 ",
            "24-01-02",
            "2024-01-02 03:04:05 x",
        ] {
            assert!(!is_timestamp(text), "{text}");
        }
        for text in [
            "2024-13-45",
            "2023-02-29",
            "2024-01-02 24:00:00",
            "0000-01-01",
        ] {
            assert!(is_timestamp(text) && timestamp(text).is_none(), "{text}");
        }
    }
}
