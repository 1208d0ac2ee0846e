//! Python's list: one value under all its names, which changes in place.

use std::cmp::Ordering;
use std::fmt;
use std::sync::{Arc, RwLock, RwLockReadGuard, RwLockWriteGuard};

use minijinja::value::{DynObject, Enumerator, Object, ObjectRepr, Value};
use minijinja::{Error, State};

use super::call::{Call, no_method, value_error};
use super::{contains_container, items_of, repr};

/// A list.
#[derive(Debug, Default)]
pub(crate) struct List {
    items: RwLock<Vec<Value>>,
}

impl List {
    /// A list as a template's value.
    pub(crate) fn value(items: Vec<Value>) -> Value {
        Value::from_object(List {
            items: RwLock::new(items),
        })
    }

    /// A copy of its items.
    pub(crate) fn items(&self) -> Vec<Value> {
        self.read().clone()
    }

    fn read(&self) -> RwLockReadGuard<'_, Vec<Value>> {
        self.items
            .read()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Vec<Value>> {
        self.items
            .write()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn position(&self, wanted: &Value, start: usize, end: usize) -> Option<usize> {
        let items = self.items();
        let end = end.min(items.len());
        (start..end).find(|&at| items[at] == *wanted)
    }
}

/// Where an index that may be negative stands among `length` items; it may be one past the end.
pub(super) fn clamped(index: i64, length: usize) -> usize {
    if index < 0 {
        length.saturating_sub(usize::try_from(index.unsigned_abs()).unwrap_or(usize::MAX))
    } else {
        usize::try_from(index).unwrap_or(usize::MAX).min(length)
    }
}

impl Object for List {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.read().get(key.as_usize()?).cloned()
    }

    fn get_value_by_str(self: &Arc<Self>, _key: &str) -> Option<Value> {
        None
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Seq(self.read().len())
    }

    fn enumerator_len(self: &Arc<Self>) -> Option<usize> {
        Some(self.read().len())
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        let other = other.downcast_ref::<Self>()?;
        Some(self.items().cmp(&other.items()))
    }

    fn call_method(
        self: &Arc<Self>,
        state: &mut State<'_, '_>,
        method: &str,
        arguments: &[Value],
    ) -> Result<Value, Error> {
        let call = Call::new(method, arguments)?;
        let none = Value::from(());
        let this = || Value::from_dyn_object(self.clone());
        match method {
            "append" => {
                let item = call.required(0, "object")?;
                call.done(1)?;
                contains_container(&item, &this())?;
                self.write().push(item);
            }
            "extend" => {
                let more = items_of(&call.required(0, "iterable")?)?;
                call.done(1)?;
                for item in &more {
                    contains_container(item, &this())?;
                }
                self.write().extend(more);
            }
            "insert" => {
                call.required(0, "index")?;
                let index = call.optional_integer(0, "index")?.unwrap_or(0);
                let item = call.required(1, "object")?;
                call.done(2)?;
                contains_container(&item, &this())?;
                let mut items = self.write();
                let at = clamped(index, items.len());
                items.insert(at, item);
            }
            "pop" => {
                let index = call.optional_integer(0, "index")?.unwrap_or(-1);
                call.done(1)?;
                let mut items = self.write();
                let length = items.len();
                if length == 0 {
                    return Err(value_error("pop from empty list"));
                }
                let out = index >= 0 && clamped(index, length) == length
                    || index < 0 && index.unsigned_abs() > length as u64;
                if out {
                    return Err(value_error("pop index out of range"));
                }
                return Ok(items.remove(clamped(index, length)));
            }
            "remove" => {
                let item = call.required(0, "value")?;
                call.done(1)?;
                let at = self
                    .position(&item, 0, usize::MAX)
                    .ok_or_else(|| value_error("list.remove(x): x not in list"))?;
                self.write().remove(at);
            }
            "index" => {
                let item = call.required(0, "value")?;
                let length = self.read().len();
                let start = clamped(call.optional_integer(1, "start")?.unwrap_or(0), length);
                let end = call
                    .optional_integer(2, "stop")?
                    .map_or(length, |end| clamped(end, length));
                return self
                    .position(&item, start, end)
                    .map(Value::from)
                    .ok_or_else(|| value_error(format!("{} is not in list", repr(&item))));
            }
            "count" => {
                let item = call.required(0, "value")?;
                let count = self.items().iter().filter(|other| **other == item).count();
                return Ok(count.into());
            }
            "clear" => self.write().clear(),
            "reverse" => self.write().reverse(),
            "copy" => return Ok(List::value(self.items())),
            "sort" => {
                let reverse = call.named("reverse").is_some_and(|value| value.is_true());
                let key = call.named("key").filter(|key| !key.is_none());
                call.done(0)?;
                let mut keyed = Vec::new();
                for item in self.items() {
                    let rank = match &key {
                        Some(key) => key.call(state, std::slice::from_ref(&item))?,
                        None => item.clone(),
                    };
                    keyed.push((rank, item));
                }
                sort(&mut keyed, reverse)?;
                *self.write() = keyed.into_iter().map(|(_, item)| item).collect();
            }
            "__len__" => return Ok(self.read().len().into()),
            _ => return Err(no_method(&this(), method)),
        }
        Ok(none)
    }

    fn render(self: &Arc<Self>, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&repr(&Value::from_dyn_object(self.clone())))
    }
}

/// Sorts by the first of each pair, stable as Python's; values without an order are an error.
pub(crate) fn sort(keyed: &mut [(Value, Value)], reverse: bool) -> Result<(), Error> {
    for pair in keyed.windows(2) {
        super::operators::ordered(&pair[0].0, &pair[1].0)?;
    }
    if reverse {
        keyed.sort_by(|a, b| super::operators::order(&b.0, &a.0));
    } else {
        keyed.sort_by(|a, b| super::operators::order(&a.0, &b.0));
    }
    Ok(())
}
