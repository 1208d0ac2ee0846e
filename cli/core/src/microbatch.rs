//! Microbatch models: built batch by batch, each a period of the event time, in order. A batch reads of its
//! inputs only the rows of its period, as far as they say what their event time is.

mod names;

use std::sync::Arc;

use jiff::civil::{DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use serde_json::{Map, Value as Json, json};

use crate::analyse::{Analysed, Unit};
use crate::diagnostic::{Code, Diagnostic};
use crate::jinja::Names;
use crate::project::{Node, NodeKind, Overrides, config};
use crate::settings::Settings;

/// The length of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum BatchSize {
    Hour,
    Day,
    Month,
    Year,
}

/// A period: from, and up to (exclusive).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Batch {
    start: DateTime,
    end: DateTime,
    size: BatchSize,
}

/// What a microbatch model says of its batches.
#[derive(Debug, Clone, Copy)]
struct BatchConfig {
    size: BatchSize,
    begin: DateTime,
    lookback: i64,
}

/// Whether a node is built in batches.
pub(crate) fn is_microbatch(node: &Node) -> bool {
    node.kind == NodeKind::Model
        && config::text(&node.config, "materialized") == Some("incremental")
        && config::text(&node.config, "incremental_strategy") == Some("microbatch")
}

/// Reads the configuration of a microbatch model; other nodes have none.
///
/// **Errors**: HCW0111 for what is missing or cannot be used.
pub(crate) fn check(node: &Node) -> Result<(), Diagnostic> {
    if is_microbatch(node) {
        read(node)?;
    }
    Ok(())
}

fn read(node: &Node) -> Result<BatchConfig, Diagnostic> {
    let wrong = |message: String, help: &str| {
        let at = node.template().unwrap_or(&node.file).at(0..0);
        Diagnostic::error(Code::ConfigInvalid, message)
            .at(at)
            .help(help)
    };
    let must = |name: &str, help: &str| {
        let message = format!(
            "Microbatch model '{}' must provide a '{name}' config.",
            node.name
        );
        wrong(message, help)
    };
    if config::text(&node.config, "event_time").is_none() {
        return Err(must(
            "event_time",
            "name the column that says when a row happened",
        ));
    }
    let size = match config::text(&node.config, "batch_size") {
        Some("hour") => BatchSize::Hour,
        Some("day") => BatchSize::Day,
        Some("month") => BatchSize::Month,
        Some("year") => BatchSize::Year,
        _ => return Err(must("batch_size", "one of hour, day, month, year")),
    };
    let begin = config::text(&node.config, "begin").and_then(moment);
    let begin = begin.ok_or_else(|| must("begin", "a date or a time: `begin: 2024-01-01`"))?;
    let lookback = match node.config.get("lookback") {
        None | Some(Json::Null) => 1,
        Some(number) => number
            .as_i64()
            .filter(|number| *number >= 0)
            .ok_or_else(|| {
                wrong(
                    format!("`lookback` of '{}' must be a whole number", node.name),
                    "so many batches before the latest are built anew",
                )
            })?,
    };
    Ok(BatchConfig {
        size,
        begin,
        lookback,
    })
}

/// A date or time in UTC.
fn moment(text: &str) -> Option<DateTime> {
    let text = text.trim();
    let with_zone = text.parse::<Timestamp>();
    match with_zone {
        Ok(timestamp) => Some(timestamp.to_zoned(TimeZone::UTC).datetime()),
        Err(_) => text.parse().ok(),
    }
}

/// The batches of a run, in order. `is_first` asks for all since `begin`.
///
/// **Errors**: HCW0111 for what is missing or cannot be used.
pub(crate) fn batches(
    node: &Node,
    settings: &Settings,
    is_first: bool,
) -> Result<Vec<Batch>, Diagnostic> {
    let BatchConfig {
        size,
        begin,
        lookback,
    } = read(node)?;
    let flag = |name: &str| {
        let text = settings.flags.get(name).and_then(Json::as_str)?;
        Some((text, moment(text)))
    };
    let given = |name: &str| match flag(name) {
        None => Ok(None),
        Some((_, Some(moment))) => Ok(Some(moment)),
        Some((text, None)) => Err(Diagnostic::error(
            Code::ConfigInvalid,
            format!("`{text}` is not a date or time"),
        )
        .help("such as 2024-09-01 or 2024-09-01T12:00:00")),
    };
    let now = settings.environment.get("HCW_NOW");
    let started_at = settings.again.started_at.as_ref();
    let now = now
        .and_then(|text| moment(text))
        .or_else(|| moment(started_at.unwrap_or(&settings.run_started_at)));
    // as in dbt a sample decides on the batches, whatever else is asked for
    let sample = |key: &str| settings.sample()?.get(key)?.as_str().and_then(moment);
    let (first, last) = match settings.sample() {
        Some(_) => (sample("start"), sample("end")),
        None => (given("EVENT_TIME_START")?, given("EVENT_TIME_END")?),
    };
    let end = size.ceiling(last.or(now).unwrap_or(begin));
    let start = match first {
        Some(start) => size.floor(start),
        None if is_first => size.floor(begin),
        // the end of the latest batch is a boundary: that batch itself counts beside those looked back at
        None => size.moved(end, -(lookback + 1)),
    };
    let mut batches = Vec::new();
    let mut from = start;
    while from < end {
        let to = size.moved(from, 1);
        if to <= from {
            break;
        }
        batches.push(Batch {
            start: from,
            end: to,
            size,
        });
        from = to;
    }
    Ok(batches)
}

/// The batches that failed in the call that is made again, as they were then; `None` when none is known.
///
/// **Errors**: HCW0111 for what is missing or cannot be used.
pub(crate) fn failed_before(
    node: &Node,
    settings: &Settings,
) -> Result<Option<Vec<Batch>>, Diagnostic> {
    let Some(earlier) = settings.again.batches.get(node.id.as_str()) else {
        return Ok(None);
    };
    let size = read(node)?.size;
    let batch = |(start, end): &(String, String)| {
        Some(Batch {
            start: moment(start)?,
            end: moment(end)?,
            size,
        })
    };
    Ok(Some(earlier.failed.iter().filter_map(batch).collect()))
}

/// Whether a moment as a template has it lies before another.
fn is_before(one: &str, other: &str) -> bool {
    match (moment(one), moment(other)) {
        (Some(one), Some(other)) => one < other,
        _ => false,
    }
}

impl BatchSize {
    fn floor(self, moment: DateTime) -> DateTime {
        let date = moment.date();
        match self {
            BatchSize::Hour => date
                .to_datetime(Time::MIN)
                .with()
                .hour(moment.hour())
                .build(),
            BatchSize::Day => Ok(date.to_datetime(Time::MIN)),
            BatchSize::Month => Ok(date.first_of_month().to_datetime(Time::MIN)),
            BatchSize::Year => Ok(date.first_of_year().to_datetime(Time::MIN)),
        }
        .unwrap_or(moment)
    }

    fn ceiling(self, moment: DateTime) -> DateTime {
        let floor = self.floor(moment);
        if floor == moment {
            floor
        } else {
            self.moved(floor, 1)
        }
    }

    /// So many batches later; at the ends of the calendar it stays where it is.
    fn moved(self, moment: DateTime, batches: i64) -> DateTime {
        let span = match self {
            BatchSize::Hour => Span::new().try_hours(batches),
            BatchSize::Day => Span::new().try_days(batches),
            BatchSize::Month => Span::new().try_months(batches),
            BatchSize::Year => Span::new().try_years(batches),
        };
        let moved = span.and_then(|span| moment.checked_add(span));
        moved.unwrap_or(moment)
    }
}

impl Batch {
    /// Its name: `2024-09-17`, `20240917T16` for an hour.
    pub(crate) fn id(&self) -> String {
        let format = match self.size {
            BatchSize::Hour => "%Y%m%dT%H",
            BatchSize::Day => "%Y%m%d",
            BatchSize::Month => "%Y%m",
            BatchSize::Year => "%Y",
        };
        self.start.strftime(format).to_string()
    }

    /// Its start in the names of files: `2024-09-17`, `2024-09-17T16` for an hour.
    pub(crate) fn name(&self) -> String {
        let format = match self.size {
            BatchSize::Hour => "%Y-%m-%dT%H",
            BatchSize::Day => "%Y-%m-%d",
            BatchSize::Month => "%Y-%m",
            BatchSize::Year => "%Y",
        };
        self.start.strftime(format).to_string()
    }

    /// Start and end in UTC, as artifacts have them.
    pub(crate) fn bounds(&self) -> (String, String) {
        let shown = |moment: DateTime| moment.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        (shown(self.start), shown(self.end))
    }

    /// What is different while the batch is built.
    pub(crate) fn unit(&self, analysed: &Analysed, is_first: bool) -> Unit {
        let shown = |moment: DateTime| moment.strftime("%Y-%m-%d %H:%M:%S+00:00").to_string();
        let (start, end) = (shown(self.start), shown(self.end));
        let names: Arc<dyn Names> = Arc::new(names::BatchNames::new(analysed, &start, &end));
        // later batches add to what the first one made
        let overrides = (!is_first).then(|| {
            Arc::new(Overrides {
                macros: Map::from_iter([
                    ("is_incremental".to_owned(), Json::Bool(true)),
                    ("should_full_refresh".to_owned(), Json::Bool(false)),
                ]),
                ..Overrides::default()
            })
        });
        Unit {
            names,
            overrides,
            facts: Map::from_iter([(
                "batch".to_owned(),
                json!({"id": self.id(), "event_time_start": start, "event_time_end": end}),
            )]),
            config: Map::from_iter([
                (
                    "__dbt_internal_microbatch_event_time_start".to_owned(),
                    json!(start),
                ),
                (
                    "__dbt_internal_microbatch_event_time_end".to_owned(),
                    json!(end),
                ),
            ]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime {
        moment(text).unwrap()
    }

    #[test]
    fn a_batch_begins_and_ends_at_its_boundaries() {
        assert_eq!(
            BatchSize::Hour.floor(at("2024-02-29T13:14:15")),
            at("2024-02-29T13:00:00")
        );
        assert_eq!(BatchSize::Month.ceiling(at("2024-02-29")), at("2024-03-01"));
        assert_eq!(BatchSize::Year.ceiling(at("2024-01-01")), at("2024-01-01"));
        assert_eq!(
            BatchSize::Month.moved(at("2024-01-01"), -1),
            at("2023-12-01")
        );
    }

    #[test]
    fn moments_are_read_with_and_without_a_zone() {
        assert_eq!(moment("2024-01-01 02:00:00+02:00"), Some(at("2024-01-01")));
        assert_eq!(moment("2024-01-01T00:00:00Z"), Some(at("2024-01-01")));
        assert_eq!(moment("soon"), None);
    }
}
