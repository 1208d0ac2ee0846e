//! Fetches packages: the only part of hcw that downloads, and only for `hcw deps`.

mod archive;
mod fetch;
mod git;
mod hub;

pub(crate) use fetch::Fetcher;
