//! Differences for people: lines for a terminal, a table for a pull request.

use std::fmt::Write;

use super::Difference;

/// Lines, a paragraph each relation that differs.
pub fn text(differences: &[Difference]) -> String {
    let mut text = String::new();
    for difference in differences {
        let name = &difference.name;
        if difference.is_none() {
            let rows = difference.rows_before.unwrap_or_default();
            let _infallible = writeln!(text, "{name}: no difference ({})", counted(rows));
        } else {
            let key = match difference.key.is_empty() {
                true => String::new(),
                false => format!(" (key {})", difference.key.join(", ")),
            };
            let _infallible = writeln!(text, "{name}{key}");
            for line in lines(difference) {
                let _infallible = writeln!(text, "  {line}");
            }
        }
        if let Some(note) = &difference.note {
            let _infallible = writeln!(text, "  note: {note}");
        }
        for example in &difference.examples {
            let _infallible = writeln!(text, "  {example}");
        }
    }
    text
}

/// A Markdown table, a row each relation that differs.
pub fn markdown(differences: &[Difference]) -> String {
    let mut text = String::from(
        "| relation | rows before | rows after | added | removed | changed | columns |\n\
         | --- | ---: | ---: | ---: | ---: | ---: | --- |\n",
    );
    let number = |count: Option<u64>| count.map_or_else(String::new, |count| count.to_string());
    for difference in differences.iter().filter(|one| !one.is_none()) {
        let failed = difference.failed.iter();
        let failed = failed.map(|why| format!("not compared: {why}"));
        let note = difference.note.clone();
        let cells: Vec<String> = failed.chain(columns(difference)).chain(note).collect();
        let counted = difference.failed.is_none();
        let _infallible = writeln!(
            text,
            "| `{}` | {} | {} | {} | {} | {} | {} |",
            difference.name,
            number(difference.rows_before),
            number(difference.rows_after),
            number(counted.then_some(difference.added)),
            number(counted.then_some(difference.removed)),
            number(difference.changed),
            cells.join("; ").replace('|', "\\|"),
        );
    }
    let same = differences.iter().filter(|one| one.is_none()).count();
    if same > 0 {
        let _infallible = writeln!(text, "\nWithout difference: {same}");
    }
    text
}

fn lines(difference: &Difference) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(why) = &difference.failed {
        lines.push(format!("not compared: {why}"));
        lines.extend(columns(difference));
        return lines;
    }
    match (difference.rows_before, difference.rows_after) {
        (None, after) => lines.push(format!("new: {}", counted(after.unwrap_or_default()))),
        (before, None) => lines.push(format!(
            "not built: {} published",
            counted(before.unwrap_or_default())
        )),
        (Some(before), Some(after)) => {
            let changed = match difference.changed {
                Some(changed) => format!(", {changed} changed"),
                None => String::new(),
            };
            lines.push(format!(
                "{before} to {}: {} added, {} removed{changed}",
                counted(after),
                difference.added,
                difference.removed
            ));
        }
    }
    lines.extend(columns(difference));
    lines
}

/// What differs in the columns, a text each kind of difference.
fn columns(difference: &Difference) -> Vec<String> {
    let mut found = Vec::new();
    let mut listed = |what: &str, columns: Vec<String>| {
        if !columns.is_empty() {
            found.push(format!("{what}: {}", columns.join(", ")));
        }
    };
    let changed = difference.changed_columns.iter();
    listed(
        "changed in",
        changed
            .map(|column| format!("{} ({})", column.name, column.rows))
            .collect(),
    );
    let new = difference.new_columns.iter();
    listed(
        "new columns",
        new.map(|column| format!("{} {}", column.name, column.data_type))
            .collect(),
    );
    listed("lost columns", difference.lost_columns.clone());
    let retyped = difference.retyped_columns.iter();
    listed(
        "other types",
        retyped
            .map(|one| format!("{} {} to {}", one.name, one.before, one.after))
            .collect(),
    );
    found
}

fn counted(rows: u64) -> String {
    format!("{rows} row{}", if rows == 1 { "" } else { "s" })
}
