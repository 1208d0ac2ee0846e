//! Snapshots: blocks of files, and entries of sidecars that name their relation.

use super::index::Index;
use super::nodes::NewNode;
use super::{Binder, Current, path_below};
use crate::diagnostic::{Code, Diagnostic};
use crate::jinja::scan;
use crate::project::Package;
use crate::project::model_properties::NodeProperties;
use crate::project::properties::PatchKind;
use crate::project::reference::Reference;
use crate::project::resource::NodeKind;
use crate::project::unexpected_block;
use crate::source::SourceFile;

impl Binder<'_> {
    /// The `{% snapshot name %}` blocks of a file.
    pub(super) fn add_snapshot_blocks(
        &mut self,
        current: &mut Current<'_, '_>,
        file: &SourceFile,
        index: &mut Index,
    ) {
        let found = unexpected_block::deprecated(file, &unexpected_block::OF_SNAPSHOTS);
        current.diagnostics.extend(found);
        let (blocks, unclosed) = scan::blocks(&file.text, &["snapshot"]);
        if let Some(tag) = unclosed {
            current.diagnostics.push(
                Diagnostic::error(Code::TemplateSyntax, "a snapshot block is not closed")
                    .at(file.at(tag.range))
                    .help("add `{% endsnapshot %}`"),
            );
        }
        for block in blocks {
            let name = file.text[block.open.arguments.clone()].trim().to_owned();
            if name.is_empty() {
                current.diagnostics.push(
                    Diagnostic::error(Code::TemplateSyntax, "a snapshot block without a name")
                        .at(file.at(block.open.range.clone()))
                        .help("write `{% snapshot name %}`"),
                );
                continue;
            }
            let below = path_below(file, &current.package.file.snapshot_paths);
            let fully_qualified_name = fully_qualified_name(current.package, file, &name);
            let body = block.body();
            let properties = NodeProperties {
                shown_path: Some(below.to_owned()),
                block_text: Some(file.text[body.clone()].to_owned()),
                body_start: body.start,
                snapshot_template: Some(only(file, body)),
                ..NodeProperties::default()
            };
            let patch = index.take(PatchKind::Snapshot, &name);
            self.add_node(
                current,
                NewNode {
                    kind: NodeKind::Snapshot,
                    name,
                    file: file.clone(),
                    fully_qualified_name,
                    properties,
                },
                patch,
            );
        }
    }

    /// Snapshots that sidecars declare by `relation:`.
    pub(super) fn add_yaml_snapshots(&mut self, current: &mut Current<'_, '_>, index: &mut Index) {
        for bound in index.take_yaml_snapshots() {
            let Some((relation, location)) = bound.patch.relation.clone() else {
                continue;
            };
            if !matches!(
                Reference::parse(&relation),
                Some(Reference::Model(_) | Reference::Source(..))
            ) {
                current.diagnostics.push(
                    Diagnostic::error(
                        Code::ConfigInvalid,
                        format!(
                            "`relation` of the snapshot `{}` is no reference",
                            bound.patch.name
                        ),
                    )
                    .at(location)
                    .help(
                        "write `relation: ref('model')` or `relation: source('source', 'table')`",
                    ),
                );
                continue;
            }
            let text = format!("select * from {{{{ {relation} }}}}");
            let file = bound.patch.file.clone();
            let name = bound.patch.name.clone();
            let properties = NodeProperties {
                shown_path: Some(format!("{name}.sql")),
                block_text: Some(text.clone()),
                snapshot_template: Some(file.with_text(text)),
                ..NodeProperties::default()
            };
            let roots = &current.package.file.snapshot_paths;
            let mut fully_qualified_name =
                super::fully_qualified_name(current.package.name(), &file, roots, &name);
            // a sidecar beside models has the folders of the models
            if path_below(&file, roots) == file.path_in_package() {
                let roots = &current.package.file.model_paths;
                fully_qualified_name =
                    super::fully_qualified_name(current.package.name(), &file, roots, &name);
            }
            self.add_node(
                current,
                NewNode {
                    kind: NodeKind::Snapshot,
                    name,
                    file,
                    fully_qualified_name,
                    properties,
                },
                Some(bound),
            );
        }
    }
}

/// Package, folders, file and name of the snapshot of a block.
pub(super) fn fully_qualified_name(
    package: &Package,
    file: &SourceFile,
    name: &str,
) -> Vec<String> {
    let below = path_below(file, &package.file.snapshot_paths);
    let without_extension = below.rsplit_once('.').map_or(below, |(stem, _)| stem);
    std::iter::once(package.name())
        .chain(without_extension.split('/'))
        .chain(std::iter::once(name))
        .map(str::to_owned)
        .collect()
}

/// The file with everything but a range blanked out, so that places in it hold.
fn only(file: &SourceFile, range: std::ops::Range<usize>) -> SourceFile {
    let mut text: String = file.text[..range.start]
        .bytes()
        .map(|byte| if byte == b'\n' { '\n' } else { ' ' })
        .collect();
    text.push_str(&file.text[range]);
    file.with_text(text)
}
