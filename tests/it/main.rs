//! The integration binary: runs `hcw` as a user does, on real servers. One module a subject.
#![allow(clippy::expect_used, clippy::print_stdout, clippy::print_stderr)]

mod arguments;
mod artifact_readers;
mod catalog;
mod codes;
mod compiled;
mod connect;
mod crashes;
mod defects;
mod deps;
mod differential;
mod docs;
mod embedded;
mod environments;
mod example;
mod extension;
mod judged;
mod landing;
mod locks;
mod macros;
mod maintenance;
mod migration;
mod mistakes;
mod packages;
mod partial_parsing;
mod portable;
mod projects;
mod public_packages;
mod rows;
mod server;
mod skipping;
mod state;
#[path = "../../pg_extension/validators/tests/support/mod.rs"]
mod support;
mod tidy;
mod validators;
mod validators_upgrade;
mod validators_when_used;
mod warehouse;
