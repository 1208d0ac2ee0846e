-- Codes for diagnoses, procedures, observations, drugs and people.

-- icd10cm: a letter, two letters or digits, and up to four more after an optional dot; canonical is
-- dotted. Which codes are leaves, only a table knows. (CDC/NCHS and CMS, ICD-10-CM Official
-- Guidelines, section I.A, FY2026)
create or replace function hcw.icd10cm_is_valid(value text) returns boolean
language sql immutable parallel safe as $$
    select value collate "C" ~
        E'^[ \t-\r]*[A-Za-z][A-Za-z0-9]{2}([.]?[A-Za-z0-9]{1,4})?[ \t-\r]*$'
$$;
create or replace function hcw.icd10cm_reason(value text) returns text
language sql immutable parallel safe as $$
    select case
        when hcw.icd10cm_is_valid(value) then null
        else hcw._misfit(value, 'A-Za-z0-9', '.', '{3,4,5,6,7}')
    end
$$;
-- A code with a dot after its third character, if anything follows; without one it gets one.
create or replace function hcw._dotted(code text, place int) returns text
language sql immutable parallel safe as $$
    select rtrim(left(code, place) || '.' || substr(code, place + 1), '.')
$$;
create or replace function hcw.icd10cm_canonical(value text) returns text
language sql immutable parallel safe as $$
    select case when hcw.icd10cm_is_valid(value) then hcw._dotted(hcw._upper(value), 3) end
$$;

-- icd10cm_on_date: code|yyyy-mm-dd; canonical is the code. Without a table, each half for itself.
create or replace function hcw.icd10cm_on_date_is_valid(value text) returns boolean
language sql immutable parallel safe as $$
    select value collate "C" ~ (
        E'^[ \t-\r]*[A-Za-z][A-Za-z0-9]{2}([.]?[A-Za-z0-9]{1,4})?[ \t-\r]*[|]'
        || E'[ \t-\r]*' || hcw._day('-') || E'[ \t-\r]*$')
$$;
create or replace function hcw.icd10cm_on_date_reason(value text) returns text
language plpgsql immutable strict parallel safe as $$
declare
    bar int := strpos(value collate "C", '|');
begin
    if hcw._trim(value collate "C") = '' then
        return 'empty';
    elsif bar = 0 then
        return hcw._first_reason(hcw.icd10cm_reason(value), 'structure');
    end if;
    return hcw._first_reason(
        replace(hcw.icd10cm_reason(left(value collate "C", bar - 1)), 'empty', 'structure'),
        replace(hcw._full_date_reason(substr(value collate "C", bar + 1)), 'empty', 'structure'));
end
$$;
create or replace function hcw.icd10cm_on_date_canonical(value text) returns text
language sql immutable parallel safe as $$
    select case
        when hcw.icd10cm_on_date_is_valid(value) then
            hcw.icd10cm_canonical(split_part(value collate "C", '|', 1))
    end
$$;

-- icd10pcs: seven letters or digits but I and O, the first a section. (CMS, ICD-10-PCS Official
-- Guidelines, section A, FY2026)
create or replace function hcw.icd10pcs_is_valid(value text) returns boolean
language sql immutable parallel safe as $$
    select value collate "C" ~ E'^[ \t-\r]*[0-9B-DF-HXb-df-hx][0-9A-HJ-NP-Za-hj-np-z]{6}[ \t-\r]*$'
$$;
create or replace function hcw.icd10pcs_reason(value text) returns text
language sql immutable parallel safe as $$
    select case
        when hcw.icd10pcs_is_valid(value) then null
        else hcw._misfit(value, '0-9A-HJ-NP-Za-hj-np-z', '', '{7}')
    end
$$;
create or replace function hcw.icd10pcs_canonical(value text) returns text
language sql immutable parallel safe as $$
    select case when hcw.icd10pcs_is_valid(value) then hcw._upper(value) end
$$;

-- icd9cm_dx: three to five digits, V and two to four, or E and three or four; an optional dot after
-- the third character, after the fourth of E codes. (CDC/NCHS and CMS, ICD-9-CM Official Guidelines,
-- volumes 1 and 2, version 32)
create or replace function hcw.icd9cm_dx_is_valid(value text) returns boolean
language sql immutable parallel safe as $$
    select value collate "C" ~ (E'^[ \t-\r]*'
        || '([0-9Vv][0-9]{2}([.]?[0-9]{1,2})?|[Ee][0-9]{3}([.]?[0-9])?)'
        || E'[ \t-\r]*$')
$$;
create or replace function hcw.icd9cm_dx_reason(value text) returns text
language sql immutable parallel safe as $$
    select case
        when hcw.icd9cm_dx_is_valid(value) then null
        when value collate "C" ~ E'^[ \t-\r]*[Ee]' then hcw._misfit(value, 'A-Za-z0-9', '.', '{4,5}')
        else hcw._misfit(value, 'A-Za-z0-9', '.', '{3,4,5}')
    end
$$;
create or replace function hcw.icd9cm_dx_canonical(value text) returns text
language sql immutable parallel safe as $$
    select case
        when not hcw.icd9cm_dx_is_valid(value) then null
        when hcw._upper(value) collate "C" like 'E%' then hcw._dotted(hcw._upper(value), 4)
        else hcw._dotted(hcw._upper(value), 3)
    end
$$;

-- icd9cm_px: three or four digits, an optional dot after the second. (CDC/NCHS and CMS, ICD-9-CM
-- Official Guidelines, volume 3, version 32)
create or replace function hcw.icd9cm_px_is_valid(value text) returns boolean
language sql immutable parallel safe as $$
    select value collate "C" ~ E'^[ \t-\r]*[0-9]{2}[.]?[0-9]{1,2}[ \t-\r]*$'
$$;
create or replace function hcw.icd9cm_px_reason(value text) returns text
language sql immutable parallel safe as $$
    select case
        when hcw.icd9cm_px_is_valid(value) then null
        else hcw._misfit(value, '0-9', '.', '{3,4}')
    end
$$;
create or replace function hcw.icd9cm_px_canonical(value text) returns text
language sql immutable parallel safe as $$
    select case when hcw.icd9cm_px_is_valid(value) then hcw._dotted(hcw._bare(value), 2) end
$$;

-- loinc: one to seven digits without leading zero, a hyphen, a Luhn check digit. (Regenstrief
-- Institute, LOINC Users' Guide 2.78, appendix C)
create or replace function hcw.loinc_is_valid(value text) returns boolean
language sql immutable parallel safe as $$
    select case
        when value collate "C" !~ E'^[ \t-\r]*[1-9][0-9]{0,6}-[0-9][ \t-\r]*$' then false
        else hcw._luhn(hcw._bare(value))
    end
$$;
create or replace function hcw.loinc_reason(value text) returns text
language sql immutable parallel safe as $$
    select case
        when hcw.loinc_is_valid(value) then null
        when value collate "C" ~ E'^[ \t-\r]*[1-9][0-9]{0,6}-[0-9][ \t-\r]*$' then 'checksum'
        else hcw._misfit(value, '0-9', '-', '{0,1,2,3,4,5,6,7,8}')
    end
$$;
create or replace function hcw.loinc_canonical(value text) returns text
language sql immutable parallel safe as $$
    select case when hcw.loinc_is_valid(value) then hcw._trim(value) end
$$;

-- loinc_cdcrec_mod10: the same with four digits before the hyphen. (CDC, Race and Ethnicity Code Set
-- 1.2)
create or replace function hcw.loinc_cdcrec_mod10_is_valid(value text) returns boolean
language sql immutable parallel safe as $$
    select case
        when value collate "C" !~ E'^[ \t-\r]*[1-9][0-9]{3}-[0-9][ \t-\r]*$' then false
        else hcw._luhn(hcw._bare(value))
    end
$$;
create or replace function hcw.loinc_cdcrec_mod10_reason(value text) returns text
language sql immutable parallel safe as $$
    select case
        when hcw.loinc_cdcrec_mod10_is_valid(value) then null
        when value collate "C" ~ E'^[ \t-\r]*[1-9][0-9]{3}-[0-9][ \t-\r]*$' then 'checksum'
        else hcw._misfit(value, '0-9', '-', '{5}')
    end
$$;
create or replace function hcw.loinc_cdcrec_mod10_canonical(value text) returns text
language sql immutable parallel safe as $$
    select case when hcw.loinc_cdcrec_mod10_is_valid(value) then hcw._trim(value) end
$$;

-- snomed_sctid: 6 to 18 digits without leading zero, the second and third from the right a partition
-- in use (00-02; with a namespace, so from 11 digits on, 10-12 and 16), the last a Verhoeff check
-- digit. (SNOMED International, SNOMED CT Release File Specifications, chapter 6, 2024)
create or replace function hcw.snomed_sctid_is_valid(value text) returns boolean
language sql immutable parallel safe as $$
    select case
        when value collate "C" !~
            E'^[ \t-\r]*[1-9][0-9]{2}([0-9]{0,12}0[0-2]|[0-9]{5,12}1[0-26])[0-9][ \t-\r]*$' then false
        else hcw._verhoeff(hcw._trim(value))
    end
$$;
create or replace function hcw.snomed_sctid_reason(value text) returns text
language sql immutable parallel safe as $$
    select case
        when hcw.snomed_sctid_is_valid(value) then null
        when value collate "C" ~
            E'^[ \t-\r]*[1-9][0-9]{2}([0-9]{0,12}0[0-2]|[0-9]{5,12}1[0-26])[0-9][ \t-\r]*$' then 'checksum'
        else hcw._misfit(value, '0-9', '', '{6,7,8,9,10,11,12,13,14,15,16,17,18}')
    end
$$;
create or replace function hcw.snomed_sctid_canonical(value text) returns text
language sql immutable parallel safe as $$
    select case when hcw.snomed_sctid_is_valid(value) then hcw._trim(value) end
$$;

-- cvx: one to three digits, not all zero; canonical has at least two. (CDC, IIS: CVX, 2024)
create or replace function hcw.cvx_is_valid(value text) returns boolean
language sql immutable parallel safe as $$
    select value collate "C" ~ E'^[ \t-\r]*([1-9][0-9]{0,2}|0[1-9][0-9]?|00[1-9])[ \t-\r]*$'
$$;
create or replace function hcw.cvx_reason(value text) returns text
language sql immutable parallel safe as $$
    select case
        when hcw.cvx_is_valid(value) then null
        when value collate "C" ~ E'^[ \t-\r]*0{1,3}[ \t-\r]*$' then 'unassigned'
        else hcw._misfit(value, '0-9', '', '{}')
    end
$$;
create or replace function hcw.cvx_canonical(value text) returns text
language sql immutable parallel safe as $$
    select case
        when hcw.cvx_is_valid(value) then
            regexp_replace('0' || hcw._trim(value) collate "C", '^0*([0-9]{2,3})$', E'\\1')
    end
$$;

-- rxcui: a positive number of up to eight digits; canonical has no leading zeros. (National Library
-- of Medicine, RxNorm Technical Documentation, section 12.4, 2024)
create or replace function hcw.rxcui_is_valid(value text) returns boolean
language sql immutable parallel safe as $$
    select case
        when value collate "C" !~ E'^[ \t-\r]*[0-9]{1,8}[ \t-\r]*$' then false
        else btrim(value collate "C", E'0 \t\n\x0b\f\r') <> ''
    end
$$;
create or replace function hcw.rxcui_reason(value text) returns text
language sql immutable parallel safe as $$
    select case
        when hcw.rxcui_is_valid(value) then null
        when value collate "C" ~ E'^[ \t-\r]*[0-9]{1,8}[ \t-\r]*$' then 'range'
        else hcw._misfit(value, '0-9', '', '{}')
    end
$$;
create or replace function hcw.rxcui_canonical(value text) returns text
language sql immutable parallel safe as $$
    select case when hcw.rxcui_is_valid(value) then ltrim(hcw._trim(value), '0') end
$$;

-- ndc: 4-4-2, 5-3-2, 5-4-1 or 5-4-2 digits with hyphens or spaces, or eleven bare digits, not all
-- zero; canonical is eleven digits, 5-4-2. Ten bare digits have three readings. (21 CFR 207.33(b);
-- 45 CFR 162.1002)
create or replace function hcw._ndc() returns text
language sql immutable parallel safe as $$
    select E'^[ \t-\r]*([0-9]{11}'
        || '|[0-9]{4}-[0-9]{4}-[0-9]{2}|[0-9]{5}-([0-9]{3}-[0-9]{2}|[0-9]{4}-[0-9]{1,2})'
        || '|[0-9]{4} [0-9]{4} [0-9]{2}|[0-9]{5} ([0-9]{3} [0-9]{2}|[0-9]{4} [0-9]{1,2})'
        || E')[ \t-\r]*$'
$$;
create or replace function hcw.ndc_is_valid(value text) returns boolean
language sql immutable parallel safe as $$
    select case
        when value collate "C" !~ hcw._ndc() then false
        else translate(value collate "C", E'0- \t\n\x0b\f\r', '') <> ''
    end
$$;
create or replace function hcw.ndc_reason(value text) returns text
language sql immutable parallel safe as $$
    select case
        when hcw.ndc_is_valid(value) then null
        when value collate "C" ~ hcw._ndc() or value collate "C" ~ E'^[ \t-\r]*0{10}[ \t-\r]*$' then 'reserved'
        when value collate "C" ~ E'^[ \t-\r]*[0-9]{10}[ \t-\r]*$' then 'ambiguous'
        else hcw._misfit(value, '0-9', ' -', '{10,11}')
    end
$$;
create or replace function hcw.ndc_canonical(value text) returns text
language sql immutable parallel safe as $$
    select case
        when not hcw.ndc_is_valid(value) then null
        when length(hcw._bare(value)) = 11 then hcw._bare(value)
        when hcw._trim(value) collate "C" ~ '^.{4}[ -]' then '0' || hcw._bare(value)
        when hcw._trim(value) collate "C" ~ '^.{5}[ -].{3}[ -]' then
            overlay(hcw._bare(value) placing '0' from 6 for 0)
        else overlay(hcw._bare(value) placing '0' from 10 for 0)
    end
$$;

-- hl7_sex_0001: HL7's letters, or FHIR's words, which map to them. (HL7 Terminology 5.5.0, v2-0001;
-- FHIR administrative-gender)
create or replace function hcw.hl7_sex_0001_is_valid(value text) returns boolean
language sql immutable parallel safe as $$
    select lower(hcw._trim(value) collate "C")
        in ('f', 'm', 'o', 'u', 'a', 'n', 'x', 'female', 'male', 'other', 'unknown')
$$;
create or replace function hcw.hl7_sex_0001_reason(value text) returns text
language sql immutable parallel safe as $$
    select case
        when hcw.hl7_sex_0001_is_valid(value) then null
        else replace(hcw._misfit(value, 'A-Za-z0-9', '-', '{}') collate "C", 'length', 'unassigned')
    end
$$;
create or replace function hcw.hl7_sex_0001_canonical(value text) returns text
language sql immutable parallel safe as $$
    select case
        when hcw.hl7_sex_0001_is_valid(value) then upper(left(hcw._trim(value), 1) collate "C")
    end
$$;

-- hl7_ethnicity_0189: HL7's letters, or the two CDC codes. (HL7 Terminology 5.5.0, v2-0189; CDC Race
-- and Ethnicity Code Set)
create or replace function hcw.hl7_ethnicity_0189_is_valid(value text) returns boolean
language sql immutable parallel safe as $$
    select upper(hcw._trim(value) collate "C") in ('H', 'N', 'U', '2135-2', '2186-5')
$$;
create or replace function hcw.hl7_ethnicity_0189_reason(value text) returns text
language sql immutable parallel safe as $$
    select case
        when hcw.hl7_ethnicity_0189_is_valid(value) then null
        else replace(hcw._misfit(value, 'A-Za-z0-9', '-', '{}') collate "C", 'length', 'unassigned')
    end
$$;
create or replace function hcw.hl7_ethnicity_0189_canonical(value text) returns text
language sql immutable parallel safe as $$
    select case
        when hcw.hl7_ethnicity_0189_is_valid(value) then upper(hcw._trim(value) collate "C")
    end
$$;

-- omb_race: the five categories of 1997, and other race. (OMB Statistical Policy Directive 15, 1997;
-- CDC Race and Ethnicity Code Set)
create or replace function hcw.omb_race_is_valid(value text) returns boolean
language sql immutable parallel safe as $$
    select hcw._trim(value) collate "C"
        in ('1002-5', '2028-9', '2054-5', '2076-8', '2106-3', '2131-1')
$$;
create or replace function hcw.omb_race_reason(value text) returns text
language sql immutable parallel safe as $$
    select case
        when hcw.omb_race_is_valid(value) then null
        else replace(hcw._misfit(value, 'A-Za-z0-9', '-', '{}') collate "C", 'length', 'unassigned')
    end
$$;
create or replace function hcw.omb_race_canonical(value text) returns text
language sql immutable parallel safe as $$
    select case when hcw.omb_race_is_valid(value) then hcw._trim(value) end
$$;
