//! How nodes become relations: the macros `materialization_<name>_…` say what is done, here they are run.
//!
//! Before the run a materialization's statements are recorded, and the plan has them as values; one that asks
//! the warehouse runs when its turn comes. A relation that exists is never changed in place by a rebuild: the
//! new one is built in a shadow schema beside it, and one transaction puts it in its place (`publish.rs`).

mod build;
pub mod contract;
mod in_place;
mod operation;
mod settings;
mod statement;

/// The materialization of `clone`.
pub(crate) const CLONE: &str = "clone";

/// The materializations of a node that is not built: its descriptions are brought up to date, or its grants too.
pub(crate) const REFRESHED_COMMENTS: &str = "hcw_refreshed_comments";
/// The same with its grants.
pub(crate) const REFRESHED_GRANTS: &str = "hcw_refreshed_grants";

pub use operation::Operation;
pub use settings::Materialization;
pub use statement::Statement;

pub(crate) use build::{Built, build};
pub(crate) use in_place::InPlace;
