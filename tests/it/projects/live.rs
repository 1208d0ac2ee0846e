//! What runs when its turn comes: queries within templates, hooks, materializations of the project's own.

use super::case::Case;

#[test]
fn templates_ask_the_warehouse_when_their_parents_are_built() {
    let Some(case) = Case::good("live") else {
        return;
    };
    let text = case.run(0, "run --threads 4");
    assert!(text.contains("PASS=7 WARN=0 ERROR=0"), "{text}");
    assert_eq!(
        case.rows("select a || '/' || b || '/' || c from pivoted"),
        "1/1/1"
    );
    assert_eq!(
        case.rows("select columns || number from described"),
        "a,b,c3"
    );
    assert_eq!(
        case.rows("select string_agg(letter || number, ',' order by number) from numbered"),
        "x1,y2"
    );
    // a second run replaces what stands, with what reads it
    let text = case.run(0, "run --threads 4");
    assert!(text.contains("PASS=7 WARN=0 ERROR=0"), "{text}");
    assert_eq!(
        case.rows("select columns || number from described"),
        "a,b,c3"
    );
}

#[test]
fn hooks_run_around_nodes_and_around_the_run() {
    let Some(case) = Case::good("live") else {
        return;
    };
    case.run(0, "run --select base");
    assert_eq!(
        case.rows("select string_agg(what, ';' order by what) from run_log"),
        "before base;end success 1;start"
    );
    // the post-hook's row is there, and VACUUM ran outside of the transaction
    assert_eq!(case.rows("select count(*) from base"), "3");
}

#[test]
fn the_statement_of_a_late_node_that_fails_is_kept() {
    let Some(case) = Case::good("live") else {
        return;
    };
    case.write(
        "models/grown.sql",
        "{{ config(materialized='incremental') }}
        {% do run_query('select 1') %}
        {{ log('asked for ' ~ var('wanted'), info=true) }}
        select {{ var('wanted') }} as number",
    );
    case.run(0, "run --select grown --vars 'wanted: 1'");
    let text = case.run(1, "run --select grown --vars 'wanted: now()'");
    assert!(text.contains("asked for now()"), "{text}");
    let compiled = case.read("target/compiled/live/models/grown.sql");
    assert!(compiled.contains("select now() as number"), "{compiled}");
    let run = case.read("target/run/live/models/grown.sql");
    assert!(run.contains("insert into"), "{run}");
}

#[test]
fn columns_that_only_the_warehouse_knows_have_their_comments() {
    let Some(case) = Case::good("live") else {
        return;
    };
    case.write(
        "models/starred.sql",
        "{{ config(materialized='table', persist_docs={'columns': true}) }} select * from {{ ref('base') }}",
    );
    case.write(
        "models/starred.yml",
        "models: [{name: starred, columns: [{name: id, description: which one}]}]",
    );
    let text = case.run(0, "run --select base starred");
    assert!(!text.contains("not present"), "{text}");
    let comment = "select col_description('starred'::regclass, attnum) from pg_attribute
        where attrelid = 'starred'::regclass and attname = 'id'";
    assert_eq!(case.rows(comment), "which one");
}

#[test]
fn a_dry_run_names_what_is_late_and_records_the_rest() {
    let Some(case) = Case::good("live") else {
        return;
    };
    let text = case.run(0, "run --dry-run");
    let late = text.matches("-- asks the warehouse").count();
    assert_eq!(late, 2, "{text}");
    assert!(text.contains("row_number() over () as number"), "{text}");
    assert_eq!(
        case.rows("select count(*) from pg_catalog.pg_class where relname in ('run_log', 'base')"),
        "0"
    );
}

#[test]
fn built_in_macros_can_be_overridden() {
    let Some(case) = Case::good("live") else {
        return;
    };
    let text = case.run(0, "run --select base pivoted");
    assert!(text.contains("PASS=5"), "{text}");
    let run = case.read("target/run/live/models/pivoted.sql");
    assert!(run.contains("/* of this project */"), "{run}");
}

#[test]
fn a_macro_runs_by_name_with_its_arguments() {
    let Some(case) = Case::good("live") else {
        return;
    };
    case.run(0, "run --select base");
    let text = case.run(0, "run-operation grow --args '{by: 2, times: 3}'");
    assert!(text.contains("rows: 3"), "{text}");
    let text = case.run(2, "run-operation groww");
    assert!(text.contains("HCW0203"), "{text}");
    assert!(text.contains("did you mean `grow`?"), "{text}");
}

#[test]
fn a_template_that_begins_a_transaction_does_not_keep_it() {
    let Some(case) = Case::good("live") else {
        return;
    };
    for _ in 0..2 {
        let text = case.run(0, "build --no-skip --threads 1");
        assert!(text.contains("PASS=8 WARN=0 ERROR=0"), "{text}");
        // what was built after the test on its connection is committed
        assert_eq!(
            case.rows("select columns || number from described"),
            "a,b,c3"
        );
        assert_eq!(case.rows("select count(*) from numbered"), "2");
    }
}

#[test]
fn a_macro_that_fails_is_a_result_and_can_be_retried() {
    let Some(case) = Case::good("live") else {
        return;
    };
    let text = case.run(1, "run-operation grow --args '{by: 2, times: 3}'");
    assert!(
        text.contains("Encountered an error while running operation: Database Error"),
        "{text}"
    );
    let results = case.read("target/run_results.json");
    assert!(
        results.contains("\"unique_id\":\"macro.live.grow\""),
        "{results}"
    );
    case.run(0, "run --select base --target-path elsewhere");
    let text = case.run(0, "retry");
    assert!(text.contains("rows: 3"), "{text}");
}

#[test]
fn results_are_grouped_and_threads_have_names() {
    let Some(case) = Case::good("live") else {
        return;
    };
    case.write(
        "models/grouped.sql",
        "{%- set rows = run_query(\"select * from (values ('b', 1), ('a', 2), ('b', 3)) as given (kind, amount)\") -%}
        {%- set found = [] -%}
        {%- for kind, table in (rows.group_by('kind').items() if execute else []) -%}
            {%- do found.append(kind ~ '=' ~ table.columns['amount'].values() | join('+')) -%}
        {%- endfor -%}
        select '{{ found | join(',') }}' as found, '{{ thread_id }}' as thread",
    );
    case.run(0, "run --select grouped");
    assert_eq!(
        case.rows("select found, thread ~ '^Thread-[0-9]+ [(]worker[)]$' from grouped"),
        "b=1+3,a=2|true"
    );
}
