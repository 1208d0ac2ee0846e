//! Sidecars' entries about models, seeds and snapshots (those of templates) of other packages: as in dbt they count as
//! if they stood there, and their tests stay with the package of the sidecar.

use std::collections::BTreeMap;

use super::{Binder, fully_qualified_name, snapshots};
use crate::jinja::YamlRenderer;
use crate::jinja::scan;
use crate::project::Package;
use crate::project::properties::{Patch, PatchKind, Properties};
use crate::source::{SourceFile, SourceTree};

/// By package, the files of models, of seeds and of snapshots, by the names of these.
type Holders<'run> = BTreeMap<&'run str, [BTreeMap<&'run str, &'run SourceFile>; 3]>;
/// The renderer of a package's YAML.
type RendererOf<'run, 'engine> = &'run dyn Fn(&Package) -> YamlRenderer<'engine>;

/// Moves entries to the package that has their resource, where their own has none of that name, or has it disabled.
pub(in crate::project) fn hand_over(
    tree: &SourceTree,
    binder: &Binder<'_>,
    renderer: RendererOf<'_, '_>,
    properties: &mut BTreeMap<String, Vec<Properties>>,
) {
    let packages = binder.packages;
    if packages.iter().nth(1).is_none() {
        return;
    }
    let holders: Holders<'_> = packages
        .iter()
        .map(|package| (package.name(), holders(tree, package)))
        .collect();
    let mut moved: Vec<(&str, Patch)> = Vec::new();
    for package in packages.iter() {
        let name = package.name();
        for sidecar in properties.get_mut(name).into_iter().flatten() {
            let (elsewhere, here) = std::mem::take(&mut sidecar.patches)
                .into_iter()
                .map(|patch| (owner(&holders, package, &patch, binder, renderer), patch))
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

/// The other package that has the resource of an entry, where its own package has none that is enabled.
fn owner<'run>(
    holders: &Holders<'run>,
    package: &Package,
    patch: &Patch,
    binder: &Binder<'_>,
    renderer: RendererOf<'_, '_>,
) -> Option<&'run str> {
    let kind = match patch.kind {
        PatchKind::Model => 0,
        PatchKind::Seed => 1,
        PatchKind::Snapshot if patch.relation.is_none() => 2,
        _ => return None,
    };
    let is_own = |name: &str| name == package.name();
    let mut others = holders.iter().filter(|(name, _)| !is_own(name));
    let (other, _) = others.find(|(_, of)| of[kind].contains_key(patch.name.as_str()))?;
    let own = holders.get(package.name());
    let own = own.and_then(|of| of[kind].get(patch.name.as_str()));
    let is_meant = patch.versions.is_empty()
        && own.is_none_or(|file| !is_enabled(binder, (package, renderer), kind, file, &patch.name));
    is_meant.then_some(*other)
}

/// Whether project files leave the resource of a file enabled.
fn is_enabled(
    binder: &Binder<'_>,
    (package, renderer): (&Package, RendererOf<'_, '_>),
    kind: usize,
    file: &SourceFile,
    name: &str,
) -> bool {
    let (kind, roots) = match kind {
        0 => ("models", &package.file.model_paths),
        1 => ("seeds", &package.file.seed_paths),
        _ => ("snapshots", &package.file.snapshot_paths),
    };
    let name = match kind {
        "snapshots" => snapshots::fully_qualified_name(package, file, name),
        _ => fully_qualified_name(package.name(), file, roots, name),
    };
    binder.leaves_enabled((package, &renderer(package)), kind, &name)
}

fn holders<'tree>(
    tree: &'tree SourceTree,
    package: &Package,
) -> [BTreeMap<&'tree str, &'tree SourceFile>; 3] {
    let file = &package.file;
    [
        package
            .files(tree, &file.model_paths, &["sql", "py"])
            .map(|file| (file.stem(), file))
            .collect(),
        package
            .files(tree, &file.seed_paths, &["csv"])
            .map(|file| (file.stem(), file))
            .collect(),
        package
            .files(tree, &file.snapshot_paths, &["sql"])
            .flat_map(|file| {
                let (blocks, _) = scan::blocks(&file.text, &["snapshot"]);
                let names = blocks.into_iter().map(|block| block.open.arguments);
                names.map(move |name| (file.text[name].trim(), file))
            })
            .collect(),
    ]
}
