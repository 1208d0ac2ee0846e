//! Tests that read what does not exist: as in dbt they are left out, with a warning.

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::project::Node;

/// Whether a node's problem is that something is not there, and the node can be done without.
pub(super) fn can_be_left_out(node: &Node, problem: &Diagnostic) -> bool {
    node.is_test() && matches!(problem.code, Code::UnknownRef | Code::UnknownSource)
}

/// Disables a test; its problem becomes a warning.
pub(super) fn leave_out(node: &mut Node, problem: Diagnostic) -> Diagnostic {
    node.config.insert("enabled".to_owned(), false.into());
    node.root_config.remove("enabled");
    let place = node
        .patched_at
        .clone()
        .unwrap_or_else(|| node.file.at(0..0));
    let warning = Diagnostic {
        severity: Severity::Warning,
        message: format!("the test `{}` is left out: {}", node.name, problem.message),
        ..problem
    };
    if warning.location.is_some() {
        warning
    } else {
        warning.at(place)
    }
}
