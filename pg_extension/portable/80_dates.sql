-- Dates and timestamps in a notation that the caller declares.

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
