//! Where nodes go: the macros `generate_schema_name` and its kin give every relation its name.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use minijinja::Value;
use rayon::prelude::*;

use crate::diagnostic::{Code, Diagnostic};
use crate::jinja::{Names, NodeContext, from_json, is_built_in};
use crate::name::{MAX_NAME_BYTES, Parts, RelationName};
use crate::project::config;
use crate::project::{Node, NodeKind, Project, UniqueId};

/// The macro that names schemas.
const SCHEMA_MACRO: &str = "generate_schema_name";

/// dbt's schema for stored failures.
const FAILURES_SCHEMA: &str = "dbt_test__audit";

pub(super) fn relations(
    project: &Project,
    names: &Arc<dyn Names>,
    diagnostics: &mut Vec<Diagnostic>,
) -> BTreeMap<UniqueId, RelationName> {
    let places = Places {
        project,
        names,
        known: Mutex::default(),
        without_schema: Mutex::default(),
    };
    let results: Vec<_> = project
        .nodes
        .par_iter()
        .map(|(id, node)| (id, places.relation(node)))
        .collect();
    let mut relations: BTreeMap<UniqueId, RelationName> = BTreeMap::new();
    let mut taken: BTreeMap<RelationName, &UniqueId> = BTreeMap::new();
    // where a disabled node would be is told in artifacts, and problems with it are none
    for (id, node) in &project.disabled {
        if let Ok(relation) = places.relation(node) {
            relations.insert(id.clone(), relation);
        }
    }
    for (id, result) in results {
        let relation = match result {
            Ok(relation) => relation,
            Err(diagnostic) => {
                diagnostics.push(diagnostic);
                continue;
            }
        };
        let node = &project.nodes[id];
        let is_stored =
            node.is_referable() && config::text(&node.config, "materialized") != Some("ephemeral");
        if is_stored {
            if let Some(other) = taken.get(&relation) {
                diagnostics.push(
                    Diagnostic::error(
                        Code::DuplicateName,
                        format!(
                            "`{}` and `{}` would both build `{}`",
                            project.nodes[*other].name,
                            node.name,
                            relation.plain()
                        ),
                    )
                    .at(node.file.at(0..0))
                    .help("give one of them another `alias` or `schema`"),
                );
            }
            taken.insert(relation.clone(), id);
        }
        relations.insert(id.clone(), relation);
    }
    for id in std::mem::take(&mut *locked(&places.without_schema)) {
        let warning = Diagnostic::warning(
            Code::Deprecated,
            format!("`{SCHEMA_MACRO}` returns no name of a schema for `{id}`"),
        )
        .named("GenerateSchemaNameNullValueDeprecation")
        .help("return a name, for example `target.schema`");
        let node = project.nodes.get(id.as_str());
        diagnostics.push(match node {
            Some(node) => warning.at(node.file.at(0..0)),
            None => warning,
        });
    }
    relations
}

fn locked<T>(value: &Mutex<T>) -> MutexGuard<'_, T> {
    value.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Package, macro and configured name.
type NameKey = (String, &'static str, Option<String>);

/// Asks the macros for the places of nodes.
struct Places<'run> {
    project: &'run Project,
    names: &'run Arc<dyn Names>,
    /// What built-in macros said of a package's nodes, by macro and configured name.
    known: Mutex<HashMap<NameKey, String>>,
    /// Nodes for which `generate_schema_name` returns nothing.
    without_schema: Mutex<BTreeSet<String>>,
}

/// One node as the macros see it.
struct Placed {
    context: Arc<NodeContext>,
    facts: Value,
}

impl Places<'_> {
    fn relation(&self, node: &Node) -> Result<RelationName, Diagnostic> {
        let placed = self.placed(node);
        let custom = |key: &str| config::text(&node.config, key);
        let schema = custom("schema").or(node.is_test().then_some(FAILURES_SCHEMA));
        let mut parts = Parts {
            database: self.shared_name("generate_database_name", custom("database"), &placed)?,
            schema: self.shared_name(SCHEMA_MACRO, schema, &placed)?,
            identifier: self.name("generate_alias_name", custom("alias"), &placed)?,
        };
        if node.kind == NodeKind::Snapshot {
            // the older configurations of snapshots bypass the macros
            for (key, part) in [
                ("target_database", &mut parts.database),
                ("target_schema", &mut parts.schema),
            ] {
                if let Some(name) = config::text(&node.config, key).filter(|name| !name.is_empty())
                {
                    name.clone_into(part);
                }
            }
        }
        // the server cuts the names of schemas, and so does dbt without a word
        let mut end = parts.schema.len().min(MAX_NAME_BYTES);
        while !parts.schema.is_char_boundary(end) {
            end -= 1;
        }
        parts.schema.truncate(end);
        Ok(RelationName::written(parts, self.project.shared.quotes))
    }

    fn placed(&self, node: &Node) -> Placed {
        let project = self.project;
        let facts = serde_json::json!({
            "name": node.name,
            "resource_type": node.kind.resource_type(),
            "package_name": node.package,
            "fqn": node.fully_qualified_name,
            "config": node.config,
            "tags": node.tags(),
            "version": node.properties.version,
            "latest_version": node.properties.latest_version,
            "meta": node.config.get("meta"),
            "original_file_path": node.file.path_in_package(),
            "path": node.file.path_in_package(),
            "unique_id": node.id.as_str(),
        });
        let scope = project.engine.scope(&node.package);
        let context = Arc::new(NodeContext {
            model: Arc::new(facts),
            config: node.config.clone(),
            ..NodeContext::new(&project.shared, self.names, scope)
        });
        Placed {
            facts: from_json(&*context.model),
            context,
        }
    }

    /// A name that the built-in macro makes of the configured one alone: it is asked once for each.
    fn shared_name(
        &self,
        macro_name: &'static str,
        custom: Option<&str>,
        placed: &Placed,
    ) -> Result<String, Diagnostic> {
        let scope = &placed.context.macros;
        let key = (scope.package.clone(), macro_name, custom.map(str::to_owned));
        let known = || locked(&self.known);
        if let Some(name) = known().get(&key) {
            return Ok(name.clone());
        }
        if !is_built_in(scope, macro_name) {
            return self.name(macro_name, custom, placed);
        }
        let name = self.name(macro_name, custom, placed)?;
        known().insert(key, name.clone());
        Ok(name)
    }

    fn name(
        &self,
        macro_name: &str,
        custom: Option<&str>,
        placed: &Placed,
    ) -> Result<String, Diagnostic> {
        let custom = custom.map_or(Value::from(()), Value::from);
        self.project
            .engine
            .call_macro(
                None,
                macro_name,
                &[custom, placed.facts.clone()],
                &placed.context,
            )
            .map(|name| {
                if macro_name == SCHEMA_MACRO && name.is_none() {
                    let id = placed.facts.get_attr("unique_id").unwrap_or_default();
                    let mut nodes = locked(&self.without_schema);
                    nodes.insert(id.to_string());
                }
                name.to_string().trim().to_owned()
            })
    }
}

/// A name that the server would cut: the node that has it cannot be built.
///
/// **Errors**: HCW0208.
pub(crate) fn check_length(node: &Node, relation: &RelationName) -> Result<(), Diagnostic> {
    if relation.identifier.len() <= MAX_NAME_BYTES {
        return Ok(());
    }
    Err(Diagnostic::error(
        Code::NameTooLong,
        format!(
            "the relation name `{}` is longer than PostgreSQL's {MAX_NAME_BYTES} bytes",
            relation.plain()
        ),
    )
    .at(node.file.at(0..0))
    .help("give it a shorter `alias`"))
}
