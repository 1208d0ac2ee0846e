//! Runs for people.

use std::fmt::Write as _;

use super::{NodeRecord, RunRecord, critical_path, replays};

/// What stands for what the server does not tell.
const UNKNOWN: &str = "unknown";
/// How many steps are shown of those that took longest.
const SLOWEST: usize = 20;

/// A line for each run, the newest first.
pub fn list(runs: &[RunRecord]) -> String {
    let mut rows = vec![
        [
            "run", "started", "verb", "target", "status", "seconds", "steps",
        ]
        .map(str::to_owned),
    ];
    for run in runs {
        let steps: Vec<String> = run
            .counts
            .iter()
            .map(|(status, count)| format!("{count} {status}"))
            .collect();
        rows.push([
            run.run_id.clone(),
            run.started_at.clone(),
            run.verb.clone(),
            run.target.clone(),
            run.status.clone(),
            seconds(run.seconds),
            steps.join(", "),
        ]);
    }
    table(&rows)
}

/// A run: its steps that took longest, its critical path, and other numbers of connections.
pub fn show(run: &RunRecord) -> String {
    let mut text = String::new();
    let _infallible = writeln!(
        text,
        "run {} · {} on {} · {} · started {} · {} s on {} threads · published {} · hcw {}",
        run.run_id,
        run.verb,
        run.target,
        run.status,
        run.started_at,
        seconds(run.seconds),
        run.threads,
        run.publish,
        run.hcw_version
    );
    let mut nodes: Vec<&NodeRecord> = run
        .nodes
        .iter()
        .filter(|node| node.started_seconds.is_some())
        .collect();
    nodes.sort_by(|left, right| {
        right
            .seconds
            .unwrap_or(0.0)
            .total_cmp(&left.seconds.unwrap_or(0.0))
    });
    let left = run.nodes.len() - nodes.len();
    let reused = run.counts.get("reused").copied().unwrap_or_default();
    let _infallible = writeln!(
        text,
        "\nsteps, the longest first ({left} did not start, {reused} were left as they were)"
    );
    let heads = [
        "step",
        "status",
        "seconds",
        "rows",
        "bytes written",
        "temp bytes",
        "blocks hit",
        "blocks read",
        "query ids",
    ];
    let mut rows = vec![heads.map(str::to_owned)];
    for node in nodes.iter().take(SLOWEST) {
        let ids: Vec<String> = node.query_ids.iter().map(i64::to_string).collect();
        rows.push([
            node.label.clone(),
            node.status.clone(),
            seconds(node.seconds),
            number(node.rows),
            number(node.bytes_written),
            number(node.temp_bytes),
            number(node.blocks_hit),
            number(node.blocks_read),
            if ids.is_empty() {
                UNKNOWN.to_owned()
            } else {
                ids.join(" ")
            },
        ]);
    }
    text.push_str(&table(&rows));
    if nodes.len() > SLOWEST {
        let _infallible = writeln!(
            text,
            "… and {} more; --output json has them all",
            nodes.len() - SLOWEST
        );
    }
    let path = critical_path(&run.nodes);
    let _infallible = writeln!(text, "\ncritical path: {:.2} s", path.seconds);
    for position in &path.steps {
        let node = &run.nodes[*position];
        let _infallible = writeln!(text, "  {:>8} s  {}", seconds(node.seconds), node.label);
    }
    text.push_str("\nwith other numbers of threads, if each step took as long as it did\n");
    for replay in replays(run) {
        let own = if replay.threads == run.threads {
            "  (as it ran)"
        } else {
            ""
        };
        let _infallible = writeln!(
            text,
            "  {:>3} threads  {:>8.2} s{own}",
            replay.threads, replay.seconds
        );
    }
    text
}

fn seconds(seconds: Option<f64>) -> String {
    seconds.map_or_else(|| UNKNOWN.to_owned(), |seconds| format!("{seconds:.2}"))
}

fn number(number: Option<i64>) -> String {
    number.map_or_else(|| UNKNOWN.to_owned(), |number| number.to_string())
}

/// Columns side by side; the first row is their heads.
fn table<const COLUMNS: usize>(rows: &[[String; COLUMNS]]) -> String {
    let width = |column: usize| {
        rows.iter()
            .map(|row| row[column].chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..COLUMNS).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let cells = row
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:<width$}"));
        let line = cells.collect::<Vec<_>>().join("  ");
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}
