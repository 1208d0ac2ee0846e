//! Social Security number.

use crate::alphabet::Alphabet;
use crate::dates::Date;
use crate::grouped::Grouping;
use crate::sql::portable::{Body, Portable};
use crate::text::{number, trim};
use crate::{About, Canonical, CanonicalForm, Family, Layer, Reason, Short, Source, Validator};

const GROUPING: Grouping = Grouping {
    alphabet: Alphabet::DIGITS,
    separators: b"-",
    places: &[3, 5],
};

/// Social Security number: nine digits, bare or 3-2-4 with hyphens, with no all-zero field and no
/// area 666 or 900–999. Numbers printed in advertisements are reserved.
#[derive(Debug)]
pub struct Ssn;

impl Validator for Ssn {
    const ABOUT: &'static About = &About {
        code: "ssn",
        title: "Social Security number",
        family: Family::UsIdentifiers,
        source: Source {
            standard: "SSA, Program Operations Manual System (POMS)",
            section: "RM 10201.035, Invalid Social Security Numbers",
            edition: "2011 randomization rules",
        },
        layer: Layer::Shape,
        system: None,
        form: CanonicalForm::Own,
        example: "899-99-9999",
        counterexample: "666-12-3456",
    };

    fn check(input: &[u8]) -> Result<Canonical<'_>, Reason> {
        check_with(input, &SsnOptions::default())
    }

    const PORTABLE: &'static Portable = &Portable {
        helpers: r#"
-- The fields of a Social Security number as patterns. (SSA, POMS RM 10201.035: no area 000, 666 or
-- 900-999, no group 00, no serial 0000)
create or replace function hcw._ssn_area() returns text
language sql immutable parallel safe as $$
    select '(00[1-9]|0[1-9][0-9]|[1-578][0-9]{2}|6([0-57-9][0-9]|6[0-57-9]))'
$$;
create or replace function hcw._ssn_group() returns text
language sql immutable parallel safe as $$
    select '(0[1-9]|[1-9][0-9])'
$$;
create or replace function hcw._ssn_serial() returns text
language sql immutable parallel safe as $$
    select '([0-9]{3}[1-9]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000)'
$$;
-- All of it, bare or 3-2-4 with hyphens.
create or replace function hcw._ssn() returns text
language sql immutable parallel safe as $$
    select '(' || hcw._ssn_area() || hcw._ssn_group() || hcw._ssn_serial()
        || '|' || hcw._ssn_area() || '-' || hcw._ssn_group() || '-' || hcw._ssn_serial() || ')'
$$;
-- Whether nine digits were printed on a specimen card or in an advertisement, and belong to nobody.
create or replace function hcw._ssn_is_reserved(digits text) returns boolean
language sql immutable parallel safe as $$
    select digits collate "C" in ('078051120', '219099999', '457555462')
$$;
"#,
        is_valid: Body::Sql(
            r#"
    select case
        when value collate "C" !~ (E'^[ \t-\r]*' || hcw._ssn() || E'[ \t-\r]*$') then false
        else not hcw._ssn_is_reserved(hcw._bare(value))
    end
"#,
        ),
        reason: Body::Sql(
            r#"
    select case
        when hcw.ssn_is_valid(value) then null
        when value collate "C" ~ (E'^[ \t-\r]*' || hcw._ssn() || E'[ \t-\r]*$') then 'reserved'
        when value collate "C" ~ E'^[ \t-\r]*([0-9]{9}|[0-9]{3}-[0-9]{2}-[0-9]{4})[ \t-\r]*$' then 'range'
        else hcw._misfit(value, '0-9', '-', '{9}')
    end
"#,
        ),
        canonical: Body::Sql(
            r#"
    select case when hcw.ssn_is_valid(value) then hcw._bare(value) end
"#,
        ),
    };
}

/// Settings of [`check_with`].
#[derive(Clone, Copy, Debug)]
pub struct SsnOptions<'a> {
    /// Well-formed numbers that belong to nobody.
    pub reserved: &'a [[u8; 9]],
}

/// Numbers that were printed on specimen cards or in advertisements.
pub const RESERVED: &[[u8; 9]] = &[*b"078051120", *b"219099999", *b"457555462"];

impl Default for SsnOptions<'_> {
    fn default() -> Self {
        SsnOptions { reserved: RESERVED }
    }
}

/// [`Ssn::check`] with another list of reserved numbers.
pub fn check_with<'a>(input: &'a [u8], options: &SsnOptions<'_>) -> Result<Canonical<'a>, Reason> {
    let digits = GROUPING.read::<9>(trim(input)?)?;
    check_fields(&digits, options)?;
    let mut canonical = Short::new();
    canonical.extend(&digits);
    Ok(canonical.into())
}

/// What the nine digits must satisfy, also inside other identifiers.
pub(crate) fn check_fields(digits: &[u8; 9], options: &SsnOptions<'_>) -> Result<(), Reason> {
    let (area, group, serial) = (&digits[..3], &digits[3..5], &digits[5..]);
    if matches!(area, b"000" | b"666" | [b'9', ..]) || group == b"00" || serial == b"0000" {
        return Err(Reason::Range);
    }
    if options.reserved.contains(digits) {
        return Err(Reason::Reserved);
    }
    Ok(())
}

/// A warning, not a failure: the number's area was not in use on `on`, a day of birth or issue.
///
/// **Source**: SSA randomization of 2011-06-25; areas 734–749 and above 772 were unused before.
pub fn warning_on(input: &[u8], on: Date) -> Option<Reason> {
    let digits = GROUPING.read::<9>(trim(input).ok()?).ok()?;
    let area = number(&digits[..3]);
    let unused = matches!(area, 734..=749 | 773..);
    (unused && (on.year(), on.month(), on.day()) < (2011, 6, 25)).then_some(Reason::NotEffective)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reserved_list_can_be_replaced() {
        assert_eq!(Ssn::reason(b"219-09-9999"), Some(Reason::Reserved));
        assert!(check_with(b"219-09-9999", &SsnOptions { reserved: &[] }).is_ok());
    }

    #[test]
    fn range_comes_before_reserved() {
        assert_eq!(Ssn::reason(b"987-65-4320"), Some(Reason::Range));
        assert_eq!(Ssn::reason(b"123-45-0000"), Some(Reason::Range));
    }

    #[test]
    fn high_areas_warn_before_randomization() {
        let day = |year, month, day| Date::new(year, month, day).unwrap();
        assert_eq!(
            warning_on(b"773-01-0001", day(2011, 6, 24)),
            Some(Reason::NotEffective)
        );
        assert_eq!(warning_on(b"773-01-0001", day(2011, 6, 25)), None);
        assert_eq!(warning_on(b"772-01-0001", day(1980, 1, 1)), None);
    }
}
