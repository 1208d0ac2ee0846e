//! What names in templates stand for.

use super::relation::Relation;
use crate::diagnostic::Diagnostic;
use crate::name::RelationName;

/// Resolves names; in the first pass only their existence is known.
pub(crate) trait Names: Send + Sync + std::fmt::Debug {
    /// The relation of a model or seed, as a node of the package `from` names it.
    fn resolve_ref(
        &self,
        from: &str,
        package: Option<&str>,
        name: &str,
    ) -> Result<Relation, Diagnostic>;
    /// The relation of a source table, as a node of the package `from` names it.
    fn resolve_source(&self, from: &str, source: &str, table: &str)
    -> Result<Relation, Diagnostic>;
    /// A function, as a node of the package `from` names it.
    fn resolve_function(
        &self,
        from: &str,
        package: Option<&str>,
        name: &str,
    ) -> Result<Relation, Diagnostic>;
    /// Where this run builds a relation that is looked for by its name, if that is elsewhere.
    fn built_at(&self, _published: &RelationName) -> Option<RelationName> {
        None
    }
}
