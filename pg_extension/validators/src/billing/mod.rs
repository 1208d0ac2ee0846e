//! Codes on claims. Licensed code sets (CPT, CDT, APR-DRG, revenue codes, CARC) are checked by
//! shape only.

pub mod adjustment;
pub mod bill_type;
pub mod drg;
pub mod place_of_service;
pub mod procedure;
pub mod revenue;

pub use adjustment::{Carc, Rarc};
pub use bill_type::{ClaimFrequency, TypeOfBill};
pub use drg::{AprDrg, MsDrg};
pub use place_of_service::PlaceOfService;
pub use procedure::{Cdt, Cpt, Hcpcs, Modifier};
pub use revenue::{Apc, RevenueCode};

use crate::registry::Entry;

pub(crate) static ENTRIES: &[Entry] = &[
    Entry::of::<Cpt>(),
    Entry::of::<Hcpcs>(),
    Entry::of::<Modifier>(),
    Entry::of::<Cdt>(),
    Entry::of::<MsDrg>(),
    Entry::of::<AprDrg>(),
    Entry::of::<Apc>(),
    Entry::of::<RevenueCode>(),
    Entry::of::<TypeOfBill>(),
    Entry::of::<ClaimFrequency>(),
    Entry::of::<PlaceOfService>(),
    Entry::of::<Carc>(),
    Entry::of::<Rarc>(),
];
