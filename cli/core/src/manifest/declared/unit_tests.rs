//! Unit tests.

use serde_json::{Value as Json, json};

use super::{Entries, configured, entry};
use crate::manifest::{Manifest, checksum};
use crate::project::{Fixture, FixtureRows, UnitTest};

fn fixture(fixture: &Fixture) -> Json {
    let rows = match &fixture.rows {
        FixtureRows::Table(rows) => json!(rows),
        FixtureRows::Query(query) => json!(query),
    };
    json!({"rows": rows, "format": fixture.format.as_str(), "fixture": fixture.file})
}

fn tested_schema(manifest: &Manifest<'_>, test: &UnitTest) -> Option<String> {
    let relation = manifest
        .resolved
        .rendered
        .relations
        .get(test.tested.as_ref()?)?;
    Some(relation.schema.clone())
}

/// Whether a unit test and its model are both enabled.
fn is_live(manifest: &Manifest<'_>, test: &UnitTest) -> bool {
    let tested = test.tested.as_ref();
    test.declaration.is_enabled()
        && tested.is_some_and(|id| manifest.project().nodes.contains_key(id))
}

pub(in crate::manifest) fn unit_tests(manifest: &Manifest<'_>, enabled: bool) -> Entries {
    let tests = manifest.project().declared.unit_tests.values();
    tests
        .filter(|test| is_live(manifest, test) == enabled)
        .map(|test| {
            let declaration = &test.declaration;
            let given: Vec<Json> = test
                .given
                .iter()
                .map(|input| {
                    let mut entry = fixture(&input.fixture);
                    entry["input"] = json!(input.text);
                    entry
                })
                .collect();
            let config = configured(
                declaration,
                json!({
                    "tags": [], "meta": {}, "enabled": true, "static_analysis": null,
                }),
            );
            let is_enabled = declaration.is_enabled();
            let tested = test.tested.iter().filter(|_| is_enabled);
            let tested: Vec<&str> = tested.map(|id| id.as_str()).collect();
            let versions = test
                .versions
                .as_ref()
                .map(|choice| json!({"include": choice.include, "exclude": choice.exclude}));
            let expect = fixture(&test.expect);
            entry(
                declaration,
                "unit_test",
                json!({
                    "model": test.model,
                    "given": given,
                    "expect": expect,
                    "fqn": declaration.fully_qualified_name,
                    "description": test.description,
                    "overrides": test.overrides.as_ref().map(|overrides| json!({
                        "macros": overrides.macros,
                        "vars": overrides.vars,
                        "env_vars": overrides.environment,
                    })),
                    "depends_on": {"macros": [], "nodes": tested},
                    "config": config,
                    "checksum": checksum::of_unit_test(test),
                    "schema": tested_schema(manifest, test).filter(|_| is_enabled),
                    "created_at": 0.0,
                    "versions": versions,
                    "version": test.version,
                }),
            )
        })
        .collect()
}
