//! One place prints: diagnostics, the line of each node, progress and the summary. Data goes to stdout,
//! all else to stderr; everything is readable without colour.

mod diagnostic;
mod progress;

use std::io::{IsTerminal, Write};
use std::sync::{Arc, Mutex, PoisonError};

use hcw_core::diagnostic::{Diagnostic, Severity};

pub(crate) use progress::Progress;

use crate::args::OutputForm;

/// Prints for one call of hcw. Cheap to clone; clones print to the same places.
#[derive(Clone)]
pub(crate) struct Reporter {
    form: OutputForm,
    quiet: bool,
    bar: Arc<Mutex<Option<indicatif::ProgressBar>>>,
}

impl Reporter {
    pub(crate) fn new(form: OutputForm, quiet: bool) -> Reporter {
        Reporter {
            form,
            quiet,
            bar: Arc::default(),
        }
    }

    /// Whether results are printed as JSON.
    pub(crate) fn is_json(&self) -> bool {
        self.form == OutputForm::Json
    }

    /// The form of the output.
    pub(crate) fn form(&self) -> OutputForm {
        self.form
    }

    /// A line about what happens: to stderr, above the progress bar.
    pub(crate) fn line(&self, text: &str) {
        if !self.quiet {
            self.write_line(text);
        }
    }

    /// Results that the user asked for: to stdout.
    pub(crate) fn data(&self, text: &str) {
        self.suspended(|| {
            let mut output = anstream::stdout().lock();
            // a reader that went away (`| head`) is no error
            let _gone = output
                .write_all(text.as_bytes())
                .and_then(|()| output.flush());
        });
    }

    /// Diagnostics: to stderr as text, to stdout as JSON.
    pub(crate) fn diagnostics(&self, diagnostics: &[Diagnostic]) {
        for problem in diagnostics {
            if self.quiet && problem.severity == Severity::Warning {
                continue;
            }
            if self.is_json() {
                self.data(&format!("{}\n", diagnostic::to_json(problem)));
            } else {
                let coloured = std::io::stderr().is_terminal()
                    && anstream::AutoStream::choice(&std::io::stderr())
                        != anstream::ColorChoice::Never;
                self.write_line(&diagnostic::to_text(problem, coloured));
            }
        }
    }

    /// A progress bar over a number of steps, on a terminal.
    pub(crate) fn progress(&self, steps: usize) -> Progress {
        let shows = !self.quiet && !self.is_json() && std::io::stderr().is_terminal();
        let progress = Progress::new(steps, shows);
        *self.bar.lock().unwrap_or_else(PoisonError::into_inner) = progress.bar();
        progress
    }

    fn write_line(&self, text: &str) {
        self.suspended(|| {
            let mut output = anstream::stderr().lock();
            let _gone = writeln!(output, "{text}");
        });
    }

    /// Prints while the progress bar is out of the way.
    fn suspended(&self, print: impl FnOnce()) {
        let bar = self.bar.lock().unwrap_or_else(PoisonError::into_inner);
        match &*bar {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }
}
