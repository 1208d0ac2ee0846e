-- The validators of hcw in plain SQL: for servers that take no compiled extension.
--
-- Same names and same answers, byte for byte, as the extension hcw_pg, in the languages SQL and
-- PL/pgSQL alone, on PostgreSQL 13 to 18. The files of this folder, in the order of their names,
-- are one script: to be run in one transaction, by whoever may create functions in schema hcw, as
-- often as wanted.
--
-- What every file keeps to:
-- * hcw.<code>_is_valid says whether, hcw.<code>_reason the first reason why not, and
--   hcw.<code>_canonical the text to store. Null gives null.
-- * _is_valid is one expression over its argument, mostly one regular expression, so that the
--   planner can put it in place of the call; such functions are not strict, since strictness would
--   prevent that, and let null through themselves.
-- * A text is judged as its bytes: only [0-9] and [A-Za-z] count as digits and letters, and every
--   comparison is under collation "C", whatever the column's or the database's.
-- * White space around a value is any of space, tab, line feed, vertical tab, form feed, carriage
--   return: in patterns [ \t-\r]*. Strings with a backslash are E'' strings, which read the same
--   under every setting.
-- * Functions of hcw are called by their schema; all else is in pg_catalog, which is always searched
--   first unless a session says otherwise.
-- * Conditions that must hold before a cast is tried stand in a case, which fixes the order.
-- * Names that start with an underscore are not for callers.
-- * The text of the script is ASCII, which every database's encoding has.

do $$
begin
    if exists (select from pg_extension where extname = 'hcw_pg') then
        raise exception 'the extension hcw_pg is installed and provides these functions'
            using errcode = 'object_not_in_prerequisite_state',
                  hint = 'Keep the extension, or drop it before the portable validators are installed.';
    end if;
    if to_regnamespace('hcw') is null then
        create schema hcw;
    end if;
end
$$;

-- The value without white space around it.
create or replace function hcw._trim(value text) returns text
language sql immutable parallel safe as $$
    select btrim(value, E' \t\n\x0b\f\r')
$$;

-- The value without white space, hyphens and dots: what counts of a value that is known to fit.
create or replace function hcw._bare(value text) returns text
language sql immutable parallel safe as $$
    select translate(value, E' \t\n\x0b\f\r-.', '')
$$;

-- The same in upper case.
create or replace function hcw._upper(value text) returns text
language sql immutable parallel safe as $$
    select upper(hcw._bare(value) collate "C")
$$;

-- The reason why a value does not fit its pattern, of the four that come first: nothing there, a
-- character outside the alphabet (as in a bracket expression) and the separators, a wrong number of
-- characters that are no separators (with no lengths, any number is), or something out of place.
create or replace function hcw._misfit(value text, alphabet text, separators text, lengths int[])
returns text
language sql immutable parallel safe as $$
    select case
        when value is null then null
        when hcw._trim(value collate "C") = '' then 'empty'
        when hcw._trim(value collate "C") !~ ('^[' || alphabet || separators || ']*$') then 'charset'
        when length(translate(hcw._trim(value), separators, '')) <> all (lengths) then 'length'
        else 'structure'
    end
$$;

-- The first of two reasons in the order in which rules look for them; a null is no reason.
create or replace function hcw._first_reason(one text, other text) returns text
language sql immutable parallel safe as $$
    select (array['empty', 'charset', 'length', 'structure', 'range', 'reserved', 'unassigned',
                  'not_billable', 'not_effective', 'checksum', 'ambiguous', 'precision',
                  'implausible'])[least(
        array_position(array['empty', 'charset', 'length', 'structure', 'range', 'reserved',
                             'unassigned', 'not_billable', 'not_effective', 'checksum',
                             'ambiguous', 'precision', 'implausible'], one collate "C"),
        array_position(array['empty', 'charset', 'length', 'structure', 'range', 'reserved',
                             'unassigned', 'not_billable', 'not_effective', 'checksum',
                             'ambiguous', 'precision', 'implausible'], other collate "C"))]
$$;

-- At most sixteen digits as one number of four bits each, so that all can be added at once.
create or replace function hcw._packed(digits text) returns bigint
language sql immutable parallel safe as $$
    select ('x' || lpad(digits, 16, '0'))::bit(64)::bigint
$$;

-- The Luhn sum of at most sixteen digits (ISO/IEC 7812-1:2017, annex B): from the right, every second
-- digit counts double with nines cast out.
create or replace function hcw._luhn_sum(digits text) returns bigint
language plpgsql immutable strict parallel safe as $$
declare
    packed bigint := hcw._packed(digits);
    -- the left digit of each pair, one to a byte
    doubled bigint := packed >> 4 & x'0f0f0f0f0f0f0f0f'::bigint;
begin
    -- Adding 3 carries into the fourth bit from 5 on. Bytes add up to the remainder by 255.
    return ((packed & x'0f0f0f0f0f0f0f0f'::bigint) + 2 * doubled
        - 9 * (doubled + x'0303030303030303'::bigint >> 3 & x'0101010101010101'::bigint)) % 255;
end
$$;

-- Whether the last of at most sixteen digits is the Luhn check digit of the others.
create or replace function hcw._luhn(digits text) returns boolean
language sql immutable parallel safe as $$
    select hcw._luhn_sum(digits) % 10 = 0
$$;

-- The same for any number of digits: sixteen is even, so each part starts at an undoubled place.
create or replace function hcw._luhn_long(digits text) returns boolean
language plpgsql immutable strict parallel safe as $$
begin
    if length(digits) <= 16 then
        return hcw._luhn(digits);
    end if;
    return sum(hcw._luhn_sum(part[1])) % 10 = 0
        from regexp_matches(
            lpad(digits, (length(digits) + 15) / 16 * 16, '0') collate "C", '[0-9]{16}', 'g') as part;
end
$$;

-- Whether the last digit is the Verhoeff check digit of the others (J. Verhoeff, Error Detecting
-- Decimal Codes, 1969): digits, permuted by their place from the right, multiply to 0 in the
-- dihedral group of order ten.
create or replace function hcw._verhoeff(digits text) returns boolean
language plpgsql immutable strict parallel safe as $$
declare
    bytes bytea := digits::bytea;
    last int := length(bytes) - 1;
    product int := 0;
begin
    for place in 0..last loop
        product := ('{0,1,2,3,4,5,6,7,8,9, 1,2,3,4,0,6,7,8,9,5, 2,3,4,0,1,7,8,9,5,6,
                      3,4,0,1,2,8,9,5,6,7, 4,0,1,2,3,9,5,6,7,8, 5,9,8,7,6,0,4,3,2,1,
                      6,5,9,8,7,1,0,4,3,2, 7,6,5,9,8,2,1,0,4,3, 8,7,6,5,9,3,2,1,0,4,
                      9,8,7,6,5,4,3,2,1,0}'::int[])[1 + 10 * product
            + ('{0,1,2,3,4,5,6,7,8,9, 1,5,7,6,2,8,3,0,9,4, 5,8,0,3,7,9,6,1,4,2,
                 8,9,1,6,0,4,3,5,2,7, 9,4,5,3,1,2,6,8,7,0, 4,2,8,6,5,7,3,9,0,1,
                 2,7,9,3,8,0,6,4,1,5, 7,0,4,6,9,1,3,2,5,8}'::int[])[
                1 + 10 * (place % 8) + get_byte(bytes, last - place) - 48]];
    end loop;
    return product = 0;
end
$$;

-- Whether ten digits weighted 10, 9 ... 1 add up to a multiple of 11.
create or replace function hcw._mod11_of_ten(digits text) returns boolean
language plpgsql immutable strict parallel safe as $$
declare
    n bigint := digits;
begin
    return (n % 10 + 2 * (n / 10 % 10) + 3 * (n / 100 % 10) + 4 * (n / 1000 % 10)
        + 5 * (n / 10000 % 10) + 6 * (n / 100000 % 10) + 7 * (n / 1000000 % 10)
        + 8 * (n / 10000000 % 10) + 9 * (n / 100000000 % 10) + 10 * (n / 1000000000)) % 11 = 0;
end
$$;

-- Folds full-width digits, no-break spaces and Unicode dashes to their ASCII twins (Unicode 16.0:
-- U+FF10-FF19; U+00A0, 2007, 202F; category Pd and U+2212, of those U+2010-2015, FE58, FE63, FF0D).
-- Validators are strict and answer charset for these characters.
create or replace function hcw.clean_text(value text) returns text
language plpgsql immutable strict parallel safe as $$
declare
    bytes bytea;
    place int := 0;
    hex text collate "C";
    cleaned text collate "C" := '';
begin
    if value collate "C" !~ E'[^\x01-\x7f]' then
        return value;
    elsif getdatabaseencoding() = 'UTF8' then
        return translate(
            value,
            (select string_agg(chr(code), '' order by code) from generate_series(65296, 65305) as code)
                || chr(160) || chr(8199) || chr(8239)
                || chr(8208) || chr(8209) || chr(8210) || chr(8211) || chr(8212) || chr(8213)
                || chr(8722) || chr(65112) || chr(65123) || chr(65293),
            '0123456789   ----------');
    end if;
    -- In other encodings the same sequences of bytes are folded.
    hex := encode(convert_to(value, getdatabaseencoding()), 'hex');
    loop
        bytes := decode(substr(hex, 1 + 2 * place, 6), 'hex');
        exit when length(bytes) = 0;
        if length(bytes) = 3 and bytes between E'\\xefbc90' and E'\\xefbc99' then
            cleaned := cleaned || '3' || right(encode(bytes, 'hex'), 1);
            place := place + 3;
        elsif bytes in (E'\\xe28087', E'\\xe280af') then
            cleaned := cleaned || '20';
            place := place + 3;
        elsif substr(bytes, 1, 2) = E'\\xc2a0' then
            cleaned := cleaned || '20';
            place := place + 2;
        elsif bytes between E'\\xe28090' and E'\\xe28095' and length(bytes) = 3
            or bytes in (E'\\xe28892', E'\\xefb998', E'\\xefb9a3', E'\\xefbc8d') then
            cleaned := cleaned || '2d';
            place := place + 3;
        else
            cleaned := cleaned || substr(hex, 1 + 2 * place, 2);
            place := place + 1;
        end if;
    end loop;
    return convert_from(decode(cleaned, 'hex'), getdatabaseencoding());
end
$$;

comment on function hcw.clean_text(text) is 'full-width digits, no-break spaces and Unicode dashes folded to ASCII';
