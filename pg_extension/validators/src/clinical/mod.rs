//! Codes for diagnoses, procedures, observations, drugs and people.

pub mod cvx;
pub mod demographics;
pub mod icd10cm;
pub mod icd10pcs;
pub mod icd9cm;
pub mod loinc;
pub mod ndc;
pub mod rxcui;
pub mod snomed;

pub use cvx::Cvx;
pub use demographics::{Hl7Ethnicity, Hl7Sex, OmbRace};
pub use icd9cm::{Icd9CmDx, Icd9CmPx};
pub use icd10cm::{Icd10Cm, Icd10CmOnDate};
pub use icd10pcs::Icd10Pcs;
pub use loinc::{CdcRaceEthnicity, Loinc};
pub use ndc::Ndc;
pub use rxcui::Rxcui;
pub use snomed::SnomedSctid;

use crate::registry::Entry;

pub(crate) static ENTRIES: &[Entry] = &[
    Entry::of::<Icd10Cm>(),
    Entry::of::<Icd10CmOnDate>(),
    Entry::of::<Icd10Pcs>(),
    Entry::of::<Icd9CmDx>(),
    Entry::of::<Icd9CmPx>(),
    Entry::of::<Loinc>(),
    Entry::of::<CdcRaceEthnicity>(),
    Entry::of::<SnomedSctid>(),
    Entry::of::<Cvx>(),
    Entry::of::<Rxcui>(),
    Entry::of::<Ndc>(),
    Entry::of::<Hl7Sex>(),
    Entry::of::<Hl7Ethnicity>(),
    Entry::of::<OmbRace>(),
];
