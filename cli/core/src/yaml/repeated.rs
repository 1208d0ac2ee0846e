//! Keys that a mapping has twice: as in dbt the last one counts.

use super::{Key, Node, Value};

/// The node without keys that are said again later; these go to `repeated`, each where it is said again.
pub(super) fn without(node: Node, repeated: &mut Vec<Key>) -> Node {
    let value = match node.value {
        Value::Sequence(items) => {
            let items = items.into_iter().map(|item| without(item, repeated));
            Value::Sequence(items.collect())
        }
        Value::Mapping(entries) => Value::Mapping(last_ones(entries, repeated)),
        scalar => scalar,
    };
    Node {
        value,
        range: node.range,
    }
}

fn last_ones(entries: Vec<(Key, Node)>, repeated: &mut Vec<Key>) -> Vec<(Key, Node)> {
    let mut kept: Vec<(Key, Node)> = Vec::with_capacity(entries.len());
    let mut positions = std::collections::HashMap::with_capacity(entries.len());
    for (key, value) in entries {
        let value = without(value, repeated);
        match positions.get(&key.name) {
            Some(&position) => {
                repeated.push(key.clone());
                kept[position] = (key, value);
            }
            None => {
                positions.insert(key.name.clone(), kept.len());
                kept.push((key, value));
            }
        }
    }
    kept
}
