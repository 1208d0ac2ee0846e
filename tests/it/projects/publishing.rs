//! Runs in the shadow: published as a whole, later, or not at all; and the ways that publish node by node.

use super::case::Case;

/// What the published warehouse says.
const PUBLISHED: &str = "
    select (select string_agg(format('%s %s', name, stays), ', ' order by name) from kpi_stays),
        (select stays from kpi_total), (select string_agg(round::text, ' ' order by round) from rounds),
        (select count(*) from ward_history)";

const SHADOWS: &str = "
    select nspname, relname from pg_class inner join pg_namespace on pg_namespace.oid = relnamespace
    where nspname like 'hcw\\_%' and relkind in ('r', 'v') order by 1, 2";

#[test]
fn a_run_is_published_as_a_whole_or_not_at_all() {
    let Some(case) = Case::good("atomic") else {
        return;
    };
    // a first run whose test fails publishes nothing, and keeps what it built
    let shown = case.run(1, "build --vars '{count: 9}'");
    assert!(shown.contains("Nothing was published"), "{shown}");
    assert_eq!(case.rows("select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'v')"), "");
    assert_eq!(
        case.rows("select stays from hcw_shadow__public.kpi_total"),
        "9"
    );
    let shown = case.run(0, "clean --shadow");
    assert!(shown.contains("removed hcw_shadow__public"), "{shown}");
    assert_eq!(case.rows(SHADOWS), "");
    case.run(1, "build --vars '{count: 9}'");
    case.run(0, "build");
    assert_eq!(case.rows(PUBLISHED), "North 5, South 5|10|1|2");
    assert_eq!(case.rows(SHADOWS), "");
    // what goes on from rows that stand goes on from a copy of them
    case.run(0, "build --vars '{count: 20, round: 2}'");
    assert_eq!(case.rows(PUBLISHED), "North 10, South 10|20|1 2|4");
    case.run(1, "build --vars '{count: 21, round: 3}'");
    assert_eq!(case.rows(PUBLISHED), "North 10, South 10|20|1 2|4");
    case.run(0, "build --vars '{count: 30, round: 4}'");
    assert_eq!(case.rows(PUBLISHED), "North 15, South 15|30|1 2 4|6");
    assert_eq!(case.rows(SHADOWS), "");
    // people see published names
    for path in [
        "target/compiled/atomic/models/kpi_total.sql",
        "target/run_results.json",
        "target/manifest.json",
    ] {
        let text = case.read(path);
        assert!(!text.contains("hcw_shadow"), "{path}: {text}");
    }
    assert!(
        case.read("target/compiled/atomic/models/kpi_total.sql")
            .contains("\"public\".\"kpi_stays\"")
    );
}

#[test]
fn what_is_changed_in_place_is_not_copied() {
    let Some(case) = Case::good("atomic") else {
        return;
    };
    case.write(
        "models/rounds.sql",
        &case.read("models/rounds.sql").replace(
            "materialized='incremental'",
            "materialized='incremental', meta={'hcw': {'publish': 'in_place'}}",
        ),
    );
    let oid = "select 'rounds'::regclass::oid";
    // a first one, which no rows stand to be added to, is built in the shadow like the others
    case.run(1, "build --vars '{count: 9}'");
    assert_eq!(case.rows("select to_regclass('rounds') is null"), "true");
    case.run(0, "build");
    let before = case.rows(oid);
    case.run(0, "build --vars '{count: 20, round: 2}'");
    assert_eq!(case.rows(PUBLISHED), "North 10, South 10|20|1 2|4");
    assert_eq!(case.rows(oid), before);
    // the weaker promise: its rows are there when the rest is not published
    case.run(1, "build --vars '{count: 21, round: 3}'");
    assert_eq!(case.rows(PUBLISHED), "North 10, South 10|20|1 2 3|4");
}

#[test]
fn what_makes_something_of_its_own_is_published_node_by_node() {
    let Some(case) = Case::good("publishing") else {
        return;
    };
    case.write(
        "macros/own.sql",
        "{% materialization own, default %}{% call statement('main') %}create or replace view {{ this }} as {{ sql }}\
         {% endcall %}{{ adapter.commit() }}{{ return({'relations': [this]}) }}{% endmaterialization %}",
    );
    case.write(
        "models/by_own.sql",
        "{{ config(materialized='own') }} select count(*) as n from {{ ref('patients') }}",
    );
    let shown = case.run(0, "build");
    assert!(
        shown.contains("model.publishing.by_own has a materialization of the project's own: this run publishes node by node"),
        "{shown}"
    );
    assert_eq!(case.rows("select n from by_own"), "10");
    let shown = case.run(2, "build --publish atomic");
    assert!(shown.contains("cannot be built with a shadow"), "{shown}");
}

#[test]
fn what_is_held_is_published_later() {
    let Some(case) = Case::good("atomic") else {
        return;
    };
    let shown = case.run(2, "publish");
    assert!(shown.contains("no run waits to be published"), "{shown}");
    let shown = case.run(2, "build --hold --publish per-node");
    assert!(shown.contains("--hold holds nothing back"), "{shown}");
    case.run(0, "build");
    let shown = case.run(0, "build --hold --no-skip --vars '{count: 20, round: 2}'");
    assert!(shown.contains("`hcw publish` publishes it"), "{shown}");
    assert_eq!(case.rows(PUBLISHED), "North 5, South 5|10|1|2");
    insta::assert_snapshot!(case.run(0, "-q diff"));
    insta::assert_snapshot!(case.run(
        0,
        "-q diff --output markdown --key stays --select kpi_stays kpi_total"
    ));
    insta::assert_snapshot!(case.run(
        0,
        "-q diff --output json --select kpi_stays --key ward_id --show-values 1"
    ));
    let shown = case.run(0, "publish");
    assert!(
        shown.contains("published what run") && shown.contains("public.kpi_total"),
        "{shown}"
    );
    assert_eq!(case.rows(PUBLISHED), "North 10, South 10|20|1 2|4");
    assert_eq!(case.rows(SHADOWS), "");
    case.run(2, "publish");
    // a run that failed is no run to publish
    case.run(1, "build --vars '{count: 21, round: 3}'");
    let shown = case.run(1, "publish");
    assert!(shown.contains("a node or a test of it failed"), "{shown}");
    // nor is one whose relations have since been replaced
    case.run(0, "build --hold --vars '{count: 30, round: 4}'");
    case.execute(
        "alter table rounds rename to old_rounds; create table rounds as table old_rounds",
    );
    let shown = case.run(1, "publish");
    assert!(
        shown.contains("public.rounds changed after it was built"),
        "{shown}"
    );
    assert_eq!(case.rows("select stays from kpi_total"), "20");
    // nor one whose relations are no longer what was looked at
    let flushed = "select pg_stat_force_next_flush()";
    for (changed, by_hand) in [
        ("kpi_stays", "update kpi_stays set stays = 0"),
        ("stays", "alter table stays add column by_hand integer"),
    ] {
        // what this session did before is counted before, not after
        case.execute(flushed);
        case.run(0, "build --hold --no-skip");
        case.execute(by_hand);
        case.execute(flushed);
        let shown = case.run(1, "publish");
        let told = format!("public.{changed} changed after it was built");
        assert!(shown.contains(&told), "{shown}");
    }
}

#[test]
fn what_a_shadow_would_hide_is_published_node_by_node() {
    let Some(case) = Case::good("publishing") else {
        return;
    };
    case.write(
        "models/by_name.sql",
        "-- depends_on: {{ ref('patients') }}\nselect count(*) as n from {{ target.schema }}.patients\n",
    );
    let shown = case.run(0, "build");
    assert!(
        shown.contains(
            "model.publishing.by_name reads public.patients by its name, not by ref(): this run publishes node by node"
        ),
        "{shown}"
    );
    assert_eq!(case.rows("select n from by_name"), "10");
    let shown = case.run(2, "build --publish atomic");
    assert!(
        shown.contains("by its name, not by ref(), and cannot be built with a shadow")
            && shown.contains("--> models/by_name.sql"),
        "{shown}"
    );
}

#[test]
fn other_ways_publish_node_by_node() {
    let Some(case) = Case::good("atomic") else {
        return;
    };
    for way in ["per-node", "legacy"] {
        case.run(0, &format!("build --publish {way}"));
        case.run(1, &format!("build --publish {way} --vars '{{count: 9}}'"));
        assert_eq!(case.rows("select stays from kpi_total"), "9", "{way}");
    }
}
