//! What `hcw build` installs where the project says nothing about validators.

use crate::warehouse::{Warehouse, text_of};

/// Whether the functions are in the database.
fn are_installed(warehouse: &Warehouse) -> bool {
    warehouse.value("select to_regprocedure('hcw.npi_is_valid(text)') is not null") == "t"
}

fn dry_run(warehouse: &Warehouse) -> String {
    let mut command = warehouse.command("build");
    text_of(&command.arg("--dry-run").output().expect("runs"))
}

#[test]
fn a_project_that_uses_them_has_them() {
    for (name, path, text) in [
        (
            "a model",
            "models/people.sql",
            "select hcw.npi_is_valid('1234567893') as is_valid",
        ),
        (
            "a macro's output",
            "models/people.sql",
            "select {{ judge('npi') }}('1') as reason",
        ),
        (
            "a singular test",
            "tests/none_is_wrong.sql",
            "select 1 as one where not hcw.npi_is_valid('1234567893')",
        ),
        (
            "a generic test",
            "models/plain.yml",
            "models:\n  - name: plain\n    columns:\n      - name: npi\n        data_tests:\n          - hcw_valid:\n              arguments: {kind: npi}\n",
        ),
        (
            "a constraint",
            "models/plain.yml",
            "models:\n  - name: plain\n    config: {materialized: table, contract: {enforced: true}}\n    columns:\n      - name: npi\n        data_type: text\n        constraints: [{type: check, expression: hcw.npi_is_valid(npi)}]\n",
        ),
        (
            "a type",
            "models/plain.yml",
            "models:\n  - name: plain\n    config: {materialized: table, contract: {enforced: true}}\n    columns:\n      - name: npi\n        data_type: hcw.npi\n",
        ),
    ] {
        let Some(warehouse) = Warehouse::start() else {
            return;
        };
        warehouse.write("models/plain.sql", "select '1234567893'::text as npi");
        if path == "models/plain.yml" && text.contains("data_type: hcw.npi") {
            warehouse.write("models/plain.sql", "select '1234567893'::hcw.npi as npi");
        }
        warehouse.write(
            "macros/judge.sql",
            "{% macro judge(rule) %}hcw.{{ rule }}_reason{% endmacro %}",
        );
        warehouse.write(path, text);
        let output = warehouse.run("build");
        assert!(
            output.contains("validators: ") && output.contains("), installed\n"),
            "{name}: {output}"
        );
        assert!(are_installed(&warehouse), "{name}");
        let output = warehouse.run("build");
        assert!(!output.contains("validators:"), "{name}: {output}");
    }
}

#[test]
fn a_project_that_only_mentions_them_has_nothing() {
    let Some(warehouse) = Warehouse::start() else {
        return;
    };
    warehouse.write(
        "models/people.sql",
        "-- hcw.npi_is_valid(npi)\nselect 'hcw.npi_is_valid(npi)' as text, hcw.npi /* hcw.npi_reason(npi) */\n\
         from (select '1' as npi) as hcw",
    );
    let output = warehouse.run("build");
    assert!(!output.contains("validators"), "{output}");
    assert!(!are_installed(&warehouse));
    assert_eq!(
        warehouse.value("select to_regnamespace('hcw_codes') is null"),
        "t"
    );
    let plan = dry_run(&warehouse);
    assert!(!plan.contains("-- validators"), "{plan}");
}

#[test]
fn none_turns_it_off() {
    let Some(warehouse) = Warehouse::start() else {
        return;
    };
    warehouse.write(
        "models/people.sql",
        "select hcw.npi_is_valid('1234567893') as is_valid",
    );
    let plan = dry_run(&warehouse);
    assert!(
        plan.contains("-- validators, where they are not installed yet"),
        "{plan}"
    );
    assert!(!are_installed(&warehouse));
    warehouse.write(
        "dbt_project.yml",
        "name: test\nprofile: test\nvars: {hcw: {validators: none}}\n",
    );
    let output = warehouse.fail("build");
    assert!(!output.contains("validators:"), "{output}");
    assert!(!are_installed(&warehouse));
}

#[test]
fn functions_that_others_keep_are_left_alone() {
    let Some(warehouse) = Warehouse::start() else {
        return;
    };
    let script: String = hcw_validators::sql::portable::script()
        .into_iter()
        .map(|(_, text)| text)
        .collect();
    warehouse.query(&script);
    warehouse.write(
        "models/people.sql",
        "select hcw.npi_is_valid('1234567893') as is_valid",
    );
    let output = warehouse.run("build");
    assert!(!output.contains("validators:"), "{output}");
    assert_eq!(
        warehouse.value("select to_regclass('hcw.validator_installation') is null"),
        "t"
    );
}
