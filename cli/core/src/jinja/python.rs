//! Python's values in templates: what they are, how they print, which methods they have.

mod brace;
pub(crate) mod call;
pub(crate) mod datetime;
pub(crate) mod decimal;
pub(crate) mod dict;
mod filters;
mod functions;
mod itertools;
pub(crate) mod json;
pub(crate) mod list;
pub(crate) mod modules;
pub(crate) mod number;
pub(crate) mod operators;
mod percent;
mod regex;
pub(crate) mod set;
mod spec;
mod text;
mod words;
mod yaml;

use indexmap::IndexMap;
use minijinja::value::{ObjectRepr, Tuple, Value, ValueKind};
use minijinja::{Environment, Error, State};

use self::call::{Call, no_method, type_error, value_error};
use self::decimal::Decimal;
use self::dict::{Dict, View};
use self::list::List;
use self::number::float_text;
use self::set::Set;
use super::relation::Relation;
use crate::python::quoted;

/// Teaches an environment Python's operators, methods, filters and functions.
pub(super) fn register(environment: &mut Environment<'static>) {
    environment.set_unknown_method_callback(call_method);
    filters::register(environment);
    functions::register(environment);
}

/// A list as a template's value.
pub(crate) fn list(items: Vec<Value>) -> Value {
    List::value(items)
}

/// A tuple as a template's value.
pub(crate) fn tuple(items: Vec<Value>) -> Value {
    Value::from(Tuple::from(items))
}

/// A dict as a template's value.
pub(crate) fn dict<K: Into<Value>>(entries: impl IntoIterator<Item = (K, Value)>) -> Value {
    Dict::value(
        entries
            .into_iter()
            .map(|(key, value)| (key.into(), value))
            .collect(),
    )
}

/// The name of a value's type in Python.
pub(crate) fn type_name(value: &Value) -> &'static str {
    match value.kind() {
        ValueKind::Undefined => "Undefined",
        ValueKind::None => "NoneType",
        ValueKind::Bool => "bool",
        ValueKind::Number if value.is_integer() => "int",
        ValueKind::Number => "float",
        ValueKind::String => "str",
        ValueKind::Bytes => "bytes",
        _ if value.is_tuple() => "tuple",
        _ if value.downcast_object_ref::<Dict>().is_some() => "dict",
        _ if value.downcast_object_ref::<Set>().is_some() => "set",
        _ => {
            if let Some(view) = value.downcast_object_ref::<View>() {
                return view.name;
            }
            if let Some(name) = datetime::type_name(value) {
                return name;
            }
            if Decimal::of(value).is_some() {
                return "decimal.Decimal";
            }
            if functions::is_range(value) {
                return "range";
            }
            match value.kind() {
                ValueKind::Seq | ValueKind::Iterable => "list",
                ValueKind::Map if value.downcast_object_ref::<Entries>().is_some() => "dict",
                _ => "object",
            }
        }
    }
}

/// What minijinja makes of a mapping literal.
type Entries = IndexMap<Value, Value>;

/// The items of anything iterable.
pub(crate) fn items_of(value: &Value) -> Result<Vec<Value>, Error> {
    if let Some(list) = value.downcast_object_ref::<List>() {
        return Ok(list.items());
    }
    match value.kind() {
        ValueKind::None | ValueKind::Bool | ValueKind::Number => Err(type_error(format!(
            "'{}' object is not iterable",
            type_name(value)
        ))),
        _ => value.try_iter()?.checked().collect(),
    }
}

/// A list or mapping that minijinja made, as one that can change; other values stay.
pub(crate) fn changeable(value: Value) -> Value {
    let Some(object) = value.as_object() else {
        return value;
    };
    match object.repr() {
        ObjectRepr::Seq | ObjectRepr::Iterable => {
            let own = value.is_tuple()
                || value.downcast_object_ref::<List>().is_some()
                || value.downcast_object_ref::<Set>().is_some()
                || value.downcast_object_ref::<View>().is_some()
                || functions::is_range(&value)
                || super::table::is_of_result(&value)
                || (object.repr() == ObjectRepr::Iterable && object.enumerator_len().is_none());
            if own {
                return value;
            }
            items_of(&value).map_or(value, List::value)
        }
        ObjectRepr::Map => match value.downcast_object_ref::<Entries>() {
            Some(entries) => Dict::value(entries.clone()),
            None => value,
        },
        _ => value,
    }
}

/// Fails if putting `item` into `container` would make it hold itself.
fn contains_container(item: &Value, container: &Value) -> Result<(), Error> {
    let address = |value: &Value| {
        value
            .downcast_object_ref::<List>()
            .map(|list| std::ptr::from_ref(list).cast::<()>())
            .or_else(|| {
                let dict = value.downcast_object_ref::<Dict>()?;
                Some(std::ptr::from_ref(dict).cast::<()>())
            })
    };
    let own = address(container);
    let mut waiting = vec![item.clone()];
    while let Some(value) = waiting.pop() {
        let found = address(&value);
        if found.is_some() && found == own {
            return Err(value_error(format!(
                "a {} cannot hold itself",
                type_name(container)
            )));
        }
        let is_container = |value: &Value| value.as_object().is_some();
        if let Some(list) = value.downcast_object_ref::<List>() {
            waiting.extend(list.items().into_iter().filter(is_container));
        } else if let Some(dict) = value.downcast_object_ref::<Dict>() {
            waiting.extend(dict.entries().into_values().filter(is_container));
        } else if let Some(tuple) = value.downcast_object_ref::<Tuple>() {
            waiting.extend(tuple.iter().filter(|value| is_container(value)).cloned());
        }
    }
    Ok(())
}

/// Python's `str(value)`.
pub(crate) fn shown(value: &Value) -> String {
    match value.kind() {
        ValueKind::String => value.as_str().unwrap_or_default().to_owned(),
        ValueKind::Undefined => String::new(),
        ValueKind::Plain => value.to_string(),
        _ => repr(value),
    }
}

/// Python's `repr(value)`.
pub(crate) fn repr(value: &Value) -> String {
    let mut text = String::new();
    write_repr(value, &mut text, 0);
    text
}

fn write_repr(value: &Value, text: &mut String, depth: usize) {
    if depth > 200 {
        text.push_str("...");
        return;
    }
    match value.kind() {
        ValueKind::None => text.push_str("None"),
        ValueKind::Undefined => text.push_str("Undefined"),
        ValueKind::Bool => text.push_str(if value.is_true() { "True" } else { "False" }),
        ValueKind::String => text.push_str(&quoted(value.as_str().unwrap_or_default())),
        ValueKind::Bytes => {
            text.push_str("b'");
            for byte in value.as_bytes().unwrap_or_default() {
                match byte {
                    b'\'' | b'\\' => text.extend(['\\', char::from(*byte)]),
                    b'\n' => text.push_str("\\n"),
                    b' '..=b'~' => text.push(char::from(*byte)),
                    _ => text.push_str(&format!("\\x{byte:02x}")),
                }
            }
            text.push('\'');
        }
        ValueKind::Number if !value.is_integer() => {
            text.push_str(&float_text(
                f64::try_from(value.clone()).unwrap_or(f64::NAN),
            ));
        }
        ValueKind::Seq | ValueKind::Iterable
            if functions::is_range(value) || super::table::is_of_result(value) =>
        {
            text.push_str(&value.to_string());
        }
        ValueKind::Seq | ValueKind::Iterable => write_items(value, text, depth),
        ValueKind::Map => {
            let entries = match value.downcast_object_ref::<Dict>() {
                Some(dict) => dict.entries(),
                None => match value.downcast_object_ref::<Entries>() {
                    Some(entries) => entries.clone(),
                    None if depth > 0 && value.downcast_object_ref::<Relation>().is_some() => {
                        return text.push_str(&format!("<PostgresRelation {value}>"));
                    }
                    None => return text.push_str(&value.to_string()),
                },
            };
            text.push('{');
            for (at, (key, item)) in entries.iter().enumerate() {
                if at > 0 {
                    text.push_str(", ");
                }
                write_repr(key, text, depth + 1);
                text.push_str(": ");
                write_repr(item, text, depth + 1);
            }
            text.push('}');
        }
        _ => match datetime::repr(value) {
            Some(shown) => text.push_str(&shown),
            _ if Decimal::of(value).is_some() => {
                text.push_str(&format!("Decimal('{value}')"));
            }
            _ => text.push_str(&value.to_string()),
        },
    }
}

fn write_items(value: &Value, text: &mut String, depth: usize) {
    let own = value.is_tuple()
        || value.downcast_object_ref::<List>().is_some()
        || value.downcast_object_ref::<Vec<Value>>().is_some();
    let set = value.downcast_object_ref::<Set>().is_some();
    let view = value.downcast_object_ref::<View>();
    let sized = value
        .as_object()
        .is_some_and(|object| object.enumerator_len().is_some());
    if !own && !set && view.is_none() && !sized {
        return text.push_str(&value.to_string());
    }
    let items = match view {
        Some(view) => view.items.clone(),
        None => items_of(value).unwrap_or_default(),
    };
    if set && items.is_empty() {
        return text.push_str("set()");
    }
    let (open, close) = match view {
        _ if value.is_tuple() => ("(", if items.len() == 1 { ",)" } else { ")" }),
        _ if set => ("{", "}"),
        Some(_) => ("([", "])"),
        None => ("[", "]"),
    };
    text.push_str(view.map_or("", |view| view.name));
    text.push_str(open);
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            text.push_str(", ");
        }
        write_repr(item, text, depth + 1);
    }
    text.push_str(close);
}

/// An attribute as Jinja looks it up; undefined if there is none.
pub(crate) fn attribute(value: &Value, name: &str) -> Value {
    value.get_attr(name).unwrap_or_default()
}

/// Methods of values that are no objects of their own: texts, numbers, minijinja's lists.
fn call_method(
    state: &mut State<'_, '_>,
    value: &Value,
    method: &str,
    arguments: &[Value],
) -> Result<Value, Error> {
    match value.kind() {
        ValueKind::String => text::call_method(value, method, arguments),
        ValueKind::Bytes => match method {
            "decode" => Ok(Value::from(
                String::from_utf8_lossy(value.as_bytes().unwrap_or_default()).into_owned(),
            )),
            "hex" => Ok(Value::from(base16ct::lower::encode_string(
                value.as_bytes().unwrap_or_default(),
            ))),
            _ => Err(no_method(value, method)),
        },
        ValueKind::Number => match method {
            "is_integer" => Ok(f64::try_from(value.clone())
                .is_ok_and(|number| number.fract() == 0.0)
                .into()),
            "bit_length" => Ok(number::integer(value)
                .map_or(0, |number| 128 - number.unsigned_abs().leading_zeros())
                .into()),
            _ => Err(no_method(value, method)),
        },
        ValueKind::Seq | ValueKind::Iterable => {
            let call = Call::new(method, arguments)?;
            let items = items_of(value)?;
            match method {
                "index" => {
                    let wanted = call.required(0, "value")?;
                    items
                        .iter()
                        .position(|item| *item == wanted)
                        .map(Value::from)
                        .ok_or_else(|| value_error(format!("{} is not in the list", repr(&wanted))))
                }
                "count" => {
                    let wanted = call.required(0, "value")?;
                    Ok(items.iter().filter(|item| **item == wanted).count().into())
                }
                "copy" if !value.is_tuple() => Ok(List::value(items)),
                _ => Err(no_method(value, method)),
            }
        }
        ValueKind::Map => {
            let call = Call::new(method, arguments)?;
            dict::read_only(|| dict::entries_of(value), method, &call)?
                .ok_or_else(|| no_method(value, method))
        }
        // in the first pass an undefined value has any method, as in dbt
        ValueKind::Undefined
            if super::engine::context_of(state).is_some_and(|context| !context.execute) =>
        {
            Ok(value.clone())
        }
        // the message of minijinja names what is undefined
        ValueKind::Undefined => Err(Error::from(minijinja::ErrorKind::UnknownMethod)),
        _ => Err(no_method(value, method)),
    }
}
