//! What hcw tells the user about a problem: a value, rendered by the edge. Nothing is printed here.

mod code;

pub use code::Code;

use crate::source::Location;

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The work goes on.
    Warning,
    /// Nothing is built.
    Error,
}

/// One problem: code, message, place and help.
///
/// The message is one line: lower case, no final stop, names in backticks. It never holds a row's
/// value or a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The stable code.
    pub code: Code,
    /// Error or warning.
    pub severity: Severity,
    /// dbt's name of such a warning, where the code alone does not tell it.
    pub event: Option<&'static str>,
    /// What is wrong.
    pub message: String,
    /// Where, in the user's file.
    pub location: Option<Location>,
    /// What the primary location shows, beside its underline.
    pub label: Option<String>,
    /// Further places with a word each (the macro that raised it, the first definition, the compiled SQL).
    pub related: Vec<(String, Location)>,
    /// Further facts, one line each.
    pub notes: Vec<String>,
    /// What to do.
    pub help: Option<String>,
}

impl Diagnostic {
    /// An error without a place.
    pub fn error(code: Code, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            code,
            severity: Severity::Error,
            event: None,
            message: message.into(),
            location: None,
            label: None,
            related: Vec::new(),
            notes: Vec::new(),
            help: None,
        }
    }

    /// A warning without a place.
    pub fn warning(code: Code, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            severity: Severity::Warning,
            ..Diagnostic::error(code, message)
        }
    }

    /// Sets the place.
    #[must_use]
    pub fn at(mut self, location: Location) -> Diagnostic {
        self.location = Some(location);
        self
    }

    /// Sets dbt's name of the warning.
    #[must_use]
    pub fn named(mut self, event: &'static str) -> Diagnostic {
        self.event = Some(event);
        self
    }

    /// Sets the word beside the underlined place.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Diagnostic {
        self.label = Some(label.into());
        self
    }

    /// Adds a further place.
    #[must_use]
    pub fn related(mut self, what: impl Into<String>, location: Location) -> Diagnostic {
        self.related.push((what.into(), location));
        self
    }

    /// Adds a further fact.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Diagnostic {
        self.notes.push(note.into());
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Diagnostic {
        self.help = Some(help.into());
        self
    }

    /// Adds `did you mean …` when a candidate is near enough to the name.
    #[must_use]
    pub fn did_you_mean<'name>(
        self,
        name: &str,
        candidates: impl IntoIterator<Item = &'name str>,
    ) -> Diagnostic {
        match nearest(name, candidates) {
            Some(candidate) => {
                let help = format!("did you mean `{candidate}`?");
                self.help(help)
            }
            None => self,
        }
    }
}

/// The candidate nearest to a misspelt name, if any is near.
pub fn nearest<'name>(
    name: &str,
    candidates: impl IntoIterator<Item = &'name str>,
) -> Option<&'name str> {
    candidates
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(name, candidate), candidate))
        .filter(|(similarity, _)| *similarity >= 0.8)
        .max_by(|left, right| left.0.total_cmp(&right.0).then(right.1.cmp(left.1)))
        .map(|(_, candidate)| candidate)
}

/// Whether any of the problems is an error.
pub fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics
        .iter()
        .any(|diagnostic| diagnostic.severity == Severity::Error)
}
