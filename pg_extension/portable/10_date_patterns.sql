-- Dates in the notations that healthcare files use.
--
-- Days are of the proleptic Gregorian calendar, years 1 to 9999. A notation is read into ISO 8601
-- text of exactly the precision that was given: 1976 stays a year. Functions that start with _read
-- give that text or, where there is none, the reason; the two are told apart by their first
-- character.

-- Years as patterns: all, and those divisible by 4, not by 100 unless by 400.
create or replace function hcw._year() returns text
language sql immutable parallel safe as $$
    select '([0-9]{3}[1-9]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000)'
$$;
create or replace function hcw._leap_year() returns text
language sql immutable parallel safe as $$
    select '([0-9]{2}(0[48]|[2468][048]|[13579][26])|(0[48]|[2468][048]|[13579][26])00)'
$$;
-- The days of a common year as a pattern of month and day; fill stands for the leading zero.
create or replace function hcw._month_and_day(fill text, separator text) returns text
language sql immutable parallel safe as $$
    select replace(replace(
        '((F[13578]|1[02]):(F[1-9]|[12][0-9]|3[01])|(F[469]|11):(F[1-9]|[12][0-9]|30)|F2:(F[1-9]|1[0-9]|2[0-8]))',
        'F', fill), ':', separator)
$$;
-- All days as a pattern of year, month and day.
create or replace function hcw._day(separator text) returns text
language sql immutable parallel safe as $$
    select '(' || hcw._year() || separator || hcw._month_and_day('0', separator)
        || '|' || hcw._leap_year() || separator || '02' || separator || '29)'
$$;
-- An offset of at most 14 hours as a pattern.
create or replace function hcw._offset(separator text) returns text
language sql immutable parallel safe as $$
    select '[+-]((0[0-9]|1[0-3])' || separator || '[0-5][0-9]|14' || separator || '00)'
$$;

-- The reason for a text of no date's shape: a character that no notation uses, else structure.
create or replace function hcw._date_misfit(value text) returns text
language sql immutable parallel safe as $$
    select replace(hcw._misfit(value, 'A-Za-z0-9 +/:.,_', '-', '{}') collate "C", 'length', 'structure')
$$;
