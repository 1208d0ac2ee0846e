-- Identifiers of other countries, of things, and plain check-digit algorithms.

-- nhs_number: ten digits, bare or 3-3-4 with spaces or hyphens, the last a modulo-11 check digit;
-- not all zero. (NHS Data Model and Dictionary, NHS NUMBER, 2024)
create or replace function hcw.nhs_number_is_valid(value text) returns boolean
language sql immutable parallel safe as $$
    select case
        when value collate "C" !~
            E'^[ \t-\r]*[0-9]{3}([0-9]{3}|-[0-9]{3}-| [0-9]{3} )[0-9]{4}[ \t-\r]*$' then false
        else hcw._mod11_of_ten(hcw._bare(value)) and hcw._bare(value) collate "C" <> '0000000000'
    end
$$;
create or replace function hcw.nhs_number_reason(value text) returns text
language sql immutable parallel safe as $$
    select case
        when hcw.nhs_number_is_valid(value) then null
        when value collate "C" ~ E'^[ \t-\r]*[0-9]{3}([0-9]{3}|-[0-9]{3}-| [0-9]{3} )[0-9]{4}[ \t-\r]*$' then
            case when hcw._bare(value) collate "C" = '0000000000' then 'reserved' else 'checksum' end
        else hcw._misfit(value, '0-9', ' -', '{10}')
    end
$$;
create or replace function hcw.nhs_number_canonical(value text) returns text
language sql immutable parallel safe as $$
    select case when hcw.nhs_number_is_valid(value) then hcw._bare(value) end
$$;

-- ca_bc_phn: ten digits, the first 9, the last a modulo-11 check digit with powers of two as
-- weights. (British Columbia Ministry of Health, Conformance Standards volume 4B, 2022)
create or replace function hcw._ca_bc_phn_check(digits text) returns boolean
language plpgsql immutable strict parallel safe as $$
declare
    n bigint := digits;
begin
    return (n % 10 + 3 * (n / 10 % 10) + 7 * (n / 100 % 10) + 9 * (n / 1000 % 10)
        + 10 * (n / 10000 % 10) + 5 * (n / 100000 % 10) + 8 * (n / 1000000 % 10)
        + 4 * (n / 10000000 % 10) + 2 * (n / 100000000 % 10)) % 11 = 0;
end
$$;
create or replace function hcw.ca_bc_phn_is_valid(value text) returns boolean
language sql immutable parallel safe as $$
    select case
        when value collate "C" !~ E'^[ \t-\r]*9[0-9]{9}[ \t-\r]*$' then false
        else hcw._ca_bc_phn_check(hcw._trim(value))
    end
$$;
create or replace function hcw.ca_bc_phn_reason(value text) returns text
language sql immutable parallel safe as $$
    select case
        when hcw.ca_bc_phn_is_valid(value) then null
        when value collate "C" ~ E'^[ \t-\r]*9[0-9]{9}[ \t-\r]*$' then 'checksum'
        when value collate "C" ~ E'^[ \t-\r]*[0-9]{10}[ \t-\r]*$' then 'range'
        else hcw._misfit(value, '0-9', '', '{10}')
    end
$$;
create or replace function hcw.ca_bc_phn_canonical(value text) returns text
language sql immutable parallel safe as $$
    select case when hcw.ca_bc_phn_is_valid(value) then hcw._trim(value) end
$$;

-- ca_on_hcn: ten digits, the first not 0, the last a Luhn check digit, then a version code of two
-- letters or nothing; bare or 4-3-3-2 with hyphens or spaces. (Ontario Ministry of Health, Technical
-- Specification: Health Card Validation, 2023)
create or replace function hcw.ca_on_hcn_is_valid(value text) returns boolean
language sql immutable parallel safe as $$
    select case
        when value collate "C" !~ (E'^[ \t-\r]*[1-9][0-9]{3}'
            || '([0-9]{6}([A-Za-z]{2})?|-[0-9]{3}-[0-9]{3}(-[A-Za-z]{2})?| [0-9]{3} [0-9]{3}( [A-Za-z]{2})?)'
            || E'[ \t-\r]*$') then false
        else hcw._luhn(left(hcw._bare(value), 10))
    end
$$;
create or replace function hcw.ca_on_hcn_reason(value text) returns text
language plpgsql immutable strict parallel safe as $$
declare
    trimmed text collate "C" := hcw._trim(value);
    number text collate "C" := rtrim(trimmed, 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz');
begin
    return case
        when hcw.ca_on_hcn_is_valid(value) then null
        when trimmed = '' then 'empty'
        when number !~ '^[0-9 -]*$' then 'charset'
        when length(translate(number, ' -', '')) <> 10 then 'length'
        when length(trimmed) - length(number) not in (0, 2) then 'length'
        when trimmed !~ (
            '^([0-9]{10}([A-Za-z]{2})?|[0-9]{4}-[0-9]{3}-[0-9]{3}(-[A-Za-z]{2})?'
            || '|[0-9]{4} [0-9]{3} [0-9]{3}( [A-Za-z]{2})?)$') then 'structure'
        when trimmed like '0%' then 'range'
        else 'checksum'
    end;
end
$$;
create or replace function hcw.ca_on_hcn_canonical(value text) returns text
language sql immutable parallel safe as $$
    select case when hcw.ca_on_hcn_is_valid(value) then hcw._upper(value) end
$$;

-- au_ihi, au_hpii, au_hpio: sixteen digits starting 800360, 800361, 800362, the last a Luhn check
-- digit. (HL7 Australia, AU Base Implementation Guide 4.1.0; Healthcare Identifiers Act 2010)
create or replace function hcw.au_ihi_is_valid(value text) returns boolean
language sql immutable parallel safe as $$
    select case
        when value collate "C" !~ E'^[ \t-\r]*800360[0-9]{10}[ \t-\r]*$' then false
        else hcw._luhn(hcw._trim(value))
    end
$$;
create or replace function hcw.au_ihi_reason(value text) returns text
language sql immutable parallel safe as $$
    select case
        when hcw.au_ihi_is_valid(value) then null
        when value collate "C" ~ E'^[ \t-\r]*800360[0-9]{10}[ \t-\r]*$' then 'checksum'
        when value collate "C" ~ E'^[ \t-\r]*[0-9]{16}[ \t-\r]*$' then 'range'
        else hcw._misfit(value, '0-9', '', '{16}')
    end
$$;
create or replace function hcw.au_ihi_canonical(value text) returns text
language sql immutable parallel safe as $$
    select case when hcw.au_ihi_is_valid(value) then hcw._trim(value) end
$$;
create or replace function hcw.au_hpii_is_valid(value text) returns boolean
language sql immutable parallel safe as $$
    select case
        when value collate "C" !~ E'^[ \t-\r]*800361[0-9]{10}[ \t-\r]*$' then false
        else hcw._luhn(hcw._trim(value))
    end
$$;
create or replace function hcw.au_hpii_reason(value text) returns text
language sql immutable parallel safe as $$
    select case
        when hcw.au_hpii_is_valid(value) then null
        when value collate "C" ~ E'^[ \t-\r]*800361[0-9]{10}[ \t-\r]*$' then 'checksum'
        when value collate "C" ~ E'^[ \t-\r]*[0-9]{16}[ \t-\r]*$' then 'range'
        else hcw._misfit(value, '0-9', '', '{16}')
    end
$$;
create or replace function hcw.au_hpii_canonical(value text) returns text
language sql immutable parallel safe as $$
    select case when hcw.au_hpii_is_valid(value) then hcw._trim(value) end
$$;
create or replace function hcw.au_hpio_is_valid(value text) returns boolean
language sql immutable parallel safe as $$
    select case
        when value collate "C" !~ E'^[ \t-\r]*800362[0-9]{10}[ \t-\r]*$' then false
        else hcw._luhn(hcw._trim(value))
    end
$$;
create or replace function hcw.au_hpio_reason(value text) returns text
language sql immutable parallel safe as $$
    select case
        when hcw.au_hpio_is_valid(value) then null
        when value collate "C" ~ E'^[ \t-\r]*800362[0-9]{10}[ \t-\r]*$' then 'checksum'
        when value collate "C" ~ E'^[ \t-\r]*[0-9]{16}[ \t-\r]*$' then 'range'
        else hcw._misfit(value, '0-9', '', '{16}')
    end
$$;
create or replace function hcw.au_hpio_canonical(value text) returns text
language sql immutable parallel safe as $$
    select case when hcw.au_hpio_is_valid(value) then hcw._trim(value) end
$$;

-- au_medicare: ten digits, the first 2-6, the ninth a check digit over the first eight, the tenth
-- the issue; an eleventh (1-9) numbers the person. (METeOR 270101)
create or replace function hcw._au_medicare_check(digits text) returns boolean
language plpgsql immutable strict parallel safe as $$
declare
    n int := left(digits, 9);
begin
    return (n / 100000000 + 3 * (n / 10000000 % 10) + 7 * (n / 1000000 % 10)
        + 9 * (n / 100000 % 10) + n / 10000 % 10 + 3 * (n / 1000 % 10) + 7 * (n / 100 % 10)
        + 9 * (n / 10 % 10)) % 10 = n % 10;
end
$$;
create or replace function hcw.au_medicare_is_valid(value text) returns boolean
language sql immutable parallel safe as $$
    select case
        when value collate "C" !~ E'^[ \t-\r]*[2-6][0-9]{9}[1-9]?[ \t-\r]*$' then false
        else hcw._au_medicare_check(hcw._trim(value))
    end
$$;
create or replace function hcw.au_medicare_reason(value text) returns text
language sql immutable parallel safe as $$
    select case
        when hcw.au_medicare_is_valid(value) then null
        when value collate "C" ~ E'^[ \t-\r]*[2-6][0-9]{9}[1-9]?[ \t-\r]*$' then 'checksum'
        when value collate "C" ~ E'^[ \t-\r]*[0-9]{10,11}[ \t-\r]*$' then 'range'
        else hcw._misfit(value, '0-9', '', '{10,11}')
    end
$$;
create or replace function hcw.au_medicare_canonical(value text) returns text
language sql immutable parallel safe as $$
    select case when hcw.au_medicare_is_valid(value) then hcw._trim(value) end
$$;

-- gtin: 8, 12, 13 or 14 digits, the last a check digit; single hyphens or single spaces may stand
-- between digits; canonical is padded to 14. (GS1 General Specifications 24.0, section 7.9)
create or replace function hcw._gtin_check(digits text) returns boolean
language plpgsql immutable strict parallel safe as $$
declare
    packed bigint := hcw._packed(digits);
begin
    -- The left digit of each pair counts three times. Bytes add up to the remainder by 255.
    return ((packed & x'0f0f0f0f0f0f0f0f'::bigint)
        + 3 * (packed >> 4 & x'0f0f0f0f0f0f0f0f'::bigint)) % 255 % 10 = 0;
end
$$;
create or replace function hcw.gtin_is_valid(value text) returns boolean
language sql immutable parallel safe as $$
    select case
        when value collate "C" !~ (E'^[ \t-\r]*'
            || '[0-9]((-?[0-9]){7}|( ?[0-9]){7}|(-?[0-9]){11,13}|( ?[0-9]){11,13})'
            || E'[ \t-\r]*$') then false
        else hcw._gtin_check(hcw._bare(value)) and hcw._bare(value) collate "C" ~ '[1-9]'
    end
$$;
create or replace function hcw.gtin_reason(value text) returns text
language sql immutable parallel safe as $$
    select case
        when hcw.gtin_is_valid(value) then null
        when value collate "C" ~ (E'^[ \t-\r]*'
            || '[0-9]((-?[0-9]){7}|( ?[0-9]){7}|(-?[0-9]){11,13}|( ?[0-9]){11,13})'
            || E'[ \t-\r]*$') then
            case when value collate "C" ~ '[1-9]' then 'checksum' else 'reserved' end
        else hcw._misfit(value, '0-9', ' -', '{8,12,13,14}')
    end
$$;
create or replace function hcw.gtin_canonical(value text) returns text
language sql immutable parallel safe as $$
    select case when hcw.gtin_is_valid(value) then lpad(hcw._bare(value), 14, '0') end
$$;

-- luhn: digits that end in a Luhn check digit. (ISO/IEC 7812-1:2017, annex B)
create or replace function hcw.luhn_is_valid(value text) returns boolean
language sql immutable parallel safe as $$
    select case
        when value collate "C" !~ E'^[ \t-\r]*[0-9]+[ \t-\r]*$' then false
        else hcw._luhn_long(hcw._trim(value))
    end
$$;
create or replace function hcw.luhn_reason(value text) returns text
language sql immutable parallel safe as $$
    select case
        when hcw.luhn_is_valid(value) then null
        when value collate "C" ~ E'^[ \t-\r]*[0-9]+[ \t-\r]*$' then 'checksum'
        else hcw._misfit(value, '0-9', '', '{}')
    end
$$;
create or replace function hcw.luhn_canonical(value text) returns text
language sql immutable parallel safe as $$
    select case when hcw.luhn_is_valid(value) then hcw._trim(value) end
$$;

-- verhoeff: digits that end in a Verhoeff check digit. (J. Verhoeff, Error Detecting Decimal Codes,
-- Mathematical Centre Tracts 29, 1969)
create or replace function hcw.verhoeff_is_valid(value text) returns boolean
language sql immutable parallel safe as $$
    select case
        when value collate "C" !~ E'^[ \t-\r]*[0-9]+[ \t-\r]*$' then false
        else hcw._verhoeff(hcw._trim(value))
    end
$$;
create or replace function hcw.verhoeff_reason(value text) returns text
language sql immutable parallel safe as $$
    select case
        when hcw.verhoeff_is_valid(value) then null
        when value collate "C" ~ E'^[ \t-\r]*[0-9]+[ \t-\r]*$' then 'checksum'
        else hcw._misfit(value, '0-9', '', '{}')
    end
$$;
create or replace function hcw.verhoeff_canonical(value text) returns text
language sql immutable parallel safe as $$
    select case when hcw.verhoeff_is_valid(value) then hcw._trim(value) end
$$;
