//! Dates stored as numbers: Excel serials and SAS dates.

use super::calendar::Date;
use super::charset_first;
use super::partial::PartialDate;
use crate::cursor::Cursor;
use crate::sql::portable::{Body, Portable};
use crate::text::trim;
use crate::{About, Canonical, CanonicalForm, Family, Layer, Reason, Source, Validator};

/// Excel serial of the 1900 date system: 1 is 1900-01-01, 60 is a day that never was, and the
/// fraction is the time of day.
#[derive(Debug)]
pub struct DateExcel1900;

impl Validator for DateExcel1900 {
    const ABOUT: &'static About = &About {
        code: "date_excel1900",
        title: "Excel serial date (1900 system)",
        family: Family::Dates,
        source: Source {
            standard: "ECMA-376, Office Open XML File Formats, part 1",
            section: "section 18.17.4.1, date conversion for serial values",
            edition: "5th edition, 2016",
        },
        layer: Layer::Shape,
        system: None,
        form: CanonicalForm::IsoDate,
        example: "45292",
        counterexample: "60",
    };

    fn check(input: &[u8]) -> Result<Canonical<'_>, Reason> {
        parse_excel(trim(input)?, ExcelSystem::From1900).map(Canonical::Iso)
    }

    const PORTABLE: &'static Portable = &Portable {
        helpers: r#"
create or replace function hcw._read_excel(value text, is_from_1904 boolean) returns text
language plpgsql immutable strict parallel safe as $$
declare
    trimmed text collate "C" := hcw._trim(value);
    -- before and after the point, without sign and leading zeros
    whole text collate "C" := ltrim(split_part(trimmed, '.', 1), '-0');
    fraction text collate "C" := split_part(trimmed, '.', 2);
    serial bigint;
    numerator numeric;
    denominator numeric;
    second int := 0;
    iso text collate "C";
begin
    if trimmed !~ '^-?[0-9]+([.][0-9]+)?$' then
        return hcw._date_misfit(value);
    elsif length(whole) > 12 then
        return 'range';
    end if;
    serial := '0' || whole;
    if fraction <> '' then
        numerator := left(fraction, 15);
        denominator := 10::numeric ^ length(left(fraction, 15));
        second := div(2 * numerator * 86400 + denominator, 2 * denominator);
        serial := serial + second / 86400;
        second := second % 86400;
    end if;
    if trimmed like '-%' and (serial > 0 or not is_from_1904) then
        return 'range';
    elsif is_from_1904 then
        serial := serial + 1462;
    elsif serial < 1 or serial = 60 then
        return 'range';
    elsif serial < 60 then
        serial := serial + 1;
    end if;
    if serial > 2958465 then
        return 'range';
    end if;
    iso := to_char(date '1899-12-30' + serial::int, 'YYYY-MM-DD');
    if fraction ~ '[1-9]' then
        iso := iso || to_char(time '00:00' + second * interval '1 second', '"T"HH24:MI:SS');
    end if;
    return iso;
end
$$;
"#,
        is_valid: Body::Sql(
            r#"
    select hcw._read_excel(value, false) collate "C" ~ '^[0-9]'
"#,
        ),
        reason: Body::Sql(
            r#"
    select substring(hcw._read_excel(value, false) collate "C" from '^[a-z]+')
"#,
        ),
        canonical: Body::Sql(
            r#"
    select substring(hcw._read_excel(value, false) collate "C" from '^[0-9].*')
"#,
        ),
    };
}

/// SAS date: days since 1960-01-01 in the Gregorian calendar (SAS itself leaves out 29 February of
/// 4000 and 8000). The missing values `.`, `._` and `.A` to `.Z` are empty.
#[derive(Debug)]
pub struct DateSas;

impl Validator for DateSas {
    const ABOUT: &'static About = &About {
        code: "date_sas",
        title: "SAS date",
        family: Family::Dates,
        source: Source {
            standard: "SAS Institute, SAS Language Reference: Concepts",
            section: "dates, times, and intervals; missing values",
            edition: "9.4",
        },
        layer: Layer::Shape,
        system: None,
        form: CanonicalForm::IsoDate,
        example: "21915",
        counterexample: "abc",
    };

    fn check(input: &[u8]) -> Result<Canonical<'_>, Reason> {
        parse_sas_date(trim(input)?).map(Canonical::Iso)
    }

    const PORTABLE: &'static Portable = &Portable {
        helpers: r#"
create or replace function hcw._read_sas(value text, is_seconds boolean) returns text
language plpgsql immutable strict parallel safe as $$
declare
    trimmed text collate "C" := hcw._trim(value);
    -- without sign and leading zeros
    digits text collate "C" := ltrim(trimmed, '-0');
    number bigint;
    days bigint;
begin
    if trimmed ~ '^[.][_A-Za-z]?$' then
        return 'empty';
    elsif trimmed !~ '^-?[0-9]+$' then
        return hcw._date_misfit(value);
    elsif length(digits) > 12 then
        return 'range';
    end if;
    number := '0' || digits;
    if trimmed like '-%' then
        number := -number;
    end if;
    days := case when is_seconds then floor(number / 86400.0) else number end;
    if days not between date '1582-01-01' - date '1960-01-01' and date '9999-12-31' - date '1960-01-01' then
        return 'range';
    end if;
    return to_char(date '1960-01-01' + days::int, 'YYYY-MM-DD')
        || case
            when is_seconds then
                to_char(time '00:00' + (number - days * 86400) * interval '1 second', '"T"HH24:MI:SS')
            else ''
        end;
end
$$;
"#,
        is_valid: Body::Sql(
            r#"
    select hcw._read_sas(value, false) collate "C" ~ '^[0-9]'
"#,
        ),
        reason: Body::Sql(
            r#"
    select substring(hcw._read_sas(value, false) collate "C" from '^[a-z]+')
"#,
        ),
        canonical: Body::Sql(
            r#"
    select substring(hcw._read_sas(value, false) collate "C" from '^[0-9].*')
"#,
        ),
    };
}

/// Where Excel starts to count; a workbook declares it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExcelSystem {
    /// 1 is 1900-01-01.
    From1900,
    /// 0 is 1904-01-01.
    From1904,
}

/// Days from the first day of the 1900 system to that of the 1904 system.
const BETWEEN_SYSTEMS: i64 = 1462;
/// The last serial of the 1900 system: 9999-12-31.
const LAST_SERIAL: i64 = 2_958_465;
/// Days from 1970-01-01 to the day that serials after the phantom leap day count from.
const SERIAL_EPOCH: i64 = -25_569;
/// Days from 1970-01-01 to 1960-01-01.
const SAS_EPOCH: i64 = -3_653;
/// The first day that SAS takes: 1582-01-01, in days from 1970-01-01.
const SAS_FIRST: i64 = -141_714;
const SECONDS_PER_DAY: i64 = 86_400;

pub(super) fn parse_excel(text: &[u8], system: ExcelSystem) -> Result<PartialDate, Reason> {
    let mut cursor = Cursor::new(text);
    let negative = cursor.eat(b'-');
    let whole = cursor.digits();
    let mut fraction: &[u8] = &[];
    let mut fits = !whole.is_empty();
    if cursor.eat(b'.') {
        fraction = cursor.digits();
        fits &= !fraction.is_empty();
    }
    if !fits || !cursor.is_done() {
        return Err(charset_first(text, Reason::Structure));
    }
    let mut serial = bounded(whole);
    let seconds = seconds_of_day(fraction);
    if seconds == SECONDS_PER_DAY {
        serial += 1;
    }
    if negative && (serial > 0 || system == ExcelSystem::From1900) {
        return Err(Reason::Range);
    }
    let serial = match system {
        ExcelSystem::From1900 if serial < 1 || serial == 60 => return Err(Reason::Range),
        // Before the phantom 1900-02-29, numbers lag by one.
        ExcelSystem::From1900 if serial < 60 => serial + 1,
        ExcelSystem::From1900 => serial,
        ExcelSystem::From1904 => serial + BETWEEN_SYSTEMS,
    };
    if serial > LAST_SERIAL {
        return Err(Reason::Range);
    }
    let day = day_after(SERIAL_EPOCH, serial)?;
    if fraction.iter().all(|byte| *byte == b'0') {
        return Ok(day.into());
    }
    at_second(day, seconds % SECONDS_PER_DAY)
}

pub(super) fn parse_sas_date(text: &[u8]) -> Result<PartialDate, Reason> {
    let days = read_sas(text)?;
    if SAS_EPOCH + days < SAS_FIRST {
        return Err(Reason::Range);
    }
    day_after(SAS_EPOCH, days).map(PartialDate::from)
}

pub(super) fn parse_sas_date_time(text: &[u8]) -> Result<PartialDate, Reason> {
    let seconds = read_sas(text)?;
    let days = seconds.div_euclid(SECONDS_PER_DAY);
    if SAS_EPOCH + days < SAS_FIRST {
        return Err(Reason::Range);
    }
    at_second(
        day_after(SAS_EPOCH, days)?,
        seconds.rem_euclid(SECONDS_PER_DAY),
    )
}

/// A whole number with an optional minus, or `Empty` for a missing value.
fn read_sas(text: &[u8]) -> Result<i64, Reason> {
    if matches!(text, [b'.'] | [b'.', b'_' | b'A'..=b'Z' | b'a'..=b'z']) {
        return Err(Reason::Empty);
    }
    let mut cursor = Cursor::new(text);
    let negative = cursor.eat(b'-');
    let digits = cursor.digits();
    if digits.is_empty() || !cursor.is_done() {
        return Err(charset_first(text, Reason::Structure));
    }
    let number = bounded(digits);
    Ok(if negative { -number } else { number })
}

/// The value of a run of digits, capped far above any date.
fn bounded(digits: &[u8]) -> i64 {
    const CAP: i64 = 1_000_000_000_000;
    digits.iter().fold(0, |value: i64, byte| {
        (value * 10 + i64::from(byte - b'0')).min(CAP)
    })
}

/// A fraction of a day in seconds, rounded half up; of its digits the first fifteen count, which
/// is what Excel keeps.
fn seconds_of_day(fraction: &[u8]) -> i64 {
    let mut numerator = 0_i128;
    let mut denominator = 1_i128;
    for byte in fraction.iter().take(15) {
        numerator = numerator * 10 + i128::from(byte - b'0');
        denominator *= 10;
    }
    let doubled = (2 * numerator * i128::from(SECONDS_PER_DAY) + denominator) / (2 * denominator);
    doubled as i64
}

fn day_after(epoch: i64, days: i64) -> Result<Date, Reason> {
    let days = i32::try_from(epoch + days).map_err(|_| Reason::Range)?;
    Date::from_days_since_1970(days).ok_or(Reason::Range)
}

fn at_second(day: Date, second: i64) -> Result<PartialDate, Reason> {
    let second = second as u32;
    PartialDate::from(day).at(second / 3600, Some(second / 60 % 60), Some(second % 60), 59)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dates::{Format, parse_date};

    fn read(text: &str, format: Format) -> Result<String, Reason> {
        parse_date(text.as_bytes(), format)
            .map(|date| String::from_utf8(date.to_iso().as_bytes().to_vec()).unwrap())
    }

    #[test]
    fn excel_fractions_are_times_of_day() {
        for (text, expected) in [
            ("45292.5", Ok("2024-01-01T12:00:00")),
            ("45292.0", Ok("2024-01-01")),
            ("45292.999999", Ok("2024-01-02T00:00:00")),
            ("45292.99998", Ok("2024-01-01T23:59:58")),
            ("59.9999999", Err(Reason::Range)),
            ("2958465.9999999", Err(Reason::Range)),
            ("99999999999999999999", Err(Reason::Range)),
            ("1e5", Err(Reason::Structure)),
            ("45292.", Err(Reason::Structure)),
            ("$45", Err(Reason::Charset)),
        ] {
            assert_eq!(
                read(text, Format::Excel1900),
                expected.map(str::to_owned),
                "{text}"
            );
        }
    }

    #[test]
    fn the_1904_system_is_declared() {
        assert_eq!(read("0", Format::Excel1904).as_deref(), Ok("1904-01-01"));
        assert_eq!(
            read("43830", Format::Excel1904),
            read("45292", Format::Excel1900)
        );
        assert_eq!(read("-1", Format::Excel1904), Err(Reason::Range));
    }

    #[test]
    fn sas_dates_and_datetimes() {
        assert_eq!(
            read("-138061", Format::SasDate).as_deref(),
            Ok("1582-01-01")
        );
        assert_eq!(read("-138062", Format::SasDate), Err(Reason::Range));
        assert_eq!(
            read("2936549", Format::SasDate).as_deref(),
            Ok("9999-12-31")
        );
        assert_eq!(read("2936550", Format::SasDate), Err(Reason::Range));
        assert_eq!(
            read("-1", Format::SasDateTime).as_deref(),
            Ok("1959-12-31T23:59:59")
        );
        assert_eq!(read("._", Format::SasDate), Err(Reason::Empty));
        assert_eq!(read("1.5", Format::SasDate), Err(Reason::Structure));
    }
}
