//! Python's set.

use std::cmp::Ordering;
use std::fmt;
use std::sync::{Arc, RwLock, RwLockReadGuard, RwLockWriteGuard};

use indexmap::IndexSet;
use minijinja::value::{DynObject, Enumerator, Object, ObjectRepr, Value};
use minijinja::{Error, State};

use super::call::{Call, no_method, value_error};
use super::{items_of, repr};

/// A set; its order is that of insertion.
#[derive(Debug, Default)]
pub(crate) struct Set {
    items: RwLock<IndexSet<Value>>,
}

impl Set {
    /// A set as a template's value.
    pub(crate) fn value(items: impl IntoIterator<Item = Value>) -> Value {
        Value::from_object(Set {
            items: RwLock::new(items.into_iter().collect()),
        })
    }

    /// A copy of its items.
    pub(crate) fn items(&self) -> IndexSet<Value> {
        self.read().clone()
    }

    fn read(&self) -> RwLockReadGuard<'_, IndexSet<Value>> {
        self.items
            .read()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, IndexSet<Value>> {
        self.items
            .write()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Object for Set {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Iterable
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.items().into_iter().collect())
    }

    fn enumerator_len(self: &Arc<Self>) -> Option<usize> {
        Some(self.read().len())
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        let (mine, theirs) = (self.items(), other.downcast_ref::<Self>()?.items());
        Some(match (mine.is_subset(&theirs), theirs.is_subset(&mine)) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Less,
            _ => Ordering::Greater,
        })
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        arguments: &[Value],
    ) -> Result<Value, Error> {
        let call = Call::new(method, arguments)?;
        let others = || {
            let mut others = Vec::new();
            for argument in call.positional {
                others.push(items_of(argument)?.into_iter().collect::<IndexSet<_>>());
            }
            Ok::<_, Error>(others)
        };
        let one = || call.required(0, "element");
        match method {
            "add" => {
                self.write().insert(one()?);
            }
            "discard" => {
                self.write().shift_remove(&one()?);
            }
            "remove" => {
                let item = one()?;
                if !self.write().shift_remove(&item) {
                    return Err(value_error(format!("KeyError: {}", repr(&item))));
                }
            }
            "pop" => {
                return self
                    .write()
                    .shift_remove_index(0)
                    .ok_or_else(|| value_error("pop from an empty set"));
            }
            "clear" => self.write().clear(),
            "update" => {
                for other in others()? {
                    self.write().extend(other);
                }
            }
            "copy" => return Ok(Set::value(self.items())),
            "union" => {
                let all = others()?.into_iter().flatten();
                return Ok(Set::value(self.items().into_iter().chain(all)));
            }
            "intersection" => {
                let others = others()?;
                return Ok(Set::value(
                    self.items()
                        .into_iter()
                        .filter(|item| others.iter().all(|other| other.contains(item))),
                ));
            }
            "difference" => {
                let others = others()?;
                return Ok(Set::value(
                    self.items()
                        .into_iter()
                        .filter(|item| !others.iter().any(|other| other.contains(item))),
                ));
            }
            "symmetric_difference" => {
                let (mine, others) = (self.items(), others()?);
                let other = others.into_iter().next().unwrap_or_default();
                return Ok(Set::value(
                    mine.symmetric_difference(&other)
                        .cloned()
                        .collect::<Vec<_>>(),
                ));
            }
            "issubset" | "issuperset" | "isdisjoint" => {
                let (mine, others) = (self.items(), others()?);
                let other = others.into_iter().next().unwrap_or_default();
                return Ok(Value::from(match method {
                    "issubset" => mine.is_subset(&other),
                    "issuperset" => mine.is_superset(&other),
                    _ => mine.is_disjoint(&other),
                }));
            }
            _ => return Err(no_method(&Value::from_dyn_object(self.clone()), method)),
        }
        Ok(Value::from(()))
    }

    fn render(self: &Arc<Self>, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&repr(&Value::from_dyn_object(self.clone())))
    }
}
