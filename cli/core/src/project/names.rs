//! What `ref` and `source` mean: by name and package, in dbt's order.
//!
//! A name is searched in the root project, then in the package of the node that uses it (the other way round
//! under the flag `require_ref_searches_node_package_before_root`), then in all packages.

use std::collections::{BTreeMap, HashMap};

use super::resource::UniqueId;
use super::{Project, config};
use crate::diagnostic::{Code, Diagnostic};

/// What a name stands for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found<'index> {
    /// One resource.
    One(&'index UniqueId),
    /// A resource that is disabled.
    Disabled(&'index UniqueId),
    /// Resources of several packages, none of which comes first.
    Several(Vec<&'index UniqueId>),
    /// Nothing.
    Nothing,
}

/// The resources of one name by package.
type ByPackage = BTreeMap<String, UniqueId>;

/// Models, seeds and source tables by name.
#[derive(Debug, Default)]
pub(crate) struct NameIndex {
    root: String,
    own_package_first: bool,
    refs: HashMap<String, ByPackage>,
    disabled_refs: HashMap<String, ByPackage>,
    sources: HashMap<String, HashMap<String, ByPackage>>,
    functions: HashMap<String, ByPackage>,
}

impl NameIndex {
    /// The names of a project as it stands; nodes whose configuration disables them are known as disabled.
    pub(crate) fn of(project: &Project) -> NameIndex {
        let mut index = NameIndex {
            root: project.file().name.clone(),
            own_package_first: project
                .file()
                .flag("require_ref_searches_node_package_before_root")
                .unwrap_or(false),
            ..NameIndex::default()
        };
        for node in project.nodes.values().filter(|node| node.is_referable()) {
            let refs = if config::is_enabled(&node.config) {
                &mut index.refs
            } else {
                &mut index.disabled_refs
            };
            for name in node.reference_names() {
                refs.entry(name)
                    .or_default()
                    .insert(node.package.clone(), node.id.clone());
            }
        }
        for node in project.nodes.values().filter(|node| node.is_function()) {
            if config::is_enabled(&node.config) {
                index
                    .functions
                    .entry(node.name.clone())
                    .or_default()
                    .insert(node.package.clone(), node.id.clone());
            }
        }
        for table in project.sources.values() {
            index
                .sources
                .entry(table.source_name.clone())
                .or_default()
                .entry(table.name.clone())
                .or_default()
                .insert(table.package.clone(), table.id.clone());
        }
        index
    }

    /// What `ref(name)` or `ref(package, name)` means to a node of the package `from`.
    pub(crate) fn find_ref(&self, from: &str, package: Option<&str>, name: &str) -> Found<'_> {
        let enabled = self.refs.get(name);
        let disabled = self.disabled_refs.get(name);
        let first = |candidates: Option<&'_ ByPackage>| match package {
            Some(package) => candidates?
                .get_key_value(package)
                .map(|(key, _)| key.clone()),
            None => self.order(from).into_iter().find_map(|package| {
                candidates?
                    .get_key_value(package)
                    .map(|(key, _)| key.clone())
            }),
        };
        if let Some(id) = first(enabled).and_then(|package| enabled?.get(&package)) {
            return Found::One(id);
        }
        if package.is_none() {
            let all: Vec<&UniqueId> = enabled.into_iter().flat_map(BTreeMap::values).collect();
            match all.as_slice() {
                [] => {}
                [one] => return Found::One(one),
                _ => return Found::Several(all),
            }
        }
        let other = disabled.filter(|_| package.is_none());
        first(disabled)
            .and_then(|package| disabled?.get(&package))
            .or_else(|| other?.values().next())
            .map_or(Found::Nothing, Found::Disabled)
    }

    /// What `source(source, table)` means to a node of the package `from`.
    pub(crate) fn find_source(&self, from: &str, source: &str, table: &str) -> Option<&UniqueId> {
        let tables = self.sources.get(source)?.get(table)?;
        self.order(from)
            .into_iter()
            .find_map(|package| tables.get(package))
            .or_else(|| tables.values().next())
    }

    /// What `function(name)` or `function(package, name)` means to a node of the package `from`.
    pub(crate) fn find_function(
        &self,
        from: &str,
        package: Option<&str>,
        name: &str,
    ) -> Option<&UniqueId> {
        let functions = self.functions.get(name)?;
        match package {
            Some(package) => functions.get(package),
            None => self
                .order(from)
                .into_iter()
                .find_map(|package| functions.get(package))
                .or_else(|| functions.values().next()),
        }
    }

    /// The packages that are searched before all others.
    fn order<'name>(&'name self, from: &'name str) -> [&'name str; 2] {
        if self.own_package_first {
            [from, &self.root]
        } else {
            [&self.root, from]
        }
    }

    /// The problem with a `ref` that does not mean one enabled resource.
    pub(crate) fn unknown_ref(
        &self,
        found: &Found<'_>,
        package: Option<&str>,
        name: &str,
    ) -> Diagnostic {
        let shown = match package {
            Some(package) => format!("{package}.{name}"),
            None => name.to_owned(),
        };
        if let Found::Several(ids) = found {
            let packages: Vec<String> = ids.iter().map(|id| format!("`{id}`")).collect();
            return Diagnostic::error(
                Code::AmbiguousRef,
                format!("several packages have a `{name}`: {}", packages.join(", ")),
            )
            .help(format!("name the package: `ref('package', '{name}')`"));
        }
        Diagnostic::error(Code::UnknownRef, format!("unknown model `{shown}`"))
            .help("a ref names a model's or seed's file, without folder and extension")
            .did_you_mean(name, self.refs.keys().map(String::as_str))
    }

    /// The problem with a `function` that the project does not have.
    pub(crate) fn unknown_function(&self, package: Option<&str>, name: &str) -> Diagnostic {
        let shown = match package {
            Some(package) => format!("{package}.{name}"),
            None => name.to_owned(),
        };
        Diagnostic::error(Code::UnknownFunction, format!("unknown function `{shown}`"))
            .help("a function is a file below `functions/`, declared under `functions:` in a YAML file")
            .did_you_mean(name, self.functions.keys().map(String::as_str))
    }

    /// The problem with a `source` that nothing declares.
    pub(crate) fn unknown_source(&self, source: &str, table: &str) -> Diagnostic {
        let shown = format!("{source}.{table}");
        let names: Vec<String> = self
            .sources
            .iter()
            .flat_map(|(source, tables)| {
                tables.keys().map(move |table| format!("{source}.{table}"))
            })
            .collect();
        Diagnostic::error(Code::UnknownSource, format!("unknown source `{shown}`"))
            .help("declare it under `sources:` in a YAML file below `models/`")
            .did_you_mean(&shown, names.iter().map(String::as_str))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index(nodes: &[(&str, &str, bool)]) -> NameIndex {
        let mut index = NameIndex {
            root: "root".to_owned(),
            ..NameIndex::default()
        };
        for (package, name, enabled) in nodes {
            let refs = if *enabled {
                &mut index.refs
            } else {
                &mut index.disabled_refs
            };
            refs.entry((*name).to_owned())
                .or_default()
                .insert((*package).to_owned(), UniqueId::new("model", package, name));
        }
        index
    }

    fn shown(found: &Found<'_>) -> String {
        match found {
            Found::One(id) => id.to_string(),
            Found::Disabled(id) => format!("{id} is disabled"),
            Found::Several(ids) => format!("{} of them", ids.len()),
            Found::Nothing => "nothing".to_owned(),
        }
    }

    #[test]
    fn the_root_project_comes_first_then_the_nodes_own_package() {
        let mut index = index(&[("root", "x", true), ("a", "x", true), ("a", "y", true)]);
        assert_eq!(shown(&index.find_ref("a", None, "x")), "model.root.x");
        assert_eq!(shown(&index.find_ref("b", None, "y")), "model.a.y");
        assert_eq!(shown(&index.find_ref("b", Some("a"), "x")), "model.a.x");
        assert_eq!(shown(&index.find_ref("b", Some("b"), "x")), "nothing");
        index.own_package_first = true;
        assert_eq!(shown(&index.find_ref("a", None, "x")), "model.a.x");
    }

    #[test]
    fn a_name_of_several_packages_is_ambiguous_outside_of_them() {
        let index = index(&[("a", "x", true), ("b", "x", true), ("b", "z", false)]);
        assert_eq!(shown(&index.find_ref("root", None, "x")), "2 of them");
        assert_eq!(shown(&index.find_ref("a", None, "x")), "model.a.x");
        assert_eq!(
            shown(&index.find_ref("a", None, "z")),
            "model.b.z is disabled"
        );
        assert_eq!(
            shown(&index.find_ref("a", Some("b"), "z")),
            "model.b.z is disabled"
        );
    }
}
