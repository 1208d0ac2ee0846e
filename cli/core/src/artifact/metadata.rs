//! The head of every artifact.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::settings::Settings;

/// The dbt version whose artifacts these are.
pub const DBT_VERSION: &str = "1.12.6";

/// Environment variables that artifacts repeat start so.
const METADATA_PREFIXES: [&str; 2] = ["DBT_ENGINE_ENV_CUSTOM_ENV_", "DBT_ENV_CUSTOM_ENV_"];

/// Which artifact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArtifactKind {
    /// `manifest.json`, version 12.
    Manifest,
    /// `run_results.json`, version 6.
    RunResults,
    /// `sources.json`, version 3.
    Sources,
    /// `catalog.json`, version 1.
    Catalog,
}

impl ArtifactKind {
    /// The address that names the artifact's schema.
    pub fn schema(self) -> &'static str {
        match self {
            ArtifactKind::Manifest => "https://schemas.getdbt.com/dbt/manifest/v12.json",
            ArtifactKind::RunResults => "https://schemas.getdbt.com/dbt/run-results/v6.json",
            ArtifactKind::Sources => "https://schemas.getdbt.com/dbt/sources/v3.json",
            ArtifactKind::Catalog => "https://schemas.getdbt.com/dbt/catalog/v1.json",
        }
    }
}

/// What every artifact says of its run.
///
/// **Units**: times are UTC, RFC 3339 with `Z`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ArtifactMetadata {
    /// The schema's address.
    pub dbt_schema_version: &'static str,
    /// The dbt version whose format it is.
    pub dbt_version: &'static str,
    /// When it was written.
    pub generated_at: String,
    /// The run's id.
    pub invocation_id: String,
    /// When the run started.
    pub invocation_started_at: String,
    /// Environment variables meant for artifacts.
    pub env: BTreeMap<String, String>,
}

impl ArtifactMetadata {
    /// The head of an artifact written at a time.
    pub fn new(kind: ArtifactKind, settings: &Settings, generated_at: &str) -> ArtifactMetadata {
        ArtifactMetadata {
            dbt_schema_version: kind.schema(),
            dbt_version: DBT_VERSION,
            generated_at: utc(generated_at),
            invocation_id: settings.invocation_id.clone(),
            invocation_started_at: utc(&settings.run_started_at),
            env: settings
                .environment
                .iter()
                .filter_map(|(name, value)| {
                    let name = METADATA_PREFIXES
                        .iter()
                        .find_map(|prefix| name.strip_prefix(prefix))?;
                    Some((name.to_owned(), value.clone()))
                })
                .collect(),
        }
    }
}

/// A UTC time in the spelling of artifacts: microseconds, and `Z`.
pub fn utc(time: &str) -> String {
    let bare = time
        .strip_suffix("+00:00")
        .or(time.strip_suffix('Z'))
        .unwrap_or(time);
    let (seconds, fraction) = bare.split_once('.').unwrap_or((bare, ""));
    let fraction: String = fraction.chars().chain("000000".chars()).take(6).collect();
    format!("{seconds}.{fraction}Z")
}

/// A UTC time as Python's `isoformat` has it: with its offset, and without a fraction that is zero.
pub fn utc_with_offset(time: &str) -> String {
    let time = utc(time);
    let time = time.trim_end_matches('Z');
    format!("{}+00:00", time.strip_suffix(".000000").unwrap_or(time))
}

#[cfg(test)]
mod tests {
    #[test]
    fn times_have_microseconds() {
        for (time, expected) in [
            (
                "2026-01-02T03:04:05.123456789Z",
                "2026-01-02T03:04:05.123456Z",
            ),
            ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05.000000Z"),
            ("2026-01-02T03:04:05.5+00:00", "2026-01-02T03:04:05.500000Z"),
        ] {
            assert_eq!(super::utc(time), expected);
        }
        let offset = super::utc_with_offset;
        assert_eq!(offset("2026-01-02T03:04:05Z"), "2026-01-02T03:04:05+00:00");
        assert_eq!(
            offset("2026-01-02T03:04:05.25Z"),
            "2026-01-02T03:04:05.250000+00:00"
        );
    }
}
