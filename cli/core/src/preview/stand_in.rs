//! Empty relations that stand for what a run would build, so that the server tells their columns.

use super::is_incremental;
use crate::analyse::Analysed;
use crate::materialize::Operation;
use crate::name::{RelationName, quote_identifier};
use crate::plan::{Action, Plan, Step};
use crate::project::{Node, NodeKind, UniqueId, config};
use crate::state::WarehouseState;

/// What is made for a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandIn {
    /// The node.
    pub id: UniqueId,
    /// Where it is published.
    pub published: RelationName,
    /// Where the stand-in is made.
    pub place: RelationName,
    /// The statement that makes it; none where the columns cannot be known before the run.
    pub statement: Option<String>,
    /// Why they cannot, or are taken to be what they are.
    pub note: Option<&'static str>,
}

/// The stand-ins for all that is built in the shadow, in the order of the run.
pub fn stand_ins(analysed: &Analysed, plan: &Plan, state: &WarehouseState) -> Vec<StandIn> {
    let nodes = &analysed.resolved.project().nodes;
    let steps = plan.steps.iter();
    steps
        .filter_map(|step| {
            let node = nodes.get(&step.id)?;
            let published = step.relation.clone()?;
            let place = analysed.resolved.shadow.place(&step.id)?.clone();
            let (statement, note) = made(
                analysed,
                step,
                node,
                &place,
                state.get(&published).is_some(),
            );
            let statement = statement.or_else(|| {
                let relation = published.in_schema();
                state.get(&published)?;
                Some(format!(
                    "create view {} as select * from {relation}",
                    place.in_schema()
                ))
            });
            Some(StandIn {
                id: step.id.clone(),
                published,
                place,
                statement,
                note,
            })
        })
        .collect()
}

/// What makes a node's own stand-in; without it that of the relation that stands is taken.
fn made(
    analysed: &Analysed,
    step: &Step,
    node: &Node,
    place: &RelationName,
    stands: bool,
) -> (Option<String>, Option<&'static str>) {
    let compiled = analysed.compiled.get(&node.id);
    let operations: &[Operation] = match &step.action {
        Action::Build { operations, .. } => operations,
        // its SQL is known, and only what is made of it asks the warehouse
        Action::Late(_) if compiled.is_some() => &[],
        Action::Late(_) => {
            return (
                None,
                Some("its SQL asks the warehouse, and is known when its turn comes"),
            );
        }
        _ => return (None, None),
    };
    match node.kind {
        NodeKind::Seed => {
            let created = operations
                .iter()
                .filter_map(Operation::statement)
                .find(|statement| {
                    statement
                        .sql
                        .trim_start()
                        .to_lowercase()
                        .starts_with("create table")
                });
            (created.map(|statement| statement.sql.clone()), None)
        }
        NodeKind::Snapshot => (
            None,
            (!stands).then_some("a first snapshot adds columns of its own"),
        ),
        _ if stands && is_incremental(analysed, &node.id) && on_schema_change(node) == "ignore" => {
            (None, None)
        }
        _ => {
            let sql = compiled.map(|compiled| compiled.sql.trim().trim_end_matches(';'));
            let view = sql.map(|sql| format!("create view {} as\n{sql}", place.in_schema()));
            (contracted(node, place).or(view), None)
        }
    }
}

/// A table with the columns of an enforced contract.
fn contracted(node: &Node, place: &RelationName) -> Option<String> {
    let contract = node.config.get("contract")?;
    if contract.get("enforced")?.as_bool() != Some(true) {
        return None;
    }
    let columns: Option<Vec<String>> = node
        .columns
        .iter()
        .map(|column| {
            let data_type = column.data_type.as_ref()?;
            Some(format!("{} {data_type}", quote_identifier(&column.name)))
        })
        .collect();
    let columns = columns.filter(|columns| !columns.is_empty())?;
    Some(format!(
        "create table {} ({})",
        place.in_schema(),
        columns.join(", ")
    ))
}

fn on_schema_change(node: &Node) -> &str {
    config::text(&node.config, "on_schema_change").unwrap_or("ignore")
}

/// `on_schema_change` of an incremental model; none for what is made anew.
pub(super) fn keeps_columns<'run>(analysed: &'run Analysed, id: &UniqueId) -> Option<&'run str> {
    let nodes = &analysed.resolved.project().nodes;
    let node = nodes.get(id)?;
    is_incremental(analysed, id).then(|| on_schema_change(node))
}
