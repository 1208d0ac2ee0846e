//! Sidecars' entries that describe no resource of their kind: as in dbt they change nothing, and their tests
//! stay, for a resource of another kind that has the name.

use super::index::BoundPatch;
use super::{Binder, Current};
use crate::diagnostic::{Code, Diagnostic};
use crate::project::properties::{Patch, PatchKind};
use crate::project::resource::{Attachment, Node};
use crate::project::version::Version;

impl Binder<'_> {
    /// Warns of an entry that nothing took, and applies its tests.
    pub(super) fn add_misplaced(
        &mut self,
        current: &mut Current<'_, '_>,
        name: &str,
        bound: BoundPatch,
    ) {
        let BoundPatch { patch, version } = bound;
        let kind = patch.kind;
        let is_tested = matches!(
            kind,
            PatchKind::Model | PatchKind::Seed | PatchKind::Snapshot
        );
        let package = current.package.name();
        let namesake = is_tested.then(|| self.namesake(package, name)).flatten();
        current.diagnostics.push(match namesake {
            Some(node) => {
                let noun = node.kind.resource_type();
                let (right, wrong) = (format!("{noun}s"), kind.key());
                Diagnostic::warning(
                    Code::WrongPatchKind,
                    format!("`{name}` is a {noun}, and its properties stand below `{wrong}:`"),
                )
                .at(patch.location.clone())
                .related("the resource", node.file.at(0..0))
                .help(format!(
                    "move them below `{right}:`: only their tests count here"
                ))
            }
            None => {
                let others = self.nodes.values().map(|node| node.name.as_str());
                Diagnostic::warning(
                    Code::UnknownPatchTarget,
                    format!(
                        "properties for the {} `{name}`, which does not exist",
                        kind.noun()
                    ),
                )
                .at(patch.location.clone())
                .did_you_mean(name, others.filter(|other| *other != name))
            }
        });
        if !is_tested {
            return;
        }
        self.add_tests(current, patch, version);
    }

    /// Applies the tests of an entry to what its name means.
    pub(super) fn add_tests(
        &mut self,
        current: &mut Current<'_, '_>,
        patch: Patch,
        version: Option<Version>,
    ) {
        for mut test in patch.tests {
            test.version.clone_from(&version);
            test.file_key = format!("{}.{}", patch.kind.key(), patch.name);
            let attached_to = Attachment::Ref(patch.name.clone());
            self.add_generic_test(current, &patch.file, test, attached_to);
        }
    }

    /// What a `ref` of the name reads: of the package first, then of any other.
    fn namesake(&self, package: &str, name: &str) -> Option<&Node> {
        let own = self.built_names.get(&(package.to_owned(), name.to_owned()));
        let id = own.or_else(|| {
            let mut named = self.built_names.iter();
            named.find_map(|((_, known), id)| (known == name).then_some(id))
        })?;
        self.nodes.get(id).filter(|node| node.is_enabled())
    }
}
