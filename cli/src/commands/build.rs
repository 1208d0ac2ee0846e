//! `build`, `run`, `test`, `seed` and `load`: plan, then execute, one line a step.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use hcw_core::analyse::{Analysed, analyse};
use hcw_core::diagnostic::{Diagnostic, has_errors};
use hcw_core::graph::Resolved;
use hcw_core::plan::{self, Action, Plan, Step, Work};
use hcw_core::project::{UniqueId, ValidatorForm};
use hcw_core::select::{Selection, select};
use hcw_core::state::WarehouseState;
use serde_json::json;
use tokio_postgres::Client;

use crate::args::RunArguments;
use crate::execute::{self, Run, RunReport, Status, StepResult};
use crate::report::Reporter;
use crate::session::{Problems, Session};
use crate::{artifacts, db, exit_code};

/// Plans and executes.
///
/// **Errors**: everything that stops the run before its first step.
pub(crate) async fn run(
    session: &Session,
    arguments: &RunArguments,
    work: &Work,
    reporter: &Reporter,
) -> Result<u8, Problems> {
    let resolved = session.resolve(reporter)?;
    let selected = selected(&resolved, arguments, reporter)?;
    let connection = session.connection().await?;
    let mut control = session.connect(&connection).await?;
    if !arguments.dry_run {
        let target = &session.settings.target;
        let name = format!("{} {}", session.project_file.name, target.schema);
        execute::lock(&control, &name, reporter)
            .await
            .map_err(|error| vec![error])?;
        if work.land {
            super::migrate::apply(session, &connection, reporter).await?;
        }
        if work.models || work.tests {
            super::validators::keep_installed(session, &mut control, reporter).await?;
            super::load_codes::keep_loaded(session, &mut control, reporter).await?;
        }
    }
    let state = state(&control, &resolved).await?;
    let (analysed, plan) = plan(resolved, &state, &selected, work, reporter)?;
    if arguments.dry_run {
        reporter.data(&format!(
            "{}{}",
            before_steps(session, work),
            plan::print(&plan)
        ));
        return Ok(exit_code::SUCCESS);
    }
    let result = artifacts::write_compiled(session, &analysed)
        .and_then(|()| artifacts::write_run(session, &analysed, &plan));
    result.map_err(|error| vec![error])?;
    if plan.steps.is_empty() {
        reporter.line("nothing to do: check the selection");
    }
    let run = Run {
        plan: Arc::new(plan),
        analysed: Arc::new(analysed),
        connection,
        project_dir: session.project_dir.clone(),
        compiled_folder: format!(
            "{}/{}",
            session.project_file.target_path,
            artifacts::COMPILED
        ),
        threads: session.settings.target.threads,
        fail_fast: arguments.fail_fast,
        application_name: format!("hcw {}", session.settings.invocation_id),
    };
    let total = run.plan.steps.len();
    let mut ended_count = 0;
    let plan = run.plan.clone();
    let mut ended = |result: &StepResult| {
        ended_count += 1;
        let step = &plan.steps[result.position];
        if reporter.is_json() {
            reporter.data(&format!("{}\n", json_line(step, result)));
        } else {
            reporter.line(&line(ended_count, total, step, result));
        }
        reporter.diagnostics(&result.outcome.diagnostics);
    };
    let report = execute::execute(&run, reporter, &mut ended).await?;
    execute::remove_shadows(&control, &run.plan)
        .await
        .map_err(|error| vec![error])?;
    artifacts::write_results(session, &run.plan, &report).map_err(|error| vec![error])?;
    summary(&report, reporter);
    Ok(if report.has_failed() {
        exit_code::FAILURE
    } else {
        exit_code::SUCCESS
    })
}

/// What a run keeps up to date before its first step, as comments for `--dry-run`.
fn before_steps(session: &Session, work: &Work) -> String {
    let project = &session.project_file;
    let mut text = String::new();
    if work.land {
        text.push_str(&format!(
            "-- migrations that are not applied yet: {}/\n",
            project.migration_path
        ));
    }
    if work.models || work.tests {
        if project.validators != ValidatorForm::None {
            text.push_str("-- validators, where they are not installed yet\n");
        }
        for system in &project.codes {
            text.push_str(&format!(
                "-- code list {system}, where it is not loaded yet\n"
            ));
        }
    }
    text
}

/// The selected ids; warnings are reported.
pub(super) fn selected(
    resolved: &Resolved,
    arguments: &RunArguments,
    reporter: &Reporter,
) -> Result<BTreeSet<UniqueId>, Problems> {
    let selection = Selection {
        select: arguments.select.clone(),
        exclude: arguments.exclude.clone(),
        resource_types: arguments.resource_type.clone(),
    };
    let (selected, diagnostics) = select(resolved, &selection);
    passed(selected, diagnostics, reporter)
}

/// What the warehouse holds in the schemas that the project writes to.
pub(super) async fn state(
    client: &Client,
    resolved: &Resolved,
) -> Result<WarehouseState, Problems> {
    let schemas: BTreeSet<&String> = resolved
        .rendered
        .relations
        .values()
        .map(|relation| &relation.schema)
        .collect();
    let schemas: Vec<String> = schemas.into_iter().cloned().collect();
    db::state::read(client, &schemas)
        .await
        .map_err(|error| vec![error])
}

fn plan(
    resolved: Resolved,
    state: &WarehouseState,
    selected: &BTreeSet<UniqueId>,
    work: &Work,
    reporter: &Reporter,
) -> Result<(Analysed, Plan), Problems> {
    let wanted = resolved
        .project()
        .nodes
        .values()
        .filter(|node| selected.contains(&node.id))
        .filter(|node| {
            if node.is_test() {
                work.tests
            } else {
                work.models || work.seeds
            }
        })
        .map(|node| node.id.clone())
        .collect();
    let (analysed, mut diagnostics) = analyse(resolved, state, &wanted);
    let (plan, found) = plan::plan(&analysed, state, selected, work);
    diagnostics.extend(found);
    for compiled in analysed.compiled.values() {
        for message in &compiled.messages {
            reporter.line(message);
        }
    }
    passed((analysed, plan), diagnostics, reporter)
}

/// The value, unless there are errors; warnings are reported.
pub(super) fn passed<Value>(
    value: Value,
    diagnostics: Vec<Diagnostic>,
    reporter: &Reporter,
) -> Result<Value, Problems> {
    if has_errors(&diagnostics) {
        return Err(diagnostics);
    }
    reporter.diagnostics(&diagnostics);
    Ok(value)
}

/// Columns before the brackets of a line.
const LINE_WIDTH: usize = 80;

/// `3 of 41 OK created sql table model marts.kpi_… [SELECT 20 in 0.08s]`
fn line(position: usize, total: usize, step: &Step, result: &StepResult) -> String {
    let name = &step.label;
    let is_test = matches!(step.action, Action::Test(_));
    let outcome = &result.outcome;
    let what = match (outcome.status, &step.action) {
        (Status::Skipped, Action::Test(_)) => format!("SKIP test {name}"),
        (Status::Skipped, _) => format!("SKIP relation {name}"),
        (Status::Success, Action::Test(_)) => format!("PASS {name}"),
        (Status::Warn | Status::Fail, Action::Test(_)) => format!("{} {name}", outcome.message),
        (Status::Error, Action::Test(_)) => format!("ERROR {name}"),
        (Status::Error, Action::Land(_)) => format!("ERROR landing source {name}"),
        (Status::Error, Action::Seed { .. }) => format!("ERROR loading seed file {name}"),
        (Status::Error | Status::Fail, _) => format!("ERROR creating {} {name}", step.description),
        (Status::Warn, _) => format!("WARN landed source {name}"),
        (Status::Success, Action::Land(_)) => format!("OK landed source {name}"),
        (Status::Success, Action::Seed { .. }) => format!("OK loaded seed file {name}"),
        (Status::Success, Action::Statements(_)) => {
            format!("OK created {} {name}", step.description)
        }
    };
    let tag = if is_test && outcome.status == Status::Success {
        "PASS"
    } else {
        &outcome.message
    };
    let start = format!("{position} of {total} {what} ");
    let dots = ".".repeat(LINE_WIDTH.saturating_sub(start.chars().count()));
    if outcome.status == Status::Skipped {
        return format!("{start}{dots} [SKIP]");
    }
    format!("{start}{dots} [{tag} in {}]", seconds(result.elapsed))
}

fn seconds(elapsed: Duration) -> String {
    format!("{:.2}s", elapsed.as_secs_f64())
}

fn json_line(step: &Step, result: &StepResult) -> serde_json::Value {
    let status = match result.outcome.status {
        Status::Success => "success",
        Status::Warn => "warn",
        Status::Fail => "fail",
        Status::Error => "error",
        Status::Skipped => "skipped",
    };
    json!({
        "unique_id": step.id.as_str(),
        "status": status,
        "message": result.outcome.message,
        "rows": result.outcome.rows,
        "seconds": result.elapsed.as_secs_f64(),
    })
}

fn summary(report: &RunReport, reporter: &Reporter) {
    let counts = [
        ("PASS", report.count(Status::Success)),
        ("WARN", report.count(Status::Warn)),
        (
            "ERROR",
            report.count(Status::Error) + report.count(Status::Fail),
        ),
        ("SKIP", report.count(Status::Skipped)),
        ("TOTAL", report.results.len()),
    ];
    if reporter.is_json() {
        let summary = json!({
            "summary": counts.iter().map(|(name, count)| (name.to_ascii_lowercase(), *count)).collect::<std::collections::BTreeMap<_, _>>(),
            "seconds": report.elapsed.as_secs_f64(),
        });
        reporter.data(&format!("{summary}\n"));
        return;
    }
    let counts: Vec<String> = counts
        .iter()
        .map(|(name, count)| format!("{name}={count}"))
        .collect();
    reporter.line(&format!(
        "\nFinished in {}.\nDone. {}",
        seconds(report.elapsed),
        counts.join(" ")
    ));
}
