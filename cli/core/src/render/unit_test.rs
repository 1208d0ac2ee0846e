//! What unit tests must say of the models that they test.

use std::collections::BTreeMap;

use crate::diagnostic::{Code, Diagnostic};
use crate::jinja::Captured;
use crate::project::{Project, UniqueId};

/// dbt's own macro; one of the project's that has its name asks for nothing.
const IS_INCREMENTAL: &str = "macro.dbt.is_incremental";

/// Refuses a unit test that leaves open whether its model, which asks, is built incrementally.
///
/// **Errors**: HCW0111.
pub(super) fn check(
    project: &Project,
    captured: &BTreeMap<UniqueId, Captured>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    for test in project.declared.unit_tests.values() {
        let declaration = &test.declaration;
        let tested = test.tested.as_ref().filter(|_| declaration.is_enabled());
        let Some(model) = tested.and_then(|id| captured.get(id)) else {
            continue;
        };
        let overrides = test.overrides.as_ref();
        let answer = overrides.and_then(|overrides| overrides.macros.get("is_incremental"));
        let is_answered = answer.is_some_and(serde_json::Value::is_boolean);
        if is_answered || !model.macros.iter().any(|called| called == IS_INCREMENTAL) {
            continue;
        }
        let message = format!(
            "the unit test `{}` does not say whether `{}` is built incrementally",
            declaration.name, test.model
        );
        diagnostics.push(
            Diagnostic::error(Code::ConfigInvalid, message)
                .at(declaration.location.clone())
                .help("add `overrides: {macros: {is_incremental: false}}`, or `true` and the rows of `this`"),
        );
    }
}
