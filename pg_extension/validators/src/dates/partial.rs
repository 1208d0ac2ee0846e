//! A date or timestamp with the precision that it was given.

use super::calendar::{Date, days_in_month};
use crate::cursor::Cursor;
use crate::{Reason, Short};

/// How fine a date is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Precision {
    /// Year.
    Year,
    /// Month.
    Month,
    /// Day.
    Day,
    /// Hour.
    Hour,
    /// Minute.
    Minute,
    /// Second.
    Second,
    /// A fraction of a second.
    Fraction,
}

impl Precision {
    /// The stable text that SQL shows.
    pub const fn as_str(self) -> &'static str {
        match self {
            Precision::Year => "year",
            Precision::Month => "month",
            Precision::Day => "day",
            Precision::Hour => "hour",
            Precision::Minute => "minute",
            Precision::Second => "second",
            Precision::Fraction => "fraction",
        }
    }
}

/// A distance from UTC, as written: `-00:00` and `+00:00` stay apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Offset {
    /// `Z`
    Utc,
    /// Hours and minutes with a sign.
    Signed {
        /// Whether the sign is a minus.
        west: bool,
        /// 0–14.
        hours: u8,
        /// 0–59.
        minutes: u8,
    },
}

impl Offset {
    /// An offset of at most 14 hours.
    #[inline]
    pub(crate) fn new(sign: u8, hours: u32, minutes: u32) -> Result<Offset, Reason> {
        if minutes > 59 || hours * 60 + minutes > 14 * 60 {
            return Err(Reason::Range);
        }
        Ok(Offset::Signed {
            west: sign == b'-',
            hours: hours as u8,
            minutes: minutes as u8,
        })
    }

    /// Minutes east of UTC.
    pub const fn minutes_east(self) -> i32 {
        match self {
            Offset::Utc => 0,
            Offset::Signed {
                west,
                hours,
                minutes,
            } => {
                let minutes = hours as i32 * 60 + minutes as i32;
                if west { -minutes } else { minutes }
            }
        }
    }
}

/// A date or timestamp of some precision.
///
/// **Shape**: fields finer than the precision hold their lowest value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PartialDate {
    start: Date,
    hour: u8,
    minute: u8,
    second: u8,
    nanosecond: u32,
    fraction_digits: u8,
    precision: Precision,
    offset: Option<Offset>,
}

impl From<Date> for PartialDate {
    #[inline]
    fn from(date: Date) -> PartialDate {
        PartialDate {
            start: date,
            hour: 0,
            minute: 0,
            second: 0,
            nanosecond: 0,
            fraction_digits: 0,
            precision: Precision::Day,
            offset: None,
        }
    }
}

impl PartialDate {
    /// A year, a month or a day; `Range` where it does not exist.
    #[inline]
    pub(crate) fn new(
        year: u32,
        month: Option<u32>,
        day: Option<u32>,
    ) -> Result<PartialDate, Reason> {
        let date = Date::new(year, month.unwrap_or(1), day.unwrap_or(1)).ok_or(Reason::Range)?;
        let precision = match (month, day) {
            (Some(_), Some(_)) => Precision::Day,
            (Some(_), None) => Precision::Month,
            _ => Precision::Year,
        };
        Ok(PartialDate {
            precision,
            ..date.into()
        })
    }

    /// This day at a time of day; a leap second only where the notation allows it.
    #[inline]
    pub(crate) fn at(
        self,
        hour: u32,
        minute: Option<u32>,
        second: Option<u32>,
        last_second: u32,
    ) -> Result<PartialDate, Reason> {
        let (minutes, seconds) = (minute.unwrap_or(0), second.unwrap_or(0));
        if hour > 23 || minutes > 59 || seconds > last_second {
            return Err(Reason::Range);
        }
        let precision = match (minute, second) {
            (Some(_), Some(_)) => Precision::Second,
            (Some(_), None) => Precision::Minute,
            _ => Precision::Hour,
        };
        Ok(PartialDate {
            hour: hour as u8,
            minute: minutes as u8,
            second: seconds as u8,
            precision,
            ..self
        })
    }

    /// With the digits after the decimal sign of the seconds, of which the first nine count.
    #[inline]
    pub(crate) fn with_fraction(self, digits: &[u8]) -> PartialDate {
        let mut nanosecond = 0;
        for place in 0..9 {
            let digit = digits
                .get(place)
                .map_or(0, |byte| u32::from(byte.wrapping_sub(b'0') % 10));
            nanosecond = nanosecond * 10 + digit;
        }
        let fraction_digits = digits.len().min(9) as u8;
        PartialDate {
            nanosecond,
            fraction_digits,
            precision: Precision::Fraction,
            ..self
        }
    }

    #[inline]
    pub(crate) fn with_offset(self, offset: Option<Offset>) -> PartialDate {
        PartialDate { offset, ..self }
    }

    /// How fine the date is.
    #[inline]
    pub const fn precision(self) -> Precision {
        self.precision
    }

    /// The offset, where one was given.
    #[inline]
    pub const fn offset(self) -> Option<Offset> {
        self.offset
    }

    /// The day, of dates no coarser than a day.
    #[inline]
    pub fn date(self) -> Option<Date> {
        (self.precision >= Precision::Day).then_some(self.start)
    }

    /// The first moment that the date may mean.
    pub const fn lower(self) -> Moment {
        Moment {
            date: self.start,
            hour: self.hour,
            minute: self.minute,
            second: self.second,
            nanosecond: self.nanosecond,
            offset: self.offset,
        }
    }

    /// The last moment, to the nanosecond, that the date may mean.
    pub fn upper(self) -> Moment {
        let (year, month) = (self.start.year(), self.start.month());
        let last_day = match self.precision {
            Precision::Year => Date::new(year, 12, 31),
            Precision::Month => Date::new(year, month, days_in_month(year, month)),
            _ => None,
        };
        let within = |precision, given, last| {
            if self.precision >= precision {
                given
            } else {
                last
            }
        };
        let unknown = 10_u32.pow(9 - u32::from(self.fraction_digits.min(9)));
        Moment {
            date: last_day.unwrap_or(self.start),
            hour: within(Precision::Hour, self.hour, 23),
            minute: within(Precision::Minute, self.minute, 59),
            second: within(Precision::Second, self.second, 59),
            nanosecond: self.nanosecond + (unknown - 1),
            offset: self.offset,
        }
    }

    /// ISO 8601 text of exactly this precision.
    pub fn to_iso(self) -> Short {
        let mut text = Short::new();
        text.push_number(self.start.year(), 4);
        if self.precision >= Precision::Month {
            text.push(b'-');
            text.push_number(self.start.month(), 2);
        }
        if self.precision >= Precision::Day {
            text.push(b'-');
            text.push_number(self.start.day(), 2);
        }
        if self.precision >= Precision::Hour {
            text.push(b'T');
            text.push_number(self.hour.into(), 2);
        }
        if self.precision >= Precision::Minute {
            text.push(b':');
            text.push_number(self.minute.into(), 2);
        }
        if self.precision >= Precision::Second {
            text.push(b':');
            text.push_number(self.second.into(), 2);
        }
        if self.precision >= Precision::Fraction {
            text.push(b'.');
            let dropped = 9 - u32::from(self.fraction_digits.min(9));
            text.push_number(
                self.nanosecond / 10_u32.pow(dropped),
                self.fraction_digits.into(),
            );
        }
        match self.offset {
            None => {}
            Some(Offset::Utc) => text.push(b'Z'),
            Some(Offset::Signed {
                west,
                hours,
                minutes,
            }) => {
                text.push(if west { b'-' } else { b'+' });
                text.push_number(hours.into(), 2);
                text.push(b':');
                text.push_number(minutes.into(), 2);
            }
        }
        text
    }

    /// Reads the text that [`to_iso`](PartialDate::to_iso) writes, whatever its precision.
    ///
    /// **Errors**: `Structure`, `Range`.
    pub fn from_iso(text: &[u8]) -> Result<PartialDate, Reason> {
        // An offset follows a coarse date directly: `-05:00` after a year is no month.
        let (body, offset) = split_offset(text);
        let mut reader = Cursor::new(body);
        let year = reader.number::<4>().ok_or(Reason::Structure)?;
        let mut next = |separator: u8| -> Result<Option<u32>, Reason> {
            if !reader.eat(separator) {
                return Ok(None);
            }
            reader.number::<2>().map(Some).ok_or(Reason::Structure)
        };
        let month = next(b'-')?;
        let day = if month.is_some() { next(b'-')? } else { None };
        let hour = if day.is_some() { next(b'T')? } else { None };
        let minute = if hour.is_some() { next(b':')? } else { None };
        let second = if minute.is_some() { next(b':')? } else { None };
        let mut date = PartialDate::new(year, month, day)?;
        if let Some(hour) = hour {
            date = date.at(hour, minute, second, 60)?;
        }
        if second.is_some() && reader.eat(b'.') {
            let digits = reader.digits();
            if !matches!(digits.len(), 1..=9) {
                return Err(Reason::Structure);
            }
            date = date.with_fraction(digits);
        }
        if !reader.is_done() {
            return Err(Reason::Structure);
        }
        Ok(date.with_offset(offset?))
    }
}

/// A moment of local time, with the offset that was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Moment {
    /// The day.
    pub date: Date,
    /// 0–23.
    pub hour: u8,
    /// 0–59.
    pub minute: u8,
    /// 0–60; 60 only in a leap second.
    pub second: u8,
    /// 0–999,999,999.
    pub nanosecond: u32,
    /// The distance from UTC, where it is known.
    pub offset: Option<Offset>,
}

impl Moment {
    /// Nanoseconds since 1970-01-01T00:00, in UTC where the offset is known, else in local time.
    pub fn nanoseconds_since_1970(self) -> i128 {
        let east = self.offset.map_or(0, Offset::minutes_east);
        let minutes = i128::from(self.date.days_since_1970()) * 1440
            + i128::from(self.hour) * 60
            + i128::from(self.minute)
            - i128::from(east);
        (minutes * 60 + i128::from(self.second)) * 1_000_000_000 + i128::from(self.nanosecond)
    }
}

/// The text before its offset, and the offset: `Z`, or a sign and `hh:mm` at the end.
fn split_offset(text: &[u8]) -> (&[u8], Result<Option<Offset>, Reason>) {
    match text {
        [body @ .., b'Z'] => (body, Ok(Some(Offset::Utc))),
        [body @ .., sign @ (b'+' | b'-'), a, b, b':', c, d] => {
            let hours = Cursor::new(&[*a, *b]).number::<2>();
            let minutes = Cursor::new(&[*c, *d]).number::<2>();
            match hours.zip(minutes) {
                Some((hours, minutes)) => (body, Offset::new(*sign, hours, minutes).map(Some)),
                None => (body, Err(Reason::Structure)),
            }
        }
        _ => (text, Ok(None)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn iso(text: &str) -> PartialDate {
        PartialDate::from_iso(text.as_bytes()).unwrap()
    }

    #[test]
    fn text_of_every_precision_there_and_back() {
        for text in [
            "1976",
            "1976-07",
            "1976-07-04",
            "1976-07-04T01",
            "1976-07-04T01:02",
            "1976-07-04T23:59:60",
            "1976-07-04T01:02:03.040",
            "1976-07-04T01:02:03.123456789-05:00",
            "1976-05:00",
            "1976-07-04T01:02Z",
        ] {
            assert_eq!(iso(text).to_iso().as_bytes(), text.as_bytes());
        }
        assert_eq!(PartialDate::from_iso(b"1976-7"), Err(Reason::Structure));
        assert_eq!(PartialDate::from_iso(b"1976-13"), Err(Reason::Range));
        assert_eq!(PartialDate::from_iso(b"1976+15:00"), Err(Reason::Range));
    }

    #[test]
    fn bounds() {
        let upper = iso("2024-02").upper();
        assert_eq!(upper.date, Date::new(2024, 2, 29).unwrap());
        assert_eq!((upper.hour, upper.minute, upper.second), (23, 59, 59));
        assert_eq!(upper.nanosecond, 999_999_999);
        assert_eq!(iso("2024-02").lower().date, Date::new(2024, 2, 1).unwrap());
        assert_eq!(iso("2024-02-03T10:11:12.5").upper().nanosecond, 599_999_999);
        assert_eq!(iso("2024").upper().date, Date::new(2024, 12, 31).unwrap());
        assert_eq!(iso("2024").date(), None);
    }

    #[test]
    fn moments_compare_across_offsets() {
        let here = iso("2024-01-01T00:30:00+01:00")
            .lower()
            .nanoseconds_since_1970();
        let there = iso("2023-12-31T23:30:00Z").lower().nanoseconds_since_1970();
        assert_eq!(here, there);
    }
}
