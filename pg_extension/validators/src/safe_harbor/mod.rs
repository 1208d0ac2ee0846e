//! De-identification under the HIPAA Safe Harbor method, 45 CFR 164.514(b)(2), and keyed date
//! shifts, which are not Safe Harbor but keep intervals.

pub mod date_shift;

pub use date_shift::{DateShift, ShiftError};

include!(concat!(env!("OUT_DIR"), "/safe_harbor.rs"));
