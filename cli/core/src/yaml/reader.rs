//! Reading a mapping key by key: typed access, every problem collected, unknown keys named.

use crate::diagnostic::{Code, Diagnostic, Severity, nearest};
use crate::source::{Location, SourceFile};

use super::{Key, Node, Value};

/// Reads one mapping; keys that nobody asked for are reported by [`MapReader::finish`].
pub struct MapReader<'node, 'run> {
    file: &'node SourceFile,
    what: String,
    entries: &'node [(Key, Node)],
    asked: Vec<&'static str>,
    diagnostics: &'run mut Vec<Diagnostic>,
}

impl<'node, 'run> MapReader<'node, 'run> {
    /// Starts to read a node that should be a mapping (null counts as an empty one).
    ///
    /// `what` names the thing in messages, for example ``model `dim_patient` ``.
    pub fn new(
        file: &'node SourceFile,
        what: impl Into<String>,
        node: &'node Node,
        diagnostics: &'run mut Vec<Diagnostic>,
    ) -> MapReader<'node, 'run> {
        let what = what.into();
        let entries: &'node [(Key, Node)] = match &node.value {
            Value::Mapping(entries) => entries,
            Value::Null => &[],
            _ => {
                diagnostics.push(
                    Diagnostic::error(
                        Code::YamlType,
                        format!("{what} must be a mapping, not {}", node.kind()),
                    )
                    .at(file.at(node.range.clone())),
                );
                &[]
            }
        };
        MapReader {
            file,
            what,
            entries,
            asked: Vec::new(),
            diagnostics,
        }
    }

    /// The value of a key; null counts as absent.
    pub fn node(&mut self, key: &'static str) -> Option<&'node Node> {
        self.asked.push(key);
        self.entries
            .iter()
            .find(|(name, _)| name.name == key)
            .map(|(_, node)| node)
            .filter(|node| !node.is_null())
    }

    /// The value of a key that is there, be it null.
    pub fn written(&mut self, key: &'static str) -> Option<&'node Node> {
        self.asked.push(key);
        let entry = self.entries.iter().find(|(name, _)| name.name == key);
        entry.map(|(_, node)| node)
    }

    /// The entries that nobody has asked for so far.
    pub fn others(&self) -> Vec<&'node (Key, Node)> {
        let is_asked = |key: &Key| self.asked.contains(&key.name.as_str());
        let entries = self.entries.iter();
        entries.filter(|(key, _)| !is_asked(key)).collect()
    }

    /// A scalar as text.
    pub fn text(&mut self, key: &'static str) -> Option<String> {
        let node = self.node(key)?;
        match node.scalar_text() {
            Some(text) => Some(text),
            None => {
                self.wrong_type(key, "a text", node);
                None
            }
        }
    }

    /// A scalar as text, with its place.
    pub fn located_text(&mut self, key: &'static str) -> Option<(String, Location)> {
        let node = self.node(key)?;
        let location = self.file.at(node.range.clone());
        self.text(key).map(|text| (text, location))
    }

    /// A boolean.
    pub fn flag(&mut self, key: &'static str) -> Option<bool> {
        let node = self.node(key)?;
        match &node.value {
            Value::Bool(flag) => Some(*flag),
            _ => {
                self.wrong_type(key, "a boolean", node);
                None
            }
        }
    }

    /// The nodes of a list; absent is empty.
    pub fn list(&mut self, key: &'static str) -> &'node [Node] {
        let Some(node) = self.node(key) else {
            return &[];
        };
        match &node.value {
            Value::Sequence(items) => items,
            _ => {
                self.wrong_type(key, "a list", node);
                &[]
            }
        }
    }

    /// A list of texts, or one text; absent is `None`.
    pub fn texts(&mut self, key: &'static str) -> Option<Vec<String>> {
        let node = self.node(key)?;
        match &node.value {
            Value::Sequence(items) => Some(
                items
                    .iter()
                    .filter_map(|item| {
                        let text = item.scalar_text();
                        if text.is_none() {
                            self.wrong_type(key, "a list of texts", item);
                        }
                        text
                    })
                    .collect(),
            ),
            _ => self.text(key).map(|text| vec![text]),
        }
    }

    /// The file that is read.
    pub fn file(&self) -> &'node SourceFile {
        self.file
    }

    /// The diagnostics that reading has collected, for readers of inner nodes.
    pub fn diagnostics(&mut self) -> &mut Vec<Diagnostic> {
        self.diagnostics
    }

    /// Warns of each key that nobody asked for, since dbt lets projects add keys of their own; where a known
    /// key is near it is likely a typo.
    pub fn finish(self) {
        self.finish_with(Severity::Warning);
    }

    /// The same where a key that was not asked for is an error.
    pub fn finish_strictly(self) {
        self.finish_with(Severity::Error);
    }

    fn finish_with(self, severity: Severity) {
        for (key, _) in self.others() {
            let message = format!("unknown key `{}` in {}", key.name, self.what);
            let help = match nearest(&key.name, self.asked.iter().copied()) {
                Some(known) => format!("did you mean `{known}`?"),
                None => format!(
                    "put a key of your own under `meta`; known keys: {}",
                    known_keys(&self.asked)
                ),
            };
            let diagnostic = Diagnostic {
                severity,
                ..Diagnostic::warning(Code::YamlUnknownKey, message)
            };
            self.diagnostics
                .push(diagnostic.help(help).at(self.file.at(key.range.clone())));
        }
    }

    fn wrong_type(&mut self, key: &str, expected: &str, node: &Node) {
        self.diagnostics.push(
            Diagnostic::error(
                Code::YamlType,
                format!(
                    "`{key}` of {} must be {expected}, not {}",
                    self.what,
                    node.kind()
                ),
            )
            .at(self.file.at(node.range.clone())),
        );
    }
}

fn known_keys(asked: &[&'static str]) -> String {
    let mut keys: Vec<&str> = asked.to_vec();
    keys.sort_unstable();
    keys.dedup();
    keys.join(", ")
}
