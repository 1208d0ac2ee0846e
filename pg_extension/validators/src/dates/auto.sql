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
