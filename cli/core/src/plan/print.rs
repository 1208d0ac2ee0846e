//! A plan as text: what `--dry-run` shows.

use std::fmt::Write as _;

use super::{Action, Plan, Step};
use crate::materialize::Operation;
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
        build(&mut text, &step.before);
        match &step.action {
            Action::Land(table) => {
                let _ = writeln!(
                    text,
                    "-- copy {} into {}",
                    table.landing.location,
                    table.relation.in_schema()
                );
            }
            Action::Build {
                operations,
                otherwise,
                ..
            } => {
                build(&mut text, operations);
                if !otherwise.is_empty() {
                    text.push_str(
                        "-- where its columns cannot stay, it is built in the shadow and swapped in\n",
                    );
                }
            }
            Action::Late(_) => {
                text.push_str("-- asks the warehouse: compiled when its turn comes\n")
            }
            Action::Reuse => text.push_str("-- stands as it was built\n"),
            Action::Fail(problem) | Action::Skip(problem) => {
                let _ = writeln!(text, "-- fails: {}", problem.message);
            }
            Action::Test(test) => {
                build(&mut text, &test.store);
                let _ = writeln!(text, "{};", test.query.sql);
            }
        }
    }
    if !plan.publication.is_empty() {
        text.push_str("\n-- all of it is published\nbegin;\n");
        for statement in &plan.publication {
            let _ = writeln!(text, "{};", statement.sql);
        }
        text.push_str("commit;\n");
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

fn build(text: &mut String, operations: &[Operation]) {
    let mut is_open = false;
    for operation in operations {
        let inside = match operation {
            Operation::Run(statement) => statement.transaction,
            Operation::Copy { .. } | Operation::CheckContract { .. } => true,
            Operation::Commit => false,
        };
        if inside && !is_open {
            text.push_str("begin;\n");
        } else if !inside && is_open {
            text.push_str("commit;\n");
        }
        is_open = inside;
        match operation {
            Operation::Run(statement) => {
                let _ = writeln!(text, "{};", statement.sql);
            }
            Operation::Copy { into, rows, .. } => {
                let _ = writeln!(text, "-- copy {} rows into {into}", rows.rows.len());
            }
            Operation::CheckContract { columns, .. } => {
                let _ = writeln!(
                    text,
                    "-- check that the query has the {} columns of the contract",
                    columns.len()
                );
            }
            Operation::Commit => {}
        }
    }
    if is_open {
        text.push_str("commit;\n");
    }
}
