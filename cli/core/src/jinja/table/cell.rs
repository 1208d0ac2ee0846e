//! A column's texts of the server as templates have them: what psycopg2 reads, as dbt's tables type it.

use minijinja::value::Value;
use serde_json::Value as Json;

use super::super::functions::from_json;
use super::super::python::datetime::{date_of, duration_text, iso_of, iso_text, moment, time_text};
use super::super::python::decimal::Decimal;
use super::super::python::json::of_json;
use super::super::python::number::float_text;
use super::super::python::shown;
use crate::warehouse::{ResultColumn, ValueType};

/// A column's values, and what they are.
pub(super) fn column<'a>(
    column: &ResultColumn,
    texts: impl Iterator<Item = Option<&'a str>>,
) -> (ValueType, Vec<Value>) {
    let read = |text: Option<&str>| text.map_or(Value::from(()), |text| read(text, column));
    let values: Vec<Value> = texts.map(read).collect();
    if is_json(&column.data_type) {
        return of_documents(values);
    }
    let value_type = match column.value_type {
        // numbers and truth values are told apart by what they are, and nothing is an integer
        _ if values.iter().all(Value::is_none) => ValueType::Integer,
        value_type => value_type,
    };
    (value_type, values)
}

fn is_json(data_type: &str) -> bool {
    matches!(data_type, "json" | "jsonb")
}

/// JSON is what it stands for; where one of a column is a text, a list or an object, all are texts.
fn of_documents(values: Vec<Value>) -> (ValueType, Vec<Value>) {
    let parsed: Vec<Json> = values
        .iter()
        .map(|value| match value.as_str() {
            Some(text) => serde_json::from_str(text).unwrap_or_else(|_| Json::from(text)),
            None => Json::Null,
        })
        .collect();
    let mut some = parsed.iter().filter(|json| !json.is_null()).peekable();
    let value_type = if some.peek().is_none() || some.clone().all(Json::is_i64) {
        ValueType::Integer
    } else if some.clone().all(Json::is_number) {
        ValueType::Number
    } else if some.all(Json::is_boolean) {
        ValueType::Boolean
    } else {
        ValueType::Text
    };
    let typed = parsed.iter().map(|json| match (value_type, json) {
        (_, Json::Null) => Value::from(()),
        (ValueType::Number, Json::Number(number)) => {
            Decimal::parse(&number.to_string()).map_or_else(|| from_json(json), Decimal::value)
        }
        (ValueType::Text, Json::String(text)) => Value::from(text.clone()),
        (ValueType::Text, Json::Array(_) | Json::Object(_)) => Value::from(of_json(json)),
        (ValueType::Text, json) => Value::from(shown(&from_json(json))),
        _ => from_json(json),
    });
    (value_type, typed.collect())
}

fn read(text: &str, column: &ResultColumn) -> Value {
    let data_type = column.data_type.as_str();
    let read = match data_type {
        "real" | "double precision" => {
            let number = text.parse::<f64>().ok();
            number.and_then(Decimal::of_float).map(Decimal::value)
        }
        "interval" => duration_text(text).map(Value::from),
        "time without time zone" | "time with time zone" => time_text(text).map(Value::from),
        "timestamp with time zone" if text == "infinity" => moment("9999-12-31 23:59:59.999999+00"),
        _ if data_type.ends_with("range") => range(text, data_type).map(Value::from),
        _ => match data_type.strip_suffix("[]") {
            Some(element) if is_listed(element) => {
                list(text, element).map(|list| Value::from(of_json(&list)))
            }
            _ => return typed(text, column.value_type),
        },
    };
    read.unwrap_or_else(|| Value::from(text))
}

/// A text as a value of its type.
pub(super) fn typed(text: &str, value_type: ValueType) -> Value {
    let read = match value_type {
        ValueType::Integer => text.trim().parse::<i64>().ok().map(Value::from),
        ValueType::Number => Decimal::parse(text).map(Decimal::value),
        ValueType::Boolean => match text.to_ascii_lowercase().as_str() {
            "t" | "true" => Some(Value::from(true)),
            "f" | "false" => Some(Value::from(false)),
            _ => None,
        },
        ValueType::Date => date_of(match text {
            "infinity" => "9999-12-31",
            "-infinity" => "0001-01-01",
            text => text,
        }),
        ValueType::Timestamp => moment(match text {
            "infinity" => "9999-12-31 23:59:59.999999",
            "-infinity" => "0001-01-01 00:00:00",
            text => text,
        }),
        ValueType::Text => None,
    };
    read.unwrap_or_else(|| Value::from(text))
}

/// A value as agate writes it into JSON: a number as a float, a moment in ISO 8601.
pub(super) fn json(value: &Value) -> Json {
    if let Some(decimal) = Decimal::of(value) {
        return Json::from(decimal.float());
    }
    match iso_of(value) {
        Some(text) => Json::from(text),
        None => serde_json::to_value(value).unwrap_or_default(),
    }
}

/// Whether psycopg2 reads an array of such elements; others stay the server's text.
fn is_listed(element: &str) -> bool {
    matches!(
        element,
        "smallint"
            | "integer"
            | "bigint"
            | "oid"
            | "real"
            | "double precision"
            | "numeric"
            | "boolean"
            | "text"
            | "character varying"
            | "character"
            | "name"
            | "char"
            | "date"
            | "interval"
            | "inet"
            | "cidr"
            | "macaddr"
            | "json"
            | "jsonb"
    ) || element.starts_with("time")
        || element.ends_with("range")
}

/// An element as JSON has it: numbers as floats, moments in ISO 8601.
fn element(text: &str, data_type: &str) -> Json {
    let number = || serde_json::from_str::<Json>(text).ok();
    let read = match data_type {
        "smallint" | "integer" | "bigint" | "oid" => number(),
        "real" | "double precision" | "numeric" => (text.parse::<f64>().ok())
            .and_then(|number| serde_json::from_str(&float_text(number)).ok()),
        "boolean" => Some(Json::Bool(text == "t")),
        "json" | "jsonb" => number(),
        "interval" => duration_text(text).map(Json::String),
        "time without time zone" | "time with time zone" => time_text(text).map(Json::String),
        _ if data_type.starts_with("timestamp") => iso_text(text).map(Json::String),
        _ if data_type.ends_with("range") => range(text, data_type).map(Json::String),
        _ => None,
    };
    read.unwrap_or_else(|| Json::from(text))
}

/// An array of the server's, `{a,"b c",NULL}`, or with bounds, `[0:1]={a,b}`.
fn list(text: &str, data_type: &str) -> Option<Json> {
    let mut rest = match text.starts_with('[') {
        true => text.split_once('=')?.1,
        false => text,
    };
    let list = items(&mut rest, data_type, 0)?;
    rest.is_empty().then_some(list)
}

fn items(rest: &mut &str, data_type: &str, depth: usize) -> Option<Json> {
    *rest = rest.strip_prefix('{')?;
    let mut items = Vec::new();
    if let Some(after) = rest.strip_prefix('}') {
        *rest = after;
        return Some(Json::Array(items));
    }
    loop {
        if rest.starts_with('{') {
            // the server has six dimensions at most
            if depth > 6 {
                return None;
            }
            items.push(self::items(rest, data_type, depth + 1)?);
        } else if rest.starts_with('"') {
            items.push(element(&quoted(rest)?, data_type));
        } else {
            let (text, after) = rest.split_at(rest.find([',', '}'])?);
            *rest = after;
            items.push(match text {
                "NULL" => Json::Null,
                text => element(text, data_type),
            });
        }
        match rest.as_bytes().first()? {
            b',' => *rest = &rest[1..],
            b'}' => {
                *rest = &rest[1..];
                return Some(Json::Array(items));
            }
            _ => return None,
        }
    }
}

/// Takes a quoted text off; `\` and a doubled quote escape.
fn quoted(rest: &mut &str) -> Option<String> {
    let mut text = String::new();
    let mut letters = rest.char_indices().skip(1).peekable();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' => text.push(letters.next()?.1),
            '"' if letters.peek().is_some_and(|(_, next)| *next == '"') => {
                letters.next();
                text.push('"');
            }
            '"' => {
                *rest = &rest[at + 1..];
                return Some(text);
            }
            letter => text.push(letter),
        }
    }
    None
}

/// A range as psycopg2 prints it: `[1, None)`.
fn range(text: &str, data_type: &str) -> Option<String> {
    if text == "empty" {
        return Some(text.to_owned());
    }
    let inner = text.get(1..text.len().checked_sub(1)?)?;
    let (mut lower, mut upper) = (None, None);
    let mut rest = inner;
    for bound in [&mut lower, &mut upper] {
        if rest.starts_with('"') {
            *bound = Some(quoted(&mut rest)?);
        } else {
            let (found, after) = rest.split_at(rest.find(',').unwrap_or(rest.len()));
            *bound = (!found.is_empty()).then(|| found.to_owned());
            rest = after;
        }
        rest = rest.strip_prefix(',').unwrap_or(rest);
    }
    let print = |bound: Option<String>| match bound {
        None => "None".to_owned(),
        Some(bound) if data_type.starts_with("ts") => {
            moment(&bound).map_or(bound, |moment| shown(&moment))
        }
        Some(bound) => bound,
    };
    Some(format!(
        "{}{}, {}{}",
        text.get(..1)?,
        print(lower),
        print(upper),
        text.get(text.len() - 1..)?
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown_as(data_type: &str, text: &str) -> String {
        let column = ResultColumn {
            name: "a".to_owned(),
            value_type: ValueType::Text,
            data_type: data_type.to_owned(),
        };
        let (_, values) = super::column(&column, std::iter::once(Some(text)));
        shown(&values[0])
    }

    #[test]
    fn values_are_those_of_psycopg2() {
        for (data_type, text, expected) in [
            ("integer[]", "{1,2,NULL}", "[1, 2, null]"),
            ("integer[]", "{{1,2},{3,4}}", "[[1, 2], [3, 4]]"),
            ("integer[]", "[0:1]={1,2}", "[1, 2]"),
            ("numeric[]", "{1.50,2}", "[1.5, 2.0]"),
            (
                "text[]",
                r#"{a,"b c","d\"e",NULL,"NULL",é}"#,
                r#"["a", "b c", "d\"e", null, "NULL", "\u00e9"]"#,
            ),
            ("boolean[]", "{t,f}", "[true, false]"),
            (
                "timestamp with time zone[]",
                r#"{"2024-01-02 01:04:05.5+00"}"#,
                r#"["2024-01-02T01:04:05.500000+00:00"]"#,
            ),
            ("uuid[]", "{a}", "{a}"),
            ("text[]", "{", "{"),
            (
                "interval",
                "1 year 2 mons 3 days 04:05:06.7",
                "428 days, 4:05:06.700000",
            ),
            ("interval", "-03:00:00", "-1 day, 21:00:00"),
            ("interval", "1 day -00:00:01", "23:59:59"),
            ("interval", "00:00:00", "0:00:00"),
            ("interval", "nonsense", "nonsense"),
            ("time with time zone", "10:00:00+02", "10:00:00+02:00"),
            ("int4range", "[1,5)", "[1, 5)"),
            ("int8range", "[1,)", "[1, None)"),
            ("int8range", "empty", "empty"),
            (
                "tsrange",
                r#"["2024-01-01 00:00:00","2024-02-01 00:00:00")"#,
                "[2024-01-01 00:00:00, 2024-02-01 00:00:00)",
            ),
            (
                "jsonb",
                r#"{"b": [1.50, null, "é"]}"#,
                r#"{"b": [1.5, null, "\u00e9"]}"#,
            ),
            ("jsonb", "5.5", "5.5"),
            ("jsonb", "null", "None"),
            ("jsonb", "true", "True"),
        ] {
            assert_eq!(shown_as(data_type, text), expected, "{data_type} {text}");
        }
    }

    #[test]
    fn documents_of_a_column_have_one_type() {
        let values = |texts: &[&str]| {
            let values = texts.iter().map(|text| Value::from(*text)).collect();
            let (value_type, values) = of_documents(values);
            (value_type, values.iter().map(shown).collect::<Vec<_>>())
        };
        assert_eq!(values(&["1", "null"]).0, ValueType::Integer);
        assert_eq!(values(&["1", "1.5"]).0, ValueType::Number);
        let (value_type, shown) = values(&["{}", "5", "true"]);
        assert_eq!(value_type, ValueType::Text);
        assert_eq!(shown, ["{}", "5", "True"]);
    }
}
