//! Identifiers of other countries, of things, and plain check-digit algorithms.

include!(concat!(env!("OUT_DIR"), "/international.rs"));
