//! The live progress bar of a run: how far it is, and what runs now.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// Progress over the steps of a plan. Without a terminal it does nothing.
pub(crate) struct Progress {
    bar: Option<ProgressBar>,
    /// What runs, each with how far it is.
    running: Mutex<BTreeMap<String, String>>,
}

impl Progress {
    pub(super) fn new(steps: usize, shows: bool) -> Progress {
        let bar = shows.then(|| {
            let bar = ProgressBar::new(u64::try_from(steps).unwrap_or(u64::MAX));
            let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {elapsed} {wide_msg}")
                .unwrap_or_else(|_| ProgressStyle::default_bar());
            bar.set_style(style);
            bar.enable_steady_tick(Duration::from_millis(200));
            bar
        });
        Progress {
            bar,
            running: Mutex::default(),
        }
    }

    pub(super) fn bar(&self) -> Option<ProgressBar> {
        self.bar.clone()
    }

    /// A step starts.
    pub(crate) fn start(&self, name: &str) {
        self.change(|running| {
            running.insert(name.to_owned(), String::new());
        });
    }

    /// A step that reads a file is so far.
    pub(crate) fn read(&self, name: &str, bytes_read: u64, bytes: u64) {
        let percent = (bytes_read * 100).checked_div(bytes).unwrap_or(100);
        self.change(|running| {
            running.insert(name.to_owned(), format!(" {percent} %"));
        });
    }

    /// The run has ended.
    pub(crate) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    /// A step has ended.
    pub(crate) fn end(&self, name: &str) {
        self.change(|running| {
            running.remove(name);
        });
        if let Some(bar) = &self.bar {
            bar.inc(1);
        }
    }

    fn change(&self, change: impl FnOnce(&mut BTreeMap<String, String>)) {
        let Some(bar) = &self.bar else { return };
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut running);
        let names: Vec<String> = running
            .iter()
            .map(|(name, detail)| format!("{name}{detail}"))
            .collect();
        bar.set_message(names.join(", "));
    }
}
