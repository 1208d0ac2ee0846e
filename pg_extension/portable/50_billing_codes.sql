-- Codes on claims. Licensed code sets (CPT, CDT, APR-DRG, revenue codes, CARC) by shape only.

-- cpt: five digits, or four and F, T, U, M or A. (AMA, Current Procedural Terminology, 2024)
create or replace function hcw.cpt_is_valid(value text) returns boolean
language sql immutable parallel safe as $$
    select value collate "C" ~ E'^[ \t-\r]*[0-9]{4}[0-9FTUMAftuma][ \t-\r]*$'
$$;
create or replace function hcw.cpt_reason(value text) returns text
language sql immutable parallel safe as $$
    select case
        when hcw.cpt_is_valid(value) then null
        else hcw._misfit(value, 'A-Za-z0-9', '', '{5}')
    end
$$;
create or replace function hcw.cpt_canonical(value text) returns text
language sql immutable parallel safe as $$
    select case when hcw.cpt_is_valid(value) then hcw._upper(value) end
$$;

-- hcpcs: one of the letters in use and four digits. (CMS, HCPCS Level II alpha-numeric file, October
-- 2025)
create or replace function hcw.hcpcs_is_valid(value text) returns boolean
language sql immutable parallel safe as $$
    select value collate "C" ~ E'^[ \t-\r]*[ABCEGHJ-MP-Vabceghj-mp-v][0-9]{4}[ \t-\r]*$'
$$;
create or replace function hcw.hcpcs_reason(value text) returns text
language sql immutable parallel safe as $$
    select case
        when hcw.hcpcs_is_valid(value) then null
        else hcw._misfit(value, 'A-Za-z0-9', '', '{5}')
    end
$$;
create or replace function hcw.hcpcs_canonical(value text) returns text
language sql immutable parallel safe as $$
    select case when hcw.hcpcs_is_valid(value) then hcw._upper(value) end
$$;

-- modifier: two letters or digits, not 00. (CMS, HCPCS Level II alpha-numeric file, October 2025)
create or replace function hcw.modifier_is_valid(value text) returns boolean
language sql immutable parallel safe as $$
    select value collate "C" ~ E'^[ \t-\r]*([A-Za-z1-9][A-Za-z0-9]|0[A-Za-z1-9])[ \t-\r]*$'
$$;
create or replace function hcw.modifier_reason(value text) returns text
language sql immutable parallel safe as $$
    select case
        when hcw.modifier_is_valid(value) then null
        when hcw._trim(value) collate "C" = '00' then 'unassigned'
        else hcw._misfit(value, 'A-Za-z0-9', '', '{}')
    end
$$;
create or replace function hcw.modifier_canonical(value text) returns text
language sql immutable parallel safe as $$
    select case when hcw.modifier_is_valid(value) then hcw._upper(value) end
$$;

-- cdt: D and four digits. (ADA, Current Dental Terminology, 2024)
create or replace function hcw.cdt_is_valid(value text) returns boolean
language sql immutable parallel safe as $$
    select value collate "C" ~ E'^[ \t-\r]*[Dd][0-9]{4}[ \t-\r]*$'
$$;
create or replace function hcw.cdt_reason(value text) returns text
language sql immutable parallel safe as $$
    select case
        when hcw.cdt_is_valid(value) then null
        else hcw._misfit(value, 'A-Za-z0-9', '', '{5}')
    end
$$;
create or replace function hcw.cdt_canonical(value text) returns text
language sql immutable parallel safe as $$
    select case when hcw.cdt_is_valid(value) then hcw._upper(value) end
$$;

-- ms_drg: one to three digits, canonical with three, in the list of FY2026. (CMS, IPPS final rule,
-- table 5, version 43)
create or replace function hcw.ms_drg_is_valid(value text) returns boolean
language sql immutable parallel safe as $$
    select case
        when value collate "C" !~ E'^[ \t-\r]*[0-9]{1,3}[ \t-\r]*$' then false
        -- the first of each run of groups in use, and the first number after it
        else width_bucket(hcw._trim(value)::int, '{
            1,9, 10,15, 16,43, 52,77, 80,104, 113,118, 121,126, 135,160, 163,169, 173,174, 175,210,
            212,214, 215,222, 228,230, 231,237, 239,246, 250,294, 296,338, 344,361, 368,396, 397,400,
            402,403, 405,431, 432,449, 450,452, 456,459, 461,484, 485,490, 492,509, 510,523, 533,567,
            570,586, 592,608, 614,631, 637,646, 650,676, 682,685, 686,691, 693,701, 707,719, 722,731,
            734,751, 754,762, 768,771, 776,777, 779,780, 783,851, 853,859, 862,873, 876,877, 880,888,
            894,898, 901,910, 913,924, 927,930, 933,936, 939,942, 945,952, 955,960, 963,966, 969,971,
            974,978, 981,984, 987,990, 998,1000}'::int[]) % 2 = 1
    end
$$;
create or replace function hcw.ms_drg_reason(value text) returns text
language sql immutable parallel safe as $$
    select case
        when hcw.ms_drg_is_valid(value) then null
        when value collate "C" ~ E'^[ \t-\r]*[0-9]{1,3}[ \t-\r]*$' then 'unassigned'
        else hcw._misfit(value, '0-9', '', '{}')
    end
$$;
create or replace function hcw.ms_drg_canonical(value text) returns text
language sql immutable parallel safe as $$
    select case when hcw.ms_drg_is_valid(value) then lpad(hcw._trim(value), 3, '0') end
$$;

-- apr_drg: three digits, not 000, and an optional severity 1-4 with or without a hyphen; severity 0
-- for 955 and 956 alone. (Solventum, APR-DRG Methodology Overview, version 41)
create or replace function hcw.apr_drg_is_valid(value text) returns boolean
language sql immutable parallel safe as $$
    select value collate "C" ~ (E'^[ \t-\r]*'
        || '((00[1-9]|0[1-9][0-9]|[1-9][0-9]{2})(-?[1-4])?|95[56]-?0)'
        || E'[ \t-\r]*$')
$$;
create or replace function hcw.apr_drg_reason(value text) returns text
language sql immutable parallel safe as $$
    select case
        when hcw.apr_drg_is_valid(value) then null
        when value collate "C" ~ E'^[ \t-\r]*000(-?[1-4])?[ \t-\r]*$' then 'unassigned'
        when value collate "C" ~ E'^[ \t-\r]*[0-9]{3}-?[0-9][ \t-\r]*$' then 'range'
        else hcw._misfit(value, '0-9', '-', '{3,4}')
    end
$$;
create or replace function hcw.apr_drg_canonical(value text) returns text
language sql immutable parallel safe as $$
    select case
        when hcw.apr_drg_is_valid(value) then
            rtrim(left(hcw._bare(value), 3) || '-' || substr(hcw._bare(value), 4), '-')
    end
$$;

-- apc: one to four digits, not all zero; canonical has four. (CMS, OPPS addendum A, 2024)
create or replace function hcw.apc_is_valid(value text) returns boolean
language sql immutable parallel safe as $$
    select value collate "C" ~
        E'^[ \t-\r]*([1-9][0-9]{0,3}|0[1-9][0-9]{0,2}|00[1-9][0-9]?|000[1-9])[ \t-\r]*$'
$$;
create or replace function hcw.apc_reason(value text) returns text
language sql immutable parallel safe as $$
    select case
        when hcw.apc_is_valid(value) then null
        when value collate "C" ~ E'^[ \t-\r]*0{1,4}[ \t-\r]*$' then 'unassigned'
        else hcw._misfit(value, '0-9', '', '{}')
    end
$$;
create or replace function hcw.apc_canonical(value text) returns text
language sql immutable parallel safe as $$
    select case when hcw.apc_is_valid(value) then lpad(hcw._trim(value), 4, '0') end
$$;

-- revenue_code: three or four digits, not all zero; canonical has four. (NUBC, Official UB-04 Data
-- Specifications Manual, form locator 42, 2024)
create or replace function hcw.revenue_code_is_valid(value text) returns boolean
language sql immutable parallel safe as $$
    select value collate "C" ~
        E'^[ \t-\r]*([1-9][0-9]{2,3}|0[1-9][0-9]{1,2}|00[1-9][0-9]?|000[1-9])[ \t-\r]*$'
$$;
create or replace function hcw.revenue_code_reason(value text) returns text
language sql immutable parallel safe as $$
    select case
        when hcw.revenue_code_is_valid(value) then null
        when value collate "C" ~ E'^[ \t-\r]*0{3,4}[ \t-\r]*$' then 'unassigned'
        else hcw._misfit(value, '0-9', '', '{}')
    end
$$;
create or replace function hcw.revenue_code_canonical(value text) returns text
language sql immutable parallel safe as $$
    select case when hcw.revenue_code_is_valid(value) then lpad(hcw._trim(value), 4, '0') end
$$;

-- type_of_bill: 0, which may be missing, facility 1-9, type of care 1-9, frequency. (NUBC, Official
-- UB-04 Data Specifications Manual, form locator 4, 2024; CMS Pub. 100-04, chapter 25, section 75.1)
create or replace function hcw.type_of_bill_is_valid(value text) returns boolean
language sql immutable parallel safe as $$
    select value collate "C" ~ E'^[ \t-\r]*0?[1-9]{2}[0-57-9A-QX-Za-qx-z][ \t-\r]*$'
$$;
create or replace function hcw.type_of_bill_reason(value text) returns text
language sql immutable parallel safe as $$
    select case
        when hcw.type_of_bill_is_valid(value) then null
        when value collate "C" ~ E'^[ \t-\r]*0?[1-9]{2}[A-Za-z0-9][ \t-\r]*$' then 'unassigned'
        else hcw._misfit(value, 'A-Za-z0-9', '', '{3,4}')
    end
$$;
create or replace function hcw.type_of_bill_canonical(value text) returns text
language sql immutable parallel safe as $$
    select case when hcw.type_of_bill_is_valid(value) then lpad(hcw._upper(value), 4, '0') end
$$;

-- claim_frequency: one character; 6 is retired on institutional claims but still sent on
-- professional ones. (NUBC, form locator 4, 2024; X12 837, CLM05-3)
create or replace function hcw.claim_frequency_is_valid(value text) returns boolean
language sql immutable parallel safe as $$
    select value collate "C" ~ E'^[ \t-\r]*[0-9A-QX-Za-qx-z][ \t-\r]*$'
$$;
create or replace function hcw.claim_frequency_reason(value text) returns text
language sql immutable parallel safe as $$
    select case
        when hcw.claim_frequency_is_valid(value) then null
        when value collate "C" ~ E'^[ \t-\r]*[A-Za-z0-9][ \t-\r]*$' then 'unassigned'
        else hcw._misfit(value, 'A-Za-z0-9', '', '{}')
    end
$$;
create or replace function hcw.claim_frequency_canonical(value text) returns text
language sql immutable parallel safe as $$
    select case when hcw.claim_frequency_is_valid(value) then hcw._upper(value) end
$$;

-- place_of_service: one or two digits, canonical with two, in CMS's list of 2024-05-02.
create or replace function hcw.place_of_service_is_valid(value text) returns boolean
language sql immutable parallel safe as $$
    select value collate "C" ~ (E'^[ \t-\r]*'
        || '(0?[1-9]|1[0-9]|2[0-7]|3[1-4]|4[12]|49|5[0-8]|6[0-256]|7[12]|81|99)'
        || E'[ \t-\r]*$')
$$;
create or replace function hcw.place_of_service_reason(value text) returns text
language sql immutable parallel safe as $$
    select case
        when hcw.place_of_service_is_valid(value) then null
        when value collate "C" ~ E'^[ \t-\r]*[0-9]{1,2}[ \t-\r]*$' then 'unassigned'
        else hcw._misfit(value, '0-9', '', '{}')
    end
$$;
create or replace function hcw.place_of_service_canonical(value text) returns text
language sql immutable parallel safe as $$
    select case when hcw.place_of_service_is_valid(value) then lpad(hcw._trim(value), 2, '0') end
$$;

-- carc: a number of up to three digits, or A, B, D, P, W or Y and one or two digits; a group code in
-- front (CO-45) is dropped. (X12, external code list 139; group codes of CAS01, 2024)
create or replace function hcw.carc_is_valid(value text) returns boolean
language sql immutable parallel safe as $$
    select value collate "C" ~ (E'^[ \t-\r]*'
        || '(([Cc][Oo]|[Pp][Rr]|[Oo][Aa]|[Pp][Ii]|[Cc][Rr])-)?([1-9][0-9]{0,2}|[ABDPWYabdpwy][0-9]{1,2})'
        || E'[ \t-\r]*$')
$$;
create or replace function hcw.carc_reason(value text) returns text
language sql immutable parallel safe as $$
    select case
        when hcw.carc_is_valid(value) then null
        -- at most three characters after the first hyphen
        when value collate "C" ~ E'^[ \t-\r]*([A-Za-z0-9]*-)?[A-Za-z0-9-]{0,3}[ \t-\r]*$' then
            replace(hcw._misfit(value, 'A-Za-z0-9-', '', '{}') collate "C", 'length', 'structure')
        else hcw._misfit(value, 'A-Za-z0-9-', '', '{}')
    end
$$;
create or replace function hcw.carc_canonical(value text) returns text
language sql immutable parallel safe as $$
    select case
        when hcw.carc_is_valid(value) then
            upper(regexp_replace(hcw._trim(value) collate "C", '^.*-', ''))
    end
$$;

-- rarc: M or N and a number of up to three digits, or MA and two or three digits, not 00. (CMS and
-- X12, external code list 411, 2024)
create or replace function hcw.rarc_is_valid(value text) returns boolean
language sql immutable parallel safe as $$
    select value collate "C" ~ (E'^[ \t-\r]*'
        || '([MNmn][1-9][0-9]{0,2}|[Mm][Aa]([1-9][0-9]{1,2}|0[1-9]))'
        || E'[ \t-\r]*$')
$$;
create or replace function hcw.rarc_reason(value text) returns text
language sql immutable parallel safe as $$
    select case
        when hcw.rarc_is_valid(value) then null
        when value collate "C" ~ E'^[ \t-\r]*[^ \t-\r][Aa]' then hcw._misfit(value, 'A-Za-z0-9', '', '{2,3,4,5}')
        else hcw._misfit(value, 'A-Za-z0-9', '', '{2,3,4}')
    end
$$;
create or replace function hcw.rarc_canonical(value text) returns text
language sql immutable parallel safe as $$
    select case when hcw.rarc_is_valid(value) then hcw._upper(value) end
$$;
