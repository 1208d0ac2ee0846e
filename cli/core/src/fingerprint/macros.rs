//! The macros of the project and its packages that stand behind a node; hcw's own count by hcw's version.

use std::collections::{BTreeMap, BTreeSet};

use super::digest;
use crate::project::Project;

/// Prefixes of implementations that a dispatching macro finds.
const IMPLEMENTATIONS: [&str; 2] = ["default__", "postgres__"];

/// Macros that only name relations: what they do shows in the names.
const NAMING: [&str; 3] = [
    "generate_schema_name",
    "generate_alias_name",
    "generate_database_name",
];

/// A macro that is not hcw's own.
#[derive(Debug)]
pub(super) struct OwnMacro {
    /// Its text, with every run of blanks as one space.
    pub(super) text: String,
    calls: Vec<String>,
}

/// The macros of a project by id.
#[derive(Debug)]
pub(super) struct Macros<'project> {
    project: &'project Project,
    own: BTreeMap<String, OwnMacro>,
    /// What hcw's own macros call instead of hcw's own.
    overrides: String,
}

impl<'project> Macros<'project> {
    pub(super) fn of(project: &'project Project) -> Macros<'project> {
        let engine = &project.engine;
        let mut own = BTreeMap::new();
        let mut built_in = BTreeSet::new();
        for definition in engine.macros() {
            if definition.is_built_in() {
                built_in.insert(bare(&definition.name));
            }
        }
        let mut overriding = Vec::new();
        for definition in engine.macros() {
            if definition.is_built_in() {
                continue;
            }
            let text = &definition.file.text[definition.range.clone()];
            let found = OwnMacro {
                text: text.split_whitespace().collect::<Vec<_>>().join(" "),
                calls: engine
                    .called_macros(definition)
                    .iter()
                    .map(|called| called.unique_id())
                    .collect(),
            };
            let name = bare(&definition.name);
            let overrides = built_in.contains(name) && !NAMING.contains(&name);
            if overrides
                && !definition.name.starts_with("materialization_")
                && !definition.name.starts_with("test_")
            {
                overriding.push(definition.unique_id());
            }
            own.insert(definition.unique_id(), found);
        }
        let mut macros = Macros {
            project,
            own,
            overrides: String::new(),
        };
        let texts: Vec<&str> = macros
            .with_called(overriding)
            .iter()
            .map(|one| one.text.as_str())
            .collect();
        if !texts.is_empty() {
            macros.overrides = digest(&texts.join("\u{1f}"));
        }
        macros
    }

    /// The macros that a text of a package calls, and all that those call.
    pub(super) fn called_in(&self, package: &str, text: &str) -> Vec<&OwnMacro> {
        self.with_called(self.project.engine.called_in(package, text))
    }

    /// What stands behind a materialization beside hcw's own macros; nothing where they stand alone.
    pub(super) fn making(&self, materialization: &str) -> String {
        let engine = &self.project.engine;
        let definition = engine
            .materialization(materialization)
            .map(|found| found.unique_id());
        let called = self.with_called(definition.into_iter().collect());
        if called.is_empty() {
            return self.overrides.clone();
        }
        let texts: Vec<&str> = called.iter().map(|one| one.text.as_str()).collect();
        format!("{}{}", self.overrides, digest(&texts.join("\u{1f}")))
    }

    fn with_called(&self, ids: Vec<String>) -> Vec<&OwnMacro> {
        let mut found = BTreeMap::new();
        let mut stack = ids;
        while let Some(id) = stack.pop() {
            let Some((id, definition)) = self.own.get_key_value(&id) else {
                continue;
            };
            if found.insert(id, definition).is_none() {
                stack.extend(definition.calls.iter().cloned());
            }
        }
        found.into_values().collect()
    }
}

/// A macro's name without the prefix of an implementation.
fn bare(name: &str) -> &str {
    let mut prefixes = IMPLEMENTATIONS.iter();
    prefixes
        .find_map(|prefix| name.strip_prefix(prefix))
        .unwrap_or(name)
}
