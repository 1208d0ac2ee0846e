//! Three functions for each rule of the registry: `is_valid`, `reason`, `canonical`.

use std::ptr;

use hcw_validators::{
    Canonical, Validator, billing, clinical, dates, international, safe_harbor, us,
};
use pgrx::pg_sys::Datum;

use crate::function::{Call, guarded, new_text, sql_function};

/// Exports the functions of rules, each under the code that the rule has in the registry.
macro_rules! validators {
    ($($code:ident: $rule:ty,)*) => {$(
        const _: () = assert!(
            is_same(<$rule as Validator>::ABOUT.code, stringify!($code)),
            concat!("the registry knows this rule under another code than ", stringify!($code))
        );
        sql_function!(concat!("hcw_", stringify!($code), "_is_valid"), is_valid::<$rule>);
        sql_function!(concat!("hcw_", stringify!($code), "_reason"), reason::<$rule>);
        sql_function!(concat!("hcw_", stringify!($code), "_canonical"), canonical::<$rule>);
    )*};
}

validators! {
    npi: us::Npi,
    mbi: us::Mbi,
    hicn: us::Hicn,
    ssn: us::Ssn,
    itin: us::Itin,
    ein: us::Ein,
    dea: us::Dea,
    clia: us::Clia,
    ccn: us::Ccn,
    nucc_taxonomy: us::NuccTaxonomy,
    mrn: us::Mrn,
    us_zip: us::UsZip,
    us_state: us::UsState,
    phone_e164: us::PhoneE164,
    email: us::Email,
    uuid: us::Uuid,
    oid: us::Oid,
    nhs_number: international::NhsNumber,
    ca_bc_phn: international::CaBcPhn,
    ca_on_hcn: international::CaOnHcn,
    au_ihi: international::AuIhi,
    au_hpii: international::AuHpii,
    au_hpio: international::AuHpio,
    au_medicare: international::AuMedicare,
    gtin: international::Gtin,
    luhn: international::Luhn,
    verhoeff: international::Verhoeff,
    icd10cm: clinical::Icd10Cm,
    icd10cm_on_date: clinical::Icd10CmOnDate,
    icd10pcs: clinical::Icd10Pcs,
    icd9cm_dx: clinical::Icd9CmDx,
    icd9cm_px: clinical::Icd9CmPx,
    loinc: clinical::Loinc,
    loinc_cdcrec_mod10: clinical::CdcRaceEthnicity,
    snomed_sctid: clinical::SnomedSctid,
    cvx: clinical::Cvx,
    rxcui: clinical::Rxcui,
    ndc: clinical::Ndc,
    hl7_sex_0001: clinical::Hl7Sex,
    hl7_ethnicity_0189: clinical::Hl7Ethnicity,
    omb_race: clinical::OmbRace,
    cpt: billing::Cpt,
    hcpcs: billing::Hcpcs,
    modifier: billing::Modifier,
    cdt: billing::Cdt,
    ms_drg: billing::MsDrg,
    apr_drg: billing::AprDrg,
    apc: billing::Apc,
    revenue_code: billing::RevenueCode,
    type_of_bill: billing::TypeOfBill,
    claim_frequency: billing::ClaimFrequency,
    place_of_service: billing::PlaceOfService,
    carc: billing::Carc,
    rarc: billing::Rarc,
    date_hl7: dates::DateHl7,
    date_fhir: dates::DateFhir,
    datetime_fhir: dates::DateTimeFhir,
    instant_fhir: dates::InstantFhir,
    date_x12_d8: dates::DateX12D8,
    date_x12_rd8: dates::DateX12Rd8,
    date_us_mdy: dates::DateUsMdy,
    date_auto: dates::DateAuto,
    date_excel1900: dates::DateExcel1900,
    date_sas: dates::DateSas,
    year2_pivot: dates::Year2Pivot,
    plausible_dates: dates::PlausibleDates,
    safe_harbor_zip3_2020: safe_harbor::SafeHarborZip3,
    safe_harbor_age: safe_harbor::SafeHarborAge,
}

#[inline(always)]
fn is_valid<V: Validator>(call: Call<'_>) -> Datum {
    let text = call.text(0).bytes();
    Datum::from(guarded(|| V::is_valid(text)))
}

#[inline(always)]
fn reason<V: Validator>(call: Call<'_>) -> Datum {
    let text = call.text(0).bytes();
    let reason = guarded(|| V::reason(text));
    call.text_or_null(reason.map(|reason| reason.as_str().as_bytes()))
}

#[inline(always)]
fn canonical<V: Validator>(call: Call<'_>) -> Datum {
    let text = call.text(0);
    match guarded(|| V::check(text.bytes())) {
        Err(_) | Ok(Canonical::None) => call.null(),
        // The whole argument; a part of equal length may also be a constant of the rule.
        Ok(Canonical::Same(part)) if ptr::eq(part, text.bytes()) => text.datum(),
        Ok(Canonical::Same(part)) => new_text(part),
        Ok(other) => {
            let mut buffer = [0; 256];
            call.text_or_null(other.render(&mut buffer))
        }
    }
}

/// Whether two names are the same, at compile time.
const fn is_same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let mut place = 0;
    while place < one.len() && place < other.len() {
        if one[place] != other[place] {
            return false;
        }
        place += 1;
    }
    one.len() == other.len()
}
