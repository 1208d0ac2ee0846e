//! What does not exist and does not stop a run: as in dbt tests of it are left out, with a warning, and who calls
//! it fails alone.

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::project::Node;

/// Whether a node's problem is that something is not there, and the node can be done without.
pub(super) fn can_be_left_out(node: &Node, problem: &Diagnostic) -> bool {
    node.is_test() && matches!(problem.code, Code::UnknownRef | Code::UnknownSource)
}

/// Whether a node's problem fails it alone, when its turn comes: as in dbt a call of what does not exist is
/// passed over while the project is read, and so is a model in Python.
pub(super) fn fails_alone(problem: &Diagnostic) -> bool {
    matches!(
        problem.code,
        Code::UnknownMacro
            | Code::UnknownTest
            | Code::MissingArgument
            | Code::UnknownArgument
            | Code::Unsupported
    )
}

/// Disables a test; its problem becomes a warning.
pub(super) fn leave_out(node: &mut Node, problem: Diagnostic) -> Diagnostic {
    node.config.insert("enabled".to_owned(), false.into());
    node.root_config.remove("enabled");
    // as in dbt its entry stays among the nodes
    node.properties.is_left_test = true;
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
