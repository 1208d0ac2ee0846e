//! Days of the proleptic Gregorian calendar, years 1 to 9999.

use std::fmt;

/// A day.
///
/// Kept as one number, year above month above day, so that it orders and moves as one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(u32);

impl fmt::Debug for Date {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{:04}-{:02}-{:02}",
            self.year(),
            self.month(),
            self.day()
        )
    }
}

/// Days from 0001-01-01 to 1970-01-01.
const EPOCH: i32 = 719_162;

/// Days before each month of a common year.
const BEFORE_MONTH: [u16; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];

/// Whether February has 29 days: divisible by 4, not by 100 unless by 400.
#[inline]
pub const fn is_leap(year: u32) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

/// The last day of a month; 0 for a month that does not exist.
#[inline]
pub const fn days_in_month(year: u32, month: u32) -> u32 {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if is_leap(year) => 29,
        2 => 28,
        _ => 0,
    }
}

impl Date {
    /// The day, if there is one.
    #[inline]
    pub const fn new(year: u32, month: u32, day: u32) -> Option<Date> {
        let real = year >= 1 && year <= 9999 && day >= 1 && day <= days_in_month(year, month);
        if real {
            Some(Date(year << 16 | month << 8 | day))
        } else {
            None
        }
    }

    /// 1–9999.
    #[inline]
    pub const fn year(self) -> u32 {
        self.0 >> 16
    }

    /// 1–12.
    #[inline]
    pub const fn month(self) -> u32 {
        self.0 >> 8 & 0xff
    }

    /// 1–31.
    #[inline]
    pub const fn day(self) -> u32 {
        self.0 & 0xff
    }

    /// Days since 1970-01-01, negative before.
    #[inline]
    pub const fn days_since_1970(self) -> i32 {
        let past = self.year() as i32 - 1;
        let leap_day = self.month() > 2 && is_leap(self.year());
        past * 365 + past / 4 - past / 100
            + past / 400
            + BEFORE_MONTH[(self.month() as usize + 11) % 12] as i32
            + leap_day as i32
            + self.day() as i32
            - 1
            - EPOCH
    }

    /// The day this many days after 1970-01-01, within years 1 to 9999.
    pub const fn from_days_since_1970(days: i32) -> Option<Date> {
        let Some(days) = days.checked_add(EPOCH) else {
            return None;
        };
        if days < 0 {
            return None;
        }
        let days = days as u32;
        // Take whole cycles of 400, 100, 4 and 1 years; the last day of a cycle belongs to it.
        let (cycles, days) = (days / 146_097, days % 146_097);
        let centuries = if days / 36_524 > 3 { 3 } else { days / 36_524 };
        let days = days - centuries * 36_524;
        let (leaps, days) = (days / 1_461, days % 1_461);
        let years = if days / 365 > 3 { 3 } else { days / 365 };
        let mut left = days - years * 365;
        let year = cycles * 400 + centuries * 100 + leaps * 4 + years + 1;
        let mut month = 1;
        while left >= days_in_month(year, month) && month < 12 {
            left -= days_in_month(year, month);
            month += 1;
        }
        Date::new(year, month, left + 1)
    }

    /// The day `days` later, or earlier where negative.
    pub const fn plus_days(self, days: i32) -> Option<Date> {
        match self.days_since_1970().checked_add(days) {
            Some(days) => Date::from_days_since_1970(days),
            None => None,
        }
    }

    /// Full years from this day to `on`; someone born on 29 February turns a year older on
    /// 1 March in common years.
    ///
    /// **Nulls**: none where `on` is earlier.
    pub const fn age_on(self, on: Date) -> Option<u32> {
        let had_birthday = on.0 & 0xffff >= self.0 & 0xffff;
        (on.year() + had_birthday as u32).checked_sub(self.year() + 1)
    }

    /// Days that files use for "unknown" or "never", and that are never a real date.
    ///
    /// **Source**: placeholders seen in exports; section 5 of the rules.
    pub const fn is_sentinel(self) -> bool {
        matches!(
            (self.year(), self.month(), self.day()),
            (1800 | 1900, 1, 1) | (2099 | 9999, 12, 31)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_there_and_back() {
        let first = Date::new(1, 1, 1).unwrap();
        let last = Date::new(9999, 12, 31).unwrap();
        assert_eq!(first.days_since_1970(), -719_162);
        assert_eq!(last.days_since_1970(), 2_932_896);
        let mut expected = first;
        for days in first.days_since_1970()..=last.days_since_1970() {
            let date = Date::from_days_since_1970(days).unwrap();
            assert_eq!(date.days_since_1970(), days);
            assert!(date >= expected);
            expected = date;
        }
        assert_eq!(first.plus_days(-1), None);
        assert_eq!(last.plus_days(1), None);
        assert_eq!(last.plus_days(i32::MAX), None);
    }

    #[test]
    fn leap_years() {
        assert!(Date::new(2000, 2, 29).is_some() && Date::new(2024, 2, 29).is_some());
        assert!(Date::new(1900, 2, 29).is_none() && Date::new(2023, 2, 29).is_none());
        assert!(Date::new(2023, 0, 1).is_none() && Date::new(2023, 13, 1).is_none());
    }

    #[test]
    fn ages() {
        let day = |year, month, day| Date::new(year, month, day).unwrap();
        assert_eq!(day(2000, 2, 29).age_on(day(2020, 2, 29)), Some(20));
        assert_eq!(day(2000, 2, 29).age_on(day(2021, 2, 28)), Some(20));
        assert_eq!(day(2000, 2, 29).age_on(day(2021, 3, 1)), Some(21));
        assert_eq!(day(2000, 2, 29).age_on(day(2000, 2, 29)), Some(0));
        assert_eq!(day(2000, 2, 29).age_on(day(2000, 2, 28)), None);
    }
}
