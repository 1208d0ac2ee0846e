//! Fingerprints: what a node's content depends on beside its inputs, as named parts with a digest each, so that a
//! change can be told by its name. Layout, comments and descriptions are in none that counts.
//!
//! Variables and the environment count through what they change: the compiled SQL, the configuration. Where a
//! template is compiled when its turn comes its text stands for the SQL, with the values that it names.

mod macros;
mod names_used;

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use serde_json::{Map, Value as Json, json};
use sha2::{Digest as _, Sha256};

use crate::analyse::{Analysed, Compiled, is_ephemeral};
use crate::materialize::Materialization;
use crate::microbatch::is_microbatch;
use crate::project::{Node, NodeKind, UniqueId, UnitTest, config};
use crate::sql::{self, WrittenName};
use macros::Macros;

/// Configuration that changes no data; hooks, grants and what is said of a node are parts of their own.
const UNCOUNTED: [&str; 22] = [
    "access",
    "alias",
    "batch_size_hint",
    "concurrent_batches",
    "database",
    "deprecation_date",
    "description",
    "docs",
    "enabled",
    "event_time",
    "freshness",
    "full_refresh",
    "grants",
    "group",
    "meta",
    "name",
    "persist_docs",
    "post-hook",
    "pre-hook",
    "schema",
    "static_analysis",
    "tags",
];
/// Of `meta.hcw`, what is about who may read.
const GRANTING: [&str; 3] = ["grants", "policies", "row_level_security"];

/// What a digest is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The compiled SQL, or the template's text.
    Sql,
    /// Configuration that changes data.
    Configuration,
    /// An enforced contract: columns and constraints.
    Contract,
    /// The name of what is made.
    Relation,
    /// A seed's rows.
    Rows,
    /// A unit test's inputs and expectations.
    Definition,
    /// The macros that make it, where the SQL does not show what they do.
    Macros,
    /// Hooks, with the macros that they call.
    Hooks,
    /// Variables and environment that a template names which is compiled when its turn comes.
    Values,
    /// Functions of the database that the SQL calls, by their definitions.
    Functions,
    /// Types, operators and configurations of text search that the SQL names, by their definitions.
    Objects,
    /// Settings of the session by which texts become values and names are found.
    Settings,
    /// The version of hcw, which has the built-in macros.
    Engine,
    /// Descriptions that are kept in the database.
    Comments,
    /// Declared grants and row-level security.
    Grants,
}

impl Part {
    const ALL: [(Part, &'static str, &'static str); 15] = [
        (Part::Sql, "sql", "its SQL"),
        (Part::Configuration, "config", "its configuration"),
        (Part::Contract, "contract", "its contract"),
        (Part::Relation, "relation", "its relation's name"),
        (Part::Rows, "rows", "its rows"),
        (Part::Definition, "definition", "its definition"),
        (Part::Macros, "macros", "a macro that makes it"),
        (Part::Hooks, "hooks", "its hooks"),
        (Part::Values, "values", "a variable that its template reads"),
        (Part::Functions, "functions", "a function that it calls"),
        (
            Part::Objects,
            "objects",
            "a type, an operator or a text search configuration that it names",
        ),
        (
            Part::Settings,
            "settings",
            "a setting of the session, such as TimeZone or search_path,",
        ),
        (Part::Engine, "hcw", "the version of hcw"),
        (Part::Comments, "comments", "its descriptions"),
        (Part::Grants, "grants", "what is granted on it"),
    ];

    /// Its name in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        self.entry().1
    }

    /// Its name for people.
    pub fn words(self) -> &'static str {
        self.entry().2
    }

    /// The part of a name.
    pub fn named(name: &str) -> Option<Part> {
        let mut all = Part::ALL.iter();
        all.find(|(_, known, _)| *known == name)
            .map(|(part, ..)| *part)
    }

    /// Whether its change leaves the data as they are.
    pub fn is_cosmetic(self) -> bool {
        matches!(self, Part::Comments | Part::Grants)
    }

    fn entry(self) -> &'static (Part, &'static str, &'static str) {
        let position = Part::ALL.iter().position(|(part, ..)| *part == self);
        &Part::ALL[position.unwrap_or_default()]
    }
}

/// What a node is made of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fingerprint {
    /// A digest for each part that it has.
    pub parts: BTreeMap<Part, String>,
    /// Why it can be none that is skipped, whatever was recorded: for people.
    pub obstacles: Vec<String>,
    /// Names that it calls; the server knows what they are.
    pub calls: BTreeSet<WrittenName>,
    /// Names behind a period, which may be calls.
    pub attributes: BTreeSet<String>,
    /// The SQL without layout, in which objects of the server are looked for.
    pub text: String,
    /// Names that it reads and that no `ref` or `source` gave; the server knows what they are.
    pub reads: BTreeSet<WrittenName>,
    /// Whether the project says that it is not volatile, whatever it looks like.
    pub is_declared: bool,
}

impl Fingerprint {
    /// Why it can be none that is skipped, unless the project says otherwise.
    pub fn obstacle(&self) -> Option<&str> {
        let first = self.obstacles.first()?;
        (!self.is_declared).then_some(first)
    }

    fn note(&mut self, part: Part, text: &str) {
        self.parts.insert(part, digest(text));
    }
}

/// A digest, half as long as SHA-256's.
pub fn digest(text: &str) -> String {
    let digest = Sha256::digest(text);
    base16ct::lower::encode_string(&digest[..digest.len() / 2])
}

/// The fingerprints of compiled nodes and of unit tests.
pub fn fingerprints<'id>(
    analysed: &Analysed,
    ids: impl IntoIterator<Item = &'id UniqueId>,
) -> BTreeMap<UniqueId, Fingerprint> {
    let project = analysed.resolved.project();
    let reader = Reader {
        analysed,
        macros: Macros::of(project),
    };
    let ids: Vec<&UniqueId> = ids.into_iter().collect();
    let found = ids.par_iter().filter_map(|id| {
        let fingerprint = match project.nodes.get(*id) {
            Some(node) => reader.of_node(node)?,
            None => reader.of_unit_test(project.declared.unit_tests.get(*id)?)?,
        };
        Some(((*id).clone(), fingerprint))
    });
    found.collect()
}

struct Reader<'run> {
    analysed: &'run Analysed,
    macros: Macros<'run>,
}

impl Reader<'_> {
    /// `None` for what leaves nothing in the database and has no result: an ephemeral model, an analysis.
    fn of_node(&self, node: &Node) -> Option<Fingerprint> {
        if is_ephemeral(node) || node.kind == NodeKind::Analysis {
            return None;
        }
        let mut fingerprint = Fingerprint {
            is_declared: volatility(node) == Some(false),
            ..Fingerprint::default()
        };
        if volatility(node) == Some(true) {
            fingerprint
                .obstacles
                .push("it is declared volatile".to_owned());
        }
        if node.is_function() {
            fingerprint
                .obstacles
                .push("functions are always made".to_owned());
        }
        if self.analysed.failed.contains_key(&node.id) {
            fingerprint.obstacles.push("it does not compile".to_owned());
        }
        self.engine(&mut fingerprint);
        match self.analysed.compiled.get(&node.id) {
            _ if node.kind == NodeKind::Seed => fingerprint.note(Part::Rows, &node.file.text),
            Some(compiled) if !is_microbatch(node) => {
                self.compiled(node, compiled, &mut fingerprint)
            }
            _ => self.late(node, &mut fingerprint),
        }
        self.configured(node, &mut fingerprint);
        let relation = self.analysed.resolved.rendered.relations.get(&node.id);
        if let Some(relation) =
            relation.filter(|_| node.is_stored(self.analysed.resolved.project().settings()))
        {
            fingerprint.note(Part::Relation, &relation.to_string());
        }
        self.materialized(node, &mut fingerprint);
        Some(fingerprint)
    }

    fn engine(&self, fingerprint: &mut Fingerprint) {
        fingerprint.note(Part::Engine, env!("CARGO_PKG_VERSION"));
    }

    fn compiled(&self, node: &Node, compiled: &Compiled, fingerprint: &mut Fingerprint) {
        let if_built = self.analysed.as_if_built(node);
        let sql = if_built
            .as_ref()
            .map_or(&*compiled.sql, |compiled| &*compiled.sql);
        let text = self.analysed.resolved.shadow.published(sql);
        self.sql(node, &text, fingerprint);
    }

    fn sql(&self, node: &Node, text: &str, fingerprint: &mut Fingerprint) {
        let Some(facts) = sql::facts(text) else {
            fingerprint.note(Part::Sql, text);
            let obstacle = "its SQL is not understood, so that what it reads is not known";
            fingerprint.obstacles.push(obstacle.to_owned());
            return;
        };
        fingerprint.note(Part::Sql, &facts.normal);
        if !facts.volatile.is_empty() {
            let found: Vec<&str> = facts.volatile.iter().map(String::as_str).collect();
            fingerprint
                .obstacles
                .push(format!("its SQL has {}", found.join(", ")));
        }
        fingerprint.calls = facts.calls;
        fingerprint.attributes = facts.attributes;
        fingerprint.text = facts.normal;
        let known = self.known_relations(&node.id);
        fingerprint.reads = facts.reads;
        fingerprint.reads.retain(|name| !known.contains(name));
    }

    /// The names of the relations that a node's `ref`s, `source`s and `this` become, those of its ephemeral models
    /// included.
    fn known_relations(&self, start: &UniqueId) -> BTreeSet<WrittenName> {
        let resolved = &self.analysed.resolved;
        let (nodes, sources) = (&resolved.project().nodes, &resolved.project().sources);
        let mut known = BTreeSet::new();
        let mut stack = vec![start];
        let mut seen = BTreeSet::from([start]);
        while let Some(id) = stack.pop() {
            let source = sources.get(id).map(|table| &table.relation);
            if let Some(name) = resolved.rendered.relations.get(id).or(source) {
                known.insert(vec![name.schema.clone(), name.identifier.clone()]);
                known.insert(vec![
                    name.database.clone(),
                    name.schema.clone(),
                    name.identifier.clone(),
                ]);
            }
            if id == start || nodes.get(id).is_some_and(is_ephemeral) {
                stack.extend(
                    resolved
                        .graph
                        .parents(id)
                        .filter(|parent| seen.insert(parent)),
                );
            }
        }
        known
    }

    /// A template that asks the warehouse: its text, the macros that it calls, and the values that they name.
    fn late(&self, node: &Node, fingerprint: &mut Fingerprint) {
        let why = if is_microbatch(node) {
            "its batches move with the clock"
        } else {
            "its template asks the warehouse"
        };
        fingerprint.obstacles.push(why.to_owned());
        let template = node
            .template()
            .map_or("", |file| &file.text[node.template_part()]);
        let mut texts = template.to_owned();
        if let NodeKind::GenericTest(test) = &node.kind {
            let arguments: Vec<_> = test
                .arguments
                .iter()
                .map(|(name, value)| (name, value.to_json()))
                .collect();
            texts = format!("{{{{ {}() }}}} {}", test.macro_name(), json!(arguments));
        }
        fingerprint.note(Part::Sql, &sql::without_layout(&texts));
        self.of_template(node, &texts, Part::Macros, fingerprint);
    }

    /// The macros that a template calls, and the values that they and it name.
    fn of_template(&self, node: &Node, text: &str, part: Part, fingerprint: &mut Fingerprint) {
        let project = self.analysed.resolved.project();
        let called = self.macros.called_in(&node.package, text);
        let all: Vec<&str> = called
            .iter()
            .map(|definition| definition.text.as_str())
            .collect();
        fingerprint.note(part, &all.join("\u{1f}"));
        let values = names_used::values(project, &node.package, [text].into_iter().chain(all));
        if !values.is_empty() {
            fingerprint.note(Part::Values, &Json::Object(values).to_string());
        }
    }

    fn configured(&self, node: &Node, fingerprint: &mut Fingerprint) {
        let settings = self.analysed.resolved.project().settings();
        let mut counted: Map<String, Json> = Map::new();
        for (key, value) in node.config.iter().chain(&node.root_config) {
            if !UNCOUNTED.contains(&key.as_str()) && !value.is_null() {
                counted.insert(key.clone(), value.clone());
            }
        }
        if let Some(own) = node
            .config
            .get("meta")
            .and_then(|meta| meta.get("hcw")?.as_object())
        {
            let own: Map<_, _> = own
                .clone()
                .into_iter()
                .filter(|(key, _)| key != "volatile" && !GRANTING.contains(&key.as_str()))
                .collect();
            if !own.is_empty() {
                counted.insert("meta.hcw".to_owned(), Json::Object(own));
            }
        }
        if node.kind == NodeKind::Seed && settings.reads_nothing() {
            counted.insert("empty".to_owned(), Json::Bool(true));
        }
        if node.is_test() {
            counted.insert("stores".to_owned(), Json::Bool(settings.store_failures));
        }
        // what is written in another order says the same
        let sorted: BTreeMap<String, Json> = counted.into_iter().collect();
        fingerprint.note(Part::Configuration, &json!(sorted).to_string());
        let flag = |key: &str, inner: &str| {
            node.config
                .get(key)
                .and_then(|value| value.get(inner)?.as_bool())
                == Some(true)
        };
        if flag("contract", "enforced") {
            let columns: Vec<_> = node
                .columns
                .iter()
                .map(|column| {
                    (
                        &column.name,
                        &column.data_type,
                        &column.quote,
                        constraints(&column.constraints),
                    )
                })
                .collect();
            fingerprint.note(
                Part::Contract,
                &format!("{columns:?} {:?}", constraints(&node.constraints)),
            );
        }
        let of_relation = flag("persist_docs", "relation").then_some(&node.description);
        let of_columns = flag("persist_docs", "columns").then(|| {
            let columns = node.columns.iter();
            columns
                .map(|column| (&column.name, &column.description))
                .collect::<Vec<_>>()
        });
        if of_relation.is_some() || of_columns.is_some() {
            fingerprint.note(
                Part::Comments,
                &json!([of_relation, of_columns]).to_string(),
            );
        }
        let grants = node.config.get("grants").filter(|grants| !grants.is_null());
        let own = GRANTING.map(|key| config::hcw_meta(&node.config, key));
        if grants.is_some() || own.iter().any(Option::is_some) {
            fingerprint.note(Part::Grants, &json!([grants, own]).to_string());
        }
    }

    /// Macros and hooks that make the node: what they do the SQL does not show.
    fn materialized(&self, node: &Node, fingerprint: &mut Fingerprint) {
        let project = self.analysed.resolved.project();
        if let Ok(Materialization::Macro(name)) = Materialization::of(project, node) {
            let making = self.macros.making(&name);
            if !making.is_empty() {
                let late = fingerprint.parts.remove(&Part::Macros).unwrap_or_default();
                fingerprint.note(Part::Macros, &format!("{late}{making}"));
            }
        }
        let hooks: Vec<String> = ["pre-hook", "post-hook"]
            .iter()
            .filter_map(|key| node.config.get(*key))
            .filter(|hooks| !hooks.as_array().is_some_and(Vec::is_empty) && !hooks.is_null())
            .map(Json::to_string)
            .collect();
        if !hooks.is_empty() {
            let text = hooks.join("\n");
            self.of_template(node, &text, Part::Hooks, fingerprint);
            let macros = fingerprint.parts.remove(&Part::Hooks).unwrap_or_default();
            fingerprint.note(Part::Hooks, &format!("{macros}{text}"));
        }
    }

    /// A unit test reads its fixtures, and of the warehouse only the types of its inputs.
    fn of_unit_test(&self, test: &UnitTest) -> Option<Fingerprint> {
        let node = self
            .analysed
            .resolved
            .project()
            .nodes
            .get(test.tested.as_ref()?)?;
        let mut fingerprint = Fingerprint::default();
        self.engine(&mut fingerprint);
        let template = node
            .template()
            .map_or("", |file| &file.text[node.template_part()]);
        fingerprint.note(Part::Sql, &sql::without_layout(template));
        self.of_template(node, template, Part::Macros, &mut fingerprint);
        self.configured(node, &mut fingerprint);
        fingerprint.parts.remove(&Part::Grants);
        fingerprint.parts.remove(&Part::Comments);
        // the query shows ephemeral models, functions, and what changes by itself
        let if_built = self.analysed.as_if_built(node);
        let compiled = if_built
            .as_ref()
            .or_else(|| self.analysed.compiled.get(&node.id));
        let sql = compiled.map(|compiled| self.analysed.resolved.shadow.published(&compiled.sql));
        let facts = sql::facts(sql.as_deref().unwrap_or(template)).unwrap_or_default();
        let definition = crate::manifest::checksum_of_unit_test(test);
        fingerprint.note(Part::Definition, &format!("{definition}{}", facts.normal));
        fingerprint.calls = facts.calls;
        fingerprint.attributes = facts.attributes;
        fingerprint.text = facts.normal;
        if !facts.volatile.is_empty() {
            let found: Vec<&str> = facts.volatile.iter().map(String::as_str).collect();
            fingerprint
                .obstacles
                .push(format!("its model's SQL has {}", found.join(", ")));
        }
        Some(fingerprint)
    }
}

/// What `meta: {hcw: {volatile: …}}` says.
fn volatility(node: &Node) -> Option<bool> {
    let own = node.config.get("meta")?.get("hcw")?.as_object()?;
    config::flag(own, "volatile")
}

fn constraints(constraints: &[crate::project::Constraint]) -> Vec<Json> {
    let described = constraints.iter().map(|constraint| {
        json!([
            constraint.kind.as_str(),
            constraint.name,
            constraint.expression,
            constraint.columns,
            constraint.to,
            constraint.to_columns,
        ])
    });
    described.collect()
}
