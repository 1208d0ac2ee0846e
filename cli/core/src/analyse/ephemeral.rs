//! Ephemeral models: put into the queries that read them as common table expressions `__dbt__cte__<alias>`.

use std::collections::{BTreeMap, BTreeSet};

use super::{Compiled, Inlined, is_ephemeral};
use crate::diagnostic::Diagnostic;
use crate::graph::Resolved;
use crate::jinja::Relation;
use crate::project::{Found, ModelReference, Node, NodeKind, UniqueId};

/// The common table expression that a model becomes.
pub(super) fn expression(resolved: &Resolved, node: &Node) -> Relation {
    let named = resolved.rendered.relations.get(&node.id);
    Relation::ephemeral(named.map_or(node.alias(), |named| named.identifier.as_str()))
}

/// The ephemeral models that a set of nodes reads, directly or through other ephemeral models.
pub(super) fn needed<'graph>(
    resolved: &'graph Resolved,
    ephemeral: &BTreeSet<&'graph UniqueId>,
    nodes: &BTreeSet<&'graph UniqueId>,
) -> Vec<&'graph UniqueId> {
    let mut found = BTreeSet::new();
    let mut stack: Vec<&UniqueId> = nodes.iter().copied().collect();
    while let Some(id) = stack.pop() {
        for parent in resolved.graph.parents(id) {
            if ephemeral.contains(parent) && found.insert(parent) {
                stack.push(parent);
            }
        }
    }
    found.into_iter().collect()
}

/// What reads a late ephemeral model is late itself; what reads one that does not compile does not compile.
pub(super) fn spread(
    resolved: &Resolved,
    ephemeral: &BTreeSet<&UniqueId>,
    compiled: &mut BTreeMap<UniqueId, Compiled>,
    late: &mut BTreeSet<UniqueId>,
    failed: &mut BTreeMap<UniqueId, Diagnostic>,
) {
    for id in &resolved.graph.order {
        let parents: Vec<&UniqueId> = resolved
            .graph
            .parents(id)
            .filter(|parent| ephemeral.contains(parent))
            .collect();
        let problem = parents
            .iter()
            .find_map(|parent| failed.get(*parent))
            .cloned();
        if let Some(problem) = problem {
            if compiled.remove(id).is_some() || late.remove(id) {
                failed.insert(id.clone(), problem);
            }
        } else if parents.iter().any(|parent| late.contains(*parent))
            && compiled.remove(id).is_some()
        {
            late.insert(id.clone());
        }
    }
}

/// The ephemeral models that a template reads, in the order of its references. One that it refers to where it does not
/// run is not put in, as in dbt.
pub(super) fn read(resolved: &Resolved, node: &Node, refs: &[ModelReference]) -> Vec<UniqueId> {
    let project = resolved.project();
    let mut read: Vec<UniqueId> = Vec::new();
    let names = &resolved.rendered.names;
    let referred = refs.iter().filter_map(|used| {
        match names.find_ref(&node.package, used.package.as_deref(), &used.lookup_name()) {
            Found::One(id) => Some(id),
            _ => None,
        }
    });
    let is_generic_test = matches!(node.kind, NodeKind::GenericTest(_));
    let tested = resolved.graph.parents(&node.id).filter(|_| is_generic_test);
    for id in referred.chain(tested) {
        if project.nodes.get(id).is_some_and(is_ephemeral) && !read.contains(id) {
            read.push(id.clone());
        }
    }
    read
}

/// Puts the expressions in: each after those that it needs itself, in the order in which templates read them.
pub(super) fn inject(
    resolved: &Resolved,
    ephemeral: &BTreeSet<&UniqueId>,
    compiled: &mut BTreeMap<UniqueId, Compiled>,
) {
    if ephemeral.is_empty() {
        return;
    }
    let bodies: BTreeMap<&UniqueId, Compiled> = ephemeral
        .iter()
        .filter_map(|id| Some((*id, compiled.get(*id)?.clone())))
        .collect();
    for node in compiled.values_mut() {
        let mut order = Vec::new();
        collect(&bodies, &node.reads, &mut order);
        let mut text = String::new();
        let mut inlined = Vec::new();
        let mut extra = Vec::new();
        for parent in order {
            let Some(body) = bodies.get(parent) else {
                continue;
            };
            let name = expression(resolved, &resolved.project().nodes[parent]);
            if !text.is_empty() {
                text.push_str(", ");
            }
            let begins = text.len();
            text.push_str(&format!(" {name} as (\n"));
            let start = text.len();
            text.push_str(&body.sql);
            if let Some(template) = &body.template {
                inlined.push(Inlined {
                    output: start..text.len(),
                    spans: body.spans.clone(),
                    template: template.clone(),
                });
            }
            text.push_str("\n)");
            extra.push((parent.clone(), text[begins..].to_owned()));
        }
        node.expressions = extra;
        if !text.is_empty() {
            insert(node, &text, inlined);
        }
    }
}

/// What is read, each after what it reads itself.
fn collect<'bodies>(
    bodies: &'bodies BTreeMap<&UniqueId, Compiled>,
    read: &[UniqueId],
    order: &mut Vec<&'bodies UniqueId>,
) {
    for id in read {
        if let Some((id, body)) = bodies.get_key_value(id)
            && !order.contains(id)
        {
            collect(bodies, &body.reads, order);
            order.push(id);
        }
    }
}

/// Puts common table expressions that are no models into a query.
pub(crate) fn with_expressions(node: &mut Compiled, expressions: &str) {
    insert(node, expressions, Vec::new());
}

/// Writes the expressions after the query's own `with`, or before the query, as dbt does; spans move along.
fn insert(node: &mut Compiled, expressions: &str, inlined: Vec<Inlined>) {
    let (at, before, after) = match with_clause(&node.sql) {
        Some(after_with) => {
            let rest = &node.sql[after_with..];
            let blank = rest.len() - rest.trim_start().len();
            (after_with + blank, "", ", ")
        }
        None => (node.sql.len() - node.sql.trim_start().len(), "with", " "),
    };
    let text = format!("{before}{expressions}{after}");
    node.sql.insert_str(at, &text);
    let shift = at + before.len();
    node.inlined
        .extend(inlined.into_iter().map(|inlined| Inlined {
            output: inlined.output.start + shift..inlined.output.end + shift,
            ..inlined
        }));
    let mut spans = Vec::with_capacity(node.spans.len());
    for mut span in node.spans.drain(..) {
        if span.output.start >= at {
            span.output.start += text.len();
            span.output.end += text.len();
        } else if span.output.end > at {
            // the span that held the insertion point keeps its first part; the rest follows on
            let mut rest = span.clone();
            rest.output = at + text.len()..span.output.end + text.len();
            if span.verbatim {
                rest.template.start += at - span.output.start;
            }
            span.output.end = at;
            spans.push(span);
            spans.push(rest);
            continue;
        }
        spans.push(span);
    }
    node.spans = spans;
}

/// The position after a leading `with` or `with recursive`; comments and blanks before it are skipped.
fn with_clause(sql: &str) -> Option<usize> {
    let start = skip_blank(sql, 0);
    let after_with = keyword(sql, start, "with")?;
    let next = skip_blank(sql, after_with);
    Some(keyword(sql, next, "recursive").unwrap_or(after_with))
}

/// Whether a text is blanks and comments only.
pub(super) fn is_blank(sql: &str) -> bool {
    skip_blank(sql, 0) >= sql.len()
}

fn keyword(sql: &str, start: usize, word: &str) -> Option<usize> {
    let end = start + word.len();
    let found = sql.get(start..end)?.eq_ignore_ascii_case(word)
        && !sql[end..]
            .starts_with(|next: char| next.is_alphanumeric() || next == '_' || next == '$');
    found.then_some(end)
}

fn skip_blank(sql: &str, mut position: usize) -> usize {
    loop {
        let rest = &sql[position..];
        let blank = rest.len() - rest.trim_start().len();
        position += blank;
        let rest = &sql[position..];
        if rest.starts_with("--") {
            position += rest.find('\n').map_or(rest.len(), |end| end + 1);
        } else if rest.starts_with("/*") {
            position += block_comment(rest);
        } else {
            return position;
        }
    }
}

/// The length of a block comment; PostgreSQL's nest.
fn block_comment(text: &str) -> usize {
    let bytes = text.as_bytes();
    let (mut depth, mut at) = (0_usize, 0);
    while at < bytes.len() {
        if bytes[at..].starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if bytes[at..].starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compiled(sql: &str) -> Compiled {
        Compiled {
            sql: sql.into(),
            spans: Vec::new(),
            template: None,
            inlined: Vec::new(),
            foreign_key_targets: Vec::new(),
            materialization: None,
            messages: Vec::new(),
            reads: Vec::new(),
            expressions: Vec::new(),
            macros: Vec::new(),
        }
    }

    fn inserted(sql: &str) -> String {
        let mut node = compiled(sql);
        insert(&mut node, " e as (\nselect 1\n)", Vec::new());
        node.sql
    }

    #[test]
    fn expressions_join_the_querys_own() {
        assert_eq!(inserted("select 2"), "with e as (\nselect 1\n) select 2");
        assert_eq!(
            inserted("-- with x\n/* /* */ */ WITH a as (select 2) select 3"),
            "-- with x\n/* /* */ */ WITH  e as (\nselect 1\n), a as (select 2) select 3"
        );
        assert_eq!(
            inserted("with recursive a as (select 2) select 3"),
            "with recursive  e as (\nselect 1\n), a as (select 2) select 3"
        );
        assert_eq!(inserted("without"), "with e as (\nselect 1\n) without");
    }
}
