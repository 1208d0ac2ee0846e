//! What stands for a model's inputs while it is tested.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use crate::diagnostic::{Code, Diagnostic};
use crate::graph::Resolved;
use crate::jinja::{Names, Relation};
use crate::name::RelationName;
use crate::project::{
    Found, GivenInput, InputTarget, NameIndex, Node, Reference, UniqueId, UnitTest,
};

/// An input with the expression that stands for it.
#[derive(Debug)]
pub(super) struct Input {
    pub(super) id: UniqueId,
    pub(super) name: String,
    pub(super) package: String,
    /// Where the input itself is.
    pub(super) relation: RelationName,
    /// The common table expression that is read instead.
    pub(super) expression: Relation,
    /// Whether it is the tested model itself.
    pub(super) is_own: bool,
}

impl Input {
    /// **Errors**: HCW0201 and HCW0202 for inputs that do not exist.
    pub(super) fn of<'test>(
        resolved: &Resolved,
        test: &UnitTest,
        tested: &Node,
        given: &'test GivenInput,
    ) -> Result<(Input, &'test GivenInput), Diagnostic> {
        let names = &resolved.rendered.names;
        let from = &test.declaration.package;
        let of_node = |id: &UniqueId, is_own: bool| {
            let node = &resolved.project().nodes[id];
            let relation = resolved.place(id).cloned();
            let named = resolved.rendered.relations.get(id);
            let alias = named.map_or(node.alias(), |named| named.identifier.as_str());
            Input {
                id: id.clone(),
                name: node.name.clone(),
                package: node.package.clone(),
                relation: relation.unwrap_or_else(|| resolved.project().placeholder(node)),
                expression: Relation::ephemeral(&alias.replace('.', "_")),
                is_own,
            }
        };
        let at = |problem: Diagnostic| problem.at(given.fixture.location.clone());
        let input = match &given.target {
            InputTarget::This => of_node(&tested.id, true),
            InputTarget::Reference(Reference::Source(source, table)) => {
                let id = names
                    .find_source(from, source, table)
                    .ok_or_else(|| at(names.unknown_source(source, table)))?;
                let found = &resolved.project().sources[id];
                Input {
                    id: id.clone(),
                    name: table.clone(),
                    package: found.package.clone(),
                    relation: found.relation.clone(),
                    expression: Relation::ephemeral(&format!("{source}__{table}")),
                    is_own: false,
                }
            }
            InputTarget::Reference(Reference::Model(model)) => {
                let (package, name) = (model.package.as_deref(), model.lookup_name());
                match names.find_ref(from, package, &name) {
                    Found::One(id) => of_node(id, *id == tested.id),
                    found => return Err(at(names.unknown_ref(&found, package, &name))),
                }
            }
            InputTarget::Reference(_) | InputTarget::Unknown => {
                return Err(at(Diagnostic::error(
                    Code::ConfigInvalid,
                    format!("`{}` cannot be given to a unit test", given.text),
                )
                .help("an input is `ref(…)`, `source(…)` or `this`")));
            }
        };
        Ok((input, given))
    }
}

/// Names while a model is tested: inputs are their fixtures, and nothing else can be read.
#[derive(Debug)]
pub(super) struct FixtureNames {
    index: Arc<NameIndex>,
    names: Arc<dyn Names>,
    inputs: BTreeMap<UniqueId, Relation>,
    used: Mutex<BTreeSet<UniqueId>>,
    test: String,
}

impl FixtureNames {
    pub(super) fn new<'input>(
        index: &Arc<NameIndex>,
        names: &Arc<dyn Names>,
        inputs: impl Iterator<Item = &'input Input>,
        test: &str,
    ) -> FixtureNames {
        FixtureNames {
            index: index.clone(),
            names: names.clone(),
            inputs: inputs
                .map(|input| (input.id.clone(), input.expression.clone()))
                .collect(),
            used: Mutex::default(),
            test: test.to_owned(),
        }
    }

    /// The inputs that the query has read.
    pub(super) fn used(&self) -> BTreeSet<UniqueId> {
        self.used
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn input(&self, id: &UniqueId, written: &str) -> Result<Relation, Diagnostic> {
        let Some(relation) = self.inputs.get(id) else {
            return Err(Diagnostic::error(
                Code::UnknownRef,
                format!(
                    "the model reads {written}, for which the unit test `{}` gives no rows",
                    self.test
                ),
            )
            .help(format!("add `- input: {written}` below `given:`")));
        };
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        used.insert(id.clone());
        Ok(relation.clone())
    }
}

impl Names for FixtureNames {
    fn resolve_ref(
        &self,
        from: &str,
        package: Option<&str>,
        name: &str,
    ) -> Result<Relation, Diagnostic> {
        match self.index.find_ref(from, package, name) {
            Found::One(id) => self.input(id, &format!("ref('{name}')")),
            found => Err(self.index.unknown_ref(&found, package, name)),
        }
    }

    fn resolve_source(
        &self,
        from: &str,
        source: &str,
        table: &str,
    ) -> Result<Relation, Diagnostic> {
        match self.index.find_source(from, source, table) {
            Some(id) => self.input(id, &format!("source('{source}', '{table}')")),
            None => Err(self.index.unknown_source(source, table)),
        }
    }

    fn resolve_function(
        &self,
        from: &str,
        package: Option<&str>,
        name: &str,
    ) -> Result<Relation, Diagnostic> {
        self.names.resolve_function(from, package, name)
    }
}
