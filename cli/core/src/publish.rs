//! How relations that were built in a shadow schema take the place of those that stand: one statement, all of them
//! or none. Its parts are the files below `publish/`, one a subject, in the order of their numbers.

use std::collections::BTreeSet;

use md5::{Digest, Md5};
use serde_json::json;

use crate::drift::Grant;
use crate::materialize::Statement;
use crate::name::{MAX_NAME_BYTES, RelationName, quote_literal};

const SHADOW: &str = "hcw_shadow__";
const IF_NOT_BARE: &str = "\n    if not is_bare then\n";
const END_IF: &str = "\n    end if;\n";

/// The statement's parts; most relations are bare and need few of them.
const PARTS: [&str; 20] = [
    include_str!("publish/00_begin.sql"),
    include_str!("publish/05_bare.sql"),
    IF_NOT_BARE,
    include_str!("publish/10_dependents.sql"),
    include_str!("publish/12_tablespaces.sql"),
    END_IF,
    include_str!("publish/15_locks.sql"),
    IF_NOT_BARE,
    include_str!("publish/20_in_the_way.sql"),
    include_str!("publish/25_sequences.sql"),
    include_str!("publish/30_constraints.sql"),
    include_str!("publish/40_views.sql"),
    include_str!("publish/50_indexes_and_foreign_keys.sql"),
    include_str!("publish/60_owner_and_grants.sql"),
    include_str!("publish/70_security.sql"),
    include_str!("publish/75_triggers_and_rules.sql"),
    include_str!("publish/80_comments_and_settings.sql"),
    include_str!("publish/85_parts.sql"),
    END_IF,
    include_str!("publish/90_end.sql"),
];

/// The query for what stands on relations that turn into another kind, and that kind cannot have; it ends a statement
/// that has `turning`.
pub(crate) const CANNOT_HAVE: &str = include_str!("publish/cannot_have.sql");

/// The schema beside a schema in which relations are built. Its name does not begin with the schema's: projects
/// look for relations by the beginning of their schema's name, and what is under way is none of them.
pub(crate) fn shadow_schema(schema: &str) -> String {
    prefixed(SHADOW, schema)
}

/// Where a relation is built that is to be published: under its own name in the schema beside its own.
pub(crate) fn shadow_place(published: &RelationName) -> RelationName {
    let stored = shadow_schema(&published.schema);
    // the project's letters, as far as the name has them
    let kept = stored[SHADOW.len()..].bytes();
    let kept = kept.zip(published.schema.bytes());
    let kept = kept.take_while(|(one, other)| one == other).count();
    let letters = &published.as_written().schema[..kept];
    let written = format!("{SHADOW}{letters}{}", &stored[SHADOW.len() + kept..]);
    published.in_other_schema(stored, written)
}

/// Whether relations are built in a schema.
pub(crate) fn is_shadow(schema: &str) -> bool {
    schema.starts_with(SHADOW)
}

/// The schema beside a schema that takes replaced tables until the run has ended, under names that no project
/// looks for.
pub(crate) fn retired_schema(schema: &str) -> String {
    prefixed("hcw_retired__", schema)
}

/// A name with a prefix, within PostgreSQL's limit: of one that is too long, its beginning and a digest of all of it.
fn prefixed(prefix: &str, name: &str) -> String {
    const DIGEST: usize = 8;
    let limit = MAX_NAME_BYTES - prefix.len();
    if name.len() <= limit {
        return format!("{prefix}{name}");
    }
    let digest = base16ct::lower::encode_string(&Md5::digest(name));
    let mut end = limit - DIGEST;
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    format!("{prefix}{}{}", &name[..end], &digest[..DIGEST])
}

/// A relation that is published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Replacement {
    /// Where it goes; it was built under the same name in the shadow schema.
    pub(crate) target: RelationName,
    /// Whether a contract declares its constraints, so that those of the old relation are not made by hand.
    pub(crate) contracted: bool,
    /// Whether the declared grants, which it has, are all that are wanted, so that those of the old relation do not go
    /// over.
    pub(crate) granted: bool,
    /// The declared grants, which it has.
    pub(crate) declared: BTreeSet<Grant>,
}

/// How locks are had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Locks {
    /// Each is waited for, within the transaction that has built.
    Waited,
    /// All of them at once or none, so that no reader is ever the one that ends a deadlock; to be tried again.
    AtOnce,
}

/// The statement that publishes relations.
///
/// **Errors**: SQLSTATE HCW01 with all objects that cannot go over, HCW02 for what the shadow does not have, HCW03 for a lock that was
/// not had.
pub(crate) fn statement(replacements: &[Replacement], locks: Locks) -> Statement {
    let listed: Vec<_> = replacements
        .iter()
        .map(|replacement| {
            let schema = &replacement.target.schema;
            json!({
                "schema": schema,
                "name": replacement.target.identifier,
                "shadow": shadow_schema(schema),
                "retired": retired_schema(schema),
                "contracted": replacement.contracted,
                "granted": replacement.granted,
                "declared": replacement.declared,
            })
        })
        .collect();
    // a name may hold the delimiter of the statement's body
    let listed = json!(listed).to_string().replace('$', "\\u0024");
    let text = PARTS.concat().replace("{cannot_have}", CANNOT_HAVE);
    // the comment at the top is for readers of the source
    let body = text.find("do $hcw$").map_or(&*text, |start| &text[start..]);
    Statement::plain(
        body.trim_end()
            .trim_end_matches(';')
            .replace("{is_hurried}", &(locks == Locks::AtOnce).to_string())
            .replace("{replacements}", &quote_literal(&listed)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_are_cut_to_the_limit() {
        let shadow = shadow_schema(&"ä".repeat(40));
        assert!(
            shadow.len() <= MAX_NAME_BYTES && shadow.starts_with("hcw_shadow__ä"),
            "{shadow}"
        );
        let other = shadow_schema(&format!("{}o", "ä".repeat(39)));
        assert_ne!(shadow, other, "what differs beyond the limit differs");
    }

    #[test]
    fn a_name_cannot_end_the_statement() {
        let replacement = Replacement {
            target: RelationName::new("db", "it's", "a$hcw$b"),
            contracted: false,
            granted: false,
            declared: BTreeSet::new(),
        };
        let text = statement(&[replacement], Locks::AtOnce).sql;
        assert_eq!(text.matches("$hcw$").count(), 2, "{text}");
        assert!(text.contains("it''s"), "{text}");
    }
}
