-- Generated from the registry of hcw-validators by its example `extension_sql`.
-- The control file names schema hcw: the server makes it where it is missing, and it is no
-- part of the extension, so that dropping the extension leaves what else lives there.
\echo Use "alter extension hcw_pg update" to load this file. \quit

-- Dates and de-identification
create function hcw.parse_date(value text, format text) returns date
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_parse_date';
comment on function hcw.parse_date(text, text) is 'the day of a date or timestamp in a declared notation; null where it has none';
create function hcw.parse_partial_date(value text, format text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_parse_partial_date';
comment on function hcw.parse_partial_date(text, text) is 'the same as ISO 8601 text, as precise as the value: 1976 stays 1976';
create function hcw.date_precision(value text, format text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_date_precision';
comment on function hcw.date_precision(text, text) is 'year, month, day, hour, minute, second or fraction';
create function hcw.date_lower(value text, format text) returns date
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_date_lower';
comment on function hcw.date_lower(text, text) is 'the first day that a date may mean';
create function hcw.date_upper(value text, format text) returns date
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_date_upper';
comment on function hcw.date_upper(text, text) is 'the last day that a date may mean';
create function hcw.clean_text(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_clean_text';
comment on function hcw.clean_text(text) is 'full-width digits, no-break spaces and Unicode dashes folded to ASCII';
create function hcw.safe_harbor_zip3(zip text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_safe_harbor_zip3_2020_canonical';
comment on function hcw.safe_harbor_zip3(text) is 'the ZIP digits that Safe Harbor lets stand; 000 for 20,000 people or fewer';
create function hcw.safe_harbor_age(age text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_safe_harbor_age_canonical';
comment on function hcw.safe_harbor_age(text) is 'the age, or 90+';
create function hcw.safe_harbor_age(age integer) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_safe_harbor_age_of_integer';
comment on function hcw.safe_harbor_age(integer) is 'the age, or 90+';
create function hcw.safe_harbor_birth_year(birth date, today date) returns integer
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_safe_harbor_birth_year';
comment on function hcw.safe_harbor_birth_year(date, date) is 'the year of birth; null where it would tell an age above 89';
create function hcw.shift_date(day date, person_key text, secret bytea, weeks boolean default false) returns date
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_shift_date';
comment on function hcw.shift_date(date, text, bytea, boolean) is 'a day moved by a secret number of days, the same for all days of a person';
create function hcw.shift_date(day date, person_key text, secret text, weeks boolean default false) returns date
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_shift_date';
comment on function hcw.shift_date(date, text, text, boolean) is 'a day moved by a secret number of days, the same for all days of a person';

-- All answers of one rule. Always one row, which is null where an argument is.
create function hcw.validate(kind text, value text) returns table (valid boolean, canonical text, reason text, layer text)
    language c immutable parallel safe rows 1 as 'MODULE_PATHNAME', 'hcw_validate';

-- Every rule, as the registry describes it
create view hcw.validators
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

-- Columns that hold nothing else: one domain for each rule whose canonical text it accepts
create domain hcw.npi as text
    constraint npi_is_valid check (hcw.npi_is_valid(value));
create domain hcw.mbi as text
    constraint mbi_is_valid check (hcw.mbi_is_valid(value));
create domain hcw.hicn as text
    constraint hicn_is_valid check (hcw.hicn_is_valid(value));
create domain hcw.ssn as text
    constraint ssn_is_valid check (hcw.ssn_is_valid(value));
create domain hcw.itin as text
    constraint itin_is_valid check (hcw.itin_is_valid(value));
create domain hcw.ein as text
    constraint ein_is_valid check (hcw.ein_is_valid(value));
create domain hcw.dea as text
    constraint dea_is_valid check (hcw.dea_is_valid(value));
create domain hcw.clia as text
    constraint clia_is_valid check (hcw.clia_is_valid(value));
create domain hcw.ccn as text
    constraint ccn_is_valid check (hcw.ccn_is_valid(value));
create domain hcw.nucc_taxonomy as text
    constraint nucc_taxonomy_is_valid check (hcw.nucc_taxonomy_is_valid(value));
create domain hcw.mrn as text
    constraint mrn_is_valid check (hcw.mrn_is_valid(value));
create domain hcw.us_zip as text
    constraint us_zip_is_valid check (hcw.us_zip_is_valid(value));
create domain hcw.us_state as text
    constraint us_state_is_valid check (hcw.us_state_is_valid(value));
create domain hcw.phone_e164 as text
    constraint phone_e164_is_valid check (hcw.phone_e164_is_valid(value));
create domain hcw.email as text
    constraint email_is_valid check (hcw.email_is_valid(value));
create domain hcw.uuid as text
    constraint uuid_is_valid check (hcw.uuid_is_valid(value));
create domain hcw.oid as text
    constraint oid_is_valid check (hcw.oid_is_valid(value));
create domain hcw.nhs_number as text
    constraint nhs_number_is_valid check (hcw.nhs_number_is_valid(value));
create domain hcw.ca_bc_phn as text
    constraint ca_bc_phn_is_valid check (hcw.ca_bc_phn_is_valid(value));
create domain hcw.ca_on_hcn as text
    constraint ca_on_hcn_is_valid check (hcw.ca_on_hcn_is_valid(value));
create domain hcw.au_ihi as text
    constraint au_ihi_is_valid check (hcw.au_ihi_is_valid(value));
create domain hcw.au_hpii as text
    constraint au_hpii_is_valid check (hcw.au_hpii_is_valid(value));
create domain hcw.au_hpio as text
    constraint au_hpio_is_valid check (hcw.au_hpio_is_valid(value));
create domain hcw.au_medicare as text
    constraint au_medicare_is_valid check (hcw.au_medicare_is_valid(value));
create domain hcw.gtin as text
    constraint gtin_is_valid check (hcw.gtin_is_valid(value));
create domain hcw.luhn as text
    constraint luhn_is_valid check (hcw.luhn_is_valid(value));
create domain hcw.verhoeff as text
    constraint verhoeff_is_valid check (hcw.verhoeff_is_valid(value));
create domain hcw.icd10cm as text
    constraint icd10cm_is_valid check (hcw.icd10cm_is_valid(value));
create domain hcw.icd10pcs as text
    constraint icd10pcs_is_valid check (hcw.icd10pcs_is_valid(value));
create domain hcw.icd9cm_dx as text
    constraint icd9cm_dx_is_valid check (hcw.icd9cm_dx_is_valid(value));
create domain hcw.icd9cm_px as text
    constraint icd9cm_px_is_valid check (hcw.icd9cm_px_is_valid(value));
create domain hcw.loinc as text
    constraint loinc_is_valid check (hcw.loinc_is_valid(value));
create domain hcw.loinc_cdcrec_mod10 as text
    constraint loinc_cdcrec_mod10_is_valid check (hcw.loinc_cdcrec_mod10_is_valid(value));
create domain hcw.snomed_sctid as text
    constraint snomed_sctid_is_valid check (hcw.snomed_sctid_is_valid(value));
create domain hcw.cvx as text
    constraint cvx_is_valid check (hcw.cvx_is_valid(value));
create domain hcw.rxcui as text
    constraint rxcui_is_valid check (hcw.rxcui_is_valid(value));
create domain hcw.ndc as text
    constraint ndc_is_valid check (hcw.ndc_is_valid(value));
create domain hcw.hl7_sex_0001 as text
    constraint hl7_sex_0001_is_valid check (hcw.hl7_sex_0001_is_valid(value));
create domain hcw.hl7_ethnicity_0189 as text
    constraint hl7_ethnicity_0189_is_valid check (hcw.hl7_ethnicity_0189_is_valid(value));
create domain hcw.omb_race as text
    constraint omb_race_is_valid check (hcw.omb_race_is_valid(value));
create domain hcw.cpt as text
    constraint cpt_is_valid check (hcw.cpt_is_valid(value));
create domain hcw.hcpcs as text
    constraint hcpcs_is_valid check (hcw.hcpcs_is_valid(value));
create domain hcw.modifier as text
    constraint modifier_is_valid check (hcw.modifier_is_valid(value));
create domain hcw.cdt as text
    constraint cdt_is_valid check (hcw.cdt_is_valid(value));
create domain hcw.ms_drg as text
    constraint ms_drg_is_valid check (hcw.ms_drg_is_valid(value));
create domain hcw.apr_drg as text
    constraint apr_drg_is_valid check (hcw.apr_drg_is_valid(value));
create domain hcw.apc as text
    constraint apc_is_valid check (hcw.apc_is_valid(value));
create domain hcw.revenue_code as text
    constraint revenue_code_is_valid check (hcw.revenue_code_is_valid(value));
create domain hcw.type_of_bill as text
    constraint type_of_bill_is_valid check (hcw.type_of_bill_is_valid(value));
create domain hcw.claim_frequency as text
    constraint claim_frequency_is_valid check (hcw.claim_frequency_is_valid(value));
create domain hcw.place_of_service as text
    constraint place_of_service_is_valid check (hcw.place_of_service_is_valid(value));
create domain hcw.carc as text
    constraint carc_is_valid check (hcw.carc_is_valid(value));
create domain hcw.rarc as text
    constraint rarc_is_valid check (hcw.rarc_is_valid(value));
create domain hcw.date_fhir as text
    constraint date_fhir_is_valid check (hcw.date_fhir_is_valid(value));
create domain hcw.datetime_fhir as text
    constraint datetime_fhir_is_valid check (hcw.datetime_fhir_is_valid(value));
create domain hcw.instant_fhir as text
    constraint instant_fhir_is_valid check (hcw.instant_fhir_is_valid(value));
