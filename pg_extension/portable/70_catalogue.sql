-- The catalogue of the validators, one call for all of them, and domains.

-- Every rule, as the registry describes it.
create or replace view hcw.validators
    (code, title, family, layer, code_system, canonical_form, example, counterexample,
     standard, section, edition) as
values
    ('npi', 'National Provider Identifier', 'us_identifiers', 'shape', null, 'own',
     '1234567893', '1234567891',
     'CMS, Requirements for National Provider Identifier (NPI) and NPI Check Digit',
     'whole paper; 45 CFR 162.406', '2004'),
    ('mbi', 'Medicare Beneficiary Identifier', 'us_identifiers', 'shape', null, 'own',
     '1EG4-TE5-MK73', '1SG4TE5MK73',
     'CMS, Understanding the Medicare Beneficiary Identifier (MBI) Format',
     'whole sheet', '2019'),
    ('hicn', 'Health Insurance Claim Number (retired)', 'us_identifiers', 'shape', null, 'own',
     '123-45-6789-A', '123456789',
     'SSA, Program Operations Manual System (POMS)',
     'GN 01050.005, beneficiary identification codes', 'retired 2020-01-01'),
    ('ssn', 'Social Security number', 'us_identifiers', 'shape', null, 'own',
     '899-99-9999', '666-12-3456',
     'SSA, Program Operations Manual System (POMS)',
     'RM 10201.035, Invalid Social Security Numbers', '2011 randomization rules'),
    ('itin', 'Individual Taxpayer Identification Number', 'us_identifiers', 'shape', null, 'own',
     '912-90-3456', '912-93-4567',
     'IRS, Internal Revenue Manual',
     '3.21.263, ITIN Real-Time System', '2024'),
    ('ein', 'Employer Identification Number', 'us_identifiers', 'shape', null, 'own',
     '12-3456789', '00-1234567',
     'IRS, How EINs are assigned and valid EIN prefixes',
     'table of prefixes', '2023'),
    ('dea', 'DEA registration number', 'us_identifiers', 'shape', null, 'own',
     'AP5836727', 'AP5836729',
     'DEA, Practitioner''s Manual',
     'registration numbers; 21 CFR 1301.22(c) for the suffix', '2023'),
    ('clia', 'CLIA laboratory number', 'us_identifiers', 'shape', null, 'own',
     '05D0642827', '05X0642827',
     'CMS, Medicare Claims Processing Manual (Pub. 100-04)',
     'chapter 16, section 70.2', '2023'),
    ('ccn', 'CMS Certification Number', 'us_identifiers', 'shape', null, 'own',
     '050454', '601234',
     'CMS, State Operations Manual (Pub. 100-07)',
     'chapter 2, section 2779A; S&C memorandum 16-09', '2016'),
    ('nucc_taxonomy', 'Health care provider taxonomy code', 'us_identifiers', 'shape', 'nucc_taxonomy', 'own',
     '207RH0005X', '207Q00000Y',
     'NUCC, Health Care Provider Taxonomy code set',
     'structure of the code', '24.1'),
    ('mrn', 'Medical record number', 'us_identifiers', 'shape', null, 'own',
     '00012345', '0000000000',
     'HL7 version 2.9, chapter 2A',
     'data type CX, component 1, with the issuer''s own settings', '2019'),
    ('us_zip', 'ZIP code', 'us_identifiers', 'shape', null, 'own',
     '02139-4307', '2139',
     'USPS, Publication 28, Postal Addressing Standards',
     'section 211; lowest and highest code in use', '2024'),
    ('us_state', 'State or territory', 'us_identifiers', 'shape', null, 'own',
     'Massachusetts', 'M',
     'USPS, Publication 28, Postal Addressing Standards',
     'appendix B; INCITS 38 for the numeric codes', '2024'),
    ('phone_e164', 'Telephone number (E.164)', 'us_identifiers', 'shape', null, 'own',
     '(508) 222-5200', '123-456-7890',
     'ITU-T E.164; ATIS North American Numbering Plan',
     'E.164 section 6; NANP number format NXX-NXX-XXXX', '2010'),
    ('email', 'Mail address', 'us_identifiers', 'shape', null, 'own',
     'Jo.Smith+tag@Example.ORG', 'two@@example.com',
     'RFC 5322 and RFC 5321',
     'RFC 5322 section 3.2.3 (dot-atom); RFC 5321 sections 4.1.2, 4.5.3.1', '2008'),
    ('uuid', 'Universally unique identifier', 'us_identifiers', 'shape', null, 'own',
     '{F81D4FAE-7DEC-11D0-A765-00A0C91E6BF6}', '00000000-0000-0000-0000-000000000000',
     'RFC 9562, Universally Unique IDentifiers',
     'section 4, text form; section 5.9, nil', '2024'),
    ('oid', 'Object identifier', 'us_identifiers', 'shape', null, 'own',
     '2.16.840.1.113883.4.6', '1.40.1',
     'ITU-T X.660; RFC 3061',
     'X.660 section 7; RFC 3061 section 2', '2011'),
    ('nhs_number', 'NHS number', 'international_identifiers', 'shape', null, 'own',
     '943 476 5919', '9434765871',
     'NHS Data Model and Dictionary',
     'attribute NHS NUMBER', '2024'),
    ('ca_bc_phn', 'British Columbia Personal Health Number', 'international_identifiers', 'shape', null, 'own',
     '9698658215', '9180967925',
     'British Columbia Ministry of Health, Conformance Standards volume 4B',
     'application rules, client registry', '2022'),
    ('ca_on_hcn', 'Ontario health card number', 'international_identifiers', 'shape', null, 'own',
     '9876543217AB', '987654321',
     'Ontario Ministry of Health, Technical Specification: Health Card Validation',
     'health number check digit (mod 10)', '2023'),
    ('au_ihi', 'Australian Individual Healthcare Identifier', 'international_identifiers', 'shape', null, 'own',
     '8003608166690503', '8003608166690504',
     'HL7 Australia, AU Base Implementation Guide; Healthcare Identifiers Act 2010',
     'identifier profiles, invariants on prefix and check digit', '4.1.0'),
    ('au_hpii', 'Australian Healthcare Provider Identifier, individual', 'international_identifiers', 'shape', null, 'own',
     '8003619900015717', '8003619900015718',
     'HL7 Australia, AU Base Implementation Guide; Healthcare Identifiers Act 2010',
     'identifier profiles, invariants on prefix and check digit', '4.1.0'),
    ('au_hpio', 'Australian Healthcare Provider Identifier, organisation', 'international_identifiers', 'shape', null, 'own',
     '8003621566684455', '8003624330146737',
     'HL7 Australia, AU Base Implementation Guide; Healthcare Identifiers Act 2010',
     'identifier profiles, invariants on prefix and check digit', '4.1.0'),
    ('au_medicare', 'Australian Medicare card number', 'international_identifiers', 'shape', null, 'own',
     '2123456701', '7123456789',
     'METeOR, Person - government funded health care identifier',
     'Medicare card number, check digit', '270101'),
    ('gtin', 'Global Trade Item Number (UDI device identifier)', 'international_identifiers', 'shape', null, 'own',
     '978-0-471-11709-4', '98412345678909',
     'GS1 General Specifications',
     'section 7.9, check digit calculations', '24.0'),
    ('luhn', 'Luhn check digit', 'international_identifiers', 'shape', null, 'own',
     '49927398716', '1234567812345678',
     'ISO/IEC 7812-1',
     'annex B', '2017'),
    ('verhoeff', 'Verhoeff check digit', 'international_identifiers', 'shape', null, 'own',
     '2363', '2364',
     'J. Verhoeff, Error Detecting Decimal Codes, Mathematical Centre Tracts 29',
     'dihedral group code', '1969'),
    ('icd10cm', 'ICD-10-CM diagnosis code', 'clinical_codes', 'shape', 'icd10cm', 'own',
     'S21231D', 'E1.19',
     'CDC/NCHS and CMS, ICD-10-CM Official Guidelines for Coding and Reporting',
     'section I.A, conventions; tabular list for leaves and headers', 'FY2026, April'),
    ('icd10cm_on_date', 'ICD-10-CM diagnosis code on a date of service', 'clinical_codes', 'shape', 'icd10cm', 'of icd10cm',
     'J12.82|2025-06-15', 'J12.82',
     'CDC/NCHS and CMS, ICD-10-CM Official Guidelines for Coding and Reporting',
     'section I.A, conventions; tabular list for leaves and headers', 'FY2026, April'),
    ('icd10pcs', 'ICD-10-PCS procedure code', 'clinical_codes', 'shape', 'icd10pcs', 'own',
     '0d9p7zz', '0I16070',
     'CMS, ICD-10-PCS Official Guidelines for Coding and Reporting',
     'section A, conventions', 'FY2026'),
    ('icd9cm_dx', 'ICD-9-CM diagnosis code', 'clinical_codes', 'shape', 'icd9cm_dx', 'own',
     '70583', '25',
     'CDC/NCHS and CMS, ICD-9-CM Official Guidelines',
     'volumes 1 and 2', 'version 32, October 2014'),
    ('icd9cm_px', 'ICD-9-CM procedure code', 'clinical_codes', 'shape', 'icd9cm_px', 'own',
     '3893', '4',
     'CDC/NCHS and CMS, ICD-9-CM Official Guidelines',
     'volume 3', 'version 32, October 2014'),
    ('loinc', 'LOINC observation code', 'clinical_codes', 'shape', null, 'own',
     '12345-5', '11501-6',
     'Regenstrief Institute, LOINC Users'' Guide',
     'appendix C, Calculating Mod 10 Check Digits', '2.78'),
    ('loinc_cdcrec_mod10', 'CDC race or ethnicity code', 'clinical_codes', 'shape', null, 'own',
     '2028-9', '2135-3',
     'CDC, Race and Ethnicity Code Set',
     'unique identifiers and their check digit', '1.2'),
    ('snomed_sctid', 'SNOMED CT identifier', 'clinical_codes', 'shape', null, 'own',
     '138875005', '138875006',
     'SNOMED International, SNOMED CT Release File Specifications',
     'chapter 6, SNOMED CT Identifiers', '2024'),
    ('cvx', 'CVX vaccine code', 'clinical_codes', 'shape', 'cvx', 'own',
     '3', 'A1',
     'CDC, IIS: HL7 Standard Code Set CVX, Vaccines Administered',
     'whole table; HL7 table 0292', '2024'),
    ('rxcui', 'RxNorm concept identifier', 'clinical_codes', 'shape', null, 'own',
     '000123', '0',
     'National Library of Medicine, RxNorm Technical Documentation',
     'section 12.4, RXCUI', '2024'),
    ('ndc', 'National Drug Code', 'clinical_codes', 'shape', null, 'own',
     '0574-4072-05', '1234567890',
     '21 CFR 207.33; CMS HIPAA billing form of eleven digits (45 CFR 162.1002)',
     '207.33(b), segments', '2016'),
    ('hl7_sex_0001', 'Administrative sex', 'clinical_codes', 'list', null, 'own',
     'female', '1',
     'HL7 Terminology, table 0001; FHIR administrative-gender',
     'v2-0001', '5.5.0'),
    ('hl7_ethnicity_0189', 'Ethnicity', 'clinical_codes', 'list', null, 'own',
     '2135-2', 'nonhispanic',
     'HL7 Terminology, table 0189; CDC Race and Ethnicity Code Set',
     'v2-0189', '5.5.0'),
    ('omb_race', 'Race (OMB category)', 'clinical_codes', 'list', null, 'own',
     '2106-3', 'white',
     'OMB Statistical Policy Directive 15; CDC Race and Ethnicity Code Set',
     'minimum categories', '1997'),
    ('cpt', 'CPT code (shape)', 'billing_codes', 'shape', null, 'own',
     '0591t', '12F34',
     'AMA, Current Procedural Terminology',
     'introduction, code symbols and categories', '2024'),
    ('hcpcs', 'HCPCS level II code', 'billing_codes', 'shape', 'hcpcs', 'own',
     'g0463', 'W1234',
     'CMS, HCPCS Level II Coding Procedures; alpha-numeric file',
     'code structure; letters of the file', 'October 2025'),
    ('modifier', 'Procedure modifier', 'billing_codes', 'shape', 'modifier', 'own',
     'rt', '00',
     'CMS, HCPCS Level II alpha-numeric file',
     'modifiers', 'October 2025'),
    ('cdt', 'CDT dental code (shape)', 'billing_codes', 'shape', null, 'own',
     'D0120', 'DA120',
     'ADA, Current Dental Terminology',
     'code structure', '2024'),
    ('ms_drg', 'Medicare severity diagnosis related group', 'billing_codes', 'list', 'ms_drg', 'own',
     '1', '015',
     'CMS, IPPS final rule',
     'table 5, list of MS-DRGs', 'FY2026, version 43'),
    ('apr_drg', 'All patient refined diagnosis related group (shape)', 'billing_codes', 'shape', null, 'own',
     '720-4', '139-5',
     'Solventum, APR-DRG Methodology Overview',
     'base group and severity of illness subclass', 'version 41'),
    ('apc', 'Ambulatory payment classification (shape)', 'billing_codes', 'shape', null, 'own',
     '1', '50123',
     'CMS, Hospital Outpatient Prospective Payment System',
     'addendum A', '2024'),
    ('revenue_code', 'Revenue code (shape)', 'billing_codes', 'shape', null, 'own',
     '0450', '045X',
     'NUBC, Official UB-04 Data Specifications Manual',
     'form locator 42', '2024'),
    ('type_of_bill', 'Type of bill', 'billing_codes', 'list', null, 'own',
     '111', '0011',
     'NUBC, Official UB-04 Data Specifications Manual; CMS Pub. 100-04',
     'form locator 4; chapter 25, section 75.1', '2024'),
    ('claim_frequency', 'Claim frequency code', 'billing_codes', 'list', null, 'own',
     '7', '11',
     'NUBC, Official UB-04 Data Specifications Manual; X12 837, element 1325',
     'form locator 4, fourth digit; CLM05-3', '2024'),
    ('place_of_service', 'Place of service', 'billing_codes', 'list', 'place_of_service', 'own',
     '22', '28',
     'CMS, Place of Service Code Set',
     'whole list, as in HL7 Terminology', '2024-05-02'),
    ('carc', 'Claim adjustment reason code (shape)', 'billing_codes', 'shape', null, 'own',
     'CO-45', '1000',
     'X12, Claim Adjustment Reason Codes (external code list 139)',
     'form of the codes; group codes of CAS01', '2024'),
    ('rarc', 'Remittance advice remark code', 'billing_codes', 'shape', null, 'own',
     'n30', '15',
     'CMS and X12, Remittance Advice Remark Codes (external code list 411)',
     'form of the codes', '2024'),
    ('date_hl7', 'HL7 version 2 timestamp', 'dates', 'shape', null, 'iso_date',
     '19760704010159.1234-0500', '20230229',
     'HL7 version 2.9, chapter 2A',
     'data type DTM', '2019'),
    ('date_fhir', 'FHIR date', 'dates', 'shape', null, 'own',
     '1973-06', '2024-1-5',
     'HL7 FHIR',
     'data types date, dateTime, instant', 'R5 (5.0.0)'),
    ('datetime_fhir', 'FHIR dateTime', 'dates', 'shape', null, 'own',
     '2015-02-07T13:28:17-05:00', '2015-02-07T13:28Z',
     'HL7 FHIR',
     'data types date, dateTime, instant', 'R5 (5.0.0)'),
    ('instant_fhir', 'FHIR instant', 'dates', 'shape', null, 'own',
     '1989-10-04T02:25:16-04:00', '2017',
     'HL7 FHIR',
     'data types date, dateTime, instant', 'R5 (5.0.0)'),
    ('date_x12_d8', 'X12 date (D8)', 'dates', 'shape', null, 'iso_date',
     '20240115', '240115',
     'ASC X12, 005010 data element dictionary',
     'element 1250, qualifiers D8 and RD8', '005010'),
    ('date_x12_rd8', 'X12 date range (RD8)', 'dates', 'shape', null, 'iso_interval',
     '20231231-20240101', '20240131-20240101',
     'ASC X12, 005010 data element dictionary',
     'element 1250, qualifiers D8 and RD8', '005010'),
    ('date_us_mdy', 'Date as month/day/year', 'dates', 'shape', null, 'iso_date',
     '1/5/2024', '13/01/2024',
     'Unicode CLDR',
     'locale en-US, short date pattern with four-digit year', '45'),
    ('date_auto', 'Date in any unambiguous notation', 'dates', 'shape', null, 'iso_date',
     'Apr 3, 2024', '03/04/2024',
     'ISO 8601-1; Unicode CLDR',
     'calendar dates; English date patterns', '2019; 45'),
    ('date_excel1900', 'Excel serial date (1900 system)', 'dates', 'shape', null, 'iso_date',
     '45292', '60',
     'ECMA-376, Office Open XML File Formats, part 1',
     'section 18.17.4.1, date conversion for serial values', '5th edition, 2016'),
    ('date_sas', 'SAS date', 'dates', 'shape', null, 'iso_date',
     '21915', 'abc',
     'SAS Institute, SAS Language Reference: Concepts',
     'dates, times, and intervals; missing values', '9.4'),
    ('year2_pivot', 'Two-digit year with a pivot', 'dates', 'shape', null, 'iso_date',
     '25|2024-06-30|birth', '5|2024-06-30|birth',
     'X12 and NCPDP implementation practice',
     'century windows', 'declared by the caller'),
    ('plausible_dates', 'Dates of birth, service and death that agree', 'dates', 'shape', null, 'absent',
     'birth=1950-01-01;service=2024-01-01;death=2024-01-01;today=2025-06-30', 'birth=1950-01-01;service=2026-01-01;death=;today=2025-06-30',
     'CMS, Medicare Code Editor; common data quality practice',
     'age over 124 and date order edits, made stricter', 'declared by the caller'),
    ('safe_harbor_zip3_2020', 'Safe Harbor ZIP code prefix (2020 census)', 'safe_harbor', 'shape', null, 'zip3',
     '85004-1234', '850',
     '45 CFR 164.514(b)(2)(i)(B); Census Bureau ZIP Code Tabulation Areas',
     'geographic subdivisions; areas and populations by prefix', '2020 census'),
    ('safe_harbor_age', 'Safe Harbor age', 'safe_harbor', 'shape', null, 'own',
     '89', 'x',
     '45 CFR 164.514(b)(2)(i)(C)',
     'ages over 89', '2013');
comment on view hcw.validators is 'the rules: one row each, key code';
grant select on hcw.validators to public;

-- All answers of one rule. Always one row, which is null where an argument is. The layer is that of
-- the rule where a code list decided, else shape.
create or replace function hcw.validate(kind text, value text)
returns table (valid boolean, canonical text, reason text, layer text)
language plpgsql immutable parallel safe rows 1 as $$
begin
    if kind is null then
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
                  hint = 'hcw.validators lists all';
    end case;
    if value is not null then
        valid := reason is null;
        layer := case
            when kind collate "C" in ('hl7_sex_0001', 'hl7_ethnicity_0189', 'omb_race', 'ms_drg',
                          'type_of_bill', 'claim_frequency', 'place_of_service')
                and (valid or reason in ('unassigned', 'not_billable', 'not_effective')) then 'list'
            else 'shape'
        end;
    end if;
    return next;
end
$$;

-- Columns that hold nothing else: one domain for each rule whose canonical text it accepts. A value
-- is kept as it was given.
do $$
declare
    rule text collate "C";
begin
    for rule in select code from hcw.validators where canonical_form = 'own' loop
        if to_regtype('hcw.' || rule) is null then
            execute format(
                'create domain hcw.%I as text constraint %I check (hcw.%I(value))',
                rule, rule || '_is_valid', rule || '_is_valid');
        end if;
    end loop;
end
$$;
