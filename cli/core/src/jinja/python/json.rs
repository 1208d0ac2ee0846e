//! JSON as Python's `json.dumps` writes it.

use minijinja::Error;
use minijinja::value::{Value, ValueKind};

use super::call::type_error;
use super::number::float_text;
use super::set::Set;
use super::type_name;
use crate::jinja::relation::Relation;

/// How JSON is laid out.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Layout {
    pub(super) sort_keys: bool,
    pub(super) indent: Option<usize>,
}

/// The value as JSON.
pub(super) fn dumps(value: &Value, layout: Layout) -> Result<String, Error> {
    let mut text = String::new();
    write(value, layout, 0, &mut text)?;
    Ok(text)
}

/// What `json.dumps` makes of JSON.
pub(crate) fn of_json(json: &serde_json::Value) -> String {
    dumps(&crate::jinja::from_json(json), Layout::default()).unwrap_or_default()
}

/// The filter `tojson`: keys sorted, and safe within HTML.
pub(super) fn for_html(value: &Value, indent: Option<usize>) -> Result<String, Error> {
    let layout = Layout {
        sort_keys: true,
        indent,
    };
    Ok(dumps(value, layout)?
        .replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026")
        .replace('\'', "\\u0027"))
}

fn write(value: &Value, layout: Layout, depth: usize, text: &mut String) -> Result<(), Error> {
    if depth > 500 {
        return Err(type_error("the value nests too deep for JSON"));
    }
    let refused = || {
        type_error(format!(
            "Object of type {} is not JSON serializable",
            type_name(value).rsplit('.').next().unwrap_or_default()
        ))
    };
    match value.kind() {
        ValueKind::None => text.push_str("null"),
        ValueKind::Bool => text.push_str(if value.is_true() { "true" } else { "false" }),
        ValueKind::String => write_text(value.as_str().unwrap_or_default(), text),
        ValueKind::Number if value.is_integer() => text.push_str(&value.to_string()),
        ValueKind::Number => {
            let number = f64::try_from(value.clone()).unwrap_or(f64::NAN);
            text.push_str(&match number {
                number if number.is_nan() => "NaN".to_owned(),
                number if number.is_infinite() && number > 0.0 => "Infinity".to_owned(),
                number if number.is_infinite() => "-Infinity".to_owned(),
                number => float_text(number),
            });
        }
        ValueKind::Seq | ValueKind::Iterable => {
            let view = value.downcast_object_ref::<super::dict::View>().is_some();
            if view || value.downcast_object_ref::<Set>().is_some() {
                return Err(refused());
            }
            let items = super::items_of(value)?;
            let mut list = Brackets::open('[', items.is_empty(), layout, depth, text);
            for item in &items {
                list.item(text);
                write(item, layout, depth + 1, text)?;
            }
            list.close(']', text);
        }
        ValueKind::Map => {
            if let Some(relation) = value.downcast_object_ref::<Relation>() {
                write_text(&relation.to_string(), text);
                return Ok(());
            }
            let mut entries: Vec<(String, Value)> = super::dict::entries_of(value)?
                .into_iter()
                .map(|(key, item)| key_text(&key).map(|key| (key, item)))
                .collect::<Option<_>>()
                .ok_or_else(|| type_error("keys must be str, int, float, bool or None"))?;
            if layout.sort_keys {
                entries.sort_by(|a, b| a.0.cmp(&b.0));
            }
            let mut map = Brackets::open('{', entries.is_empty(), layout, depth, text);
            for (key, item) in &entries {
                map.item(text);
                write_text(key, text);
                text.push_str(": ");
                write(item, layout, depth + 1, text)?;
            }
            map.close('}', text);
        }
        _ => return Err(refused()),
    }
    Ok(())
}

fn key_text(key: &Value) -> Option<String> {
    Some(match key.kind() {
        ValueKind::String => key.as_str()?.to_owned(),
        ValueKind::Bool => if key.is_true() { "true" } else { "false" }.to_owned(),
        ValueKind::None => "null".to_owned(),
        ValueKind::Number => super::shown(key),
        _ => return None,
    })
}

/// A list or object being written, on one line or with indented items.
struct Brackets {
    layout: Layout,
    depth: usize,
    empty: bool,
    first: bool,
}

impl Brackets {
    fn open(mark: char, empty: bool, layout: Layout, depth: usize, text: &mut String) -> Brackets {
        text.push(mark);
        Brackets {
            layout,
            depth,
            empty,
            first: true,
        }
    }

    fn item(&mut self, text: &mut String) {
        match self.layout.indent {
            Some(indent) => {
                text.push_str(if self.first { "\n" } else { ",\n" });
                text.extend(std::iter::repeat_n(' ', indent * (self.depth + 1)));
            }
            None if !self.first => text.push_str(", "),
            None => {}
        }
        self.first = false;
    }

    fn close(&self, mark: char, text: &mut String) {
        if let (Some(indent), false) = (self.layout.indent, self.empty) {
            text.push('\n');
            text.extend(std::iter::repeat_n(' ', indent * self.depth));
        }
        text.push(mark);
    }
}

fn write_text(value: &str, text: &mut String) {
    text.push('"');
    for letter in value.chars() {
        match letter {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            '\u{8}' => text.push_str("\\b"),
            '\u{c}' => text.push_str("\\f"),
            ' '..='~' => text.push(letter),
            letter => {
                let mut units = [0; 2];
                for unit in letter.encode_utf16(&mut units) {
                    text.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    text.push('"');
}
