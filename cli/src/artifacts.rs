//! The only writer of artifacts: compiled and run SQL, and run_results.json below the target path.

pub(crate) mod partial;
pub(crate) mod run_results;
mod trees;

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Read, Seek, Write};
use std::path::Path;
use std::sync::Arc;

use hcw_core::analyse::{Analysed, Compiled};
use hcw_core::diagnostic::{Code, Diagnostic};
use hcw_core::graph::Resolved;
use hcw_core::manifest::{Manifest, Progress};
use hcw_core::materialize::Materialization;
use hcw_core::plan::{Action, Plan, StepKind};
use hcw_core::project::{Node, PROJECT_FILE, Project, UniqueId, UnitTest};
use rayon::prelude::*;
use serde_json::Value as Json;

pub(crate) use trees::Trees;

use crate::execute::{Status, StepResult};
use crate::session::Session;

/// The manifest's file.
const MANIFEST: &str = "manifest.json";
/// The file of what the semantic layer reads.
const SEMANTIC_MANIFEST: &str = "semantic_manifest.json";

/// Folder of compiled SQL below the target path.
pub(crate) const COMPILED: &str = "compiled";

/// Where a node's SQL goes below `compiled/` or `run/`.
pub(crate) fn compiled_path(node: &Node) -> String {
    node.compiled_path()
}

/// The manifest of the project as it is, for comparisons.
pub(crate) fn manifest(session: &Session, resolved: &Resolved) -> Result<Json, Diagnostic> {
    let now = jiff::Timestamp::now().to_string();
    let manifest = Manifest {
        resolved,
        progress: None,
        generated_at: &now,
        target_path: &session.project_file.target_path,
        project_dir: &session.project_dir.to_string_lossy(),
    };
    let mut text = Vec::new();
    let unreadable = |error: String| {
        Diagnostic::error(
            Code::FileUnreadable,
            format!("the manifest cannot be read: {error}"),
        )
    };
    manifest
        .write(&mut text)
        .map_err(|error| unreadable(error.to_string()))?;
    serde_json::from_slice(&text).map_err(|error| unreadable(error.to_string()))
}

/// Writes `manifest.json` and `semantic_manifest.json`, with what is compiled and built so far.
pub(crate) fn write_manifest(
    session: &Session,
    resolved: &Resolved,
    progress: Option<&Progress<'_>>,
) -> Result<(), Diagnostic> {
    if !session.flags.write_json {
        return Ok(());
    }
    let target_path = session.target_path();
    let now = jiff::Timestamp::now().to_string();
    let manifest = Manifest {
        resolved,
        progress,
        generated_at: &now,
        target_path: &session.project_file.target_path,
        project_dir: &session.project_dir.to_string_lossy(),
    };
    make_folder(session)?;
    write_with(&target_path.join(MANIFEST), |writer| manifest.write(writer))?;
    write_with(&target_path.join(SEMANTIC_MANIFEST), |writer| {
        manifest.write_semantic(writer)
    })
}

/// Makes the folder of artifacts.
pub(crate) fn make_folder(session: &Session) -> Result<(), Diagnostic> {
    let folder = session.target_path();
    fs::create_dir_all(&folder).map_err(|error| unwritable(&folder, &error))
}

/// How far a run has come.
pub(crate) fn progress<'run>(
    analysed: &'run Analysed,
    plan: &'run Plan,
    results: &'run [Arc<StepResult>],
) -> Progress<'run> {
    let mut progress = Progress::of_compiled(&analysed.compiled);
    progress.left_out.extend(unasked(analysed, plan));
    for result in results {
        let step = &plan.steps[result.position];
        let outcome = &result.outcome;
        // as in dbt the batches of a microbatch model are compiled, not the model itself
        if outcome.status == Status::Skipped || outcome.batches.is_some() {
            progress.left_out.insert(&step.id);
            continue;
        }
        let late = outcome.late.as_ref();
        if let Some(late) = late {
            progress.late.insert(&step.id, &late.compiled);
        }
        let has_statement = late.is_none_or(|late| late.main.is_some());
        if has_statement && !matches!(step.action, Action::Fail(_)) {
            progress.built.insert(&step.id);
        }
        match &step.action {
            Action::Build { macros, .. } => progress.macros.insert(&step.id, macros),
            Action::Test(test) => progress.macros.insert(&step.id, &test.macros),
            _ => None,
        };
    }
    progress
}

/// What was compiled and is no part of the run: nodes of other kinds, and ephemeral models that nothing in it reads.
fn unasked<'run>(analysed: &'run Analysed, plan: &'run Plan) -> Vec<&'run UniqueId> {
    let runs_models = plan.steps.iter().any(|step| step.kind == StepKind::Model);
    let steps: BTreeSet<&UniqueId> = plan.steps.iter().map(|step| &step.id).collect();
    let read: BTreeSet<&UniqueId> = steps
        .iter()
        .filter_map(|id| analysed.compiled.get(*id))
        .flat_map(|compiled| &compiled.expressions)
        .map(|(id, _)| id)
        .collect();
    let is_asked = |id: &UniqueId, compiled: &Compiled| {
        let is_ephemeral = compiled.materialization == Some(Materialization::Ephemeral);
        steps.contains(id) || is_ephemeral && (runs_models || read.contains(id))
    };
    let compiled = analysed.compiled.iter();
    compiled
        .filter(|(id, compiled)| !is_asked(id, compiled))
        .map(|(id, _)| id)
        .collect()
}

/// Writes the compiled SQL of all nodes, save those whose turn never came and those whose files are written.
pub(crate) fn write_compiled(
    session: &Session,
    analysed: &Analysed,
    progress: &Progress<'_>,
    written: &BTreeSet<UniqueId>,
) -> Result<(), Diagnostic> {
    let target = session.target_path();
    let nodes = &analysed.resolved.project().nodes;
    let left: Vec<_> = analysed
        .compiled
        .iter()
        .filter(|(id, _)| !progress.left_out.contains(id) && !written.contains(*id))
        .collect();
    left.into_par_iter()
        .try_for_each(|(id, compiled)| trees::write_node(&target, analysed, &nodes[id], compiled))
}

/// Writes the texts of steps that were compiled when their turn came.
fn write_late(
    session: &Session,
    analysed: &Analysed,
    plan: &Plan,
    results: &[Arc<StepResult>],
) -> Result<(), Diagnostic> {
    let target = session.target_path();
    for result in results {
        let step = &plan.steps[result.position];
        let project = analysed.resolved.project();
        let node = project.nodes.get(&step.id).map(compiled_path);
        let test = project.declared.unit_tests.get(&step.id);
        let published = |text| analysed.resolved.shadow.published(text).into_owned();
        if let (Some(batches), Some(node)) = (&result.outcome.batches, project.nodes.get(&step.id))
        {
            for text in &batches.texts {
                let path = node.batch_path(&text.name);
                let compiled = target.join(COMPILED).join(&path);
                write(&compiled, published(&text.sql).as_bytes())?;
                if let Some(main) = &text.main {
                    write(&target.join("run").join(&path), published(main).as_bytes())?;
                }
            }
            continue;
        }
        let path = node.or_else(|| test.map(UnitTest::compiled_path));
        if let (Some(late), Some(path)) = (&result.outcome.late, path) {
            write(
                &target.join(COMPILED).join(&path),
                published(&late.compiled.sql).as_bytes(),
            )?;
            if let Some(main) = &late.main {
                write(&target.join("run").join(&path), published(main).as_bytes())?;
            }
            for (id, sql) in test.iter().flat_map(|_| &late.compiled.expressions) {
                let path = test.and_then(|test| input_path(project, test, id));
                if let Some(path) = path {
                    write(&target.join(COMPILED).join(path), published(sql).as_bytes())?;
                }
            }
        }
    }
    Ok(())
}

/// Where the rows of a unit test's input go: as in dbt it has the name and the package of what it stands for.
fn input_path(project: &Project, test: &UnitTest, id: &UniqueId) -> Option<String> {
    let node = project
        .nodes
        .get(id)
        .map(|node| (&node.package, &node.name));
    let table = || {
        project
            .sources
            .get(id)
            .map(|table| (&table.package, &table.name))
    };
    let (package, name) = node.or_else(table)?;
    Some(test.fixture_path(package, name))
}

/// Writes what the templates of hooks gave; an empty one leaves no file.
pub(crate) fn write_hooks(session: &Session, progress: &Progress<'_>) -> Result<(), Diagnostic> {
    let folder = session.target_path().join(COMPILED);
    for (id, sql) in &progress.hooks {
        let mut parts = id.as_str().splitn(3, '.').skip(1);
        if let (Some(package), Some(name)) = (parts.next(), parts.next())
            && !sql.is_empty()
        {
            let path = format!("{package}/{PROJECT_FILE}/hooks/{name}.sql");
            write(&folder.join(path), sql.as_bytes())?;
        }
    }
    Ok(())
}

/// Writes the statements that built each node below `run/`, save those whose files are written.
fn write_run(
    session: &Session,
    analysed: &Analysed,
    plan: &Plan,
    progress: &Progress<'_>,
    written: &BTreeSet<UniqueId>,
) -> Result<(), Diagnostic> {
    let target = session.target_path();
    let left = |id: &UniqueId| !progress.left_out.contains(id) && !written.contains(id);
    for step in plan.steps.iter().filter(|step| left(&step.id)) {
        if let Some(node) = analysed.resolved.project().nodes.get(&step.id) {
            trees::write_step(&target, analysed, node, step)?;
        }
    }
    Ok(())
}

/// Writes a file with the folders above it.
pub(crate) fn write(path: &Path, content: &[u8]) -> Result<(), Diagnostic> {
    let replaced = match (replace(path, content), path.parent()) {
        (Err(error), Some(folder)) if error.kind() == io::ErrorKind::NotFound => {
            fs::create_dir_all(folder).and_then(|()| replace(path, content))
        }
        (result, _) => result,
    };
    replaced.map_err(|error| unwritable(path, &error))
}

/// Gives a file its content; one that has it already is left alone.
fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let length = u64::try_from(content.len()).unwrap_or(u64::MAX);
    let present = match File::open(path) {
        Ok(mut file) => {
            let present = file.metadata()?.len();
            if present == length {
                let mut text = vec![0; content.len()];
                if file.read_exact(&mut text).is_ok() && text == content {
                    return Ok(());
                }
            }
            present
        }
        // one that cannot be read may be written
        Err(_) => fs::metadata(path).map_or(0, |facts| facts.len()),
    };
    let mut file = open(path)?;
    file.write_all(content)?;
    if present > length {
        file.set_len(length)?;
    }
    Ok(())
}

/// Writes a file piece by piece.
fn write_with(
    path: &Path,
    content: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
) -> Result<(), Diagnostic> {
    let written = open(path).and_then(|file| {
        let mut writer = BufWriter::with_capacity(1 << 18, file);
        content(&mut writer)?;
        writer.flush()?;
        let length = writer.stream_position()?;
        writer.get_ref().set_len(length)
    });
    written.map_err(|error| unwritable(path, &error))
}

/// Opens a file to write it anew. It is cut to its length when it is complete: some filesystems wait for the disk
/// when a file is emptied first.
fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false).open(path)
}

fn unwritable(path: &Path, error: &io::Error) -> Diagnostic {
    Diagnostic::error(
        Code::FileUnwritable,
        format!("cannot write `{}`: {error}", path.display()),
    )
    .help("check the folder's permissions and the space on the disk")
}
