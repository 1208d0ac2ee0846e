//! What each materialization leaves in the database, the first time and later.

use super::case::Case;
use crate::warehouse::Warehouse;

#[test]
fn incremental_models_grow_by_their_strategy() {
    let Some(case) = Case::good("materializations") else {
        return;
    };
    case.run(0, "build --vars '{run: 1}'");
    let rows = |model: &str| {
        case.rows(&format!(
            "select visit_id, run, first_run, is_later from {model} order by 1, 2"
        ))
    };
    for model in ["appended", "replaced", "merged"] {
        assert_eq!(rows(model), "1|1|1|false\n2|1|1|false", "{model}");
    }
    let later = case.run(0, "build --vars '{run: 2}'");
    assert!(later.contains("public.merged"), "{later}");
    assert_eq!(
        rows("appended"),
        "1|1|1|false\n2|1|1|false\n2|2|2|true\n3|2|2|true"
    );
    assert_eq!(rows("replaced"), "1|1|1|false\n2|2|2|true\n3|2|2|true");
    assert_eq!(rows("merged"), "1|1|1|false\n2|2|1|true\n3|2|2|true");
    case.run(0, "build --full-refresh --vars '{run: 2}'");
    for model in ["appended", "replaced", "merged"] {
        assert_eq!(rows(model), "2|2|2|false\n3|2|2|false", "{model}");
    }
}

#[test]
fn kinds_are_what_the_database_says() {
    let Some(case) = Case::good("materializations") else {
        return;
    };
    case.run(0, "build");
    case.run(0, "build");
    let kinds = "select relname, relkind from pg_class where relkind <> 'i' and relnamespace = 'public'::regnamespace order by 1";
    insta::assert_snapshot!(case.rows(kinds), @r"
    appended|r
    as_table|r
    as_view|v
    merged|r
    reads_both|v
    replaced|r
    ");
    let indexes = "select indisunique from pg_index where indrelid = 'as_table'::regclass";
    assert_eq!(case.rows(indexes), "true");
    let left = "select nspname from pg_namespace where nspname like '%hcw\\_%'";
    assert_eq!(case.rows(left), "", "shadow schemas are gone");
}

#[test]
fn ephemeral_models_are_expressions_of_those_that_read_them() {
    let Some(case) = Case::good("materializations") else {
        return;
    };
    case.run(0, "run --select reads_both");
    assert_eq!(
        case.rows("select * from reads_both order by 1"),
        "2|1\n3|1\n4|1"
    );
    let sql = case.read("target/compiled/materializations/models/ephemeral/reads_both.sql");
    insta::assert_snapshot!(sql, @r"
    with recursive  __dbt__cte__first as (

    -- first
    select 1 as n
    ),  __dbt__cte__second as (

    with

    own as (select n from __dbt__cte__first)

    select n + 1 as n from own
    ), counted as (
        select n from __dbt__cte__second
        union all
        select n + 1 from counted where n < 4
    )

    select counted.n, first.n as first_n
    from counted
    cross join __dbt__cte__first as first
    ");
}

/// As in dbt: each after what it reads itself, in the order in which templates refer to them, and none that is referred to
/// where the template does not go.
#[test]
fn ephemeral_models_stand_in_the_order_in_which_they_are_read() {
    let Some(case) = Case::good("materializations") else {
        return;
    };
    let ephemeral = "{{ config(materialized='ephemeral') }}";
    for (name, sql) in [
        ("eph_last", "select 1 as n".to_owned()),
        ("eph_a", "select 2 as n".to_owned()),
        ("eph_b", "select n from {{ ref('eph_last') }}".to_owned()),
        ("eph_y", "select n from {{ ref('eph_last') }}".to_owned()),
        ("eph_unread", "select 3 as n".to_owned()),
    ] {
        case.write(&format!("models/{name}.sql"), &format!("{ephemeral}{sql}"));
    }
    let readers = ["eph_y", "eph_b", "eph_a", "eph_last"]
        .map(|name| format!("select n from {{{{ ref('{name}') }}}}"));
    let unread = "{% if not execute %}{{ ref('eph_unread') }}{% endif %}";
    let sql = format!("{unread}{}", readers.join(" union all "));
    case.write("models/reads_many.sql", &sql);
    case.run(0, "run --select reads_many");
    let sql = case.read("target/compiled/materializations/models/reads_many.sql");
    let named: Vec<&str> = sql
        .split(" as (")
        .map(|part| part.rsplit(' ').next().unwrap_or_default())
        .collect();
    assert_eq!(
        named[..4],
        [
            "__dbt__cte__eph_last",
            "__dbt__cte__eph_y",
            "__dbt__cte__eph_b",
            "__dbt__cte__eph_a"
        ],
        "{sql}"
    );
    assert!(!sql.contains("eph_unread"), "{sql}");
}

/// As in dbt, grants and descriptions of a table follow its hooks, those of a view come before them.
#[test]
fn what_is_declared_of_a_table_follows_its_hooks() {
    let Some(case) = Case::good("materializations") else {
        return;
    };
    let mut sidecar = "models:\n".to_owned();
    for kind in ["table", "view"] {
        let hook = format!("comment on {kind} {{{{ this }}}} is 'of the hook'");
        case.write(
            &format!("models/told_{kind}.sql"),
            &format!("{{{{ config(materialized='{kind}', persist_docs={{'relation': true}}, post_hook=\"{hook}\") }}}} select 1 as n"),
        );
        sidecar.push_str(&format!(
            "  - name: told_{kind}\n    description: declared\n"
        ));
    }
    case.write("models/told.yml", &sidecar);
    let comments =
        "select obj_description('told_table'::regclass), obj_description('told_view'::regclass)";
    for way in ["atomic", "per-node", "legacy", "per-node"] {
        case.run(
            0,
            &format!("run --select told_table told_view --publish {way}"),
        );
        assert_eq!(case.rows(comments), "declared|of the hook", "{way}");
    }
}

/// What hangs on the relation `patients`, as text.
const HANGING: &str = "
    select 'owner' as what, pg_get_userbyid(relowner)::text as fact from pg_class where oid = 'patients'::regclass
    union all
    select 'grant', grantee || ' ' || privilege_type from information_schema.role_table_grants
    where table_name in ('patients', 'outside') and grantee like 'hcw_it_%'
    union all
    select 'column grant', column_name from information_schema.column_privileges
    where table_name = 'patients' and column_name = 'name' and grantee like 'hcw_it_%' and privilege_type = 'UPDATE'
    union all
    select 'comment', obj_description('patients'::regclass)
    union all
    select 'column comment', col_description('patients'::regclass, 1)
    union all
    select 'view comment', obj_description('outside.outside'::regclass)
    order by 1, 2";

#[test]
fn what_hangs_on_a_table_survives_its_replacement() {
    let Some(case) = Case::good("replacement") else {
        return;
    };
    let role = format!("hcw_it_{}", std::process::id());
    case.execute(&format!("drop role if exists {role}; create role {role}"));
    case.run(0, "build");
    case.execute(&format!(
        "create schema outside;
        create view outside.outside as select patient_id, name from patients;
        create view outside.second as select count(*) as n from outside.outside;
        comment on view outside.outside is 'not ours';
        grant select on patients, outside.outside to {role};
        grant update (name) on patients to {role};
        alter table patients add primary key (patient_id);
        alter table patients owner to {role};
        grant usage, create on schema public to {role}"
    ));
    let before = case.rows(HANGING);
    let vars = "{more: \" || '!'\"}";
    let output = case
        .command(&["build", "--vars", vars])
        .output()
        .expect("runs");
    assert!(
        output.status.success(),
        "{}",
        crate::warehouse::text_of(&output)
    );
    assert_eq!(case.rows(HANGING), before);
    assert_eq!(
        case.rows("select name from outside.outside order by 1"),
        "x1!\nx2!\nx3!"
    );
    assert_eq!(case.rows("select n from outside.second"), "3");
    // and through a change of kind, there and back
    case.run(0, "build --vars '{kind: view, contract: false}'");
    assert_eq!(
        case.rows("select relkind from pg_class where oid = 'patients'::regclass"),
        "v"
    );
    assert_eq!(case.rows("select n from outside.second"), "3");
    case.run(0, "build");
    assert_eq!(
        case.rows("select relkind from pg_class where oid = 'patients'::regclass"),
        "r"
    );
    assert_eq!(case.rows("select n from outside.second"), "3");
    case.execute(&format!("drop owned by {role} cascade; drop role {role}"));
}

#[test]
fn a_foreign_key_of_another_table_stays() {
    let Some(case) = Case::good("replacement") else {
        return;
    };
    let contract = case.read("models/patients.yml").replace(
        "data_type: integer",
        "data_type: integer\n        constraints: [{type: primary_key}]",
    );
    case.write("models/patients.yml", &contract);
    case.run(0, "build");
    case.execute("create table visits (patient_id integer constraint to_patients references patients on delete cascade); insert into visits values (1)");
    case.run(0, "build");
    let key = "select conname, pg_get_constraintdef(oid) from pg_constraint where conrelid = 'visits'::regclass";
    assert_eq!(
        case.rows(key),
        "to_patients|FOREIGN KEY (patient_id) REFERENCES patients(patient_id) ON DELETE CASCADE"
    );
    assert_eq!(case.rows("select * from visits"), "1");
}

#[test]
fn indexes_are_there_after_each_build_in_dbts_way() {
    let Some(warehouse) = Warehouse::start() else {
        return;
    };
    warehouse.write(
        "models/indexed.sql",
        "{{ config(materialized=var('kind'), indexes=[{'columns': ['id'], 'unique': true}]) }} select 1 as id",
    );
    let count = "select count(*) from pg_index where indrelid = 'public.indexed'::regclass";
    for (kind, more) in [("table", "--threads=1"), ("incremental", "--full-refresh")] {
        for _build in 0..3 {
            let mut command = warehouse.command("run");
            command.env("HCW_PUBLISH", "legacy");
            let vars = format!("{{kind: {kind}}}");
            let output = command.args(["--vars", &vars, more]).output();
            let output = output.expect("runs");
            assert!(output.status.success(), "{output:?}");
            assert_eq!(warehouse.value(count), "1", "{kind}");
        }
    }
}

#[test]
fn types_of_a_contract_may_be_dbts_names() {
    let Some(warehouse) = Warehouse::start() else {
        return;
    };
    warehouse.write("models/named.sql", "select 'x'::text as label, 1 as number");
    let sidecar = |more: &str| {
        let sidecar = format!(
            "models: [{{name: named, config: {{materialized: table, contract: {{enforced: true{more}}}}},
            columns: [{{name: label, data_type: string}}, {{name: number, data_type: int}}]}}]"
        );
        warehouse.write("models/named.yml", sidecar);
    };
    sidecar("");
    warehouse.run("run");
    let typed = "select pg_typeof(label)::text from public.named";
    assert_eq!(warehouse.value(typed), "text");
    sidecar(", alias_types: false");
    let failed = warehouse.fail("run");
    assert!(
        failed.contains("type \"string\" does not exist"),
        "{failed}"
    );
}
