-- What the functions are compared with, and the columns that they judge.

create function floor_cpu() returns bigint language c volatile as 'FLOOR', 'floor_cpu';
create function c_npi(value text) returns boolean
    language c immutable strict parallel safe as 'FLOOR', 'floor_npi';
create function c_icd10cm(value text) returns boolean
    language c immutable strict parallel safe as 'FLOOR', 'floor_icd10cm';
create function c_ndc(value text) returns boolean
    language c immutable strict parallel safe as 'FLOOR', 'floor_ndc';
create function c_parse_date(value text, format text) returns date
    language c immutable strict parallel safe as 'FLOOR', 'floor_parse_date';

-- The same by hand in SQL: one expression without subqueries, which the planner puts in place of the
-- call; regular expressions without back references, which are slow.
create function sql_npi(value text) returns boolean language sql immutable parallel safe as $$
    select case when value ~ '^\s*(80840)?[12][0-9]{9}\s*$' then (24
            + ('{0,2,4,6,8,1,3,5,7,9}'::int[])[1 + substr(right(trim(value), 10), 1, 1)::int]
            + substr(right(trim(value), 10), 2, 1)::int
            + ('{0,2,4,6,8,1,3,5,7,9}'::int[])[1 + substr(right(trim(value), 10), 3, 1)::int]
            + substr(right(trim(value), 10), 4, 1)::int
            + ('{0,2,4,6,8,1,3,5,7,9}'::int[])[1 + substr(right(trim(value), 10), 5, 1)::int]
            + substr(right(trim(value), 10), 6, 1)::int
            + ('{0,2,4,6,8,1,3,5,7,9}'::int[])[1 + substr(right(trim(value), 10), 7, 1)::int]
            + substr(right(trim(value), 10), 8, 1)::int
            + ('{0,2,4,6,8,1,3,5,7,9}'::int[])[1 + substr(right(trim(value), 10), 9, 1)::int]
            + substr(right(trim(value), 10), 10, 1)::int
        ) % 10 = 0 else false end
$$;
create function sql_icd10cm(value text) returns boolean language sql immutable parallel safe as $$
    select value ~ '^\s*[A-Za-z][0-9A-Za-z]{2}(\.?[0-9A-Za-z]{1,4})?\s*$'
$$;
create function sql_ndc(value text) returns boolean language sql immutable parallel safe as $$
    select value ~ '^\s*([0-9]{11}|[0-9]{4}(-[0-9]{4}-| [0-9]{4} )[0-9]{2}|[0-9]{5}(-[0-9]{3}-| [0-9]{3} )[0-9]{2}|[0-9]{5}(-[0-9]{4}-| [0-9]{4} )[0-9]{1,2})\s*$'
       and value ~ '[1-9]'
$$;
create function sql_parse_date(value text, format text) returns date
language sql immutable parallel safe as $$
    select case
        when format = 'fhir_date' and (value ~ '^\s*[0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))\s*$'
            or value ~ '^\s*([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29\s*$')
        then make_date(left(trim(value), 4)::int, substr(trim(value), 6, 2)::int, right(trim(value), 2)::int)
        when format = 'hl7' and (value ~ '^\s*[0-9]{4}((0[13578]|1[02])(0[1-9]|[12][0-9]|3[01])|(0[469]|11)(0[1-9]|[12][0-9]|30)|02(0[1-9]|1[0-9]|2[0-8]))(([01][0-9]|2[0-3])([0-5][0-9]){0,2})?\s*$'
            or value ~ '^\s*([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)0229(([01][0-9]|2[0-3])([0-5][0-9]){0,2})?\s*$')
        then make_date(left(trim(value), 4)::int, substr(trim(value), 5, 2)::int, substr(trim(value), 7, 2)::int)
        when format = 'us_mdy' and (value ~ '^\s*((0?[13578]|1[02])/(0?[1-9]|[12][0-9]|3[01])|(0?[469]|11)/(0?[1-9]|[12][0-9]|30)|0?2/(0?[1-9]|1[0-9]|2[0-8]))/[0-9]{4}\s*$'
            or value ~ '^\s*0?2/29/([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)\s*$')
        then make_date(right(trim(value), 4)::int, split_part(trim(value), '/', 1)::int, split_part(trim(value), '/', 2)::int)
    end
$$;

-- The same by hand in PL/pgSQL.
create function plpgsql_npi(value text) returns boolean language plpgsql immutable parallel safe as $$
declare
    text_value text := trim(value);
    total int := 24;
    digit int;
begin
    if text_value !~ '^(80840)?[12][0-9]{9}$' then
        return false;
    end if;
    text_value := right(text_value, 10);
    for place in 1..10 loop
        digit := substr(text_value, place, 1);
        if place % 2 = 1 then
            digit := digit * 2;
            if digit > 9 then
                digit := digit - 9;
            end if;
        end if;
        total := total + digit;
    end loop;
    return total % 10 = 0;
end
$$;
create function plpgsql_icd10cm(value text) returns boolean language plpgsql immutable parallel safe as $$
begin
    return trim(value) ~ '^[A-Za-z][0-9A-Za-z]{2}(\.?[0-9A-Za-z]{1,4})?$';
end
$$;
create function plpgsql_ndc(value text) returns boolean language plpgsql immutable parallel safe as $$
declare
    parts text[] := string_to_array(translate(trim(value), ' ', '-'), '-');
begin
    if trim(value) !~ '^[0-9]+([- ][0-9]+[- ][0-9]+)?$' or value !~ '[1-9]' then
        return false;
    end if;
    if array_length(parts, 1) = 1 then
        return length(parts[1]) = 11;
    end if;
    return (length(parts[1]), length(parts[2]), length(parts[3]))
        in ((4, 4, 2), (5, 3, 2), (5, 4, 1), (5, 4, 2));
end
$$;
create function plpgsql_parse_date(value text, format text) returns date
language plpgsql immutable parallel safe as $$
declare
    trimmed text := trim(value);
    year int;
    month int;
    day int;
    last_day int;
begin
    if format = 'fhir_date' and trimmed ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' then
        year := left(trimmed, 4);
        month := substr(trimmed, 6, 2);
        day := right(trimmed, 2);
    elsif format = 'hl7' and trimmed ~ '^[0-9]{8}(([01][0-9]|2[0-3])([0-5][0-9]){0,2})?$' then
        year := left(trimmed, 4);
        month := substr(trimmed, 5, 2);
        day := substr(trimmed, 7, 2);
    elsif format = 'us_mdy' and trimmed ~ '^[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}$' then
        year := right(trimmed, 4);
        month := split_part(trimmed, '/', 1);
        day := split_part(trimmed, '/', 2);
    else
        return null;
    end if;
    last_day := case
        when month in (4, 6, 9, 11) then 30
        when month <> 2 then 31
        when year % 4 = 0 and (year % 100 <> 0 or year % 400 = 0) then 29
        else 28
    end;
    if year < 1 or month not between 1 and 12 or day not between 1 and last_day then
        return null;
    end if;
    return make_date(year, month, day);
end
$$;

-- Of every twenty values one is wrong.
create unlogged table npi as
select case when g % 20 = 0 then (body * 10 + (check_digit + 1) % 10)::text else (body * 10 + check_digit)::text end as value
from generate_series(1, :rows) as g,
    lateral (select 100000000 + g::bigint * 48271 % 99999999 as body) as bodies,
    lateral (select (10 - (24
        + ('{0,2,4,6,8,1,3,5,7,9}'::int[])[1 + body / 100000000 % 10] + body / 10000000 % 10
        + ('{0,2,4,6,8,1,3,5,7,9}'::int[])[1 + body / 1000000 % 10] + body / 100000 % 10
        + ('{0,2,4,6,8,1,3,5,7,9}'::int[])[1 + body / 10000 % 10] + body / 1000 % 10
        + ('{0,2,4,6,8,1,3,5,7,9}'::int[])[1 + body / 100 % 10] + body / 10 % 10
        + ('{0,2,4,6,8,1,3,5,7,9}'::int[])[1 + body % 10]) % 10) % 10 as check_digit) as checks;
create unlogged table icd10cm as
select case
    when g % 20 = 0 then 'E1.' || number
    when g % 3 = 0 then chr(65 + g % 26) || number
    else chr(65 + g % 26) || number / 100 || '.' || number % 100
end as value
from generate_series(1, :rows) as g, lateral (select g::bigint * 48271 % 9000 + 1000 as number) as numbers;
create unlogged table ndc as
select case
    when g % 20 = 0 then number || '-12-1'
    when g % 3 = 0 then number || '678901'
    when g % 3 = 1 then number || '-678-01'
    else left(number::text, 4) || '-4072-05'
end as value
from generate_series(1, :rows) as g, lateral (select g::bigint * 48271 % 89999 + 10000 as number) as numbers;
create unlogged table fhir_date as
select case when g % 20 = 0 then '2023-02-30' else (date '1930-01-01' + (g::bigint * 48271 % 34000)::int)::text end as value
from generate_series(1, :rows) as g;
create unlogged table hl7 as
select case when g % 20 = 0 then '20230230' else to_char(date '1930-01-01' + (g::bigint * 48271 % 34000)::int, 'YYYYMMDD') || '101500' end as value
from generate_series(1, :rows) as g;
create unlogged table us_mdy as
select case when g % 20 = 0 then '2/30/2023' else to_char(date '1930-01-01' + (g::bigint * 48271 % 34000)::int, 'FMMM/FMDD/YYYY') end as value
from generate_series(1, :rows) as g;
vacuum analyze npi, icd10cm, ndc, fhir_date, hl7, us_mdy;

-- A tenth of each for the slow forms.
create unlogged table npi_tenth as select value from npi limit :rows / 10;
create unlogged table icd10cm_tenth as select value from icd10cm limit :rows / 10;
create unlogged table ndc_tenth as select value from ndc limit :rows / 10;
create unlogged table fhir_date_tenth as select value from fhir_date limit :rows / 10;
create unlogged table hl7_tenth as select value from hl7 limit :rows / 10;
create unlogged table us_mdy_tenth as select value from us_mdy limit :rows / 10;
vacuum analyze npi_tenth, icd10cm_tenth, ndc_tenth, fhir_date_tenth, hl7_tenth, us_mdy_tenth;

-- CPU nanoseconds per row of count(expression) over a table, the least of some rounds.
create procedure measure(relation text, expressions text[], rounds int, inout least_of float8[] default null)
language plpgsql as $$
declare
    before bigint;
    total bigint;
    nanoseconds float8;
begin
    least_of := array_fill('infinity'::float8, array[array_length(expressions, 1)]);
    execute format('select count(*) from %I', relation) into total;
    for round in 1..rounds loop
        for place in 1..array_length(expressions, 1) loop
            before := floor_cpu();
            execute format('select count(%s) from %I', expressions[place], relation);
            nanoseconds := (floor_cpu() - before)::float8 / total;
            least_of[place] := least(least_of[place], nanoseconds);
        end loop;
    end loop;
end
$$;
