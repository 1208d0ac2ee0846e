//! Month, day, year, as written in the United States.

use super::calendar::Date;
use super::charset_first;
use super::partial::PartialDate;
use crate::cursor::Cursor;
use crate::sql::portable::{Body, Portable};
use crate::text::{number, trim};
use crate::{About, Canonical, CanonicalForm, Family, Layer, Reason, Source, Validator};

/// The first year taken for one; earlier ones are slips of the keyboard.
pub(super) const FIRST_YEAR: u32 = 1800;

/// `m/d/yyyy` or `m-d-yyyy`. A year of two digits is ambiguous: see [`Year2Pivot`].
///
/// [`Year2Pivot`]: super::Year2Pivot
#[derive(Debug)]
pub struct DateUsMdy;

impl Validator for DateUsMdy {
    const ABOUT: &'static About = &About {
        code: "date_us_mdy",
        title: "Date as month/day/year",
        family: Family::Dates,
        source: Source {
            standard: "Unicode CLDR",
            section: "locale en-US, short date pattern with four-digit year",
            edition: "45",
        },
        layer: Layer::Shape,
        system: None,
        form: CanonicalForm::IsoDate,
        example: "1/5/2024",
        counterexample: "13/01/2024",
    };

    #[inline]
    fn check(input: &[u8]) -> Result<Canonical<'_>, Reason> {
        parse(trim(input)?).map(Canonical::Iso)
    }

    const PORTABLE: &'static Portable = &Portable {
        helpers: r#"
create or replace function hcw._us_mdy(separator text) returns text
language sql immutable parallel safe as $$
    select '(' || hcw._month_and_day('0?', separator) || separator || '(1[89]|[2-9][0-9])[0-9]{2}'
        || '|0?2' || separator || '29' || separator
        || '((1[89]|[2-9][0-9])(0[48]|[2468][048]|[13579][26])|([2468][048]|[3579][26])00))'
$$;
"#,
        is_valid: Body::Sql(
            r#"
    select value collate "C" ~ (E'^[ \t-\r]*(' || hcw._us_mdy('/') || '|' || hcw._us_mdy('-') || E')[ \t-\r]*$')
"#,
        ),
        reason: Body::Sql(
            r#"
    select case
        when hcw.date_us_mdy_is_valid(value) then null
        when value collate "C" ~ (E'^[ \t-\r]*('
            || '(' || hcw._month_and_day('0?', '/') || '|0?2/29)/'
            || '|(' || hcw._month_and_day('0?', '-') || '|0?2-29)-'
            || E')[0-9]{2}[ \t-\r]*$') then 'ambiguous'
        when value collate "C" ~ (E'^[ \t-\r]*[0-9]{1,2}(/[0-9]{1,2}/|-[0-9]{1,2}-)'
            || E'([0-9]{2}|[0-9]{4})[ \t-\r]*$') then 'range'
        else hcw._date_misfit(value)
    end
"#,
        ),
        canonical: Body::Sql(
            r#"
    select case
        when hcw.date_us_mdy_is_valid(value) then
            split_part(translate(hcw._trim(value) collate "C", '-', '/'), '/', 3)
            || '-' || lpad(split_part(translate(hcw._trim(value) collate "C", '-', '/'), '/', 1), 2, '0')
            || '-' || lpad(split_part(translate(hcw._trim(value) collate "C", '-', '/'), '/', 2), 2, '0')
    end
"#,
        ),
    };
}

#[inline]
pub(super) fn parse(text: &[u8]) -> Result<PartialDate, Reason> {
    read(text).map_err(|reason| charset_first(text, reason))
}

#[inline]
fn read(text: &[u8]) -> Result<PartialDate, Reason> {
    let mut cursor = Cursor::new(text);
    let month = cursor.digits();
    let separator = cursor.eat_any(b"/-").ok_or(Reason::Structure)?;
    let day = cursor.digits();
    let again = cursor.eat(separator);
    let year = cursor.digits();
    let fits = again && cursor.is_done() && matches!((month.len(), day.len()), (1 | 2, 1 | 2));
    if !fits || !matches!(year.len(), 2 | 4) {
        return Err(Reason::Structure);
    }
    let (month, day) = (number(month), number(day));
    if year.len() == 2 {
        // Any leap year tells whether the day exists at all.
        let possible = Date::new(2000, month, day).is_some();
        return Err(if possible {
            Reason::Ambiguous
        } else {
            Reason::Range
        });
    }
    let date = Date::new(number(year), month, day).ok_or(Reason::Range)?;
    if date.year() < FIRST_YEAR {
        Err(Reason::Range)
    } else {
        Ok(date.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons() {
        for (text, reason) in [
            ("1/5/24", Reason::Ambiguous),
            ("13/5/24", Reason::Range),
            ("1/5-2024", Reason::Structure),
            ("1/5/224", Reason::Structure),
            ("001/5/2024", Reason::Structure),
            ("01152024", Reason::Structure),
            ("1/5/2024#", Reason::Charset),
        ] {
            assert_eq!(DateUsMdy::reason(text.as_bytes()), Some(reason), "{text}");
        }
    }
}
