//! What a run has built in its shadow and not published. The schemas of the shadow say it themselves, in their
//! comment, so that it is known as long as they stand and no longer; `hcw publish` finishes it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::drift::Grant;
use crate::graph::Resolved;
use crate::materialize::Statement;
use crate::name::{RelationName, quote_identifier, quote_literal};
use crate::plan;
use crate::publish::{Replacement, shadow_place, shadow_schema};
use crate::shadow::Shadow;

/// How the comment begins.
const MARK: &str = "hcw held run: ";

/// Relations that stand, by schema and name.
pub type Standing = BTreeMap<(String, String), Stand>;

/// What a relation is that stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stand {
    /// Its `pg_class.oid`.
    pub oid: u32,
    /// A digest of its columns, and where its rows are.
    #[serde(default)]
    pub shape: String,
    /// How many rows the server has counted as inserted, updated and deleted; null where it does not tell at once.
    pub changes: Option<String>,
}

/// A run whose relations wait in the shadow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// The run's invocation id.
    pub run: String,
    /// Whether every node was built and every test passed.
    pub is_audited: bool,
    /// What it built, in the order of the shadow.
    relations: Vec<HeldRelation>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct HeldRelation {
    database: String,
    schema: String,
    name: String,
    contracted: bool,
    granted: bool,
    #[serde(default)]
    declared: BTreeSet<Grant>,
    /// The relation whose place it takes; null where there was none. Of one whose rows were copied, as it was before
    /// they were.
    standing: Option<Stand>,
}

impl Held {
    /// The record of a run's shadow, beside what stood before it and what stands when it ends.
    pub fn of(
        shadow: &Shadow,
        run: &str,
        is_audited: bool,
        (before, standing): (&Standing, &Standing),
    ) -> Held {
        let copied: BTreeSet<&RelationName> = shadow.copied().collect();
        let relations = shadow.replacements().iter().map(|replacement| {
            let target = &replacement.target;
            let seen = match copied.contains(target) {
                true => before,
                false => standing,
            };
            HeldRelation {
                standing: standing_at(seen, &target.schema, &target.identifier).cloned(),
                database: target.database.clone(),
                schema: target.schema.clone(),
                name: target.identifier.clone(),
                contracted: replacement.contracted,
                granted: replacement.granted,
                declared: replacement.declared.clone(),
            }
        });
        Held {
            run: run.to_owned(),
            is_audited,
            relations: relations.collect(),
        }
    }

    /// The record that a schema's comment holds, if it is one.
    pub fn read(comment: &str) -> Option<Held> {
        serde_json::from_str(comment.strip_prefix(MARK)?).ok()
    }

    /// The statements that leave the record at every schema of the shadow.
    pub fn comments(&self) -> Vec<String> {
        let record = serde_json::to_string(self).unwrap_or_default();
        let comment = quote_literal(&format!("{MARK}{record}"));
        let schema = |schema: &String| {
            let schema = quote_identifier(&shadow_schema(schema));
            format!("comment on schema {schema} is {comment}")
        };
        self.schemas().iter().map(schema).collect()
    }

    /// The schemas that it is published to, each once, in order.
    pub fn schemas(&self) -> Vec<String> {
        let mut schemas: Vec<String> = self
            .relations
            .iter()
            .map(|relation| relation.schema.clone())
            .collect();
        schemas.sort();
        schemas.dedup();
        schemas
    }

    /// The relations, `schema.name`.
    pub fn names(&self) -> impl Iterator<Item = String> {
        self.relations.iter().map(HeldRelation::plain)
    }

    /// Where the relation stands that is to take the place of this one, if the run built it.
    pub fn place(&self, published: &RelationName) -> Option<RelationName> {
        let is_it = |relation: &&HeldRelation| {
            relation.schema == published.schema && relation.name == published.identifier
        };
        self.relations
            .iter()
            .find(is_it)
            .map(|_| shadow_place(published))
    }

    /// Relations that are no longer as they stood when the run ended: others, or with other columns or rows; and those whose
    /// rows somebody has changed since the run copied them: what was built goes on from rows that are others now.
    pub fn changed_since(&self, standing: &Standing) -> Vec<String> {
        self.relations
            .iter()
            .filter(|relation| {
                let now = standing_at(standing, &relation.schema, &relation.name);
                match (&relation.standing, now) {
                    (Some(then), Some(now)) => then != now,
                    (then, now) => then.is_some() != now.is_some(),
                }
            })
            .map(HeldRelation::plain)
            .collect()
    }

    /// The statements that publish all of it, in one transaction, as the project is now.
    pub fn publication(&self, resolved: &Resolved) -> Vec<Statement> {
        let replacements: Vec<Replacement> = self
            .relations
            .iter()
            .map(|relation| Replacement {
                target: RelationName::new(&relation.database, &relation.schema, &relation.name),
                contracted: relation.contracted,
                granted: relation.granted,
                declared: relation.declared.clone(),
            })
            .collect();
        plan::publication(resolved, &replacements)
    }
}

impl HeldRelation {
    fn plain(&self) -> String {
        format!("{}.{}", self.schema, self.name)
    }
}

fn standing_at<'seen>(standing: &'seen Standing, schema: &str, name: &str) -> Option<&'seen Stand> {
    let key = (schema.to_owned(), name.to_owned());
    standing.get(&key)
}
