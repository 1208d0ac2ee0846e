//! Snapshots keep every version of a row: what they hold after changes is what dbt 1.12.6 leaves.

use crate::warehouse::Warehouse;

/// Versions of a row: identity, value, when it ended, and whether it stands for a deletion.
fn versions(warehouse: &Warehouse, snapshot: &str, deleted: &str) -> String {
    warehouse.lines(&format!(
        "select concat_ws(' ', id, value, extra,
            case
                when dbt_valid_to is null then 'holds'
                when dbt_valid_to > '2500-01-01' then 'for ever'
                when dbt_valid_to > now() - interval '1 day' then 'ended now'
                else dbt_valid_to::date::text
            end, {deleted})
        from public.{snapshot} order by id, dbt_valid_from, dbt_updated_at, value, dbt_valid_to"
    ))
}

#[test]
fn snapshots_hold_what_dbts_hold() {
    let Some(warehouse) = Warehouse::start() else {
        return;
    };
    for (name, config) in [
        ("by_time", "strategy='timestamp', unique_key='id', updated_at='updated_at'"),
        (
            "by_check",
            "strategy='check', unique_key=['id', 'part'], check_cols='all', hard_deletes='invalidate'",
        ),
        (
            "with_records",
            "strategy='check', unique_key='id', check_cols=['value'], hard_deletes='new_record'",
        ),
        (
            "until",
            "strategy='timestamp', unique_key='id', updated_at='updated_at', hard_deletes='new_record',
            dbt_valid_to_current=\"'9999-12-31'::timestamp\"",
        ),
    ] {
        let text = format!(
            "{{% snapshot {name} %}}{{{{ config({config}) }}}} select * from public.visits{{% endsnapshot %}}"
        );
        warehouse.write(&format!("snapshots/{name}.sql"), text);
    }
    warehouse.query(
        "create table public.visits (id int, part int, value text, updated_at timestamp);
        insert into public.visits values (1, 1, 'a', '2026-01-01'), (2, 2, 'b', '2026-01-01'), (3, 3, 'c', '2026-01-01')",
    );
    warehouse.run("snapshot");
    warehouse.query(
        "update public.visits set value = 'bb', updated_at = '2026-02-01' where id = 2;
        delete from public.visits where id = 3;
        alter table public.visits add column extra int;
        insert into public.visits values (4, 4, 'd', '2026-02-02', 5)",
    );
    warehouse.run("snapshot");
    warehouse.query("insert into public.visits values (3, 3, 'c2', '2026-03-03', 5)");
    warehouse.run("snapshot");
    insta::assert_snapshot!(versions(&warehouse, "by_time", "null"), @"
    1 a holds
    2 b 2026-02-01
    2 bb holds
    3 c 2026-03-03
    3 c2 5 holds
    4 d 5 holds
    ");
    insta::assert_snapshot!(versions(&warehouse, "by_check", "null"), @"
    1 a ended now
    1 a holds
    2 b ended now
    2 bb holds
    3 c ended now
    3 c2 5 holds
    4 d 5 holds
    ");
    insta::assert_snapshot!(versions(&warehouse, "with_records", "dbt_is_deleted"), @"
    1 a holds False
    2 b ended now False
    2 bb holds False
    3 c ended now False
    3 c ended now True
    3 c2 5 holds False
    4 d 5 holds False
    ");
    insta::assert_snapshot!(versions(&warehouse, "until", "dbt_is_deleted"), @"
    1 a for ever False
    2 b 2026-02-01 False
    2 bb for ever False
    3 c ended now False
    3 c2 5 for ever False
    3 c 2026-03-03 True
    4 d 5 for ever False
    ");
}
