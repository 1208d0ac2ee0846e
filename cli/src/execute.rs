//! The execute stage: runs a plan's steps on several connections. It decides nothing: a step starts when
//! those it waits for have succeeded, and is skipped when one of them has not.

mod build;
mod failure;
pub(crate) mod held;
pub(crate) mod hooks;
mod opening;
mod publish;
mod setup;
mod step;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hcw_core::analyse::Analysed;
use hcw_core::diagnostic::Diagnostic;
use hcw_core::plan::{Action, Plan, Step};
use hcw_core::target::Connection;
use tokio::task::JoinSet;
use tokio_postgres::Client;

pub(crate) use opening::{Control, Opening};
pub(crate) use setup::{create_schemas, lock, remove_shadows};
pub(crate) use step::{Outcome, Status};

use crate::db::connect::connect;
use crate::memory::{Counters, Ended, Recorder};
use crate::report::{Progress, Reporter};
use crate::session::Problems;

/// What execution needs beside the plan.
pub(crate) struct Run {
    pub(crate) plan: Arc<Plan>,
    pub(crate) analysed: Arc<Analysed>,
    pub(crate) connection: Connection,
    pub(crate) project_dir: PathBuf,
    /// Folder of compiled SQL, relative to the project, for messages.
    pub(crate) compiled_folder: String,
    pub(crate) threads: usize,
    pub(crate) fail_fast: bool,
    /// No step is started: a hook before them failed.
    pub(crate) is_held: bool,
    /// What is built is left in the shadow, for `hcw publish`.
    pub(crate) publishes_later: bool,
    /// Tags every connection of the run.
    pub(crate) application_name: String,
    /// Records what is built; none where nothing is remembered.
    pub(crate) recorder: Option<Recorder>,
}

/// What happened to each step, in the order in which steps ended.
#[derive(Debug)]
pub(crate) struct RunReport {
    pub(crate) results: Vec<Arc<StepResult>>,
    pub(crate) elapsed: Duration,
    pub(crate) interrupted: bool,
    /// Whether what was built in the shadow is left there.
    pub(crate) is_held: bool,
    /// Whether that is fit to be published.
    pub(crate) is_audited: bool,
    /// Why it could not be published.
    pub(crate) problem: Option<Diagnostic>,
}

/// The end of one step.
#[derive(Debug)]
pub(crate) struct StepResult {
    /// Position in the plan.
    pub(crate) position: usize,
    pub(crate) outcome: Outcome,
    pub(crate) elapsed: Duration,
    pub(crate) ended_at: jiff::Timestamp,
}

impl RunReport {
    /// How many steps ended so.
    pub(crate) fn count(&self, status: Status) -> usize {
        self.results
            .iter()
            .filter(|result| result.outcome.status == status)
            .count()
    }

    /// Whether any step failed, or the run was interrupted.
    pub(crate) fn has_failed(&self) -> bool {
        let is_blocked = |result: &Arc<StepResult>| {
            result.outcome.status == Status::Skipped && !result.outcome.diagnostics.is_empty()
        };
        self.interrupted
            || self.problem.is_some()
            || self.results.iter().any(is_blocked)
            || self.count(Status::Error) + self.count(Status::Fail) > 0
    }
}

/// Is told of the steps of a run.
pub(crate) trait Watcher: Send {
    /// The step at a position of the plan starts.
    fn started(&mut self, position: usize);
    /// A step has ended, or will never start.
    fn ended(&mut self, result: &Arc<StepResult>);
}

/// Runs the plan; the watcher is told of each step.
pub(crate) async fn execute(
    run: &Run,
    opening: &mut Opening,
    reporter: &Reporter,
    watcher: &mut dyn Watcher,
) -> Result<RunReport, Problems> {
    let started = Instant::now();
    let plan = &run.plan;
    let left = |step: &&Step| step.action == Action::Reuse;
    let steps = plan.steps.len() - plan.steps.iter().filter(left).count();
    let mut clients = opening.take(1 + run.threads.min(steps)).await?;
    let Some(control) = clients.pop() else {
        return Err(Vec::new());
    };
    let mut idle = clients;
    setup::remove_shadows(&control, &plan.shadow_schemas)
        .await
        .map_err(|error| vec![error])?;
    let schemas = plan.schemas.iter().chain(&plan.shadow_schemas);
    setup::create_schemas(&control, schemas)
        .await
        .map_err(|error| vec![error])?;
    let began = jiff::Timestamp::now();
    let mut counters = Counters::default();
    if let Some(recorder) = &run.recorder {
        counters = recorder
            .begin(&control, plan, &run.analysed, reporter)
            .await;
    }
    let progress = Arc::new(reporter.progress(plan.steps.len()));
    let mut schedule = Schedule::new(plan);
    schedule.stopped = run.is_held;
    let mut running = JoinSet::new();
    let mut results = Vec::new();
    let mut interrupted = false;
    let interrupt = tokio::signal::ctrl_c();
    tokio::pin!(interrupt);
    loop {
        for position in schedule.take(|position| left(&&plan.steps[position])) {
            let result = Arc::new(StepResult {
                position,
                outcome: step::reused(),
                elapsed: Duration::ZERO,
                ended_at: jiff::Timestamp::now(),
            });
            watcher.ended(&result);
            results.push(result);
        }
        while !schedule.stopped
            && !idle.is_empty()
            && let Some(position) = schedule.ready.pop_first()
        {
            let Some(client) = idle.pop() else { break };
            watcher.started(position);
            start(run, &progress, reporter, &mut running, client, position);
        }
        if running.is_empty() {
            break;
        }
        let finished = tokio::select! {
            finished = running.join_next() => finished,
            _ = &mut interrupt, if !interrupted => {
                interrupted = true;
                schedule.stopped = true;
                reporter.line("interrupted: cancelling the running queries");
                setup::cancel(&control, &run.application_name).await;
                continue;
            }
        };
        let Some(Ok((client, result))) = finished else {
            // a task of ours that panicked has taken its connection along; the panic was printed
            interrupted = true;
            schedule.stopped = true;
            continue;
        };
        match client.filter(|client| !client.is_closed()) {
            Some(client) => idle.push(client),
            None => match open(run).await {
                Ok(client) => idle.push(client),
                Err(problems) => {
                    reporter.diagnostics(&problems);
                    schedule.stopped = true;
                    interrupted = true;
                }
            },
        }
        progress.end(&plan.steps[result.position].label);
        let failed = matches!(result.outcome.status, Status::Error | Status::Fail);
        let skipped = schedule.ended(result.position, failed);
        let result = Arc::new(result);
        watcher.ended(&result);
        results.push(result);
        for position in skipped {
            let result = Arc::new(skip(position));
            progress.end(&plan.steps[position].label);
            watcher.ended(&result);
            results.push(result);
        }
        if failed && run.fail_fast {
            schedule.stopped = true;
            setup::cancel(&control, &run.application_name).await;
        }
    }
    for position in schedule.left() {
        let result = Arc::new(skip(position));
        watcher.ended(&result);
        results.push(result);
    }
    progress.finish();
    let mut report = RunReport {
        results,
        elapsed: Duration::ZERO,
        interrupted,
        is_held: !plan.publication.is_empty(),
        is_audited: false,
        problem: None,
    };
    let is_audited = !report.has_failed();
    let is_published = report.is_held && is_audited && !run.publishes_later;
    let (mut record, mut later) = (None, None);
    if let Some(recorder) = &run.recorder {
        recorder.count(&idle).await;
        let recorded = |is_published| {
            let results = &report.results;
            recorder.changes(&control, plan, &run.analysed, results, is_published)
        };
        let changes = recorded(is_published).await.map_err(|error| vec![error])?;
        record = changes.statement();
        if report.is_held && is_audited {
            later = Some(recorded(true).await.map_err(|error| vec![error])?);
        }
    }
    let is_recorded = record.is_some();
    if is_published {
        match publish::publish(
            &control,
            &plan.publication,
            record.take().as_ref(),
            reporter,
        )
        .await
        {
            Ok(()) => report.is_held = false,
            Err(problem) => report.problem = Some(problem),
        }
    }
    if let Some(record) = record {
        // what is not recorded is built again
        let _unrecorded = control.batch_execute(&record.sql).await;
    }
    if let Some(recorder) = &run.recorder
        && is_recorded
    {
        recorder.tell_refused(&control, reporter).await;
    }
    if report.is_held {
        report.is_audited = is_audited;
        let resolved = &run.analysed.resolved;
        let run_id = &resolved.project().settings().invocation_id;
        let kept = held::keep(&control, &resolved.shadow, run_id, is_audited).await;
        // a connection that is lost is told once
        report.problem = report.problem.or(kept.err());
    }
    if let Some(recorder) = &run.recorder {
        let status = match report.is_held {
            true if report.is_audited => "held",
            _ if report.has_failed() => "failed",
            _ => "success",
        };
        let ended = Ended {
            results: &report.results,
            started: began,
            status,
            counters,
            held: later.filter(|_| report.is_held),
        };
        let of_run = (&**plan, &*run.analysed);
        recorder.finish(&control, of_run, &ended, reporter).await;
    }
    report.elapsed = started.elapsed();
    Ok(report)
}

async fn open(run: &Run) -> Result<Client, Problems> {
    connect(&run.connection, &run.application_name)
        .await
        .map_err(|error| vec![error])
}

fn start(
    run: &Run,
    progress: &Arc<Progress>,
    reporter: &Reporter,
    running: &mut JoinSet<(Option<Client>, StepResult)>,
    client: Client,
    position: usize,
) {
    progress.start(&run.plan.steps[position].label);
    let (plan, analysed) = (run.plan.clone(), run.analysed.clone());
    let context = step::Context {
        project_dir: run.project_dir.clone(),
        compiled_folder: run.compiled_folder.clone(),
        progress: progress.clone(),
        reporter: reporter.clone(),
    };
    running.spawn(async move {
        let started = Instant::now();
        let (client, outcome) = step::run(client, &plan.steps[position], &analysed, &context).await;
        let result = StepResult {
            position,
            outcome,
            elapsed: started.elapsed(),
            ended_at: jiff::Timestamp::now(),
        };
        (client, result)
    });
}

fn skip(position: usize) -> StepResult {
    StepResult {
        position,
        outcome: Outcome {
            status: Status::Skipped,
            message: "SKIP".to_owned(),
            rows: None,
            diagnostics: Vec::<Diagnostic>::new(),
            late: None,
            batches: None,
            threshold: None,
            fetched: None,
        },
        elapsed: Duration::ZERO,
        ended_at: jiff::Timestamp::now(),
    }
}

/// Which steps may start.
struct Schedule {
    ready: BTreeSet<usize>,
    /// How many steps each still waits for.
    waiting: Vec<usize>,
    children: Vec<Vec<usize>>,
    done: Vec<bool>,
    stopped: bool,
}

impl Schedule {
    fn new(plan: &Plan) -> Schedule {
        let mut children = vec![Vec::new(); plan.steps.len()];
        let mut waiting = Vec::new();
        for (position, step) in plan.steps.iter().enumerate() {
            waiting.push(step.waits_for.len());
            for parent in &step.waits_for {
                children[*parent].push(position);
            }
        }
        let ready = (0..plan.steps.len())
            .filter(|position| waiting[*position] == 0)
            .collect();
        Schedule {
            ready,
            waiting,
            children,
            done: vec![false; plan.steps.len()],
            stopped: false,
        }
    }

    /// The ready steps that are done as soon as they are ready, and those that become ready by them.
    fn take(&mut self, is_done: impl Fn(usize) -> bool) -> Vec<usize> {
        let mut taken = Vec::new();
        while !self.stopped
            && let Some(position) = self
                .ready
                .iter()
                .copied()
                .find(|position| is_done(*position))
        {
            self.ready.remove(&position);
            self.ended(position, false);
            taken.push(position);
        }
        taken
    }

    /// Notes an end; the steps that can never start now are returned.
    fn ended(&mut self, position: usize, failed: bool) -> Vec<usize> {
        self.done[position] = true;
        if !failed {
            for child in &self.children[position] {
                self.waiting[*child] -= 1;
                if self.waiting[*child] == 0 && !self.done[*child] {
                    self.ready.insert(*child);
                }
            }
            return Vec::new();
        }
        let mut skipped = BTreeSet::new();
        let mut stack = vec![position];
        while let Some(position) = stack.pop() {
            for child in &self.children[position] {
                if !self.done[*child] && skipped.insert(*child) {
                    stack.push(*child);
                }
            }
        }
        for position in &skipped {
            self.done[*position] = true;
        }
        skipped.into_iter().collect()
    }

    /// Steps that have neither ended nor been skipped.
    fn left(&self) -> Vec<usize> {
        (0..self.done.len())
            .filter(|position| !self.done[*position])
            .collect()
    }
}
