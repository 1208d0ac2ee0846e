//! The lines of steps: one when it starts, one when it ends, numbered in the order in which they start. They are
//! made on a thread of their own, so that no connection waits for the log.

use std::collections::BTreeMap;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use hcw_core::analyse::Analysed;
use hcw_core::artifact::{ResultStatus, RunResult};
use hcw_core::data_test::DataTest;
use hcw_core::materialize::Operation;
use hcw_core::message::{Message, MessageKind};
use hcw_core::plan::{Action, Plan, Step, StepKind};
use hcw_core::project::config;
use hcw_core::skip::Verdict;
use serde_json::{Value as Json, json};

use crate::args::LogLevel;
use crate::artifacts::run_results::result_status;
use crate::db::live::sql_query;
use crate::execute::{Run, Status, StepResult};
use crate::report::{Decision, Event, Reporter};
use crate::worker::Worker;

/// Has the steps of a run printed as they start and end.
pub(super) struct Lines {
    plan: Arc<Plan>,
    worker: Worker<Entry, ()>,
}

/// What happened to a step.
enum Entry {
    Started {
        position: usize,
        at: jiff::Timestamp,
        /// Is told when the line is out.
        printed: mpsc::Sender<()>,
    },
    Ended(Arc<StepResult>),
}

impl Lines {
    pub(super) fn new(plan: Arc<Plan>, analysed: Arc<Analysed>, reporter: &Reporter) -> Lines {
        let mut printer = Printer {
            plan: plan.clone(),
            analysed,
            reporter: reporter.clone(),
            started: BTreeMap::new(),
        };
        let worker = Worker::new(move |entries| {
            for entry in entries {
                match entry {
                    Entry::Started {
                        position,
                        at,
                        printed,
                    } => {
                        printer.started(position, at);
                        let _nobody_waits = printed.send(());
                    }
                    Entry::Ended(result) => printer.ended(&result),
                }
            }
        });
        Lines { plan, worker }
    }

    /// Returns when every line is out.
    pub(super) fn finish(self) {
        self.worker.finish();
    }

    /// The step at a position of the plan starts.
    pub(super) fn started(&self, position: usize) {
        let (printed, out) = mpsc::channel();
        let entry = Entry::Started {
            position,
            at: jiff::Timestamp::now(),
            printed,
        };
        let is_sent = self.worker.send(entry);
        // what the templates of a late step say comes after its line
        if is_sent && matches!(self.plan.steps[position].action, Action::Late(_)) {
            self.worker.urge();
            let _gone = out.recv();
        }
    }

    /// A step has ended, or will never start.
    pub(super) fn ended(&self, result: &Arc<StepResult>) {
        let _gone = self.worker.send(Entry::Ended(result.clone()));
    }
}

/// Prints the lines.
struct Printer {
    plan: Arc<Plan>,
    analysed: Arc<Analysed>,
    reporter: Reporter,
    /// The number of each step that has one, and when it started.
    started: BTreeMap<usize, (usize, String)>,
}

impl Printer {
    fn number(&mut self, position: usize, at: jiff::Timestamp) -> (usize, String) {
        let next = self.started.len() + 1;
        self.started
            .entry(position)
            .or_insert_with(|| (next, at.to_string()))
            .clone()
    }

    fn line(&self, number: usize, what: &str, brackets: &str) -> String {
        line(&self.plan, number, (what, brackets), &self.reporter)
    }

    /// What dbt's log says of a node; nothing where no form of the log shows it.
    fn node_info(&self, step: &Step, started_at: &str, status: &str, finished_at: &str) -> Json {
        if !self.reporter.shows_data() {
            return Json::Null;
        }
        let node = self.analysed.resolved.project().nodes.get(&step.id);
        let configuration = node.map(|node| &node.config);
        let materialized = match (step.kind, configuration) {
            (StepKind::Test, _) => "test",
            (StepKind::Seed, _) => "seed",
            (_, Some(map)) => config::text(map, "materialized").unwrap_or("view"),
            (_, None) => "",
        };
        let relation = step.relation.as_ref();
        json!({
            "materialized": materialized,
            "meta": configuration.and_then(|map| map.get("meta")).cloned().unwrap_or_else(|| json!({})),
            "node_finished_at": finished_at,
            "node_name": step.name,
            "node_path": node.map(|node| node.file.path.to_string()),
            "node_relation": {
                "alias": relation.map_or_else(|| step.name.clone(), |relation| relation.identifier.clone()),
                "database": relation.map(|relation| relation.database.clone()),
                "schema": relation.map(|relation| relation.schema.clone()),
                "relation_name": relation.map(ToString::to_string),
            },
            "node_started_at": started_at,
            "node_status": status,
            "resource_type": step.id.as_str().split('.').next(),
            "unique_id": step.id.as_str(),
        })
    }

    fn started(&mut self, position: usize, at: jiff::Timestamp) {
        let (number, started_at) = self.number(position, at);
        let plan = self.plan.clone();
        let step = &plan.steps[position];
        let info = self.node_info(step, &started_at, "started", "");
        let what = match step.kind {
            StepKind::Source => format!("START landing source {}", step.label),
            _ => format!("START {} {}", step.description, step.label),
        };
        let event = |name, code, level, message: String| {
            Event::new(name, code, level, message).with("node_info", info.clone())
        };
        let line = event(
            "LogStartLine",
            "Q011",
            LogLevel::Info,
            self.line(number, &what, "RUN"),
        )
        .with(
            "description",
            format!("{} {}", step.description, step.label),
        )
        .with("index", number)
        .with("total", total(&plan));
        self.reporter.event(&line);
        if !self.reporter.hears(LogLevel::Debug) {
            return;
        }
        let began = format!("Began running node {}", step.id);
        self.reporter
            .event(&event("NodeStart", "Q024", LogLevel::Debug, began));
        for sql in statements(step) {
            let sql = match &step.comment {
                Some(comment) => comment.on(sql),
                None => sql.to_owned(),
            };
            let query = sql_query(step.id.as_str(), &sql).with("node_info", info.clone());
            self.reporter.event(&query);
        }
    }

    fn ended(&mut self, result: &StepResult) {
        let (number, started_at) = self.number(result.position, result.ended_at);
        let plan = self.plan.clone();
        let step = &plan.steps[result.position];
        let outcome = &result.outcome;
        let finished_at = result.ended_at.to_string();
        let status = result_status(outcome.status, step.kind == StepKind::Test).as_str();
        let info = self.node_info(step, &started_at, status, &finished_at);
        let (what, brackets) = (what(step, result), brackets(step, result));
        let (name, code) = match (step.kind, outcome.status) {
            (_, Status::Skipped) => ("SkippingDetails", "Q034"),
            (StepKind::Test, _) => ("LogTestResult", "Q007"),
            (StepKind::Seed, _) => ("LogSeedResult", "Q016"),
            _ => ("LogModelResult", "Q012"),
        };
        let level = match outcome.status {
            Status::Error | Status::Fail => LogLevel::Error,
            Status::Warn => LogLevel::Warn,
            Status::Success | Status::Skipped | Status::Reused => LogLevel::Info,
        };
        let mut line = Event::new(name, code, level, self.line(number, &what, &brackets))
            .with("node_info", info.clone())
            .with("index", number)
            .with("execution_time", result.elapsed.as_secs_f64())
            .with(
                "description",
                format!("{} {}", step.description, step.label),
            );
        line = match step.kind {
            StepKind::Test => line
                .with("name", step.name.as_str())
                .with("num_models", total(&plan))
                .with("num_failures", outcome.failures.unwrap_or_default())
                .with("status", status),
            StepKind::Seed => line
                .with("total", total(&plan))
                .with("status", status)
                .with("result_message", outcome.message.as_str())
                .with(
                    "schema",
                    step.relation
                        .as_ref()
                        .map(|relation| relation.schema.clone()),
                )
                .with(
                    "relation",
                    step.relation
                        .as_ref()
                        .map(|relation| relation.identifier.clone()),
                ),
            _ => line.with("total", total(&plan)).with(
                "status",
                if level == LogLevel::Error {
                    status
                } else {
                    outcome.message.as_str()
                },
            ),
        };
        if let Action::Build { messages: said, .. } | Action::Test(DataTest { messages: said, .. }) =
            &step.action
            && outcome.status != Status::Skipped
        {
            messages(said, &self.reporter);
        }
        if let Some(late) = &outcome.late {
            messages(&late.messages, &self.reporter);
        }
        self.reporter.event(&line);
        self.reporter.diagnostics(&outcome.diagnostics);
        if outcome.status != Status::Skipped && self.reporter.hears(LogLevel::Debug) {
            let elapsed = result.elapsed.as_secs_f64();
            let sql_status = Event::new(
                "SQLQueryStatus",
                "E017",
                LogLevel::Debug,
                format!("SQL status: {} in {elapsed:.3} seconds", outcome.message),
            );
            let sql_status = sql_status
                .with("status", outcome.message.as_str())
                .with("elapsed", elapsed)
                .with("node_info", info.clone());
            self.reporter.event(&sql_status);
            let finished = format!("Finished running node {}", step.id);
            let event = Event::new("NodeFinished", "Q025", LogLevel::Debug, finished)
                .with("node_info", info)
                .with(
                    "run_result",
                    json!({
                        "status": status,
                        "message": outcome.message,
                        "execution_time": elapsed,
                        "num_failures": outcome.failures.unwrap_or_default(),
                    }),
                );
            self.reporter.event(&event);
        }
    }
}

/// How many lines of a plan are numbered.
fn total(plan: &Plan) -> usize {
    plan.steps.len() + plan.declared.len()
}

/// `3 of 41 OK created sql table model marts.kpi_… ........ [SELECT 20 in 0.08s]`
fn line(plan: &Plan, number: usize, (what, brackets): (&str, &str), reporter: &Reporter) -> String {
    let start = format!("{number} of {} {what} ", total(plan));
    let dots = ".".repeat(reporter.width.saturating_sub(start.chars().count()));
    format!("{start}{dots} [{brackets}]")
}

/// The lines of what has a result and no step, numbered after all steps.
pub(super) fn declared(run: &Run, results: &[RunResult], reporter: &Reporter) {
    let total = total(&run.plan);
    let first = run.plan.steps.len() + 1;
    for (number, result) in (first..).zip(results) {
        let mut parts = result.unique_id.split('.');
        let kind = parts.next().unwrap_or_default();
        let name = parts.next_back().unwrap_or_default();
        let words = format!("{} {name}", kind.replace('_', " "));
        let event = match result.status {
            ResultStatus::Skipped => Event::new(
                "SkippingDetails",
                "Q034",
                LogLevel::Info,
                line(
                    &run.plan,
                    number,
                    (&format!("SKIP {kind} {name}"), "SKIP"),
                    reporter,
                ),
            )
            .with("resource_type", kind)
            .with("node_name", name),
            _ => Event::new(
                "LogNodeNoOpResult",
                "Q019",
                LogLevel::Info,
                line(
                    &run.plan,
                    number,
                    (&format!("NO-OP {words}"), "NO-OP in 0.00s"),
                    reporter,
                ),
            )
            .with("description", words),
        };
        reporter.event(&event.with("index", number).with("total", total));
    }
}

/// Says of each step why it runs, or why not.
pub(super) fn explain(analysed: &Analysed, plan: &Plan, reporter: &Reporter) {
    for step in &plan.steps {
        let Some(verdict) = analysed.decisions.verdicts.get(&step.id) else {
            continue;
        };
        let line = format!("{} {}", step.label, verdict.explanation());
        let reasons: Vec<Json> = match verdict {
            Verdict::Run(reasons) => {
                let told = reasons
                    .iter()
                    .map(|reason| json!({"code": reason.code(), "text": reason.to_string()}));
                told.collect()
            }
            Verdict::Reuse { refreshed } => refreshed
                .iter()
                .map(|part| json!({"code": part.as_str()}))
                .collect(),
        };
        let event = Event::note(line)
            .with("unique_id", step.id.as_str())
            .with("runs", matches!(verdict, Verdict::Run(_)))
            .with("reasons", reasons);
        reporter.event(&event);
    }
}

/// What templates said.
pub(crate) fn messages(messages: &[Message], reporter: &Reporter) {
    for Message { kind, text } in messages {
        let (name, code, level) = match kind {
            MessageKind::Debug => ("JinjaLogDebug", "I063", LogLevel::Debug),
            MessageKind::Info => ("JinjaLogInfo", "I062", LogLevel::Info),
            MessageKind::Warning => {
                if reporter.warnings.decision("JinjaLogWarning") == Decision::Silence {
                    continue;
                }
                ("JinjaLogWarning", "I061", LogLevel::Warn)
            }
            MessageKind::Print => {
                reporter.data(&format!("{text}\n"));
                continue;
            }
        };
        reporter.event(&Event::new(name, code, level, text.as_str()).with("msg", text.as_str()));
    }
}

/// The statements of a step as they are sent.
fn statements(step: &Step) -> Vec<&str> {
    let statements: Vec<_> = match &step.action {
        Action::Land(_) => Vec::new(),
        Action::Late(_) | Action::Fail(_) | Action::Skip(_) | Action::Reuse => Vec::new(),
        Action::Build { operations, .. } => {
            operations.iter().filter_map(Operation::statement).collect()
        }
        Action::Test(test) => test.statements().collect(),
    };
    statements
        .into_iter()
        .map(|statement| statement.sql.as_str())
        .collect()
}

fn what(step: &Step, result: &StepResult) -> String {
    let name = &step.label;
    match (result.outcome.status, step.kind) {
        (Status::Reused, StepKind::Test) => format!("REUSED test {name}"),
        (Status::Reused, StepKind::Source) => format!("REUSED landed source {name}"),
        (Status::Reused, _) => format!("REUSED {} {name}", step.description),
        (Status::Skipped, StepKind::Test) => format!("SKIP test {name}"),
        (Status::Skipped, _) => format!("SKIP relation {name}"),
        (Status::Success, StepKind::Test) => format!("PASS {name}"),
        (Status::Warn | Status::Fail, StepKind::Test) => {
            format!("{} {name}", result.outcome.message)
        }
        (Status::Error, StepKind::Test) => format!("ERROR {name}"),
        (Status::Error, StepKind::Source) => format!("ERROR landing source {name}"),
        (Status::Error, StepKind::Seed) => format!("ERROR loading seed file {name}"),
        (Status::Error, StepKind::Snapshot) => format!("ERROR snapshotting {name}"),
        (Status::Error | Status::Fail, _) => format!("ERROR creating {} {name}", step.description),
        (Status::Warn, _) => format!("WARN landed source {name}"),
        (Status::Success, StepKind::Source) => format!("OK landed source {name}"),
        (Status::Success, StepKind::Seed) => format!("OK loaded seed file {name}"),
        (Status::Success, StepKind::Snapshot) => format!("OK snapshotted {name}"),
        (Status::Success, StepKind::Model | StepKind::Function) => {
            format!("OK created {} {name}", step.description)
        }
    }
}

fn brackets(step: &Step, result: &StepResult) -> String {
    let outcome = &result.outcome;
    match outcome.status {
        Status::Skipped => return "SKIP".to_owned(),
        Status::Reused => return "REUSED".to_owned(),
        _ => {}
    }
    let passed = step.kind == StepKind::Test && outcome.status == Status::Success;
    let tag = if passed { "PASS" } else { &outcome.message };
    format!("{tag} in {}", seconds(result.elapsed))
}

pub(super) fn seconds(elapsed: Duration) -> String {
    format!("{:.2}s", elapsed.as_secs_f64())
}
