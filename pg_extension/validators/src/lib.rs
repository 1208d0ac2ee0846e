//! Rules for healthcare identifiers, codes and dates, over byte slices; no IO, no dependencies.
//!
//! Each rule is a type that implements [`Validator`]: it parses its input once, and the three
//! answers (valid, reason, canonical text) derive from that one parse, so a value is valid exactly
//! when it has no reason. [`registry`] lists every rule with its title and source; documentation,
//! SQL and tests are generated from it.
//!
//! To add a rule: one file in the folder of its family, with a type, `impl Validator for` it (see
//! [`Validator`]) and its tests. `build.rs` finds it, and nothing else names it.
//!
//! What must not happen here: no panic on any input, no allocation to decide validity, no clock,
//! no files. Code tables live in the database; a rule asks for them through [`CodeTables`].
//!
//! ```
//! use hcw_validators::{Reason, Validator, us::Npi};
//!
//! assert!(Npi::is_valid(b"1234567893"));
//! assert_eq!(Npi::reason(b"1234567891"), Some(Reason::Checksum));
//! assert_eq!(Npi::canonical(b"808401234567893").as_deref(), Some(&b"1234567893"[..]));
//! ```
#![deny(missing_docs)]

mod alphabet;
mod canonical;
mod clean_text;
mod code_tables;
mod cursor;
mod grouped;
mod hmac;
mod luhn;
mod mod11;
mod packed;
mod reason;
mod registry;
mod sha256;
mod text;
mod validator;
mod verhoeff;

pub mod billing;
pub mod clinical;
pub mod dates;
pub mod international;
pub mod safe_harbor;
pub mod sql;
pub mod us;

pub use canonical::{Buffer, Canonical, Short};
pub use clean_text::clean_text;
pub use code_tables::{CodeSystem, CodeTables, Listing, NoTables};
pub use reason::Reason;
pub use registry::{Entry, find, near, registry};
pub use validator::{About, Answer, CanonicalForm, Family, Layer, Source, Validator};
