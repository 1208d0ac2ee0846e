//! Materialized views: created once, then refreshed; their indexes follow the configuration.

use crate::warehouse::Warehouse;

const INDEXES: &str = "select regexp_replace(indexdef, '\"?[0-9a-f]{32}\"?', 'i') from pg_indexes
    where schemaname = 'public' and tablename = 'visit_counts' order by 1";

fn model(warehouse: &Warehouse, settings: &str) {
    let config = format!("{{{{ config(materialized='materialized_view', {settings}) }}}}");
    warehouse.write(
        "models/visit_counts.sql",
        format!("{config}\nselect clinic, count(*) as visits from {{{{ ref('visits') }}}} group by clinic"),
    );
}

#[test]
fn materialized_views_follow_their_configuration() {
    let Some(warehouse) = Warehouse::start() else {
        return;
    };
    warehouse.write(
        "models/visits.sql",
        "{{ config(materialized='incremental') }} select 'north' as clinic",
    );
    model(
        &warehouse,
        "indexes=[{'columns': ['clinic'], 'unique': true}]",
    );
    warehouse.run("run");
    let first = "CREATE UNIQUE INDEX i ON public.visit_counts USING btree (clinic)";
    assert_eq!(warehouse.lines(INDEXES), first);
    let oid = "select 'public.visit_counts'::regclass::oid";
    let made = warehouse.value(oid);

    // nothing changed: its rows are read anew
    warehouse.run("run");
    assert_eq!(
        warehouse.value("select visits from public.visit_counts"),
        "2"
    );
    assert_eq!(warehouse.lines(INDEXES), first);

    // other indexes: in place
    model(
        &warehouse,
        "indexes=[{'columns': ['visits', 'clinic'], 'type': 'btree'}]",
    );
    warehouse.run("run");
    let second = "CREATE INDEX i ON public.visit_counts USING btree (visits, clinic)";
    assert_eq!(warehouse.lines(INDEXES), second);
    assert_eq!(warehouse.value(oid), made);

    model(&warehouse, "indexes=[], on_configuration_change='continue'");
    let output = warehouse.run("run");
    assert!(output.contains("was set to `continue`"), "{output}");
    assert_eq!(warehouse.lines(INDEXES), second);

    model(&warehouse, "indexes=[], on_configuration_change='fail'");
    let output = warehouse.fail("run");
    assert!(output.contains("was set to `fail`"), "{output}");
    assert_eq!(warehouse.lines(INDEXES), second);

    // a table in its place, and back
    model(&warehouse, "indexes=[]");
    warehouse.write(
        "models/visit_counts.sql",
        "{{ config(materialized='table') }} select 1 as one",
    );
    warehouse.run("run");
    model(&warehouse, "indexes=[]");
    warehouse.run("run");
    let kind = "select relkind from pg_class where oid = 'public.visit_counts'::regclass";
    assert_eq!(warehouse.value(kind), "m");
}
