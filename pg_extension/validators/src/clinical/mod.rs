//! Codes for diagnoses, procedures, observations, drugs and people.

include!(concat!(env!("OUT_DIR"), "/clinical.rs"));
