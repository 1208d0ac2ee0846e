//! `fromyaml` and `toyaml`.

use std::fmt::Write as _;

use minijinja::value::{Value, ValueKind};

use super::datetime;
use super::{items_of, shown};
use crate::yaml::{self, Node, Value as Written, is_timestamp};

/// The value of a YAML text, with dates where YAML 1.1 has them; none if it is not YAML.
pub(super) fn load(text: &str) -> Option<Value> {
    let node = yaml::parse_text("<fromyaml>", text).ok()?;
    value(&node, text)
}

fn value(node: &Node, text: &str) -> Option<Value> {
    match &node.value {
        Written::Sequence(items) => {
            let items: Option<Vec<Value>> = items.iter().map(|item| value(item, text)).collect();
            items.map(super::list)
        }
        Written::Mapping(entries) => {
            let entries = entries
                .iter()
                .map(|(key, item)| Some((key.name.clone(), value(item, text)?)));
            let entries: Option<Vec<(String, Value)>> = entries.collect();
            entries.map(super::dict)
        }
        Written::Timestamp(timestamp) => Some(datetime::of_yaml(timestamp)),
        // one that the calendar lacks; a text in quotes is one
        Written::String(word) if is_timestamp(word) => {
            let is_plain = text.get(node.range.start..)?.starts_with(word.as_str());
            (!is_plain).then(|| Value::from(word.as_str()))
        }
        _ => Some(crate::jinja::functions::from_json(node.to_json())),
    }
}

/// The value as YAML in block style, as PyYAML's safe dumper writes it; none for values that YAML lacks.
pub(super) fn dump(value: &Value, sort_keys: bool) -> Option<String> {
    let mut text = String::new();
    match value.kind() {
        ValueKind::Map | ValueKind::Seq | ValueKind::Iterable if value.len() != Some(0) => {
            block(value, 0, false, sort_keys, &mut text)?;
        }
        _ => {
            text.push_str(&scalar(value)?);
            let plain = !text.starts_with(['\'', '"', '[', '{']);
            text.push_str(if plain { "\n...\n" } else { "\n" });
        }
    }
    Some(text)
}

fn block(
    value: &Value,
    indent: usize,
    in_list: bool,
    sort_keys: bool,
    text: &mut String,
) -> Option<()> {
    let mut first = in_list;
    let mut pad = |text: &mut String| {
        if !std::mem::take(&mut first) {
            text.extend(std::iter::repeat_n(' ', indent));
        }
    };
    let is_block = |item: &Value| {
        matches!(
            item.kind(),
            ValueKind::Map | ValueKind::Seq | ValueKind::Iterable
        ) && item.len() != Some(0)
    };
    if value.kind() == ValueKind::Map {
        let mut entries: Vec<(Value, Value)> =
            super::dict::entries_of(value).ok()?.into_iter().collect();
        if sort_keys {
            entries.sort_by(|a, b| a.0.cmp(&b.0));
        }
        for (key, item) in &entries {
            pad(text);
            write!(text, "{}:", scalar(key)?).ok()?;
            if !is_block(item) {
                writeln!(text, " {}", scalar(item)?).ok()?;
                continue;
            }
            text.push('\n');
            let deeper = if item.kind() == ValueKind::Map { 2 } else { 0 };
            block(item, indent + deeper, false, sort_keys, text)?;
        }
        return Some(());
    }
    for item in items_of(value).ok()? {
        pad(text);
        text.push_str("- ");
        if is_block(&item) {
            block(&item, indent + 2, true, sort_keys, text)?;
        } else {
            writeln!(text, "{}", scalar(&item)?).ok()?;
        }
    }
    Some(())
}

fn scalar(value: &Value) -> Option<String> {
    Some(match value.kind() {
        ValueKind::None => "null".to_owned(),
        ValueKind::Bool => if value.is_true() { "true" } else { "false" }.to_owned(),
        ValueKind::Number => shown(value),
        ValueKind::String => text_scalar(value.as_str()?),
        ValueKind::Map => "{}".to_owned(),
        ValueKind::Seq | ValueKind::Iterable => "[]".to_owned(),
        _ if datetime::iso_of(value).is_some() => shown(value),
        _ => return None,
    })
}

fn text_scalar(text: &str) -> String {
    if text
        .chars()
        .any(|letter| letter.is_control() || !letter.is_ascii())
    {
        let mut quoted = String::from("\"");
        for letter in text.chars() {
            match letter {
                '"' | '\\' => quoted.extend(['\\', letter]),
                '\n' => quoted.push_str("\\n"),
                '\t' => quoted.push_str("\\t"),
                '\r' => quoted.push_str("\\r"),
                ' '..='~' => quoted.push(letter),
                letter if u32::from(letter) < 0x100 => {
                    let _ = write!(quoted, "\\x{:02X}", u32::from(letter));
                }
                letter if u32::from(letter) < 0x1_0000 => {
                    let _ = write!(quoted, "\\u{:04X}", u32::from(letter));
                }
                letter => {
                    let _ = write!(quoted, "\\U{:08X}", u32::from(letter));
                }
            }
        }
        quoted.push('"');
        return quoted;
    }
    let as_read = yaml::parse_text("<toyaml>", text).map(|node| node.value);
    let plain = as_read.is_ok_and(|value| value == yaml::Value::String(text.to_owned()))
        && !text.starts_with(|first: char| "!&*-?:,[]{}#|>@`\"'%= ".contains(first))
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.ends_with([':', ' '])
        && !is_timestamp(text)
        && text != "=";
    if plain {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "''"))
    }
}

#[cfg(test)]
mod tests {
    use super::{dump, load};

    #[test]
    fn dates_are_dates_and_texts_stay_texts() {
        let text = "d: 2024-01-02\nq: '2024-01-02'\nl:\n- 2024-01-02 03:04:05\n- plain\n";
        let value = load(text).expect("is YAML");
        assert_eq!(
            super::super::shown(&value.get_attr("l").expect("is there")),
            "[datetime.datetime(2024, 1, 2, 3, 4, 5), 'plain']"
        );
        assert_eq!(dump(&value, false).as_deref(), Some(text));
        assert!(load("a: 2024-13-45").is_none());
    }
}
