//! The integration binary: runs `hcw` as a user does, on real servers. One module a subject.
#![allow(clippy::expect_used, clippy::print_stdout, clippy::print_stderr)]

mod compiled;
mod connect;
mod defects;
mod embedded;
mod example;
mod landing;
mod migration;
mod portable;
mod server;
mod tidy;
mod warehouse;
