//! `--event-time-start` and `--event-time-end`: both or neither, in dbt's forms, and one before the other.

use clap::Command;
use clap::error::ErrorKind;
use jiff::civil::{Date, DateTime};

use super::setting::Settings;

pub(super) const START: &str = "event_time_start";
pub(super) const END: &str = "event_time_end";
pub(super) const FORMATS: [&str; 2] = ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S"];

/// Refuses what dbt refuses: a run would build other batches than the user means.
pub(super) fn check(settings: &Settings, command: &mut Command) -> Result<(), clap::Error> {
    let (start, end) = (settings.text(START), settings.text(END));
    let refusal = match (&start, &end) {
        (None, None) => return Ok(()),
        (Some(start), Some(end)) => match (moment(start), moment(end)) {
            (Some(start), Some(end)) if start < end => return Ok(()),
            (Some(_), Some(_)) => {
                "Value for `--event-time-start` must be less than `--event-time-end`".to_owned()
            }
            (None, _) => unreadable("--event-time-start", start),
            (_, None) => unreadable("--event-time-end", end),
        },
        (Some(_), None) => missing("--event-time-start", "--event-time-end"),
        (None, Some(_)) => missing("--event-time-end", "--event-time-start"),
    };
    Err(command.error(ErrorKind::InvalidValue, refusal))
}

fn missing(given: &str, other: &str) -> String {
    format!(
        "The flag `{given}` was specified, but `{other}` was not. When specifying `{given}`, `{other}` must also be present."
    )
}

fn unreadable(flag: &str, text: &str) -> String {
    format!(
        "Invalid value for '{flag}': '{text}' does not match the formats '%Y-%m-%d', '{}', '{}'",
        FORMATS[0], FORMATS[1]
    )
}

pub(super) fn moment(text: &str) -> Option<DateTime> {
    if let Ok(date) = Date::strptime("%Y-%m-%d", text) {
        return Some(date.at(0, 0, 0, 0));
    }
    let mut formats = FORMATS.iter();
    formats.find_map(|format| DateTime::strptime(format, text).ok())
}

#[cfg(test)]
mod tests {
    use super::moment;

    #[test]
    fn moments_have_the_forms_of_dbt() {
        let noon = "2024-01-31T12:00:00".parse().ok();
        assert_eq!(moment("2024-01-31 12:00:00"), noon);
        assert_eq!(moment("2024-01-31T12:00:00"), noon);
        assert_eq!(moment("2024-01-31"), "2024-01-31T00:00:00".parse().ok());
        for text in ["2024-01-32", "2024-01-31T12:00:00Z", "soon", ""] {
            assert_eq!(moment(text), None, "{text}");
        }
    }
}
