//! `--show`: the first rows of each seed that was loaded. As with `show`, they go to stdout and not to the log.

use hcw_core::analyse::Analysed;
use hcw_core::plan::{Plan, StepKind};
use hcw_core::seed;

use crate::args::LogLevel;
use crate::execute::{RunReport, Status};
use crate::report::{Event, Reporter};

/// How many rows are shown.
const ROWS: usize = 10;

/// Prints the seeds' rows.
pub(super) fn show(plan: &Plan, analysed: &Analysed, report: &RunReport, reporter: &Reporter) {
    let nodes = &analysed.resolved.project().nodes;
    for result in &report.results {
        let step = &plan.steps[result.position];
        if step.kind != StepKind::Seed || result.outcome.status != Status::Success {
            continue;
        }
        // what was loaded has been read without a problem before
        let Some(Ok(data)) = nodes.get(&step.id).map(seed::parse) else {
            continue;
        };
        let header = data.columns.iter().map(|(name, _)| name.clone());
        let rows = data.rows.iter().take(ROWS).map(|row| {
            row.map(|cell| cell.unwrap_or_default().replace('\n', "\\n"))
                .collect()
        });
        let lines: Vec<Vec<String>> = std::iter::once(header.collect()).chain(rows).collect();
        let text = format!("Sample of table: {}\n{}", step.label, table(&lines));
        reporter.shown(&Event::new("SeedHeader", "Q004", LogLevel::Info, text));
    }
}

/// A table of bars, its first line the header.
fn table(lines: &[Vec<String>]) -> String {
    let count = lines.first().map_or(0, Vec::len);
    let widths: Vec<usize> = (0..count)
        .map(|column| {
            let widths = lines.iter().map(|line| line[column].chars().count());
            widths.max().unwrap_or_default()
        })
        .collect();
    let mut text = String::new();
    for (position, line) in lines.iter().enumerate() {
        let cells = line.iter().zip(&widths);
        let cells: Vec<String> = cells
            .map(|(cell, width)| format!("{cell:<width$}"))
            .collect();
        text.push_str(&format!("| {} |\n", cells.join(" | ")));
        if position == 0 {
            let rules: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
            text.push_str(&format!("| {} |\n", rules.join(" | ")));
        }
    }
    text
}
