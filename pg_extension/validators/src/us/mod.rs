//! Identifiers used in the United States, and the general ones kept beside them.

pub mod ccn;
pub mod clia;
pub mod dea;
pub mod ein;
pub mod email;
pub mod hicn;
pub mod itin;
pub mod mbi;
pub mod mrn;
pub mod npi;
pub mod nucc_taxonomy;
pub mod oid;
pub mod phone;
pub mod ssn;
pub mod state;
pub mod tin;
pub mod uuid;
pub mod zip;

pub use ccn::Ccn;
pub use clia::Clia;
pub use dea::Dea;
pub use ein::Ein;
pub use email::Email;
pub use hicn::Hicn;
pub use itin::Itin;
pub use mbi::Mbi;
pub use mrn::Mrn;
pub use npi::Npi;
pub use nucc_taxonomy::NuccTaxonomy;
pub use oid::Oid;
pub use phone::PhoneE164;
pub use ssn::Ssn;
pub use state::UsState;
pub use uuid::Uuid;
pub use zip::UsZip;

use crate::registry::Entry;

pub(crate) static ENTRIES: &[Entry] = &[
    Entry::of::<Npi>(),
    Entry::of::<Mbi>(),
    Entry::of::<Hicn>(),
    Entry::of::<Ssn>(),
    Entry::of::<Itin>(),
    Entry::of::<Ein>(),
    Entry::of::<Dea>(),
    Entry::of::<Clia>(),
    Entry::of::<Ccn>(),
    Entry::of::<NuccTaxonomy>(),
    Entry::of::<Mrn>(),
    Entry::of::<UsZip>(),
    Entry::of::<UsState>(),
    Entry::of::<PhoneE164>(),
    Entry::of::<Email>(),
    Entry::of::<Uuid>(),
    Entry::of::<Oid>(),
];
