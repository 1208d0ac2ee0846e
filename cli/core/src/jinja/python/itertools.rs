//! Python's module `itertools`, as far as dbt gives it to templates. What it makes can be gone through once.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use minijinja::value::{Enumerator, Object, ObjectRepr, Value};
use minijinja::{Error, State};

use super::call::{Call, no_method, type_error, value_error};
use super::operators::{Operator, apply};
use super::{items_of, tuple};

/// The most values that a function here makes.
const MOST: usize = 1_000_000;

type Items = Box<dyn Iterator<Item = Value> + Send + Sync>;

/// A Python iterator: what was taken from it is gone.
struct Once {
    name: &'static str,
    items: Arc<Mutex<Items>>,
}

impl fmt::Debug for Once {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "<itertools.{} object>", self.name)
    }
}

/// Takes values from the shared iterator one by one.
struct Taking(Arc<Mutex<Items>>);

impl Iterator for Taking {
    type Item = Value;

    fn next(&mut self) -> Option<Value> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).next()
    }
}

impl Object for Once {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Iterable
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Iter(Box::new(Taking(self.items.clone())))
    }

    fn enumerator_len(self: &Arc<Self>) -> Option<usize> {
        None
    }

    fn render(self: &Arc<Self>, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, formatter)
    }
}

fn once(name: &'static str, items: impl Iterator<Item = Value> + Send + Sync + 'static) -> Value {
    let items: Items = Box::new(items);
    Value::from_object(Once {
        name,
        items: Arc::new(Mutex::new(items)),
    })
}

/// The module.
#[derive(Debug)]
pub(super) struct Itertools;

impl Object for Itertools {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn call_method(
        self: &Arc<Self>,
        state: &mut State<'_, '_>,
        method: &str,
        arguments: &[Value],
    ) -> Result<Value, Error> {
        let call = Call::new(method, arguments)?;
        let list = |position: usize| items_of(&call.required(position, "iterable")?);
        let size = |position: usize, name: &str| {
            call.optional_integer(position, name)?
                .map(|number| {
                    usize::try_from(number).map_err(|_| value_error("r must be non-negative"))
                })
                .transpose()
        };
        Ok(match method {
            "chain" => {
                let mut all = Vec::new();
                for value in call.positional {
                    all.extend(items_of(value)?);
                }
                once("chain", all.into_iter())
            }
            "product" => {
                let repeat = match call.named("repeat") {
                    Some(count) => count.as_usize().unwrap_or(1),
                    None => 1,
                };
                let pools: Vec<Vec<Value>> = call
                    .positional
                    .iter()
                    .map(items_of)
                    .collect::<Result<_, _>>()?;
                let pools: Vec<Vec<Value>> = std::iter::repeat_n(pools, repeat.min(64))
                    .flatten()
                    .collect();
                once("product", tuples(product(&pools)?))
            }
            "permutations" => {
                let pool = list(0)?;
                let length = size(1, "r")?.unwrap_or(pool.len());
                once(
                    "permutations",
                    tuples(arrangements(&pool, length, false, false)?),
                )
            }
            "combinations" => {
                let length = size(1, "r")?.ok_or_else(|| type_error("combinations() wants r"))?;
                once(
                    "combinations",
                    tuples(arrangements(&list(0)?, length, true, false)?),
                )
            }
            "combinations_with_replacement" => {
                let length = size(1, "r")?
                    .ok_or_else(|| type_error("combinations_with_replacement() wants r"))?;
                once(
                    "combinations_with_replacement",
                    tuples(arrangements(&list(0)?, length, true, true)?),
                )
            }
            "islice" => {
                let first = call.optional_integer(1, "start")?;
                let (start, stop) = if call.positional.len() > 2 {
                    (first.unwrap_or(0), call.optional_integer(2, "stop")?)
                } else {
                    (0, first)
                };
                let step = call.optional_integer(3, "step")?.unwrap_or(1);
                let whole = |number: i64| {
                    usize::try_from(number)
                        .map_err(|_| value_error("Indices for islice() must be non-negative"))
                };
                let (start, step) = (whole(start)?, whole(step)?.max(1));
                let most = match stop {
                    Some(stop) => whole(stop)?.saturating_sub(start),
                    None => MOST,
                };
                let items = call.required(0, "iterable")?.try_iter()?;
                once("islice", items.skip(start).take(most).step_by(step))
            }
            "zip_longest" => {
                let fill = call.named("fillvalue").unwrap_or(Value::from(()));
                let lists: Vec<Vec<Value>> = call
                    .positional
                    .iter()
                    .map(items_of)
                    .collect::<Result<_, _>>()?;
                let length = lists.iter().map(Vec::len).max().unwrap_or(0);
                let rows: Vec<Value> = (0..length)
                    .map(|at| {
                        let item = |list: &Vec<Value>| list.get(at).unwrap_or(&fill).clone();
                        tuple(lists.iter().map(item).collect())
                    })
                    .collect();
                once("zip_longest", rows.into_iter())
            }
            "accumulate" => {
                let function = call.optional(1, "func").filter(|value| !value.is_none());
                let initial = call.named("initial").filter(|value| !value.is_none());
                let mut sums: Vec<Value> = initial.into_iter().collect();
                for item in list(0)? {
                    let sum = match (sums.last(), &function) {
                        (None, _) => item,
                        (Some(sum), None) => apply(Operator::Add, sum, &item)?,
                        (Some(sum), Some(function)) => {
                            function.call(state, &[sum.clone(), item])?
                        }
                    };
                    sums.push(sum);
                }
                once("accumulate", sums.into_iter())
            }
            "repeat" => {
                let item = call.required(0, "object")?;
                match size(1, "times")? {
                    Some(times) => once("repeat", std::iter::repeat_n(item, times.min(MOST))),
                    None => once("repeat", std::iter::repeat(item)),
                }
            }
            "count" => {
                let start = call.optional(0, "start").unwrap_or(Value::from(0));
                let step = call.optional(1, "step").unwrap_or(Value::from(1));
                let next = move |last: &Value| apply(Operator::Add, last, &step).ok();
                once("count", std::iter::successors(Some(start), next))
            }
            "cycle" => once("cycle", list(0)?.into_iter().cycle()),
            "compress" => {
                let chosen = list(1)?;
                let kept: Vec<Value> = list(0)?
                    .into_iter()
                    .zip(chosen)
                    .filter(|(_, chosen)| chosen.is_true())
                    .map(|(item, _)| item)
                    .collect();
                once("compress", kept.into_iter())
            }
            "starmap" => {
                let function = call.required(0, "function")?;
                let mut results = Vec::new();
                for arguments in list(1)? {
                    results.push(function.call(state, &items_of(&arguments)?)?);
                }
                once("starmap", results.into_iter())
            }
            "tee" => {
                let items = list(0)?;
                let count = size(1, "n")?.unwrap_or(2).min(64);
                tuple(
                    (0..count)
                        .map(|_| once("_tee", items.clone().into_iter()))
                        .collect(),
                )
            }
            _ => return Err(no_method(&Value::from_dyn_object(self.clone()), method)),
        })
    }

    fn render(self: &Arc<Self>, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("<module 'itertools'>")
    }
}

fn tuples(rows: Vec<Vec<Value>>) -> impl Iterator<Item = Value> + Send + Sync {
    rows.into_iter().map(tuple)
}

fn too_many() -> Error {
    value_error(format!("more than {MOST} values"))
}

fn product(pools: &[Vec<Value>]) -> Result<Vec<Vec<Value>>, Error> {
    let mut rows = vec![Vec::new()];
    for pool in pools {
        if rows.len().saturating_mul(pool.len()) > MOST {
            return Err(too_many());
        }
        rows = rows
            .iter()
            .flat_map(|row| {
                pool.iter().map(move |item| {
                    let mut longer = row.clone();
                    longer.push(item.clone());
                    longer
                })
            })
            .collect();
    }
    Ok(rows)
}

/// Choices of `length` items: in the pool's order only (`sorted`), each once or again and again.
fn arrangements(
    pool: &[Value],
    length: usize,
    sorted: bool,
    again: bool,
) -> Result<Vec<Vec<Value>>, Error> {
    if length > pool.len() && (!again || pool.is_empty()) {
        return Ok(Vec::new());
    }
    let mut rows: Vec<Vec<usize>> = vec![Vec::new()];
    for _ in 0..length {
        let mut longer = Vec::new();
        for row in &rows {
            let first = match row.last() {
                Some(&last) if sorted => last + usize::from(!again),
                _ => 0,
            };
            for at in first..pool.len() {
                if again || !row.contains(&at) {
                    longer.push(row.iter().copied().chain([at]).collect());
                }
            }
            if longer.len() > MOST {
                return Err(too_many());
            }
        }
        rows = longer;
    }
    Ok(rows
        .into_iter()
        .map(|row| row.into_iter().map(|at| pool[at].clone()).collect())
        .collect())
}
