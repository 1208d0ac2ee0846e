-- Generated from the registry of hcw-validators by its example `extension_sql`.
-- The control file names schema hcw: the server makes it where it is missing, and it is no
-- part of the extension, so that dropping the extension leaves what else lives there.
\echo Use "create extension hcw_pg" to load this file. \quit

-- National Provider Identifier
create function hcw.npi_is_valid(value text) returns boolean
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_npi_is_valid';
create function hcw.npi_reason(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_npi_reason';
create function hcw.npi_canonical(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_npi_canonical';

-- Medicare Beneficiary Identifier
create function hcw.mbi_is_valid(value text) returns boolean
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_mbi_is_valid';
create function hcw.mbi_reason(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_mbi_reason';
create function hcw.mbi_canonical(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_mbi_canonical';

-- Health Insurance Claim Number (retired)
create function hcw.hicn_is_valid(value text) returns boolean
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_hicn_is_valid';
create function hcw.hicn_reason(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_hicn_reason';
create function hcw.hicn_canonical(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_hicn_canonical';

-- Social Security number
create function hcw.ssn_is_valid(value text) returns boolean
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_ssn_is_valid';
create function hcw.ssn_reason(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_ssn_reason';
create function hcw.ssn_canonical(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_ssn_canonical';

-- Individual Taxpayer Identification Number
create function hcw.itin_is_valid(value text) returns boolean
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_itin_is_valid';
create function hcw.itin_reason(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_itin_reason';
create function hcw.itin_canonical(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_itin_canonical';

-- Employer Identification Number
create function hcw.ein_is_valid(value text) returns boolean
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_ein_is_valid';
create function hcw.ein_reason(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_ein_reason';
create function hcw.ein_canonical(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_ein_canonical';

-- DEA registration number
create function hcw.dea_is_valid(value text) returns boolean
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_dea_is_valid';
create function hcw.dea_reason(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_dea_reason';
create function hcw.dea_canonical(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_dea_canonical';

-- CLIA laboratory number
create function hcw.clia_is_valid(value text) returns boolean
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_clia_is_valid';
create function hcw.clia_reason(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_clia_reason';
create function hcw.clia_canonical(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_clia_canonical';

-- CMS Certification Number
create function hcw.ccn_is_valid(value text) returns boolean
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_ccn_is_valid';
create function hcw.ccn_reason(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_ccn_reason';
create function hcw.ccn_canonical(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_ccn_canonical';

-- Health care provider taxonomy code
create function hcw.nucc_taxonomy_is_valid(value text) returns boolean
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_nucc_taxonomy_is_valid';
create function hcw.nucc_taxonomy_reason(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_nucc_taxonomy_reason';
create function hcw.nucc_taxonomy_canonical(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_nucc_taxonomy_canonical';

-- Medical record number
create function hcw.mrn_is_valid(value text) returns boolean
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_mrn_is_valid';
create function hcw.mrn_reason(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_mrn_reason';
create function hcw.mrn_canonical(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_mrn_canonical';

-- ZIP code
create function hcw.us_zip_is_valid(value text) returns boolean
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_us_zip_is_valid';
create function hcw.us_zip_reason(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_us_zip_reason';
create function hcw.us_zip_canonical(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_us_zip_canonical';

-- State or territory
create function hcw.us_state_is_valid(value text) returns boolean
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_us_state_is_valid';
create function hcw.us_state_reason(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_us_state_reason';
create function hcw.us_state_canonical(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_us_state_canonical';

-- Telephone number (E.164)
create function hcw.phone_e164_is_valid(value text) returns boolean
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_phone_e164_is_valid';
create function hcw.phone_e164_reason(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_phone_e164_reason';
create function hcw.phone_e164_canonical(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_phone_e164_canonical';

-- Mail address
create function hcw.email_is_valid(value text) returns boolean
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_email_is_valid';
create function hcw.email_reason(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_email_reason';
create function hcw.email_canonical(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_email_canonical';

-- Universally unique identifier
create function hcw.uuid_is_valid(value text) returns boolean
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_uuid_is_valid';
create function hcw.uuid_reason(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_uuid_reason';
create function hcw.uuid_canonical(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_uuid_canonical';

-- Object identifier
create function hcw.oid_is_valid(value text) returns boolean
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_oid_is_valid';
create function hcw.oid_reason(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_oid_reason';
create function hcw.oid_canonical(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_oid_canonical';

-- NHS number
create function hcw.nhs_number_is_valid(value text) returns boolean
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_nhs_number_is_valid';
create function hcw.nhs_number_reason(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_nhs_number_reason';
create function hcw.nhs_number_canonical(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_nhs_number_canonical';

-- British Columbia Personal Health Number
create function hcw.ca_bc_phn_is_valid(value text) returns boolean
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_ca_bc_phn_is_valid';
create function hcw.ca_bc_phn_reason(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_ca_bc_phn_reason';
create function hcw.ca_bc_phn_canonical(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_ca_bc_phn_canonical';

-- Ontario health card number
create function hcw.ca_on_hcn_is_valid(value text) returns boolean
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_ca_on_hcn_is_valid';
create function hcw.ca_on_hcn_reason(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_ca_on_hcn_reason';
create function hcw.ca_on_hcn_canonical(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_ca_on_hcn_canonical';

-- Australian Individual Healthcare Identifier
create function hcw.au_ihi_is_valid(value text) returns boolean
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_au_ihi_is_valid';
create function hcw.au_ihi_reason(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_au_ihi_reason';
create function hcw.au_ihi_canonical(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_au_ihi_canonical';

-- Australian Healthcare Provider Identifier, individual
create function hcw.au_hpii_is_valid(value text) returns boolean
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_au_hpii_is_valid';
create function hcw.au_hpii_reason(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_au_hpii_reason';
create function hcw.au_hpii_canonical(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_au_hpii_canonical';

-- Australian Healthcare Provider Identifier, organisation
create function hcw.au_hpio_is_valid(value text) returns boolean
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_au_hpio_is_valid';
create function hcw.au_hpio_reason(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_au_hpio_reason';
create function hcw.au_hpio_canonical(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_au_hpio_canonical';

-- Australian Medicare card number
create function hcw.au_medicare_is_valid(value text) returns boolean
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_au_medicare_is_valid';
create function hcw.au_medicare_reason(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_au_medicare_reason';
create function hcw.au_medicare_canonical(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_au_medicare_canonical';

-- Global Trade Item Number (UDI device identifier)
create function hcw.gtin_is_valid(value text) returns boolean
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_gtin_is_valid';
create function hcw.gtin_reason(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_gtin_reason';
create function hcw.gtin_canonical(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_gtin_canonical';

-- Luhn check digit
create function hcw.luhn_is_valid(value text) returns boolean
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_luhn_is_valid';
create function hcw.luhn_reason(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_luhn_reason';
create function hcw.luhn_canonical(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_luhn_canonical';

-- Verhoeff check digit
create function hcw.verhoeff_is_valid(value text) returns boolean
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_verhoeff_is_valid';
create function hcw.verhoeff_reason(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_verhoeff_reason';
create function hcw.verhoeff_canonical(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_verhoeff_canonical';

-- ICD-10-CM diagnosis code
create function hcw.icd10cm_is_valid(value text) returns boolean
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_icd10cm_is_valid';
create function hcw.icd10cm_reason(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_icd10cm_reason';
create function hcw.icd10cm_canonical(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_icd10cm_canonical';

-- ICD-10-CM diagnosis code on a date of service
create function hcw.icd10cm_on_date_is_valid(value text) returns boolean
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_icd10cm_on_date_is_valid';
create function hcw.icd10cm_on_date_reason(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_icd10cm_on_date_reason';
create function hcw.icd10cm_on_date_canonical(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_icd10cm_on_date_canonical';

-- ICD-10-PCS procedure code
create function hcw.icd10pcs_is_valid(value text) returns boolean
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_icd10pcs_is_valid';
create function hcw.icd10pcs_reason(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_icd10pcs_reason';
create function hcw.icd10pcs_canonical(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_icd10pcs_canonical';

-- ICD-9-CM diagnosis code
create function hcw.icd9cm_dx_is_valid(value text) returns boolean
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_icd9cm_dx_is_valid';
create function hcw.icd9cm_dx_reason(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_icd9cm_dx_reason';
create function hcw.icd9cm_dx_canonical(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_icd9cm_dx_canonical';

-- ICD-9-CM procedure code
create function hcw.icd9cm_px_is_valid(value text) returns boolean
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_icd9cm_px_is_valid';
create function hcw.icd9cm_px_reason(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_icd9cm_px_reason';
create function hcw.icd9cm_px_canonical(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_icd9cm_px_canonical';

-- LOINC observation code
create function hcw.loinc_is_valid(value text) returns boolean
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_loinc_is_valid';
create function hcw.loinc_reason(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_loinc_reason';
create function hcw.loinc_canonical(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_loinc_canonical';

-- CDC race or ethnicity code
create function hcw.loinc_cdcrec_mod10_is_valid(value text) returns boolean
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_loinc_cdcrec_mod10_is_valid';
create function hcw.loinc_cdcrec_mod10_reason(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_loinc_cdcrec_mod10_reason';
create function hcw.loinc_cdcrec_mod10_canonical(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_loinc_cdcrec_mod10_canonical';

-- SNOMED CT identifier
create function hcw.snomed_sctid_is_valid(value text) returns boolean
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_snomed_sctid_is_valid';
create function hcw.snomed_sctid_reason(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_snomed_sctid_reason';
create function hcw.snomed_sctid_canonical(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_snomed_sctid_canonical';

-- CVX vaccine code
create function hcw.cvx_is_valid(value text) returns boolean
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_cvx_is_valid';
create function hcw.cvx_reason(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_cvx_reason';
create function hcw.cvx_canonical(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_cvx_canonical';

-- RxNorm concept identifier
create function hcw.rxcui_is_valid(value text) returns boolean
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_rxcui_is_valid';
create function hcw.rxcui_reason(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_rxcui_reason';
create function hcw.rxcui_canonical(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_rxcui_canonical';

-- National Drug Code
create function hcw.ndc_is_valid(value text) returns boolean
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_ndc_is_valid';
create function hcw.ndc_reason(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_ndc_reason';
create function hcw.ndc_canonical(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_ndc_canonical';

-- Administrative sex
create function hcw.hl7_sex_0001_is_valid(value text) returns boolean
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_hl7_sex_0001_is_valid';
create function hcw.hl7_sex_0001_reason(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_hl7_sex_0001_reason';
create function hcw.hl7_sex_0001_canonical(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_hl7_sex_0001_canonical';

-- Ethnicity
create function hcw.hl7_ethnicity_0189_is_valid(value text) returns boolean
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_hl7_ethnicity_0189_is_valid';
create function hcw.hl7_ethnicity_0189_reason(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_hl7_ethnicity_0189_reason';
create function hcw.hl7_ethnicity_0189_canonical(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_hl7_ethnicity_0189_canonical';

-- Race (OMB category)
create function hcw.omb_race_is_valid(value text) returns boolean
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_omb_race_is_valid';
create function hcw.omb_race_reason(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_omb_race_reason';
create function hcw.omb_race_canonical(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_omb_race_canonical';

-- CPT code (shape)
create function hcw.cpt_is_valid(value text) returns boolean
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_cpt_is_valid';
create function hcw.cpt_reason(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_cpt_reason';
create function hcw.cpt_canonical(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_cpt_canonical';

-- HCPCS level II code
create function hcw.hcpcs_is_valid(value text) returns boolean
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_hcpcs_is_valid';
create function hcw.hcpcs_reason(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_hcpcs_reason';
create function hcw.hcpcs_canonical(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_hcpcs_canonical';

-- Procedure modifier
create function hcw.modifier_is_valid(value text) returns boolean
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_modifier_is_valid';
create function hcw.modifier_reason(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_modifier_reason';
create function hcw.modifier_canonical(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_modifier_canonical';

-- CDT dental code (shape)
create function hcw.cdt_is_valid(value text) returns boolean
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_cdt_is_valid';
create function hcw.cdt_reason(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_cdt_reason';
create function hcw.cdt_canonical(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_cdt_canonical';

-- Medicare severity diagnosis related group
create function hcw.ms_drg_is_valid(value text) returns boolean
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_ms_drg_is_valid';
create function hcw.ms_drg_reason(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_ms_drg_reason';
create function hcw.ms_drg_canonical(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_ms_drg_canonical';

-- All patient refined diagnosis related group (shape)
create function hcw.apr_drg_is_valid(value text) returns boolean
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_apr_drg_is_valid';
create function hcw.apr_drg_reason(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_apr_drg_reason';
create function hcw.apr_drg_canonical(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_apr_drg_canonical';

-- Ambulatory payment classification (shape)
create function hcw.apc_is_valid(value text) returns boolean
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_apc_is_valid';
create function hcw.apc_reason(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_apc_reason';
create function hcw.apc_canonical(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_apc_canonical';

-- Revenue code (shape)
create function hcw.revenue_code_is_valid(value text) returns boolean
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_revenue_code_is_valid';
create function hcw.revenue_code_reason(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_revenue_code_reason';
create function hcw.revenue_code_canonical(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_revenue_code_canonical';

-- Type of bill
create function hcw.type_of_bill_is_valid(value text) returns boolean
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_type_of_bill_is_valid';
create function hcw.type_of_bill_reason(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_type_of_bill_reason';
create function hcw.type_of_bill_canonical(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_type_of_bill_canonical';

-- Claim frequency code
create function hcw.claim_frequency_is_valid(value text) returns boolean
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_claim_frequency_is_valid';
create function hcw.claim_frequency_reason(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_claim_frequency_reason';
create function hcw.claim_frequency_canonical(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_claim_frequency_canonical';

-- Place of service
create function hcw.place_of_service_is_valid(value text) returns boolean
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_place_of_service_is_valid';
create function hcw.place_of_service_reason(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_place_of_service_reason';
create function hcw.place_of_service_canonical(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_place_of_service_canonical';

-- Claim adjustment reason code (shape)
create function hcw.carc_is_valid(value text) returns boolean
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_carc_is_valid';
create function hcw.carc_reason(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_carc_reason';
create function hcw.carc_canonical(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_carc_canonical';

-- Remittance advice remark code
create function hcw.rarc_is_valid(value text) returns boolean
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_rarc_is_valid';
create function hcw.rarc_reason(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_rarc_reason';
create function hcw.rarc_canonical(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_rarc_canonical';

-- HL7 version 2 timestamp
create function hcw.date_hl7_is_valid(value text) returns boolean
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_date_hl7_is_valid';
create function hcw.date_hl7_reason(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_date_hl7_reason';
create function hcw.date_hl7_canonical(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_date_hl7_canonical';

-- FHIR date
create function hcw.date_fhir_is_valid(value text) returns boolean
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_date_fhir_is_valid';
create function hcw.date_fhir_reason(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_date_fhir_reason';
create function hcw.date_fhir_canonical(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_date_fhir_canonical';

-- FHIR dateTime
create function hcw.datetime_fhir_is_valid(value text) returns boolean
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_datetime_fhir_is_valid';
create function hcw.datetime_fhir_reason(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_datetime_fhir_reason';
create function hcw.datetime_fhir_canonical(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_datetime_fhir_canonical';

-- FHIR instant
create function hcw.instant_fhir_is_valid(value text) returns boolean
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_instant_fhir_is_valid';
create function hcw.instant_fhir_reason(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_instant_fhir_reason';
create function hcw.instant_fhir_canonical(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_instant_fhir_canonical';

-- X12 date (D8)
create function hcw.date_x12_d8_is_valid(value text) returns boolean
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_date_x12_d8_is_valid';
create function hcw.date_x12_d8_reason(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_date_x12_d8_reason';
create function hcw.date_x12_d8_canonical(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_date_x12_d8_canonical';

-- X12 date range (RD8)
create function hcw.date_x12_rd8_is_valid(value text) returns boolean
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_date_x12_rd8_is_valid';
create function hcw.date_x12_rd8_reason(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_date_x12_rd8_reason';
create function hcw.date_x12_rd8_canonical(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_date_x12_rd8_canonical';

-- Date as month/day/year
create function hcw.date_us_mdy_is_valid(value text) returns boolean
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_date_us_mdy_is_valid';
create function hcw.date_us_mdy_reason(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_date_us_mdy_reason';
create function hcw.date_us_mdy_canonical(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_date_us_mdy_canonical';

-- Date in any unambiguous notation
create function hcw.date_auto_is_valid(value text) returns boolean
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_date_auto_is_valid';
create function hcw.date_auto_reason(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_date_auto_reason';
create function hcw.date_auto_canonical(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_date_auto_canonical';

-- Excel serial date (1900 system)
create function hcw.date_excel1900_is_valid(value text) returns boolean
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_date_excel1900_is_valid';
create function hcw.date_excel1900_reason(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_date_excel1900_reason';
create function hcw.date_excel1900_canonical(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_date_excel1900_canonical';

-- SAS date
create function hcw.date_sas_is_valid(value text) returns boolean
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_date_sas_is_valid';
create function hcw.date_sas_reason(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_date_sas_reason';
create function hcw.date_sas_canonical(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_date_sas_canonical';

-- Two-digit year with a pivot
create function hcw.year2_pivot_is_valid(value text) returns boolean
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_year2_pivot_is_valid';
create function hcw.year2_pivot_reason(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_year2_pivot_reason';
create function hcw.year2_pivot_canonical(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_year2_pivot_canonical';

-- Dates of birth, service and death that agree
create function hcw.plausible_dates_is_valid(value text) returns boolean
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_plausible_dates_is_valid';
create function hcw.plausible_dates_reason(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_plausible_dates_reason';
create function hcw.plausible_dates_canonical(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_plausible_dates_canonical';

-- Safe Harbor ZIP code prefix (2020 census)
create function hcw.safe_harbor_zip3_2020_is_valid(value text) returns boolean
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_safe_harbor_zip3_2020_is_valid';
create function hcw.safe_harbor_zip3_2020_reason(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_safe_harbor_zip3_2020_reason';
create function hcw.safe_harbor_zip3_2020_canonical(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_safe_harbor_zip3_2020_canonical';

-- Safe Harbor age
create function hcw.safe_harbor_age_is_valid(value text) returns boolean
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_safe_harbor_age_is_valid';
create function hcw.safe_harbor_age_reason(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_safe_harbor_age_reason';
create function hcw.safe_harbor_age_canonical(value text) returns text
    language c immutable strict parallel safe as 'MODULE_PATHNAME', 'hcw_safe_harbor_age_canonical';

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
