//! Why a node runs, or does not.

use std::fmt;

use crate::fingerprint::Part;

/// What becomes of a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It runs, for these reasons.
    Run(Vec<Reason>),
    /// It is left as it is.
    Reuse {
        /// What is brought up to date without building it: descriptions, grants.
        refreshed: Vec<Part>,
    },
}

impl Verdict {
    /// One line for people, without the node's name.
    pub fn explanation(&self) -> String {
        match self {
            Verdict::Run(reasons) => {
                let reasons: Vec<String> = reasons.iter().map(Reason::to_string).collect();
                format!("runs: {}", reasons.join("; "))
            }
            Verdict::Reuse { refreshed } if refreshed.is_empty() => {
                "reused: nothing has changed".to_owned()
            }
            Verdict::Reuse { refreshed } => {
                let parts: Vec<&str> = refreshed.iter().map(|part| part.words()).collect();
                format!(
                    "reused: only {} changed, and is brought up to date",
                    parts.join(" and ")
                )
            }
        }
    }
}

/// Why a node runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// The call says so: how.
    Asked(&'static str),
    /// Nothing is recorded of it.
    First,
    /// A part of its fingerprint is another.
    Changed(Part),
    /// Its relation is not what was built: how.
    Altered(String),
    /// The same query may give other rows: why.
    Volatile(String),
    /// Nobody knows whether an input has changed: why.
    Unknown(String),
    /// It reads something that it did not read before.
    NewInput(String),
    /// Something that it reads runs.
    InputRuns(String),
    /// Something that it reads was changed.
    InputChanged(String),
    /// It does not read something any more.
    InputGone(String),
    /// There are files that have not landed.
    Files,
}

impl Reason {
    /// Its name for tools.
    pub fn code(&self) -> &'static str {
        match self {
            Reason::Asked(_) => "asked",
            Reason::First => "first",
            Reason::Changed(_) => "changed",
            Reason::Altered(_) => "altered",
            Reason::Volatile(_) => "volatile",
            Reason::Unknown(_) => "unknown_input",
            Reason::NewInput(_) => "new_input",
            Reason::InputRuns(_) => "input_runs",
            Reason::InputChanged(_) => "input_changed",
            Reason::InputGone(_) => "input_gone",
            Reason::Files => "files",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Asked(how) => formatter.write_str(how),
            Reason::First => formatter.write_str("nothing is recorded of it"),
            Reason::Changed(part) => write!(formatter, "{} changed", part.words()),
            Reason::Altered(how) => formatter.write_str(how),
            Reason::Volatile(why) | Reason::Unknown(why) => formatter.write_str(why),
            Reason::NewInput(name) => write!(formatter, "it did not read `{name}` before"),
            Reason::InputRuns(name) => write!(formatter, "`{name}` runs"),
            Reason::InputChanged(name) => write!(formatter, "`{name}` has changed"),
            Reason::InputGone(name) => write!(formatter, "it does not read `{name}` any more"),
            Reason::Files => formatter.write_str("its files have changed"),
        }
    }
}
