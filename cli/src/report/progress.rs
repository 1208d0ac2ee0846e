//! The live progress bar of a run: how far it is, and what runs now.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// Progress over the steps of a plan. Without a terminal it does nothing.
pub(crate) struct Progress {
    bar: Option<ProgressBar>,
    running: Mutex<BTreeSet<String>>,
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
            running.insert(name.to_owned());
        });
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

    fn change(&self, change: impl FnOnce(&mut BTreeSet<String>)) {
        let Some(bar) = &self.bar else { return };
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut running);
        let names: Vec<&str> = running.iter().map(String::as_str).collect();
        bar.set_message(names.join(", "));
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
