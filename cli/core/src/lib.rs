//! The pure compiler of hcw: project files in, plan out. No IO.
//!
//! The pipeline, each stage a function whose output type is the only way into the next:
//!
//! | stage | function | from → to |
//! | --- | --- | --- |
//! | parse | [`project::parse`] | `SourceTree` + `Settings` → `Project` |
//! | render | [`render::render`] | `Project` → `Rendered` |
//! | graph | [`graph::resolve`] | `Rendered` → `Resolved` |
//! | select | [`select::select`] | `Resolved` + `Selection` → ids |
//! | analyse | [`analyse::analyse`] | `Resolved` + `WarehouseState` → `Analysed` |
//! | plan | [`plan::plan`] | `Analysed` + `WarehouseState` + ids → `Plan` |
//!
//! Loading (folder → `SourceTree`) and executing (`Plan` → report) are the edge's: crate `hcw`.

#![deny(missing_docs)]

pub mod analyse;
pub mod artifact;
pub mod cost;
pub mod data_test;
pub mod deferral;
pub mod dependencies;
pub mod diagnostic;
pub mod difference;
pub mod drift;
pub mod fingerprint;
pub mod graph;
pub mod held;
mod jinja;
pub mod late;
pub mod manifest;
pub mod materialize;
pub mod message;
mod microbatch;
pub mod name;
pub mod operation;
pub mod partial;
pub mod plan;
mod policy;
pub mod preview;
pub mod profile;
pub mod project;
mod publish;
mod python;
pub mod query_comment;
pub mod render;
pub mod seed;
pub mod select;
mod semantics;
pub mod settings;
pub mod shadow;
pub mod skip;
pub mod source;
pub mod sql;
pub mod state;
pub mod target;
mod unit_test;
pub mod warehouse;
pub mod yaml;

/// The version of dbt whose behaviour is the reference: what templates see as `dbt_version`, and what
/// `require-dbt-version` is compared with.
pub const DBT_VERSION: &str = "1.12.6";
