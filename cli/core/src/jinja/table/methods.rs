//! What templates call on a table; each method that makes a table makes a new one.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use minijinja::value::{Value, ValueKind};
use minijinja::{Error, ErrorKind, State};

use super::{Table, unknown_column};
use crate::jinja::engine::context_of;
use crate::jinja::python::call::Call;
use crate::jinja::python::operators;
use crate::message::MessageKind;

impl Table {
    pub(super) fn method(&self, state: &State<'_, '_>, call: &Call<'_>) -> Result<Value, Error> {
        let table = match call.function() {
            "select" => self.with_columns(keys(&call.required(0, "key")?)?.into_iter())?,
            "exclude" => {
                let keys = keys(&call.required(0, "key")?)?;
                let rest = self.names.iter().filter(|name| !keys.contains(name));
                self.with_columns(rest.cloned())?
            }
            "rename" => self.renamed(call)?,
            "limit" => self.limited(call)?,
            "order_by" => self.sorted(call)?,
            "distinct" => self.distinct(call)?,
            "group_by" => return self.grouped(&call.required(0, "key")?.to_string()),
            "print_table" | "print_json" | "print_csv" | "print_structure" => {
                let text = match call.function() {
                    "print_table" => self.printed(call)?,
                    "print_json" => self.printed_json(),
                    "print_csv" => self.printed_csv(),
                    _ => self.structure(),
                };
                if let Some(context) = context_of(state) {
                    context.say(MessageKind::Print, text.trim_end_matches('\n').to_owned());
                }
                return Ok(Value::from(()));
            }
            method => {
                return Err(Error::new(
                    ErrorKind::UnknownMethod,
                    format!("a table has no method `{method}`"),
                ));
            }
        };
        Ok(table.into_value())
    }

    fn renamed(&self, call: &Call<'_>) -> Result<Table, Error> {
        let mut table = self.with_rows(self.values().into_owned());
        if let Some(names) = call.value(0, "column_names") {
            if names.kind() == ValueKind::Map {
                for name in &mut table.names {
                    let renamed = names.get_item(&Value::from(name.clone()))?;
                    if !renamed.is_undefined() {
                        *name = renamed.to_string();
                    }
                }
            } else {
                for (name, renamed) in table.names.iter_mut().zip(names.try_iter()?) {
                    *name = renamed.to_string();
                }
            }
        }
        if call.flag(2, "slug_columns", false) {
            table.names = table.names.iter().map(|name| slug(name)).collect();
        }
        Ok(table)
    }

    /// Python's slice: one number is where to stop.
    fn limited(&self, call: &Call<'_>) -> Result<Table, Error> {
        let first = call.optional_integer(0, "start_or_stop")?;
        let stop = call.optional_integer(1, "stop")?.filter(|stop| *stop != 0);
        let step = call.optional_integer(2, "step")?.filter(|step| *step != 0);
        let (start, stop) = match (stop, step) {
            (None, None) => (None, first),
            _ => (first, stop),
        };
        let rows = self.values();
        let count = i64::try_from(rows.len()).unwrap_or(i64::MAX);
        let place = |at: i64| if at < 0 { (at + count).max(0) } else { at };
        let within = place(start.unwrap_or(0))..place(stop.unwrap_or(count)).min(count);
        let step = usize::try_from(step.unwrap_or(1)).map_err(|_| {
            Error::new(ErrorKind::InvalidOperation, "limit() cannot step backwards")
        })?;
        let positions = within
            .step_by(step)
            .filter_map(|at| usize::try_from(at).ok());
        Ok(self.with_rows(positions.map(|at| rows[at].clone()).collect()))
    }

    /// By one column or several; nothing comes last.
    fn sorted(&self, call: &Call<'_>) -> Result<Table, Error> {
        let places = self.places(&call.required(0, "key")?)?;
        let by = |left: &Vec<Value>, right: &Vec<Value>| {
            let orders = places.iter().map(|at| order(&left[*at], &right[*at]));
            orders.fold(Ordering::Equal, Ordering::then)
        };
        let mut rows = self.values().into_owned();
        match call.flag(1, "reverse", false) {
            true => rows.sort_by(|left, right| by(right, left)),
            false => rows.sort_by(by),
        }
        Ok(self.with_rows(rows))
    }

    /// The first row of each value of a column, or the first of equal rows.
    fn distinct(&self, call: &Call<'_>) -> Result<Table, Error> {
        let places = match call.value(0, "key") {
            None => (0..self.names.len()).collect(),
            // as in agate no two rows are one where columns are listed
            Some(key) if key.as_str().is_none() => {
                return Ok(self.with_rows(self.values().into_owned()));
            }
            Some(key) => self.places(&key)?,
        };
        let rows = self.values();
        let mut known: BTreeSet<Vec<&Value>> = BTreeSet::new();
        let mut kept = Vec::new();
        for row in rows.iter() {
            if known.insert(places.iter().map(|at| &row[*at]).collect()) {
                kept.push(row.clone());
            }
        }
        Ok(self.with_rows(kept))
    }

    fn places(&self, key: &Value) -> Result<Vec<usize>, Error> {
        let place = |name: &String| {
            let place = self.names.iter().position(|known| known == name);
            place.ok_or_else(|| unknown_column(name))
        };
        keys(key)?.iter().map(place).collect()
    }
}

/// One name, or several.
fn keys(value: &Value) -> Result<Vec<String>, Error> {
    Ok(match value.as_str() {
        Some(key) => vec![key.to_owned()],
        None => value.try_iter()?.map(|key| key.to_string()).collect(),
    })
}

fn order(left: &Value, right: &Value) -> Ordering {
    match (left.is_none(), right.is_none()) {
        (false, false) => operators::order(left, right),
        (left, right) => left.cmp(&right),
    }
}

/// A name in lower case, an underscore for each run of what is neither letter nor digit.
fn slug(name: &str) -> String {
    let words = name.split(|letter: char| !letter.is_alphanumeric());
    let words: Vec<String> = words
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    words.join("_")
}
