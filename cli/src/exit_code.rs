//! Exit codes, as dbt's. A panic is a bug and keeps Rust's 101.

/// Everything went well; warnings included.
pub(crate) const SUCCESS: u8 = 0;
/// A node or a test failed, or the run was interrupted.
pub(crate) const FAILURE: u8 = 1;
/// Wrong use or configuration: nothing was built.
pub(crate) const UNUSABLE: u8 = 2;
