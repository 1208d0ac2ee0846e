//! The manifest of fixture projects equals dbt's, which `tests/reference/store_manifest.sh` stored.

use std::path::Path;
use std::process::Command;

use serde_json::Value as Json;

/// What differs between runs, and what only one engine knows.
const VOLATILE: [&str; 2] = ["created_at", "root_path"];
/// Lists that dbt makes of sets.
const SETS: [&str; 2] = ["primary_key", "group_map"];

#[test]
fn manifests_equal_those_of_dbt() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/projects/manifest");
    let mut projects = 0;
    for project in std::fs::read_dir(folder).expect("a folder of projects") {
        let project = project.expect("an entry").path();
        let text = std::fs::read_to_string(project.join("expected_manifest.json"))
            .expect("dbt's manifest");
        let expected: Json = serde_json::from_str(&text).expect("JSON");
        let target = tempfile::tempdir().expect("a folder");
        let output = Command::new(env!("CARGO_BIN_EXE_hcw"))
            .args(["parse", "--profiles-dir"])
            .arg(&project)
            .arg("--project-dir")
            .arg(&project)
            .arg("--target-path")
            .arg(target.path())
            .arg("--log-path")
            .arg(target.path())
            .env_remove("DATABASE_URL")
            .output()
            .expect("hcw runs");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stdout)
        );
        let text = std::fs::read_to_string(target.path().join("manifest.json")).expect("written");
        let mut ours: Json = serde_json::from_str(&text).expect("JSON");
        let macros = ours["macros"].as_object_mut().expect("macros");
        macros.retain(|_, found| {
            !["dbt", "hcw"].contains(&found["package_name"].as_str().unwrap_or_default())
        });
        let mut found = Vec::new();
        compare(&expected, &ours, &mut Vec::new(), &mut found);
        assert!(
            found.is_empty(),
            "{}: {}",
            project.display(),
            found.join("\n")
        );
        projects += 1;
    }
    assert!(projects > 0);
}

fn compare(expected: &Json, ours: &Json, path: &mut Vec<String>, found: &mut Vec<String>) {
    match (expected, ours) {
        (Json::Object(expected), Json::Object(ours)) => {
            let is_head = path.last().is_some_and(|name| name == "metadata");
            let only_ours = ours.keys().filter(|name| !expected.contains_key(*name));
            for name in expected.keys().chain(only_ours) {
                let is_ours_alone = !expected.contains_key(name);
                if VOLATILE.contains(&name.as_str()) || (is_head && is_ours_alone) {
                    continue;
                }
                path.push(name.clone());
                match (expected.get(name), ours.get(name)) {
                    (Some(expected), Some(ours)) => compare(expected, ours, path, found),
                    (expected, ours) => found.push(format!(
                        "{}: dbt {} hcw {}",
                        path.join(" / "),
                        expected.is_some(),
                        ours.is_some()
                    )),
                }
                path.pop();
            }
        }
        (Json::Array(left), Json::Array(right)) if is_set(path) => {
            let sorted = |list: &[Json]| {
                let mut list: Vec<String> = list.iter().map(ToString::to_string).collect();
                list.sort();
                list
            };
            if sorted(left) != sorted(right) {
                found.push(format!("{}: dbt {expected} hcw {ours}", path.join(" / ")));
            }
        }
        (Json::Array(left), Json::Array(right)) if left.len() == right.len() => {
            for (at, (left, right)) in left.iter().zip(right).enumerate() {
                path.push(at.to_string());
                compare(left, right, path, found);
                path.pop();
            }
        }
        _ if expected == ours => {}
        _ => found.push(format!("{}: dbt {expected} hcw {ours}", path.join(" / "))),
    }
}

fn is_set(path: &[String]) -> bool {
    path.iter().any(|name| SETS.contains(&name.as_str()))
}
