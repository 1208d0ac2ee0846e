//! What a run has cost: its steps as they were recorded, the path that decided how long it took, and what other
//! numbers of connections would have made of it. The recorded schedule is played again with the recorded times.

mod print;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

pub use print::{list, show};

/// Numbers of connections that a run is played again with, beside its own.
const THREADS: [usize; 5] = [1, 2, 4, 8, 16];

/// A run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RunRecord {
    /// Its invocation id.
    pub run_id: String,
    /// The verb.
    pub verb: String,
    /// The target's name.
    pub target: String,
    /// The version of hcw.
    pub hcw_version: String,
    /// How what was built took its place.
    pub publish: String,
    /// Connections used at once.
    pub threads: usize,
    /// When it started: as the server prints it, UTC.
    pub started_at: String,
    /// How long its steps and their publication took.
    pub seconds: Option<f64>,
    /// `success`, `failed`, `held`, or `unfinished` for one that was cut off.
    pub status: String,
    /// Its steps in the order of the plan, without those that were left as they were; of a list, none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nodes: Vec<NodeRecord>,
    /// How many steps ended how.
    #[serde(default)]
    pub counts: std::collections::BTreeMap<String, u64>,
}

/// A step. What the server does not tell is null.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct NodeRecord {
    /// Its place in the plan, from 0.
    pub position: usize,
    /// The node.
    pub unique_id: String,
    /// Its name for people.
    pub label: String,
    /// What it is.
    pub kind: String,
    /// How it ended.
    pub status: String,
    /// Why it ran, or was left.
    pub reason: Option<String>,
    /// Seconds from the start of the run; null for what never started.
    pub started_seconds: Option<f64>,
    /// How long it took.
    pub seconds: Option<f64>,
    /// Rows written, or rows that failed a test.
    pub rows: Option<i64>,
    /// Bytes of a relation that was written as a whole, indexes included.
    pub bytes_written: Option<i64>,
    /// Bytes that its statement wrote to temporary files.
    pub temp_bytes: Option<i64>,
    /// Blocks that its statement found in the server's memory.
    pub blocks_hit: Option<i64>,
    /// Blocks that its statement asked the system for.
    pub blocks_read: Option<i64>,
    /// The server's ids of its statements.
    #[serde(default)]
    pub query_ids: Vec<i64>,
    /// Places of the steps that it waited for.
    #[serde(default)]
    pub waits_for: Vec<usize>,
}

/// The chain of steps, each waiting for the one before it, that took longest.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct CriticalPath {
    /// How long it took: no number of connections makes the run shorter.
    pub seconds: f64,
    /// Its steps by their places, the first one first.
    pub steps: Vec<usize>,
}

/// How long a run would take with so many connections.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Replay {
    /// Connections.
    pub threads: usize,
    /// Seconds.
    pub seconds: f64,
}

/// Finds the chain that took longest.
pub fn critical_path(nodes: &[NodeRecord]) -> CriticalPath {
    let mut ends: Vec<f64> = Vec::with_capacity(nodes.len());
    let mut before: Vec<Option<usize>> = Vec::with_capacity(nodes.len());
    for (position, node) in nodes.iter().enumerate() {
        // a step stands behind those that it waits for
        let waited = node
            .waits_for
            .iter()
            .copied()
            .filter(|waited| *waited < position);
        let longest = waited.max_by(|left, right| ends[*left].total_cmp(&ends[*right]));
        let start = longest.map_or(0.0, |longest| ends[longest]);
        ends.push(start + node.seconds.unwrap_or(0.0));
        before.push(longest);
    }
    let mut at = (0..ends.len()).max_by(|left, right| ends[*left].total_cmp(&ends[*right]));
    let seconds = at.map_or(0.0, |last| ends[last]);
    let mut steps = Vec::new();
    while let Some(position) = at {
        // what took no time decides nothing
        if nodes[position].seconds.unwrap_or(0.0) > 0.0 {
            steps.push(position);
        }
        at = before[position];
    }
    steps.reverse();
    CriticalPath { seconds, steps }
}

/// Plays a run again: a free connection takes the ready step of the lowest place, as the run itself did.
pub fn replay(nodes: &[NodeRecord], threads: usize) -> f64 {
    let mut waiting: Vec<usize> = nodes.iter().map(|node| node.waits_for.len()).collect();
    let mut ready: BTreeSet<usize> = (0..nodes.len())
        .filter(|position| waiting[*position] == 0)
        .collect();
    let mut children = vec![Vec::new(); nodes.len()];
    for (position, node) in nodes.iter().enumerate() {
        for waited in node
            .waits_for
            .iter()
            .filter(|waited| **waited < nodes.len())
        {
            children[*waited].push(position);
        }
    }
    let mut running: Vec<(f64, usize)> = Vec::new();
    let mut now = 0.0;
    loop {
        while running.len() < threads.max(1)
            && let Some(position) = ready.pop_first()
        {
            running.push((now + nodes[position].seconds.unwrap_or(0.0), position));
        }
        let next =
            (0..running.len()).min_by(|left, right| running[*left].0.total_cmp(&running[*right].0));
        let Some(next) = next else { return now };
        let (end, position) = running.swap_remove(next);
        now = end;
        for child in &children[position] {
            waiting[*child] -= 1;
            if waiting[*child] == 0 {
                ready.insert(*child);
            }
        }
    }
}

/// The run with other numbers of connections, its own among them.
pub fn replays(run: &RunRecord) -> Vec<Replay> {
    let counts: BTreeSet<usize> = THREADS.into_iter().chain([run.threads.max(1)]).collect();
    let replays = counts.into_iter().map(|threads| Replay {
        threads,
        seconds: replay(&run.nodes, threads),
    });
    replays.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(position: usize, seconds: f64, waits_for: &[usize]) -> NodeRecord {
        NodeRecord {
            position,
            label: format!("node_{position}"),
            seconds: Some(seconds),
            waits_for: waits_for.to_vec(),
            ..NodeRecord::default()
        }
    }

    fn diamond() -> Vec<NodeRecord> {
        vec![
            node(0, 1.0, &[]),
            node(1, 4.0, &[0]),
            node(2, 2.0, &[0]),
            node(3, 1.0, &[1, 2]),
            node(4, 5.0, &[]),
        ]
    }

    #[test]
    fn the_longest_chain_is_the_critical_path() {
        let path = critical_path(&diamond());
        assert_eq!((path.seconds, path.steps), (6.0, vec![0, 1, 3]));
        assert_eq!(critical_path(&[]), CriticalPath::default());
    }

    #[test]
    fn connections_shorten_a_run_down_to_its_critical_path() {
        let nodes = diamond();
        assert_eq!(replay(&nodes, 1), 13.0, "one after the other");
        assert_eq!(replay(&nodes, 2), 8.0);
        assert_eq!(replay(&nodes, 3), 6.0);
        assert_eq!(replay(&nodes, 99), critical_path(&nodes).seconds);
        assert_eq!(replay(&[], 4), 0.0);
        assert_eq!(replay(&nodes, 0), 13.0, "there is always one");
    }

    #[test]
    fn records_that_do_not_fit_together_end_too() {
        let nodes = [node(0, 1.0, &[1]), node(1, 1.0, &[0]), node(2, 1.0, &[9])];
        assert_eq!(replay(&nodes, 1), 0.0);
        assert_eq!(critical_path(&nodes).seconds, 2.0);
    }
}
