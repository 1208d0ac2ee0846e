//! A plan as text: what `--dry-run` shows.

use std::fmt::Write as _;

use super::{Action, Plan, Step};
use crate::materialize::Statement;
use crate::name::quote_identifier;

/// The plan as a SQL script with comments; landing and COPY stand in it as comments.
pub fn print(plan: &Plan) -> String {
    let mut text = String::new();
    for schema in plan.schemas.iter().chain(&plan.shadow_schemas) {
        let _ = writeln!(
            text,
            "create schema if not exists {};",
            quote_identifier(schema)
        );
    }
    for (position, step) in plan.steps.iter().enumerate() {
        let _ = writeln!(text, "\n-- {}", headline(plan, position, step));
        match &step.action {
            Action::Land(table) => {
                let _ = writeln!(
                    text,
                    "-- copy {} into {}",
                    table.landing.location,
                    table.relation.in_schema()
                );
            }
            Action::Statements(statements) => transaction(&mut text, statements, None, &[]),
            Action::Seed {
                before,
                copy_into,
                data,
                after,
            } => {
                let copy = format!(
                    "-- copy {} rows into {}",
                    data.rows.len(),
                    copy_into.in_schema()
                );
                transaction(&mut text, before, Some(&copy), after);
            }
            Action::Test(test) => {
                if !test.store.is_empty() {
                    transaction(&mut text, &test.store, None, &[]);
                }
                let _ = writeln!(text, "{};", test.query.sql);
            }
        }
    }
    text
}

fn headline(plan: &Plan, position: usize, step: &Step) -> String {
    let after: Vec<String> = step
        .waits_for
        .iter()
        .map(|waited| (waited + 1).to_string())
        .collect();
    let after = if after.is_empty() {
        String::new()
    } else {
        format!(" (after {})", after.join(", "))
    };
    format!(
        "{} of {} {} {}{after}",
        position + 1,
        plan.steps.len(),
        step.description,
        step.label
    )
}

fn transaction(text: &mut String, before: &[Statement], copy: Option<&str>, after: &[Statement]) {
    text.push_str("begin;\n");
    for statement in before {
        let _ = writeln!(text, "{};", statement.sql);
    }
    if let Some(copy) = copy {
        let _ = writeln!(text, "{copy}");
    }
    for statement in after {
        let _ = writeln!(text, "{};", statement.sql);
    }
    text.push_str("commit;\n");
}
