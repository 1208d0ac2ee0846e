//! A preview for people: lines for a terminal, Markdown for a pull request.

use std::fmt::Write;

use super::{Change, NodePreview, Preview};

/// Lines: `+` what is added, `~` what changes, `-` what is removed, `!` what cannot be.
pub fn text(preview: &Preview) -> String {
    let mut text = String::new();
    for node in &preview.nodes {
        let mark = mark(node);
        let why = node.reasons.join("; ");
        let _infallible = writeln!(text, "{mark} {} ({}): {why}", node.relation, node.kind);
        for line in details(node) {
            let _infallible = writeln!(text, "    {line}");
        }
    }
    for orphan in &preview.removed {
        let _infallible = writeln!(
            text,
            "- {}: {} {}; {}",
            orphan.relation,
            orphan.unique_id,
            orphan.why,
            orphan.fate()
        );
    }
    for line in closing(preview) {
        let _infallible = writeln!(text, "{line}");
    }
    text
}

/// A table of what changes, and lists of what breaks, is removed and is locked.
pub fn markdown(preview: &Preview) -> String {
    let mut text = String::new();
    if !preview.nodes.is_empty() {
        text.push_str("| | relation | why | columns |\n| --- | --- | --- | --- |\n");
    }
    for node in &preview.nodes {
        let cell = |lines: Vec<String>| lines.join("<br>").replace('|', "\\|");
        let _infallible = writeln!(
            text,
            "| {} | `{}` | {} | {} |",
            word(node.change),
            node.relation,
            cell(node.reasons.clone()),
            cell(details(node))
        );
    }
    for orphan in &preview.removed {
        let _infallible = writeln!(
            text,
            "| orphan | `{}` | {} {}; {} | |",
            orphan.relation,
            orphan.unique_id,
            orphan.why,
            orphan.fate()
        );
    }
    for line in closing(preview) {
        let _infallible = writeln!(text, "\n{line}");
    }
    text
}

fn mark(node: &NodePreview) -> char {
    match node.change {
        Change::Added => '+',
        Change::Rebuilt | Change::Landed | Change::Refreshed => '~',
        Change::Fails => '!',
    }
}

fn word(change: Change) -> &'static str {
    match change {
        Change::Added => "added",
        Change::Rebuilt => "rebuilt",
        Change::Landed => "landed",
        Change::Refreshed => "refreshed",
        Change::Fails => "**fails**",
    }
}

/// What happens to the columns, and who reads them.
fn details(node: &NodePreview) -> Vec<String> {
    let mut lines = Vec::new();
    if node.change == Change::Added && !node.new_columns.is_empty() {
        let columns = node.new_columns.iter();
        let columns: Vec<String> = columns
            .map(|column| format!("{} {}", column.name, column.data_type))
            .collect();
        lines.push(format!("columns: {}", columns.join(", ")));
    } else {
        for column in &node.new_columns {
            lines.push(format!("+ column {} {}", column.name, column.data_type));
        }
    }
    let readers = |column: &str| {
        let readers = node.breaks.iter().filter(|reader| reader.column == column);
        let readers: Vec<&str> = readers.map(|reader| reader.reader.as_str()).collect();
        match readers.is_empty() {
            true => String::new(),
            false => format!(": breaks {}", readers.join(", ")),
        }
    };
    for column in &node.lost_columns {
        lines.push(format!("- column {column}{}", readers(column)));
    }
    for column in &node.retyped_columns {
        lines.push(format!(
            "~ column {} {} to {}{}",
            column.name,
            column.before,
            column.after,
            readers(&column.name)
        ));
    }
    if !node.loses.is_empty() {
        lines.push(format!("loses {}", node.loses.join(", ")));
    }
    for right in &node.revokes {
        lines.push(format!("revokes {right}"));
    }
    if !node.exposures.is_empty() {
        lines.push(format!("read by {}", node.exposures.join(", ")));
    }
    if let Some(why) = &node.unknown {
        lines.push(format!("columns are not known yet: {why}"));
    }
    lines
}

fn closing(preview: &Preview) -> Vec<String> {
    let mut lines = Vec::new();
    let left = match preview.reused {
        0 => String::new(),
        reused => format!(", {reused} stay as they are"),
    };
    let published = match &preview.publish {
        Some(way) => format!(" Published: {way}."),
        None => String::new(),
    };
    if preview.nodes.is_empty() && preview.tests_run == 0 {
        lines.push(format!(
            "Nothing to do: {} nodes stay as they are, and {} tests have passed on them.",
            preview.reused, preview.tests_reused
        ));
    } else {
        lines.push(format!(
            "{} to build or bring up to date{left}; {} tests to run, {} have passed on what stays.{published}",
            preview.nodes.len(),
            preview.tests_run,
            preview.tests_reused,
        ));
    }
    for obstacle in &preview.in_the_way {
        lines.push(format!(
            "in the way, so that nothing is published: {obstacle}"
        ));
    }
    for lock in &preview.locks {
        lines.push(format!(
            "locks {} ({}): {}",
            lock.relation, lock.mode, lock.why
        ));
    }
    for drift in &preview.drift {
        lines.push(format!("drift: {drift}"));
    }
    lines
}
