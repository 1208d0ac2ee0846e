//! Python's dict: ordered by insertion, one value under all its names, which changes in place.

use std::fmt;
use std::sync::{Arc, RwLock, RwLockReadGuard, RwLockWriteGuard};

use indexmap::IndexMap;
use minijinja::value::{Enumerator, Object, ObjectRepr, Tuple, Value};
use minijinja::{Error, State};

use super::call::{Call, no_method, type_error, value_error};
use super::{contains_container, items_of, repr, type_name};

/// The entries of a dict.
pub(crate) type Entries = IndexMap<Value, Value>;

/// A dict.
#[derive(Debug, Default)]
pub(crate) struct Dict {
    entries: RwLock<Entries>,
}

impl Dict {
    /// A dict as a template's value.
    pub(crate) fn value(entries: Entries) -> Value {
        Value::from_object(Dict {
            entries: RwLock::new(entries),
        })
    }

    /// A copy of its entries.
    pub(crate) fn entries(&self) -> Entries {
        self.read().clone()
    }

    fn read(&self) -> RwLockReadGuard<'_, Entries> {
        self.entries
            .read()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Entries> {
        self.entries
            .write()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// The entries of anything that `dict()` and `update()` take: a mapping or pairs.
pub(super) fn entries_of(value: &Value) -> Result<Entries, Error> {
    if let Some(dict) = value.downcast_object_ref::<Dict>() {
        return Ok(dict.entries());
    }
    let mut entries = Entries::new();
    if let Some(mapping) = value.as_object()
        && mapping.repr() == ObjectRepr::Map
    {
        let pairs = mapping.try_iter_pairs();
        entries.extend(pairs.ok_or_else(|| type_error("the object is not iterable"))?);
        return Ok(entries);
    }
    for (at, pair) in items_of(value)?.into_iter().enumerate() {
        let pair = items_of(&pair)?;
        let [key, item] = pair.as_slice() else {
            return Err(value_error(format!(
                "dictionary update sequence element #{at} has length {}; 2 is required",
                pair.len()
            )));
        };
        entries.insert(key.clone(), item.clone());
    }
    Ok(entries)
}

/// The methods that only read, for any mapping; `None` for another method.
pub(super) fn read_only(
    entries: impl Fn() -> Result<Entries, Error>,
    method: &str,
    call: &Call<'_>,
) -> Result<Option<Value>, Error> {
    Ok(Some(match method {
        "get" => {
            let key = call.required(0, "key")?;
            let default = call.optional(1, "default");
            entries()?
                .swap_remove(&key)
                .or(default)
                .unwrap_or(Value::from(()))
        }
        "keys" => View::value("dict_keys", entries()?.into_keys().collect()),
        "values" => View::value("dict_values", entries()?.into_values().collect()),
        "items" => View::value(
            "dict_items",
            entries()?
                .into_iter()
                .map(|(key, item)| Value::from(Tuple::from([key, item])))
                .collect(),
        ),
        "copy" => Dict::value(entries()?),
        _ => return Ok(None),
    }))
}

impl Object for Dict {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Map
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.read().get(key).cloned()
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.read().keys().cloned().collect())
    }

    fn enumerator_len(self: &Arc<Self>) -> Option<usize> {
        Some(self.read().len())
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        arguments: &[Value],
    ) -> Result<Value, Error> {
        let call = Call::new(method, arguments)?;
        let this = || Value::from_dyn_object(self.clone());
        match method {
            "get" => {
                let key = call.required(0, "key")?;
                let found = self.read().get(&key).cloned();
                return Ok(found
                    .or_else(|| call.optional(1, "default"))
                    .unwrap_or(Value::from(())));
            }
            "update" => {
                let mut more = match call.positional.first() {
                    Some(other) => entries_of(other)?,
                    None => Entries::new(),
                };
                call.positional
                    .len()
                    .le(&1)
                    .then_some(())
                    .ok_or_else(|| value_error("update expected at most 1 argument"))?;
                for (name, item) in call.rest() {
                    more.insert(name.into(), item);
                }
                for item in more.values() {
                    contains_container(item, &this())?;
                }
                self.write().extend(more);
            }
            "setdefault" => {
                let key = call.required(0, "key")?;
                let default = call.optional(1, "default").unwrap_or(Value::from(()));
                contains_container(&default, &this())?;
                return Ok(self.write().entry(key).or_insert(default).clone());
            }
            "pop" => {
                let key = call.required(0, "key")?;
                let default = call.optional(1, "default");
                call.done(2)?;
                return self
                    .write()
                    .shift_remove(&key)
                    .or(default)
                    .ok_or_else(|| value_error(format!("KeyError: {}", repr(&key))));
            }
            "popitem" => {
                let last = self.write().pop();
                return last
                    .map(|(key, item)| Value::from(Tuple::from([key, item])))
                    .ok_or_else(|| value_error("popitem(): dictionary is empty"));
            }
            "clear" => self.write().clear(),
            "__setitem__" => {
                let key = call.required(0, "key")?;
                let item = call.required(1, "value")?;
                contains_container(&item, &this())?;
                self.write().insert(key, item);
            }
            _ => {
                if let Some(value) = read_only(|| Ok(self.entries()), method, &call)? {
                    return Ok(value);
                }
                // a function kept in the dict
                let kept = self.read().get(&Value::from(method)).cloned();
                return match kept {
                    Some(_) => Err(Error::from(minijinja::ErrorKind::UnknownMethod)),
                    None => Err(no_method(&this(), method)),
                };
            }
        }
        Ok(Value::from(()))
    }

    fn render(self: &Arc<Self>, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&repr(&Value::from_dyn_object(self.clone())))
    }
}

/// What `keys()`, `values()` and `items()` give: iterable, sized, not indexed.
#[derive(Debug)]
pub(crate) struct View {
    pub(super) name: &'static str,
    pub(super) items: Vec<Value>,
}

impl View {
    pub(super) fn value(name: &'static str, items: Vec<Value>) -> Value {
        Value::from_object(View { name, items })
    }
}

impl Object for View {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Iterable
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.items.clone())
    }

    fn enumerator_len(self: &Arc<Self>) -> Option<usize> {
        Some(self.items.len())
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        _arguments: &[Value],
    ) -> Result<Value, Error> {
        let this = Value::from_dyn_object(self.clone());
        debug_assert_eq!(type_name(&this), self.name);
        Err(no_method(&this, method))
    }

    fn render(self: &Arc<Self>, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&repr(&Value::from_dyn_object(self.clone())))
    }
}
