//! Public dbt projects, unmodified but for their profile, end as they do with dbt 1.12.6: those in archives of PyPI, which
//! `tests/public/download.sh` puts below the target folder, and checkouts of packages where there are some. Nothing of them
//! is kept here.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value as Json;
use tempfile::TempDir;

use crate::projects::case::{copy, database_name};
use crate::warehouse::{Warehouse, text_of};

/// A project by its folder in the archive, with the exit code of a build and how many nodes ended how.
type Outcome = (&'static str, i32, &'static str);

const DAGSTER: &str = "dagster_dbt_tests/dbt_projects";
const JAFFLE: &str = "20 pass, 8 success";
const OF_DAGSTER: [Outcome; 23] = [
    ("jaffle_shop", 0, JAFFLE),
    ("pre_packaged_jaffle_shop", 0, JAFFLE),
    (
        "test_dagster_asset_checks",
        1,
        "3 error, 1 fail, 15 pass, 12 skipped, 7 success, 1 warn",
    ),
    (
        "test_dagster_asset_key_exceptions",
        1,
        "1 error, 15 pass, 6 skipped, 5 success",
    ),
    ("test_dagster_dbt_alias", 0, JAFFLE),
    ("test_dagster_dbt_dependencies", 0, "20 pass, 9 success"),
    (
        "test_dagster_dbt_functions",
        1,
        "1 error, 20 pass, 8 success",
    ),
    ("test_dagster_dbt_mixed_freshness", 0, JAFFLE),
    ("test_dagster_dbt_model_versions", 0, "22 pass, 9 success"),
    (
        "test_dagster_dbt_python_interleaving",
        0,
        "18 pass, 8 success",
    ),
    ("test_dagster_dbt_snapshot", 0, "3 success"),
    ("test_dagster_dbt_unit_tests", 0, "21 pass, 8 success"),
    (
        "test_dagster_duplicate_source_asset_key",
        1,
        "3 error, 22 skipped",
    ),
    ("test_dagster_exceptions", 0, JAFFLE),
    ("test_dagster_last_update_freshness", 0, JAFFLE),
    (
        "test_dagster_last_update_freshness_multiple_assets_defs",
        0,
        JAFFLE,
    ),
    ("test_dagster_meta_config", 0, JAFFLE),
    (
        "test_dagster_metadata",
        1,
        "2 error, 15 pass, 9 skipped, 7 success",
    ),
    ("test_dagster_time_partition_freshness", 0, JAFFLE),
    (
        "test_dagster_time_partition_freshness_multiple_assets_defs",
        0,
        JAFFLE,
    ),
    ("test_jaffle_with_profile_vars", 0, JAFFLE),
    ("fusion_compatible/jaffle_shop", 0, JAFFLE),
    ("test_dagster_dbt_source_freshness", 2, ""),
];
const OF_SQLMESH: [Outcome; 4] = [
    (
        "examples/sushi_dbt",
        1,
        "4 error, 8 pass, 16 skipped, 5 success",
    ),
    ("examples/multi_dbt/bronze", 0, "3 success"),
    ("examples/multi_dbt/silver", 1, "2 error, 1 skipped"),
    ("tests/fixtures/dbt/jaffle_shop_duckdb", 0, JAFFLE),
];
/// What a second build does again, for it asks for the current date.
const VOLATILE: [&str; 1] = ["model.mf_tutorial_project.all_days"];
/// Depends on a source that nobody has made: such a model runs every time.
const UNMADE: &str = "test_dagster_dbt_python_interleaving";
/// Reads as tables of somebody else what its first build makes: the second finds them changed.
const UNREFERRED: &str = "test_dagster_meta_config";

#[test]
fn projects_of_dagster_dbt() {
    let Some(archive) = archive("dagster-dbt") else {
        return;
    };
    for (folder, code, outcome) in OF_DAGSTER {
        assert_builds(&archive.path().join(DAGSTER).join(folder), code, outcome);
    }
}

#[test]
fn projects_of_sqlmesh() {
    let Some(archive) = archive("sqlmesh") else {
        return;
    };
    for (folder, code, outcome) in OF_SQLMESH {
        assert_builds(&archive.path().join(folder), code, outcome);
    }
}

/// The tutorial's own installer puts the project together and fills in the schema.
#[test]
fn the_tutorial_of_metricflow() {
    let Some(archive) = archive("dbt-metricflow") else {
        return;
    };
    let parts = archive.path().join("dbt_metricflow/cli");
    let (project, models) = (
        parts.join("mf_tutorial_project"),
        parts.join("sample_dbt_models"),
    );
    copy(&models.join("seeds"), &project.join("seeds"));
    copy(
        &models.join("sample_models"),
        &project.join("models/sample_models"),
    );
    let sources = fs::read_to_string(models.join("sources.yml")).expect("is read");
    let sources = sources.replace("$system_schema", "public");
    fs::write(project.join("models/sources.yml"), sources).expect("is written");
    assert_builds(&project, 0, "2 no-op, 7 success");
}

/// Checkouts in the folder `HCW_PUBLIC_PACKAGES`; what is not there is said.
#[test]
fn checkouts_of_packages() {
    let Some(checkouts) = std::env::var_os("HCW_PUBLIC_PACKAGES").map(PathBuf::from) else {
        return;
    };
    let packages: [(&str, &str, &[&str], i32); 6] = [
        ("dbt-utils", "integration_tests", &[], 0),
        ("dbt-expectations", "integration_tests", &["dbt-date"], 0),
        (
            "jaffle-shop",
            "",
            &["dbt-utils", "dbt-date", "dbt-audit-helper"],
            1,
        ),
        ("dbt-codegen", "integration_tests", &["dbt-utils"], 1),
        ("dbt-audit-helper", "integration_tests", &["dbt-utils"], 1),
        (
            "dbt-project-evaluator",
            "integration_tests_2",
            &["dbt-utils"],
            0,
        ),
    ];
    for (name, below, needs, code) in packages {
        let missing: Vec<&str> = [name]
            .into_iter()
            .chain(needs.iter().copied())
            .filter(|name| !checkouts.join(name).is_dir())
            .collect();
        if !missing.is_empty() {
            println!("{name} is not built: no checkout of {}", missing.join(", "));
            continue;
        }
        let copies = tempfile::tempdir().expect("a folder");
        for name in [name].iter().chain(needs) {
            let to = copies.path().join(name);
            copy_checkout(&checkouts.join(name), &to);
            let _none = fs::remove_file(to.join("packages.yml"));
        }
        // packages of the hub become the local copies; nothing is downloaded
        let project = copies.path().join(name).join(below);
        let own = if below.is_empty() {
            ""
        } else {
            "  - local: ../\n"
        };
        let needed = needs.iter().map(|need| {
            let folder = copies.path().join(need);
            format!("  - local: {}\n", folder.display())
        });
        let needed: String = needed.collect();
        fs::write(
            project.join("packages.yml"),
            format!("packages:\n{own}{needed}"),
        )
        .expect("is written");
        let built = Built::of(&project);
        let first = built.build();
        assert_eq!(
            first.status.code(),
            Some(code),
            "{name}: {}",
            text_of(&first)
        );
        let second = built.build();
        assert_eq!(
            second.status.code(),
            Some(code),
            "{name}: {}",
            text_of(&second)
        );
        println!("{name}: {}", built.outcome());
    }
}

/// Copies a package without what git, builds and `deps` have put there.
fn copy_checkout(from: &Path, to: &Path) {
    let made = [".git", "target", "logs", "dbt_packages"];
    let is_of_package = |entry: &walkdir::DirEntry| {
        let name = entry.file_name().to_string_lossy();
        entry.depth() == 0 || !made.contains(&name.as_ref())
    };
    let entries = walkdir::WalkDir::new(from).follow_links(true).into_iter();
    for entry in entries.filter_entry(is_of_package) {
        let entry = entry.expect("is read");
        let to = to.join(entry.path().strip_prefix(from).expect("is below"));
        if entry.file_type().is_dir() {
            fs::create_dir_all(to).expect("is made");
        } else {
            fs::copy(entry.path(), to).expect("is copied");
        }
    }
}

/// A copy of an archive; none where it is not downloaded, unless `HCW_TEST_PUBLIC_REQUIRED` makes that a failure.
fn archive(name: &str) -> Option<TempDir> {
    let target = Path::new(env!("CARGO_BIN_EXE_hcw")).ancestors().nth(2);
    let folder = target.expect("a target folder").join("public");
    if folder.join("downloaded").exists() {
        let archive = tempfile::tempdir().expect("a folder");
        copy(&folder.join(name), archive.path());
        return Some(archive);
    }
    let required = std::env::var_os("HCW_TEST_PUBLIC_REQUIRED").is_some();
    let missing = format!("no public projects in {}", folder.display());
    assert!(!required, "{missing}: run tests/public/download.sh");
    eprintln!("skipped: {missing}");
    None
}

/// Builds a project until nothing has changed since: each build ends as with dbt, and the last leaves alone what is built.
fn assert_builds(project: &Path, code: i32, outcome: &str) {
    let shown = project.display();
    let built = Built::of(project);
    let (last, builds): (_, &[&str]) = match project.ends_with(UNREFERRED) {
        false => ("second", &["first", "second"]),
        true => ("third", &["first", "second", "third"]),
    };
    for which in builds {
        let output = built.build();
        assert_eq!(
            output.status.code(),
            Some(code),
            "{shown}, {which} build: {}",
            text_of(&output)
        );
        if code < 2 {
            assert_eq!(
                built.outcome(),
                outcome,
                "{shown}, {which} build: {}",
                text_of(&output)
            );
        }
        if *which == last && code == 0 && !project.ends_with(UNMADE) {
            assert_eq!(built.done_again(), Vec::<String>::new(), "{shown}");
        }
    }
}

/// A project with a database of its own.
struct Built<'project> {
    project: &'project Path,
    warehouse: Warehouse,
}

impl Built<'_> {
    /// Gives it a profile for a server of the tests and installs its packages.
    fn of(project: &Path) -> Built<'_> {
        let _none = fs::remove_file(project.join("package-lock.yml"));
        let built = Built {
            project,
            warehouse: Warehouse::start().expect("a server"),
        };
        fs::write(project.join("profiles.yml"), built.profile()).expect("is written");
        let output = built.hcw(&["deps", "--quiet"]);
        let shown = project.display();
        assert!(output.status.success(), "{shown}: {}", text_of(&output));
        built
    }

    /// The profile that the project asks for. Some of the projects name its schema in their SQL.
    fn profile(&self) -> String {
        let file = fs::read_to_string(self.project.join("dbt_project.yml")).expect("is read");
        let name = file.lines().find_map(|line| line.strip_prefix("profile:"));
        let name = name.unwrap_or("none").split('#').next().unwrap_or_default();
        let address = self.warehouse.address();
        // what is read by its name alone is not waited for: one connection builds it in the plan's order
        let reads_by_name = [UNMADE, UNREFERRED];
        let threads = match reads_by_name
            .iter()
            .any(|name| self.project.ends_with(name))
        {
            true => 1,
            false => 4,
        };
        format!(
            "{}:\n  target: postgres\n  outputs:\n    postgres: {{type: postgres, host: '{}', port: {}, user: '{}', \
             password: '{}', dbname: {}, schema: main, threads: {threads}}}\n",
            name.trim().trim_matches(['"', '\'']),
            address.host,
            address.port,
            address.user,
            address.password,
            database_name(&self.warehouse.url),
        )
    }

    fn hcw(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_hcw"))
            .args(arguments)
            .current_dir(self.project)
            .env_clear()
            .env("HOME", self.project)
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .output()
            .expect("runs")
    }

    fn build(&self) -> Output {
        self.hcw(&["build", "--no-use-colors"])
    }

    fn results(&self) -> Vec<Json> {
        let path = self.project.join("target/run_results.json");
        let text = fs::read_to_string(path).expect("is read");
        let mut results: Json = serde_json::from_str(&text).expect("JSON");
        match results["results"].take() {
            Json::Array(results) => results,
            _ => Vec::new(),
        }
    }

    /// How many nodes ended how.
    fn outcome(&self) -> String {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for result in self.results() {
            let status = result["status"].as_str().unwrap_or_default();
            *counts.entry(status.to_owned()).or_default() += 1;
        }
        let counts = counts
            .into_iter()
            .map(|(status, count)| format!("{count} {status}"));
        counts.collect::<Vec<String>>().join(", ")
    }

    /// What was not left as it was built; hooks always run.
    fn done_again(&self) -> Vec<String> {
        let results = self.results().into_iter();
        let again = results.filter(|result| {
            let message = result["message"].as_str().unwrap_or_default();
            result["status"] != "no-op" && !message.starts_with("Reused")
        });
        again
            .map(|result| result["unique_id"].as_str().unwrap_or_default().to_owned())
            .filter(|id| !id.starts_with("operation.") && !VOLATILE.contains(&id.as_str()))
            .collect()
    }
}
