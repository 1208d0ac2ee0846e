//! Attributes and methods of values of `datetime`.

use minijinja::Error;
use minijinja::value::Value;

use super::calendar::{DAY, Fields};
use super::zone::{self, Zone, ZoneValue};
use super::{Temporal, print};
use crate::jinja::python::call::{Call, no_method, type_error, value_error};
use crate::jinja::python::number::integer_value;
use crate::jinja::python::tuple;

/// An attribute.
pub(super) fn attribute(value: &Temporal, name: &str) -> Option<Value> {
    if let Temporal::Delta(micros) = value {
        let day = i128::from(DAY);
        let rest = micros.rem_euclid(day);
        return Some(integer_value(match name {
            "days" => micros.div_euclid(day),
            "seconds" => rest / 1_000_000,
            "microseconds" => rest % 1_000_000,
            _ => return None,
        }));
    }
    let fields = value.fields();
    let (has_date, has_time) = (
        !matches!(value, Temporal::Time(..)),
        !matches!(value, Temporal::Date(_)),
    );
    Some(Value::from(match name {
        "year" if has_date => fields.year,
        "month" if has_date => fields.month,
        "day" if has_date => fields.day,
        "hour" if has_time => fields.hour,
        "minute" if has_time => fields.minute,
        "second" if has_time => fields.second,
        "microsecond" if has_time => fields.microsecond,
        "tzinfo" if has_time => {
            return Some(match value.zone() {
                Some(zone) => Value::from_object(ZoneValue(zone.clone())),
                None => Value::from(()),
            });
        }
        // methods that are looked at without a call are there
        "timetuple" | "isoformat" | "strftime" | "weekday" if has_date => {
            return Some(Value::from(format!("<built-in method {name}>")));
        }
        _ => return None,
    }))
}

/// Calls a method.
pub(super) fn call(
    value: &std::sync::Arc<Temporal>,
    method: &str,
    arguments: &[Value],
) -> Result<Value, Error> {
    let call = Call::new(method, arguments)?;
    let this = || Value::from_dyn_object(value.clone());
    let unknown = || Err(no_method(&this(), method));
    let fields = value.fields();
    if let Temporal::Delta(micros) = **value {
        #[allow(clippy::cast_precision_loss)]
        return match method {
            "total_seconds" => Ok((micros as f64 / 1e6).into()),
            _ => unknown(),
        };
    }
    match method {
        "strftime" => return Ok(print::strftime(value, &call.text(0, "format")?).into()),
        "isoformat" => {
            let (separator, precision) = match **value {
                Temporal::Time(..) => (None, call.optional_text(0, "timespec")?),
                _ => (
                    call.optional_text(0, "sep")?,
                    call.optional_text(1, "timespec")?,
                ),
            };
            let separator = separator.as_deref().unwrap_or("T");
            return Ok(print::iso(value, separator, precision.as_deref()).into());
        }
        "replace" => return replaced(value, &call),
        "utcoffset" => {
            return Ok(value.zone().map_or(Value::from(()), |zone| {
                Temporal::Delta(i128::from(zone.offset) * 1_000_000).value()
            }));
        }
        "tzname" => {
            return Ok(value
                .zone()
                .map_or(Value::from(()), |zone| zone.abbreviation.clone().into()));
        }
        _ => {}
    }
    if matches!(**value, Temporal::Time(..)) {
        return unknown();
    }
    match method {
        "weekday" => return Ok(fields.weekday().into()),
        "isoweekday" => return Ok((fields.weekday() + 1).into()),
        "toordinal" => return Ok(fields.ordinal().into()),
        "ctime" => return Ok(print::strftime(value, "%a %b %e %H:%M:%S %Y").into()),
        "isocalendar" => {
            let (year, week, day) = fields.iso_week();
            return Ok(tuple(vec![year.into(), week.into(), day.into()]));
        }
        "timetuple" => {
            return Ok(tuple(
                [
                    fields.year,
                    fields.month,
                    fields.day,
                    fields.hour,
                    fields.minute,
                    fields.second,
                    fields.weekday(),
                    fields.day_of_year(),
                    -1,
                ]
                .map(Value::from)
                .to_vec(),
            ));
        }
        _ => {}
    }
    let Temporal::Datetime(micros, zone) = &**value else {
        return unknown();
    };
    match method {
        "date" => Ok(Temporal::Date(micros - micros.rem_euclid(DAY)).value()),
        "time" => Ok(Temporal::Time(micros.rem_euclid(DAY), None).value()),
        "timetz" => Ok(Temporal::Time(micros.rem_euclid(DAY), zone.clone()).value()),
        #[allow(clippy::cast_precision_loss)]
        "timestamp" => Ok((value.rank().0 as f64 / 1e6).into()),
        "astimezone" => {
            let utc = i64::try_from(value.rank().0).unwrap_or(*micros);
            let zone = zone::of(call.optional(0, "tz"))?
                .unwrap_or_else(Zone::utc)
                .at_utc(utc);
            Ok(Temporal::Datetime(utc + zone.offset * 1_000_000, Some(zone)).value())
        }
        _ => unknown(),
    }
}

fn replaced(value: &Temporal, call: &Call<'_>) -> Result<Value, Error> {
    let mut fields = value.fields();
    let date = !matches!(value, Temporal::Time(..));
    let time = !matches!(value, Temporal::Date(_));
    let mut position = 0;
    let mut set = |field: &mut i64, name: &str, present: bool| -> Result<(), Error> {
        if present {
            if let Some(number) = call.optional_integer(position, name)? {
                *field = number;
            }
            position += 1;
        }
        Ok(())
    };
    let Fields {
        year,
        month,
        day,
        hour,
        minute,
        second,
        microsecond,
    } = &mut fields;
    set(year, "year", date)?;
    set(month, "month", date)?;
    set(day, "day", date)?;
    set(hour, "hour", time)?;
    set(minute, "minute", time)?;
    set(second, "second", time)?;
    set(microsecond, "microsecond", time)?;
    let zone = match call.named("tzinfo") {
        Some(zone) => zone::of(Some(zone))?,
        None => value.zone().cloned(),
    };
    call.done(7)?;
    let micros = fields
        .micros()
        .ok_or_else(|| value_error("a field of the date is out of range"))?;
    Ok(match value {
        Temporal::Date(_) => Temporal::Date(micros),
        Temporal::Time(..) => Temporal::Time(micros, zone),
        Temporal::Datetime(..) => Temporal::Datetime(micros, zone),
        Temporal::Delta(_) => return Err(type_error("a timedelta has no replace()")),
    }
    .value())
}
