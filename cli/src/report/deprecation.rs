//! Deprecations: as in dbt the first of each kind is shown, and at the end how many there were.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::event::Event;
use crate::args::{Flags, LogLevel};

/// The deprecations of one call.
#[derive(Debug, Default)]
pub(super) struct Deprecations {
    shows_all: bool,
    counts: Mutex<BTreeMap<&'static str, usize>>,
}

impl Deprecations {
    pub(super) fn new(flags: &Flags) -> Deprecations {
        Deprecations {
            shows_all: flags.switch("show_all_deprecations"),
            ..Deprecations::default()
        }
    }

    /// Counts one; whether it is shown.
    pub(super) fn admits(&self, name: &'static str) -> bool {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(name).or_default();
        *count += 1;
        *count == 1 || self.shows_all
    }

    /// How many there were, if any.
    pub(super) fn summary(&self) -> Option<Event> {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.is_empty() {
            return None;
        }
        let mut text = "[WARNING][DeprecationsSummary]: deprecated forms in use:".to_owned();
        for (name, count) in counts.iter() {
            let times = if *count == 1 { "time" } else { "times" };
            text.push_str(&format!("\n- {name}: {count} {times}"));
        }
        if !self.shows_all && counts.values().any(|count| *count > 1) {
            text.push_str("\n--show-all-deprecations shows each");
        }
        Some(Event::new(
            "DeprecationsSummary",
            "D028",
            LogLevel::Warn,
            text,
        ))
    }
}
