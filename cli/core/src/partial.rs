//! Partial parsing as values: what an earlier parse was made of and what it said, and whether it would say the
//! same now. Parsing is pure, so that equal inputs are the whole proof; no input is left out of the key.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::dependencies::{DEPENDENCIES_FILE, PACKAGES_FILE};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::graph::Resolved;
use crate::project::PROJECT_FILE;
use crate::settings::Settings;
use crate::source::{Location, SourceTree};

/// The form of records; another one is not read.
const FORM: u32 = 1;

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
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    form: u32,
    key: String,
    /// The environment variables that templates asked for, with a digest of each that was set.
    environment: BTreeMap<String, Option<String>>,
    warnings: Vec<Warning>,
    /// What the verb tells at its end.
    pub nodes: usize,
    /// How many source tables there are.
    pub sources: usize,
}

/// A warning with its places by path and offset.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Warning {
    code: String,
    message: String,
    at: Option<Place>,
    label: Option<String>,
    related: Vec<(String, Place)>,
    notes: Vec<String>,
    help: Option<String>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Place {
    path: String,
    start: usize,
    end: usize,
}

/// The digest of everything that a parse reads: files, settings, and `edge`, what the caller adds (its own version, and
/// where artifacts go). Of the environment only what project files may read: the rest is noted while templates run.
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
        add(&file.text);
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
    let bytes = digest.finalize();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
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
            environment,
            warnings,
            nodes: project.nodes.len(),
            sources: project.sources.len(),
        })
    }

    /// The warnings of the parse, when parsing now would give the same result.
    pub fn warnings(
        &self,
        key: &str,
        tree: &SourceTree,
        settings: &Settings,
    ) -> Option<Vec<Diagnostic>> {
        let asked = self.environment.keys().cloned().collect();
        let is_same =
            self.form == FORM && self.key == key && self.environment == digests(settings, &asked);
        let warnings = self.warnings.iter().filter(|_| is_same);
        let read: Option<Vec<Diagnostic>> = warnings.map(|warning| warning.read(tree)).collect();
        read.filter(|_| is_same)
    }
}

fn digests(settings: &Settings, names: &BTreeSet<String>) -> BTreeMap<String, Option<String>> {
    let value = |name: &String| settings.environment.get(name).map(|value| digest_of(value));
    names
        .iter()
        .map(|name| (name.clone(), value(name)))
        .collect()
}

impl Warning {
    fn of(diagnostic: &Diagnostic) -> Warning {
        let related = diagnostic.related.iter();
        Warning {
            code: diagnostic.code.as_str().to_owned(),
            message: diagnostic.message.clone(),
            at: diagnostic.location.as_ref().map(Place::of),
            label: diagnostic.label.clone(),
            related: related
                .map(|(word, location)| (word.clone(), Place::of(location)))
                .collect(),
            notes: diagnostic.notes.clone(),
            help: diagnostic.help.clone(),
        }
    }

    fn read(&self, tree: &SourceTree) -> Option<Diagnostic> {
        let code = Code::ALL.iter().find(|code| code.as_str() == self.code)?;
        let location = match &self.at {
            Some(place) => Some(place.read(tree)?),
            None => None,
        };
        let related: Option<Vec<_>> = self
            .related
            .iter()
            .map(|(word, place)| Some((word.clone(), place.read(tree)?)))
            .collect();
        Some(Diagnostic {
            code: *code,
            severity: Severity::Warning,
            event: None,
            message: self.message.clone(),
            location,
            label: self.label.clone(),
            related: related?,
            notes: self.notes.clone(),
            help: self.help.clone(),
        })
    }
}

impl Place {
    fn of(location: &Location) -> Place {
        Place {
            path: location.file.path.to_string(),
            start: location.range.start,
            end: location.range.end,
        }
    }

    fn read(&self, tree: &SourceTree) -> Option<Location> {
        Some(tree.get(&self.path)?.at(self.start..self.end))
    }
}
