-- Identifiers used in the United States, and the general ones kept beside them.

-- npi: ten digits, the first 1 or 2, the last a Luhn check digit over 80840 and the others; the card
-- form of 15 digits starts with 80840. (CMS, Requirements for NPI and NPI Check Digit, 2004)
create or replace function hcw.npi_is_valid(value text) returns boolean
language sql immutable parallel safe as $$
    select case
        when value collate "C" !~ E'^[ \t-\r]*(80840)?[12][0-9]{9}[ \t-\r]*$' then false
        else hcw._luhn('80840' || right(hcw._trim(value), 10))
    end
$$;
create or replace function hcw.npi_reason(value text) returns text
language sql immutable parallel safe as $$
    select case
        when hcw.npi_is_valid(value) then null
        when value collate "C" ~ E'^[ \t-\r]*(80840)?[12][0-9]{9}[ \t-\r]*$' then 'checksum'
        when value collate "C" ~ E'^[ \t-\r]*([0-9]{10}|[0-9]{15})[ \t-\r]*$' then 'range'
        else hcw._misfit(value, '0-9', '', '{10,15}')
    end
$$;
create or replace function hcw.npi_canonical(value text) returns text
language sql immutable parallel safe as $$
    select case when hcw.npi_is_valid(value) then right(hcw._trim(value), 10) end
$$;

-- mbi: eleven characters of a fixed pattern without the letters S L O I B Z, bare or 4-3-4 with
-- hyphens. (CMS, Understanding the MBI Format, 2019)
create or replace function hcw.mbi_is_valid(value text) returns boolean
language sql immutable parallel safe as $$
    select value collate "C" ~ replace(replace(
        E'^[ \t-\r]*[1-9]LC[0-9](-LC[0-9]-|LC[0-9])LL[0-9]{2}[ \t-\r]*$',
        'L', '[AC-HJKMNP-RT-Yac-hjkmnp-rt-y]'),
        ']C', '][0-9AC-HJKMNP-RT-Yac-hjkmnp-rt-y]')
$$;
create or replace function hcw.mbi_reason(value text) returns text
language sql immutable parallel safe as $$
    select case
        when hcw.mbi_is_valid(value) then null
        else hcw._misfit(value, '0-9AC-HJKMNP-RT-Yac-hjkmnp-rt-y', '-', '{11}')
    end
$$;
create or replace function hcw.mbi_canonical(value text) returns text
language sql immutable parallel safe as $$
    select case when hcw.mbi_is_valid(value) then hcw._upper(value) end
$$;

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

-- hicn: an SSN and a beneficiary code of one or two characters, or a railroad prefix and six digits
-- or an SSN; single hyphens between the parts. Retired. (SSA, POMS GN 01050.005)
create or replace function hcw._hicn_railroad() returns text
language sql immutable parallel safe as $$
    select '([Aa]|[Cc][Aa]|[Jj][Aa]|[Hh]|[Mm][Aa]|[Mm][Hh]|[Pp][Aa]|[Pp][Hh]|[Ww][Aa]|[Ww][Dd]|[Ww][Hh]'
        || '|[Ww][Cc][Aa]|[Ww][Cc][Dd]|[Ww][Cc][Hh])'
$$;
create or replace function hcw.hicn_is_valid(value text) returns boolean
language sql immutable parallel safe as $$
    select case
        when value collate "C" !~ (E'^[ \t-\r]*('
            || hcw._ssn() || '-?[A-Za-z][A-Za-z0-9]?'
            || '|' || hcw._hicn_railroad() || '-?(' || hcw._ssn() || '|[0-9]{6})'
            || E')[ \t-\r]*$') then false
        else hcw._bare(value) collate "C" !~ '078051120|219099999|457555462'
    end
$$;
create or replace function hcw.hicn_reason(value text) returns text
language plpgsql immutable strict parallel safe as $$
declare
    trimmed text collate "C" := hcw._trim(value);
    code text collate "C" := upper(replace(trimmed, '-', ''));
begin
    if hcw.hicn_is_valid(value) then
        return null;
    elsif trimmed = '' then
        return 'empty';
    elsif trimmed !~ '^[A-Za-z0-9-]*$' then
        return 'charset';
    elsif length(code) > 12 then
        return 'length';
    elsif trimmed ~ '^([0-9]{9}|[0-9]{3}-[0-9]{2}-[0-9]{4})-?[A-Za-z][A-Za-z0-9]?$'
        or trimmed ~ ('^' || hcw._hicn_railroad() || '-?([0-9]{9}|[0-9]{3}-[0-9]{2}-[0-9]{4})$')
    then
        return case when hcw._ssn_is_reserved(substring(code from '[0-9]{9}')) then 'reserved' else 'range' end;
    elsif code ~ '^[A-Z]' then
        return case
            when code !~ ('^' || hcw._hicn_railroad() || '[0-9]*$') then
                case when length(code) < 7 then 'length' else 'structure' end
            when code !~ '^[A-Z]+([0-9]{6}|[0-9]{9})$' then 'length'
            else 'structure'
        end;
    else
        return case
            when length(code) < 9 then 'length'
            when length(code) = 9 and code !~ '^[0-9]{9}$' then 'length'
            when length(code) <= 11 then 'structure'
            else 'length'
        end;
    end if;
end
$$;
create or replace function hcw.hicn_canonical(value text) returns text
language sql immutable parallel safe as $$
    select case when hcw.hicn_is_valid(value) then hcw._upper(value) end
$$;

-- ssn: nine digits, bare or 3-2-4 with hyphens. (SSA, POMS RM 10201.035, after randomization in 2011)
create or replace function hcw.ssn_is_valid(value text) returns boolean
language sql immutable parallel safe as $$
    select case
        when value collate "C" !~ (E'^[ \t-\r]*' || hcw._ssn() || E'[ \t-\r]*$') then false
        else not hcw._ssn_is_reserved(hcw._bare(value))
    end
$$;
create or replace function hcw.ssn_reason(value text) returns text
language sql immutable parallel safe as $$
    select case
        when hcw.ssn_is_valid(value) then null
        when value collate "C" ~ (E'^[ \t-\r]*' || hcw._ssn() || E'[ \t-\r]*$') then 'reserved'
        when value collate "C" ~ E'^[ \t-\r]*([0-9]{9}|[0-9]{3}-[0-9]{2}-[0-9]{4})[ \t-\r]*$' then 'range'
        else hcw._misfit(value, '0-9', '-', '{9}')
    end
$$;
create or replace function hcw.ssn_canonical(value text) returns text
language sql immutable parallel safe as $$
    select case when hcw.ssn_is_valid(value) then hcw._bare(value) end
$$;

-- itin: nine digits, the first 9, the fourth and fifth 50-65, 70-88, 90-92 or 94-99; bare or 3-2-4
-- with hyphens. (IRS, Internal Revenue Manual 3.21.263, 2024)
create or replace function hcw.itin_is_valid(value text) returns boolean
language sql immutable parallel safe as $$
    select value collate "C" ~ (E'^[ \t-\r]*9[0-9]{2}'
        || '(-(5[0-9]|6[0-5]|7[0-9]|8[0-8]|9[0-24-9])-|(5[0-9]|6[0-5]|7[0-9]|8[0-8]|9[0-24-9]))'
        || E'[0-9]{4}[ \t-\r]*$')
$$;
create or replace function hcw.itin_reason(value text) returns text
language sql immutable parallel safe as $$
    select case
        when hcw.itin_is_valid(value) then null
        when value collate "C" ~ E'^[ \t-\r]*([0-9]{9}|[0-9]{3}-[0-9]{2}-[0-9]{4})[ \t-\r]*$' then 'range'
        else hcw._misfit(value, '0-9', '-', '{9}')
    end
$$;
create or replace function hcw.itin_canonical(value text) returns text
language sql immutable parallel safe as $$
    select case when hcw.itin_is_valid(value) then hcw._bare(value) end
$$;

-- ein: nine digits, bare or 2-7 with a hyphen, the first two a prefix that the IRS assigns from.
-- (IRS, How EINs are assigned and valid EIN prefixes, 2023)
create or replace function hcw.ein_is_valid(value text) returns boolean
language sql immutable parallel safe as $$
    select value collate "C" ~ (E'^[ \t-\r]*'
        || '(0[1-6]|1[0-6]|2[0-7]|3[0-9]|4[0-8]|5[0-9]|6[0-8]|7[1-7]|8[0-8]|9[0-589])'
        || E'-?[0-9]{7}[ \t-\r]*$')
$$;
create or replace function hcw.ein_reason(value text) returns text
language sql immutable parallel safe as $$
    select case
        when hcw.ein_is_valid(value) then null
        when value collate "C" ~ E'^[ \t-\r]*[0-9]{2}-?[0-9]{7}[ \t-\r]*$' then 'unassigned'
        else hcw._misfit(value, '0-9', '-', '{9}')
    end
$$;
create or replace function hcw.ein_canonical(value text) returns text
language sql immutable parallel safe as $$
    select case when hcw.ein_is_valid(value) then hcw._bare(value) end
$$;

-- dea: a registrant letter, a letter or 9, six digits and a check digit; a hospital's internal code
-- of up to 15 characters may follow a hyphen. (DEA, Practitioner's Manual, 2023; 21 CFR 1301.22(c))
create or replace function hcw._dea_check(digits text) returns boolean
language plpgsql immutable strict parallel safe as $$
declare
    n int := digits;
begin
    return (n / 1000000 + n / 10000 % 10 + n / 100 % 10
        + 2 * (n / 100000 % 10 + n / 1000 % 10 + n / 10 % 10)) % 10 = n % 10;
end
$$;
create or replace function hcw.dea_is_valid(value text) returns boolean
language sql immutable parallel safe as $$
    select case
        when value collate "C" !~
            E'^[ \t-\r]*[A-HJ-MPR-UXa-hj-mpr-ux][A-Za-z9][0-9]{7}(-[A-Za-z0-9]{1,15})?[ \t-\r]*$' then false
        else hcw._dea_check(substr(hcw._trim(value), 3, 7))
    end
$$;
create or replace function hcw.dea_reason(value text) returns text
language plpgsql immutable strict parallel safe as $$
declare
    trimmed text collate "C" := hcw._trim(value);
    hyphen int := strpos(trimmed, '-');
begin
    return case
        when hcw.dea_is_valid(value) then null
        when trimmed = '' then 'empty'
        when trimmed !~ '^[A-Za-z0-9-]*$' then 'charset'
        when hyphen = 0 and length(trimmed) <> 9 then 'length'
        when hyphen not in (0, 10) then 'structure'
        when trimmed ~ '-.*-|-$' then 'structure'
        when length(trimmed) > 25 then 'length'
        when trimmed !~ '^[A-HJ-MPR-UXa-hj-mpr-ux][A-Za-z9][0-9]{7}' then 'structure'
        else 'checksum'
    end;
end
$$;
create or replace function hcw.dea_canonical(value text) returns text
language sql immutable parallel safe as $$
    select case when hcw.dea_is_valid(value) then upper(hcw._trim(value) collate "C") end
$$;

-- clia: two digits for the state, D, seven digits. (CMS Pub. 100-04, chapter 16, section 70.2)
create or replace function hcw.clia_is_valid(value text) returns boolean
language sql immutable parallel safe as $$
    select value collate "C" ~ E'^[ \t-\r]*[0-9]{2}[Dd][0-9]{7}[ \t-\r]*$'
$$;
create or replace function hcw.clia_reason(value text) returns text
language sql immutable parallel safe as $$
    select case
        when hcw.clia_is_valid(value) then null
        else hcw._misfit(value, 'A-Za-z0-9', '', '{10}')
    end
$$;
create or replace function hcw.clia_canonical(value text) returns text
language sql immutable parallel safe as $$
    select case when hcw.clia_is_valid(value) then hcw._upper(value) end
$$;

-- ccn: a state code (00-99 without 60-63 and 98, A0-A9, B0-B2), then four characters of a facility
-- (digits but 0000, of which the last may be E or F; or a letter of its kind and three digits), or
-- C, D or X and seven digits of a supplier. (CMS Pub. 100-07, section 2779A; S&C 16-09)
create or replace function hcw.ccn_is_valid(value text) returns boolean
language sql immutable parallel safe as $$
    select value collate "C" ~ (E'^[ \t-\r]*'
        || '([0-57][0-9]|6[4-9]|8[0-9]|9[0-79]|[Aa][0-9]|[Bb][0-2])'
        || '([0-9]{3}[1-9EFef]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000'
        || '|[ABE-HJ-MPR-UWZabe-hj-mpr-uwz][0-9]{3}|[CDXcdx][0-9]{7})'
        || E'[ \t-\r]*$')
$$;
create or replace function hcw.ccn_reason(value text) returns text
language sql immutable parallel safe as $$
    select case
        when hcw.ccn_is_valid(value) then null
        when value collate "C" ~ (E'^[ \t-\r]*[A-Za-z0-9][0-9]'
            || '([0-9]{3}[0-9EFef]|[ABE-HJ-MPR-UWZabe-hj-mpr-uwz][0-9]{3}|[CDXcdx][0-9]{7})'
            || E'[ \t-\r]*$') then 'unassigned'
        else hcw._misfit(value, 'A-Za-z0-9', '', '{6,10}')
    end
$$;
create or replace function hcw.ccn_canonical(value text) returns text
language sql immutable parallel safe as $$
    select case when hcw.ccn_is_valid(value) then hcw._upper(value) end
$$;

-- nucc_taxonomy: a digit, eight letters or digits, X. (NUCC, Health Care Provider Taxonomy, 24.1)
create or replace function hcw.nucc_taxonomy_is_valid(value text) returns boolean
language sql immutable parallel safe as $$
    select value collate "C" ~ E'^[ \t-\r]*[0-9][A-Za-z0-9]{8}[Xx][ \t-\r]*$'
$$;
create or replace function hcw.nucc_taxonomy_reason(value text) returns text
language sql immutable parallel safe as $$
    select case
        when hcw.nucc_taxonomy_is_valid(value) then null
        else hcw._misfit(value, 'A-Za-z0-9', '', '{10}')
    end
$$;
create or replace function hcw.nucc_taxonomy_canonical(value text) returns text
language sql immutable parallel safe as $$
    select case when hcw.nucc_taxonomy_is_valid(value) then hcw._upper(value) end
$$;

-- mrn: 3 to 32 letters, digits, hyphens, dots, underscores; all zeros and all nines are fillers.
-- Case and leading zeros are kept. (HL7 version 2.9, chapter 2A, data type CX)
create or replace function hcw.mrn_is_valid(value text) returns boolean
language sql immutable parallel safe as $$
    select case
        when value collate "C" !~ E'^[ \t-\r]*[A-Za-z0-9._-]{3,32}[ \t-\r]*$' then false
        else btrim(value collate "C", E'0 \t\n\x0b\f\r') <> ''
            and btrim(value collate "C", E'9 \t\n\x0b\f\r') <> ''
    end
$$;
create or replace function hcw.mrn_reason(value text) returns text
language sql immutable parallel safe as $$
    select case
        when hcw.mrn_is_valid(value) then null
        when value collate "C" ~ E'^[ \t-\r]*[A-Za-z0-9._-]{3,32}[ \t-\r]*$' then 'reserved'
        else hcw._misfit(value, 'A-Za-z0-9._-', '', '{}')
    end
$$;
create or replace function hcw.mrn_canonical(value text) returns text
language sql immutable parallel safe as $$
    select case when hcw.mrn_is_valid(value) then hcw._trim(value) end
$$;

-- us_zip: five digits from 00501 to 99950, or ZIP+4 with a hyphen, a space or nothing before the
-- last four. (USPS, Publication 28, section 211, 2024)
create or replace function hcw.us_zip_is_valid(value text) returns boolean
language sql immutable parallel safe as $$
    select value collate "C" ~ (E'^[ \t-\r]*'
        || '(0050[1-9]|005[1-9][0-9]|00[6-9][0-9]{2}|0[1-9][0-9]{3}|[1-8][0-9]{4}'
        || '|9[0-8][0-9]{3}|99[0-8][0-9]{2}|999[0-4][0-9]|99950)'
        || E'([- ]?[0-9]{4})?[ \t-\r]*$')
$$;
create or replace function hcw.us_zip_reason(value text) returns text
language sql immutable parallel safe as $$
    select case
        when hcw.us_zip_is_valid(value) then null
        when value collate "C" ~ E'^[ \t-\r]*[0-9]{5}([- ]?[0-9]{4})?[ \t-\r]*$' then 'unassigned'
        else hcw._misfit(value, '0-9', ' -', '{5,9}')
    end
$$;
create or replace function hcw.us_zip_canonical(value text) returns text
language sql immutable parallel safe as $$
    select case
        when hcw.us_zip_is_valid(value) then
            rtrim(left(hcw._trim(value), 5) || '-' || substr(hcw._bare(value), 6), '-')
    end
$$;

-- us_state: the two letters of the USPS, the full name, or the two digits of INCITS 38.
-- (USPS, Publication 28, appendix B, 2024)
create or replace function hcw._us_states() returns jsonb
language sql immutable parallel safe as $$
    select '{
        "al": "AL", "01": "AL", "alabama": "AL", "ak": "AK", "02": "AK", "alaska": "AK",
        "az": "AZ", "04": "AZ", "arizona": "AZ", "ar": "AR", "05": "AR", "arkansas": "AR",
        "ca": "CA", "06": "CA", "california": "CA", "co": "CO", "08": "CO", "colorado": "CO",
        "ct": "CT", "09": "CT", "connecticut": "CT", "de": "DE", "10": "DE", "delaware": "DE",
        "dc": "DC", "11": "DC", "district of columbia": "DC", "fl": "FL", "12": "FL", "florida": "FL",
        "ga": "GA", "13": "GA", "georgia": "GA", "hi": "HI", "15": "HI", "hawaii": "HI",
        "id": "ID", "16": "ID", "idaho": "ID", "il": "IL", "17": "IL", "illinois": "IL",
        "in": "IN", "18": "IN", "indiana": "IN", "ia": "IA", "19": "IA", "iowa": "IA",
        "ks": "KS", "20": "KS", "kansas": "KS", "ky": "KY", "21": "KY", "kentucky": "KY",
        "la": "LA", "22": "LA", "louisiana": "LA", "me": "ME", "23": "ME", "maine": "ME",
        "md": "MD", "24": "MD", "maryland": "MD", "ma": "MA", "25": "MA", "massachusetts": "MA",
        "mi": "MI", "26": "MI", "michigan": "MI", "mn": "MN", "27": "MN", "minnesota": "MN",
        "ms": "MS", "28": "MS", "mississippi": "MS", "mo": "MO", "29": "MO", "missouri": "MO",
        "mt": "MT", "30": "MT", "montana": "MT", "ne": "NE", "31": "NE", "nebraska": "NE",
        "nv": "NV", "32": "NV", "nevada": "NV", "nh": "NH", "33": "NH", "new hampshire": "NH",
        "nj": "NJ", "34": "NJ", "new jersey": "NJ", "nm": "NM", "35": "NM", "new mexico": "NM",
        "ny": "NY", "36": "NY", "new york": "NY", "nc": "NC", "37": "NC", "north carolina": "NC",
        "nd": "ND", "38": "ND", "north dakota": "ND", "oh": "OH", "39": "OH", "ohio": "OH",
        "ok": "OK", "40": "OK", "oklahoma": "OK", "or": "OR", "41": "OR", "oregon": "OR",
        "pa": "PA", "42": "PA", "pennsylvania": "PA", "ri": "RI", "44": "RI", "rhode island": "RI",
        "sc": "SC", "45": "SC", "south carolina": "SC", "sd": "SD", "46": "SD", "south dakota": "SD",
        "tn": "TN", "47": "TN", "tennessee": "TN", "tx": "TX", "48": "TX", "texas": "TX",
        "ut": "UT", "49": "UT", "utah": "UT", "vt": "VT", "50": "VT", "vermont": "VT",
        "va": "VA", "51": "VA", "virginia": "VA", "wa": "WA", "53": "WA", "washington": "WA",
        "wv": "WV", "54": "WV", "west virginia": "WV", "wi": "WI", "55": "WI", "wisconsin": "WI",
        "wy": "WY", "56": "WY", "wyoming": "WY", "as": "AS", "60": "AS", "american samoa": "AS",
        "fm": "FM", "64": "FM", "federated states of micronesia": "FM", "gu": "GU", "66": "GU",
        "guam": "GU", "mh": "MH", "68": "MH", "marshall islands": "MH", "mp": "MP", "69": "MP",
        "northern mariana islands": "MP", "pw": "PW", "70": "PW", "palau": "PW", "pr": "PR",
        "72": "PR", "puerto rico": "PR", "vi": "VI", "78": "VI", "virgin islands": "VI",
        "aa": "AA", "armed forces americas": "AA", "ae": "AE", "armed forces europe": "AE",
        "ap": "AP", "armed forces pacific": "AP"
    }'::jsonb
$$;
create or replace function hcw.us_state_is_valid(value text) returns boolean
language sql immutable parallel safe as $$
    select hcw._us_states() ? lower(hcw._trim(value) collate "C")
$$;
create or replace function hcw.us_state_reason(value text) returns text
language sql immutable parallel safe as $$
    select case
        when hcw.us_state_is_valid(value) then null
        when value collate "C" ~ E'^[ \t-\r]*([0-9]{2}|[A-Za-z][A-Za-z ]{0,28}[A-Za-z])[ \t-\r]*$' then 'unassigned'
        when value collate "C" ~ '[0-9]' then hcw._misfit(value, 'A-Za-z0-9 ', '', '{2}')
        else hcw._misfit(value, 'A-Za-z0-9 ', '', '{}')
    end
$$;
create or replace function hcw.us_state_canonical(value text) returns text
language sql immutable parallel safe as $$
    select hcw._us_states() ->> lower(hcw._trim(value) collate "C")
$$;

-- phone_e164: canonical is + and the digits. Without + a number is North American (a leading 1 may
-- stand), or international after 011. An extension (x12, ext. 12) is set apart. Brackets may
-- enclose digits once; single spaces, dots, hyphens stand between digits. (ITU-T E.164, 2010; NANP)
-- Gives the canonical text, or the reason.
create or replace function hcw._read_phone(value text) returns text
language plpgsql immutable strict parallel safe as $$
declare
    trimmed text collate "C" := hcw._trim(value);
    -- before the first letter, and from there on
    main text collate "C" := substring(trimmed from '^[^A-Za-z]*');
    tail text collate "C" := substr(trimmed, length(main) + 1);
    digits text collate "C" := translate(main, ' .-()+', '');
    international boolean := main like '+%' or digits like '011%';
    subscriber text collate "C";
    extension text collate "C";
begin
    if trimmed = '' then
        return 'empty';
    elsif trimmed !~ '^[0-9 .()+extEXT-]*$' then
        return 'charset';
    elsif length(digits) > 18 then
        return 'length';
    end if;
    subscriber := case
        when main like '+%' then digits
        when digits like '011%' then substr(digits, 4)
        when digits ~ '^1[0-9]{10}$' then substr(digits, 2)
        else digits
    end;
    if (case
        when international and subscriber like '1%' then length(subscriber) <> 11
        when international then length(subscriber) not between 7 and 15
        else length(subscriber) <> 10
    end) then
        return 'length';
    end if;
    if tail <> '' then
        extension := substring(tail from '^(?:[Ee][Xx][Tt]|[Xx])[.]? ?([0-9]+)$');
        if extension is null then
            return 'structure';
        elsif length(extension) > 15 then
            return 'length';
        end if;
    end if;
    if main !~ replace(
        '^[+]?(SPACED|(SPACED[ .-]?)?[(][0-9]+[)][ .-]?SPACED) ?$', 'SPACED', '[0-9]([ .-]?[0-9])*')
    then
        return 'structure';
    end if;
    if subscriber like '0%'
        or (subscriber like '1%' and international and subscriber !~ '^1[2-9][0-9]{2}[2-9]([0-9][02-9]|[02-9]1)')
        or (not international and subscriber !~ '^[2-9][0-9]{2}[2-9]([0-9][02-9]|[02-9]1)')
    then
        return 'range';
    end if;
    return '+' || case when international then '' else '1' end || subscriber;
end
$$;
create or replace function hcw.phone_e164_is_valid(value text) returns boolean
language sql immutable parallel safe as $$
    select hcw._read_phone(value) collate "C" like '+%'
$$;
create or replace function hcw.phone_e164_reason(value text) returns text
language sql immutable parallel safe as $$
    select substring(hcw._read_phone(value) collate "C" from '^[a-z]+')
$$;
create or replace function hcw.phone_e164_canonical(value text) returns text
language sql immutable parallel safe as $$
    select substring(hcw._read_phone(value) collate "C" from '^[+].*')
$$;

-- email: atoms of at most 64 characters with single dots, @, and a domain of at least two labels of
-- at most 63 characters; 254 in all. The domain is lower-cased. (RFC 5322 section 3.2.3; RFC 5321
-- sections 4.1.2 and 4.5.3.1)
create or replace function hcw.email_is_valid(value text) returns boolean
language sql immutable parallel safe as $$
    select case
        when value collate "C" !~ (E'^[ \t-\r]*'
            || '[A-Za-z0-9!#$%&''*+/=?^_`{|}~-]+([.][A-Za-z0-9!#$%&''*+/=?^_`{|}~-]+)*'
            || '@[A-Za-z0-9]+(-+[A-Za-z0-9]+)*([.][A-Za-z0-9]+(-+[A-Za-z0-9]+)*)+'
            || E'[ \t-\r]*$') then false
        else length(hcw._trim(value)) <= 254
            and strpos(hcw._trim(value) collate "C", '@') <= 65
            and hcw._trim(value) collate "C" !~ '@.*[^.]{64}'
    end
$$;
create or replace function hcw.email_reason(value text) returns text
language plpgsql immutable strict parallel safe as $$
declare
    trimmed text collate "C" := hcw._trim(value);
    at_sign int := strpos(trimmed, '@');
begin
    return case
        when hcw.email_is_valid(value) then null
        when trimmed = '' then 'empty'
        when trimmed !~ '^[A-Za-z0-9!#$%&''*+/=?^_`{|}~.@-]*$' then 'charset'
        when length(trimmed) > 254 then 'length'
        when at_sign = 0 then 'structure'
        when at_sign > 65 then 'length'
        when substr(trimmed, at_sign + 1) ~ '[^.]{64}' then 'length'
        else 'structure'
    end;
end
$$;
create or replace function hcw.email_canonical(value text) returns text
language sql immutable parallel safe as $$
    select case
        when hcw.email_is_valid(value) then
            split_part(hcw._trim(value) collate "C", '@', 1) || '@'
            || lower(split_part(hcw._trim(value) collate "C", '@', 2))
    end
$$;

-- uuid: 32 hexadecimal digits, bare or 8-4-4-4-12, in braces or not, after urn:uuid: or not; not all
-- zero. (RFC 9562, sections 4 and 5.9, 2024)
create or replace function hcw._uuid_body(value text) returns text
language sql immutable parallel safe as $$
    select regexp_replace(
        regexp_replace(hcw._trim(value) collate "C", '^[Uu][Rr][Nn]:[Uu][Uu][Ii][Dd]:', ''),
        '^[{](.*)[}]$', E'\\1')
$$;
create or replace function hcw.uuid_is_valid(value text) returns boolean
language sql immutable parallel safe as $$
    select case
        when value collate "C" !~ replace(replace(
            E'^[ \t-\r]*([Uu][Rr][Nn]:[Uu][Uu][Ii][Dd]:)?([{]BODY[}]|BODY)[ \t-\r]*$',
            'BODY', '(H{32}|H{8}-H{4}-H{4}-H{4}-H{12})'),
            'H', '[0-9A-Fa-f]') then false
        else hcw._uuid_body(value) collate "C" ~ '[1-9A-Fa-f]'
    end
$$;
create or replace function hcw.uuid_reason(value text) returns text
language plpgsql immutable strict parallel safe as $$
declare
    body text collate "C" := hcw._uuid_body(value);
begin
    return case
        when hcw.uuid_is_valid(value) then null
        when hcw._trim(value collate "C") = '' then 'empty'
        when body !~ '^[0-9A-Fa-f{}-]*$' then 'charset'
        when length(translate(body, '{}-', '')) <> 32 then 'length'
        when body !~ '^([0-9A-Fa-f]{32}|[^-]{8}-[^-]{4}-[^-]{4}-[^-]{4}-[^-]{12})$' or body ~ '[{}]' then 'structure'
        else 'reserved'
    end;
end
$$;
create or replace function hcw.uuid_canonical(value text) returns text
language sql immutable parallel safe as $$
    select case
        when hcw.uuid_is_valid(value) then
            regexp_replace(
                lower(replace(hcw._uuid_body(value) collate "C", '-', '')),
                '^(.{8})(.{4})(.{4})(.{4})(.{12})$', E'\\1-\\2-\\3-\\4-\\5')
    end
$$;

-- oid: at least two arcs of digits without leading zeros, the first 0-2, the second below 40 under 0
-- and 1; urn:oid: may stand in front. (ITU-T X.660, section 7, 2011; RFC 3061)
create or replace function hcw._oid_body(value text) returns text
language sql immutable parallel safe as $$
    select regexp_replace(hcw._trim(value) collate "C", '^[Uu][Rr][Nn]:[Oo][Ii][Dd]:', '')
$$;
create or replace function hcw.oid_is_valid(value text) returns boolean
language sql immutable parallel safe as $$
    select value collate "C" ~ (E'^[ \t-\r]*([Uu][Rr][Nn]:[Oo][Ii][Dd]:)?'
        || '([01][.]([0-9]|[1-3][0-9])|2[.](0|[1-9][0-9]*))([.](0|[1-9][0-9]*))*'
        || E'[ \t-\r]*$')
$$;
create or replace function hcw.oid_reason(value text) returns text
language plpgsql immutable strict parallel safe as $$
declare
    body text collate "C" := hcw._oid_body(value);
begin
    return case
        when hcw.oid_is_valid(value) then null
        when hcw._trim(value collate "C") = '' then 'empty'
        when body !~ '^[0-9.]*$' then 'charset'
        when body !~ '^(0|[1-9][0-9]*)([.](0|[1-9][0-9]*))+$' then 'structure'
        else 'range'
    end;
end
$$;
create or replace function hcw.oid_canonical(value text) returns text
language sql immutable parallel safe as $$
    select case when hcw.oid_is_valid(value) then hcw._oid_body(value) end
$$;
