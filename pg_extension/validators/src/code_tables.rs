//! The list layer: what a rule asks of code tables that live elsewhere.

use crate::dates::Date;
use crate::reason::Reason;

/// A code system whose table may be loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CodeSystem {
    /// ICD-10-CM diagnoses, leaves and headers.
    Icd10Cm,
    /// ICD-10-PCS procedures.
    Icd10Pcs,
    /// ICD-9-CM volume 1 diagnoses, leaves.
    Icd9CmDx,
    /// ICD-9-CM volume 3 procedures, leaves.
    Icd9CmPx,
    /// HCPCS level II.
    Hcpcs,
    /// HCPCS level II modifiers (those with a letter; CPT's are licensed).
    HcpcsModifier,
    /// MS-DRG.
    MsDrg,
    /// CMS place of service.
    PlaceOfService,
    /// CDC vaccines administered.
    Cvx,
    /// NUCC provider taxonomy.
    NuccTaxonomy,
}

impl CodeSystem {
    /// The stable name, also that of the table.
    pub const fn as_str(self) -> &'static str {
        match self {
            CodeSystem::Icd10Cm => "icd10cm",
            CodeSystem::Icd10Pcs => "icd10pcs",
            CodeSystem::Icd9CmDx => "icd9cm_dx",
            CodeSystem::Icd9CmPx => "icd9cm_px",
            CodeSystem::Hcpcs => "hcpcs",
            CodeSystem::HcpcsModifier => "modifier",
            CodeSystem::MsDrg => "ms_drg",
            CodeSystem::PlaceOfService => "place_of_service",
            CodeSystem::Cvx => "cvx",
            CodeSystem::NuccTaxonomy => "nucc_taxonomy",
        }
    }
}

/// What a code table says of a code, in one release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listing {
    /// A code to use.
    Leaf,
    /// A header or category above codes.
    Header,
    /// Not in this release but in another one.
    OtherRelease,
    /// In no release.
    Absent,
}

impl Listing {
    /// Why such a code is not valid.
    ///
    /// On a date a code of no release counts as not in force; without a date as not assigned.
    pub const fn reason(self, dated: bool) -> Option<Reason> {
        match self {
            Listing::Leaf => None,
            Listing::Header => Some(Reason::NotBillable),
            Listing::OtherRelease => Some(Reason::NotEffective),
            Listing::Absent if dated => Some(Reason::NotEffective),
            Listing::Absent => Some(Reason::Unassigned),
        }
    }
}

/// Loaded code tables.
pub trait CodeTables {
    /// What `system`'s table says of `code`.
    ///
    /// **Shape**: `code` is canonical text (dotted and in upper case for ICD). Without a date the
    /// newest release answers; with one, the release in force on that day.
    /// **Nulls**: `None` where no such table is loaded, and the list layer is skipped.
    fn listing(&self, system: CodeSystem, code: &[u8], on: Option<Date>) -> Option<Listing>;
}

/// No table is loaded.
#[derive(Clone, Copy, Debug)]
pub struct NoTables;

impl CodeTables for NoTables {
    fn listing(&self, _: CodeSystem, _: &[u8], _: Option<Date>) -> Option<Listing> {
        None
    }
}
