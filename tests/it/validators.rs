//! `hcw validators` and the generic tests over them.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::process::{Command, Output};

use crate::example::repository;
use crate::warehouse::{Warehouse, text_of};

/// Installs the portable twin.
pub(crate) fn install_portable(warehouse: &Warehouse) {
    let output = install(warehouse, &["--portable"]);
    assert!(output.status.success(), "{}", text_of(&output));
}

/// Installs each twin that can be had in turn, and runs a check with it.
pub(crate) fn with_each_twin(warehouse: &Warehouse, check: impl Fn()) {
    install_portable(warehouse);
    check();
    if offers_extension(warehouse) {
        let text = text_of(&install(warehouse, &["--native"]));
        assert!(text.starts_with("validators: native"), "{text}");
        check();
    } else {
        println!("skipped: the test server has no extension hcw_pg");
    }
}

fn install(warehouse: &Warehouse, options: &[&str]) -> Output {
    let mut command = warehouse.command("validators");
    command.arg("install").args(options).output().expect("runs")
}

fn without_project(arguments: &[&OsStr]) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let output = Command::new(env!("CARGO_BIN_EXE_hcw"))
        .arg("validators")
        .args(arguments)
        .current_dir(folder.path())
        .env_remove("DATABASE_URL")
        .output()
        .expect("runs");
    (output.status.code(), text_of(&output))
}

fn check(kind: &str, value: &[u8], more: &[&str]) -> (Option<i32>, String) {
    let mut arguments = vec![
        OsStr::new("check"),
        OsStr::new(kind),
        OsStr::from_bytes(value),
    ];
    arguments.extend(more.iter().map(OsStr::new));
    without_project(&arguments)
}

#[test]
fn all_validators_are_listed_without_a_database() {
    let (code, text) = without_project(&[OsStr::new("list")]);
    assert_eq!(code, Some(0));
    insta::assert_snapshot!(text);
    let arguments = ["list", "--output", "json"].map(OsStr::new);
    let (code, text) = without_project(&arguments);
    assert_eq!(code, Some(0));
    assert!(
        text.lines()
            .all(|line| line.starts_with("{\"code\":\"") && line.ends_with('}')),
        "{text}"
    );
}

#[test]
fn values_are_judged_without_a_database() {
    let (code, text) = check("npi", b"808401234567893", &[]);
    assert_eq!(code, Some(0));
    insta::assert_snapshot!(text, @r"
    valid      true
    canonical  1234567893
    reason     -
    layer      shape
    ");
    let (code, text) = check("ms_drg", b"015", &["--output", "json"]);
    assert_eq!(code, Some(1));
    insta::assert_snapshot!(text, @r#"{"kind":"ms_drg","valid":false,"canonical":null,"reason":"unassigned","layer":"list"}"#);
    for (value, reason) in [
        (&b"-1"[..], "charset"),
        (b" ", "empty"),
        (b"\xff\xfe", "charset"),
    ] {
        let (code, text) = check("npi", value, &[]);
        assert_eq!(code, Some(1), "{text}");
        assert!(text.contains(reason), "{text}");
    }
}

#[test]
fn an_unknown_validator_is_wrong_use() {
    let (code, text) = check("icd10mc", b"A00", &[]);
    assert_eq!(code, Some(2));
    insta::assert_snapshot!(text, @r"
    Encountered an error:
    Runtime Error
    error[HCW1101]: there is no validator `icd10mc`
     |
     = help: did you mean `icd10cm`?
    ");
}

#[test]
fn the_portable_twin_is_installed_once() {
    let Some(warehouse) = Warehouse::start() else {
        return;
    };
    install_portable(&warehouse);
    let before = warehouse.lines("select installed_at from hcw.validator_installation");
    let text = text_of(&install(&warehouse, &["--portable"]));
    assert_eq!(text, "validators: portable (as asked), unchanged\n");
    let after = warehouse.lines("select installed_at from hcw.validator_installation");
    assert_eq!(before, after);
    assert_eq!(
        warehouse.lines("select part from hcw.validator_installation order by 1"),
        "codes\nportable"
    );
    // every recorded object is there, and every function of the twin is recorded
    assert_eq!(
        warehouse.value(
            "select count(*) from hcw.validator_installation, unnest(objects) as object \
             where object like 'function %' and to_regprocedure(substr(object, 10)) is null"
        ),
        "0"
    );
    assert_eq!(
        warehouse.lines(
            "select proname from pg_proc where pronamespace = 'hcw'::regnamespace \
             and not exists (select from hcw.validator_installation where part = 'portable' \
             and 'function ' || (pg_identify_object('pg_proc'::regclass, pg_proc.oid, 0)).identity = any (objects)) \
             and proname !~ '_(on|listed)$' and proname <> 'icd10cm_is_billable'"
        ),
        ""
    );
}

#[test]
fn an_update_keeps_what_uses_the_functions_and_drops_what_is_gone() {
    let Some(warehouse) = Warehouse::start() else {
        return;
    };
    install_portable(&warehouse);
    warehouse.query(
        "create table people (npi text check (hcw.npi_is_valid(npi)));
        create function hcw.of_an_older_version(text) returns text language sql as 'select $1';
        create function hcw.of_an_older_version_used(text) returns text language sql as 'select $1';
        create function hcw.of_the_user(text) returns text language sql as 'select $1';
        create view uses as select hcw.of_an_older_version_used('a') as a;
        update hcw.validator_installation
        set checksum = 'older',
            objects = objects || array[
                'function hcw.of_an_older_version(pg_catalog.text)', 'function hcw.of_an_older_version_used(pg_catalog.text)'
            ]
        where part = 'portable'",
    );
    let text = text_of(&install(&warehouse, &["--portable"]));
    insta::assert_snapshot!(text, @r"
    validators: portable (as asked), installed
    warning[HCW1103]: function hcw.of_an_older_version_used(pg_catalog.text), which these validators no longer have, is kept because it is used
     |
     = note: view uses
     = help: drop or change what uses it; the next update then drops it
    ");
    assert_eq!(
        warehouse.lines(
            "select proname from pg_proc where pronamespace = 'hcw'::regnamespace and proname like 'of\\_%' order by 1"
        ),
        "of_an_older_version_used\nof_the_user"
    );
    assert_eq!(warehouse.value("select count(*) from people"), "0");
}

#[test]
fn a_server_without_the_extension_says_so() {
    let Some(warehouse) = Warehouse::start() else {
        return;
    };
    if offers_extension(&warehouse) {
        return;
    }
    let output = install(&warehouse, &["--native"]);
    assert_eq!(output.status.code(), Some(2));
    insta::assert_snapshot!(text_of(&output), @r"
    Encountered an error:
    Runtime Error
    error[HCW1102]: the native validators cannot be installed: this server has no extension hcw_pg
     |
     = help: build the extension into this server with `make extension`, or take --portable
    ");
    assert_eq!(
        warehouse.value("select to_regnamespace('hcw') is null"),
        "t"
    );
    install_portable(&warehouse);
    let text = text_of(&install(&warehouse, &[]));
    assert_eq!(
        text,
        "validators: portable (this server has no extension hcw_pg), unchanged\n"
    );
}

fn offers_extension(warehouse: &Warehouse) -> bool {
    warehouse.value("select count(*) from pg_available_extensions where name = 'hcw_pg'") == "1"
}

#[test]
fn twins_are_exchanged_unless_something_uses_them() {
    let Some(warehouse) = Warehouse::start() else {
        return;
    };
    if !offers_extension(&warehouse) {
        println!("skipped: the test server has no extension hcw_pg");
        return;
    }
    install_portable(&warehouse);
    warehouse.query("create view valid as select hcw.npi_is_valid('1234567893') as is_valid");
    let output = install(&warehouse, &["--native"]);
    let text = text_of(&output);
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert!(
        text.contains("HCW1103") && text.contains("view valid depends on function"),
        "{text}"
    );
    // hcw's own choice then leaves what is there
    let text = text_of(&install(&warehouse, &[]));
    assert!(text.contains("validators: portable"), "{text}");
    warehouse.query("drop view valid");
    for (options, twin) in [
        (&[][..], "native"),
        (&["--portable"], "portable"),
        (&["--native"], "native"),
    ] {
        let text = text_of(&install(&warehouse, options));
        assert!(text.contains(&format!("validators: {twin}")), "{text}");
        assert_eq!(
            warehouse.value("select hcw.npi_is_valid('1234567893')"),
            "t"
        );
        let of_extension = "select count(*) > 0 from pg_depend where deptype = 'e' \
             and objid = 'hcw.npi_is_valid(text)'::regprocedure";
        let expected = if twin == "native" { "t" } else { "f" };
        assert_eq!(warehouse.value(of_extension), expected);
        let text = text_of(&install(&warehouse, options));
        assert!(text.ends_with("unchanged\n"), "{text}");
    }
    // an extension of somebody else's is used, and not dropped
    warehouse.query("delete from hcw.validator_installation where part = 'native'");
    let text = text_of(&install(&warehouse, &["--portable"]));
    assert!(text.contains("HCW1102"), "{text}");
    let text = text_of(&install(&warehouse, &[]));
    assert!(text.ends_with("unchanged\n"), "{text}");
}

#[test]
fn an_older_extension_is_updated() {
    let Some(warehouse) = Warehouse::start() else {
        return;
    };
    let versions = warehouse.query(
        "select versions.version from pg_available_extension_versions as versions \
         inner join pg_available_extensions as extensions using (name) \
         where name = 'hcw_pg' and version <> default_version order by version",
    );
    let Some(Some(older)) = versions.first() else {
        println!("skipped: the test server has no older extension hcw_pg");
        return;
    };
    warehouse.query(&format!(
        "create schema hcw; create extension hcw_pg version '{older}'; \
         create view valid as select hcw.npi_is_valid('1234567893') as is_valid"
    ));
    let text = text_of(&install(&warehouse, &[]));
    assert!(text.starts_with("validators: native"), "{text}");
    assert!(text.ends_with("installed\n"), "{text}");
    assert_eq!(
        warehouse.value(
            "select extversion = default_version from pg_extension \
             inner join pg_available_extensions on name = extname where name = 'hcw_pg'"
        ),
        "t"
    );
    let text = text_of(&install(&warehouse, &[]));
    assert!(text.ends_with("unchanged\n"), "{text}");
}

#[test]
fn a_build_installs_what_the_project_asks_for_and_tests_with_it() {
    let Some(warehouse) = Warehouse::start() else {
        return;
    };
    warehouse.write("models/people.sql", "select '1234567893' as npi, date '2025-01-01' as day union all select '1234567890', null union all select null, null");
    warehouse.run("build");
    assert_eq!(
        warehouse.value("select to_regprocedure('hcw.npi_is_valid(text)') is null"),
        "t"
    );
    install_portable(&warehouse);
    warehouse.query("drop schema hcw cascade; drop schema hcw_codes cascade");
    warehouse.write(
        "dbt_project.yml",
        "name: test\nprofile: test\nvars: {hcw: {validators: portable}}\n",
    );
    warehouse.write(
        "models/people.yml",
        "models:\n  - name: people\n    columns:\n      - name: npi\n        data_tests:\n          - hcw_valid:\n              arguments: {kind: npi}\n          - hcw_valid_on:\n              arguments: {kind: icd10cm, on_date: day}\n",
    );
    let output = warehouse
        .command("build")
        .arg("--store-failures")
        .output()
        .expect("runs");
    let text = text_of(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(
        text.contains("validators: portable (as asked), installed\n"),
        "{text}"
    );
    assert!(
        text.contains("`hcw_valid_people_npi__npi` found 1 failing row\n"),
        "{text}"
    );
    assert!(
        text.contains("`hcw_valid_on_people_npi__icd10cm__day` found 1 failing row\n"),
        "{text}"
    );
    assert!(!text.contains("1234567890"), "{text}");
    let text = warehouse.fail("build");
    assert!(!text.contains("validators:"), "{text}");
    warehouse.write(
        "dbt_project.yml",
        "name: test\nvars: {hcw: {validators: both}}\n",
    );
    let text = warehouse.fail("build");
    assert!(
        text.contains("HCW0111") && text.contains("dbt_project.yml:2"),
        "{text}"
    );
}

/// The SQL blocks of a page, each with the table below it.
fn examples(page: &str) -> Vec<(String, Vec<Vec<String>>)> {
    let blocks = page.split("```sql\n").skip(1);
    let example = |block: &str| {
        let (query, rest) = block.split_once("```").expect("an end");
        let lines = rest
            .lines()
            .skip_while(|line| line.is_empty())
            .take_while(|line| line.starts_with('|'));
        let rows = lines.skip(2).map(|line| {
            let line = line.trim_matches('|').replace("\\|", "\u{0}");
            let cells = line.split('|').map(|cell| {
                let cell = cell.trim_matches(' ').replace('\u{0}', "|");
                cell.trim_matches('`').to_owned()
            });
            cells.collect()
        });
        (query.to_owned(), rows.collect())
    };
    blocks.map(example).collect()
}

#[test]
fn the_examples_of_the_documentation_are_true() {
    let Some(warehouse) = Warehouse::start() else {
        return;
    };
    crate::codes::load_shipped(&warehouse);
    with_each_twin(&warehouse, || check_examples(&warehouse));
}

fn check_examples(warehouse: &Warehouse) {
    let mut wrong = Vec::new();
    let mut count = 0;
    for entry in std::fs::read_dir(repository().join("docs/validators")).expect("pages") {
        let page = std::fs::read_to_string(entry.expect("a page").path()).expect("is read");
        for (query, expected) in examples(&page) {
            let query = query.trim().trim_end_matches(';');
            let names: Vec<&str> = query
                .split("hcw.")
                .skip(1)
                .filter_map(|rest| rest.split('(').next())
                .collect();
            for (position, row) in expected.iter().enumerate() {
                let found = warehouse.value(&format!(
                    "select array_to_string(array(select coalesce(nullif(each.value, 'null'), '') \
                     from json_each_text(to_json(example)) as each), E'\\x01') \
                     from ({query}) as example offset {position} limit 1"
                ));
                count += 1;
                if found != row.join("\u{1}") {
                    wrong.push(format!("{names:?}: {found:?} instead of {row:?}"));
                }
            }
        }
    }
    assert!(count > 100, "{count}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
