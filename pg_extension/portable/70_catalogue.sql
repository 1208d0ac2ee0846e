-- The catalogue of the validators, one call for all of them, and domains.

-- One row for each validator; source is the document and the part of it that states the rule, layer
-- what answers when no code table is loaded.
create or replace view hcw.validators as
select code, title, family, source, layer
from (values
    ('npi', 'National Provider Identifier', 'us_identifiers',
     'CMS, Requirements for National Provider Identifier (NPI) and NPI Check Digit, whole paper; 45 CFR 162.406 (2004)', 'shape'),
    ('mbi', 'Medicare Beneficiary Identifier', 'us_identifiers',
     'CMS, Understanding the Medicare Beneficiary Identifier (MBI) Format, whole sheet (2019)', 'shape'),
    ('hicn', 'Health Insurance Claim Number (retired)', 'us_identifiers',
     'SSA, Program Operations Manual System (POMS), GN 01050.005, beneficiary identification codes (retired 2020-01-01)', 'shape'),
    ('ssn', 'Social Security number', 'us_identifiers',
     'SSA, Program Operations Manual System (POMS), RM 10201.035, Invalid Social Security Numbers (2011 randomization rules)', 'shape'),
    ('itin', 'Individual Taxpayer Identification Number', 'us_identifiers',
     'IRS, Internal Revenue Manual, 3.21.263, ITIN Real-Time System (2024)', 'shape'),
    ('ein', 'Employer Identification Number', 'us_identifiers',
     'IRS, How EINs are assigned and valid EIN prefixes, table of prefixes (2023)', 'shape'),
    ('dea', 'DEA registration number', 'us_identifiers',
     'DEA, Practitioner''s Manual, registration numbers; 21 CFR 1301.22(c) for the suffix (2023)', 'shape'),
    ('clia', 'CLIA laboratory number', 'us_identifiers',
     'CMS, Medicare Claims Processing Manual (Pub. 100-04), chapter 16, section 70.2 (2023)', 'shape'),
    ('ccn', 'CMS Certification Number', 'us_identifiers',
     'CMS, State Operations Manual (Pub. 100-07), chapter 2, section 2779A; S&C memorandum 16-09 (2016)', 'shape'),
    ('nucc_taxonomy', 'Health care provider taxonomy code', 'us_identifiers',
     'NUCC, Health Care Provider Taxonomy code set, structure of the code (24.1)', 'shape'),
    ('mrn', 'Medical record number', 'us_identifiers',
     'HL7 version 2.9, chapter 2A, data type CX, component 1, with the issuer''s own settings (2019)', 'shape'),
    ('us_zip', 'ZIP code', 'us_identifiers',
     'USPS, Publication 28, Postal Addressing Standards, section 211; lowest and highest code in use (2024)', 'shape'),
    ('us_state', 'State or territory', 'us_identifiers',
     'USPS, Publication 28, Postal Addressing Standards, appendix B; INCITS 38 for the numeric codes (2024)', 'shape'),
    ('phone_e164', 'Telephone number (E.164)', 'us_identifiers',
     'ITU-T E.164; ATIS North American Numbering Plan, E.164 section 6; NANP number format NXX-NXX-XXXX (2010)', 'shape'),
    ('email', 'Mail address', 'us_identifiers',
     'RFC 5322 and RFC 5321, RFC 5322 section 3.2.3 (dot-atom); RFC 5321 sections 4.1.2, 4.5.3.1 (2008)', 'shape'),
    ('uuid', 'Universally unique identifier', 'us_identifiers',
     'RFC 9562, Universally Unique IDentifiers, section 4, text form; section 5.9, nil (2024)', 'shape'),
    ('oid', 'Object identifier', 'us_identifiers',
     'ITU-T X.660; RFC 3061, X.660 section 7; RFC 3061 section 2 (2011)', 'shape'),
    ('nhs_number', 'NHS number', 'international_identifiers',
     'NHS Data Model and Dictionary, attribute NHS NUMBER (2024)', 'shape'),
    ('ca_bc_phn', 'British Columbia Personal Health Number', 'international_identifiers',
     'British Columbia Ministry of Health, Conformance Standards volume 4B, application rules, client registry (2022)', 'shape'),
    ('ca_on_hcn', 'Ontario health card number', 'international_identifiers',
     'Ontario Ministry of Health, Technical Specification: Health Card Validation, health number check digit (mod 10) (2023)', 'shape'),
    ('au_ihi', 'Australian Individual Healthcare Identifier', 'international_identifiers',
     'HL7 Australia, AU Base Implementation Guide; Healthcare Identifiers Act 2010, identifier profiles, invariants on prefix and check digit (4.1.0)', 'shape'),
    ('au_hpii', 'Australian Healthcare Provider Identifier, individual', 'international_identifiers',
     'HL7 Australia, AU Base Implementation Guide; Healthcare Identifiers Act 2010, identifier profiles, invariants on prefix and check digit (4.1.0)', 'shape'),
    ('au_hpio', 'Australian Healthcare Provider Identifier, organisation', 'international_identifiers',
     'HL7 Australia, AU Base Implementation Guide; Healthcare Identifiers Act 2010, identifier profiles, invariants on prefix and check digit (4.1.0)', 'shape'),
    ('au_medicare', 'Australian Medicare card number', 'international_identifiers',
     'METeOR, Person—government funded health care identifier, Medicare card number, check digit (270101)', 'shape'),
    ('gtin', 'Global Trade Item Number (UDI device identifier)', 'international_identifiers',
     'GS1 General Specifications, section 7.9, check digit calculations (24.0)', 'shape'),
    ('luhn', 'Luhn check digit', 'international_identifiers',
     'ISO/IEC 7812-1, annex B (2017)', 'shape'),
    ('verhoeff', 'Verhoeff check digit', 'international_identifiers',
     'J. Verhoeff, Error Detecting Decimal Codes, Mathematical Centre Tracts 29, dihedral group code (1969)', 'shape'),
    ('icd10cm', 'ICD-10-CM diagnosis code', 'clinical_codes',
     'CDC/NCHS and CMS, ICD-10-CM Official Guidelines for Coding and Reporting, section I.A, conventions; tabular list for leaves and headers (FY2026, April)', 'shape'),
    ('icd10cm_on_date', 'ICD-10-CM diagnosis code on a date of service', 'clinical_codes',
     'CDC/NCHS and CMS, ICD-10-CM Official Guidelines for Coding and Reporting, section I.A, conventions; tabular list for leaves and headers (FY2026, April)', 'shape'),
    ('icd10pcs', 'ICD-10-PCS procedure code', 'clinical_codes',
     'CMS, ICD-10-PCS Official Guidelines for Coding and Reporting, section A, conventions (FY2026)', 'shape'),
    ('icd9cm_dx', 'ICD-9-CM diagnosis code', 'clinical_codes',
     'CDC/NCHS and CMS, ICD-9-CM Official Guidelines, volumes 1 and 2 (version 32, October 2014)', 'shape'),
    ('icd9cm_px', 'ICD-9-CM procedure code', 'clinical_codes',
     'CDC/NCHS and CMS, ICD-9-CM Official Guidelines, volume 3 (version 32, October 2014)', 'shape'),
    ('loinc', 'LOINC observation code', 'clinical_codes',
     'Regenstrief Institute, LOINC Users'' Guide, appendix C, Calculating Mod 10 Check Digits (2.78)', 'shape'),
    ('loinc_cdcrec_mod10', 'CDC race or ethnicity code', 'clinical_codes',
     'CDC, Race and Ethnicity Code Set, unique identifiers and their check digit (1.2)', 'shape'),
    ('snomed_sctid', 'SNOMED CT identifier', 'clinical_codes',
     'SNOMED International, SNOMED CT Release File Specifications, chapter 6, SNOMED CT Identifiers (2024)', 'shape'),
    ('cvx', 'CVX vaccine code', 'clinical_codes',
     'CDC, IIS: HL7 Standard Code Set CVX, Vaccines Administered, whole table; HL7 table 0292 (2024)', 'shape'),
    ('rxcui', 'RxNorm concept identifier', 'clinical_codes',
     'National Library of Medicine, RxNorm Technical Documentation, section 12.4, RXCUI (2024)', 'shape'),
    ('ndc', 'National Drug Code', 'clinical_codes',
     '21 CFR 207.33; CMS HIPAA billing form of eleven digits (45 CFR 162.1002), 207.33(b), segments (2016)', 'shape'),
    ('hl7_sex_0001', 'Administrative sex', 'clinical_codes',
     'HL7 Terminology, table 0001; FHIR administrative-gender, v2-0001 (5.5.0)', 'list'),
    ('hl7_ethnicity_0189', 'Ethnicity', 'clinical_codes',
     'HL7 Terminology, table 0189; CDC Race and Ethnicity Code Set, v2-0189 (5.5.0)', 'list'),
    ('omb_race', 'Race (OMB category)', 'clinical_codes',
     'OMB Statistical Policy Directive 15; CDC Race and Ethnicity Code Set, minimum categories (1997)', 'list'),
    ('cpt', 'CPT code (shape)', 'billing_codes',
     'AMA, Current Procedural Terminology, introduction, code symbols and categories (2024)', 'shape'),
    ('hcpcs', 'HCPCS level II code', 'billing_codes',
     'CMS, HCPCS Level II Coding Procedures; alpha-numeric file, code structure; letters of the file (October 2025)', 'shape'),
    ('modifier', 'Procedure modifier', 'billing_codes',
     'CMS, HCPCS Level II alpha-numeric file, modifiers (October 2025)', 'shape'),
    ('cdt', 'CDT dental code (shape)', 'billing_codes',
     'ADA, Current Dental Terminology, code structure (2024)', 'shape'),
    ('ms_drg', 'Medicare severity diagnosis related group', 'billing_codes',
     'CMS, IPPS final rule, table 5, list of MS-DRGs (FY2026, version 43)', 'list'),
    ('apr_drg', 'All patient refined diagnosis related group (shape)', 'billing_codes',
     'Solventum, APR-DRG Methodology Overview, base group and severity of illness subclass (version 41)', 'shape'),
    ('apc', 'Ambulatory payment classification (shape)', 'billing_codes',
     'CMS, Hospital Outpatient Prospective Payment System, addendum A (2024)', 'shape'),
    ('revenue_code', 'Revenue code (shape)', 'billing_codes',
     'NUBC, Official UB-04 Data Specifications Manual, form locator 42 (2024)', 'shape'),
    ('type_of_bill', 'Type of bill', 'billing_codes',
     'NUBC, Official UB-04 Data Specifications Manual; CMS Pub. 100-04, form locator 4; chapter 25, section 75.1 (2024)', 'list'),
    ('claim_frequency', 'Claim frequency code', 'billing_codes',
     'NUBC, Official UB-04 Data Specifications Manual; X12 837, element 1325, form locator 4, fourth digit; CLM05-3 (2024)', 'list'),
    ('place_of_service', 'Place of service', 'billing_codes',
     'CMS, Place of Service Code Set, whole list, as in HL7 Terminology (2024-05-02)', 'list'),
    ('carc', 'Claim adjustment reason code (shape)', 'billing_codes',
     'X12, Claim Adjustment Reason Codes (external code list 139), form of the codes; group codes of CAS01 (2024)', 'shape'),
    ('rarc', 'Remittance advice remark code', 'billing_codes',
     'CMS and X12, Remittance Advice Remark Codes (external code list 411), form of the codes (2024)', 'shape'),
    ('date_hl7', 'HL7 version 2 timestamp', 'dates',
     'HL7 version 2.9, chapter 2A, data type DTM (2019)', 'shape'),
    ('date_fhir', 'FHIR date', 'dates',
     'HL7 FHIR, data types date, dateTime, instant (R5 (5.0.0))', 'shape'),
    ('datetime_fhir', 'FHIR dateTime', 'dates',
     'HL7 FHIR, data types date, dateTime, instant (R5 (5.0.0))', 'shape'),
    ('instant_fhir', 'FHIR instant', 'dates',
     'HL7 FHIR, data types date, dateTime, instant (R5 (5.0.0))', 'shape'),
    ('date_x12_d8', 'X12 date (D8)', 'dates',
     'ASC X12, 005010 data element dictionary, element 1250, qualifiers D8 and RD8 (005010)', 'shape'),
    ('date_x12_rd8', 'X12 date range (RD8)', 'dates',
     'ASC X12, 005010 data element dictionary, element 1250, qualifiers D8 and RD8 (005010)', 'shape'),
    ('date_us_mdy', 'Date as month/day/year', 'dates',
     'Unicode CLDR, locale en-US, short date pattern with four-digit year (45)', 'shape'),
    ('date_auto', 'Date in any unambiguous notation', 'dates',
     'ISO 8601-1; Unicode CLDR, calendar dates; English date patterns (2019; 45)', 'shape'),
    ('date_excel1900', 'Excel serial date (1900 system)', 'dates',
     'ECMA-376, Office Open XML File Formats, part 1, section 18.17.4.1, date conversion for serial values (5th edition, 2016)', 'shape'),
    ('date_sas', 'SAS date', 'dates',
     'SAS Institute, SAS Language Reference: Concepts, dates, times, and intervals; missing values (9.4)', 'shape'),
    ('year2_pivot', 'Two-digit year with a pivot', 'dates',
     'X12 and NCPDP implementation practice, century windows (declared by the caller)', 'shape'),
    ('plausible_dates', 'Dates of birth, service and death that agree', 'dates',
     'CMS, Medicare Code Editor; common data quality practice, age over 124 and date order edits, made stricter (declared by the caller)', 'shape'),
    ('safe_harbor_zip3_2020', 'Safe Harbor ZIP code prefix (2020 census)', 'safe_harbor',
     '45 CFR 164.514(b)(2)(i)(B); Census Bureau ZIP Code Tabulation Areas, geographic subdivisions; areas and populations by prefix (2020 census)', 'shape'),
    ('safe_harbor_age', 'Safe Harbor age', 'safe_harbor',
     '45 CFR 164.514(b)(2)(i)(C), ages over 89 (2013)', 'shape')
) as validators (code, title, family, source, layer);

-- All answers for a value of some kind, in one row; of nulls for a null. The layer is that of the
-- kind where a code list decided, else shape.
create or replace function hcw.validate(kind text, value text)
returns table (valid boolean, canonical text, reason text, layer text)
language plpgsql immutable parallel safe rows 1 as $$
begin
    if kind is null or value is null then
        return next;
        return;
    end if;
    case kind collate "C"
    when 'npi' then
        reason := hcw.npi_reason(value);
        canonical := hcw.npi_canonical(value);
    when 'mbi' then
        reason := hcw.mbi_reason(value);
        canonical := hcw.mbi_canonical(value);
    when 'hicn' then
        reason := hcw.hicn_reason(value);
        canonical := hcw.hicn_canonical(value);
    when 'ssn' then
        reason := hcw.ssn_reason(value);
        canonical := hcw.ssn_canonical(value);
    when 'itin' then
        reason := hcw.itin_reason(value);
        canonical := hcw.itin_canonical(value);
    when 'ein' then
        reason := hcw.ein_reason(value);
        canonical := hcw.ein_canonical(value);
    when 'dea' then
        reason := hcw.dea_reason(value);
        canonical := hcw.dea_canonical(value);
    when 'clia' then
        reason := hcw.clia_reason(value);
        canonical := hcw.clia_canonical(value);
    when 'ccn' then
        reason := hcw.ccn_reason(value);
        canonical := hcw.ccn_canonical(value);
    when 'nucc_taxonomy' then
        reason := hcw.nucc_taxonomy_reason(value);
        canonical := hcw.nucc_taxonomy_canonical(value);
    when 'mrn' then
        reason := hcw.mrn_reason(value);
        canonical := hcw.mrn_canonical(value);
    when 'us_zip' then
        reason := hcw.us_zip_reason(value);
        canonical := hcw.us_zip_canonical(value);
    when 'us_state' then
        reason := hcw.us_state_reason(value);
        canonical := hcw.us_state_canonical(value);
    when 'phone_e164' then
        reason := hcw.phone_e164_reason(value);
        canonical := hcw.phone_e164_canonical(value);
    when 'email' then
        reason := hcw.email_reason(value);
        canonical := hcw.email_canonical(value);
    when 'uuid' then
        reason := hcw.uuid_reason(value);
        canonical := hcw.uuid_canonical(value);
    when 'oid' then
        reason := hcw.oid_reason(value);
        canonical := hcw.oid_canonical(value);
    when 'nhs_number' then
        reason := hcw.nhs_number_reason(value);
        canonical := hcw.nhs_number_canonical(value);
    when 'ca_bc_phn' then
        reason := hcw.ca_bc_phn_reason(value);
        canonical := hcw.ca_bc_phn_canonical(value);
    when 'ca_on_hcn' then
        reason := hcw.ca_on_hcn_reason(value);
        canonical := hcw.ca_on_hcn_canonical(value);
    when 'au_ihi' then
        reason := hcw.au_ihi_reason(value);
        canonical := hcw.au_ihi_canonical(value);
    when 'au_hpii' then
        reason := hcw.au_hpii_reason(value);
        canonical := hcw.au_hpii_canonical(value);
    when 'au_hpio' then
        reason := hcw.au_hpio_reason(value);
        canonical := hcw.au_hpio_canonical(value);
    when 'au_medicare' then
        reason := hcw.au_medicare_reason(value);
        canonical := hcw.au_medicare_canonical(value);
    when 'gtin' then
        reason := hcw.gtin_reason(value);
        canonical := hcw.gtin_canonical(value);
    when 'luhn' then
        reason := hcw.luhn_reason(value);
        canonical := hcw.luhn_canonical(value);
    when 'verhoeff' then
        reason := hcw.verhoeff_reason(value);
        canonical := hcw.verhoeff_canonical(value);
    when 'icd10cm' then
        reason := hcw.icd10cm_reason(value);
        canonical := hcw.icd10cm_canonical(value);
    when 'icd10cm_on_date' then
        reason := hcw.icd10cm_on_date_reason(value);
        canonical := hcw.icd10cm_on_date_canonical(value);
    when 'icd10pcs' then
        reason := hcw.icd10pcs_reason(value);
        canonical := hcw.icd10pcs_canonical(value);
    when 'icd9cm_dx' then
        reason := hcw.icd9cm_dx_reason(value);
        canonical := hcw.icd9cm_dx_canonical(value);
    when 'icd9cm_px' then
        reason := hcw.icd9cm_px_reason(value);
        canonical := hcw.icd9cm_px_canonical(value);
    when 'loinc' then
        reason := hcw.loinc_reason(value);
        canonical := hcw.loinc_canonical(value);
    when 'loinc_cdcrec_mod10' then
        reason := hcw.loinc_cdcrec_mod10_reason(value);
        canonical := hcw.loinc_cdcrec_mod10_canonical(value);
    when 'snomed_sctid' then
        reason := hcw.snomed_sctid_reason(value);
        canonical := hcw.snomed_sctid_canonical(value);
    when 'cvx' then
        reason := hcw.cvx_reason(value);
        canonical := hcw.cvx_canonical(value);
    when 'rxcui' then
        reason := hcw.rxcui_reason(value);
        canonical := hcw.rxcui_canonical(value);
    when 'ndc' then
        reason := hcw.ndc_reason(value);
        canonical := hcw.ndc_canonical(value);
    when 'hl7_sex_0001' then
        reason := hcw.hl7_sex_0001_reason(value);
        canonical := hcw.hl7_sex_0001_canonical(value);
    when 'hl7_ethnicity_0189' then
        reason := hcw.hl7_ethnicity_0189_reason(value);
        canonical := hcw.hl7_ethnicity_0189_canonical(value);
    when 'omb_race' then
        reason := hcw.omb_race_reason(value);
        canonical := hcw.omb_race_canonical(value);
    when 'cpt' then
        reason := hcw.cpt_reason(value);
        canonical := hcw.cpt_canonical(value);
    when 'hcpcs' then
        reason := hcw.hcpcs_reason(value);
        canonical := hcw.hcpcs_canonical(value);
    when 'modifier' then
        reason := hcw.modifier_reason(value);
        canonical := hcw.modifier_canonical(value);
    when 'cdt' then
        reason := hcw.cdt_reason(value);
        canonical := hcw.cdt_canonical(value);
    when 'ms_drg' then
        reason := hcw.ms_drg_reason(value);
        canonical := hcw.ms_drg_canonical(value);
    when 'apr_drg' then
        reason := hcw.apr_drg_reason(value);
        canonical := hcw.apr_drg_canonical(value);
    when 'apc' then
        reason := hcw.apc_reason(value);
        canonical := hcw.apc_canonical(value);
    when 'revenue_code' then
        reason := hcw.revenue_code_reason(value);
        canonical := hcw.revenue_code_canonical(value);
    when 'type_of_bill' then
        reason := hcw.type_of_bill_reason(value);
        canonical := hcw.type_of_bill_canonical(value);
    when 'claim_frequency' then
        reason := hcw.claim_frequency_reason(value);
        canonical := hcw.claim_frequency_canonical(value);
    when 'place_of_service' then
        reason := hcw.place_of_service_reason(value);
        canonical := hcw.place_of_service_canonical(value);
    when 'carc' then
        reason := hcw.carc_reason(value);
        canonical := hcw.carc_canonical(value);
    when 'rarc' then
        reason := hcw.rarc_reason(value);
        canonical := hcw.rarc_canonical(value);
    when 'date_hl7' then
        reason := hcw.date_hl7_reason(value);
        canonical := hcw.date_hl7_canonical(value);
    when 'date_fhir' then
        reason := hcw.date_fhir_reason(value);
        canonical := hcw.date_fhir_canonical(value);
    when 'datetime_fhir' then
        reason := hcw.datetime_fhir_reason(value);
        canonical := hcw.datetime_fhir_canonical(value);
    when 'instant_fhir' then
        reason := hcw.instant_fhir_reason(value);
        canonical := hcw.instant_fhir_canonical(value);
    when 'date_x12_d8' then
        reason := hcw.date_x12_d8_reason(value);
        canonical := hcw.date_x12_d8_canonical(value);
    when 'date_x12_rd8' then
        reason := hcw.date_x12_rd8_reason(value);
        canonical := hcw.date_x12_rd8_canonical(value);
    when 'date_us_mdy' then
        reason := hcw.date_us_mdy_reason(value);
        canonical := hcw.date_us_mdy_canonical(value);
    when 'date_auto' then
        reason := hcw.date_auto_reason(value);
        canonical := hcw.date_auto_canonical(value);
    when 'date_excel1900' then
        reason := hcw.date_excel1900_reason(value);
        canonical := hcw.date_excel1900_canonical(value);
    when 'date_sas' then
        reason := hcw.date_sas_reason(value);
        canonical := hcw.date_sas_canonical(value);
    when 'year2_pivot' then
        reason := hcw.year2_pivot_reason(value);
        canonical := hcw.year2_pivot_canonical(value);
    when 'plausible_dates' then
        reason := hcw.plausible_dates_reason(value);
        canonical := hcw.plausible_dates_canonical(value);
    when 'safe_harbor_zip3_2020' then
        reason := hcw.safe_harbor_zip3_2020_reason(value);
        canonical := hcw.safe_harbor_zip3_2020_canonical(value);
    when 'safe_harbor_age' then
        reason := hcw.safe_harbor_age_reason(value);
        canonical := hcw.safe_harbor_age_canonical(value);
    else
        raise exception 'unknown validator "%"', kind
            using errcode = 'invalid_parameter_value',
                  hint = 'The view hcw.validators lists them.';
    end case;
    valid := reason is null;
    layer := case
        when kind in ('hl7_sex_0001', 'hl7_ethnicity_0189', 'omb_race', 'ms_drg',
                      'type_of_bill', 'claim_frequency', 'place_of_service')
            and (valid or reason in ('unassigned', 'not_billable', 'not_effective')) then 'list'
        else 'shape'
    end;
    return next;
end
$$;

-- Domains over text that admit valid values alone, as they were given.
do $$
declare
    code text;
begin
    foreach code in array array[
        'npi', 'mbi', 'ssn', 'ein', 'dea', 'clia', 'ccn', 'nucc_taxonomy', 'mrn', 'us_zip', 'us_state',
        'icd10cm', 'icd10pcs', 'loinc', 'snomed_sctid', 'cvx', 'rxcui', 'ndc', 'cpt', 'hcpcs', 'modifier',
        'ms_drg', 'revenue_code', 'type_of_bill', 'place_of_service']
    loop
        if to_regtype('hcw.' || code) is null then
            execute format('create domain hcw.%I as text check (hcw.%I(value))', code, code || '_is_valid');
        end if;
    end loop;
end
$$;
