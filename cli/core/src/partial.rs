//! Partial parsing as values: what an earlier parse was made of and what it said, and whether it would say the
//! same now. Parsing is pure, so that equal inputs are the whole proof; no input is left out of the key and the
//! digests of files. What an edited file leaves as it was is `edit.rs`'s to say.

mod edit;
mod excerpt;
mod items;
mod warning;

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::dependencies::{DEPENDENCIES_FILE, PACKAGES_FILE};
pub use edit::Edit;
pub(crate) use edit::is_same_code;
use excerpt::KnownItem;
pub use excerpt::{Excerpt, Wanted};
use warning::Warning;

use crate::diagnostic::Diagnostic;
use crate::graph::Resolved;
use crate::project::{Node, PROJECT_FILE};
use crate::settings::Settings;
use crate::source::{SourceFile, SourceTree};

/// The form of records; another one is not read.
const FORM: u32 = 4;

/// Flags that say how the project is parsed, and not what it is: they count where a template may ask for them.
const HOW: [&str; 3] = [
    "INVOCATION_COMMAND",
    "PARTIAL_PARSE",
    "PARTIAL_PARSE_FILE_PATH",
];
/// What a file has that asks for one of them.
const NAMES_OF_HOW: [&str; 4] = [
    "INVOCATION_",
    "invocation_",
    "PARTIAL_PARSE",
    "partial_parse",
];

/// The files whose templates are rendered before those of nodes: what they ask for is not noted.
const READ_EARLY: [&str; 3] = [PROJECT_FILE, PACKAGES_FILE, DEPENDENCIES_FILE];

/// What a parse is remembered by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    form: u32,
    key: String,
    /// The files by path.
    files: BTreeMap<String, Known>,
    /// The environment variables that templates asked for, with a digest of each that was set.
    environment: BTreeMap<String, Option<String>>,
    warnings: Vec<Warning>,
    /// Whether the manifest has its nodes in the order of their ids.
    is_sorted: bool,
    /// What the verb tells at its end.
    pub nodes: usize,
    /// How many source tables there are.
    pub sources: usize,
}

/// A file of a parse.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Known {
    digest: String,
    /// The node of which it is the template, when that never reads its own text.
    #[serde(skip_serializing_if = "Option::is_none")]
    node: Option<String>,
    /// The nodes of which it is the template, disabled ones too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    holds: Vec<String>,
    /// A sidecar's entries, where they can be told apart, and a digest of what stands around them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    items: Option<Vec<KnownItem>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    around: Option<String>,
}

/// What a record has to say of a parse now.
#[derive(Debug)]
pub struct Recalled {
    /// The warnings.
    pub warnings: Vec<Diagnostic>,
    /// The templates that have another text; the manifest shows it, and may be the same but for that.
    pub edits: Vec<Edit>,
}

/// The digest of everything that a parse reads beside the texts of files: settings, and `edge`, what the caller adds
/// (its own version, and where artifacts go). Of the environment only what project files may read: the rest is noted
/// while templates run.
pub fn key(tree: &SourceTree, settings: &Settings, edge: &[&str]) -> String {
    let mut digest = Sha256::new();
    let mut add = |part: &str| {
        digest.update(part.len().to_le_bytes());
        digest.update(part);
    };
    add(env!("CARGO_PKG_VERSION"));
    edge.iter().for_each(|part| add(part));
    add(&serde_json::Value::Object(settings.vars.clone()).to_string());
    let tells_how = tree
        .below("")
        .any(|file| NAMES_OF_HOW.iter().any(|name| file.text.contains(name)));
    for (name, value) in &settings.flags {
        if tells_how || !HOW.contains(&name.as_str()) {
            add(name);
            add(&value.to_string());
        }
    }
    // a password shows as `***` there
    add(&format!("{:?}", settings.target));
    add(&format!(
        "{} {} {} {}",
        settings.full_refresh,
        settings.store_failures,
        settings.publish.as_str(),
        settings.verb
    ));
    let mut reads_environment = false;
    for file in tree.below("") {
        add(&file.path);
        let name = file.path.rsplit('/').next().unwrap_or_default();
        reads_environment |= READ_EARLY.contains(&name) && file.text.contains("env_var");
    }
    tree.packages().iter().for_each(|folder| add(folder));
    for (name, value) in &settings.environment {
        if reads_environment || is_metadata(name) {
            add(name);
            add(value);
        }
    }
    hexadecimal(digest)
}

/// Whether an environment variable is repeated in artifacts.
fn is_metadata(name: &str) -> bool {
    name.contains("_ENV_CUSTOM_ENV_")
}

fn hexadecimal(digest: Sha256) -> String {
    base16ct::lower::encode_string(&digest.finalize())
}

/// The digest of each file, in the order of their paths.
fn file_digests(tree: &SourceTree) -> Vec<(&SourceFile, String)> {
    let files: Vec<&SourceFile> = tree.below("").collect();
    files
        .into_par_iter()
        .map(|file| (file, digest_of(&file.whole_text())))
        .collect()
}

fn digest_of(value: &str) -> String {
    hexadecimal(Sha256::new_with_prefix(value))
}

impl Record {
    /// What to remember of a parse; nothing where its result depends on the time or on the run, or a warning is about
    /// a text that is no file of the project.
    pub fn of(
        key: String,
        tree: &SourceTree,
        resolved: &Resolved,
        diagnostics: &[Diagnostic],
    ) -> Option<Record> {
        let project = resolved.project();
        let asked = project.shared.asked();
        if asked.is_of_this_run {
            return None;
        }
        let settings = project.settings();
        let environment = digests(settings, &asked.environment);
        let warnings: Vec<Warning> = diagnostics.iter().map(Warning::of).collect();
        let read: Option<Vec<Diagnostic>> =
            warnings.iter().map(|warning| warning.read(tree)).collect();
        if read.as_deref() != Some(diagnostics) {
            return None;
        }
        Some(Record {
            form: FORM,
            key,
            files: edit::known(tree, resolved),
            environment,
            warnings,
            is_sorted: !project.disabled.values().any(Node::is_left_test),
            nodes: project.nodes.len(),
            sources: project.sources.len(),
        })
    }

    /// The part of the project that tells what has become of what was edited since; `None` where that is not certain.
    pub fn excerpt(&self, key: &str, tree: &SourceTree, settings: &Settings) -> Option<Excerpt> {
        let changed = self.changed(key, tree, settings)?;
        if changed.is_empty() || !self.is_sorted {
            return None;
        }
        let is_warned_of = |path: &&str| self.warnings.iter().any(|warning| warning.is_about(path));
        if changed.iter().any(is_warned_of) {
            return None;
        }
        excerpt::excerpt(&self.files, tree, &changed)
    }

    /// The files that have another text; `None` where something else has changed.
    fn changed<'tree>(
        &self,
        key: &str,
        tree: &'tree SourceTree,
        settings: &Settings,
    ) -> Option<Vec<&'tree str>> {
        let asked = self.environment.keys().cloned().collect();
        let is_same =
            self.form == FORM && self.key == key && self.environment == digests(settings, &asked);
        let files = file_digests(tree);
        if !is_same || files.len() != self.files.len() {
            return None;
        }
        let mut changed = Vec::new();
        for (file, digest) in files {
            if self.files.get(&*file.path)?.digest != digest {
                changed.push(&*file.path);
            }
        }
        Some(changed)
    }

    /// The record of a project of which an excerpt was parsed; `None` where that depends on the time or on the run.
    pub fn after(
        mut self,
        excerpt: &Excerpt,
        tree: &SourceTree,
        part: &Resolved,
    ) -> Option<Record> {
        let project = part.project();
        let asked = project.shared.asked();
        if asked.is_of_this_run {
            return None;
        }
        self.environment
            .extend(digests(project.settings(), &asked.environment));
        let wanted = project
            .nodes
            .values()
            .filter(|node| excerpt.wanted.has(node));
        self.nodes = (self.nodes + wanted.count()).checked_sub(excerpt.before.len())?;
        excerpt::renew(&mut self.files, excerpt, tree, part)?;
        Some(self)
    }

    /// The warnings of the parse, of the files as they are now.
    pub fn warnings(&self, tree: &SourceTree) -> Option<Vec<Diagnostic>> {
        let warnings = self.warnings.iter();
        warnings.map(|warning| warning.read(tree)).collect()
    }

    /// What parsing now would give, when that is the same or differs by nothing but edits. The record is then of the
    /// files as they are.
    pub fn recall(
        &mut self,
        key: &str,
        tree: &SourceTree,
        settings: &Settings,
    ) -> Option<Recalled> {
        let asked = self.environment.keys().cloned().collect();
        if self.form != FORM || self.key != key || self.environment != digests(settings, &asked) {
            return None;
        }
        let edits = edit::edits(&mut self.files, tree, &self.warnings)?;
        Some(Recalled {
            warnings: self.warnings(tree)?,
            edits,
        })
    }
}

fn digests(settings: &Settings, names: &BTreeSet<String>) -> BTreeMap<String, Option<String>> {
    let value = |name: &String| settings.environment.get(name).map(|value| digest_of(value));
    names
        .iter()
        .map(|name| (name.clone(), value(name)))
        .collect()
}
