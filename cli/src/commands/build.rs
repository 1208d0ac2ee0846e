//! `build`, `run`, `test`, `seed` and `load`: plan, then execute, a line when a step starts and when it ends.

mod ahead;
pub(super) mod hooks;
mod lines;
mod seeds;
mod summary;

pub(super) use ahead::{Begun, Planned, built, deferred, planned, state, wanted};
pub(super) use lines::messages;
pub(super) use summary::{found, nothing_to_do, stat_line, tell_found};

use std::collections::BTreeSet;
use std::sync::Arc;

use hcw_core::diagnostic::{Code, Diagnostic, Severity};
use hcw_core::operation::{self, HookTime};
use hcw_core::plan::{self, Plan, Work};
use hcw_core::project::UniqueId;
use hcw_core::settings::Publish;
use hcw_core::skip::Verdict;
use tokio_postgres::Client;

use crate::args::{Flags, Verb};
use crate::artifacts::{Trees, run_results};
use crate::execute::hooks::HookReport;
use crate::execute::{self, Control, Opening, Run, StepResult, Watcher};
use crate::report::{Event, Reporter};
use crate::selection::selected;
use crate::session::{Beginning, Problems, Session};
use crate::{artifacts, exit_code};

/// Plans and executes.
///
/// **Errors**: everything that stops the run before its first step.
pub(crate) async fn run(
    beginning: Beginning,
    arguments: &Flags,
    work: &Work,
    reporter: &Reporter,
) -> Result<u8, Problems> {
    let publish = beginning.known().settings.publish;
    if arguments.switch("hold") && publish != Publish::Atomic {
        let way = publish.as_str();
        return Err(vec![
            Diagnostic::error(
                Code::Usage,
                format!("--hold holds nothing back when {way} publishes"),
            )
            .help("leave it out, or say --publish=atomic"),
        ]);
    }
    if arguments.switch("hold") && arguments.switch("prune") {
        return Err(vec![
            Diagnostic::error(Code::Usage, "--prune drops nothing when --hold holds the run back")
                .help("`hcw publish`, then `hcw build --prune`: what is done is left, and what no node is for is dropped"),
        ]);
    }
    let control = Control::open(beginning.known()).await;
    let session = &beginning.read()?;
    let resolved = session.resolve(reporter)?;
    let selected = selected(session, &resolved, arguments, reporter)?;
    let in_run = selected
        .iter()
        .filter(|id| plan::is_for(&resolved, id, work));
    resolved.note_selected(in_run);
    let built = built(&resolved, &selected, work);
    let mut begun = Begun::reading(session, &resolved, &built);
    let connection = session.connection().await?;
    let (mut control, early) = control.client(session, &connection).await?;
    begun.early = early;
    if !arguments.dry_run {
        let schemas = resolved.schemas();
        let has_waited = execute::lock(&control, &schemas, &session.run_name(), reporter)
            .await
            .map_err(|error| vec![error])?;
        let migrates = work.land && super::migrate::is_due(session, &resolved, &control).await?;
        if migrates {
            super::migrate::apply(session, &connection, reporter).await?;
        }
        begun.early = begun.early.filter(|_| !has_waited && !migrates);
    }
    // a comment that cannot be is told before anything runs
    let _voice = session.voice(&resolved, "master", reporter)?;
    let mut started = HookReport::default();
    // as in dbt, clones are made without the project's hooks
    let has_hooks = arguments.verb != Verb::Clone && plan::has_work(&resolved, &selected, work);
    if !arguments.dry_run {
        summary::found(&resolved, reporter);
    }
    if !arguments.dry_run && has_hooks {
        // hooks write to schemas that their project is the first to use
        let schemas = match operation::hooks(&resolved, HookTime::Start).is_empty() {
            true => BTreeSet::new(),
            false => {
                // they can change what nodes depend on
                begun.early = None;
                plan::schemas_of(&resolved, &selected, work)
            }
        };
        execute::create_schemas(&control, &schemas)
            .await
            .map_err(|error| vec![error])?;
        let client = (control, &connection);
        (control, started) =
            hooks::run(session, &resolved, HookTime::Start, &[], client, reporter).await?;
        if let Some(problem) = started.stopped.take() {
            return Err(vec![*problem]);
        }
    }
    let application_name = session.run_name();
    let count = match arguments.dry_run {
        true => 0,
        false => {
            let looks_after = usize::from(session.settings.publish == Publish::Atomic);
            session.settings.target.threads.min(selected.len()) + looks_after
        }
    };
    let mut opening = Opening::new(&connection, &application_name, count);
    let state = state(&control, &resolved, work.models).await?;
    let resolved = deferred(session, resolved, &state, &selected, &built, reporter)?;
    let asked = (&selected, &built, work);
    let mut run_ahead = planned(
        session,
        (&control, begun),
        resolved,
        state.clone(),
        asked,
        reporter,
    )
    .await?;
    if !arguments.dry_run && (work.models || work.tests) && has_hooks {
        let plan = &run_ahead.plan;
        let is_changed = super::validators::keep_installed(session, plan, &mut control, reporter)
            .await?
            | super::load_codes::keep_loaded(session, &mut control, reporter).await?;
        if is_changed {
            // what calls them is compared with what they are now
            let resolved = run_ahead.analysed.resolved;
            run_ahead = planned(
                session,
                (&control, Begun::default()),
                resolved,
                state,
                asked,
                reporter,
            )
            .await?;
        }
    }
    let Planned {
        analysed,
        plan,
        recorder,
        drifts,
    } = run_ahead;
    for (id, compiled) in &analysed.compiled {
        let verdict = analysed.decisions.verdicts.get(id);
        if !matches!(verdict, Some(Verdict::Reuse { .. })) {
            lines::messages(&compiled.messages, reporter);
        }
    }
    for drift in &drifts {
        reporter.line(&format!("drift: {}", drift.finding));
    }
    if arguments.switch("explain_skip") {
        lines::explain(&analysed, &plan, reporter);
    }
    if arguments.dry_run {
        reporter.data(&format!(
            "{}{}",
            before_steps(session, work, &plan),
            plan::print(&plan)
        ));
        return Ok(exit_code::SUCCESS);
    }
    if plan.steps.is_empty() && plan.declared.is_empty() {
        reporter.warn(&summary::nothing_to_do(), Code::SelectorEmpty)?;
    } else {
        let target = &session.settings.target;
        reporter.event(&Event::formatting(""));
        reporter.event(&summary::concurrency(target.threads, &target.name));
        reporter.event(&Event::formatting(""));
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
        is_held: started.has_failed()
            && arguments.project_switch("skip_nodes_if_on_run_start_fails", true),
        publishes_later: arguments.switch("hold"),
        application_name,
        recorder,
    };
    artifacts::make_folder(session).map_err(|error| vec![error])?;
    let lines = lines::Lines::new(run.plan.clone(), run.analysed.clone(), reporter);
    let resolved = &run.analysed.resolved;
    let ends_with_hooks = has_hooks && !operation::hooks(resolved, HookTime::End).is_empty();
    let ran_hooks = ends_with_hooks || !started.results.is_empty();
    let trees = Trees::new(session, &run.plan, &run.analysed, !ran_hooks);
    let mut watcher = Watchers {
        lines: &lines,
        trees: &trees,
    };
    // hooks may have changed their session
    let is_untouched = started.results.is_empty();
    let own = (control, is_untouched);
    let ended = execute::execute(&run, own, &mut opening, reporter, &mut watcher).await;
    lines.finish();
    let written = trees.finish();
    let (report, control) = ended?;
    written.map_err(|error| vec![error])?;
    reporter.diagnostics(report.problem.as_slice());
    if report.is_held {
        let shadow = &run.analysed.resolved.shadow;
        execute::held::tell(shadow, report.is_audited, reporter);
    }
    if arguments.switch("prune") && !report.is_held && !report.has_failed() {
        prune(&run, &selected, &control, reporter).await?;
    }
    let mut results = run_results::of_run(&run.plan, &run.analysed, &report);
    let declared = run_results::of_declared(&run.analysed, &run.plan.declared, &results);
    lines::declared(&run, &declared, reporter);
    results.extend(declared.iter().cloned());
    let mut ended = HookReport::default();
    if ends_with_hooks {
        let told = if run.is_held { &[] } else { results.as_slice() };
        let told = hooks::as_names(told, resolved);
        let names = execute::hooks::end_names(resolved, &run.plan, &report, told);
        let client = (control, &run.connection);
        (_, ended) = hooks::run(session, resolved, HookTime::End, &names, client, reporter).await?;
    }
    if ran_hooks {
        let mut progress = artifacts::progress(&run.analysed, &run.plan, &report.results);
        progress.hooks = started.texts().chain(ended.texts()).collect();
        artifacts::write_hooks(session, &progress)
            .and_then(|()| artifacts::write_manifest(session, resolved, Some(&progress)))
            .map_err(|error| vec![error])?;
    }
    let all: Vec<_> = hooks::entries(&started)
        .chain(results)
        .chain(hooks::entries(&ended))
        .collect();
    let write = match report.is_held {
        true => run_results::write_held,
        false => run_results::write,
    };
    write(session, all, report.elapsed).map_err(|error| vec![error])?;
    if arguments.switch("show") {
        seeds::show(&run.plan, &run.analysed, &report, reporter);
    }
    if let Some(problem) = ended.stopped.take() {
        return Err(vec![*problem]);
    }
    summary::summary(&run, (&report, &declared), &[&started, &ended], reporter);
    // the process ends: nobody needs the memory
    std::mem::forget((run.analysed.clone(), run.plan.clone()));
    Ok(
        if report.has_failed() || started.has_failed() || ended.has_failed() {
            exit_code::FAILURE
        } else {
            exit_code::SUCCESS
        },
    )
}

/// Who is told of steps: the lines that the user sees, and the files of what was built.
struct Watchers<'run> {
    lines: &'run lines::Lines,
    trees: &'run Trees,
}

impl Watcher for Watchers<'_> {
    fn started(&mut self, position: usize) {
        self.lines.started(position);
    }

    fn ended(&mut self, result: &Arc<StepResult>) {
        self.trees.ended(result);
        self.lines.ended(result);
    }

    fn all_ended(&mut self, results: &[Arc<StepResult>]) {
        self.trees.all_ended(results);
    }
}

/// Drops what was built and no node is for, as far as it may be.
async fn prune(
    run: &Run,
    selected: &BTreeSet<UniqueId>,
    control: &Client,
    reporter: &Reporter,
) -> Result<(), Problems> {
    let one = |problem: Diagnostic| vec![problem];
    let Some(recorder) = &run.recorder else {
        return Ok(());
    };
    let orphans = recorder.orphans(control, &run.analysed, selected).await;
    for orphan in orphans.map_err(one)? {
        if orphan.is_awaited || !orphan.is_selected {
            continue;
        }
        match recorder.prune(control, &orphan).await {
            Ok(()) => reporter.line(&format!("dropped {}", orphan.relation)),
            Err(problem) if problem.severity == Severity::Warning => {
                reporter.diagnostics(&[problem]);
            }
            Err(problem) => return Err(vec![problem]),
        }
    }
    Ok(())
}

/// What a run keeps up to date before its first step, as comments for `--dry-run`.
fn before_steps(session: &Session, work: &Work, plan: &Plan) -> String {
    let project = &session.project_file;
    let mut text = String::new();
    if work.land {
        text.push_str(&format!(
            "-- migrations that are not applied yet: {}/\n",
            project.migration_path
        ));
    }
    if work.models || work.tests {
        if super::validators::wanted(project, plan).is_some() {
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
