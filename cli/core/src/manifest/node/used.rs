//! What a node uses: what it refers to, and the macros that its templates call.

use std::collections::BTreeSet;

use super::super::Manifest;
use super::extracted;
use crate::project::{
    Attachment, GenericTest, ModelReference, Node, NodeKind, Reference, UniqueId,
};

/// What a node uses, in the order of its use.
pub(in crate::manifest) struct Used {
    pub(in crate::manifest) refs: Vec<ModelReference>,
    pub(in crate::manifest) sources: Vec<[String; 2]>,
    /// Functions that it calls, each as its call's arguments.
    pub(in crate::manifest) functions: Vec<Vec<String>>,
    pub(in crate::manifest) macros: Vec<String>,
    pub(in crate::manifest) nodes: Vec<UniqueId>,
}

impl Used {
    pub(in crate::manifest) fn of(manifest: &Manifest<'_>, node: &Node) -> Used {
        let captured = manifest.resolved.rendered.captured.get(&node.id);
        let compiled = manifest
            .progress
            .and_then(|progress| progress.compiled(&node.id));
        let mut used = Used {
            refs: captured.map_or_else(Vec::new, |captured| {
                let own = captured
                    .own_references
                    .map_or(captured.refs.len(), |own| own.0);
                captured.refs[..own].to_vec()
            }),
            sources: captured.map_or_else(Vec::new, |captured| {
                let own = captured
                    .own_references
                    .map_or(captured.sources.len(), |own| own.1);
                captured.sources[..own]
                    .iter()
                    .map(|(source, table)| [source.clone(), table.clone()])
                    .collect()
            }),
            functions: captured.map_or_else(Vec::new, |captured| {
                let calls = captured.functions.iter();
                calls
                    .map(|(package, name)| package.iter().chain([name]).cloned().collect())
                    .collect()
            }),
            macros: captured.map_or_else(Vec::new, |captured| captured.macros.clone()),
            nodes: Vec::new(),
        };
        if used.sources.len() > 1
            && node.kind == NodeKind::Model
            && let Some(file) = node.template()
            && extracted::is_extracted(&file.text)
        {
            let mut known = BTreeSet::new();
            used.sources.retain(|source| known.insert(source.clone()));
        }
        // dbt reads the constraints of a version twice
        let times = if node.properties.version.is_some() {
            2
        } else {
            1
        };
        let foreign_keys = (0..times).flat_map(|_| crate::render::foreign_keys(node));
        for constraint in foreign_keys {
            match constraint.to.as_deref().and_then(Reference::parse) {
                Some(Reference::Model(model)) => used.refs.push(model),
                Some(Reference::Source(source, table)) => used.sources.push([source, table]),
                _ => {}
            }
        }
        if let NodeKind::GenericTest(test) = &node.kind {
            used.complete_test(manifest, node, test);
        }
        used.add_macros(compiled.into_iter().flat_map(|compiled| &compiled.macros));
        let run = manifest
            .progress
            .and_then(|progress| progress.macros.get(&node.id));
        used.add_macros(run.into_iter().copied().flatten());
        let sources = used
            .sources
            .iter()
            .filter_map(|[source, table]| manifest.source(&node.package, source, table).cloned());
        let refs = used
            .refs
            .iter()
            .filter_map(|model| manifest.target(&node.package, model).cloned());
        let names = &manifest.resolved.rendered.names;
        let functions = captured.into_iter().flat_map(|captured| {
            captured.functions.iter().filter_map(|(package, name)| {
                names
                    .find_function(&node.package, package.as_deref(), name)
                    .cloned()
            })
        });
        let mut nodes: Vec<UniqueId> = Vec::new();
        if manifest.project().disabled.contains_key(&node.id) && !node.is_left_test() {
            // as in dbt it is told what it asks for, not what that is
            return used;
        }
        for id in sources.chain(refs).chain(functions) {
            if !nodes.contains(&id) {
                nodes.push(id);
            }
        }
        used.nodes = nodes;
        used
    }

    /// What a disabled test uses, which is not rendered: what its arguments say, and the macro that every test calls.
    fn read_arguments(&mut self, manifest: &Manifest<'_>, node: &Node, test: &GenericTest) {
        let texts = test
            .arguments
            .iter()
            .filter_map(|(_, value)| value.as_str());
        for reference in texts.filter_map(Reference::parse) {
            match reference {
                Reference::Model(model) => self.refs.push(model),
                Reference::Source(source, table) => self.sources.push([source, table]),
                Reference::Metric(_) => {}
            }
        }
        let engine = &manifest.project().engine;
        let subquery = engine.macro_definition(&node.package, None, "get_where_subquery");
        self.macros.extend(subquery.map(|found| found.unique_id()));
    }

    fn add_macros<'run>(&mut self, called: impl IntoIterator<Item = &'run String>) {
        for id in called {
            if !self.macros.contains(id) {
                self.macros.push(id.clone());
            }
        }
    }

    /// As in dbt a generic test depends first on what its macro's name means without a package, and its model is asked for
    /// after its arguments.
    fn complete_test(&mut self, manifest: &Manifest<'_>, node: &Node, test: &GenericTest) {
        let engine = &manifest.project().engine;
        let name = test.macro_name();
        let meant = engine.macro_definition(&node.package, test.namespace.as_deref(), &name);
        let own = engine.macro_definition(&node.package, None, &name);
        let first = own.or(meant).map(|found| found.unique_id());
        let called = std::mem::replace(&mut self.macros, vec![first.unwrap_or_default()]);
        if !is_never_parsed(&self.macros[0]) {
            // dbt renders the test with what that first macro reaches, and sees no other called
            let meant = meant.map(|found| found.unique_id());
            let missed = meant.filter(|id| own.is_some_and(|own| !engine.reaches(own, id)));
            self.add_macros(called.iter().filter(|id| missed.as_ref() != Some(*id)));
            if manifest.project().disabled.contains_key(&node.id) && called.is_empty() {
                self.read_arguments(manifest, node, test);
            }
        }
        match &test.attached_to {
            Attachment::Ref(name) => {
                let model = ModelReference {
                    name: name.clone(),
                    package: None,
                    version: test.version.clone(),
                };
                if let Some(asked) = self.refs.iter().rposition(|used| *used == model) {
                    self.refs.remove(asked);
                }
                self.refs.push(model);
            }
            Attachment::Source(source, table) => {
                let table = [source.clone(), table.clone()];
                self.sources.retain(|used| *used != table);
                self.sources.push(table);
            }
        }
    }
}

/// Whether dbt does not render a generic test while it parses: the two most common ones.
pub(super) fn is_never_parsed(id: &str) -> bool {
    matches!(id, "macro.dbt.test_not_null" | "macro.dbt.test_unique")
}
