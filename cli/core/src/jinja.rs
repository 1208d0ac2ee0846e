//! dbt's Jinja on minijinja: macros of the project, the context of a node, and errors with their place.
//!
//! The only user of minijinja. Rendering touches nothing outside: names, variables, time and the state of
//! the warehouse come in through [`Shared`] and the context.

mod access;
mod adapter;
mod arguments;
mod builtin;
mod calls;
mod captured;
mod column;
mod constraint;
mod context;
#[cfg(test)]
mod differential;
mod dispatch;
mod engine;
mod error;
mod exceptions;
mod functions;
mod grants;
mod index;
mod library;
mod macro_call;
mod names;
mod namespace;
mod native;
mod overridden;
mod plain;
#[cfg(test)]
mod printed;
pub(crate) mod python;
mod record;
mod relation;
pub(crate) mod rewrite;
mod runtime_config;
pub(crate) mod scan;
mod shared;
mod statement;
mod strategy;
mod table;
mod validation;
mod yaml_text;

/// A value of templates.
pub(crate) use minijinja::Value;

pub(crate) use access::Access;
pub(crate) use captured::Captured;
pub(crate) use column::translated as translated_type;
pub(crate) use context::NodeContext;
pub(crate) use dispatch::is_built_in;
pub use engine::TemplateSpan;
pub(crate) use engine::{Engine, Rendered};
pub(crate) use functions::from_json;
pub use library::DispatchOrder;
pub(crate) use library::{MacroDefinition, MacroLibrary};
pub(crate) use names::Names;
pub(crate) use plain::render_plain;
pub(crate) use python::datetime::of_yaml as date_of_yaml;
pub(crate) use python::json::of_json as json_text;
pub(crate) use python::{dict, list, shown};
pub(crate) use record::records;
pub(crate) use relation::{Relation, RelationKind, RowFilter};
pub(crate) use shared::Shared;
pub(crate) use statement::is_pending;
pub(crate) use table::Table;
pub(crate) use yaml_text::{YamlRenderer, has_template};

/// Named arguments of a call.
pub(crate) fn named(arguments: &serde_json::Map<String, serde_json::Value>) -> Value {
    let named = arguments
        .iter()
        .map(|(name, value)| (name.clone(), from_json(value)));
    Value::from(named.collect::<minijinja::value::Kwargs>())
}
