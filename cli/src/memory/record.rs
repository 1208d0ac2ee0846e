//! Records what was built. Under `--publish=atomic` the records are written by the transaction that publishes, else
//! when the run has ended; in between there is none, so that a run that is killed costs its work and no more.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use hcw_core::analyse::Analysed;
use hcw_core::cost::RunRecord;
use hcw_core::diagnostic::Diagnostic;
use hcw_core::drift::{self, Revocation};
use hcw_core::plan::{Action, Plan, StepKind};
use hcw_core::project::UniqueId;
use hcw_core::skip::{self, Content, Outside, Verdict};
use rayon::prelude::*;
use serde_json::{Map, Value as Json, json};
use tokio_postgres::Client;
use tokio_postgres::types::{ToSql, Type};

use super::changes::{self, Changes};
use super::store::GRANTED;
use super::store::unrecorded;
use super::{Counters, Reckoning, Store, costs, observe};
use crate::artifacts::run_results::result_status;
use crate::execute::{Status, StepResult};
use crate::report::Reporter;

/// Stands for an input that nothing is known of: no later input is the same.
const UNKNOWN: &str = "?";

/// Records what a run builds.
pub(crate) struct Recorder {
    pub(super) scope: String,
    run: String,
    pub(super) reckoning: Reckoning,
    server_version: u32,
    /// How many runs are remembered.
    keep: i64,
    /// Whether it is told that nothing is recorded.
    is_told: AtomicBool,
}

/// How a run ended.
pub(crate) struct Ended<'run> {
    pub(crate) results: &'run [Arc<StepResult>],
    pub(crate) started: jiff::Timestamp,
    /// `success`, `failed` or `held`.
    pub(crate) status: &'static str,
    /// What its steps have cost.
    pub(crate) spent: Json,
    /// What is to be recorded when it is published later.
    pub(crate) held: Option<Changes>,
}

/// Whether a run does nothing that costs.
fn changes_nothing(plan: &Plan) -> bool {
    plan.steps.iter().all(|step| step.action == Action::Reuse)
}

/// What is known when a run has ended.
struct Found {
    inputs: BTreeMap<UniqueId, BTreeMap<String, Content>>,
    /// The sources that were landed.
    sources: BTreeMap<UniqueId, Outside>,
    is_published: bool,
}

impl Recorder {
    pub(crate) fn new(
        store: Store,
        run: &str,
        reckoning: Reckoning,
        server_version: u32,
        keep: i64,
    ) -> Recorder {
        Recorder {
            scope: store.scope,
            run: run.to_owned(),
            reckoning,
            server_version,
            keep,
            is_told: AtomicBool::new(false),
        }
    }

    /// Says once that nothing is recorded.
    fn tell(&self, warning: Diagnostic, reporter: &Reporter) {
        if !self.is_told.swap(true, Ordering::Relaxed) {
            reporter.diagnostics(&[warning]);
        }
    }

    /// Tells it where the record of a run was refused.
    pub(crate) async fn tell_refused(&self, client: &Client, reporter: &Reporter) {
        if let Some(warning) = changes::refused(client).await {
            self.tell(warning, reporter);
        }
    }

    /// Forgets what the run changes where it stands, and looks at what the server has counted of statements.
    pub(crate) async fn begin(
        &self,
        client: &Client,
        plan: &Plan,
        analysed: &Analysed,
        reporter: &Reporter,
    ) -> Counters {
        let counters = async {
            match changes_nothing(plan) {
                true => Counters::default(),
                false => Counters::read(client).await,
            }
        };
        let verdicts = &self.reckoning.decisions.verdicts;
        let steps = plan.steps.iter().map(|step| &step.id);
        let changed: Vec<String> = steps
            .filter(|id| matches!(verdicts.get(*id), Some(Verdict::Run(_))))
            .filter(|id| !analysed.resolved.shadow.has(id))
            .filter(|id| {
                plan.publication.is_empty()
                    || analysed.resolved.rendered.relations.contains_key(*id)
            })
            .map(ToString::to_string)
            .collect();
        if changed.is_empty() {
            return counters.await;
        }
        let delete = "delete from hcw.node_state where scope = $1 and unique_id = any ($2)";
        let of = [
            (&self.scope as &(dyn ToSql + Sync), Type::TEXT),
            (&changed, Type::TEXT_ARRAY),
        ];
        let (counters, deleted) = tokio::join!(counters, client.execute_typed(delete, &of));
        if let Err(Some(code)) = deleted.as_ref().map_err(tokio_postgres::Error::code) {
            self.tell(unrecorded(code), reporter);
        }
        counters
    }

    /// Has what a session has done counted now, where the server can.
    pub(crate) async fn count(&self, sessions: &[Client]) {
        let counts = sessions
            .iter()
            .map(|client| observe::count(client, self.server_version));
        futures_util::future::join_all(counts).await;
    }

    /// What a run that has ended changes in the state.
    pub(crate) async fn changes(
        &self,
        client: &Client,
        (plan, analysed): (&Plan, &Analysed),
        results: &[Arc<StepResult>],
        is_published: bool,
    ) -> Result<Changes, Diagnostic> {
        let landed: BTreeSet<&UniqueId> = results
            .iter()
            .filter(|result| plan.steps[result.position].kind == StepKind::Source)
            .map(|result| &plan.steps[result.position].id)
            .collect();
        let sources =
            observe::sources(client, &analysed.resolved, &landed, &self.reckoning.memory).await?;
        let mut memory = self.reckoning.memory.clone();
        memory.sources.extend(sources.clone());
        let Reckoning {
            decisions,
            fingerprints,
            ..
        } = &self.reckoning;
        let found = Found {
            inputs: skip::inputs(
                &analysed.resolved,
                fingerprints,
                &memory,
                decisions,
                &self.run,
            ),
            sources,
            is_published,
        };
        let none = || Changes::of(&self.scope, self.server_version);
        let noted = results.par_iter().fold(none, |mut changes, result| {
            self.note(plan, analysed, result, &found, &mut changes);
            changes
        });
        Ok(noted.reduce(none, Changes::and))
    }

    /// What the steps of a run have cost, as it is written when that has ended. `before` tells when it began, and what
    /// the server had counted until then.
    pub(crate) async fn spent(
        &self,
        client: &Client,
        (plan, analysed): (&Plan, &Analysed),
        results: &[Arc<StepResult>],
        before: (jiff::Timestamp, &Counters),
    ) -> Json {
        let now = match changes_nothing(plan) {
            true => Counters::default(),
            false => Counters::read(client).await,
        };
        let (started, before) = before;
        let nodes = costs::nodes(plan, analysed, results, started, (before, &now));
        costs::listed(&nodes, plan, analysed)
    }

    /// Writes what the run has cost. `held` is what is to be recorded when it is published later.
    pub(crate) async fn finish(
        &self,
        client: &Client,
        (plan, analysed): (&Plan, &Analysed),
        ended: &Ended<'_>,
        reporter: &Reporter,
    ) {
        let settings = analysed.resolved.project().settings();
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        for result in ended.results {
            let is_test = plan.steps[result.position].kind == StepKind::Test;
            let word = match result.outcome.status {
                Status::Reused => "reused",
                status => result_status(status, is_test).as_str(),
            };
            *counts.entry(word.to_owned()).or_default() += 1;
        }
        let started = ended.started;
        let run = RunRecord {
            run_id: self.run.clone(),
            verb: settings.verb.clone(),
            target: settings.target.name.clone(),
            hcw_version: env!("CARGO_PKG_VERSION").to_owned(),
            publish: settings.publish.as_str().to_owned(),
            threads: settings.target.threads,
            started_at: started.to_string(),
            seconds: Some(jiff::Timestamp::now().duration_since(started).as_secs_f64()),
            status: ended.status.to_owned(),
            nodes: Vec::new(),
            counts,
        };
        let held = ended.held.as_ref().map(|held| json!(held).to_string());
        let written = costs::write(
            client,
            &self.scope,
            &run,
            &ended.spent,
            self.keep,
            held.as_deref(),
        )
        .await;
        if let Err(Some(code)) = written.as_ref().map_err(tokio_postgres::Error::code) {
            self.tell(unrecorded(code), reporter);
        }
    }

    fn note(
        &self,
        plan: &Plan,
        analysed: &Analysed,
        result: &StepResult,
        found: &Found,
        changes: &mut Changes,
    ) {
        let step = &plan.steps[result.position];
        let id = &step.id;
        let is_test = step.kind == StepKind::Test;
        let verdict = self.reckoning.decisions.verdicts.get(id);
        let refreshed = match verdict {
            Some(Verdict::Reuse { refreshed }) if refreshed.is_empty() => return,
            Some(Verdict::Reuse { refreshed }) => Some(refreshed),
            _ => None,
        };
        let is_good = match result.outcome.status {
            Status::Success | Status::Reused => true,
            // files of which some records could not land have landed
            Status::Warn => step.kind == StepKind::Source,
            Status::Fail | Status::Error => false,
            Status::Skipped => return,
        };
        if !is_good {
            // under atomic publishing what stands is still what was recorded
            if is_test || plan.publication.is_empty() {
                changes.forgotten.push(id.to_string());
            }
            return;
        }
        if !plan.publication.is_empty() && !found.is_published && step.kind != StepKind::Source {
            return;
        }
        if let Some(outside) = found.sources.get(id) {
            if let Content::Known(version) = outside.rows() {
                changes
                    .entries
                    .push(json!({"id": id, "version": version, "parts": {}, "inputs": {}}));
            }
            return;
        }
        let (Some(fingerprint), Some(inputs)) =
            (self.reckoning.fingerprints.get(id), found.inputs.get(id))
        else {
            return;
        };
        let mut parts: Map<String, Json> = fingerprint
            .parts
            .iter()
            .map(|(part, digest)| (part.as_str().to_owned(), json!(digest)))
            .collect();
        let node = analysed.resolved.project().nodes.get(id);
        let granted = node.and_then(drift::grants).unwrap_or_default();
        changes.revocations.extend(self.withdrawn(analysed, id));
        if !granted.is_empty() {
            parts.insert(GRANTED.to_owned(), json!(json!(granted).to_string()));
        }
        let known = |content: &Content| match content {
            Content::Known(known) => known.clone(),
            Content::Pending | Content::Unknown(_) => UNKNOWN.to_owned(),
        };
        let inputs: Map<String, Json> = inputs
            .iter()
            .map(|(id, content)| (id.clone(), json!(known(content))))
            .collect();
        let relations = &analysed.resolved.rendered.relations;
        let relation = relations
            .get(id)
            .filter(|_| !is_test && step.kind != StepKind::Function);
        changes.entries.push(json!({
            "id": id,
            // what is only refreshed is still what that run built
            "version": if refreshed.is_some() { Json::Null } else { json!(self.run) },
            "parts": parts,
            "inputs": inputs,
            "relation": relation.map(hcw_core::name::RelationName::in_schema),
        }));
    }
    /// Rights on a node's relation that were declared when it was built and are no more.
    pub(crate) fn withdrawn(&self, analysed: &Analysed, id: &UniqueId) -> Vec<Revocation> {
        let resolved = &analysed.resolved;
        let remembered = self.reckoning.memory.nodes.get(id.as_str());
        let (Some(relation), Some(remembered)) = (resolved.rendered.relations.get(id), remembered)
        else {
            return Vec::new();
        };
        let node = resolved.project().nodes.get(id);
        let granted = node.and_then(drift::grants).unwrap_or_default();
        drift::revocations(relation, &remembered.granted, &granted)
    }
}
