//! YAML as a tree of nodes that know their place, and a reader that collects every problem.
//!
//! The only user of serde-saphyr. Scalars follow YAML 1.1 as PyYAML reads it, as in the files that dbt reads.

mod reader;
mod repeated;
mod scalar;
mod shape;
mod timestamp;
mod typed;

pub use reader::MapReader;
pub(crate) use shape::{Shape, check};
pub use timestamp::Timestamp;
pub(crate) use timestamp::is_timestamp;
pub(crate) use typed::one_or_more;
pub use typed::typed;

use std::fmt;
use std::ops::Range;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{DuplicateKeyPolicy, Spanned};

use crate::diagnostic::{Code, Diagnostic};
use crate::source::SourceFile;

/// A YAML value with its place in the file.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// The value.
    pub value: Value,
    /// Byte range in the file; for collections, where they start.
    pub range: Range<usize>,
}

/// A YAML value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `null`, `~` or nothing.
    Null,
    /// A boolean.
    Bool(bool),
    /// An integer.
    Integer(i64),
    /// A floating-point number.
    Float(f64),
    /// A text.
    String(String),
    /// A date or moment, without quotes.
    Timestamp(Timestamp),
    /// A list.
    Sequence(Vec<Node>),
    /// A mapping, in the file's order.
    Mapping(Vec<(Key, Node)>),
}

/// A mapping's key with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The key as text.
    pub name: String,
    /// Byte range in the file.
    pub range: Range<usize>,
}

/// Parses a file; an empty one is `Null`. Of a key that a mapping has twice the last one counts.
///
/// **Errors**: HCW0102 with the place where the parser stopped.
pub fn parse(file: &SourceFile) -> Result<Node, Diagnostic> {
    parse_noting(file, &mut Vec::new())
}

/// The same; warns of keys that a mapping has twice.
pub(crate) fn parse_noting(
    file: &SourceFile,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Node, Diagnostic> {
    let mut repeated = Vec::new();
    let node = repeated::without(parse_all(file)?, &mut repeated);
    diagnostics.extend(repeated.into_iter().map(|key| {
        Diagnostic::warning(
            Code::Deprecated,
            format!("`{}` is said twice: the last one counts", key.name),
        )
        .named("DuplicateYAMLKeysDeprecation")
        .at(file.at(key.range))
        .help("remove one of them: dbt will not take both one day")
    }));
    Ok(node)
}

fn parse_all(file: &SourceFile) -> Result<Node, Diagnostic> {
    if file
        .text
        .lines()
        .all(|line| line.trim().is_empty() || line.trim_start().starts_with('#') || line == "---")
    {
        return Ok(Node {
            value: Value::Null,
            range: 0..0,
        });
    }
    let options = serde_saphyr::options! {
        with_snippet: false,
        duplicate_keys: DuplicateKeyPolicy::LastWins,
        budget: None
    };
    let parsed = serde_saphyr::from_str_with_options::<Node>(&file.text, options);
    parsed
        .map(|mut node| {
            end_block(&mut node, file.text.trim_end());
            scalar::resolved(node, &file.text)
        })
        .map_err(|error| {
            let error = error.without_snippet();
            let start = error
                .location()
                .map_or(0, |location| byte_offset(&file.text, location));
            let mut message = error.to_string();
            // advice for Rust callers of the parser is not for the user
            if let Some(at) = message.find(" at line ") {
                message.truncate(at);
            }
            Diagnostic::error(
                Code::YamlSyntax,
                format!(
                    "invalid YAML: {}",
                    message.lines().next().unwrap_or_default()
                ),
            )
            .at(file.at(start..start))
            .help("check the indentation, and quote texts that hold `:`, `{`, `%` or `#`")
        })
}

/// Parses a text given on the command line, such as `--vars`.
pub fn parse_text(name: &str, text: &str) -> Result<Node, Diagnostic> {
    parse(&SourceFile::new(name, text))
}

/// dbt reads files without the white space at their ends: a block of text that ends the file has no end of line.
fn end_block(node: &mut Node, text: &str) {
    match &mut node.value {
        Value::Sequence(items) => items
            .last_mut()
            .into_iter()
            .for_each(|item| end_block(item, text)),
        Value::Mapping(entries) => {
            entries
                .last_mut()
                .into_iter()
                .for_each(|(_, item)| end_block(item, text));
        }
        Value::String(value) if value.ends_with('\n') => {
            let last = |text: &str| {
                text.trim_end()
                    .lines()
                    .last()
                    .map_or(String::new(), |line| line.trim().to_owned())
            };
            if last(value).ends_with(&last(text)) {
                value.truncate(value.trim_end_matches('\n').len());
            }
        }
        _ => {}
    }
}

fn byte_offset(text: &str, location: serde_saphyr::Location) -> usize {
    let line = usize::try_from(location.line()).unwrap_or(1);
    let column = usize::try_from(location.column()).unwrap_or(1);
    let range = crate::source::line_range(text, line);
    let start = range.start;
    text[range]
        .char_indices()
        .nth(column.saturating_sub(1))
        .map_or_else(
            || crate::source::line_range(text, line).end,
            |(offset, _)| start + offset,
        )
}

impl Node {
    /// The text, when the node is one; a date as Python prints it.
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(text),
            Value::Timestamp(timestamp) => Some(&timestamp.shown),
            _ => None,
        }
    }

    /// A scalar as text, the way dbt turns a name or number into text; `None` for collections and null.
    pub fn scalar_text(&self) -> Option<String> {
        match &self.value {
            Value::String(text) => Some(text.clone()),
            Value::Timestamp(timestamp) => Some(timestamp.shown.clone()),
            Value::Bool(flag) => Some(if *flag { "True" } else { "False" }.to_owned()),
            Value::Integer(number) => Some(number.to_string()),
            Value::Float(number) => Some(number.to_string()),
            Value::Null | Value::Sequence(_) | Value::Mapping(_) => None,
        }
    }

    /// The items, when the node is a list.
    pub fn as_sequence(&self) -> Option<&[Node]> {
        match &self.value {
            Value::Sequence(items) => Some(items),
            _ => None,
        }
    }

    /// The entries, when the node is a mapping.
    pub fn as_mapping(&self) -> Option<&[(Key, Node)]> {
        match &self.value {
            Value::Mapping(entries) => Some(entries),
            _ => None,
        }
    }

    /// The value of a key, when the node is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.as_mapping()?
            .iter()
            .find(|(name, _)| name.name == key)
            .map(|(_, value)| value)
    }

    /// Whether the node is null.
    pub fn is_null(&self) -> bool {
        self.value == Value::Null
    }

    /// What kind of value this is, for messages.
    pub fn kind(&self) -> &'static str {
        match self.value {
            Value::Null => "nothing",
            Value::Bool(_) => "a boolean",
            Value::Integer(_) | Value::Float(_) => "a number",
            Value::String(_) => "a text",
            Value::Timestamp(_) => "a date",
            Value::Sequence(_) => "a list",
            Value::Mapping(_) => "a mapping",
        }
    }

    /// A node that says what JSON says, all of it at one place.
    pub(crate) fn from_json(json: &serde_json::Value, range: &Range<usize>) -> Node {
        use serde_json::Value as Json;
        let value = match json {
            Json::Null => Value::Null,
            Json::Bool(flag) => Value::Bool(*flag),
            Json::Number(number) => match number.as_i64() {
                Some(integer) => Value::Integer(integer),
                None => Value::Float(number.as_f64().unwrap_or_default()),
            },
            Json::String(text) => Value::String(text.clone()),
            Json::Array(items) => {
                let items = items.iter().map(|item| Node::from_json(item, range));
                Value::Sequence(items.collect())
            }
            Json::Object(entries) => {
                let entries = entries.iter().map(|(name, value)| {
                    let key = Key {
                        name: name.clone(),
                        range: range.clone(),
                    };
                    (key, Node::from_json(value, range))
                });
                Value::Mapping(entries.collect())
            }
        };
        Node {
            value,
            range: range.clone(),
        }
    }

    /// The node as JSON, without places; dates in ISO 8601, as in artifacts.
    pub fn to_json(&self) -> serde_json::Value {
        self.to_json_with(|timestamp| &timestamp.iso)
    }

    /// The same with dates as templates print them.
    pub fn to_shown_json(&self) -> serde_json::Value {
        self.to_json_with(|timestamp| &timestamp.shown)
    }

    fn to_json_with(&self, date: fn(&Timestamp) -> &String) -> serde_json::Value {
        use serde_json::Value as Json;
        match &self.value {
            Value::Null => Json::Null,
            Value::Bool(flag) => Json::Bool(*flag),
            Value::Integer(number) => Json::from(*number),
            Value::Float(number) => Json::from(*number),
            Value::String(text) => Json::String(text.clone()),
            Value::Timestamp(timestamp) => Json::String(date(timestamp).clone()),
            Value::Sequence(items) => {
                Json::Array(items.iter().map(|item| item.to_json_with(date)).collect())
            }
            Value::Mapping(entries) => Json::Object(
                entries
                    .iter()
                    .map(|(key, value)| (key.name.clone(), value.to_json_with(date)))
                    .collect(),
            ),
        }
    }
}

/// Offset and length in bytes; the parser counts characters when the text is not ASCII.
fn byte_range(span: serde_saphyr::Span) -> Range<usize> {
    let start = span
        .byte_offset()
        .map_or_else(|| span.offset() as usize, |offset| offset as usize);
    let length = span
        .byte_len()
        .map_or_else(|| span.len() as usize, |length| length as usize);
    start..start + length
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Node, D::Error> {
        let spanned = Spanned::<Value>::deserialize(deserializer)?;
        Ok(Node {
            range: byte_range(spanned.referenced.span()),
            value: spanned.value,
        })
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Key, D::Error> {
        let spanned = Spanned::<String>::deserialize(deserializer)?;
        Ok(Key {
            range: byte_range(spanned.referenced.span()),
            name: spanned.value,
        })
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a YAML value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
        Ok(Value::Bool(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Integer(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(
            i64::try_from(number)
                .map_or_else(|_| Value::String(number.to_string()), Value::Integer),
        )
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Value::Float(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::String(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(Value::String(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        Ok(Value::Sequence(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = access.next_entry()? {
            entries.push(entry);
        }
        Ok(Value::Mapping(entries))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Node {
        parse(&SourceFile::new("a.yml", text)).expect("valid YAML")
    }

    #[test]
    fn scalars_keep_their_type() {
        let node = parsed("a: 1\nb: '1'\nc: yes\nd: null\ne: 1.5\nf: 2025-06-30\n");
        assert_eq!(
            node.to_json().to_string(),
            r#"{"a":1,"b":"1","c":true,"d":null,"e":1.5,"f":"2025-06-30"}"#
        );
    }

    #[test]
    fn scalars_are_those_of_pyyaml() {
        let node = parsed(
            "[y, n, Off, 007, 008, 010, 1e3, 1_000, 0x1F, 0o17, 123456789012345678901, 1., '7']",
        );
        assert_eq!(
            node.to_json().to_string(),
            r#"["y","n",false,7,"008",8,"1e3",1000,31,"0o17","123456789012345678901",1.0,"7"]"#
        );
        let node = parsed("[12:30:00, 1:5, '12:30', 08:30, 1:60, 1:x, 1_0:30]");
        assert_eq!(
            node.to_json().to_string(),
            r#"[45000,65,"12:30","08:30","1:60","1:x",630]"#
        );
    }

    #[test]
    fn dates_without_quotes_are_dates() {
        let node = parsed("[2024-01-02, '2024-01-02 03:04:05', 2024-01-02 3:04:05Z, 2024-13-45]");
        assert_eq!(
            node.to_json().to_string(),
            r#"["2024-01-02","2024-01-02 03:04:05","2024-01-02T03:04:05+00:00","2024-13-45"]"#
        );
        assert_eq!(
            node.to_shown_json().to_string(),
            r#"["2024-01-02","2024-01-02 03:04:05","2024-01-02 03:04:05+00:00","2024-13-45"]"#
        );
    }

    #[test]
    fn nodes_know_their_bytes() {
        let text = "é: [x, yy]\nname: {k: val}\n";
        let node = parsed(text);
        let list = node.get("é").expect("key");
        let Value::Sequence(items) = &list.value else {
            panic!("a list")
        };
        assert_eq!(&text[items[1].range.clone()], "yy");
        let value = node.get("name").and_then(|map| map.get("k")).expect("key");
        assert_eq!(&text[value.range.clone()], "val");
        let key = &node.as_mapping().expect("mapping")[1].0;
        assert_eq!(&text[key.range.clone()], "name");
    }

    #[test]
    fn a_block_at_the_end_of_a_file_has_no_end_of_line() {
        let text = |yaml: &str| {
            let node = parsed(yaml);
            let Value::Mapping(entries) = node.value else {
                panic!("a mapping")
            };
            let last = entries.last().expect("an entry");
            last.1.as_str().expect("a text").to_owned()
        };
        assert_eq!(text("a: |\n  one\n  two\n\n"), "one\ntwo");
        assert_eq!(text("a: >\n  one\n  two\n"), "one two");
        assert_eq!(text("b: |\n  one\na: two\n"), "two");
        assert_eq!(text("a: |\n  one\n# two\n"), "one\n");
        assert_eq!(text("a: \"one\\n\"\n"), "one\n");
    }

    #[test]
    fn an_empty_file_is_null() {
        assert!(parsed("\n# only a comment\n").is_null());
    }

    #[test]
    fn a_syntax_error_has_a_place() {
        let error = parse(&SourceFile::new("a.yml", "a: 1\nb: [1, 2\nc: 3\n")).unwrap_err();
        assert_eq!(error.code, Code::YamlSyntax);
        assert!(error.location.is_some());
    }

    #[test]
    fn of_a_repeated_key_the_last_one_counts() {
        let file = SourceFile::new("a.yml", "a: 1\nb: {c: 1, c: 2}\na: 3\n");
        let mut noted = Vec::new();
        let node = parse_noting(&file, &mut noted).expect("valid YAML");
        assert_eq!(node.to_json().to_string(), r#"{"a":3,"b":{"c":2}}"#);
        assert_eq!(noted.len(), 2);
    }
}
