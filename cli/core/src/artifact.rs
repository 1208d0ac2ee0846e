//! Artifacts as values: what dbt's JSON files hold beside the manifest. The edge fills and writes them.

mod catalog;
mod metadata;
mod run_results;
mod sources;

pub use catalog::{CatalogArtifact, CatalogColumn, CatalogStatistic, CatalogTable, TableMetadata};
pub use metadata::{ArtifactKind, ArtifactMetadata, DBT_VERSION, utc, utc_with_offset};
pub use run_results::{BatchResults, ResultStatus, RunResult, RunResultsArtifact, Timing};
pub use sources::{FreshnessOutcome, FreshnessResult, MeasuredFreshness, SourcesArtifact};
