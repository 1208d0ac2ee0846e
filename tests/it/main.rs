//! The integration binary: runs `hcw` as a user does, on real servers. One module a subject.
#![allow(clippy::expect_used, clippy::print_stdout, clippy::print_stderr)]

mod connect;
mod embedded;
mod landing;
mod migration;
mod projects;
mod warehouse;
