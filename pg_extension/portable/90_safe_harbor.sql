-- De-identification under the HIPAA Safe Harbor method, and keyed date shifts, which are not Safe
-- Harbor but keep intervals.

create or replace function hcw.safe_harbor_zip3(zip text) returns text
language sql immutable parallel safe as $$
    select hcw.safe_harbor_zip3_2020_canonical(zip)
$$;
create or replace function hcw.safe_harbor_age(age text) returns text
language sql immutable parallel safe as $$
    select hcw.safe_harbor_age_canonical(age)
$$;
create or replace function hcw.safe_harbor_age(age integer) returns text
language sql immutable parallel safe as $$
    select hcw.safe_harbor_age_canonical(age::text)
$$;

-- Whether a day is in the years 1 to 9999, which are all that the rules know.
create or replace function hcw._is_in_calendar(day date) returns boolean
language sql immutable parallel safe as $$
    select day between make_date(1, 1, 1) and make_date(9999, 12, 31)
$$;

-- The year of birth, or null where it would tell an age above 89: everyone of a year shares it, so
-- the eldest decides. (45 CFR 164.514(b)(2)(i)(C))
create or replace function hcw.safe_harbor_birth_year(birth date, today date) returns integer
language sql immutable parallel safe as $$
    select case
        when not (hcw._is_in_calendar(birth) and hcw._is_in_calendar(today)) then null
        when date_part('year', today) - date_part('year', birth) between 0 and 89 then
            date_part('year', birth)::int
    end
$$;

-- HMAC-SHA-256 of a message. (RFC 2104, section 2; FIPS 180-4)
create or replace function hcw._hmac_sha256(key bytea, message bytea) returns bytea
language plpgsql immutable strict parallel safe as $$
declare
    block bytea := case when length(key) > 64 then sha256(key) else key end;
    inner_block bytea;
    outer_block bytea;
begin
    block := block || decode(repeat('00', 64 - length(block)), 'hex');
    inner_block := block;
    outer_block := block;
    for place in 0..63 loop
        inner_block := set_byte(inner_block, place, get_byte(block, place) # 54);
        outer_block := set_byte(outer_block, place, get_byte(block, place) # 92);
    end loop;
    return sha256(outer_block || sha256(inner_block || message));
end
$$;

-- A person's date, moved by -365 to 365 days but 0, or by whole weeks, the same for all dates of the
-- person: the first eight bytes of the HMAC-SHA-256 of the person's key, modulo the number of
-- offsets. Null for placeholders (1800-01-01, 1900-01-01, 2099-12-31, 9999-12-31) and where the day
-- would leave the years 1 to 9999. Keep the secret out of the warehouse.
create or replace function hcw.shift_date(
    day date, person_key text, secret bytea, weeks boolean default false)
returns date
language plpgsql immutable strict parallel safe as $$
declare
    code bytea := hcw._hmac_sha256(secret, convert_to(person_key, getdatabaseencoding()));
    step constant int := case when weeks then 7 else 1 end;
    steps constant int := 365 / step;
    -- eight bytes do not fit a signed number: the remainder is taken along the way
    draw int := 0;
    shifted date;
begin
    if not hcw._is_in_calendar(day)
        or day in (date '1800-01-01', date '1900-01-01', date '2099-12-31', date '9999-12-31')
    then
        return null;
    end if;
    for place in 0..7 loop
        draw := (draw * 256 + get_byte(code, place)) % (2 * steps);
    end loop;
    -- draws stand for -steps ... -1 and 1 ... steps
    shifted := day + step * (draw - steps + case when draw < steps then 0 else 1 end);
    return case when hcw._is_in_calendar(shifted) then shifted end;
end
$$;
-- The secret as text counts as its bytes.
create or replace function hcw.shift_date(
    day date, person_key text, secret text, weeks boolean default false)
returns date
language plpgsql immutable strict parallel safe as $$
begin
    return hcw.shift_date(day, person_key, convert_to(secret, getdatabaseencoding()), weeks);
end
$$;

comment on function hcw.safe_harbor_zip3(text) is 'the ZIP digits that Safe Harbor lets stand; 000 for 20,000 people or fewer';
comment on function hcw.safe_harbor_age(text) is 'the age, or 90+';
comment on function hcw.safe_harbor_age(integer) is 'the age, or 90+';
comment on function hcw.safe_harbor_birth_year(date, date) is 'the year of birth; null where it would tell an age above 89';
comment on function hcw.shift_date(date, text, bytea, boolean) is 'a day moved by a secret number of days, the same for all days of a person';
comment on function hcw.shift_date(date, text, text, boolean) is 'a day moved by a secret number of days, the same for all days of a person';
