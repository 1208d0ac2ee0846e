//! The forms of a log entry: a line for people, the same with level and thread, and a JSON object.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::json;

use super::event::Event;
use crate::args::LogFormat;

/// dbt's name of the thread that logs.
const THREAD: &str = "MainThread";

/// An entry in a form, without the line's end.
pub(super) fn written(
    event: &Event,
    format: LogFormat,
    now: Timestamp,
    invocation_id: &str,
) -> String {
    let clock = now.to_zoned(TimeZone::UTC);
    match format {
        LogFormat::Text if event.bare => event.message.clone(),
        LogFormat::Text => format!("{}  {}", clock.strftime("%H:%M:%S"), event.message),
        LogFormat::Debug => format!(
            "{} [{:<5}] [{}]: {}",
            clock.strftime("%H:%M:%S.%6f"),
            event.level.as_str(),
            THREAD,
            event.message
        ),
        LogFormat::Json => json!({
            "data": event.data,
            "info": {
                "category": "",
                "code": event.code,
                "extra": extra(),
                "invocation_id": invocation_id,
                "level": event.level.as_str(),
                "msg": event.message,
                "name": event.name,
                "pid": std::process::id(),
                "thread": THREAD,
                "ts": clock.strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string(),
            },
        })
        .to_string(),
    }
}

/// `DBT_ENV_CUSTOM_ENV_X` of the environment, as x, for the log.
fn extra() -> serde_json::Map<String, serde_json::Value> {
    ["DBT_ENGINE_ENV_CUSTOM_ENV_", "DBT_ENV_CUSTOM_ENV_"]
        .into_iter()
        .flat_map(|prefix| {
            std::env::vars_os().filter_map(move |(name, value)| {
                let name = name.into_string().ok()?;
                Some((
                    name.strip_prefix(prefix)?.to_owned(),
                    value.into_string().ok()?.into(),
                ))
            })
        })
        .collect()
}
