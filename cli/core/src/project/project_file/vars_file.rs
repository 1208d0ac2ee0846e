//! `vars.yml`: the project's variables in a file of their own.

use serde_json::{Map, Value as Json};

use crate::diagnostic::{Code, Diagnostic};
use crate::source::SourceFile;
use crate::yaml::{self, Node};

/// The name of the file, beside `dbt_project.yml`.
pub const VARS_FILE: &str = "vars.yml";

/// What it has under `vars`.
///
/// **Errors**: HCW0102, HCW0108 for what is no mapping.
pub(super) fn read(file: &SourceFile, diagnostics: &mut Vec<Diagnostic>) -> Option<Node> {
    let root = match yaml::parse(file) {
        Ok(root) => root,
        Err(diagnostic) => {
            diagnostics.push(diagnostic);
            return None;
        }
    };
    let vars = root.get("vars").filter(|vars| !vars.is_null())?;
    if vars.as_mapping().is_none() {
        diagnostics.push(
            Diagnostic::error(
                Code::VarsInvalid,
                format!("`vars` of `{}` must be a mapping", file.path),
            )
            .at(file.at(vars.range.clone())),
        );
        return None;
    }
    Some(vars.clone())
}

/// The variables that templates of `dbt_project.yml` see: the file's, then those of the command line.
pub(super) fn merged(vars: &Node, command_line: &Map<String, Json>) -> Map<String, Json> {
    let mut merged = match vars.to_shown_json() {
        Json::Object(vars) => vars,
        _ => Map::new(),
    };
    merged.extend(command_line.clone());
    merged
}
