//! FHIR date, dateTime and instant.

use super::calendar::Date;
use super::charset_first;
use super::partial::{Offset, PartialDate, Precision};
use crate::cursor::Cursor;
use crate::sql::portable::{Body, Portable};
use crate::text::{all_digits, trim};
use crate::{About, Canonical, CanonicalForm, Family, Layer, Reason, Source, Validator};

const SOURCE: Source = Source {
    standard: "HL7 FHIR",
    section: "data types date, dateTime, instant",
    edition: "R5 (5.0.0)",
};

/// FHIR date: `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
#[derive(Debug)]
pub struct DateFhir;

impl Validator for DateFhir {
    const ABOUT: &'static About = &About {
        code: "date_fhir",
        title: "FHIR date",
        family: Family::Dates,
        source: SOURCE,
        layer: Layer::Shape,
        system: None,
        form: CanonicalForm::Own,
        example: "1973-06",
        counterexample: "2024-1-5",
    };

    #[inline]
    fn check(input: &[u8]) -> Result<Canonical<'_>, Reason> {
        let text = trim(input)?;
        parse_date(text).map(|_| Canonical::Same(text))
    }

    const PORTABLE: &'static Portable = &Portable {
        helpers: "",
        is_valid: Body::Sql(
            r#"
    select value collate "C" ~ (E'^[ \t-\r]*('
        || hcw._year() || '(-(0[1-9]|1[0-2]))?|' || hcw._day('-') || E')[ \t-\r]*$')
"#,
        ),
        reason: Body::Sql(
            r#"
    select case
        when hcw.date_fhir_is_valid(value) then null
        when value collate "C" ~ E'^[ \t-\r]*[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?[ \t-\r]*$' then 'range'
        when value collate "C" ~ E'^[ \t-\r]*[0-9]+[ \t-\r]*$' then 'length'
        else hcw._date_misfit(value)
    end
"#,
        ),
        canonical: Body::Sql(
            r#"
    select case when hcw.date_fhir_is_valid(value) then hcw._trim(value) end
"#,
        ),
    };
}

/// FHIR dateTime: a date, or a day with time to the second and offset.
#[derive(Debug)]
pub struct DateTimeFhir;

impl Validator for DateTimeFhir {
    const ABOUT: &'static About = &About {
        code: "datetime_fhir",
        title: "FHIR dateTime",
        family: Family::Dates,
        source: SOURCE,
        layer: Layer::Shape,
        system: None,
        form: CanonicalForm::Own,
        example: "2015-02-07T13:28:17-05:00",
        counterexample: "2015-02-07T13:28Z",
    };

    #[inline]
    fn check(input: &[u8]) -> Result<Canonical<'_>, Reason> {
        let text = trim(input)?;
        parse_date_time(text).map(|_| Canonical::Same(text))
    }

    const PORTABLE: &'static Portable = &Portable {
        helpers: r#"
-- The same for a date that must name a day, as other rules embed it.
create or replace function hcw._full_date_reason(value text) returns text
language sql immutable parallel safe as $$
    select case
        when not hcw.date_fhir_is_valid(value) then hcw.date_fhir_reason(value)
        when length(hcw._trim(value)) < 10 then 'precision'
    end
$$;

create or replace function hcw._instant() returns text
language sql immutable parallel safe as $$
    select hcw._day('-') || 'T([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)([.][0-9]{1,9})?'
        || '(Z|' || hcw._offset(':') || ')'
$$;
"#,
        is_valid: Body::Sql(
            r#"
    select value collate "C" ~ (E'^[ \t-\r]*('
        || hcw._year() || '(-(0[1-9]|1[0-2]))?|' || hcw._day('-') || '|' || hcw._instant()
        || E')[ \t-\r]*$')
"#,
        ),
        reason: Body::Sql(
            r#"
    select case
        when hcw.datetime_fhir_is_valid(value) then null
        when value collate "C" ~ (E'^[ \t-\r]*[0-9]{4}(-[0-9]{2}(-[0-9]{2}'
            || '(T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2}))?)?)?'
            || E'[ \t-\r]*$') then 'range'
        when value collate "C" ~ (E'^[ \t-\r]*([0-9]+|[0-9]{4}-[0-9]{2}-[0-9]{2}'
            || 'T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]+(Z|[+-][0-9]{2}:[0-9]{2}))'
            || E'[ \t-\r]*$') then 'length'
        else hcw._date_misfit(value)
    end
"#,
        ),
        canonical: Body::Sql(
            r#"
    select case when hcw.datetime_fhir_is_valid(value) then hcw._trim(value) end
"#,
        ),
    };
}

/// FHIR instant: a dateTime that has a time.
#[derive(Debug)]
pub struct InstantFhir;

impl Validator for InstantFhir {
    const ABOUT: &'static About = &About {
        code: "instant_fhir",
        title: "FHIR instant",
        family: Family::Dates,
        source: SOURCE,
        layer: Layer::Shape,
        system: None,
        form: CanonicalForm::Own,
        example: "1989-10-04T02:25:16-04:00",
        counterexample: "2017",
    };

    #[inline]
    fn check(input: &[u8]) -> Result<Canonical<'_>, Reason> {
        let text = trim(input)?;
        parse_instant(text).map(|_| Canonical::Same(text))
    }

    const PORTABLE: &'static Portable = &Portable {
        helpers: "",
        is_valid: Body::Sql(
            r#"
    select value collate "C" ~ (E'^[ \t-\r]*' || hcw._instant() || E'[ \t-\r]*$')
"#,
        ),
        reason: Body::Sql(
            r#"
    select case
        when hcw.instant_fhir_is_valid(value) then null
        when hcw.date_fhir_is_valid(value) then 'precision'
        else hcw.datetime_fhir_reason(value)
    end
"#,
        ),
        canonical: Body::Sql(
            r#"
    select case when hcw.instant_fhir_is_valid(value) then hcw._trim(value) end
"#,
        ),
    };
}

#[inline]
pub(super) fn parse_date(text: &[u8]) -> Result<PartialDate, Reason> {
    let mut cursor = Cursor::new(text);
    let parsed = read_date(&mut cursor).and_then(|fields| {
        if cursor.is_done() {
            fields.build()
        } else {
            Err(Reason::Structure)
        }
    });
    parsed.map_err(|reason| misfit(text, reason))
}

#[inline]
pub(super) fn parse_date_time(text: &[u8]) -> Result<PartialDate, Reason> {
    read_date_time(text).map_err(|reason| misfit(text, reason))
}

#[inline]
pub(super) fn parse_instant(text: &[u8]) -> Result<PartialDate, Reason> {
    let date = parse_date_time(text)?;
    if date.precision() < Precision::Second {
        Err(Reason::Precision)
    } else {
        Ok(date)
    }
}

/// A date to the day, as other rules embed it.
#[inline]
pub(crate) fn parse_full_date(text: &[u8]) -> Result<Date, Reason> {
    parse_date(text)?.date().ok_or(Reason::Precision)
}

/// The first reason in order: a foreign character, nothing but digits of a wrong number, or what
/// the reader found.
#[cold]
fn misfit(text: &[u8], reason: Reason) -> Reason {
    match reason {
        Reason::Structure if all_digits(text) => Reason::Length,
        _ => charset_first(text, reason),
    }
}

/// Fields of the right shape, not yet compared to the calendar.
struct Fields {
    year: u32,
    month: Option<u32>,
    day: Option<u32>,
}

impl Fields {
    #[inline]
    fn build(&self) -> Result<PartialDate, Reason> {
        PartialDate::new(self.year, self.month, self.day)
    }
}

#[inline]
fn read_date(cursor: &mut Cursor<'_>) -> Result<Fields, Reason> {
    let year = cursor.number::<4>().ok_or(Reason::Structure)?;
    let (mut month, mut day) = (None, None);
    if cursor.eat(b'-') {
        month = Some(cursor.number::<2>().ok_or(Reason::Structure)?);
        if cursor.eat(b'-') {
            day = Some(cursor.number::<2>().ok_or(Reason::Structure)?);
        }
    }
    Ok(Fields { year, month, day })
}

#[inline]
fn read_date_time(text: &[u8]) -> Result<PartialDate, Reason> {
    let mut cursor = Cursor::new(text);
    let fields = read_date(&mut cursor)?;
    if cursor.is_done() {
        return fields.build();
    }
    if fields.day.is_none() || !cursor.eat(b'T') {
        return Err(Reason::Structure);
    }
    let hour = cursor.number::<2>().ok_or(Reason::Structure)?;
    let minute = cursor.eat(b':').then(|| cursor.number::<2>()).flatten();
    let minute = minute.ok_or(Reason::Structure)?;
    let second = cursor.eat(b':').then(|| cursor.number::<2>()).flatten();
    let second = second.ok_or(Reason::Structure)?;
    let mut fraction: &[u8] = &[];
    if cursor.eat(b'.') {
        fraction = cursor.digits();
        if fraction.is_empty() {
            return Err(Reason::Structure);
        }
    }
    let signed = match cursor.eat_any(b"Z+-") {
        Some(b'Z') => None,
        Some(sign) => {
            let hours = cursor.number::<2>().ok_or(Reason::Structure)?;
            let minutes = cursor.eat(b':').then(|| cursor.number::<2>()).flatten();
            Some((sign, hours, minutes.ok_or(Reason::Structure)?))
        }
        None => return Err(Reason::Structure),
    };
    if !cursor.is_done() {
        return Err(Reason::Structure);
    }
    if fraction.len() > 9 {
        return Err(Reason::Length);
    }
    let mut date = fields.build()?.at(hour, Some(minute), Some(second), 60)?;
    if !fraction.is_empty() {
        date = date.with_fraction(fraction);
    }
    let offset = match signed {
        None => Offset::Utc,
        Some((sign, hours, minutes)) => Offset::new(sign, hours, minutes)?,
    };
    Ok(date.with_offset(Some(offset)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn structure_before_range() {
        for (text, reason) in [
            ("2024-13-1", Reason::Structure),
            ("2024-02-30", Reason::Range),
            ("20240105", Reason::Length),
            ("202", Reason::Length),
            ("2024-01-05T10:00:00Z", Reason::Structure),
            ("2024/01", Reason::Structure),
            ("2024#01", Reason::Charset),
        ] {
            assert_eq!(DateFhir::reason(text.as_bytes()), Some(reason), "{text}");
        }
    }

    #[test]
    fn times_need_seconds_and_offset() {
        for (text, reason) in [
            ("2015-02-07T13:28:17", Reason::Structure),
            ("2015-02T13:28:17Z", Reason::Structure),
            ("2015-02-07t13:28:17z", Reason::Structure),
            ("2015-02-07T13:28:61Z", Reason::Range),
            ("2015-02-07T13:28:17.1234567890Z", Reason::Length),
            ("2015-02-07T13:28:17+14:01", Reason::Range),
        ] {
            assert_eq!(
                DateTimeFhir::reason(text.as_bytes()),
                Some(reason),
                "{text}"
            );
        }
        assert!(DateTimeFhir::is_valid(b"2015-02-07T13:28:17.239+02:00"));
        assert_eq!(InstantFhir::reason(b"2024-13"), Some(Reason::Range));
        assert_eq!(InstantFhir::reason(b"2024-12-01"), Some(Reason::Precision));
    }
}
