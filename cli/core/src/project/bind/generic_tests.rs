//! Generic tests: what sidecars apply to models, seeds, snapshots and source tables.

use serde_json::Value as Json;

use super::{Binder, Current, fully_qualified_name};
use crate::diagnostic::{Code, Diagnostic};
use crate::project::config;
use crate::project::generic_test;
use crate::project::properties::TestDeclaration;
use crate::project::resource::Attachment;
use crate::source::SourceFile;

impl Binder<'_> {
    pub(super) fn add_generic_test(
        &mut self,
        current: &mut Current<'_, '_>,
        file: &SourceFile,
        test: TestDeclaration,
        attached_to: Attachment,
    ) {
        let package = current.package.name().to_owned();
        // as in dbt, the folder that the sidecar stands in does not count, whatever it is for
        let path = file.path_in_package();
        let roots = path
            .split_once('/')
            .map_or_else(Vec::new, |(root, _)| vec![root.to_owned()]);
        let name = generic_test::name(&test, &attached_to);
        let fully_qualified_name = fully_qualified_name(&package, file, &roots, &name.full);
        let configured = self.project_config(current, "data_tests", &fully_qualified_name);
        let mut merged = configured.own;
        config::merge(&mut merged, &test.config);
        let mut made_alias = None;
        if name.short != name.full && !merged.contains_key("alias") {
            made_alias = Some(name.short.clone());
            merged.insert("alias".to_owned(), Json::String(name.short.clone()));
        }
        let is_left_test = !test.enabled_by_model && config::is_enabled(&merged);
        if !test.enabled_by_model {
            merged.insert("enabled".to_owned(), Json::Bool(false));
        }
        let mut node = generic_test::node(
            file,
            &package,
            test,
            attached_to,
            name,
            fully_qualified_name,
            merged,
        );
        node.root_config = configured.root;
        node.properties.made_alias = made_alias;
        node.properties.is_left_test = is_left_test;
        node.properties.unrendered_root_config = configured.unrendered_root;
        let mut unrendered = configured.unrendered;
        unrendered.append(&mut node.properties.unrendered_config);
        node.properties.unrendered_config = unrendered;
        if self.nodes.contains_key(&node.id) {
            let location = node.patched_at.clone().unwrap_or_else(|| file.at(0..0));
            current.diagnostics.push(
                Diagnostic::error(
                    Code::DuplicateName,
                    format!("the test `{}` is applied twice", node.name),
                )
                .at(location)
                .help("remove one, or give it a `name`"),
            );
            return;
        }
        self.nodes.insert(node.id.clone(), node);
    }
}
