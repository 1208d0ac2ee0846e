//! The window of time that `--sample` asks for: a span back from now, or two moments.

use std::collections::BTreeMap;

use hcw_core::diagnostic::{Code, Diagnostic};
use hcw_core::yaml;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use serde_json::{Value as Json, json};

/// The environment variable that says what time it is.
const NOW: &str = "HCW_NOW";
/// The units of a span.
const GRAINS: [&str; 4] = ["hour", "day", "month", "year"];

/// The present, unless the environment says another.
///
/// **Errors**: HCW0001 for what is no time.
pub(crate) fn now(environment: &BTreeMap<String, String>) -> Result<Timestamp, Diagnostic> {
    match environment.get(NOW).filter(|text| !text.is_empty()) {
        None => Ok(Timestamp::now()),
        Some(text) => moment(text)
            .ok_or_else(|| Diagnostic::error(Code::Usage, format!("{NOW} is `{text}`, no time"))),
    }
}

/// The window as `flags.SAMPLE` shows it: `start` and `end` as UTC.
///
/// **Errors**: HCW0001 for what is neither a span nor two moments.
pub(crate) fn window(written: &str, now: Timestamp) -> Result<Json, Diagnostic> {
    let (start, end) = if written.trim_start().starts_with('{') {
        let entries = yaml::parse_text("--sample", written)?.to_json();
        let bound = |key: &str| {
            entries
                .get(key)
                .and_then(Json::as_str)
                .and_then(moment)
                .ok_or_else(|| wrong(written, &format!("`{key}` is missing, or no time")))
        };
        (bound("start")?, bound("end")?)
    } else {
        (before(written, now)?, now)
    };
    Ok(json!({"start": shown(start), "end": shown(end)}))
}

/// The moment that lies a span before another.
fn before(written: &str, now: Timestamp) -> Result<Timestamp, Diagnostic> {
    let words: Vec<&str> = written.split_whitespace().collect();
    let [count, grain] = words.as_slice() else {
        return Err(wrong(written, "a span is a number and a unit"));
    };
    let count: i64 = count
        .parse()
        .map_err(|_| wrong(written, &format!("`{count}` is no whole number")))?;
    let grain = grain.to_ascii_lowercase();
    let span = match grain.trim_end_matches('s') {
        "hour" => Span::new().try_hours(count),
        "day" => Span::new().try_days(count),
        "month" => Span::new().try_months(count),
        "year" => Span::new().try_years(count),
        other => {
            return Err(wrong(written, &format!("`{other}` is no unit of time"))
                .did_you_mean(other, GRAINS));
        }
    };
    let start = span.and_then(|span| now.to_zoned(TimeZone::UTC).checked_sub(span));
    let start = start.map_err(|error| wrong(written, &error.to_string()))?;
    Ok(start.timestamp())
}

fn wrong(written: &str, why: &str) -> Diagnostic {
    Diagnostic::error(
        Code::Usage,
        format!("--sample cannot be `{written}`: {why}"),
    )
    .help("`--sample '3 days'` (hours, days, months or years), or `--sample '{start: 2025-01-01, end: 2025-02-01}'`")
}

/// A time; without a zone it is UTC.
fn moment(text: &str) -> Option<Timestamp> {
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(time);
    }
    let time: DateTime = text.parse().ok()?;
    Some(time.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

/// As Python prints it: microseconds, where there are any.
fn shown(time: Timestamp) -> String {
    let has_fraction = time.subsec_nanosecond() / 1_000 != 0;
    let time = time.to_zoned(TimeZone::UTC);
    let form = match has_fraction {
        true => "%Y-%m-%d %H:%M:%S%.6f+00:00",
        false => "%Y-%m-%d %H:%M:%S+00:00",
    };
    time.strftime(form).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_has_microseconds_or_none() {
        for (written, expected) in [
            (
                "2025-03-31T02:03:00.281961199",
                "2025-03-31 02:03:00.281961+00:00",
            ),
            ("2025-03-31T02:03:00.5", "2025-03-31 02:03:00.500000+00:00"),
            ("2025-03-31T02:03:00.000000199", "2025-03-31 02:03:00+00:00"),
        ] {
            assert_eq!(moment(written).map(shown).as_deref(), Some(expected));
        }
    }

    #[test]
    fn a_window_is_a_span_back_or_two_moments() {
        let now = moment("2025-03-31T02:03:00").expect("a time");
        let start = |written: &str| window(written, now).map(|window| window["start"].clone());
        for (written, expected) in [
            ("1 day", "2025-03-30 02:03:00+00:00"),
            ("3 hours", "2025-03-30 23:03:00+00:00"),
            ("1 Month", "2025-02-28 02:03:00+00:00"),
            (
                "{start: 2025-01-01, end: 2025-02-01}",
                "2025-01-01 00:00:00+00:00",
            ),
        ] {
            assert_eq!(start(written).expect(written), expected);
        }
        for written in ["", "day", "x days", "3 decades", "{start: 2025-01-01}"] {
            assert!(start(written).is_err(), "{written}");
        }
    }
}
