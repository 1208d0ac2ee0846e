//! What the user selects, with the artifacts of an earlier run that selectors compare with.

use std::collections::BTreeSet;
use std::path::Path;

use hcw_core::diagnostic::{Code, Diagnostic, has_errors};
use hcw_core::graph::Resolved;
use hcw_core::project::UniqueId;
use hcw_core::select::{PreviousState, Selection, select};
use serde_json::Value as Json;

use crate::args::Flags;
use crate::artifacts::run_results::RUN_RESULTS;
use crate::report::Reporter;
use crate::session::{Problems, Session};

/// The selected ids; warnings are reported.
pub(crate) fn selected(
    session: &Session,
    resolved: &Resolved,
    flags: &Flags,
    reporter: &Reporter,
) -> Result<BTreeSet<UniqueId>, Problems> {
    let previous = previous_state(session, flags).map_err(|error| vec![error])?;
    let selection = Selection {
        select: flags.select.clone(),
        exclude: flags.exclude.clone(),
        selector: flags.selector.clone(),
        indirect: flags.indirect,
        resource_types: flags.resource_types.clone(),
        exclude_resource_types: flags.exclude_resource_types.clone(),
    };
    let (selected, diagnostics) = select(resolved, &selection, &previous);
    let diagnostics = reporter.warnings.apply(diagnostics);
    if has_errors(&diagnostics) {
        return Err(diagnostics);
    }
    reporter.diagnostics(&diagnostics);
    Ok(selected)
}

/// The artifacts of `--state`, as far as the folder has them.
fn previous_state(session: &Session, flags: &Flags) -> Result<PreviousState, Diagnostic> {
    let Some(folder) = &flags.state else {
        return Ok(PreviousState::default());
    };
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
