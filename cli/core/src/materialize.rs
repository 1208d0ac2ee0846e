//! How nodes become relations: one file per kind, each a pure function from a compiled node to statements.
//!
//! A relation that exists is never changed in place by a rebuild: the new one is built in a shadow schema
//! beside it, and one transaction swaps them (`swap.sql`). What others hang on the old one (views, grants,
//! foreign keys, owner) goes over to the new one, or nothing changes at all.

mod constraints;
mod documentation;
mod incremental;
mod relation;
mod seed;
mod settings;
mod statement;
mod swap;

pub use settings::{IncrementalSettings, IncrementalStrategy, IndexSettings, Materialization};
pub use statement::Statement;

pub(crate) use relation::Target;
pub(crate) use seed::seed;
pub(crate) use swap::{retired_schema, shadow_schema};

use crate::analyse::Compiled;
use crate::project::Node;

/// The statements that build a model: one transaction.
pub(crate) fn model(node: &Node, compiled: &Compiled, target: &Target<'_>) -> Vec<Statement> {
    match &compiled.materialization {
        Some(Materialization::View) => relation::view(node, compiled, target),
        Some(Materialization::Table(indexes)) => relation::table(node, compiled, target, indexes),
        Some(Materialization::Incremental(settings)) => {
            incremental::incremental(node, compiled, target, settings)
        }
        Some(Materialization::Ephemeral | Materialization::Seed) | None => Vec::new(),
    }
}
