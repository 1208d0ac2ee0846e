//! The Gregorian calendar, from microseconds since 1970 to fields and back.

/// Microseconds of a day.
pub(super) const DAY: i64 = 86_400_000_000;

/// The fields of a date and time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fields {
    pub(super) year: i64,
    pub(super) month: i64,
    pub(super) day: i64,
    pub(super) hour: i64,
    pub(super) minute: i64,
    pub(super) second: i64,
    pub(super) microsecond: i64,
}

impl Fields {
    pub(super) fn of(micros: i64) -> Fields {
        let days = micros.div_euclid(DAY);
        let rest = micros.rem_euclid(DAY);
        // days since 0000-03-01, in eras of 400 years
        let shifted = days + 719_468;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let month = if shifted_month < 10 {
            shifted_month + 3
        } else {
            shifted_month - 9
        };
        Fields {
            year: year_of_era + era * 400 + i64::from(month <= 2),
            month,
            day: day_of_year - (153 * shifted_month + 2) / 5 + 1,
            hour: rest / 3_600_000_000,
            minute: rest / 60_000_000 % 60,
            second: rest / 1_000_000 % 60,
            microsecond: rest % 1_000_000,
        }
    }

    /// Microseconds since 1970; none if a field is out of its range.
    pub(super) fn micros(&self) -> Option<i64> {
        let valid = (1..=9999).contains(&self.year)
            && (1..=12).contains(&self.month)
            && (1..=days_in_month(self.year, self.month)).contains(&self.day)
            && (0..24).contains(&self.hour)
            && (0..60).contains(&self.minute)
            && (0..60).contains(&self.second)
            && (0..1_000_000).contains(&self.microsecond);
        valid.then(|| {
            let time = (self.hour * 60 + self.minute) * 60 + self.second;
            self.days() * DAY + time * 1_000_000 + self.microsecond
        })
    }

    /// Days since 1970.
    fn days(&self) -> i64 {
        let year = self.year - i64::from(self.month <= 2);
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let shifted_month = (self.month + 9) % 12;
        let day_of_year = (153 * shifted_month + 2) / 5 + self.day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        era * 146_097 + day_of_era - 719_468
    }

    /// Monday is 0.
    pub(super) fn weekday(&self) -> i64 {
        (self.days() + 3).rem_euclid(7)
    }

    /// The first of January is 1.
    pub(super) fn day_of_year(&self) -> i64 {
        let first = Fields {
            month: 1,
            day: 1,
            ..*self
        };
        self.days() - first.days() + 1
    }

    /// Days since 0001-01-01, which is 1.
    pub(super) fn ordinal(&self) -> i64 {
        self.days() + 719_163
    }

    /// The ISO year, week and weekday.
    pub(super) fn iso_week(&self) -> (i64, i64, i64) {
        let weekday = self.weekday() + 1;
        let thursday = Fields::of((self.days() - weekday + 4) * DAY);
        (thursday.year, (thursday.day_of_year() - 1) / 7 + 1, weekday)
    }
}

/// Whether microseconds lie in the years 1 to 9999.
pub(super) fn checked(micros: i128) -> Option<i64> {
    let micros = i64::try_from(micros).ok()?;
    let first = -719_162 * DAY;
    let end = 2_932_897 * DAY;
    (first..end).contains(&micros).then_some(micros)
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_and_back() {
        for days in [-719_162, -1, 0, 59, 11_016, 19_782, 2_932_896] {
            let fields = Fields::of(days * DAY + 3_723_000_004);
            assert_eq!(fields.micros(), Some(days * DAY + 3_723_000_004));
        }
        let leap = Fields::of(19_782 * DAY);
        assert_eq!((leap.year, leap.month, leap.day), (2024, 2, 29));
        assert_eq!(leap.weekday(), 3);
        assert_eq!(leap.iso_week(), (2024, 9, 4));
    }
}
