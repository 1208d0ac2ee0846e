//! `adapter.behavior`: flags of the adapter's behaviour.

use std::fmt;
use std::sync::Arc;

use minijinja::value::{Object, ObjectRepr, Value};

use crate::jinja::context::NodeContext;

/// Flags of the adapter's behaviour: what `flags:` of the project file and the command line say.
#[derive(Debug)]
pub(super) struct Behavior {
    pub(super) context: Arc<NodeContext>,
}

impl Object for Behavior {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let name = key.as_str()?.to_ascii_uppercase();
        let said = self.context.shared.settings.flags.get(&name);
        let is_set = said == Some(&serde_json::Value::Bool(true));
        Some(Value::from_object(BehaviorFlag { is_set }))
    }

    fn render(self: &Arc<Self>, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("<Behavior>")
    }
}

/// One flag: true or false by itself, and told without a warning by `no_warn`.
#[derive(Debug)]
struct BehaviorFlag {
    is_set: bool,
}

impl Object for BehaviorFlag {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        matches!(key.as_str()?, "no_warn" | "setting").then(|| self.is_set.into())
    }

    fn is_true(self: &Arc<Self>) -> bool {
        self.is_set
    }

    fn render(self: &Arc<Self>, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("<BehaviorFlagRendered>")
    }
}
