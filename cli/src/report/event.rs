//! One entry of the log, with dbt's name and code of it, so that tools that read dbt's log read ours.

use serde_json::{Map, Value as Json};

use crate::args::LogLevel;

/// An entry.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    /// dbt's name of such entries.
    pub(crate) name: &'static str,
    /// dbt's code.
    pub(crate) code: &'static str,
    pub(crate) level: LogLevel,
    /// The text for people.
    pub(crate) message: String,
    /// What `data` of the JSON form holds.
    pub(crate) data: Map<String, Json>,
    /// Whether the text stands as it is, without the time before it.
    pub(crate) bare: bool,
}

impl Event {
    /// An entry of a level.
    pub(crate) fn new(
        name: &'static str,
        code: &'static str,
        level: LogLevel,
        message: impl Into<String>,
    ) -> Event {
        Event {
            name,
            code,
            level,
            message: message.into(),
            data: Map::new(),
            bare: false,
        }
    }

    /// A line that dbt has no event of its own for.
    pub(crate) fn note(message: impl Into<String>) -> Event {
        let message = message.into();
        Event::new("Note", "Z050", LogLevel::Info, message.clone()).with("msg", message)
    }

    /// An empty line, or one of pure layout.
    pub(crate) fn formatting(message: impl Into<String>) -> Event {
        let message = message.into();
        Event::new("Formatting", "Z017", LogLevel::Info, message.clone()).with("msg", message)
    }

    /// Adds a value to `data`.
    #[must_use]
    pub(crate) fn with(mut self, key: &str, value: impl Into<Json>) -> Event {
        self.data.insert(key.to_owned(), value.into());
        self
    }

    /// The text stands as it is.
    #[must_use]
    pub(crate) fn bare(mut self) -> Event {
        self.bare = true;
        self
    }
}
