//! Date shifting: one secret offset per person, so that intervals hold.
//!
//! Not Safe Harbor: it serves limited data sets and expert determination. The key must not be
//! kept in the warehouse.

use std::fmt;

use crate::Reason;
use crate::dates::{Date, PartialDate};
use crate::hmac::hmac_sha256;

/// How far dates move at most, in either direction.
const LARGEST: i32 = 365;

/// Settings of a shift.
#[derive(Clone, Copy, Default)]
pub struct DateShift<'a> {
    /// The secret.
    pub key: &'a [u8],
    /// Whether to move by whole weeks, which keeps the day of the week.
    pub whole_weeks: bool,
}

/// The key never shows.
impl fmt::Debug for DateShift<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("DateShift")
            .field("whole_weeks", &self.whole_weeks)
            .finish_non_exhaustive()
    }
}

/// Why a date is not shifted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShiftError {
    /// A year or a month: shifting it would make up a day.
    TooCoarse,
    /// A placeholder, which is no date.
    Placeholder,
    /// The shifted day is outside the calendar.
    OutOfRange,
}

impl ShiftError {
    /// The reason in the common vocabulary.
    pub const fn reason(self) -> Reason {
        match self {
            ShiftError::TooCoarse => Reason::Precision,
            ShiftError::Placeholder => Reason::Implausible,
            ShiftError::OutOfRange => Reason::Range,
        }
    }
}

impl fmt::Display for ShiftError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            ShiftError::TooCoarse => "a date coarser than a day cannot be shifted",
            ShiftError::Placeholder => "a placeholder date is not shifted",
            ShiftError::OutOfRange => "the shifted date is outside the calendar",
        })
    }
}

impl std::error::Error for ShiftError {}

impl DateShift<'_> {
    /// The offset of a person.
    ///
    /// **Units**: days, −365 to 365 without 0; with whole weeks a multiple of 7, −364 to 364.
    /// **Source**: HMAC-SHA-256 (RFC 2104) of the person's key; its first eight bytes, big-endian,
    /// modulo the number of offsets, which leaves a bias below 10⁻¹⁶.
    pub fn days(&self, person: &[u8]) -> i32 {
        let (step, steps) = if self.whole_weeks {
            (7, LARGEST / 7)
        } else {
            (1, LARGEST)
        };
        let code = hmac_sha256(self.key, person);
        let number = code
            .iter()
            .take(8)
            .fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        // Draws 0 … 2n−1 stand for −n … −1 and 1 … n.
        let draw = (number % (2 * steps.unsigned_abs() as u64)) as i32;
        let offset = if draw < steps {
            draw - steps
        } else {
            draw - steps + 1
        };
        offset * step
    }

    /// A person's day, shifted.
    pub fn shift(&self, date: Date, person: &[u8]) -> Result<Date, ShiftError> {
        if date.is_sentinel() {
            return Err(ShiftError::Placeholder);
        }
        date.plus_days(self.days(person))
            .ok_or(ShiftError::OutOfRange)
    }

    /// A person's date of any precision, shifted if it names a day.
    pub fn shift_partial(&self, date: PartialDate, person: &[u8]) -> Result<Date, ShiftError> {
        self.shift(date.date().ok_or(ShiftError::TooCoarse)?, person)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHIFT: DateShift<'_> = DateShift {
        key: b"secret",
        whole_weeks: false,
    };

    fn day(year: u32, month: u32, day: u32) -> Date {
        Date::new(year, month, day).unwrap()
    }

    #[test]
    fn offsets_cover_the_range_without_zero() {
        let days: Vec<i32> = (0..20_000_u32)
            .map(|id| SHIFT.days(&id.to_be_bytes()))
            .collect();
        assert_eq!(days.iter().min(), Some(&-365));
        assert_eq!(days.iter().max(), Some(&365));
        assert!(!days.contains(&0));
        let mean = days.iter().map(|days| i64::from(*days)).sum::<i64>() / 20_000;
        assert!(mean.abs() < 10);
    }

    #[test]
    fn weeks_keep_the_weekday() {
        let shift = DateShift {
            whole_weeks: true,
            ..SHIFT
        };
        let days: Vec<i32> = (0..5_000_u32)
            .map(|id| shift.days(&id.to_be_bytes()))
            .collect();
        assert!(days.iter().all(|days| days % 7 == 0 && *days != 0));
        assert_eq!(
            (days.iter().min(), days.iter().max()),
            (Some(&-364), Some(&364))
        );
    }

    #[test]
    fn intervals_hold_and_keys_matter() {
        let (first, last) = (day(2024, 1, 15), day(2024, 3, 1));
        let shifted = |date| SHIFT.shift(date, b"patient 1").unwrap().days_since_1970();
        assert_eq!(shifted(last) - shifted(first), 46);
        let other = DateShift {
            key: b"other",
            whole_weeks: false,
        };
        assert!((0..10_u8).any(|id| SHIFT.days(&[id]) != other.days(&[id])));
    }

    #[test]
    fn what_is_not_shifted() {
        assert_eq!(
            SHIFT.shift(day(9999, 12, 31), b"1"),
            Err(ShiftError::Placeholder)
        );
        let year = PartialDate::from_iso(b"1976").unwrap();
        assert_eq!(SHIFT.shift_partial(year, b"1"), Err(ShiftError::TooCoarse));
        let debug = format!("{SHIFT:?}");
        assert!(!debug.contains("secret") && !debug.contains("115"));
    }
}
