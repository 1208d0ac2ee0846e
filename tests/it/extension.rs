//! The extension hcw_pg in a server of its own: its answers are those of the crate, for every rule.

mod answers;
mod other_functions;
mod scripts;
mod server;
mod storage;
mod twins;
mod uses;
