//! The classes `date`, `time`, `datetime` and `timedelta`: what makes their values.

use std::fmt;
use std::sync::Arc;

use minijinja::value::{Object, ObjectRepr, Value};
use minijinja::{Error, State};

use super::calendar::{DAY, Fields, checked};
use super::zone::{self, Zone};
use super::{Temporal, methods, parse};
use crate::jinja::python::call::{Call, no_method, type_error, value_error};
use crate::jinja::python::number::Number;

/// Which class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Date,
    Time,
    Datetime,
    Delta,
}

/// A class; `now` is the run's start.
#[derive(Debug)]
pub(super) struct Class {
    pub(super) kind: Kind,
    pub(super) now: String,
}

impl Class {
    fn now(&self) -> i64 {
        parse::iso(&self.now).map_or(0, |(micros, zone)| {
            micros - zone.map_or(0, |zone| zone.offset) * 1_000_000
        })
    }
}

impl Object for Class {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let first = -719_162 * DAY;
        let last = 2_932_896 * DAY;
        Some(
            match (self.kind, key.as_str()?) {
                (Kind::Date, "min") => Temporal::Date(first),
                (Kind::Date, "max") => Temporal::Date(last),
                (Kind::Datetime, "min") => Temporal::Datetime(first, None),
                (Kind::Datetime, "max") => Temporal::Datetime(last + DAY - 1, None),
                _ => return None,
            }
            .value(),
        )
    }

    fn call(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        arguments: &[Value],
    ) -> Result<Value, Error> {
        let call = Call::new("datetime", arguments)?;
        if self.kind == Kind::Delta {
            return delta(&call);
        }
        let mut position = 0;
        let mut field = |name: &str, default: Option<i64>| {
            let at = position;
            position += 1;
            match (call.optional_integer(at, name)?, default) {
                (Some(number), _) | (None, Some(number)) => Ok(number),
                (None, None) => Err(type_error(format!(
                    "function missing required argument '{name}' (pos {})",
                    at + 1
                ))),
            }
        };
        let mut fields = Fields::of(0);
        if self.kind != Kind::Time {
            fields.year = field("year", None)?;
            fields.month = field("month", None)?;
            fields.day = field("day", None)?;
        }
        if self.kind != Kind::Date {
            fields.hour = field("hour", Some(0))?;
            fields.minute = field("minute", Some(0))?;
            fields.second = field("second", Some(0))?;
            fields.microsecond = field("microsecond", Some(0))?;
        }
        let zone = zone::of(call.optional(position, "tzinfo"))?;
        call.done(8)?;
        let micros = fields
            .micros()
            .ok_or_else(|| value_error("a field of the date is out of range"))?;
        Ok(match self.kind {
            Kind::Date => Temporal::Date(micros),
            Kind::Time => Temporal::Time(micros, zone),
            Kind::Datetime | Kind::Delta => Temporal::Datetime(micros, zone),
        }
        .value())
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        arguments: &[Value],
    ) -> Result<Value, Error> {
        let call = Call::new(method, arguments)?;
        let invalid = |text: &str| value_error(format!("Invalid isoformat string: '{text}'"));
        let value = match (self.kind, method) {
            (Kind::Datetime, "now" | "today" | "utcnow") => {
                let zone = zone::of(call.optional(0, "tz"))?;
                at(self.now(), zone)
            }
            (Kind::Date, "today") => {
                let now = self.now();
                Temporal::Date(now - now.rem_euclid(DAY))
            }
            (Kind::Datetime, "strptime") => {
                let text = call.text(0, "date_string")?;
                let (micros, zone) = parse::strptime(&text, &call.text(1, "format")?)?;
                Temporal::Datetime(micros, zone)
            }
            (Kind::Datetime, "fromisoformat") => {
                let text = call.text(0, "date_string")?;
                let (micros, zone) = parse::iso(&text).ok_or_else(|| invalid(&text))?;
                Temporal::Datetime(micros, zone)
            }
            (Kind::Date, "fromisoformat") => {
                let text = call.text(0, "date_string")?;
                Temporal::Date(parse::iso_date(&text).ok_or_else(|| invalid(&text))?)
            }
            (Kind::Time, "fromisoformat") => {
                let text = call.text(0, "time_string")?;
                let (micros, zone) = parse::iso_time(&text).ok_or_else(|| invalid(&text))?;
                Temporal::Time(micros, zone)
            }
            (Kind::Datetime | Kind::Date, "fromtimestamp" | "utcfromtimestamp") => {
                let seconds = call.required(0, "timestamp")?;
                let seconds = Number::of(&seconds)
                    .map(Number::float)
                    .ok_or_else(|| type_error("a number is required"))?;
                #[allow(clippy::cast_possible_truncation)]
                let micros = checked((seconds * 1e6).round_ties_even() as i128)
                    .ok_or_else(|| value_error("the timestamp is out of range"))?;
                match self.kind {
                    Kind::Date => Temporal::Date(micros - micros.rem_euclid(DAY)),
                    _ => at(micros, zone::of(call.optional(1, "tz"))?),
                }
            }
            (Kind::Datetime | Kind::Date, "fromordinal") => {
                let days = call.optional_integer(0, "ordinal")?.unwrap_or(0);
                let micros = checked((i128::from(days) - 719_163) * i128::from(DAY))
                    .ok_or_else(|| value_error("ordinal must be >= 1"))?;
                match self.kind {
                    Kind::Date => Temporal::Date(micros),
                    _ => Temporal::Datetime(micros, None),
                }
            }
            (Kind::Datetime, "combine") => {
                let (date, time) = (call.required(0, "date")?, call.required(1, "time")?);
                let date = date.downcast_object_ref::<Temporal>();
                let time = time.downcast_object_ref::<Temporal>();
                let (
                    Some(Temporal::Date(date) | Temporal::Datetime(date, _)),
                    Some(Temporal::Time(time, zone)),
                ) = (date, time)
                else {
                    return Err(type_error("combine() wants a date and a time"));
                };
                Temporal::Datetime(date - date.rem_euclid(DAY) + time, zone.clone())
            }
            _ => {
                // a method called through its class, such as `datetime.strftime(d, '%Y')`
                return match call.positional.split_first() {
                    Some((first, rest)) => match first.downcast_object::<Temporal>() {
                        Some(value) => methods::call(&value, method, rest),
                        None => Err(no_method(&Value::from_dyn_object(self.clone()), method)),
                    },
                    None => Err(no_method(&Value::from_dyn_object(self.clone()), method)),
                };
            }
        };
        Ok(value.value())
    }

    fn render(self: &Arc<Self>, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self.kind {
            Kind::Date => "<class 'datetime.date'>",
            Kind::Time => "<class 'datetime.time'>",
            Kind::Datetime => "<class 'datetime.datetime'>",
            Kind::Delta => "<class 'datetime.timedelta'>",
        })
    }
}

/// A moment of UTC in a zone; without one, what a clock of UTC says.
fn at(utc: i64, zone: Option<Zone>) -> Temporal {
    match zone {
        Some(zone) => {
            let zone = zone.at_utc(utc);
            Temporal::Datetime(utc + zone.offset * 1_000_000, Some(zone))
        }
        None => Temporal::Datetime(utc, None),
    }
}

fn delta(call: &Call<'_>) -> Result<Value, Error> {
    const UNITS: [(&str, i128); 7] = [
        ("days", 86_400_000_000),
        ("seconds", 1_000_000),
        ("microseconds", 1),
        ("milliseconds", 1_000),
        ("minutes", 60_000_000),
        ("hours", 3_600_000_000),
        ("weeks", 604_800_000_000),
    ];
    let mut micros = 0_i128;
    for (position, (name, unit)) in UNITS.into_iter().enumerate() {
        let Some(value) = call.optional(position, name) else {
            continue;
        };
        let number = Number::of(&value).ok_or_else(|| {
            type_error(format!("unsupported type for timedelta {name} component"))
        })?;
        let too_large = || value_error("the timedelta is too large");
        #[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)]
        let part = match number {
            Number::Integer(number) => number.checked_mul(unit).ok_or_else(too_large)?,
            Number::Float(number) => (number * unit as f64).round_ties_even() as i128,
        };
        micros = micros.checked_add(part).ok_or_else(too_large)?;
    }
    call.done(7)?;
    if micros.abs() > 86_400_000_000 * 1_000_000_000 {
        return Err(value_error("days out of range for a timedelta"));
    }
    Ok(Temporal::Delta(micros).value())
}
