//! De-identification under the HIPAA Safe Harbor method, 45 CFR 164.514(b)(2), and keyed date
//! shifts, which are not Safe Harbor but keep intervals.

pub mod age;
pub mod date_shift;
pub mod zip3;

pub use age::SafeHarborAge;
pub use date_shift::{DateShift, ShiftError};
pub use zip3::SafeHarborZip3;

use crate::registry::Entry;

pub(crate) static ENTRIES: &[Entry] =
    &[Entry::of::<SafeHarborZip3>(), Entry::of::<SafeHarborAge>()];
