//! What templates say while the project is parsed.

use crate::analyse::published_names;
use crate::graph::Resolved;
use crate::message::{Message, MessageKind};
use crate::operation::{HookTime, declared_hooks, parsed};

/// What `log` and `print` said while no template asked the warehouse yet: those of nodes, then of hooks. What `warn` says
/// is told when the template runs.
pub fn said(resolved: &Resolved) -> Vec<Message> {
    let rendered = &resolved.rendered;
    let (tests, others): (Vec<_>, Vec<_>) = rendered
        .captured
        .iter()
        .filter(|(_, captured)| !captured.messages.is_empty())
        .partition(|(id, _)| {
            rendered
                .project
                .nodes
                .get(*id)
                .is_some_and(|node| node.is_test())
        });
    let of = |found: Vec<(&_, &crate::jinja::Captured)>| -> Vec<Message> {
        let messages = found
            .into_iter()
            .flat_map(|(_, captured)| &captured.messages);
        messages.cloned().collect()
    };
    let mut messages = of(others);
    let hooks = [HookTime::Start, HookTime::End]
        .into_iter()
        .flat_map(|time| declared_hooks(resolved, time));
    let names = std::cell::LazyCell::new(|| published_names(resolved));
    messages.extend(hooks.flat_map(|hook| parsed(resolved, &names, &hook).captured.messages));
    messages.extend(of(tests));
    messages.retain(|message| message.kind != MessageKind::Warning);
    messages
}
