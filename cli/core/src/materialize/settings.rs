//! How a node is materialized, and what must be right before anything is built.

use crate::diagnostic::{Code, Diagnostic};
use crate::project::{Node, NodeKind, Project, config};

/// How a model or seed is kept, and a test run, in the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Materialization {
    /// A common table expression in the queries that read it.
    Ephemeral,
    /// By the macro `materialization_<name>_…`, built-in or the project's.
    Macro(String),
}

impl Materialization {
    /// Reads a node's configuration.
    ///
    /// # Errors
    /// HCW0111 for a materialization that no macro makes.
    pub(crate) fn of(project: &Project, node: &Node) -> Result<Materialization, Diagnostic> {
        match node.kind {
            NodeKind::Seed => return Ok(Materialization::Macro("seed".to_owned())),
            NodeKind::Function => return Ok(Materialization::Macro("function".to_owned())),
            NodeKind::Snapshot => return Ok(Materialization::Macro("snapshot".to_owned())),
            _ => {}
        }
        let usual = if node.is_test() { "test" } else { "view" };
        let name = config::text(&node.config, "materialized").unwrap_or(usual);
        if name == "ephemeral" {
            return Ok(Materialization::Ephemeral);
        }
        if project.engine.materialization(name).is_some() {
            return Ok(Materialization::Macro(name.to_owned()));
        }
        let known = project.engine.materializations();
        let diagnostic = Diagnostic::error(
            Code::ConfigInvalid,
            format!("unknown materialization `{name}` of `{}`", node.name),
        )
        .help(format!("one of ephemeral, {}", known.join(", ")))
        .did_you_mean(name, known.iter().map(String::as_str));
        Err(at(node, diagnostic, name))
    }

    /// Its name, as `materialized` has it.
    pub fn name(&self) -> &str {
        match self {
            Materialization::Ephemeral => "ephemeral",
            Materialization::Macro(name) => name,
        }
    }
}

/// Points at the word in the template where it stands there, else at the sidecar, else at the file.
fn at(node: &Node, diagnostic: Diagnostic, word: &str) -> Diagnostic {
    let in_template = node.template().and_then(|file| {
        let start = file.text.find(word)?;
        Some(file.at(start..start + word.len()))
    });
    let location = in_template
        .or_else(|| node.patched_at.clone())
        .unwrap_or_else(|| node.file.at(0..0));
    diagnostic.at(location)
}
