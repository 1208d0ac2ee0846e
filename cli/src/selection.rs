//! What the user selects, with the artifacts of an earlier run that selectors compare with.

use std::collections::BTreeSet;
use std::path::Path;

use hcw_core::deferral::Deferral;
use hcw_core::diagnostic::{Code, Diagnostic};
use hcw_core::graph::Resolved;
use hcw_core::project::UniqueId;
use hcw_core::select::{PreviousState, Selection, select};
use serde_json::Value as Json;

use crate::args::{Flags, LogLevel, Verb};
use crate::artifacts;
use crate::artifacts::run_results::RUN_RESULTS;
use crate::report::{Event, Reporter};
use crate::session::{Problems, Session};

/// The selected ids; warnings are reported.
pub(crate) fn selected(
    session: &Session,
    resolved: &Resolved,
    flags: &Flags,
    reporter: &Reporter,
) -> Result<BTreeSet<UniqueId>, Problems> {
    if let Some(only) = &flags.only {
        let project = resolved.project();
        let known = project.nodes.keys().chain(project.sources.keys());
        return Ok(known
            .chain(project.declared.unit_tests.keys())
            .filter(|id| only.contains(id.as_str()))
            .cloned()
            .collect());
    }
    let mut previous = previous_state(session, flags).map_err(|error| vec![error])?;
    if previous.manifest.is_some() && compares_contents(flags) {
        let current = artifacts::manifest(session, resolved).map_err(|error| vec![error])?;
        previous.current_manifest = Some(current);
    }
    let selection = Selection {
        select: flags.select.clone(),
        exclude: flags.exclude.clone(),
        selector: flags.selector.clone(),
        indirect: flags.indirect,
        resource_types: flags.resource_types.clone(),
        exclude_resource_types: flags.exclude_resource_types.clone(),
    };
    let (selected, diagnostics) = select(resolved, &selection, &previous);
    reporter.admit(diagnostics)?;
    Ok(selected)
}

/// Whether a selector may ask what has changed since the manifest of `--state` was written.
fn compares_contents(flags: &Flags) -> bool {
    let written = flags.select.iter().chain(&flags.exclude);
    flags.selector.is_some() || written.into_iter().any(|text| text.contains("state:"))
}

/// The other environment that `--defer` reads and `clone` copies, from its manifest; `None` where neither is
/// asked for.
///
/// **Errors**: HCW0503 without a folder, or without a manifest in it.
pub(crate) fn deferral(
    session: &Session,
    resolved: &Resolved,
    flags: &Flags,
    reporter: &Reporter,
) -> Result<Option<Deferral>, Problems> {
    if !flags.switch("defer") && flags.verb != Verb::Clone {
        return Ok(None);
    }
    let missing = |message: String| {
        vec![
            Diagnostic::error(Code::StateMissing, message)
                .help("--state names the folder of the other environment's manifest.json"),
        ]
    };
    let given = flags.text("defer_state").or(flags.text("state"));
    let Some(given) = given else {
        return Err(missing(
            "--state or --defer-state are required for deferral, but neither was provided"
                .to_owned(),
        ));
    };
    let folder = session.project_dir.join(given);
    if folder == session.target_path() {
        let message = format!(
            "[WARNING]: The state and target directories are the same: '{given}'. What this run writes takes the place of what it compares with."
        );
        let event = Event::new("WarnStateTargetEqual", "I072", LogLevel::Warn, message);
        reporter.warn(&event.with("state_path", given), Code::StateMissing)?;
    }
    let manifest = artifact(&folder.join("manifest.json")).map_err(|error| vec![error])?;
    let Some(manifest) = manifest else {
        return Err(missing(format!(
            "Could not find manifest in --state path: \"{given}\""
        )));
    };
    Ok(Some(Deferral::of(&manifest, resolved.project())))
}

/// The artifacts of `--state`, as far as the folder has them.
fn previous_state(session: &Session, flags: &Flags) -> Result<PreviousState, Diagnostic> {
    let Some(folder) = &flags.state else {
        return Ok(PreviousState::default());
    };
    let folder = session.project_dir.join(folder);
    let target = session.target_path();
    Ok(PreviousState {
        manifest: artifact(&folder.join("manifest.json"))?,
        current_manifest: None,
        run_results: artifact(&folder.join(RUN_RESULTS))?,
        sources: artifact(&folder.join("sources.json"))?,
        current_sources: artifact(&target.join("sources.json"))?,
    })
}

/// An artifact of an earlier run; `None` when there is none.
///
/// **Errors**: HCW0002 for what cannot be read.
pub(crate) fn artifact(path: &Path) -> Result<Option<Json>, Diagnostic> {
    if !path.exists() {
        return Ok(None);
    }
    let unreadable = |why: String| {
        Diagnostic::error(
            Code::FileUnreadable,
            format!("cannot read `{}`: {why}", path.display()),
        )
        .help("write it anew: it is an artifact of a run")
    };
    let text = std::fs::read_to_string(path).map_err(|error| unreadable(error.to_string()))?;
    serde_json::from_str(&text)
        .map(Some)
        .map_err(|error| unreadable(error.to_string()))
}
