//! Identifiers of other countries, of things, and plain check-digit algorithms.

pub mod australia;
pub mod ca_bc_phn;
pub mod ca_on_hcn;
pub mod check_digits;
pub mod gtin;
pub mod nhs_number;

pub use australia::{AuHpii, AuHpio, AuIhi, AuMedicare};
pub use ca_bc_phn::CaBcPhn;
pub use ca_on_hcn::CaOnHcn;
pub use check_digits::{Luhn, Verhoeff};
pub use gtin::Gtin;
pub use nhs_number::NhsNumber;

use crate::registry::Entry;

pub(crate) static ENTRIES: &[Entry] = &[
    Entry::of::<NhsNumber>(),
    Entry::of::<CaBcPhn>(),
    Entry::of::<CaOnHcn>(),
    Entry::of::<AuIhi>(),
    Entry::of::<AuHpii>(),
    Entry::of::<AuHpio>(),
    Entry::of::<AuMedicare>(),
    Entry::of::<Gtin>(),
    Entry::of::<Luhn>(),
    Entry::of::<Verhoeff>(),
];
