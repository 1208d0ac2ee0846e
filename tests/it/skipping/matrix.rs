//! The matrix: a change, and the nodes that the next build runs because of it; after it nothing is left to run.

use super::changes::Change::{self, Edit, Environment, Rename, Sql, Words, Write};
use super::{built, names, ran};
use crate::projects::case::Case;

/// The table that most stands on, with what reads it.
const ADULTS: &str = "adults not_null_adults_id roster roster_counts history no_strangers";
const ADULTS_AND_UNIT_TEST: &str =
    "adults not_null_adults_id roster roster_counts history no_strangers shouts";
const PEOPLE: &str =
    "people stg_people adults not_null_adults_id roster roster_counts history no_strangers shouts";
/// What reads the rows of the source `visits`; the view over it reads them without being built.
const VISITS: &str = "visits visit_counts totals no_strangers";
const EVERYTHING: &str = "people stg_people adults not_null_adults_id roster roster_counts history no_strangers
    shouts visits visits_view visit_counts totals deliveries clock_declared by_function by_name hooked described
    contracted";
const NOTHING: &str = "";

fn check(changes: &[(&str, Change, &str)]) {
    let Some(case) = built() else { return };
    check_in(&case, "build", changes);
}

/// Checks changes with a call that builds.
pub(super) fn check_in(case: &Case, build: &str, changes: &[(&str, Change, &str)]) {
    assert_eq!(
        (case.run(0, build), ran(case)).1,
        names(""),
        "nothing has changed"
    );
    for (what, change, expected) in changes {
        let text = change.call(case, build, 0);
        assert_eq!(ran(case), names(expected), "{what}:\n{text}");
        case.run(0, build);
        let text = case.run(0, &format!("{build} --explain-skip"));
        assert_eq!(ran(case), names(NOTHING), "after {what}:\n{text}");
    }
}

#[test]
fn changes_of_queries() {
    check(&[
        (
            "SQL",
            Edit("models/adults.sql", "where id >", "where 0 + id >"),
            ADULTS_AND_UNIT_TEST,
        ),
        (
            "a comment",
            Edit("models/adults.sql", "those above", "all above"),
            NOTHING,
        ),
        (
            "white space",
            Edit("models/adults.sql", "from {{", "\n\n    from   {{"),
            NOTHING,
        ),
        (
            "the case of words",
            Edit("models/adults.sql", "select id, ", "SELECT ID, "),
            NOTHING,
        ),
        (
            "a text's case",
            Edit("models/hooked.sql", "1 as n", "1 as n, 'A' as a"),
            "hooked",
        ),
        (
            "SQL upstream",
            Edit(
                "models/stg_people.sql",
                "select id, ",
                "select id + 0 as id, ",
            ),
            "stg_people adults not_null_adults_id roster roster_counts history no_strangers shouts",
        ),
        (
            "a comment upstream",
            Edit("models/stg_people.sql", "select", "-- all of them\nselect"),
            NOTHING,
        ),
        (
            "an ephemeral model",
            Edit("models/named.sql", "select id, ", "select id + 0 as id, "),
            ADULTS_AND_UNIT_TEST,
        ),
        (
            "an incremental model",
            Edit(
                "models/totals.sql",
                "select id, person",
                "select id, person + 0 as person",
            ),
            "totals",
        ),
        (
            "what is declared not to change",
            Edit("models/clock_declared.sql", "as at", "as at_time"),
            "clock_declared",
        ),
        (
            "a late node",
            Edit("models/late.sql", "as n", "as m"),
            NOTHING,
        ),
        (
            "a singular test",
            Edit(
                "tests/no_strangers.sql",
                "where person",
                "where true and person",
            ),
            "no_strangers",
        ),
        (
            "a comment in a test",
            Edit("tests/no_strangers.sql", "where", "-- none\nwhere"),
            NOTHING,
        ),
        (
            "a macro that is used",
            Edit(
                "macros/macros.sql",
                "upper({{ column }})",
                "upper(trim({{ column }}))",
            ),
            ADULTS_AND_UNIT_TEST,
        ),
        (
            "a macro that nobody uses",
            Edit("macros/macros.sql", "silent() %}1", "silent() %}2"),
            NOTHING,
        ),
        (
            "a macro of a hook",
            Edit("macros/macros.sql", "'noted'", "'noted again'"),
            "hooked",
        ),
        (
            "a macro instead of hcw's own",
            Write(
                "macros/own.sql",
                "{% macro default__copy_grants() %}{{ return(false) }}{% endmacro %}",
            ),
            EVERYTHING,
        ),
    ]);
}

#[test]
fn changes_of_configuration() {
    const ROSTER: &str = "models/roster.sql";
    const YAML: &str = "models/models.yml";
    check(&[
        (
            "an index",
            Edit(
                "models/adults.sql",
                "'columns': ['id']",
                "'columns': ['name']",
            ),
            ADULTS_AND_UNIT_TEST,
        ),
        (
            "tags",
            Edit(
                ROSTER,
                "materialized='view'",
                "materialized='view', tags=['a']",
            ),
            NOTHING,
        ),
        (
            "docs",
            Edit(
                ROSTER,
                "materialized='view'",
                "materialized='view', docs={'show': false}",
            ),
            NOTHING,
        ),
        (
            "meta",
            Edit(
                ROSTER,
                "materialized='view'",
                "materialized='view', meta={'owner': 'us'}",
            ),
            NOTHING,
        ),
        (
            "meta that hcw reads",
            Edit(
                ROSTER,
                "materialized='view'",
                "materialized='view', meta={'hcw': {'publish': 'in_place'}}",
            ),
            "roster roster_counts",
        ),
        (
            "a configuration that macros may read",
            Edit(
                ROSTER,
                "materialized='view'",
                "materialized='view', own_key=1",
            ),
            "roster roster_counts",
        ),
        (
            "the materialization",
            Edit(ROSTER, "'view'", "'table'"),
            "roster roster_counts",
        ),
        (
            "an alias",
            Edit(
                "models/roster_counts.sql",
                "select",
                "{{ config(alias='counted') }} select",
            ),
            "roster_counts",
        ),
        (
            "a hook",
            Edit("models/hooked.sql", "note() }}", "note() }} -- twice"),
            "hooked",
        ),
        (
            "a hook that is gone",
            Edit("models/hooked.sql", "post_hook", "own_hook"),
            "hooked",
        ),
        (
            "grants",
            Edit(
                "models/described.sql",
                "}) }}",
                "}, grants={'select': ['current_user']}) }}",
            ),
            NOTHING,
        ),
        (
            "a description",
            Edit(YAML, "first words", "other words"),
            NOTHING,
        ),
        (
            "a description that is not kept",
            Edit(
                YAML,
                "- name: contracted",
                "- name: contracted\n    description: words",
            ),
            NOTHING,
        ),
        (
            "a contract",
            Edit(
                YAML,
                "data_type: integer",
                "data_type: integer, constraints: [{type: not_null}]",
            ),
            "contracted",
        ),
        (
            "a snapshot",
            Edit("snapshots/history.yml", "[name]", "[name, place]"),
            "history",
        ),
        (
            "an incremental model's key",
            Edit("models/totals.sql", "unique_key='id'", "unique_key=['id']"),
            "totals",
        ),
        (
            "a test's configuration",
            Edit(
                YAML,
                "data_tests: [not_null]",
                "data_tests: [{not_null: {config: {severity: warn}}}]",
            ),
            "not_null_adults_id",
        ),
        (
            "a test's description",
            Edit(
                YAML,
                "data_tests: [not_null]",
                "data_tests: [{not_null: {description: all have one}}]",
            ),
            NOTHING,
        ),
        (
            "a unit test's fixture",
            Edit("tests/fixtures/one_person.sql", "ada", "aDa"),
            "shouts",
        ),
        (
            "a unit test's description",
            Edit(
                YAML,
                "model: adults",
                "model: adults\n    description: words",
            ),
            NOTHING,
        ),
        (
            "a seed's types",
            Edit("seeds/seeds.yml", "id: integer", "id: bigint"),
            PEOPLE,
        ),
        (
            "a seed's description",
            Edit(
                "seeds/seeds.yml",
                "- name: people",
                "- name: people\n    description: words",
            ),
            NOTHING,
        ),
        (
            "a source's description",
            Edit(
                YAML,
                "- name: visits",
                "- name: visits\n        description: words",
            ),
            NOTHING,
        ),
        (
            "an exposure",
            Write(
                "models/exposures.yml",
                "exposures: [{name: e, type: dashboard, owner: {name: us}, depends_on: [ref('roster')]}]",
            ),
            "e",
        ),
        (
            "a model that has another name",
            Rename(
                "models/roster_counts.sql",
                "models/counts_of_roster.sql",
            ),
            "counts_of_roster",
        ),
        (
            "a model in another folder",
            Rename("models/hooked.sql", "seeds/../models/again.sql"),
            "again",
        ),
        (
            "a model that is no more",
            Rename("models/hooked.sql", "models/hooked.txt"),
            NOTHING,
        ),
        (
            "the materialization of all",
            Edit("dbt_project.yml", "table", "view"),
            "adults not_null_adults_id roster roster_counts history shouts no_strangers by_function by_name visits
            visit_counts described contracted hooked clock_declared deliveries totals",
        ),
        (
            "a variable of the project",
            Edit("dbt_project.yml", "floor: 0", "floor: -1"),
            ADULTS_AND_UNIT_TEST,
        ),
        (
            "the schema of a model",
            Edit(
                "models/roster_counts.sql",
                "select",
                "{{ config(schema='counts') }} select",
            ),
            "roster_counts",
        ),
        (
            "a new model",
            Write("models/new.sql", "select * from {{ ref('roster') }}"),
            "new",
        ),
    ]);
}

#[test]
fn changes_of_what_surrounds_the_project() {
    check(&[
        (
            "a seed's rows",
            Edit("seeds/people.csv", "Grace", "Grace H"),
            PEOPLE,
        ),
        (
            "a variable that is used",
            Words("--vars '{floor: -1}'"),
            ADULTS_AND_UNIT_TEST,
        ),
        (
            "a variable that nobody uses",
            Words("--vars '{unused: 2}'"),
            NOTHING,
        ),
        (
            "the environment",
            Environment("SKIPPING_PLACE", "there"),
            ADULTS_AND_UNIT_TEST,
        ),
        (
            "an environment that nobody reads",
            Environment("SKIPPING_NOBODY", "there"),
            NOTHING,
        ),
        (
            "a file of a source",
            Write("data/second.csv", "id,amount\n2,20\n"),
            "deliveries",
        ),
        (
            "a file that is as it was",
            Edit("data/first.csv", "1,10", "1,10"),
            NOTHING,
        ),
        ("everything anew", Words("--full-refresh"), EVERYTHING),
        ("what is asked for", Words("--no-skip"), EVERYTHING),
        (
            "what the environment asks for",
            Environment("HCW_NO_SKIP", "1"),
            EVERYTHING,
        ),
        (
            "another version of hcw",
            Sql(
                "update hcw.node_state set parts = jsonb_set(parts, '{hcw}', '\"old\"') where parts <> '{}'",
            ),
            EVERYTHING,
        ),
        ("no rows", Words("--empty"), EVERYTHING_EMPTY),
        ("what is not selected", Words("--select visits"), NOTHING),
    ]);
}

/// With `--empty` every query reads other rows than it did, and a seed has none.
const EVERYTHING_EMPTY: &str =
    "people stg_people adults not_null_adults_id roster roster_counts history no_strangers
    shouts visits visits_view visit_counts totals deliveries";

#[test]
fn changes_of_sources() {
    check(&[
        ("a row more", Sql("insert into raw.visits values (3, 1)"), VISITS),
        ("a row that is another", Sql("update raw.visits set person = 2 where id = 3"), VISITS),
        ("a row less", Sql("delete from raw.visits where id = 3"), VISITS),
        ("no rows", Sql("truncate raw.visits"), VISITS),
        ("a table of the same name", Sql("alter table raw.visits rename to old_visits; create table raw.visits as table raw.old_visits"), "visits visits_view visit_counts totals no_strangers"),
        ("a column more", Sql("alter table raw.visits add column day date"), "visits visits_view visit_counts totals no_strangers"),
        ("a view instead", Sql("drop table raw.visits cascade; create view raw.visits as select id, person from raw.old_visits"), "visits visits_view visit_counts totals no_strangers"),
        ("a row beneath the view", Sql("insert into raw.old_visits values (4, 1)"), VISITS),
        ("a partitioned table", Sql("drop view raw.visits cascade; create table raw.visits (id integer, person integer) partition by list (id);
            create table raw.visits_1 partition of raw.visits for values in (1)"), "visits visits_view visit_counts totals no_strangers"),
        ("a row in a part", Sql("insert into raw.visits values (1, 1)"), VISITS),
        ("a table that is read by its name", Sql("insert into raw.codes values ('a')"), "by_name"),
        ("a function's body", Sql("create or replace function raw.doubled(n integer) returns integer language sql immutable as 'select n + n'"), "by_function"),
        ("rows that nobody reads", Sql("create table raw.others as select 1"), NOTHING),
    ]);
}

#[test]
fn changes_by_hand() {
    check(&[
        ("a table is dropped", Sql("drop table visit_counts"), "visit_counts"),
        ("a view is dropped", Sql("drop view roster"), "roster roster_counts"),
        ("a table is dropped with what reads it", Sql("drop table adults cascade"), ADULTS),
        ("a table is renamed", Sql("alter table visit_counts rename to visit_counts_old"), "visit_counts"),
        ("a column more", Sql("alter table visit_counts add column by_hand integer"), "visit_counts"),
        ("a column's type", Sql("alter table visit_counts alter column visits type numeric"), "visit_counts"),
        ("a column's default", Sql("alter table visit_counts alter column visits set default 1"), "visit_counts"),
        ("a row more", Sql("insert into visit_counts values (99)"), "visit_counts"),
        ("a row that is another", Sql("update visit_counts set visits = 99"), "visit_counts"),
        ("a row less", Sql("delete from visit_counts"), "visit_counts"),
        ("no rows", Sql("truncate visit_counts"), "visit_counts"),
        ("a seed's row", Sql("update people set name = 'Nobody' where id = 1"), PEOPLE),
        ("a snapshot's row", Sql("update history set name = 'Nobody' where id = 1"), "history"),
        ("a view's definition", Sql("create or replace view public.roster as select id, name || '' as name from adults"), "roster roster_counts"),
        ("an index is dropped", Sql("do $$ declare i text; begin select indexrelid::regclass into i from pg_index where indrelid = 'adults'::regclass; execute 'drop index ' || i; end $$"), ADULTS),
        ("an index more", Sql("create index by_hand on adults (name)"), NOTHING),
        ("a grant", Sql("grant select on visit_counts to public"), NOTHING),
        ("a comment", Sql("comment on table visit_counts is 'by hand'"), NOTHING),
        ("a view of others", Sql("create view raw.others as select * from visit_counts"), NOTHING),
        ("statistics", Sql("analyze visit_counts"), NOTHING),
        ("a record that is gone", Sql("delete from hcw.node_state where unique_id = 'model.skipping.visit_counts'"), "visit_counts"),
        ("all records", Sql("drop table hcw.node_state"), EVERYTHING),
        ("the server's counters", Sql("select pg_stat_reset()"), "people stg_people adults not_null_adults_id roster roster_counts history
            no_strangers shouts visits visit_counts totals deliveries clock_declared by_function by_name hooked described
            contracted"),
    ]);
}

#[test]
fn changes_of_packages() {
    let Some(case) = built() else { return };
    case.write("packages.yml", "packages: [{local: near}]\n");
    case.write("near/dbt_project.yml", "name: near\nversion: '1.0'\n");
    case.write(
        "near/macros/near.sql",
        "{% macro step() %}1{% endmacro %}{% macro other() %}1{% endmacro %}",
    );
    case.write("near/models/steps.sql", "select {{ near.step() }} as step");
    case.write(
        "models/far.sql",
        "select step + {{ near.step() }} as far from {{ ref('near', 'steps') }}",
    );
    case.run(0, "deps");
    case.run(0, "build");
    assert_eq!(ran(&case), names("steps far"));
    check_in(
        &case,
        "build",
        &[
            (
                "a macro of a package",
                Edit("near/macros/near.sql", "step() %}1", "step() %}2"),
                "steps far",
            ),
            (
                "a macro of a package that nobody uses",
                Edit("near/macros/near.sql", "other() %}1", "other() %}2"),
                NOTHING,
            ),
            (
                "a model of a package",
                Edit("near/models/steps.sql", "select ", "select 1 + "),
                "steps far",
            ),
            (
                "a package's configuration",
                Edit(
                    "near/dbt_project.yml",
                    "name: near",
                    "models: {+materialized: table}\nname: near",
                ),
                "steps far",
            ),
            (
                "a package's version",
                Edit("near/dbt_project.yml", "'1.0'", "'1.1'"),
                NOTHING,
            ),
        ],
    );
}
