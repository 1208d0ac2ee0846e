-- Version 0.1.0, kept as it was: what an upgrade starts from.
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
