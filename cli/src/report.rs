//! One place prints: the log (lines for people or JSON, also in a file), diagnostics, progress and results.
//! A verb with results of its own prints them to stdout and its log to stderr; the others log to stdout, as dbt.

mod deprecation;
mod diagnostic;
mod event;
mod form;
mod kind;
mod log_file;
mod progress;
mod secret;
mod warning;
mod warning_name;

use std::io::{IsTerminal, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use hcw_core::diagnostic::{Code, Diagnostic, Severity, has_errors};
use serde_json::json;

pub(crate) use event::Event;
pub(crate) use kind::title;
pub(crate) use progress::Progress;
pub(crate) use secret::Secrets;
pub(crate) use warning::{Decision, WarningPolicy, dbt_name};

use crate::args::{Flags, LogFormat, LogLevel, Output};
use deprecation::Deprecations;
use log_file::LogFile;

/// Prints for one call of hcw. Cheap to clone; clones print to the same places.
#[derive(Clone)]
pub(crate) struct Reporter {
    format: LogFormat,
    file_format: LogFormat,
    level: LogLevel,
    file_level: LogLevel,
    log_to_stderr: bool,
    colours: bool,
    json_results: bool,
    /// Columns before the brackets of a line.
    pub(crate) width: usize,
    invocation_id: Arc<str>,
    /// What becomes of warnings.
    pub(crate) warnings: Arc<WarningPolicy>,
    deprecations: Arc<Deprecations>,
    secrets: Arc<Secrets>,
    file: Arc<Mutex<Option<LogFile>>>,
    bar: Arc<Mutex<Option<indicatif::ProgressBar>>>,
}

impl Reporter {
    pub(crate) fn new(flags: &Flags, invocation_id: &str) -> Reporter {
        let log = &flags.log;
        Reporter {
            format: log.format,
            file_format: log.file_format,
            level: if log.quiet {
                log.level.max(LogLevel::Error)
            } else {
                log.level
            },
            file_level: log.file_level,
            log_to_stderr: log.format != LogFormat::Json
                && (flags.verb.has_data() || flags.dry_run),
            colours: log.colours,
            json_results: flags.output == Output::Json || log.format == LogFormat::Json,
            width: log.printer_width,
            invocation_id: invocation_id.into(),
            warnings: Arc::new(WarningPolicy::new(flags)),
            deprecations: Arc::new(Deprecations::new(flags)),
            secrets: Arc::new(Secrets::of_environment()),
            file: Arc::default(),
            bar: Arc::default(),
        }
    }

    /// From now on the log goes to `dbt.log` of a folder too.
    pub(crate) fn log_to_folder(&self, folder: &Path, max_bytes: u64) {
        if self.file_level == LogLevel::None {
            return;
        }
        let mut log = LogFile::open(folder, max_bytes);
        if self.file_format != LogFormat::Json {
            let now = jiff::Timestamp::now();
            let rule = "=".repeat(30);
            log.write(&format!("\n\n{rule} {now} | {} {rule}", self.invocation_id));
        }
        *self.file.lock().unwrap_or_else(PoisonError::into_inner) = Some(log);
    }

    /// Whether results are printed as JSON.
    pub(crate) fn is_json(&self) -> bool {
        self.json_results
    }

    /// Whether entries of a level go anywhere.
    pub(crate) fn hears(&self, level: LogLevel) -> bool {
        let has_file = || {
            self.file
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .is_some()
        };
        level >= self.level || (level >= self.file_level && has_file())
    }

    /// Whether any form of the log shows what entries hold beside their text.
    pub(crate) fn shows_data(&self) -> bool {
        [self.format, self.file_format].contains(&LogFormat::Json)
    }

    /// A line about what happens.
    pub(crate) fn line(&self, text: &str) {
        self.event(&Event::note(text));
    }

    /// An entry of the log.
    pub(crate) fn event(&self, event: &Event) {
        self.log(
            event,
            event.level >= self.level && self.level != LogLevel::None,
        );
    }

    /// A result that the user asked for: printed whatever is logged, on stdout; a log in JSON has it as an entry.
    pub(crate) fn result(&self, event: &Event) {
        if self.format == LogFormat::Json {
            self.log(event, true);
        } else {
            self.log(event, false);
            self.data(&format!("{}\n", event.message));
        }
    }

    /// A result that holds rows of the database: printed, and never kept in the log file.
    pub(crate) fn shown(&self, event: &Event) {
        let now = jiff::Timestamp::now();
        if self.format == LogFormat::Json {
            self.write_line(&form::written(event, self.format, now, &self.invocation_id));
        } else {
            self.data(&format!("{}\n", event.message));
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

    /// Diagnostics as entries of the log.
    pub(crate) fn diagnostics(&self, diagnostics: &[Diagnostic]) {
        for problem in diagnostics {
            self.diagnostic(problem, "Note", "Z050");
        }
    }

    /// Warnings as the user wants them: shown, left out, or what stops the verb.
    ///
    /// **Errors**: those that are errors, with the others.
    pub(crate) fn admit(&self, diagnostics: Vec<Diagnostic>) -> Result<(), Vec<Diagnostic>> {
        let diagnostics = self.warnings.apply(diagnostics);
        if has_errors(&diagnostics) {
            return Err(diagnostics);
        }
        self.diagnostics(&diagnostics);
        Ok(())
    }

    /// An entry of the log that is a warning of the call as a whole.
    ///
    /// **Errors**: the warning, where it is an error.
    pub(crate) fn warn(&self, event: &Event, code: Code) -> Result<(), Vec<Diagnostic>> {
        match self.warnings.decision(event.name) {
            Decision::Error => Err(vec![Diagnostic::error(code, event.message.clone())]),
            Decision::Warn => {
                if code != Code::Deprecated || self.deprecations.admits(event.name) {
                    self.event(event);
                }
                Ok(())
            }
            Decision::Silence => Ok(()),
        }
    }

    /// Problems that stopped a verb: under dbt's title for such an end.
    pub(crate) fn stopped(&self, diagnostics: &[Diagnostic]) {
        let first = diagnostics
            .iter()
            .find(|problem| problem.severity == Severity::Error);
        let (warnings, errors): (Vec<_>, Vec<_>) = diagnostics
            .iter()
            .partition(|problem| problem.severity == Severity::Warning);
        for problem in warnings {
            self.diagnostic(problem, "Note", "Z050");
        }
        let Some(first) = first else { return };
        self.headline("Encountered an error:\n", first);
        for problem in errors {
            self.diagnostic(problem, "MainEncounteredError", "Z002");
        }
    }

    /// A problem under a title of its own: what failed was done rightly.
    pub(crate) fn failed(&self, what: &str, problem: &Diagnostic) {
        self.headline(&format!("{what}: "), problem);
        self.diagnostic(problem, "RunningOperationCaughtError", "Q001");
    }

    /// dbt's title of a problem, for people.
    fn headline(&self, what: &str, problem: &Diagnostic) {
        if self.format == LogFormat::Json {
            return;
        }
        let title = title(problem.code);
        let head = format!("{what}{title}");
        let event = Event::new("MainEncounteredError", "Z002", LogLevel::Error, head);
        let told = format!("{title}\n  {}", problem.message);
        self.log(&event.with("exc", told), true);
    }

    fn diagnostic(&self, problem: &Diagnostic, name: &'static str, code: &'static str) {
        let level = match problem.severity {
            Severity::Error => LogLevel::Error,
            Severity::Warning if warning::is_hint(problem) => LogLevel::Info,
            Severity::Warning => LogLevel::Warn,
        };
        let (name, code) = match problem.severity {
            Severity::Warning => dbt_name(problem).unwrap_or((name, code)),
            Severity::Error => (name, code),
        };
        let is_warning = problem.severity == Severity::Warning;
        if is_warning && problem.code == Code::Deprecated && !self.deprecations.admits(name) {
            return;
        }
        let coloured = self.colours
            && std::io::stderr().is_terminal()
            && anstream::AutoStream::choice(&std::io::stderr()) != anstream::ColorChoice::Never;
        let text = diagnostic::to_text(problem, coloured && self.format == LogFormat::Text);
        let mut event = Event::new(name, code, level, text)
            .with("msg", problem.message.clone())
            .with("exc", problem.message.clone());
        if let Some(facts) = diagnostic::to_json(problem).get("diagnostic") {
            event = event.with("diagnostic", facts.clone());
        }
        self.event(&event.bare());
    }

    /// A progress bar over a number of steps, on a terminal.
    pub(crate) fn progress(&self, steps: usize) -> Progress {
        let shows = self.level <= LogLevel::Info
            && self.format == LogFormat::Text
            && std::io::stderr().is_terminal();
        let progress = Progress::new(steps, shows);
        *self.bar.lock().unwrap_or_else(PoisonError::into_inner) = progress.bar();
        progress
    }

    /// The log is complete: what was deprecated is counted.
    pub(crate) fn finish(&self) {
        if let Some(event) = self.deprecations.summary() {
            self.event(&event);
        }
        if let Some(file) = &mut *self.file.lock().unwrap_or_else(PoisonError::into_inner) {
            file.flush();
        }
    }

    fn log(&self, event: &Event, shows: bool) {
        let now = jiff::Timestamp::now();
        let event = &self.secrets.scrubbed(event);
        let written = |format: LogFormat| form::written(event, format, now, &self.invocation_id);
        if event.level >= self.file_level
            && let Some(file) = &mut *self.file.lock().unwrap_or_else(PoisonError::into_inner)
        {
            file.write(&anstream::adapter::strip_str(&written(self.file_format)).to_string());
            if event.level >= LogLevel::Info {
                file.flush();
            }
        }
        if shows {
            self.write_line(&written(self.format));
        }
    }

    fn write_line(&self, text: &str) {
        self.suspended(|| {
            let line = format!("{text}\n");
            let bytes = line.as_bytes();
            // a reader that went away (`| head`) is no error
            let _gone = if self.log_to_stderr {
                anstream::stderr().lock().write_all(bytes)
            } else {
                anstream::stdout().lock().write_all(bytes)
            };
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

/// The end of a call, for tools.
pub(crate) fn command_completed(
    command: &str,
    success: bool,
    elapsed: std::time::Duration,
) -> Event {
    let now = jiff::Timestamp::now();
    let ended = if success { "succeeded" } else { "failed" };
    let seconds = elapsed.as_secs_f64();
    Event::new(
        "CommandCompleted",
        "Q039",
        LogLevel::Debug,
        format!("Command `{command}` {ended} at {now} after {seconds:.2} seconds"),
    )
    .with("command", command)
    .with("success", success)
    .with("elapsed", json!(seconds))
    .with("completed_at", now.to_string())
}
