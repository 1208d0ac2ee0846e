//! Edits of single nodes: which of them are read by themselves, and that this gives what a whole parse does.

use super::{Project, body, compiled, id_of, messages};

const SIDECAR: &str = "\
models:
  # what it costs
  - name: costs
    description: costs of visits
    columns:
      - name: cost
        data_tests: [not_null]
  - name: totals
    columns:
      - name: cost
        data_tests:
          - accepted_values: {arguments: {values: [1]}}
";

/// A file's text is given, in which one text takes the place of another; whether a part of the project is enough.
type Edit = (&'static str, &'static str, &'static str, &'static str, bool);

const COSTS: &str = "models/costs.sql";
const YAML: &str = "models/all.yml";

const EDITS: [Edit; 38] = [
    ("a text", COSTS, "select", "select distinct", true),
    (
        "a config",
        COSTS,
        "select",
        "{{ config(tags=['b'], meta={'a': 1}) }}select",
        true,
    ),
    (
        "a materialization",
        COSTS,
        "tags=['b']",
        "materialized='table'",
        true,
    ),
    (
        "a ref",
        COSTS,
        "from",
        ", (select * from {{ ref('days') }}) from",
        true,
    ),
    ("a macro", COSTS, "distinct", "{{ shown() }}", true),
    ("without it", COSTS, "{{ shown() }}", "", true),
    ("another ref", COSTS, "'days'", "'spare'", true),
    (
        "no ref",
        COSTS,
        "(select * from {{ ref('spare') }})",
        "1",
        true,
    ),
    (
        "a loop in code",
        COSTS,
        "select",
        "{% for n in [1, 2] %}{{ n }}{% endfor %} select",
        true,
    ),
    (
        "a schema",
        COSTS,
        "materialized='table'",
        "schema='other'",
        false,
    ),
    (
        "no schema",
        COSTS,
        "schema='other'",
        "docs={'show': false}",
        false,
    ),
    (
        "disabled",
        "models/spare.sql",
        "select",
        "{{ config(enabled=false) }}select",
        false,
    ),
    (
        "enabled",
        "models/spare.sql",
        "{{ config(enabled=false) }}",
        "",
        false,
    ),
    (
        "a description",
        YAML,
        "costs of visits",
        "\"{{ doc('about') }}\"",
        true,
    ),
    (
        "a column",
        YAML,
        "      - name: cost\n        data_tests: [not_null]\n",
        "      - name: cost\n        data_tests: [not_null]\n      - name: more\n        description: \"- name: x\"\n",
        true,
    ),
    ("a test", YAML, "[not_null]", "[not_null, unique]", true),
    (
        "two tests",
        YAML,
        "[not_null, unique]",
        "[unique, {not_null: {config: {severity: warn}}}, {relationships: {arguments: {to: ref('days'), field: day}}}]",
        true,
    ),
    (
        "fewer tests",
        YAML,
        "[unique, {not_null: {config: {severity: warn}}}, {relationships: {arguments: {to: ref('days'), field: day}}}]",
        "[not_null]",
        true,
    ),
    (
        "other arguments",
        YAML,
        "values: [1]",
        "values: [1, 2]",
        true,
    ),
    (
        "an entry",
        YAML,
        "  - name: totals",
        "  - name: spare\n    config: {tags: c}\n    columns:\n      - {name: n, data_tests: [unique]}\n  - name: totals",
        true,
    ),
    (
        "a comment",
        YAML,
        "  # what it costs\n",
        "  # what they cost\n",
        false,
    ),
    (
        "no entry",
        YAML,
        "  - name: spare\n    config: {tags: c}\n    columns:\n      - {name: n, data_tests: [unique]}\n",
        "",
        true,
    ),
    (
        "another description",
        YAML,
        "\"{{ doc('about') }}\"",
        "costs",
        true,
    ),
    (
        "a group",
        YAML,
        "models:\n",
        "groups:\n  - {name: g, owner: {name: o}}\nmodels:\n",
        false,
    ),
    (
        "in the group",
        YAML,
        "    description: ",
        "    config: {group: g}\n    description: ",
        false,
    ),
    (
        "a test in the group",
        YAML,
        "[not_null]",
        "[not_null, unique]",
        false,
    ),
    ("a text in the group", COSTS, "{% for", "{# #}{% for", true),
    (
        "an unknown entry",
        YAML,
        "  - name: totals",
        "  - name: nothing\n  - name: totals",
        false,
    ),
    ("known again", YAML, "  - name: nothing\n", "", false),
    (
        "the project",
        "dbt_project.yml",
        "vars:",
        "models: {partial: {+tags: p}}\nvars:",
        false,
    ),
    ("a macro's text", "macros/shown.sql", "1", "2", false),
    (
        "one macro more",
        "macros/shown.sql",
        "{% macro",
        "{% macro second() %}{% endmacro %}{% macro",
        false,
    ),
    ("a seed", "seeds/visits.csv", "1,2", "1,3", true),
    (
        "a test's file",
        "tests/small.sql",
        "> 9",
        "> {{ 8 }}",
        false,
    ),
    (
        "a semantic model",
        YAML,
        "  - name: totals",
        "  - name: spare\n    semantic_model: true\n    time_spine: {standard_granularity_column: n}\n    columns: [{name: n, granularity: day}]\n  - name: totals",
        false,
    ),
    ("a text beside it", COSTS, "{# #}", "", true),
    (
        "another alias of it",
        "models/spare.sql",
        "select",
        "{{ config(alias='d') }}select",
        false,
    ),
    (
        "no such model",
        YAML,
        "    semantic_model: true\n",
        "",
        false,
    ),
];

/// Makes edits one after the other, and compares what a call leaves and says with what a whole one does.
fn follow(
    verb: &str,
    edits: &[Edit],
    compare: impl Fn(&Project, (&str, &str), (&str, &str), &str),
) {
    let project = Project::new();
    project.write("macros/shown.sql", "{% macro shown() %}1{% endmacro %}\n");
    project.write("models/spare.sql", "select 1 as n\n");
    project.write(YAML, SIDECAR);
    project.run(verb, "target", &[]);
    let modified = || {
        let facts = std::fs::metadata(project.path("target/semantic_manifest.json"));
        facts.expect("is written").modified().expect("a time")
    };
    for (what, path, from, to, is_enough) in edits {
        let text = std::fs::read_to_string(project.path(path)).expect("a file");
        assert!(text.contains(from), "{what}: {text}");
        project.write(path, &text.replacen(from, to, 1));
        let before = modified();
        std::thread::sleep(std::time::Duration::from_millis(10));
        let (ours, said) = project.run(verb, "target", &[]);
        assert_eq!(modified() == before, *is_enough, "{what}");
        let (full, said_in_full) = project.run(verb, "full", &["--no-partial-parse"]);
        compare(&project, (&ours, &said), (&full, &said_in_full), what);
        let said_in_full = messages(&said_in_full.replace("/full/", "/target/"));
        assert_eq!(messages(&said), said_in_full, "{what}");
    }
}

#[test]
fn nodes_are_read_by_themselves() {
    follow(
        "parse",
        &EDITS,
        |_, (ours, said), (full, said_in_full), what| {
            let full = body(full, &id_of(said_in_full));
            assert_eq!(body(ours, &id_of(said)), full, "{what}");
        },
    );
}

#[test]
fn what_is_wrong_is_told_as_by_a_whole_parse() {
    let project = Project::new();
    project.write(YAML, SIDECAR);
    project.parse("target", &[]);
    for (path, text, is_read) in [
        // `parse` tells of a cycle and reads the project, as in dbt
        (COSTS, "select cost from {{ ref('totals') }}\n", true),
        (COSTS, "select cost from {{ ref('nothing') }}\n", false),
        (COSTS, "select cost from {{ ref('visits') }\n", false),
        (YAML, "models:\n  - name: costs\n    columns: 1\n", false),
    ] {
        let before = std::fs::read_to_string(project.path(path)).expect("a file");
        project.write(path, text);
        let ours = project.told("target", &[]);
        let full = project.told("full", &["--no-partial-parse"]);
        assert_eq!(ours.0, is_read, "{path}: {:?}", ours.1);
        assert_eq!(ours, full, "{path}");
        project.write(path, &before);
    }
}

#[test]
fn a_cycle_is_no_warning_that_could_be_an_error() {
    let project = Project::new();
    project.write(COSTS, "select cost from {{ ref('totals') }}\n");
    let (is_read, told) = project.told("target", &["--warn-error"]);
    assert!(is_read, "{told:?}");
    assert!(format!("{told:?}").contains("HCW0401"), "{told:?}");
}

/// As the edits above, of what is compiled: whether a part of the project is enough.
const COMPILED: [Edit; 15] = [
    (
        "an ephemeral model",
        "models/spare.sql",
        "select",
        "{{ config(materialized='ephemeral') }}select",
        false,
    ),
    ("a text", COSTS, "select", "select distinct", true),
    (
        "a ref",
        COSTS,
        "from",
        ", (select * from {{ ref('days') }}) from",
        true,
    ),
    ("a macro", COSTS, "distinct", "{{ shown() }}", true),
    (
        "a config",
        COSTS,
        "select",
        "{{ config(tags=['b']) }}select",
        true,
    ),
    (
        "a ref to an ephemeral one",
        COSTS,
        "'days'",
        "'spare'",
        false,
    ),
    ("in its text", "models/spare.sql", "1 as n", "2 as n", false),
    ("no more", COSTS, "'spare'", "'days'", true),
    (
        "a description",
        YAML,
        "costs of visits",
        "what visits cost",
        true,
    ),
    (
        "a test's arguments",
        YAML,
        "arguments: {values: [1]}",
        "name: few, arguments: {values: [2]}",
        false,
    ),
    ("other arguments", YAML, "[2]", "[2, 3]", false),
    (
        "a test's condition",
        YAML,
        "[not_null]",
        "[{not_null: {config: {where: cost > 0}}}]",
        true,
    ),
    ("a seed", "seeds/visits.csv", "1,2", "1,3", true),
    (
        "all nodes",
        "models/totals.sql",
        "select",
        "{{ graph.nodes | length }} select",
        false,
    ),
    ("a seed among them", "seeds/visits.csv", "1,3", "1,4", false),
];

#[test]
fn nodes_are_compiled_by_themselves() {
    follow("compile", &COMPILED, |project, _, _, what| {
        // what a test that is gone was compiled to stays, as in dbt
        assert_eq!(
            compiled(project, "target"),
            compiled(project, "full"),
            "{what}"
        );
    });
}
