//! The pure compiler of hcw: project files in, plan out. No IO.

pub mod diagnostic;
pub mod source;
pub mod target;
