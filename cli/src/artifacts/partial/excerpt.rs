//! What an excerpt of the project makes of artifacts.

use hcw_core::diagnostic::has_errors;
use hcw_core::graph::Resolved;
use hcw_core::manifest::{self, Manifest, Progress, Splice};
use hcw_core::partial::Excerpt;
use hcw_core::source::SourceTree;

use crate::session::Session;

/// Names by which templates ask for the project as a whole.
const OF_ALL: [&str; 2] = ["graph", "selected_resources"];

/// An excerpt as it is parsed; `None` where something is wrong with what it is read for: a whole parse tells that.
pub(super) fn parsed(session: &Session, excerpt: &Excerpt) -> Option<Resolved> {
    let (resolved, found) = session.parse_excerpt(excerpt).ok()?;
    let is_good = !has_errors(&found) && !found.iter().any(|problem| excerpt.is_about(problem));
    is_good.then_some(resolved)
}

/// What the bytes of a manifest are to be replaced by.
pub(super) fn splices(
    session: &Session,
    excerpt: &Excerpt,
    resolved: &Resolved,
    progress: &Progress<'_>,
    manifest: &[u8],
) -> Option<Vec<Splice>> {
    let part = Manifest {
        resolved,
        progress: Some(progress),
        generated_at: "",
        target_path: &session.project_file.target_path,
        project_dir: &session.project_dir.to_string_lossy(),
    };
    manifest::replaced(manifest, &part, &excerpt.wanted, &excerpt.before)
}

/// Whether a template may ask for the project as a whole.
pub(super) fn asks_of_all(tree: &SourceTree) -> bool {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    let asks = |text: &str| {
        OF_ALL.iter().any(|name| {
            let mut words = text.match_indices(name);
            words.any(|(at, _)| {
                let before = text[..at].chars().next_back();
                let after = text[at + name.len()..].chars().next();
                !before.is_some_and(is_part) && !after.is_some_and(is_part)
            })
        })
    };
    let mut files = tree.below("");
    files.any(|file| file.extension() != "md" && file.extension() != "csv" && asks(&file.text))
}
