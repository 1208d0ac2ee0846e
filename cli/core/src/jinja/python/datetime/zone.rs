//! `modules.pytz`: time zones of the IANA database, which is part of the program.

use std::fmt::{self, Write as _};
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil;
use jiff::tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase};
use minijinja::value::{Object, ObjectRepr, Value};
use minijinja::{Error, State};

use super::Temporal;
use super::calendar::Fields;
use super::print;
use crate::jinja::python::call::{Call, no_method, type_error, value_error};
use crate::jinja::python::list;

/// A time zone, with the offset that holds at the moment that it belongs to.
#[derive(Debug, Clone)]
pub(crate) struct Zone {
    pub(super) kind: ZoneKind,
    /// Seconds east of UTC.
    pub(super) offset: i64,
    /// Such as `EST`.
    pub(super) abbreviation: String,
}

/// Where a zone comes from.
#[derive(Debug, Clone)]
pub(super) enum ZoneKind {
    Utc,
    /// Python's own `datetime.timezone`.
    Offset,
    /// Minutes east of UTC.
    Fixed(i64),
    Named(String, TimeZone),
}

impl Zone {
    pub(super) fn utc() -> Zone {
        Zone {
            kind: ZoneKind::Utc,
            offset: 0,
            abbreviation: "UTC".to_owned(),
        }
    }

    /// What a text says that ends in an offset.
    pub(super) fn at_offset(seconds: i64) -> Zone {
        let (minutes, second) = (seconds.abs() / 60, seconds.abs() % 60);
        let mut abbreviation = "UTC".to_owned();
        if seconds != 0 {
            let sign = if seconds < 0 { '-' } else { '+' };
            let _ = write!(
                abbreviation,
                "{sign}{:02}:{:02}",
                minutes / 60,
                minutes % 60
            );
        }
        if second != 0 {
            let _ = write!(abbreviation, ":{second:02}");
        }
        Zone {
            kind: ZoneKind::Offset,
            offset: seconds,
            abbreviation,
        }
    }

    fn fixed(minutes: i64) -> Zone {
        if minutes == 0 {
            return Zone::utc();
        }
        Zone {
            kind: ZoneKind::Fixed(minutes),
            offset: minutes * 60,
            abbreviation: String::new(),
        }
    }

    fn named(name: &str) -> Result<Zone, Error> {
        if name.eq_ignore_ascii_case("utc") {
            return Ok(Zone::utc());
        }
        let zone = TimeZoneDatabase::bundled()
            .get(name)
            .map_err(|_| value_error(format!("unknown time zone '{name}'")))?;
        let name = zone.iana_name().unwrap_or(name).to_owned();
        Ok(Zone {
            kind: ZoneKind::Named(name, zone),
            offset: 0,
            abbreviation: "LMT".to_owned(),
        })
    }

    /// The zone at a moment of UTC.
    pub(super) fn at_utc(&self, micros: i64) -> Zone {
        let ZoneKind::Named(_, zone) = &self.kind else {
            return self.clone();
        };
        let Ok(moment) = Timestamp::from_microsecond(micros) else {
            return self.clone();
        };
        let info = zone.to_offset_info(moment);
        Zone {
            kind: self.kind.clone(),
            offset: info.offset().seconds().into(),
            abbreviation: info.abbreviation().to_owned(),
        }
    }

    /// The zone where the clock on the wall says so; winter time where it says so twice.
    fn at_local(&self, micros: i64, is_dst: bool) -> Zone {
        let ZoneKind::Named(_, zone) = &self.kind else {
            return self.clone();
        };
        let Some(local) = civil_time(micros) else {
            return self.clone();
        };
        let offset = match zone.to_ambiguous_timestamp(local).offset() {
            AmbiguousOffset::Unambiguous { offset } => offset,
            AmbiguousOffset::Gap { before, after } => {
                if is_dst {
                    after
                } else {
                    before
                }
            }
            AmbiguousOffset::Fold { before, after } => {
                if is_dst {
                    before
                } else {
                    after
                }
            }
        };
        let seconds: i64 = offset.seconds().into();
        let mut zone = self.at_utc(micros - seconds * 1_000_000);
        zone.offset = seconds;
        zone
    }

    /// As Python's `str(tzinfo)`.
    pub(super) fn name(&self) -> String {
        match &self.kind {
            ZoneKind::Utc => "UTC".to_owned(),
            ZoneKind::Offset => self.abbreviation.clone(),
            ZoneKind::Fixed(minutes) => format!("pytz.FixedOffset({minutes})"),
            ZoneKind::Named(name, _) => name.clone(),
        }
    }

    /// As Python's `repr(tzinfo)`.
    pub(super) fn repr(&self) -> String {
        match &self.kind {
            ZoneKind::Utc => "<UTC>".to_owned(),
            ZoneKind::Offset if self.offset == 0 => "datetime.timezone.utc".to_owned(),
            ZoneKind::Offset => {
                let offset = Temporal::Delta(i128::from(self.offset) * 1_000_000);
                format!("datetime.timezone({})", print::repr(&offset))
            }
            ZoneKind::Fixed(_) => self.name(),
            ZoneKind::Named(name, _) => format!("<DstTzInfo '{name}'>"),
        }
    }
}

fn civil_time(micros: i64) -> Option<civil::DateTime> {
    let fields = Fields::of(micros);
    let small = |number: i64| i8::try_from(number).ok();
    civil::DateTime::new(
        i16::try_from(fields.year).ok()?,
        small(fields.month)?,
        small(fields.day)?,
        small(fields.hour)?,
        small(fields.minute)?,
        small(fields.second)?,
        0,
    )
    .ok()
}

/// The zone that an argument such as `tz=` is; none for `None`.
pub(super) fn of(value: Option<Value>) -> Result<Option<Zone>, Error> {
    match value {
        None => Ok(None),
        Some(value) if value.is_none() => Ok(None),
        Some(value) => value
            .downcast_object_ref::<ZoneValue>()
            .map(|zone| Some(zone.0.clone()))
            .ok_or_else(|| type_error("tzinfo argument must be None or of a tzinfo subclass")),
    }
}

/// A time zone as a template's value.
#[derive(Debug)]
pub(super) struct ZoneValue(pub(super) Zone);

impl Object for ZoneValue {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        (key.as_str()? == "zone").then(|| self.0.name().into())
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        arguments: &[Value],
    ) -> Result<Value, Error> {
        let call = Call::new(method, arguments)?;
        let moment = || {
            let value = call.required(0, "dt")?;
            match value.downcast_object_ref::<Temporal>() {
                Some(Temporal::Datetime(micros, zone)) => Ok((*micros, zone.clone())),
                _ => Err(type_error(format!("{method}() wants a datetime"))),
            }
        };
        match method {
            "localize" => {
                let (micros, zone) = moment()?;
                if zone.is_some() {
                    return Err(value_error("Not naive datetime (tzinfo is already set)"));
                }
                let zone = self.0.at_local(micros, call.flag(1, "is_dst", false));
                Ok(Temporal::Datetime(micros, Some(zone)).value())
            }
            "normalize" => {
                let (micros, zone) = moment()?;
                let zone = zone.ok_or_else(|| value_error("Naive time - no tzinfo set"))?;
                let utc = micros - zone.offset * 1_000_000;
                let zone = self.0.at_utc(utc);
                Ok(Temporal::Datetime(utc + zone.offset * 1_000_000, Some(zone)).value())
            }
            "utcoffset" | "tzname" => {
                let zone = match call.optional(0, "dt").filter(|value| !value.is_none()) {
                    Some(_) => self.0.at_local(moment()?.0, false),
                    None => self.0.clone(),
                };
                Ok(if method == "tzname" {
                    zone.abbreviation.into()
                } else {
                    Temporal::Delta(i128::from(zone.offset) * 1_000_000).value()
                })
            }
            _ => Err(no_method(&Value::from_dyn_object(self.clone()), method)),
        }
    }

    fn render(self: &Arc<Self>, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.name())
    }
}

/// The module `pytz`.
#[derive(Debug)]
pub(crate) struct Pytz;

impl Object for Pytz {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match key.as_str()? {
            "utc" => Some(Value::from_object(ZoneValue(Zone::utc()))),
            "all_timezones" | "common_timezones" => Some(list(
                TimeZoneDatabase::bundled()
                    .available()
                    .map(|name| Value::from(name.as_str()))
                    .collect(),
            )),
            _ => None,
        }
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        arguments: &[Value],
    ) -> Result<Value, Error> {
        let call = Call::new(method, arguments)?;
        let zone = match method {
            "timezone" => Zone::named(&call.text(0, "zone")?)?,
            "FixedOffset" => {
                let minutes = call.optional_integer(0, "offset")?.unwrap_or(0);
                if minutes.abs() >= 1440 {
                    return Err(value_error("absolute offset is too large"));
                }
                Zone::fixed(minutes)
            }
            _ => return Err(no_method(&Value::from_dyn_object(self.clone()), method)),
        };
        Ok(Value::from_object(ZoneValue(zone)))
    }

    fn render(self: &Arc<Self>, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("<module 'pytz'>")
    }
}
