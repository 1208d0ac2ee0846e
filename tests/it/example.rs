//! The example warehouse of the repository: its KPIs against answers that were computed elsewhere.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::warehouse::Warehouse;

/// Answer file, KPI table, and the columns that identify a row.
const KPIS: [(&str, &str); 5] = [
    (
        "kpi1_appointments_per_department",
        "kpi_appointments_by_department",
    ),
    ("kpi2_no_show_rate_by_clinic", "kpi_no_show_rate_by_clinic"),
    (
        "kpi3_outcomes_by_physician",
        "kpi_treatment_outcomes_by_physician",
    ),
    (
        "kpi4_days_diagnosis_to_first_treatment",
        "kpi_days_diagnosis_to_treatment",
    ),
    (
        "kpi5_revenue_per_service_line",
        "kpi_revenue_by_service_line",
    ),
];

/// The repository's folder.
pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the workspace")
        .to_owned()
}

/// Links the example's files into a folder, so that artifacts of the run stay out of the repository.
pub(crate) fn link_into(folder: &Path) {
    for name in ["models", "macros", "seeds", "migrations"] {
        symlink(repository().join(name), folder.join(name)).expect("is linked");
    }
    fs::create_dir_all(folder.join("tests")).expect("is made");
    symlink(repository().join("tests/data"), folder.join("tests/data")).expect("is linked");
    fs::copy(
        repository().join("dbt_project.yml"),
        folder.join("dbt_project.yml"),
    )
    .expect("is copied");
}

/// The example on a database of its own.
pub(crate) fn example() -> Warehouse {
    let warehouse = Warehouse::start().expect("a server");
    fs::remove_file(warehouse.folder.path().join("dbt_project.yml")).expect("is removed");
    link_into(warehouse.folder.path());
    warehouse
}

/// Builds a delivery; everything must pass.
pub(crate) fn build(warehouse: &Warehouse, delivery: Option<&Path>) {
    let mut command = warehouse.command("build");
    if let Some(delivery) = delivery {
        command.arg("--vars").arg(format!(
            "{{raw_dir: '{}', as_of_date: 2025-06-30}}",
            delivery.display()
        ));
    }
    let output = command.output().expect("runs");
    let text = crate::warehouse::text_of(&output);
    assert!(output.status.success(), "{text}");
    assert!(text.contains("WARN=0 ERROR=0 SKIP=0"), "{text}");
}

/// Compares the five KPI tables with a folder of answers, every column and every row.
fn assert_answers(warehouse: &Warehouse, answers: &Path) {
    for (file, table) in KPIS {
        let mut reader =
            csv::Reader::from_path(answers.join(format!("{file}.csv"))).expect("answers");
        let columns: Vec<String> = reader
            .headers()
            .expect("a header")
            .iter()
            .map(|name| format!("coalesce({name}::text, '')"))
            .collect();
        let mut expected: Vec<String> = reader
            .records()
            .map(|record| {
                let record = record.expect("a record");
                record.iter().collect::<Vec<&str>>().join("|")
            })
            .collect();
        expected.sort();
        assert!(!expected.is_empty(), "{file} has answers");
        let query = format!(
            "select concat_ws('|', {}) from marts.{table}",
            columns.join(", ")
        );
        let mut found: Vec<String> = warehouse.query(&query).into_iter().flatten().collect();
        found.sort();
        assert_eq!(found, expected, "{table}");
    }
}

#[test]
fn the_kpis_equal_the_answers_and_a_second_build_changes_nothing() {
    let warehouse = example();
    build(&warehouse, None);
    let answers = repository().join("tests/fixtures/answers/composite_a");
    assert_answers(&warehouse, &answers);
    let loaded = warehouse.lines("select sum(rows) from hcw.landed_files");
    build(&warehouse, None);
    assert_answers(&warehouse, &answers);
    assert_eq!(
        warehouse.lines("select sum(rows) from hcw.landed_files"),
        loaded,
        "no file is landed twice"
    );
    let left = "select count(*) from pg_namespace where nspname like '%\\_\\_hcw\\_%'";
    assert_eq!(warehouse.value(left), "0", "no shadow schema is left");
}

/// Deliveries of other seeds build on one database, one after the other.
#[test]
fn other_deliveries_equal_their_answers() {
    let warehouse = example();
    for name in ["seed_7", "seed_20250101"] {
        let delivery = repository().join("tests/fixtures/deliveries").join(name);
        build(&warehouse, Some(&delivery));
        assert_answers(&warehouse, &delivery.join("answers"));
    }
}

/// Whole deliveries of other seeds, and one of ten times the size, where their generator is at hand.
#[test]
fn generated_deliveries_equal_their_answers() {
    let Some(generator) = generator() else {
        assert!(std::env::var("CI").is_err(), "no generator of deliveries");
        println!("no generator of deliveries: HCW_DELIVERY_GENERATOR names none");
        return;
    };
    let warehouse = example();
    for (seed, scale) in [("1", "1"), ("42", "1"), ("99", "1"), ("11", "10")] {
        let delivery = warehouse.folder.path().join(format!("delivery-{seed}"));
        let status = Command::new("python3")
            .arg(&generator)
            .arg(&delivery)
            .args([seed, scale])
            .status()
            .expect("python3 runs");
        assert!(status.success(), "the generator runs");
        build(&warehouse, Some(&delivery));
        assert_answers(&warehouse, &delivery.join("answers"));
    }
}

/// The program that makes deliveries: `HCW_DELIVERY_GENERATOR`, or beside the repository.
fn generator() -> Option<PathBuf> {
    let beside = repository().join("../shared/data/gen_composite.py");
    std::env::var_os("HCW_DELIVERY_GENERATOR")
        .map(PathBuf::from)
        .or_else(|| beside.exists().then_some(beside))
}

/// What is promised of the built tables: keys, foreign keys, indexes, comments.
#[test]
fn tables_have_keys_indexes_and_comments() {
    let warehouse = example();
    build(&warehouse, None);
    let without_key = "
        select class.oid::regclass::text
        from pg_class as class
        inner join pg_namespace as namespace on namespace.oid = class.relnamespace
        where namespace.nspname in ('marts', 'dimensions')
            and class.relkind = 'r'
            and not exists (select from pg_constraint where conrelid = class.oid and contype = 'p')
        order by 1";
    assert_eq!(warehouse.lines(without_key), "");
    let foreign_keys = "
        select count(*) from pg_constraint
        where contype = 'f' and convalidated and connamespace = 'marts'::regnamespace";
    let count: u32 = warehouse.value(foreign_keys).parse().expect("a number");
    assert!(count >= 20, "{count} foreign keys");
    let uncommented = "
        select attrelid::regclass || '.' || attname
        from pg_attribute
        inner join pg_class as class on class.oid = attrelid
        inner join pg_namespace as namespace on namespace.oid = class.relnamespace
        where namespace.nspname in ('staging', 'marts', 'dimensions')
            and class.relkind = 'r' and attnum > 0 and not attisdropped
            and col_description(attrelid, attnum) is null
        order by 1";
    assert_eq!(warehouse.lines(uncommented), "");
    let unknown = "
        select (select count(*) from dimensions.dim_clinic where clinic_key = -1)
            + (select count(*) from dimensions.dim_patient where patient_key = -1)
            + (select count(*) from dimensions.dim_provider where provider_key = -1)
            + (select count(*) from dimensions.dim_department where department_key = -1)
            + (select count(*) from dimensions.dim_service_line where service_line_key = -1)
            + (select count(*) from dimensions.dim_diagnosis where diagnosis_key = -1)
            + (select count(*) from dimensions.dim_date where date_key = -1)";
    assert_eq!(warehouse.value(unknown), "7");
}

/// With no profile the embedded server is used, made on first use.
#[test]
fn the_first_build_makes_its_own_server() {
    let folder = tempfile::tempdir().expect("a folder");
    link_into(folder.path());
    let hcw = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hcw"));
        command
            .args(arguments)
            .current_dir(folder.path())
            .env("HOME", folder.path())
            .env("HCW_PG_FSYNC", "off")
            .env_remove("DATABASE_URL");
        command.output().expect("runs")
    };
    let first = hcw(&["build"]);
    let stopped = hcw(&["db", "stop"]);
    let text = crate::warehouse::text_of(&first);
    assert!(first.status.success(), "{text}");
    assert!(text.contains("ERROR=0 SKIP=0"), "{text}");
    assert!(stopped.status.success());
}

/// Root may be the one who builds, or not: the whole example by a user without any rights of his own.
#[test]
fn an_ordinary_user_builds_the_example() {
    let folder = tempfile::tempdir().expect("a folder");
    let is_root = Command::new("id")
        .arg("-u")
        .output()
        .expect("id runs")
        .stdout
        == b"0\n";
    if !is_root {
        // then every other test is this one
        return;
    }
    const USER: u32 = 61_234;
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("is opened");
    let binary = folder.path().join("hcw");
    fs::copy(env!("CARGO_BIN_EXE_hcw"), &binary).expect("is copied");
    let project = folder.path().join("project");
    fs::create_dir(&project).expect("is made");
    for name in [
        "models",
        "macros",
        "seeds",
        "migrations",
        "tests/data",
        "dbt_project.yml",
    ] {
        let status = Command::new("cp")
            .arg("-rT")
            .arg(repository().join(name))
            .arg({
                let target = project.join(name);
                fs::create_dir_all(target.parent().expect("a parent")).expect("is made");
                target
            })
            .status()
            .expect("cp runs");
        assert!(status.success(), "{name}");
    }
    let status = Command::new("chown")
        .args(["-R", &format!("{USER}:{USER}")])
        .arg(&project)
        .status()
        .expect("chown runs");
    assert!(status.success());
    let hcw = |arguments: &[&str]| {
        let mut command = Command::new(&binary);
        command
            .args(arguments)
            .current_dir(&project)
            .env("HOME", &project)
            .env("HCW_PG_FSYNC", "off")
            .env_remove("DATABASE_URL")
            .uid(USER)
            .gid(USER);
        command.output().expect("runs")
    };
    let built = hcw(&["build"]);
    hcw(&["db", "stop"]);
    let text = crate::warehouse::text_of(&built);
    assert!(built.status.success(), "{text}");
    assert!(text.contains("ERROR=0 SKIP=0"), "{text}");
}

/// As on a managed cloud: the user is no superuser, may not create roles, and owns one database.
#[test]
fn a_user_who_only_owns_the_database_builds_the_example() {
    let warehouse = example();
    let project = warehouse.folder.path().join("dbt_project.yml");
    let text = fs::read_to_string(&project).expect("is read");
    let portable = text.replace("validators: auto", "validators: portable");
    assert_ne!(text, portable);
    fs::write(&project, portable).expect("is written");
    let database = warehouse.value("select current_database()");
    let role = format!("owner_of_{database}");
    warehouse.query(&format!("create role {role} login password 'owner'"));
    warehouse.query(&format!("alter database {database} owner to {role}"));
    let (_, rest) = warehouse.url.split_once("@/").expect("a socket's address");
    let output = warehouse
        .command("build")
        .env("DATABASE_URL", format!("postgresql://{role}:owner@/{rest}"))
        .output()
        .expect("runs");
    let text = crate::warehouse::text_of(&output);
    let answers = repository().join("tests/fixtures/answers/composite_a");
    assert!(output.status.success(), "{text}");
    assert!(text.contains("WARN=0 ERROR=0 SKIP=0"), "{text}");
    assert!(text.contains("validators: portable"), "{text}");
    assert_answers(&warehouse, &answers);
    warehouse.query(&format!("alter database {database} owner to current_user"));
    warehouse.query(&format!("reassign owned by {role} to current_user"));
    warehouse.query(&format!("drop owned by {role}"));
    warehouse.query(&format!("drop role {role}"));
}
