//! The pgrx wrappers around `hcw-validators`; no rule is decided here.
