//! Functions of every context: dbt's conversions and Jinja2's globals that minijinja lacks.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use md5::{Digest, Md5};
use minijinja::value::{Object, ObjectRepr, Rest, Value, ValueOrKwargs};
use minijinja::{Environment, Error, State};
use serde_json::Value as Json;

use super::call::{Call, no_method, type_error, value_error};
use super::dict::{Dict, Entries, entries_of};
use super::json::{self, Layout};
use super::list::List;
use super::set::Set;
use super::{items_of, shown, tuple, type_name, yaml};

/// Registers them.
pub(super) fn register(environment: &mut Environment<'static>) {
    environment.add_function("fromjson", |rest: Rest<ValueOrKwargs>| {
        let rest = rest.into_values();
        let call = Call::new("fromjson", &rest)?;
        let text = call.text(0, "string")?;
        Ok::<_, Error>(match serde_json::from_str::<Json>(&text) {
            Ok(json) => crate::jinja::functions::from_json(json),
            Err(_) => call.optional(1, "default").unwrap_or(Value::from(())),
        })
    });
    environment.add_function("tojson", |rest: Rest<ValueOrKwargs>| {
        let rest = rest.into_values();
        let call = Call::new("tojson", &rest)?;
        let layout = Layout {
            sort_keys: call.flag(2, "sort_keys", false),
            indent: None,
        };
        json::dumps(&call.required(0, "value")?, layout)
    });
    environment.add_function("fromyaml", |rest: Rest<ValueOrKwargs>| {
        let rest = rest.into_values();
        let call = Call::new("fromyaml", &rest)?;
        let text = call.text(0, "value")?;
        let default = call.optional(1, "default").unwrap_or(Value::from(()));
        Ok::<_, Error>(yaml::load(&text).unwrap_or(default))
    });
    environment.add_function("toyaml", |rest: Rest<ValueOrKwargs>| {
        let rest = rest.into_values();
        let call = Call::new("toyaml", &rest)?;
        let default = call.optional(1, "default").unwrap_or(Value::from(()));
        let sort_keys = call.flag(2, "sort_keys", false);
        let dumped = yaml::dump(&call.required(0, "value")?, sort_keys);
        Ok::<_, Error>(dumped.map_or(default, Value::from))
    });
    for (name, strict) in [("set", false), ("set_strict", true)] {
        environment.add_function(name, move |rest: Rest<ValueOrKwargs>| {
            let rest = rest.into_values();
            let call = Call::new(name, &rest)?;
            match items_of(&call.required(0, "value")?) {
                Ok(items) => Ok(Set::value(items)),
                Err(error) if strict => Err(error),
                Err(_) => Ok(call.optional(1, "default").unwrap_or(Value::from(()))),
            }
        });
    }
    for (name, strict) in [("zip", false), ("zip_strict", true)] {
        environment.add_function(name, move |rest: Rest<ValueOrKwargs>| {
            let rest = rest.into_values();
            let call = Call::new(name, &rest)?;
            let lists: Result<Vec<Vec<Value>>, Error> =
                call.positional.iter().map(items_of).collect();
            match lists {
                Ok(lists) => Ok(List::value(zipped(&lists))),
                Err(error) if strict => Err(error),
                Err(_) => Ok(call.named("default").unwrap_or(Value::from(()))),
            }
        });
    }
    environment.add_function("local_md5", |rest: Rest<ValueOrKwargs>| {
        let rest = rest.into_values();
        let text = Call::new("local_md5", &rest)?.text(0, "value")?;
        Ok::<_, Error>(base16ct::lower::encode_string(&Md5::digest(text)))
    });
    environment.add_function("diff_of_two_dicts", difference);
    environment.add_function("range", range);
    environment.add_function("dict", |rest: Rest<ValueOrKwargs>| {
        let rest = rest.into_values();
        let call = Call::new("dict", &rest)?;
        let mut entries = match call.positional.first() {
            Some(first) => entries_of(first)?,
            None => Entries::new(),
        };
        entries.extend(
            call.rest()
                .into_iter()
                .map(|(name, value)| (name.into(), value)),
        );
        Ok::<_, Error>(Dict::value(entries))
    });
    environment.add_function("cycler", |rest: Rest<ValueOrKwargs>| {
        let rest = rest.into_values();
        if rest.is_empty() {
            return Err(type_error("at least one item has to be provided"));
        }
        Ok(Value::from_object(Cycler {
            items: rest,
            position: AtomicUsize::new(0),
        }))
    });
    environment.add_function("joiner", |rest: Rest<ValueOrKwargs>| {
        let rest = rest.into_values();
        let separator = Call::new("joiner", &rest)?.optional(0, "sep");
        Ok::<_, Error>(Value::from_object(Joiner {
            separator: separator.unwrap_or_else(|| ", ".into()),
            used: Mutex::new(false),
        }))
    });
}

/// The tuples of the lists' items, as many as the shortest has.
pub(super) fn zipped(lists: &[Vec<Value>]) -> Vec<Value> {
    let length = lists.iter().map(Vec::len).min().unwrap_or(0);
    (0..length)
        .map(|at| tuple(lists.iter().map(|list| list[at].clone()).collect()))
        .collect()
}

/// The most numbers that `range` gives, as in Jinja2's sandbox.
const LONGEST_RANGE: i64 = 100_000;

fn range(rest: Rest<ValueOrKwargs>) -> Result<Value, Error> {
    let rest = rest.into_values();
    let call = Call::new("range", &rest)?;
    call.required(0, "stop")?;
    let first = call.optional_integer(0, "start")?.unwrap_or(0);
    let (start, stop) = match call.optional_integer(1, "stop")? {
        Some(stop) => (first, stop),
        None => (0, first),
    };
    let step = call.optional_integer(2, "step")?.unwrap_or(1);
    call.done(3)?;
    if step == 0 {
        return Err(value_error("range() arg 3 must not be zero"));
    }
    let span = i128::from(stop) - i128::from(start);
    let step = i128::from(step);
    let length = if span == 0 || (span < 0) != (step < 0) {
        0
    } else {
        (span.abs() + step.abs() - 1) / step.abs()
    };
    if length > i128::from(LONGEST_RANGE) {
        return Err(value_error(format!(
            "Range too big. The sandbox blocks ranges larger than MAX_RANGE ({LONGEST_RANGE})."
        )));
    }
    Ok(Value::from_object(Range {
        start,
        stop,
        step,
        length,
    }))
}

/// Whether a value is a range.
pub(super) fn is_range(value: &Value) -> bool {
    value.downcast_object_ref::<Range>().is_some()
}

/// Python's range.
#[derive(Debug)]
struct Range {
    start: i64,
    stop: i64,
    step: i128,
    length: i128,
}

impl Object for Range {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let index = i128::from(key.as_i64()?);
        (0..self.length)
            .contains(&index)
            .then(|| super::number::integer_value(i128::from(self.start) + index * self.step))
    }

    fn enumerate(self: &Arc<Self>) -> minijinja::value::Enumerator {
        minijinja::value::Enumerator::Seq(usize::try_from(self.length).unwrap_or(0))
    }

    fn render(self: &Arc<Self>, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "range({}, {}", self.start, self.stop)?;
        if self.step == 1 {
            formatter.write_str(")")
        } else {
            write!(formatter, ", {})", self.step)
        }
    }
}

fn difference(rest: Rest<ValueOrKwargs>) -> Result<Value, Error> {
    let rest = rest.into_values();
    let call = Call::new("diff_of_two_dicts", &rest)?;
    let lower = |value: &Value| shown(value).to_lowercase();
    let mine = entries_of(&call.required(0, "dict_a")?)?;
    let mut theirs: indexmap::IndexMap<String, Vec<String>> = indexmap::IndexMap::new();
    for (key, values) in entries_of(&call.required(1, "dict_b")?)? {
        theirs.insert(lower(&key), items_of(&values)?.iter().map(lower).collect());
    }
    let mut difference = Entries::new();
    for (key, values) in mine {
        let Some(other) = theirs.get(&lower(&key)) else {
            difference.insert(key, values);
            continue;
        };
        let left: Vec<Value> = items_of(&values)?
            .into_iter()
            .filter(|value| !other.contains(&lower(value)))
            .collect();
        if !left.is_empty() {
            difference.insert(key, List::value(left));
        }
    }
    Ok(Dict::value(difference))
}

/// Jinja2's `cycler`.
#[derive(Debug)]
struct Cycler {
    items: Vec<Value>,
    position: AtomicUsize,
}

impl Cycler {
    fn current(&self) -> Value {
        self.items[self.position.load(Ordering::Relaxed) % self.items.len()].clone()
    }
}

impl Object for Cycler {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        (key.as_str() == Some("current")).then(|| self.current())
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        _arguments: &[Value],
    ) -> Result<Value, Error> {
        match method {
            "next" => {
                let current = self.current();
                self.position.fetch_add(1, Ordering::Relaxed);
                Ok(current)
            }
            "reset" => {
                self.position.store(0, Ordering::Relaxed);
                Ok(Value::from(()))
            }
            _ => Err(no_method(&Value::from_dyn_object(self.clone()), method)),
        }
    }

    fn render(self: &Arc<Self>, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("<Cycler>")
    }
}

/// Jinja2's `joiner`: nothing the first time, then the separator.
#[derive(Debug)]
struct Joiner {
    separator: Value,
    used: Mutex<bool>,
}

impl Object for Joiner {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn call(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        arguments: &[Value],
    ) -> Result<Value, Error> {
        if !arguments.is_empty() {
            return Err(type_error(format!(
                "a joiner takes no arguments, not {}",
                type_name(&arguments[0])
            )));
        }
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        if std::mem::replace(&mut *used, true) {
            Ok(self.separator.clone())
        } else {
            Ok(Value::from(""))
        }
    }

    fn render(self: &Arc<Self>, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("<Joiner>")
    }
}
