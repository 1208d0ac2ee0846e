//! What a macro's name means: it depends on the package of the node being rendered, as in dbt.
//!
//! A node sees its own package's macros, then the root project's, then packages by name (`dbt_utils.star`),
//! then built-in macros, which are also the package `dbt`.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;

use minijinja::value::{Enumerator, Object, Value};
use minijinja::{Error, State};

use super::error::problem;
use super::library::{DBT_PACKAGE, DispatchOrder, MacroDefinition, MacroLibrary, OWN_PACKAGE};
use super::macro_call::ProjectMacro;
use crate::diagnostic::{Code, Diagnostic};

/// All macros as values, and what each package sees of them.
#[derive(Debug)]
pub(crate) struct MacroTable {
    root: String,
    /// The macros of the root project and of installed packages.
    packages: BTreeMap<String, Arc<PackageNamespace>>,
    built_in: Arc<PackageNamespace>,
    dispatch: Vec<DispatchOrder>,
    /// Every macro by its plain name, for the tests that sidecars apply: the root project's wins.
    by_name: HashMap<String, Arc<ProjectMacro>>,
}

impl MacroTable {
    pub(super) fn new(library: &MacroLibrary) -> MacroTable {
        let namespace = |name: &str, macros: &BTreeMap<String, Arc<MacroDefinition>>| {
            Arc::new(PackageNamespace {
                name: name.to_owned(),
                macros: macros
                    .iter()
                    .map(|(name, definition)| {
                        (name.clone(), Arc::new(ProjectMacro::new(definition)))
                    })
                    .collect(),
            })
        };
        let built_in = namespace(DBT_PACKAGE, &library.built_in);
        let packages: BTreeMap<String, Arc<PackageNamespace>> = library
            .packages
            .iter()
            .map(|(name, macros)| (name.clone(), namespace(name, macros)))
            .collect();
        let mut by_name = HashMap::new();
        let in_order = std::iter::once(&built_in)
            .chain(packages.values())
            .chain(packages.get(&library.root));
        for namespace in in_order {
            by_name.extend(
                namespace
                    .macros
                    .iter()
                    .map(|(name, found)| (name.clone(), found.clone())),
            );
        }
        MacroTable {
            root: library.root.clone(),
            packages,
            built_in,
            dispatch: library.dispatch.clone(),
            by_name,
        }
    }

    /// What the nodes of a package see.
    pub(super) fn scope(self: &Arc<Self>, package: &str, sees_all: bool) -> MacroScope {
        let mut names = HashMap::new();
        let mut add = |namespace: &PackageNamespace| {
            for (name, found) in &namespace.macros {
                names.insert(name.clone(), Value::from_dyn_object(found.clone()));
            }
        };
        if sees_all {
            for namespace in self.packages.values() {
                add(namespace);
            }
        }
        add(&self.built_in);
        for name in [DBT_PACKAGE, OWN_PACKAGE] {
            let value = Value::from_dyn_object(self.built_in.clone());
            names.insert(name.to_owned(), value);
        }
        for (name, namespace) in &self.packages {
            let value = Value::from_dyn_object(namespace.clone());
            names.insert(name.clone(), value);
        }
        for name in [self.root.as_str(), package] {
            for (name, found) in self.packages.get(name).iter().flat_map(|own| &own.macros) {
                names.insert(name.clone(), Value::from_dyn_object(found.clone()));
            }
        }
        MacroScope {
            package: package.to_owned(),
            sees_all,
            names,
            table: self.clone(),
        }
    }

    /// A package's macro; `dbt` has the built-in ones.
    pub(super) fn in_package(&self, package: &str, name: &str) -> Option<&Arc<ProjectMacro>> {
        self.namespace(package)?.macros.get(name)
    }

    pub(super) fn namespace(&self, package: &str) -> Option<&Arc<PackageNamespace>> {
        match self.packages.get(package) {
            Some(namespace) => Some(namespace),
            None if package == DBT_PACKAGE || package == OWN_PACKAGE => Some(&self.built_in),
            None => None,
        }
    }

    /// The macro that a name means for a package when it stands in a sidecar, without a template: the
    /// package's own, then the root project's, any package's, a built-in one.
    pub(super) fn resolve(&self, package: &str, name: &str) -> Option<&Arc<ProjectMacro>> {
        self.in_package(package, name)
            .or_else(|| self.by_name(name))
    }

    /// A macro by its plain name: the root project's, any package's, a built-in one.
    pub(super) fn by_name(&self, name: &str) -> Option<&Arc<ProjectMacro>> {
        self.by_name.get(name)
    }

    /// All macros: built-in ones first, then package by package.
    pub(super) fn all(&self) -> impl Iterator<Item = &Arc<MacroDefinition>> {
        std::iter::once(&self.built_in)
            .chain(self.packages.values())
            .flat_map(|namespace| namespace.macros.values())
            .map(|found| found.definition())
    }

    /// A macro of the root project, else a built-in one, else any package's.
    pub(super) fn of_root_first(&self, name: &str) -> Option<&Arc<ProjectMacro>> {
        self.in_package(&self.root, name)
            .or_else(|| self.built_in.macros.get(name))
            .or_else(|| self.by_name.get(name))
    }

    /// The names of the packages that macros can be asked of.
    pub(super) fn package_names(&self) -> impl Iterator<Item = &str> {
        self.packages
            .keys()
            .map(String::as_str)
            .chain(std::iter::once(DBT_PACKAGE))
    }

    /// All macros by plain name.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().map(String::as_str)
    }

    /// Where a namespace's macros are searched: `None` is what the node itself sees.
    pub(super) fn search_order(&self, namespace: Option<&str>) -> Vec<Option<String>> {
        let Some(namespace) = namespace else {
            return vec![None];
        };
        let configured = self
            .dispatch
            .iter()
            .find(|order| order.namespace == namespace)
            .filter(|order| !order.search_order.is_empty());
        match configured {
            Some(order) => order.search_order.iter().cloned().map(Some).collect(),
            None if self.namespace(namespace).is_some() => {
                vec![Some(self.root.clone()), Some(namespace.to_owned())]
            }
            None => vec![None],
        }
    }
}

/// What names mean in the templates of one package.
pub(crate) struct MacroScope {
    /// The package.
    pub(crate) package: String,
    /// Whether macros of all packages are seen without their namespace, as in a generic test.
    sees_all: bool,
    names: HashMap<String, Value>,
    pub(super) table: Arc<MacroTable>,
}

impl MacroScope {
    /// A macro or a package's namespace.
    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.names.get(name)
    }

    /// The macro that a plain name means.
    pub(super) fn macro_of(&self, name: &str) -> Option<&Arc<ProjectMacro>> {
        let table = &self.table;
        table
            .in_package(&self.package, name)
            .or_else(|| table.in_package(&table.root, name))
            .or_else(|| table.built_in.macros.get(name))
            .or_else(|| table.by_name.get(name).filter(|_| self.sees_all))
    }
}

impl fmt::Debug for MacroScope {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "<macros as package {} sees them>", self.package)
    }
}

/// A package as templates see it: `dbt_utils.star(…)`.
pub(super) struct PackageNamespace {
    name: String,
    macros: BTreeMap<String, Arc<ProjectMacro>>,
}

impl fmt::Debug for PackageNamespace {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "<package {}>", self.name)
    }
}

impl Object for PackageNamespace {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let found = self.macros.get(key.as_str()?)?;
        Some(Value::from_dyn_object(found.clone()))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(
            self.macros
                .keys()
                .map(|name| Value::from(name.clone()))
                .collect(),
        )
    }

    fn call_method(
        self: &Arc<Self>,
        state: &mut State<'_, '_>,
        method: &str,
        arguments: &[Value],
    ) -> Result<Value, Error> {
        match self.macros.get(method) {
            Some(found) => found.call(state, arguments),
            None => Err(problem(
                Diagnostic::error(
                    Code::UnknownMacro,
                    format!("the package `{}` has no macro `{method}`", self.name),
                )
                .did_you_mean(method, self.macros.keys().map(String::as_str)),
            )),
        }
    }

    fn render(self: &Arc<Self>, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, formatter)
    }
}
