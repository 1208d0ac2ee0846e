//! Rejected records in numbers, and what is said of them. Never their contents.

use std::collections::BTreeMap;

use hcw_core::diagnostic::{Code, Diagnostic};

use super::reject::{Reason, Reject};
use super::{LandingTable, failure};

/// Places named in a warning.
const NAMED: usize = 10;

/// The rejected records of one file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Rejected {
    /// How many.
    pub(crate) count: u64,
    /// How many by reason.
    pub(crate) by_reason: BTreeMap<Reason, u64>,
    /// Line and reason of the first ones.
    pub(crate) first: Vec<(u64, Reason)>,
}

impl Rejected {
    /// Counts one more.
    pub(crate) fn add(&mut self, reject: &Reject) {
        self.count += 1;
        *self.by_reason.entry(reject.reason).or_default() += 1;
        if self.first.len() < NAMED {
            self.first.push((reject.line, reject.reason));
        }
    }
}

/// The warning of a file with rejected records.
pub(crate) fn rejects_warning(
    table: &LandingTable,
    file: &str,
    rows: u64,
    rejected: &Rejected,
) -> Diagnostic {
    let records = rows + rejected.count;
    let mut diagnostic = Diagnostic::warning(
        Code::LandingRejects,
        format!(
            "{} of {records} records of `{file}` could not be landed in `{}.{}`",
            rejected.count, table.relation.schema, table.relation.identifier
        ),
    );
    for (reason, count) in &rejected.by_reason {
        diagnostic = diagnostic.note(format!(
            "{count} × {}: {}",
            reason.as_str(),
            reason.describe()
        ));
    }
    for (line, reason) in &rejected.first {
        diagnostic = diagnostic.note(format!("{file}:{line}: {}", reason.as_str()));
    }
    if rejected.count > rejected.first.len() as u64 {
        diagnostic = diagnostic.note(format!(
            "and {} more",
            rejected.count - rejected.first.len() as u64
        ));
    }
    diagnostic.help("the records are kept, byte for byte, in hcw.load_rejects")
}

/// The warning of a file whose header names could not be used as they are.
pub(crate) fn renamed_warning(
    table: &LandingTable,
    file: &str,
    renamed: &[(usize, String, String)],
) -> Diagnostic {
    let mut diagnostic = Diagnostic::warning(
        Code::LandingColumns,
        format!(
            "{} header names of `{file}` cannot be column names as they are",
            renamed.len()
        ),
    );
    for (position, original, name) in renamed.iter().take(NAMED) {
        diagnostic = diagnostic.note(format!("field {position} `{original}` became `{name}`"));
    }
    *failure::placed(table, Box::new(diagnostic))
}
