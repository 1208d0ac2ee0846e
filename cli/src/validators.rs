//! The validators in the database: the native twin (extension `hcw_pg`), the portable one (plain SQL
//! in this binary), and the code tables that both read. Nothing here prints.
//!
//! What is installed is recorded in `hcw.validator_installation`; a call that finds the record as
//! wanted asks one query and does nothing. Only what hcw installed is ever dropped, and never with
//! what depends on it.

mod choice;
pub(crate) mod code_file;
pub(crate) mod code_load;
mod install;
pub(crate) mod manifest;
mod objects;
mod record;
mod upgrade;
mod used;

pub(crate) use install::{Outcome, ensure, ensure_code_tables, is_kept_by_others};
pub(crate) use used::first_use;

use std::sync::LazyLock;

use sha2::{Digest, Sha256};

include!(concat!(env!("OUT_DIR"), "/validator_scripts.rs"));

/// The portable twin's script, in parts.
static PORTABLE: LazyLock<Vec<(&str, String)>> =
    LazyLock::new(hcw_validators::sql::portable::script);

/// The extension of the native twin.
const EXTENSION: &str = "hcw_pg";

/// The form of the validators that a database has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Twin {
    /// The extension.
    Native,
    /// Plain SQL.
    Portable,
}

impl Twin {
    /// The name that is recorded and shown.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Twin::Native => "native",
            Twin::Portable => "portable",
        }
    }
}

/// Which twin is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// Native where it can be had.
    Auto,
    /// This one or none.
    Only(Twin),
}

/// Hex digest of scripts in their order; names count, so that a moved statement is a change.
fn checksum<Text: AsRef<str>>(scripts: &[(&str, Text)]) -> String {
    let mut hasher = Sha256::new();
    for (name, text) in scripts {
        for part in [*name, text.as_ref()] {
            hasher.update(part.as_bytes());
            hasher.update([0]);
        }
    }
    base16ct::lower::encode_string(&hasher.finalize())
}
