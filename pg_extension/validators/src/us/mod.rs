//! Identifiers used in the United States, and the general ones kept beside them.

pub mod tin;

include!(concat!(env!("OUT_DIR"), "/us.rs"));
