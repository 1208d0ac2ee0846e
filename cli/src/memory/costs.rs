//! The record of a run: what its steps took and cost, written when it has ended.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use hcw_core::analyse::Analysed;
use hcw_core::cost::{NodeRecord, RunRecord};
use hcw_core::name::quote_literal;
use hcw_core::plan::{Plan, Step, StepKind};
use hcw_core::project::{Node, config};
use hcw_core::skip::Verdict;
use serde_json::{Value as Json, json};
use tokio_postgres::Client;

use crate::artifacts::run_results::result_status;
use crate::execute::{Status, StepResult};

/// Statements with hcw's comment, by what the server has counted of them so far.
const STATEMENTS: &str = "
    with statements as (
        select to_jsonb(statement) as facts
        from pg_stat_statements as statement
        where statement.dbid = (select oid from pg_catalog.pg_database where datname = current_database())
            and statement.query like '%\"node_id\": \"%'
    )

    select
        substring(facts ->> 'query' from '\"node_id\": \"([^\"]*)\"'),
        (facts ->> 'queryid')::bigint,
        (facts ->> 'calls')::bigint,
        (facts ->> 'temp_blks_written')::bigint * current_setting('block_size')::bigint,
        (facts ->> 'shared_blks_hit')::bigint,
        (facts ->> 'shared_blks_read')::bigint
    from statements
    where facts ->> 'queryid' is not null and coalesce((facts ->> 'toplevel')::boolean, true)";

/// What the server has counted of a statement.
#[derive(Debug, Clone, Copy, Default)]
struct Counted {
    calls: i64,
    temp_bytes: i64,
    blocks_hit: i64,
    blocks_read: i64,
}

/// What the server had counted at one moment, by node and query id; nothing where it does not count statements.
#[derive(Debug, Default)]
pub(crate) struct Counters(Option<BTreeMap<(String, i64), Counted>>);

impl Counters {
    /// Reads them, where the extension pg_stat_statements is there to be read.
    pub(crate) async fn read(client: &Client) -> Counters {
        let exists = client
            .query_typed_one("select to_regclass('pg_stat_statements') is not null", &[])
            .await;
        if !exists.is_ok_and(|row| row.get(0)) {
            return Counters::default();
        }
        let Ok(rows) = client.query_typed(STATEMENTS, &[]).await else {
            return Counters::default();
        };
        let counted = rows.iter().filter_map(|row| {
            let node: Option<String> = row.get(0);
            let number = |position: usize| row.get::<_, Option<i64>>(position).unwrap_or_default();
            let counted = Counted {
                calls: number(2),
                temp_bytes: number(3),
                blocks_hit: number(4),
                blocks_read: number(5),
            };
            Some(((node?, number(1)), counted))
        });
        Counters(Some(counted.collect()))
    }

    /// Adds to a step what was counted of its statements since then.
    fn add(&self, before: &Counters, record: &mut NodeRecord) {
        let (Some(now), Some(before)) = (&self.0, &before.0) else {
            return;
        };
        let mut sum = Counted::default();
        let query = |id| (record.unique_id.clone(), id);
        for (key, counted) in now.range(query(i64::MIN)..=query(i64::MAX)) {
            let earlier = before.get(key).copied().unwrap_or_default();
            if counted.calls <= earlier.calls {
                continue;
            }
            record.query_ids.push(key.1);
            sum.temp_bytes += counted.temp_bytes - earlier.temp_bytes;
            sum.blocks_hit += counted.blocks_hit - earlier.blocks_hit;
            sum.blocks_read += counted.blocks_read - earlier.blocks_read;
        }
        if !record.query_ids.is_empty() {
            record.temp_bytes = Some(sum.temp_bytes);
            record.blocks_hit = Some(sum.blocks_hit);
            record.blocks_read = Some(sum.blocks_read);
        }
    }
}

/// The steps of a run as they ended, without those that were left as they were: what waited for one of those waited for
/// what it waited for. `started` is when the run did.
pub(super) fn nodes(
    plan: &Plan,
    analysed: &Analysed,
    results: &[Arc<StepResult>],
    started: jiff::Timestamp,
    (before, now): (&Counters, &Counters),
) -> Vec<NodeRecord> {
    let by_position: BTreeMap<usize, &Arc<StepResult>> = results
        .iter()
        .map(|result| (result.position, result))
        .collect();
    // what each step of the plan stands for among those that are recorded
    let mut stands_for: Vec<BTreeSet<usize>> = Vec::with_capacity(plan.steps.len());
    let mut nodes = Vec::new();
    for (position, step) in plan.steps.iter().enumerate() {
        let waits_for: BTreeSet<usize> = step
            .waits_for
            .iter()
            .flat_map(|waited| stands_for[*waited].iter().copied())
            .collect();
        let result = by_position.get(&position);
        if result.is_some_and(|result| result.outcome.status == Status::Reused) {
            stands_for.push(waits_for);
            continue;
        }
        stands_for.push(BTreeSet::from([nodes.len()]));
        let verdict = analysed.decisions.verdicts.get(&step.id);
        let mut record = NodeRecord {
            position: nodes.len(),
            unique_id: step.id.to_string(),
            label: step.label.clone(),
            kind: step.description.clone(),
            waits_for: waits_for.into_iter().collect(),
            status: "unfinished".to_owned(),
            reason: verdict.map(Verdict::explanation),
            ..NodeRecord::default()
        };
        if let Some(result) = result {
            let status = result.outcome.status;
            record.status = result_status(status, step.kind == StepKind::Test)
                .as_str()
                .to_owned();
            if status != Status::Skipped {
                let ended = result.ended_at.duration_since(started).as_secs_f64();
                record.started_seconds = Some((ended - result.elapsed.as_secs_f64()).max(0.0));
                record.seconds = Some(result.elapsed.as_secs_f64());
                record.rows = result
                    .outcome
                    .rows
                    .and_then(|rows| i64::try_from(rows).ok());
                now.add(before, &mut record);
            }
        }
        nodes.push(record);
    }
    nodes
}

/// Whether a step writes its relation as a whole, so that its size is what was written.
fn writes_all(step: &Step, node: Option<&Node>) -> bool {
    match (step.kind, node) {
        (StepKind::Seed, _) => true,
        (StepKind::Model, Some(node)) => {
            matches!(
                config::text(&node.config, "materialized"),
                Some("table" | "materialized_view")
            )
        }
        _ => false,
    }
}

/// The steps of a run as JSON that [`write`] takes: with the relations whose size is what was written.
pub(super) fn listed(nodes: &[NodeRecord], plan: &Plan, analysed: &Analysed) -> Json {
    let mut nodes = json!(nodes);
    let steps: BTreeMap<&str, &Step> = plan
        .steps
        .iter()
        .map(|step| (step.id.as_str(), step))
        .collect();
    // the server takes a row apart column by column
    let said = |value: &Json| !(value.is_null() || value.as_array().is_some_and(Vec::is_empty));
    let entries = nodes.as_array_mut().into_iter().flatten();
    for entry in entries.filter_map(Json::as_object_mut) {
        let text = |key: &str| entry.get(key).and_then(Json::as_str);
        let was_built = text("status") == Some("success");
        let step = text("unique_id").and_then(|id| steps.get(id));
        let written = step.filter(|step| {
            let node = analysed.resolved.project().nodes.get(&step.id);
            was_built && writes_all(step, node)
        });
        if let Some(relation) = written.and_then(|step| step.relation.as_ref()) {
            entry.insert("relation".to_owned(), Json::String(relation.in_schema()));
        }
        entry.retain(|_, value| said(value));
    }
    nodes
}

/// Writes a run with its steps, [`listed`], and forgets those that are older than the newest `keep` of its scope.
pub(super) async fn write(
    client: &Client,
    scope: &str,
    run: &RunRecord,
    nodes: &Json,
    keep: i64,
    held: Option<&str>,
) -> Result<(), tokio_postgres::Error> {
    let text = |text: &str| quote_literal(text);
    let statement = format!(
        "insert into hcw.runs
    (run_id, scope, verb, target, hcw_version, publish, threads, started_at, seconds, status, counts, held_record)
values ({id}, {scope}, {verb}, {target}, {version}, {publish}, {threads}, {started}, {seconds}, {status}, {counts}, {held});
insert into hcw.run_nodes (
    run_id, position, unique_id, label, kind, status, reason, started_seconds, seconds, rows, bytes_written, temp_bytes,
    blocks_hit, blocks_read, query_ids, waits_for
)
select
    {id}, node.position, node.unique_id, node.label, node.kind, node.status, node.reason, node.started_seconds,
    node.seconds, node.rows, pg_total_relation_size(to_regclass(node.relation)), node.temp_bytes,
    node.blocks_hit, node.blocks_read, coalesce(node.query_ids, '{{}}'), coalesce(node.waits_for, '{{}}')
from json_to_recordset({nodes}) as node (
    position integer, unique_id text, label text, kind text, status text, reason text, started_seconds double precision,
    seconds double precision, rows bigint, temp_bytes bigint, blocks_hit bigint, blocks_read bigint,
    query_ids bigint[], waits_for integer[], relation text
);
delete from hcw.runs as old
where old.scope = {scope}
    and old.run_id not in (
        select recent.run_id from hcw.runs as recent
        where recent.scope = {scope} order by recent.started_at desc limit {keep}
    );
delete from hcw.run_nodes as node where not exists (select from hcw.runs as run where run.run_id = node.run_id)",
        id = text(&run.run_id),
        scope = text(scope),
        verb = text(&run.verb),
        target = text(&run.target),
        version = text(&run.hcw_version),
        publish = text(&run.publish),
        threads = run.threads,
        started = text(&run.started_at),
        seconds = run.seconds.unwrap_or_default(),
        status = text(&run.status),
        counts = text(&json!(run.counts).to_string()),
        held = held.map_or_else(|| "null".to_owned(), text),
        nodes = text(&nodes.to_string()),
        keep = keep.max(1),
    );
    client.batch_execute(&statement).await
}
