//! `adapter.dispatch`: the implementation of a macro for PostgreSQL, searched by package and prefix.

use std::sync::Arc;

use minijinja::Value;

use super::library::DBT_PACKAGE;
use super::macro_call::ProjectMacro;
use super::namespace::{MacroScope, MacroTable};
use crate::diagnostic::{Code, Diagnostic};

/// Implementations' prefixes, the most specific first.
const PREFIXES: [&str; 2] = ["postgres", "default"];

/// The macro that `adapter.dispatch(name, namespace)` means to a node, as a callable value.
///
/// **Errors**: HCW0203 naming everything that was searched; HCW0302 for a name with a dot.
pub(crate) fn dispatch(
    scope: &MacroScope,
    name: &str,
    namespace: Option<&str>,
) -> Result<Value, Diagnostic> {
    if let Some((package, plain)) = name.split_once('.') {
        return Err(Diagnostic::error(
            Code::TemplateError,
            format!("`adapter.dispatch` takes a macro's name without its package, not `{name}`"),
        )
        .help(format!(
            "write `adapter.dispatch('{plain}', macro_namespace='{package}')`"
        )));
    }
    find(scope, name, namespace)
        .map(|found| Value::from_dyn_object(found.clone()))
        .ok_or_else(|| not_found(scope, name, namespace))
}

/// Whether a name means a built-in macro, and so does what that one dispatches to.
pub(crate) fn is_built_in(scope: &MacroScope, name: &str) -> bool {
    let dispatched = || find(scope, name, Some(DBT_PACKAGE));
    let built_in = |found: Option<&Arc<ProjectMacro>>| {
        found.is_some_and(|found| found.definition().is_built_in())
    };
    built_in(scope.macro_of(name)) && built_in(dispatched())
}

/// The macro itself, where there is one.
fn find<'scope>(
    scope: &'scope MacroScope,
    name: &str,
    namespace: Option<&str>,
) -> Option<&'scope Arc<ProjectMacro>> {
    find_in(&scope.table, name, namespace, |wanted| {
        scope.macro_of(wanted)
    })
}

/// The macro that a dispatch finds; `unscoped` finds a macro where no package is named.
pub(super) fn find_in<'table>(
    table: &'table MacroTable,
    name: &str,
    namespace: Option<&str>,
    unscoped: impl Fn(&str) -> Option<&'table Arc<ProjectMacro>>,
) -> Option<&'table Arc<ProjectMacro>> {
    table
        .search_order(namespace)
        .into_iter()
        .find_map(|package| {
            PREFIXES.iter().find_map(|prefix| {
                let wanted = format!("{prefix}__{name}");
                match &package {
                    Some(package) => table.in_package(package, &wanted),
                    None => unscoped(&wanted),
                }
            })
        })
}

fn not_found(scope: &MacroScope, name: &str, namespace: Option<&str>) -> Diagnostic {
    let searched: Vec<String> = scope
        .table
        .search_order(namespace)
        .into_iter()
        .flat_map(|package| {
            PREFIXES.map(|prefix| match &package {
                Some(package) => format!("'{package}.{prefix}__{name}'"),
                None => format!("'{prefix}__{name}'"),
            })
        })
        .collect();
    let within = namespace.unwrap_or("None");
    Diagnostic::error(
        Code::UnknownImplementation,
        format!("In dispatch: No macro named '{name}' found within namespace: '{within}'"),
    )
    .note(format!("Searched for: {}", searched.join(", ")))
    .help("define one of these macros, or name the package under `dispatch:` in dbt_project.yml")
}
