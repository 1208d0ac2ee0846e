//! The execute stage: runs a plan's steps on several connections. It decides nothing: a step starts when
//! those it waits for have succeeded, and is skipped when one of them has not.

mod build;
mod ending;
mod failure;
pub(crate) mod held;
pub(crate) mod hooks;
mod interruption;
mod lanes;
mod leftovers;
mod opening;
mod publish;
mod schedule;
mod setup;
mod step;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hcw_core::analyse::Analysed;
use hcw_core::diagnostic::{Code, Diagnostic};
use hcw_core::held::Standing;
use hcw_core::plan::Plan;
use hcw_core::target::Connection;
use tokio_postgres::Client;

pub(crate) use interruption::interruption;
pub(crate) use opening::{Control, Opening, resumed};
pub(crate) use setup::{create_schemas, lock, present, remove_shadows};
pub(crate) use step::{Outcome, Status};

use ending::Ending;
use lanes::{Ended, Lanes};
use schedule::Schedule;

use crate::db::connect::connect;
use crate::memory::{Counters, Recorder};
use crate::report::Reporter;
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
    /// Why not all steps could be run, or why what they built could not be published.
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
    /// So all steps have ended; what they have built may still be published.
    fn all_ended(&mut self, results: &[Arc<StepResult>]);
}

/// What is said of steps that `--fail-fast` leaves out.
pub(crate) const SKIPPED_AT_ONCE: &str = "Skipping due to fail_fast";

/// Runs the plan; the watcher is told of each step. The run's own connection, which holds its locks, is given back: it
/// looks after the steps where it may, being `is_untouched` by what others wrote.
pub(crate) async fn execute(
    run: &Run,
    (control, is_untouched): (Client, bool),
    opening: &mut Opening,
    reporter: &Reporter,
    watcher: &mut dyn Watcher,
) -> Result<(RunReport, Client), Problems> {
    let started = Instant::now();
    let plan = &run.plan;
    let steps = plan.steps.iter().filter(|step| !step.is_reused()).count();
    // locks outlive a connection that is lost while it publishes; the run's own knows the catalogue already
    let looks_after = is_untouched && plan.publication.is_empty();
    let others = usize::from(!looks_after);
    let mut idle = opening.take(others + run.threads.min(steps)).await?;
    let (control, kept) = match looks_after {
        true => (Some(control), None),
        false => (idle.pop(), Some(control)),
    };
    let Some(control) = control else {
        return Err(Vec::new());
    };
    setup::remove_shadows(&control, &plan.shadow_schemas, &run.analysed.resolved)
        .await
        .map_err(|error| vec![error])?;
    let schemas = plan.schemas.iter().chain(&plan.shadow_schemas);
    setup::create_schemas(&control, schemas)
        .await
        .map_err(|error| vec![error])?;
    let shadow = &run.analysed.resolved.shadow;
    let is_copied = shadow.copied().next().is_some();
    let before = match is_copied {
        true => held::standing_of(&control, shadow)
            .await
            .map_err(|error| vec![error])?,
        false => Standing::new(),
    };
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
    let mut lanes = Lanes::new(step::Context {
        project_dir: run.project_dir.clone(),
        compiled_folder: run.compiled_folder.clone(),
        progress: progress.clone(),
        reporter: reporter.clone(),
    });
    let mut results = Vec::new();
    let mut interrupted = false;
    // why no more steps can be started
    let mut problem: Option<Diagnostic> = None;
    let interrupt = interruption();
    tokio::pin!(interrupt);
    loop {
        while let Some(position) = schedule.reused() {
            let result = Arc::new(StepResult {
                position,
                outcome: step::reused(),
                elapsed: Duration::ZERO,
                ended_at: jiff::Timestamp::now(),
            });
            watcher.ended(&result);
            results.push(result);
        }
        while !idle.is_empty()
            && let positions = schedule.next(idle.len(), run.fail_fast)
            && let Some(first) = positions.first()
            && let Some(client) = idle.pop()
        {
            progress.start(&plan.steps[*first].label);
            watcher.started(*first);
            lanes.start(run, client, positions);
        }
        lanes.fill(&mut schedule);
        let ended: Ended = tokio::select! {
            biased;
            Some(ended) = lanes.told.recv() => ended,
            finished = lanes.running.join_next() => {
                let Some(finished) = finished else { break };
                let Ok(client) = finished else {
                    // a task of ours that panicked has taken its connection along; the panic was printed
                    problem.get_or_insert_with(ended_early);
                    schedule.stopped = true;
                    continue;
                };
                match client.filter(|client: &Client| !client.is_closed()) {
                    Some(client) => idle.push(client),
                    None => match open(run).await {
                        Ok(client) => idle.push(client),
                        Err(problems) => {
                            problem = problem.or(problems.into_iter().next());
                            schedule.stopped = true;
                        }
                    },
                }
                continue;
            }
            _ = &mut interrupt, if !interrupted => {
                interrupted = true;
                schedule.stopped = true;
                reporter.line("interrupted: cancelling the running queries");
                setup::cancel(&control, &run.application_name).await;
                continue;
            }
        };
        let next = lanes.ended(&ended);
        let result = ended.result;
        progress.end(&plan.steps[result.position].label);
        let failed = matches!(result.outcome.status, Status::Error | Status::Fail);
        let skipped = schedule.ended(result.position, failed);
        let result = Arc::new(result);
        watcher.ended(&result);
        results.push(result);
        if let Some(next) = next {
            progress.start(&plan.steps[next].label);
            watcher.started(next);
        }
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
        let mut result = skip(position);
        if schedule.stopped && run.fail_fast {
            result.outcome.message = SKIPPED_AT_ONCE.to_owned();
        }
        let result = Arc::new(result);
        watcher.ended(&result);
        results.push(result);
    }
    progress.finish();
    watcher.all_ended(&results);
    let mut report = RunReport {
        results,
        elapsed: Duration::ZERO,
        interrupted,
        is_held: !plan.publication.is_empty(),
        is_audited: false,
        problem,
    };
    let ending = Ending {
        run,
        control,
        idle,
        began,
        before,
        counters,
        reporter,
    };
    let control = ending.end(&mut report, interrupt).await?;
    report.elapsed = started.elapsed();
    Ok((report, kept.unwrap_or(control)))
}

async fn open(run: &Run) -> Result<Client, Problems> {
    connect(&run.connection, &run.application_name)
        .await
        .map_err(|error| vec![error])
}

fn ended_early() -> Diagnostic {
    Diagnostic::error(Code::ConnectionLost, "a step ended before its time")
        .help("report what was printed before")
}

fn skip(position: usize) -> StepResult {
    StepResult {
        position,
        outcome: Outcome {
            status: Status::Skipped,
            message: "SKIP".to_owned(),
            rows: None,
            failures: None,
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
