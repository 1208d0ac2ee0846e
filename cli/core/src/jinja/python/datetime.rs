//! Python's module `datetime`: dates, times of day, moments and durations.
//!
//! Core reads no clock: `now()` and `today()` are the run's start (`Settings::run_started_at`), in UTC.

mod calendar;
mod class;
mod methods;
pub(crate) mod module;
mod parse;
mod print;
pub(crate) mod zone;

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use minijinja::value::{DynObject, Object, ObjectRepr, Value};
use minijinja::{Error, State};

use self::calendar::{DAY, Fields};
use self::zone::Zone;
use super::call::{type_error, value_error};
use super::number::Number;
use super::operators::Operator;

/// A value of the module.
#[derive(Debug, Clone)]
pub(crate) enum Temporal {
    /// `date`: midnight, in microseconds since 1970.
    Date(i64),
    /// `time`: microseconds since midnight.
    Time(i64, Option<Zone>),
    /// `datetime`: what the clock on the wall says, in microseconds since 1970.
    Datetime(i64, Option<Zone>),
    /// `timedelta`: microseconds.
    Delta(i128),
}

impl Temporal {
    pub(super) fn value(self) -> Value {
        Value::from_object(self)
    }

    fn name(&self) -> &'static str {
        match self {
            Temporal::Date(_) => "datetime.date",
            Temporal::Time(..) => "datetime.time",
            Temporal::Datetime(..) => "datetime.datetime",
            Temporal::Delta(_) => "datetime.timedelta",
        }
    }

    fn zone(&self) -> Option<&Zone> {
        match self {
            Temporal::Time(_, zone) | Temporal::Datetime(_, zone) => zone.as_ref(),
            _ => None,
        }
    }

    /// The fields of its date and time.
    fn fields(&self) -> Fields {
        match self {
            Temporal::Date(micros) | Temporal::Time(micros, _) | Temporal::Datetime(micros, _) => {
                Fields::of(*micros)
            }
            Temporal::Delta(_) => Fields::of(0),
        }
    }

    /// Microseconds that can be compared, and whether they are UTC.
    fn rank(&self) -> (i128, bool) {
        match self {
            Temporal::Date(micros) => (i128::from(*micros), false),
            Temporal::Delta(micros) => (*micros, false),
            Temporal::Time(micros, zone) | Temporal::Datetime(micros, zone) => match zone {
                Some(zone) => (
                    i128::from(*micros) - i128::from(zone.offset) * 1_000_000,
                    true,
                ),
                None => (i128::from(*micros), false),
            },
        }
    }
}

/// A moment as the server prints it.
pub(crate) fn moment(text: &str) -> Option<Value> {
    moment_of(text).map(Temporal::value)
}

/// The run's start, from RFC 3339: its zone is that of `pytz`.
pub(crate) fn start_of_run(text: &str) -> Option<Value> {
    let (micros, zone) = parse::iso(text)?;
    let micros = micros - zone.map_or(0, |zone| zone.offset) * 1_000_000;
    Some(Temporal::Datetime(micros, Some(Zone::utc())).value())
}

fn moment_of(text: &str) -> Option<Temporal> {
    let (micros, zone) = parse::iso(text)?;
    Some(Temporal::Datetime(micros, zone))
}

/// A moment of the server's in ISO 8601, as JSON has it.
pub(crate) fn iso_text(text: &str) -> Option<String> {
    moment_of(text).map(|moment| print::iso(&moment, "T", None))
}

/// A date or moment in ISO 8601.
pub(crate) fn iso_of(value: &Value) -> Option<String> {
    let temporal = value.downcast_object_ref::<Temporal>()?;
    Some(print::iso(temporal, "T", None))
}

/// A date as the server prints it; `None` for one that Python's calendar lacks.
pub(crate) fn date_of(text: &str) -> Option<Value> {
    parse::iso_date(text).map(|micros| Temporal::Date(micros).value())
}

/// A date or moment of YAML.
pub(crate) fn of_yaml(timestamp: &crate::yaml::Timestamp) -> Value {
    let date = date_of(&timestamp.iso);
    date.or_else(|| moment(&timestamp.iso))
        .unwrap_or_else(|| timestamp.shown.as_str().into())
}

/// A time of day of the server's, as Python prints it.
pub(crate) fn time_text(text: &str) -> Option<String> {
    let (micros, zone) = parse::iso_time(text)?;
    Some(print::shown(&Temporal::Time(micros, zone)))
}

/// An interval of the server's as Python prints a `timedelta`: a month has 30 days, a year 365.
pub(crate) fn duration_text(text: &str) -> Option<String> {
    parse::interval(text).map(|micros| print::shown(&Temporal::Delta(micros)))
}

/// The name of the type, if the value is of this module.
pub(super) fn type_name(value: &Value) -> Option<&'static str> {
    value.downcast_object_ref::<Temporal>().map(Temporal::name)
}

/// Python's `repr` of a value of this module.
pub(super) fn repr(value: &Value) -> Option<String> {
    let zone = value.downcast_object_ref::<zone::ZoneValue>();
    let zone = zone.map(|zone| zone.0.repr());
    zone.or_else(|| value.downcast_object_ref::<Temporal>().map(print::repr))
}

/// `-x`
pub(super) fn negated(value: &Value) -> Option<Value> {
    match value.downcast_object_ref::<Temporal>()? {
        Temporal::Delta(micros) => Some(Temporal::Delta(-micros).value()),
        _ => None,
    }
}

/// The value in the form of a `{:%Y}` field.
pub(super) fn formatted(value: &Value, spec: &str) -> Option<Result<String, Error>> {
    let temporal = value.downcast_object_ref::<Temporal>()?;
    Some(Ok(print::strftime(temporal, spec)))
}

/// An operator with a value of this module.
pub(super) fn operator(
    operator: Operator,
    left: &Value,
    right: &Value,
) -> Option<Result<Value, Error>> {
    let (a, b) = (
        left.downcast_object_ref::<Temporal>(),
        right.downcast_object_ref::<Temporal>(),
    );
    use Operator::{Add, Divide, FloorDivide, Modulo, Multiply, Subtract};
    use Temporal::{Date, Datetime, Delta};
    let result = match (operator, a?, b) {
        (Add, Delta(a), Some(Delta(b))) => Delta(a + b),
        (Subtract, Delta(a), Some(Delta(b))) => Delta(a - b),
        (Add, Delta(delta), Some(moment)) => return Some(moved(moment, *delta)),
        (Add, moment, Some(Delta(delta))) => return Some(moved(moment, *delta)),
        (Subtract, moment, Some(Delta(delta))) => return Some(moved(moment, -delta)),
        (Subtract, Date(a), Some(Date(b))) => Delta(i128::from(*a) - i128::from(*b)),
        (Subtract, from @ Datetime(..), Some(to @ Datetime(..))) => {
            let ((a, a_aware), (b, b_aware)) = (from.rank(), to.rank());
            if a_aware != b_aware {
                return Some(Err(type_error(
                    "can't subtract offset-naive and offset-aware datetimes",
                )));
            }
            Delta(a - b)
        }
        (Divide, Delta(a), Some(Delta(b))) if *b != 0 => {
            #[allow(clippy::cast_precision_loss)]
            return Some(Ok((*a as f64 / *b as f64).into()));
        }
        (FloorDivide, Delta(a), Some(Delta(b))) if *b != 0 => {
            return Some(Ok(super::number::integer_value(a.div_euclid(*b))));
        }
        (Modulo, Delta(a), Some(Delta(b))) if *b != 0 => Delta(a.rem_euclid(*b)),
        (Multiply | Divide | FloorDivide, Delta(a), None) => {
            return scaled(operator, *a, Number::of(right)?);
        }
        _ => return None,
    };
    Some(Ok(result.value()))
}

#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)]
fn scaled(operator: Operator, micros: i128, by: Number) -> Option<Result<Value, Error>> {
    let result = match (operator, by) {
        (Operator::Multiply, Number::Integer(by)) => micros.checked_mul(by)?,
        (Operator::Multiply, Number::Float(by)) => (micros as f64 * by).round_ties_even() as i128,
        (_, by) if by.float() == 0.0 => return Some(Err(value_error("division by zero"))),
        (Operator::FloorDivide, Number::Integer(by)) => micros.div_euclid(by),
        (_, by) => (micros as f64 / by.float()).round_ties_even() as i128,
    };
    Some(Ok(Temporal::Delta(result).value()))
}

/// A date or moment some time later.
fn moved(moment: &Temporal, delta: i128) -> Result<Value, Error> {
    let out_of_range = || value_error("date value out of range");
    Ok(match moment {
        Temporal::Date(micros) => {
            let days = delta.div_euclid(i128::from(DAY)) * i128::from(DAY);
            let micros = calendar::checked(i128::from(*micros) + days).ok_or_else(out_of_range)?;
            Temporal::Date(micros).value()
        }
        Temporal::Datetime(micros, zone) => {
            let micros = calendar::checked(i128::from(*micros) + delta).ok_or_else(out_of_range)?;
            Temporal::Datetime(micros, zone.clone()).value()
        }
        other => {
            return Err(type_error(format!(
                "unsupported operand type(s) for +: '{}' and 'datetime.timedelta'",
                other.name()
            )));
        }
    })
}

impl Object for Temporal {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn is_true(self: &Arc<Self>) -> bool {
        !matches!(**self, Temporal::Delta(0))
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        methods::attribute(self, key.as_str()?)
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        arguments: &[Value],
    ) -> Result<Value, Error> {
        methods::call(self, method, arguments)
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        let other = other.downcast_ref::<Self>()?;
        let order = self.rank().0.cmp(&other.rank().0);
        if self.name() != other.name() {
            return Some(order.then(self.name().cmp(other.name())));
        }
        Some(order)
    }

    fn render(self: &Arc<Self>, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&print::shown(self))
    }
}
