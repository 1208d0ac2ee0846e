//! Sidecars' entries about models and seeds of other packages: as in dbt they count as if they stood there, and their
//! tests stay with the package of the sidecar.

use std::collections::{BTreeMap, BTreeSet};

use crate::project::properties::{Patch, PatchKind, Properties};
use crate::project::{Package, Packages};
use crate::source::SourceTree;

/// Names of files by package, for models and for seeds.
type Stems<'run> = BTreeMap<&'run str, [BTreeSet<&'run str>; 2]>;

/// Moves entries to the package that has their resource and no entry of that name's own is meant.
pub(in crate::project) fn hand_over(
    tree: &SourceTree,
    packages: &Packages,
    properties: &mut BTreeMap<String, Vec<Properties>>,
) {
    if packages.iter().nth(1).is_none() {
        return;
    }
    let stems: Stems<'_> = packages
        .iter()
        .map(|package| (package.name(), stems(tree, package)))
        .collect();
    let mut moved: Vec<(&str, Patch)> = Vec::new();
    for package in packages.iter() {
        let name = package.name();
        for sidecar in properties.get_mut(name).into_iter().flatten() {
            let (elsewhere, here) = std::mem::take(&mut sidecar.patches)
                .into_iter()
                .map(|patch| (owner(&stems, name, &patch), patch))
                .partition::<Vec<_>, _>(|(owner, _)| owner.is_some());
            sidecar.patches = here.into_iter().map(|(_, patch)| patch).collect();
            for (owner, mut patch) in elsewhere {
                let Some(owner) = owner else { continue };
                patch.package = Some(name.to_owned());
                let tests = std::mem::take(&mut patch.tests);
                if !tests.is_empty() {
                    let of_tests = Patch {
                        tests,
                        ..patch.clone()
                    };
                    sidecar.tests_elsewhere.push(of_tests);
                }
                moved.push((owner, patch));
            }
        }
    }
    for (owner, patch) in moved {
        if let Some(first) = properties.get_mut(owner) {
            let mut of_package = Properties::new(&patch.file);
            of_package.patches.push(patch);
            first.push(of_package);
        }
    }
}

/// The other package that has the resource of an entry, where its own package has none.
fn owner<'run>(stems: &Stems<'run>, package: &str, patch: &Patch) -> Option<&'run str> {
    let kind = match patch.kind {
        PatchKind::Model => 0,
        PatchKind::Seed => 1,
        _ => return None,
    };
    let has = |of: &[BTreeSet<&str>; 2]| of[kind].contains(patch.name.as_str());
    if !patch.versions.is_empty() || stems.get(package).is_some_and(has) {
        return None;
    }
    let mut others = stems.iter().filter(|(_, of)| has(of));
    others.next().map(|(name, _)| *name)
}

fn stems<'tree>(tree: &'tree SourceTree, package: &Package) -> [BTreeSet<&'tree str>; 2] {
    let file = &package.file;
    [
        package
            .files(tree, &file.model_paths, &["sql", "py"])
            .map(|file| file.stem())
            .collect(),
        package
            .files(tree, &file.seed_paths, &["csv"])
            .map(|file| file.stem())
            .collect(),
    ]
}
