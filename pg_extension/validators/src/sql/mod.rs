//! The SQL of both twins, written from the registry: the portable script, and the scripts of the
//! extension. Text in and out; nothing here reads a file or a database.

pub mod catalogue;
pub mod extension;
pub mod portable;

/// A literal, in ASCII: a script must load into a database of any encoding.
pub(crate) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''").replace('\u{2014}', " - "))
}
