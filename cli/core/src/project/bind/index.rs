//! The sidecars' entries by the resource they describe; models with versions become an entry for each.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Code, Diagnostic};
use crate::project::config;
use crate::project::properties::{Patch, PatchKind, Properties, VersionDeclaration};
use crate::project::version::Version;
use crate::source::SourceFile;

/// An entry, and the version of the model that it describes.
#[derive(Debug)]
pub(super) struct BoundPatch {
    pub(super) patch: Patch,
    pub(super) version: Option<Version>,
}

/// Entries by kind and by the name of the resource's file, or of its block.
pub(super) struct Index {
    patches: BTreeMap<(&'static str, String), BoundPatch>,
}

impl Index {
    /// Takes the entries out of sidecars; two for one resource are an error.
    pub(super) fn new(
        properties: &mut [Properties],
        model_files: &[&SourceFile],
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Index {
        let stems: BTreeSet<&str> = model_files.iter().map(|file| file.stem()).collect();
        let mut index = Index {
            patches: BTreeMap::new(),
        };
        let patches = properties
            .iter_mut()
            .flat_map(|properties| std::mem::take(&mut properties.patches));
        for patch in patches {
            if patch.versions.is_empty() {
                let name = patch.name.clone();
                let bound = BoundPatch {
                    patch,
                    version: None,
                };
                index.insert(name, bound, diagnostics);
                continue;
            }
            for (stem, bound) in versions(&patch, &stems, diagnostics) {
                index.insert(stem, bound, diagnostics);
            }
        }
        index
    }

    fn insert(&mut self, name: String, bound: BoundPatch, diagnostics: &mut Vec<Diagnostic>) {
        let key = (bound.patch.kind.noun(), name);
        if let Some(first) = self.patches.get(&key) {
            diagnostics.push(
                Diagnostic::error(
                    Code::DuplicateName,
                    format!("the {} `{}` has properties in two places", key.0, key.1),
                )
                .at(bound.patch.location)
                .related("first here", first.patch.location.clone())
                .help("join the two entries"),
            );
            return;
        }
        self.patches.insert(key, bound);
    }

    /// The entry for a resource.
    pub(super) fn take(&mut self, kind: PatchKind, name: &str) -> Option<BoundPatch> {
        self.patches.remove(&(kind.noun(), name.to_owned()))
    }

    /// The entries of snapshots that name their relation: they need no file.
    pub(super) fn take_yaml_snapshots(&mut self) -> Vec<BoundPatch> {
        let names: Vec<(&'static str, String)> = self
            .patches
            .iter()
            .filter(|(_, bound)| bound.patch.relation.is_some())
            .map(|(key, _)| key.clone())
            .collect();
        names
            .into_iter()
            .filter_map(|key| self.patches.remove(&key))
            .collect()
    }

    /// The entries that describe nothing of their kind, with the name of the file that each wants.
    pub(super) fn left(self) -> impl Iterator<Item = (String, BoundPatch)> {
        let patches = self.patches.into_iter();
        patches.map(|((_, name), bound)| (name, bound))
    }
}

/// An entry for each version, by the name of the version's file.
fn versions(
    patch: &Patch,
    stems: &BTreeSet<&str>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<(String, BoundPatch)> {
    let latest = match &patch.latest_version {
        Some(latest) => {
            let listed = patch.versions.iter().map(|entry| &entry.version);
            if !listed.clone().any(|version| version == latest) {
                let all: Vec<String> = listed.map(ToString::to_string).collect();
                diagnostics.push(
                    Diagnostic::error(
                        Code::ConfigInvalid,
                        format!(
                            "`latest_version: {latest}` of the model `{}` is none of its versions",
                            patch.name
                        ),
                    )
                    .at(patch.location.clone())
                    .help(format!("its versions are {}", all.join(", "))),
                );
            }
            Some(latest)
        }
        None => Version::highest(patch.versions.iter().map(|entry| &entry.version)),
    }
    .cloned();
    let mut seen: Vec<&Version> = Vec::new();
    let mut bound = Vec::new();
    for entry in &patch.versions {
        if seen.contains(&&entry.version) {
            diagnostics.push(
                Diagnostic::error(
                    Code::DuplicateName,
                    format!(
                        "the model `{}` has version {} twice",
                        patch.name, entry.version
                    ),
                )
                .at(entry.location.clone()),
            );
            continue;
        }
        seen.push(&entry.version);
        let usual = entry
            .defined_in
            .clone()
            .unwrap_or_else(|| format!("{}_v{}", patch.name, entry.version));
        let is_latest = Some(&entry.version) == latest.as_ref();
        let stem = if !stems.contains(usual.as_str())
            && is_latest
            && stems.contains(patch.name.as_str())
        {
            patch.name.clone()
        } else {
            usual
        };
        let version = entry.version.clone();
        let patch = of_version(patch, entry, latest.clone());
        bound.push((
            stem,
            BoundPatch {
                patch,
                version: Some(version),
            },
        ));
    }
    bound
}

/// What the model's entry says of one version.
fn of_version(patch: &Patch, entry: &VersionDeclaration, latest: Option<Version>) -> Patch {
    let mut of_version = patch.clone();
    of_version.versions = Vec::new();
    of_version.latest_version = latest;
    of_version.location = entry.location.clone();
    if !entry.description.text.is_empty() {
        of_version.description = entry.description.clone();
    }
    config::accumulate(&mut of_version.config, &entry.config);
    for (key, value) in &entry.unrendered {
        of_version.unrendered.insert(key.clone(), value.clone());
    }
    of_version
        .columns
        .retain(|column| entry.choice.has(&column.name));
    for column in &entry.columns {
        match of_version
            .columns
            .iter_mut()
            .find(|present| present.name == column.name)
        {
            Some(present) => *present = column.clone(),
            None => of_version.columns.push(column.clone()),
        }
    }
    if !entry.constraints.is_empty() {
        of_version.constraints.clone_from(&entry.constraints);
    }
    of_version
        .deprecation_date
        .clone_from(&entry.deprecation_date);
    let is_of_column =
        |test: &crate::project::properties::TestDeclaration| test.of_column.is_some();
    of_version.tests.retain(|test| match &test.of_column {
        Some(column) => entry.choice.has(column),
        None => entry.tests.is_none(),
    });
    let (of_columns, of_model): (Vec<_>, Vec<_>) = std::mem::take(&mut of_version.tests)
        .into_iter()
        .partition(is_of_column);
    of_version.tests = of_columns;
    of_version.tests.extend(entry.column_tests.iter().cloned());
    of_version
        .tests
        .extend(entry.tests.clone().unwrap_or(of_model));
    of_version
}
