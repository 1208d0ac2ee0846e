//! What the semantic layer makes of a column, as its sidecar says beside it: `dimension:` and `entity:`.

use super::semantics::value;
use crate::diagnostic::Diagnostic;
use crate::jinja::YamlRenderer;
use crate::project::semantic_model::{
    ColumnDimension, ColumnEntity, DescribedDimension, DescribedEntity,
};
use crate::source::SourceFile;
use crate::yaml::Node;

/// The column that is read.
pub(super) struct ColumnSemantics<'run> {
    pub(super) file: &'run SourceFile,
    pub(super) what: &'run str,
    pub(super) column: &'run str,
    pub(super) description: &'run str,
    pub(super) renderer: &'run YamlRenderer<'run>,
}

impl ColumnSemantics<'_> {
    /// What is grouped by it; a misfit is reported.
    pub(super) fn dimension(
        &self,
        node: Option<&Node>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<ColumnDimension> {
        let node = &self.rendered(node, diagnostics)?;
        let what = format!("`dimension` of {}", self.what);
        if node.as_mapping().is_none() {
            let kind = value(self.file, &what, Some(node), diagnostics).ok()??;
            return Some(ColumnDimension::Kind(kind));
        }
        let mut dimension: DescribedDimension =
            value(self.file, &what, Some(node), diagnostics).ok()??;
        self.fill(&mut dimension.name, &mut dimension.description);
        Some(ColumnDimension::Described(dimension))
    }

    /// The join key that it is; a misfit is reported.
    pub(super) fn entity(
        &self,
        node: Option<&Node>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<ColumnEntity> {
        let node = &self.rendered(node, diagnostics)?;
        let what = format!("`entity` of {}", self.what);
        if node.as_mapping().is_none() {
            let kind = value(self.file, &what, Some(node), diagnostics).ok()??;
            return Some(ColumnEntity::Kind(kind));
        }
        let mut entity: DescribedEntity =
            value(self.file, &what, Some(node), diagnostics).ok()??;
        self.fill(&mut entity.name, &mut entity.description);
        Some(ColumnEntity::Described(entity))
    }

    fn rendered(&self, node: Option<&Node>, diagnostics: &mut Vec<Diagnostic>) -> Option<Node> {
        let node = node.filter(|node| !node.is_null())?;
        let renderer = self.renderer;
        Some(renderer.render_semantics(self.file, node, diagnostics))
    }

    /// What is not written is the column's.
    fn fill(&self, name: &mut String, description: &mut String) {
        for (own, of_column) in [(name, self.column), (description, self.description)] {
            if own.is_empty() {
                of_column.clone_into(own);
            }
        }
    }
}
