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

-- date_hl7: YYYY[MM[DD[HH[MM[SS[.S[S[S[S]]]]]]]]][+/-ZZZZ]. (HL7 version 2.9, chapter 2A, DTM, 2019)
create or replace function hcw.date_hl7_is_valid(value text) returns boolean
language sql immutable parallel safe as $$
    select value collate "C" ~ (E'^[ \t-\r]*('
        || hcw._year() || '(0[1-9]|1[0-2])?'
        || '|' || hcw._day('')
        || '(([01][0-9]|2[0-3])([0-5][0-9]([0-5][0-9]([.][0-9]{1,4})?)?)?)?'
        || ')(' || hcw._offset('') || E')?[ \t-\r]*$')
$$;
create or replace function hcw.date_hl7_reason(value text) returns text
language sql immutable parallel safe as $$
    select case
        when hcw.date_hl7_is_valid(value) then null
        when value collate "C" ~
            E'^[ \t-\r]*([0-9]{14}[.][0-9]{1,4}|([0-9]{2}){2,7})([+-][0-9]{4})?[ \t-\r]*$' then 'range'
        when value collate "C" ~
            E'^[ \t-\r]*([0-9]{14}[.][0-9]+|[0-9]+)([+-][0-9]{4})?[ \t-\r]*$' then 'length'
        else hcw._date_misfit(value)
    end
$$;
-- ISO text of a timestamp that is known to be right.
create or replace function hcw._hl7_to_iso(value text) returns text
language plpgsql immutable strict parallel safe as $$
declare
    digits text collate "C" := substring(hcw._trim(value) collate "C" from '^[0-9]+');
    rest text collate "C" := substr(hcw._trim(value), length(digits) + 1);
begin
    return left(
            substr(digits, 1, 4) || '-' || substr(digits, 5, 2) || '-' || substr(digits, 7, 2)
            || 'T' || substr(digits, 9, 2) || ':' || substr(digits, 11, 2) || ':' || substr(digits, 13, 2),
            -- two digits more are three characters more
            length(digits) * 3 / 2 - 2)
        || regexp_replace(rest, '([+-]..)', E'\\1:');
end
$$;
create or replace function hcw.date_hl7_canonical(value text) returns text
language sql immutable parallel safe as $$
    select case when hcw.date_hl7_is_valid(value) then hcw._hl7_to_iso(value) end
$$;

-- date_fhir: YYYY, YYYY-MM or YYYY-MM-DD. (HL7 FHIR R5, data type date)
create or replace function hcw.date_fhir_is_valid(value text) returns boolean
language sql immutable parallel safe as $$
    select value collate "C" ~ (E'^[ \t-\r]*('
        || hcw._year() || '(-(0[1-9]|1[0-2]))?|' || hcw._day('-') || E')[ \t-\r]*$')
$$;
create or replace function hcw.date_fhir_reason(value text) returns text
language sql immutable parallel safe as $$
    select case
        when hcw.date_fhir_is_valid(value) then null
        when value collate "C" ~ E'^[ \t-\r]*[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?[ \t-\r]*$' then 'range'
        when value collate "C" ~ E'^[ \t-\r]*[0-9]+[ \t-\r]*$' then 'length'
        else hcw._date_misfit(value)
    end
$$;
create or replace function hcw.date_fhir_canonical(value text) returns text
language sql immutable parallel safe as $$
    select case when hcw.date_fhir_is_valid(value) then hcw._trim(value) end
$$;
-- The same for a date that must name a day, as other rules embed it.
create or replace function hcw._full_date_reason(value text) returns text
language sql immutable parallel safe as $$
    select case
        when not hcw.date_fhir_is_valid(value) then hcw.date_fhir_reason(value)
        when length(hcw._trim(value)) < 10 then 'precision'
    end
$$;

-- datetime_fhir: a date, or a day with time to the second and offset; second 60 is allowed, 24:00 is
-- not. (HL7 FHIR R5, data type dateTime)
create or replace function hcw._instant() returns text
language sql immutable parallel safe as $$
    select hcw._day('-') || 'T([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)([.][0-9]{1,9})?'
        || '(Z|' || hcw._offset(':') || ')'
$$;
create or replace function hcw.datetime_fhir_is_valid(value text) returns boolean
language sql immutable parallel safe as $$
    select value collate "C" ~ (E'^[ \t-\r]*('
        || hcw._year() || '(-(0[1-9]|1[0-2]))?|' || hcw._day('-') || '|' || hcw._instant()
        || E')[ \t-\r]*$')
$$;
create or replace function hcw.datetime_fhir_reason(value text) returns text
language sql immutable parallel safe as $$
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
$$;
create or replace function hcw.datetime_fhir_canonical(value text) returns text
language sql immutable parallel safe as $$
    select case when hcw.datetime_fhir_is_valid(value) then hcw._trim(value) end
$$;

-- instant_fhir: a dateTime that has a time. (HL7 FHIR R5, data type instant)
create or replace function hcw.instant_fhir_is_valid(value text) returns boolean
language sql immutable parallel safe as $$
    select value collate "C" ~ (E'^[ \t-\r]*' || hcw._instant() || E'[ \t-\r]*$')
$$;
create or replace function hcw.instant_fhir_reason(value text) returns text
language sql immutable parallel safe as $$
    select case
        when hcw.instant_fhir_is_valid(value) then null
        when hcw.date_fhir_is_valid(value) then 'precision'
        else hcw.datetime_fhir_reason(value)
    end
$$;
create or replace function hcw.instant_fhir_canonical(value text) returns text
language sql immutable parallel safe as $$
    select case when hcw.instant_fhir_is_valid(value) then hcw._trim(value) end
$$;

-- date_x12_d8: CCYYMMDD. (ASC X12 005010, element 1250, qualifier D8)
create or replace function hcw.date_x12_d8_is_valid(value text) returns boolean
language sql immutable parallel safe as $$
    select value collate "C" ~ (E'^[ \t-\r]*' || hcw._day('') || E'[ \t-\r]*$')
$$;
create or replace function hcw.date_x12_d8_reason(value text) returns text
language sql immutable parallel safe as $$
    select case
        when hcw.date_x12_d8_is_valid(value) then null
        when value collate "C" ~ E'^[ \t-\r]*[0-9]{8}[ \t-\r]*$' then 'range'
        when value collate "C" ~ E'^[ \t-\r]*[0-9]+[ \t-\r]*$' then 'length'
        else hcw._date_misfit(value)
    end
$$;
-- ISO text of eight digits.
create or replace function hcw._basic_to_iso(digits text) returns text
language sql immutable parallel safe as $$
    select left(digits, 4) || '-' || substr(digits, 5, 2) || '-' || right(digits, 2)
$$;
create or replace function hcw.date_x12_d8_canonical(value text) returns text
language sql immutable parallel safe as $$
    select case when hcw.date_x12_d8_is_valid(value) then hcw._basic_to_iso(hcw._trim(value)) end
$$;

-- date_x12_rd8: two D8 dates with a hyphen, the second not before the first. (ASC X12 005010, element
-- 1250, qualifier RD8)
create or replace function hcw.date_x12_rd8_is_valid(value text) returns boolean
language sql immutable parallel safe as $$
    select case
        when value collate "C" !~ (E'^[ \t-\r]*' || hcw._day('') || '-' || hcw._day('') || E'[ \t-\r]*$')
            then false
        else left(hcw._trim(value), 8) <= right(hcw._trim(value), 8) collate "C"
    end
$$;
create or replace function hcw.date_x12_rd8_reason(value text) returns text
language sql immutable parallel safe as $$
    select case
        when hcw.date_x12_rd8_is_valid(value) then null
        when value collate "C" ~ E'^[ \t-\r]*[0-9]{8}-[0-9]{8}[ \t-\r]*$' then 'range'
        else hcw._date_misfit(value)
    end
$$;
create or replace function hcw.date_x12_rd8_canonical(value text) returns text
language sql immutable parallel safe as $$
    select case
        when hcw.date_x12_rd8_is_valid(value) then
            hcw._basic_to_iso(left(hcw._trim(value), 8)) || '/'
            || hcw._basic_to_iso(right(hcw._trim(value), 8))
    end
$$;

-- date_us_mdy: m/d/yyyy or m-d-yyyy from 1800 on; a year of two digits is ambiguous. (Unicode CLDR
-- 45, locale en-US)
create or replace function hcw._us_mdy(separator text) returns text
language sql immutable parallel safe as $$
    select '(' || hcw._month_and_day('0?', separator) || separator || '(1[89]|[2-9][0-9])[0-9]{2}'
        || '|0?2' || separator || '29' || separator
        || '((1[89]|[2-9][0-9])(0[48]|[2468][048]|[13579][26])|([2468][048]|[3579][26])00))'
$$;
create or replace function hcw.date_us_mdy_is_valid(value text) returns boolean
language sql immutable parallel safe as $$
    select value collate "C" ~ (E'^[ \t-\r]*(' || hcw._us_mdy('/') || '|' || hcw._us_mdy('-') || E')[ \t-\r]*$')
$$;
create or replace function hcw.date_us_mdy_reason(value text) returns text
language sql immutable parallel safe as $$
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
$$;
create or replace function hcw.date_us_mdy_canonical(value text) returns text
language sql immutable parallel safe as $$
    select case
        when hcw.date_us_mdy_is_valid(value) then
            split_part(translate(hcw._trim(value) collate "C", '-', '/'), '/', 3)
            || '-' || lpad(split_part(translate(hcw._trim(value) collate "C", '-', '/'), '/', 1), 2, '0')
            || '-' || lpad(split_part(translate(hcw._trim(value) collate "C", '-', '/'), '/', 2), 2, '0')
    end
$$;

-- The number of a month's English name, of its first three letters, or of Sept.
create or replace function hcw._month_named(name text) returns int
language sql immutable parallel safe as $$
    select ('{"jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8,
        "sep": 9, "oct": 10, "nov": 11, "dec": 12, "january": 1, "february": 2, "march": 3,
        "april": 4, "june": 6, "july": 7, "august": 8, "september": 9, "october": 10,
        "november": 11, "december": 12, "sept": 9}'::jsonb ->> lower(name collate "C"))::int
$$;
-- ISO text of a day, or nothing where there is no such day; of at most four digits and two.
create or replace function hcw._day_or_null(year int, month int, day int) returns text
language plpgsql immutable strict parallel safe as $$
begin
    if year >= 1 and month between 1 and 12 and day between 1 and (case
        when month <> 2 then 30 + (month + month / 8) % 2
        when year % 4 = 0 and (year % 100 <> 0 or year % 400 = 0) then 29
        else 28
    end) then
        return lpad(year::text, 4, '0') || '-' || lpad(month::text, 2, '0') || '-' || lpad(day::text, 2, '0');
    end if;
    return null;
end
$$;

-- date_auto: what can be read in one way only. ISO dates, YYYYMMDD, names of months, timestamps, and
-- two numbers and a year where one of day/month and month/day is impossible or both are the same.
-- Placeholders and years before 1800 are implausible; bare numbers may be serials or epochs.
-- (ISO 8601-1:2019; Unicode CLDR 45, English date patterns)
create or replace function hcw._read_auto(value text) returns text
language plpgsql immutable strict parallel safe as $$
declare
    trimmed text collate "C" := hcw._trim(value);
    part text[] collate "C";
    numbers text collate "C";
    month int;
    day_of_month text collate "C";
    year text collate "C";
    day text collate "C";
    -- why the day does not exist or is not known, once its shape is right
    fault text collate "C";
    rest text collate "C";
    hour int;
    clock text collate "C";
    zone text collate "C";
begin
    -- what most columns hold, first
    if trimmed ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' then
        day := hcw._day_or_null(left(trimmed, 4)::int, substr(trimmed, 6, 2)::int, right(trimmed, 2)::int);
        return case when day is null then 'range' else hcw._plausible_or_reason(day) end;
    elsif trimmed = '' then
        return 'empty';
    elsif trimmed !~ '^[A-Za-z0-9 +/:.,_-]*$' then
        return 'charset';
    elsif trimmed ~ '^[0-9]+$' then
        if trimmed = '00000000' then
            return 'implausible';
        elsif length(trimmed) in (8, 12, 14) then
            if not hcw.date_hl7_is_valid(trimmed) then
                return 'range';
            end if;
            return hcw._plausible_or_reason(hcw._hl7_to_iso(trimmed));
        end if;
        return case when length(trimmed) <= 7 or length(trimmed) in (10, 13) then 'ambiguous' else 'length' end;
    elsif trimmed ~ '^[A-Za-z]' then
        -- Apr 3, 2024; the month alone is too coarse
        part := regexp_match(trimmed, '^([A-Za-z]+)[.]?[ -]([0-9]+)(.*)$');
        month := hcw._month_named(part[1]);
        if month is null then
            return 'structure';
        elsif length(part[2]) = 4 and part[3] = '' then
            return 'precision';
        end if;
        day_of_month := part[2];
        part := regexp_match(part[3], '^(?:,[ -]?|[ -])([0-9]+)(.*)$');
        if part is null or length(day_of_month) > 2 or length(part[1]) not in (2, 4) then
            return 'structure';
        elsif length(part[1]) = 2 then
            fault := 'ambiguous';
        else
            day := hcw._day_or_null(part[1]::int, month, day_of_month::int);
        end if;
        rest := part[2];
    elsif trimmed ~ '^[0-9]{8}([^0-9]|$)' then
        day := hcw._day_or_null(left(trimmed, 4)::int, substr(trimmed, 5, 2)::int, substr(trimmed, 7, 2)::int);
        rest := substr(trimmed, 9);
    elsif trimmed ~ '^[0-9]*[-. ][A-Za-z]' then
        -- 3 Apr 2024, 03-APR-2024, 3 April, 2024
        part := regexp_match(trimmed, '^([0-9]{1,2})([-. ])([A-Za-z]+)([.]?)(,?)(.*)$');
        month := hcw._month_named(part[3]);
        if month is null then
            return 'structure';
        end if;
        rest := part[6];
        if left(rest, 1) = part[2] or (part[5] = ',' and rest like ' %') then
            rest := substr(rest, 2);
        elsif part[4] = '' and part[5] = '' then
            return 'structure';
        end if;
        year := substring(rest from '^[0-9]*');
        if length(year) not in (2, 4) then
            return 'structure';
        elsif length(year) = 2 then
            fault := 'ambiguous';
        else
            day := hcw._day_or_null(year::int, month, part[1]::int);
        end if;
        rest := substr(rest, length(year) + 1);
    elsif trimmed ~ '^[0-9]+[.][0-9]+$' then
        -- a decimal number: perhaps a serial with its time of day
        return 'ambiguous';
    elsif trimmed ~ '^[0-9]{4}[-/][0-9]{1,2}$' then
        return case when substr(trimmed, 6)::int between 1 and 12 then 'precision' else 'range' end;
    else
        numbers := substring(trimmed from '^[0-9]+[-/.][0-9]{1,2}[-/.][0-9]+');
        if numbers is null or translate(numbers, '0123456789', '') not in ('--', '//', '..') then
            return 'structure';
        end if;
        rest := substr(trimmed, length(numbers) + 1);
        part := string_to_array(translate(numbers, '-.', '//'), '/');
        if length(part[1]) = 4 and length(part[3]) <= 2 then
            day := hcw._day_or_null(part[1]::int, part[2]::int, part[3]::int);
        elsif length(part[1]) <= 2 and length(part[3]) = 4 then
            day := hcw._day_or_null(part[3]::int, part[1]::int, part[2]::int);
            if day <> hcw._day_or_null(part[3]::int, part[2]::int, part[1]::int) then
                fault := 'ambiguous';
            end if;
            day := coalesce(day, hcw._day_or_null(part[3]::int, part[2]::int, part[1]::int));
        elsif length(part[1]) <= 2 and length(part[3]) = 2 then
            fault := 'ambiguous';
        else
            return 'structure';
        end if;
    end if;

    -- A fault of the time's shape comes before one of the day.
    if rest <> '' then
        part := regexp_match(rest, '^[T ]'
            || '(?:([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})([.][0-9]+)?)?|([0-9]{2})([0-9]{2})(?:([0-9]{2})([.][0-9]+)?)?)'
            || ' ?(?:([AaPp])[Mm] ?)?(Z|([+-][0-9]{2})(?::?([0-9]{2}))?)?$');
        if part is null then
            return 'structure';
        end if;
    end if;
    if fault is not null then
        return fault;
    elsif day is null then
        return 'range';
    elsif rest = '' then
        return hcw._plausible_or_reason(day);
    end if;
    hour := coalesce(part[1], part[5]);
    if part[9] is not null then
        if hour not between 1 and 12 then
            return 'range';
        end if;
        hour := hour % 12 + case when upper(part[9]) = 'P' then 12 else 0 end;
    end if;
    clock := lpad(hour::text, 2, '0') || ':' || coalesce(part[2], part[6])
        || coalesce(':' || coalesce(part[3], part[7]), '');
    zone := case when part[11] is null then coalesce(part[10], '') else part[11] || ':' || coalesce(part[12], '00') end;
    if clock !~ '^([01][0-9]|2[0-3]):[0-5][0-9](:([0-5][0-9]|60))?$'
        or zone !~ ('^(Z|' || hcw._offset(':') || ')?$')
    then
        return 'range';
    end if;
    -- of a fraction the first nine digits count
    return hcw._plausible_or_reason(
        day || 'T' || clock || coalesce(left(coalesce(part[4], part[8]), 10), '') || zone);
end
$$;
-- Days that files use for "unknown" or "never".
create or replace function hcw._is_placeholder(iso text) returns boolean
language sql immutable parallel safe as $$
    select iso collate "C" in ('1800-01-01', '1900-01-01', '2099-12-31', '9999-12-31')
$$;
-- ISO text unless its day is a placeholder or before 1800.
create or replace function hcw._plausible_or_reason(iso text) returns text
language sql immutable parallel safe as $$
    select case
        when iso collate "C" < '1800' or hcw._is_placeholder(left(iso, 10)) then 'implausible'
        else iso
    end
$$;
create or replace function hcw.date_auto_is_valid(value text) returns boolean
language sql immutable parallel safe as $$
    select hcw._read_auto(value) collate "C" ~ '^[0-9]'
$$;
create or replace function hcw.date_auto_reason(value text) returns text
language sql immutable parallel safe as $$
    select substring(hcw._read_auto(value) collate "C" from '^[a-z]+')
$$;
create or replace function hcw.date_auto_canonical(value text) returns text
language sql immutable parallel safe as $$
    select substring(hcw._read_auto(value) collate "C" from '^[0-9].{9}')
$$;

-- date_excel1900: a serial number of which 1 is 1900-01-01 and 60 a day that never was; the fraction,
-- of which fifteen digits count, is the time of day. In the 1904 system 0 is 1904-01-01.
-- (ECMA-376 part 1, section 18.17.4.1, 5th edition, 2016)
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
create or replace function hcw.date_excel1900_is_valid(value text) returns boolean
language sql immutable parallel safe as $$
    select hcw._read_excel(value, false) collate "C" ~ '^[0-9]'
$$;
create or replace function hcw.date_excel1900_reason(value text) returns text
language sql immutable parallel safe as $$
    select substring(hcw._read_excel(value, false) collate "C" from '^[a-z]+')
$$;
create or replace function hcw.date_excel1900_canonical(value text) returns text
language sql immutable parallel safe as $$
    select substring(hcw._read_excel(value, false) collate "C" from '^[0-9].*')
$$;

-- date_sas: days since 1960-01-01, from 1582-01-01 on; missing values (., ._, .A to .Z) are empty. A
-- SAS datetime counts seconds. (SAS Institute, SAS Language Reference: Concepts, 9.4)
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
create or replace function hcw.date_sas_is_valid(value text) returns boolean
language sql immutable parallel safe as $$
    select hcw._read_sas(value, false) collate "C" ~ '^[0-9]'
$$;
create or replace function hcw.date_sas_reason(value text) returns text
language sql immutable parallel safe as $$
    select substring(hcw._read_sas(value, false) collate "C" from '^[a-z]+')
$$;
create or replace function hcw.date_sas_canonical(value text) returns text
language sql immutable parallel safe as $$
    select substring(hcw._read_sas(value, false) collate "C" from '^[0-9].*')
$$;

-- year2_pivot: yy|today|rule; for birth and service the latest such year not after today's, for a
-- year of four digits the one in the hundred years from it. (X12 and NCPDP implementation practice)
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
create or replace function hcw.year2_pivot_is_valid(value text) returns boolean
language sql immutable parallel safe as $$
    select hcw._read_year2(value) collate "C" ~ '^[0-9]'
$$;
create or replace function hcw.year2_pivot_reason(value text) returns text
language sql immutable parallel safe as $$
    select substring(hcw._read_year2(value) collate "C" from '^[a-z]+')
$$;
create or replace function hcw.year2_pivot_canonical(value text) returns text
language sql immutable parallel safe as $$
    select substring(hcw._read_year2(value) collate "C" from '^[0-9]{4}')
$$;

-- plausible_dates: birth=...;service=...;death=...;today=... with any of the first three left empty. Birth,
-- service, death, today in this order, no placeholder, birth not before 1900, at most 120 years old
-- at service. There is no canonical text. (CMS, Medicare Code Editor, made stricter)
create or replace function hcw.plausible_dates_reason(value text) returns text
language plpgsql immutable strict parallel safe as $$
declare
    trimmed text collate "C" := hcw._trim(value);
    names constant text[] collate "C" := array['birth=', 'service=', 'death=', 'today='];
    fields text[] collate "C" := string_to_array(trimmed, ';');
    dates text[] collate "C" := array[]::text[];
    text_of_date text collate "C";
    birth text collate "C";
    service text collate "C";
    death text collate "C";
    today text collate "C";
    fault text collate "C";
begin
    if trimmed = '' then
        return 'empty';
    elsif trimmed !~ '^[A-Za-z0-9 +/:.,_=;-]*$' then
        return 'charset';
    elsif cardinality(fields) <> 4 then
        return 'structure';
    end if;
    for place in 1..4 loop
        if left(fields[place], length(names[place])) <> names[place] collate "C" then
            return 'structure';
        end if;
        text_of_date := nullif(hcw._trim(substr(fields[place], length(names[place]) + 1)), '');
        fault := hcw._first_reason(fault, case
            when text_of_date in ('00000000', '0000-00-00') then 'implausible'
            else hcw._full_date_reason(text_of_date)
        end);
        dates := dates || text_of_date::text;
    end loop;
    birth := dates[1];
    service := dates[2];
    death := dates[3];
    today := dates[4];
    return case
        when fault is not null then fault
        when today is null then 'structure'
        when birth > service or service > death or birth > death
            or birth > today or service > today or death > today
            or hcw._is_placeholder(birth) or hcw._is_placeholder(service) or hcw._is_placeholder(death)
            or birth < '1900'
            or left(service, 4)::int - left(birth, 4)::int
                - case when right(service, 5) < right(birth, 5) then 1 else 0 end > 120
            then 'implausible'
    end;
end
$$;
create or replace function hcw.plausible_dates_is_valid(value text) returns boolean
language sql immutable parallel safe as $$
    select case when value is not null then hcw.plausible_dates_reason(value) is null end
$$;
create or replace function hcw.plausible_dates_canonical(value text) returns text
language sql immutable parallel safe as $$
    select null::text
$$;

-- Stops a call with a notation that does not exist.
create or replace function hcw._no_such_format(format text) returns text
language plpgsql immutable strict parallel safe as $$
begin
    raise exception 'unknown date format "%"', format
        using errcode = 'invalid_parameter_value',
              hint = 'formats: hl7, fhir_date, fhir_datetime, fhir_instant, x12_d8, us_mdy, auto, excel1900, '
                  || 'excel1904, sas_date, sas_datetime';
end
$$;

-- The date as ISO 8601 text of exactly the precision that was given; null where it cannot be read.
create or replace function hcw.parse_partial_date(value text, format text) returns text
language sql immutable parallel safe as $$
    select case
        when value is null or format is null then null
        when format collate "C" = 'hl7' then hcw.date_hl7_canonical(value)
        when format collate "C" = 'fhir_date' then hcw.date_fhir_canonical(value)
        when format collate "C" = 'fhir_datetime' then hcw.datetime_fhir_canonical(value)
        when format collate "C" = 'fhir_instant' then hcw.instant_fhir_canonical(value)
        when format collate "C" = 'x12_d8' then hcw.date_x12_d8_canonical(value)
        when format collate "C" = 'us_mdy' then hcw.date_us_mdy_canonical(value)
        when format collate "C" = 'auto' then substring(hcw._read_auto(value) collate "C" from '^[0-9].*')
        when format collate "C" = 'excel1900' then hcw.date_excel1900_canonical(value)
        when format collate "C" = 'excel1904' then substring(hcw._read_excel(value, true) collate "C" from '^[0-9].*')
        when format collate "C" = 'sas_date' then hcw.date_sas_canonical(value)
        when format collate "C" = 'sas_datetime' then substring(hcw._read_sas(value, true) collate "C" from '^[0-9].*')
        else hcw._no_such_format(format)
    end
$$;

-- ISO text without its offset.
create or replace function hcw._without_offset(iso text) returns text
language sql immutable parallel safe as $$
    select regexp_replace(iso collate "C", '(Z|[+-][0-9]{2}:[0-9]{2})$', '')
$$;
-- The first and the last day that ISO text may mean.
create or replace function hcw._first_day(iso text) returns date
language plpgsql immutable strict parallel safe as $$
begin
    return left(hcw._without_offset(iso) || case length(hcw._without_offset(iso))
        when 4 then '-01-01' when 7 then '-01' else '' end, 10)::date;
end
$$;
create or replace function hcw._last_day(iso text) returns date
language plpgsql immutable strict parallel safe as $$
begin
    return hcw._first_day(iso) + case length(hcw._without_offset(iso))
        when 4 then interval '1 year - 1 day'
        when 7 then interval '1 month - 1 day'
        else interval '0'
    end;
end
$$;
-- The day of ISO text that names one.
create or replace function hcw._day_of(iso text) returns date
language plpgsql immutable strict parallel safe as $$
begin
    -- after a month, an offset looks like a day until its colon
    if iso collate "C" ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}($|[^:])' then
        return left(iso, 10)::date;
    end if;
    return null;
end
$$;

-- The day; null where there is none, as in a year or a month.
create or replace function hcw.parse_date(value text, format text) returns date
language sql immutable parallel safe as $$
    select hcw._day_of(hcw.parse_partial_date(value, format))
$$;

-- How fine the date is: year, month, day, hour, minute, second or fraction.
create or replace function hcw.date_precision(value text, format text) returns text
language sql immutable parallel safe as $$
    select (array['year', 'month', 'day', 'hour', 'minute', 'second', 'fraction'])[width_bucket(
        length(hcw._without_offset(hcw.parse_partial_date(value, format))), '{4,7,10,13,16,19,20}'::int[])]
$$;

-- The first and the last day that the date may mean.
create or replace function hcw.date_lower(value text, format text) returns date
language sql immutable parallel safe as $$
    select hcw._first_day(hcw.parse_partial_date(value, format))
$$;
create or replace function hcw.date_upper(value text, format text) returns date
language sql immutable parallel safe as $$
    select hcw._last_day(hcw.parse_partial_date(value, format))
$$;

comment on function hcw.parse_date(text, text) is 'the day of a date or timestamp in a declared notation; null where it has none';
comment on function hcw.parse_partial_date(text, text) is 'the same as ISO 8601 text, as precise as the value: 1976 stays 1976';
comment on function hcw.date_precision(text, text) is 'year, month, day, hour, minute, second or fraction';
comment on function hcw.date_lower(text, text) is 'the first day that a date may mean';
comment on function hcw.date_upper(text, text) is 'the last day that a date may mean';
