//! Years of two digits, with a declared rule for the century.

use super::fhir::parse_full_date;
use crate::alphabet::Alphabet;
use crate::sql::portable::{Body, Portable};
use crate::text::{exactly_digits, number, split_once, trim};
use crate::{About, Canonical, CanonicalForm, Family, Layer, Reason, Short, Source, Validator};

const ALPHABET: Alphabet = super::ALPHABET.with(b"|");

/// A year of two digits, written `yy|today|rule`: for `birth` and `service` the latest year not
/// after today's; for a year of four digits the one in the hundred years from it.
#[derive(Debug)]
pub struct Year2Pivot;

impl Validator for Year2Pivot {
    const ABOUT: &'static About = &About {
        code: "year2_pivot",
        title: "Two-digit year with a pivot",
        family: Family::Dates,
        source: Source {
            standard: "X12 and NCPDP implementation practice",
            section: "century windows",
            edition: "declared by the caller",
        },
        layer: Layer::Shape,
        system: None,
        form: CanonicalForm::IsoDate,
        example: "25|2024-06-30|birth",
        counterexample: "5|2024-06-30|birth",
    };

    fn check(input: &[u8]) -> Result<Canonical<'_>, Reason> {
        let text = trim(input)?;
        if !ALPHABET.covers(text) {
            return Err(Reason::Charset);
        }
        let (year, rest) = split_once(text, b'|').ok_or(Reason::Structure)?;
        let (today, rule) = split_once(rest, b'|').ok_or(Reason::Structure)?;
        let (year, rule) = (
            trim(year).unwrap_or_default(),
            trim(rule).unwrap_or_default(),
        );
        let digits = exactly_digits::<2>(year).ok_or(match year {
            [] => Reason::Structure,
            _ if year.iter().all(u8::is_ascii_digit) => Reason::Length,
            _ => Reason::Structure,
        });
        let today = trim(today)
            .map_err(|_| Reason::Structure)
            .and_then(parse_full_date);
        let (digits, today) = match (digits, today) {
            (Ok(digits), Ok(today)) => (number(digits), today),
            (Err(left), Err(right)) => return Err(left.min(right)),
            (Err(reason), _) | (_, Err(reason)) => return Err(reason),
        };
        let pivot = match (rule, exactly_digits::<4>(rule)) {
            (b"birth" | b"service", _) => Pivot::NotAfter(today.year()),
            (_, Some(first)) => Pivot::From(number(first)),
            _ => return Err(Reason::Structure),
        };
        let mut canonical = Short::new();
        canonical.push_number(full_year(digits, pivot).ok_or(Reason::Range)?, 4);
        Ok(canonical.into())
    }

    const PORTABLE: &'static Portable = &Portable {
        helpers: r#"
create or replace function hcw._read_year2(value text) returns text
language plpgsql immutable strict parallel safe as $$
declare
    trimmed text collate "C" := hcw._trim(value);
    first_bar int := strpos(trimmed, '|');
    second_bar int := strpos(substr(trimmed, first_bar + 1), '|') + first_bar;
    digits text collate "C";
    today text collate "C";
    rule text collate "C";
    fault text collate "C";
    year int;
begin
    if trimmed = '' then
        return 'empty';
    elsif trimmed !~ '^[A-Za-z0-9 +/:.,_|-]*$' then
        return 'charset';
    elsif first_bar = 0 or second_bar = first_bar then
        return 'structure';
    end if;
    digits := hcw._trim(left(trimmed, first_bar - 1));
    today := hcw._trim(substr(trimmed, first_bar + 1, second_bar - first_bar - 1));
    rule := hcw._trim(substr(trimmed, second_bar + 1));
    fault := hcw._first_reason(
        case when digits ~ '^[0-9]{2}$' then null when digits ~ '^[0-9]+$' then 'length' else 'structure' end,
        replace(hcw._full_date_reason(today), 'empty', 'structure'));
    if fault is not null then
        return fault;
    elsif rule in ('birth', 'service') then
        year := left(today, 4)::int - (left(today, 4)::int + 100 - digits::int) % 100;
    elsif rule ~ '^[0-9]{4}$' then
        year := rule::int + (100 + digits::int - rule::int % 100) % 100;
    else
        return 'structure';
    end if;
    return case when year between 1 and 9999 then lpad(year::text, 4, '0') else 'range' end;
end
$$;
"#,
        is_valid: Body::Sql(
            r#"
    select hcw._read_year2(value) collate "C" ~ '^[0-9]'
"#,
        ),
        reason: Body::Sql(
            r#"
    select substring(hcw._read_year2(value) collate "C" from '^[a-z]+')
"#,
        ),
        canonical: Body::Sql(
            r#"
    select substring(hcw._read_year2(value) collate "C" from '^[0-9]{4}')
"#,
        ),
    };
}

/// How a century is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pivot {
    /// The latest such year that is not after this one.
    NotAfter(u32),
    /// The such year among the hundred from this one on.
    From(u32),
}

/// The year that ends in these two digits.
///
/// **Nulls**: none where the year would not be in 1–9999, or there are more than two digits.
pub const fn full_year(two_digits: u32, pivot: Pivot) -> Option<u32> {
    if two_digits > 99 {
        return None;
    }
    let year = match pivot {
        Pivot::NotAfter(latest) => {
            match latest.checked_sub((latest % 100 + 100 - two_digits) % 100) {
                Some(year) => year,
                None => return None,
            }
        }
        Pivot::From(first) if first > 9999 => return None,
        Pivot::From(first) => first + (100 + two_digits - first % 100) % 100,
    };
    if year >= 1 && year <= 9999 {
        Some(year)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn centuries() {
        assert_eq!(full_year(24, Pivot::NotAfter(2024)), Some(2024));
        assert_eq!(full_year(25, Pivot::NotAfter(2024)), Some(1925));
        assert_eq!(full_year(49, Pivot::From(1950)), Some(2049));
        assert_eq!(full_year(50, Pivot::From(1950)), Some(1950));
        assert_eq!(full_year(99, Pivot::NotAfter(50)), None);
    }

    #[test]
    fn reasons() {
        for (text, reason) in [
            ("5|2024-06-30|birth", Reason::Length),
            ("a5|2024-06-30|birth", Reason::Structure),
            ("25|2024-06|birth", Reason::Precision),
            ("25|2024-06-31|birth", Reason::Range),
            ("25|2024-06-30|death", Reason::Structure),
            ("25", Reason::Structure),
        ] {
            assert_eq!(Year2Pivot::reason(text.as_bytes()), Some(reason), "{text}");
        }
        assert_eq!(
            Year2Pivot::canonical(b"25|2024-06-30|1950").as_deref(),
            Some(&b"2025"[..])
        );
    }
}
