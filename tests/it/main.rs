//! The integration binary.

mod extension;
