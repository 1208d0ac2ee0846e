//! What a template asked for while it rendered.

use minijinja::value::Value;

use super::library::MacroDefinition;
use crate::message::Message;
use crate::project::config::ConfigMap;
use crate::project::{ModelReference, UniqueId};

/// What a template asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Captured {
    pub(crate) refs: Vec<ModelReference>,
    pub(crate) sources: Vec<(String, String)>,
    /// Functions that it calls: package, where it is named, and name.
    pub(crate) functions: Vec<(Option<String>, String)>,
    /// How many of the references are the template's own; those of foreign keys follow.
    pub(crate) own_references: Option<(usize, usize)>,
    /// The docs blocks that a description uses.
    pub(crate) docs: Vec<UniqueId>,
    /// What the template's own `config()` calls say.
    pub(crate) config: ConfigMap,
    /// Misspelt names in them, with what was meant.
    pub(crate) misspelt: Vec<(String, &'static str)>,
    /// Ids of the macros that the template itself calls, in the order of their first call.
    pub(crate) macros: Vec<String>,
    /// Whether the template or a macro that it calls has asked for `model`, which holds the template's text.
    pub(crate) reads_itself: bool,
    /// How many macros are being called, each within the one before.
    pub(super) macro_depth: usize,
    /// At what depth calls are listed: one where the node's template is a materialization.
    pub(super) listed_depth: usize,
    /// What the template said.
    pub(crate) messages: Vec<Message>,
    /// Whether keys are added to the node's table when its rows are in.
    pub(crate) keys_after_rows: bool,
    /// What a template of a YAML file has written last.
    pub(super) written: Option<Value>,
    /// The statement that makes the node.
    pub(crate) main: Option<String>,
    /// What came of it, where it has run.
    pub(crate) response: Option<Value>,
}

impl Captured {
    /// Lists a macro that the template calls.
    pub(crate) fn note_macro(&mut self, definition: &MacroDefinition) {
        let id = definition.unique_id();
        if !self.macros.contains(&id) {
            self.macros.push(id);
        }
    }

    /// Each node that it refers to, once, in the order of first use.
    pub(crate) fn distinct_refs(&self) -> Vec<&ModelReference> {
        let mut distinct: Vec<&ModelReference> = Vec::new();
        for used in &self.refs {
            if !distinct.contains(&used) {
                distinct.push(used);
            }
        }
        distinct
    }
}
