//! `hcw migrate`: what is applied, what stops it, what it says.

use std::process::Stdio;

use crate::warehouse::{Warehouse, text_of};

#[test]
fn migrations_are_applied_once_and_in_order() {
    let Some(warehouse) = Warehouse::start() else {
        return;
    };
    warehouse.run("migrate");
    assert_eq!(
        warehouse.value("select count(*) from hcw.bookkeeping_history"),
        "1"
    );
    warehouse.write("migrations/V10__c.sql", "insert into ehr.log values ('c');");
    warehouse.write(
        "migrations/V2__b.sql",
        "\u{feff}create schema ehr;\r\ncreate table ehr.log (name text);\r\n",
    );
    warehouse.write("migrations/README.md", "no migration");
    warehouse.write("migrations/more/V1__x.sql", "not read");
    warehouse.run("migrate");
    warehouse.run("migrate");
    assert_eq!(warehouse.lines("select name from ehr.log"), "c");
    // other line ends are no change
    warehouse.write(
        "migrations/V2__b.sql",
        "create schema ehr;\ncreate table ehr.log (name text);\n",
    );
    warehouse.run("migrate");
}

#[test]
fn a_changed_a_missing_and_a_late_migration_stop() {
    let Some(warehouse) = Warehouse::start() else {
        return;
    };
    warehouse.write("migrations/V2__a.sql", "create table a (id int);");
    warehouse.write("migrations/V3__b.sql", "create table b (id int);");
    warehouse.run("migrate");
    let checksum = warehouse.value("select checksum from hcw.migration_history where version = 3");

    warehouse.write("migrations/V3__b.sql", "create table b (id bigint);");
    warehouse.write("migrations/V4__c.sql", "create table c (id int);");
    let output = warehouse.fail("migrate");
    assert!(output.contains("HCW0901"), "{output}");
    assert!(
        output.contains("V3__b was changed after it was applied"),
        "{output}"
    );
    assert!(output.contains(&checksum), "{output}");
    assert!(output.contains("migrations/V3__b.sql"), "{output}");
    assert_eq!(warehouse.value("select to_regclass('c') is null"), "t");

    warehouse.remove("migrations/V3__b.sql");
    let output = warehouse.fail("migrate");
    assert!(output.contains("HCW0901"), "{output}");
    assert!(
        output.contains("V3__b was applied but its file is missing"),
        "{output}"
    );

    warehouse.write("migrations/V3__renamed.sql", "create table b (id int);");
    let output = warehouse.fail("migrate");
    assert!(
        output.contains("applied as `b` but is now named `renamed`"),
        "{output}"
    );

    warehouse.remove("migrations/V3__renamed.sql");
    warehouse.write("migrations/V3__b.sql", "create table b (id int);");
    warehouse.write("migrations/V1__late.sql", "create table late (id int);");
    let output = warehouse.fail("migrate");
    assert!(output.contains("HCW0901"), "{output}");
    assert!(
        output.contains("rename it to a version above 3"),
        "{output}"
    );
}

#[test]
fn a_failing_migration_leaves_nothing_of_itself() {
    let Some(warehouse) = Warehouse::start() else {
        return;
    };
    warehouse.write(
        "migrations/V1__a.sql",
        "create table a (id int primary key);",
    );
    warehouse.write(
        "migrations/V2__b.sql",
        "-- größer\r\ninsert into a values (77001);\r\nselect *\r\n  from misspelt;\r\n",
    );
    let output = warehouse.fail("migrate");
    assert!(output.contains("HCW0902"), "{output}");
    assert!(output.contains("42P01"), "{output}");
    assert!(output.contains("migrations/V2__b.sql:4:8"), "{output}");
    assert_eq!(warehouse.value("select count(*) from a"), "0");
    assert_eq!(
        warehouse.value("select count(*) from hcw.migration_history"),
        "1"
    );

    warehouse.write(
        "migrations/V2__b.sql",
        "insert into a select 77000 + one from (values (1), (1)) as twice (one);",
    );
    let output = warehouse.fail("migrate");
    assert!(
        output.contains("23505") && output.contains("a_pkey"),
        "{output}"
    );
    assert!(!output.contains("77001"), "{output}");

    warehouse.write("migrations/V2__b.sql", "insert into a values (77001);");
    warehouse.run("migrate");
    assert_eq!(warehouse.value("select count(*) from a"), "1");
}

#[test]
fn files_that_cannot_be_migrations_are_errors() {
    let Some(warehouse) = Warehouse::start() else {
        return;
    };
    for (name, text) in [
        ("v1__a.sql", "select 1"),
        ("V1-a.sql", "select 1"),
        ("V1__a.sql", "create table a (id int); commit;"),
        ("V1__a.sql", "\u{0}"),
    ] {
        warehouse.write(&format!("migrations/{name}"), text);
        let output = warehouse.fail("migrate");
        let code = if text == "\u{0}" { "HCW09" } else { "HCW0903" };
        assert!(output.contains(code), "{output}");
        warehouse.remove(&format!("migrations/{name}"));
    }
    warehouse.write("migrations/V1__a.sql", "select 1");
    warehouse.write("migrations/V01__b.sql", "select 1");
    assert!(warehouse.fail("migrate").contains("HCW0903"));
}

#[test]
fn two_calls_at_once_apply_once() {
    let Some(warehouse) = Warehouse::start() else {
        return;
    };
    warehouse.write(
        "migrations/V1__a.sql",
        "create table a (id int); select pg_sleep(0.3);",
    );
    let start = || {
        warehouse
            .command("migrate")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("starts")
    };
    for child in [start(), start(), start()] {
        let output = child.wait_with_output().expect("ends");
        assert!(output.status.success(), "{}", text_of(&output));
    }
    assert_eq!(
        warehouse.value("select count(*) from hcw.migration_history"),
        "1"
    );
}

#[test]
fn a_role_that_may_only_make_schemas_is_enough() {
    let Some(warehouse) = Warehouse::start() else {
        return;
    };
    let role = format!("{}_user", warehouse.value("select current_database()"));
    let database = warehouse.value("select current_database()");
    warehouse.query(&format!(
        "create role {role} login; grant create, connect on database {database} to {role}; \
         revoke create on schema public from public, {role}"
    ));
    let (before, after) = warehouse.url.split_once('@').expect("a user");
    let scheme = before.split_once("//").map_or(before, |(scheme, _)| scheme);
    warehouse.write(
        "migrations/V1__a.sql",
        "create schema ehr; create table ehr.a (id int);",
    );
    warehouse.write("raw/a.csv", "a\n1\n");
    warehouse.write(
        "models/sources.yml",
        "{\"version\": 2, \"sources\": [{\"name\": \"s\", \"schema\": \"raw\", \"tables\": \
         [{\"name\": \"t\", \"meta\": {\"hcw\": {\"location\": \"raw/a.csv\"}}}]}]}",
    );
    for _ in 0..2 {
        let output = warehouse
            .command("load")
            .env("DATABASE_URL", format!("{scheme}//{role}@{after}"))
            .output()
            .expect("runs");
        let text = text_of(&output);
        if text.contains("HCW06") {
            println!("skipped: the test server lets no new role in");
            break;
        }
        assert!(output.status.success(), "{text}");
        assert_eq!(warehouse.value("select count(*) from raw.t"), "1");
    }
    warehouse.query(&format!("drop owned by {role}; drop role {role}"));
}
