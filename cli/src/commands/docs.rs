//! `docs generate`: catalog.json, with the compiled manifest and a page to read them on beside it.

mod page;
mod serve;

pub(crate) use serve::serve;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use hcw_core::artifact::{ArtifactKind, CatalogArtifact};
use hcw_core::diagnostic::{Code, Diagnostic};
use hcw_core::graph::Resolved;
use hcw_core::operation::{self, Catalog};
use hcw_core::project::UniqueId;
use hcw_core::warehouse::Warehouse;
use walkdir::WalkDir;

use super::{build, compile};
use crate::args::{Flags, LogLevel};
use crate::artifacts::{self, run_results};
use crate::db::live::LiveWarehouse;
use crate::exit_code;
use crate::report::{Event, Reporter};
use crate::selection::{artifact, selected};
use crate::session::{Problems, Session};

/// Compiles, unless that is not wanted, and describes the relations that exist.
///
/// **Errors**: what is wrong with the project; what the database refuses is an error of the catalogue instead.
pub(crate) async fn generate(
    session: &Session,
    flags: &Flags,
    reporter: &Reporter,
) -> Result<u8, Problems> {
    let resolved = session.resolve(reporter)?;
    build::found(&resolved, reporter);
    let compiles = flags.switch("compile");
    let (resolved, wanted) = if compiles {
        let selected = selected(session, &resolved, flags, reporter)?;
        resolved.note_selected(selected.iter());
        let compiled = compile::compiled(session, resolved, &selected, flags, reporter).await?;
        (compiled.analysed.resolved, selected)
    } else {
        let project = resolved.project();
        let all = project.nodes.keys().chain(project.sources.keys());
        let all = all.cloned().collect();
        (resolved, all)
    };
    copy_assets(session).map_err(|error| vec![error])?;
    let (catalog, problem) = if flags.switch("empty_catalog") {
        (Catalog::default(), None)
    } else {
        let building = Event::new(
            "BuildingCatalog",
            "E044",
            LogLevel::Info,
            "Building catalog",
        );
        reporter.event(&building);
        match ask(session, &resolved, &wanted, reporter).await? {
            Ok(catalog) => (catalog, None),
            Err(problem) => (Catalog::default(), Some(*problem)),
        }
    };
    let artifact = CatalogArtifact {
        metadata: run_results::head(session, ArtifactKind::Catalog),
        nodes: catalog.nodes,
        sources: catalog.sources,
        errors: problem
            .as_ref()
            .map(|problem| vec![run_results::told(problem)]),
    };
    let path = session.target_path().join("catalog.json");
    run_results::write_json(&path, &artifact).map_err(|error| vec![error])?;
    if let Some(problem) = problem {
        reporter.diagnostics(&[problem]);
        let message = "dbt encountered 1 failure while writing the catalog";
        let event = Event::new("WriteCatalogFailure", "E042", LogLevel::Error, message);
        reporter.event(&event.with("num_exceptions", 1));
        return Ok(exit_code::FAILURE);
    }
    let message = format!("Catalog written to {}", path.display());
    let event = Event::new("CatalogWritten", "E043", LogLevel::Info, message);
    reporter.event(&event.with("path", path.display().to_string()));
    write_pages(session, flags).map_err(|error| vec![error])?;
    Ok(exit_code::SUCCESS)
}

/// Writes the page beside the artifacts, and with `--static` one that has them in itself.
fn write_pages(session: &Session, flags: &Flags) -> Result<(), Diagnostic> {
    let folder = session.target_path();
    artifacts::write(&folder.join("index.html"), page::PAGE.as_bytes())?;
    if flags.switch("static") {
        let read = |name: &str| artifact(&folder.join(name)).map(Option::unwrap_or_default);
        let page = page::with_artifacts(&read("manifest.json")?, &read("catalog.json")?);
        artifacts::write(&folder.join("static_index.html"), page.as_bytes())?;
    }
    Ok(())
}

async fn ask(
    session: &Session,
    resolved: &Resolved,
    wanted: &BTreeSet<UniqueId>,
    reporter: &Reporter,
) -> Result<Result<Catalog, Box<Diagnostic>>, Problems> {
    let connection = session.connection().await?;
    let client = session.connect(&connection).await?;
    let voice = session.voice(resolved, "generate_catalog", reporter)?;
    let warehouse: Arc<dyn Warehouse> = Arc::new(LiveWarehouse::new(client, voice));
    Ok(tokio::task::block_in_place(|| {
        operation::catalog(resolved, wanted, &warehouse)
    }))
}

/// Copies the folders of `asset-paths` into the target folder; one that does not exist is left out.
fn copy_assets(session: &Session) -> Result<(), Diagnostic> {
    for folder in &session.project_file.asset_paths {
        let from = session.project_dir.join(folder);
        let to = session.target_path().join(folder);
        let unwritable = |why: String| {
            Diagnostic::error(
                Code::FileUnwritable,
                format!("cannot copy `{folder}` to `{}`: {why}", to.display()),
            )
            .help("check the folder's permissions and the space on the disk")
        };
        if is_within(&session.target_path(), &from) {
            return Err(unwritable("the target folder is in it".to_owned()));
        }
        for entry in WalkDir::new(&from).into_iter().filter_map(Result::ok) {
            let Ok(path) = entry.path().strip_prefix(&from) else {
                continue;
            };
            let to = to.join(path);
            let copied = if entry.file_type().is_dir() {
                std::fs::create_dir_all(&to)
            } else {
                std::fs::copy(entry.path(), &to).map(|_| ())
            };
            copied.map_err(|error| unwritable(error.to_string()))?;
        }
    }
    Ok(())
}

fn is_within(inner: &Path, outer: &Path) -> bool {
    inner.starts_with(outer)
}
