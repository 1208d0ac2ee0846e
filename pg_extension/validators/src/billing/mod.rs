//! Codes on claims. Licensed code sets (CPT, CDT, APR-DRG, revenue codes, CARC) are checked by
//! shape only.

include!(concat!(env!("OUT_DIR"), "/billing.rs"));
