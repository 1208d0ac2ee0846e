//! Views that are given their new definition where they stand: the server lets the columns be added to, and everything
//! that hangs on the view stays where it is. Which views may be is decided here; whether the columns allow it is known
//! to the server alone, and where it refuses the view is built beside and swapped in as any other relation.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{Built, Materialization, Operation, Statement, build};
use crate::analyse::{Analysed, Compiled};
use crate::diagnostic::Diagnostic;
use crate::graph::Resolved;
use crate::jinja::Access;
use crate::name::RelationName;
use crate::project::{Node, NodeKind};
use crate::settings::Publish;
use crate::state::{RelationType, WarehouseState};

/// What comes before the definition: nobody waits long behind a lock that cannot be had.
const BRIEF_LOCKS: &str = "select
    pg_catalog.set_config('hcw.lock_timeout', pg_catalog.current_setting('lock_timeout'), true),
    pg_catalog.set_config('lock_timeout', '700ms', true)";
/// What comes after it.
const LOCKS_AS_BEFORE: &str = "select
    pg_catalog.set_config('lock_timeout', pg_catalog.current_setting('hcw.lock_timeout'), true)";

/// Which of the views that stand may be defined anew where they stand, without one that comes to read itself.
#[derive(Debug, Default)]
pub(crate) struct InPlace {
    /// How far in the order of the run relations are, by identifier; `None` where nothing may be.
    positions: Option<HashMap<String, usize>>,
}

impl InPlace {
    /// **Shape**: linear in the project and in what stands. What reads a relation must come after it in the project's
    /// order too, else a view could come to read itself through what is not yet as the project says.
    pub(crate) fn of(resolved: &Resolved, state: &WarehouseState) -> InPlace {
        if resolved.project().settings().publish != Publish::PerNode {
            return InPlace::default();
        }
        let order = resolved.graph.order.iter().enumerate();
        let relations = &resolved.rendered.relations;
        let mut places: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        for (position, id) in order {
            if let Some(relation) = relations.get(id) {
                places.insert((&relation.schema, &relation.identifier), position);
            }
        }
        let mut positions: HashMap<String, usize> = HashMap::new();
        let mut note = |identifier: &str, position: usize| {
            let known = positions.entry(identifier.to_owned()).or_default();
            *known = position.max(*known);
        };
        for ((_, identifier), position) in &places {
            note(identifier, *position);
        }
        // views of others that read what the project builds
        let place = |(schema, name): &(String, String)| {
            let place = places.get(&(schema.as_str(), name.as_str()));
            place.copied()
        };
        let mut others: BTreeSet<&(String, String)> = BTreeSet::new();
        let mut next: Vec<&(String, String)> = state.readers.keys().collect();
        next.retain(|name| place(name).is_some());
        while let Some(read) = next.pop() {
            for reader in state.readers.get(read).into_iter().flatten() {
                match (place(read), place(reader)) {
                    (_, None) => {
                        if others.insert(reader) {
                            next.push(reader);
                        }
                    }
                    (Some(read), Some(reader)) if read < reader => {}
                    _ => return InPlace::default(),
                }
            }
        }
        for (_, identifier) in others {
            note(identifier, usize::MAX);
        }
        InPlace {
            positions: Some(positions),
        }
    }

    /// Whether a query names nothing that is built at its own turn or later, or that reads what is built.
    fn allows(&self, relation: &RelationName, sql: &str) -> bool {
        let Some(positions) = &self.positions else {
            return false;
        };
        let Some(own) = positions.get(&relation.identifier) else {
            return false;
        };
        let is_part = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '$';
        let is_plain = relation.identifier.chars().all(is_part);
        let mut words = sql.split(|letter| !is_part(letter));
        is_plain && words.all(|word| positions.get(word).is_none_or(|position| position < own))
    }

    /// What defines a view anew where it stands; `None` where it is to be built beside.
    ///
    /// # Errors
    /// As any materialization.
    pub(crate) fn build(
        &self,
        analysed: &Analysed,
        state: &std::sync::Arc<WarehouseState>,
        node: &Node,
        compiled: &Compiled,
    ) -> Result<Option<Built>, Diagnostic> {
        let Some(relation) = analysed.resolved.rendered.relations.get(&node.id) else {
            return Ok(None);
        };
        let engine = &analysed.resolved.project().engine;
        let is_view = node.kind == NodeKind::Model
            && compiled.materialization == Some(Materialization::Macro("view".to_owned()))
            && engine.is_own_materialization("view");
        let stands = state.get(relation).is_some_and(|standing| {
            standing.relation_type == RelationType::View && !standing.has_options
        });
        if !is_view || !stands || !self.allows(relation, &compiled.sql) {
            return Ok(None);
        }
        let access = Access::replacing(state, Some(relation.clone()));
        let mut built = build(analysed, node, compiled, access.clone(), None)?;
        if access.gave_up() {
            return Ok(None);
        }
        let definition = format!("create or replace view {relation} ");
        let defines = |operation: &Operation| {
            let statement = operation.statement();
            statement.is_some_and(|statement| statement.counts)
        };
        let is_one_transaction = built.operations.iter().all(|operation| match operation {
            Operation::Run(statement) => statement.transaction,
            Operation::Commit => true,
            Operation::Copy { .. } | Operation::CheckContract { .. } => false,
        });
        let commits = |operation: &&Operation| **operation == Operation::Commit;
        let found = built.operations.iter().position(defines);
        // a macro of the project may make views in a way of its own
        let is_ours = found.is_some_and(|at| {
            let statement = built.operations[at].statement();
            statement.is_some_and(|statement| statement.sql.starts_with(&definition))
        });
        if !is_one_transaction || !is_ours || built.operations.iter().filter(commits).count() > 1 {
            return Ok(None);
        }
        if let Some(at) = found {
            let plain = |sql| Operation::Run(Statement::plain(sql));
            built.operations.insert(at + 1, plain(LOCKS_AS_BEFORE));
            built.operations.insert(at, plain(BRIEF_LOCKS));
        }
        Ok(Some(built))
    }
}
