//! What stands where a run builds or publishes, and what others have made of it: kept, or named; and nothing is left
//! behind that stops the next run.

use super::case::Case;

/// A project of these models: name and text.
fn project(models: &[(&str, &str)]) -> Option<Case> {
    let case = Case::good("atomic")?;
    for folder in ["models", "seeds", "snapshots"] {
        std::fs::remove_dir_all(case.folder.join(folder)).expect("is removed");
    }
    for (name, text) in models {
        case.write(&format!("models/{name}"), text);
    }
    Some(case)
}

const LEFT: &str = "select count(*) from pg_namespace where nspname like 'hcw\\_shadow%' or nspname like 'hcw\\_retired%'";

#[test]
fn rows_of_others_refer_to_what_stays() {
    let Some(case) = Case::good("publishing") else {
        return;
    };
    case.run(0, "build");
    case.execute(
        "create schema outside;
        alter table patients add primary key (patient_id);
        create table outside.visits (patient_id integer constraint of_patient references patients);
        insert into outside.visits values (7)",
    );
    let key = "select convalidated from pg_constraint where conname = 'of_patient'";
    case.run(0, "build --vars '{count: 8}'");
    assert_eq!(case.rows(key), "true");
    let shown = case.run(1, "build --vars '{count: 5}'");
    assert!(
        shown.contains(
            "rows refer by foreign key of_patient of outside.visits to rows that are gone"
        ),
        "{shown}"
    );
    assert_eq!(case.rows("select count(*) from patients"), "8");
    assert_eq!(case.rows(key), "true");
    // node by node, the rows may be those of a table that the run has yet to build
    case.run(0, "build --publish per-node --vars '{count: 5}'");
    assert_eq!(case.rows(key), "false");
}

#[test]
fn tables_that_refer_to_each_other_are_replaced_in_any_order() {
    let keyed = "{{ config(materialized='table', contract={'enforced': true}) }} select 1 as id";
    let Some(case) = project(&[
        ("a.sql", keyed),
        ("b.sql", &keyed.replace("1 as id", "id from {{ ref('a') }}")),
        (
            "models.yml",
            "models:
  - name: a
    columns: [{name: id, data_type: integer, constraints: [{type: primary_key}]}]
  - name: b
    columns: [{name: id, data_type: integer, constraints: [{type: foreign_key, to: ref('a'), to_columns: [id]}]}]",
        ),
    ]) else {
        return;
    };
    case.run(0, "build");
    case.run(0, "build --no-skip --select a");
    case.run(0, "build --no-skip");
    // in a circle; a contract says what constraints there are, so that it is gone afterwards
    for _ in 0..2 {
        case.execute(
            "alter table b add unique (id);
            alter table a add constraint circle foreign key (id) references b (id)",
        );
        case.run(0, "build --no-skip");
    }
    assert_eq!(case.rows(LEFT), "0");
}

#[test]
fn what_a_failed_run_left_in_other_shadows_goes_with_what_it_reads() {
    let Some(case) = project(&[
        (
            "stg.sql",
            "{{ config(materialized='table') }} select 1 as id",
        ),
        (
            "mart.sql",
            "{{ config(schema='marts') }} select id from {{ ref('stg') }}",
        ),
        (
            "models.yml",
            "models: [{name: mart, columns: [{name: id, data_tests: [{accepted_values: {arguments: {values: [2]}}}]}]}]",
        ),
    ]) else {
        return;
    };
    case.run(1, "build");
    case.run(0, "build --select stg");
    case.run(0, "build --publish per-node --no-skip --select stg");
    case.run(0, "clean --shadow");
    assert_eq!(case.rows(LEFT), "0");
}

#[test]
fn sequences_of_others_keep_their_values() {
    let Some(case) = project(&[(
        "numbered.sql",
        "{{ config(materialized='table') }} select 1 as id",
    )]) else {
        return;
    };
    for way in ["atomic", "per-node"] {
        case.run(0, &format!("build --no-skip --publish {way}"));
        case.execute(
            "create sequence if not exists public.alone owned by public.numbered.id; select setval('public.alone', 4711);
            create sequence if not exists public.shared owned by public.numbered.id;
            create table if not exists public.others (id integer default nextval('public.shared'))",
        );
        case.run(0, &format!("build --no-skip --publish {way}"));
        assert_eq!(case.rows("select last_value from alone"), "4711", "{way}");
        let owned = "select string_agg(distinct objid::regclass::text, ' ') from pg_depend
            where refobjid = 'numbered'::regclass and deptype = 'a' and classid = 'pg_class'::regclass";
        assert_eq!(case.rows(owned), "alone shared", "{way}");
        case.execute("insert into others default values");
        assert_eq!(case.rows(LEFT), "0");
    }
}

#[test]
fn what_is_no_table_and_no_view_is_named_and_stays() {
    let Some(case) = project(&[(
        "taken.sql",
        "{{ config(materialized='table') }} select 1 as id",
    )]) else {
        return;
    };
    case.execute("create sequence public.taken start 7");
    for way in ["atomic", "per-node"] {
        let text = case.run(1, &format!("build --publish {way}"));
        assert!(
            text.contains("sequence public.taken has the name of what is published"),
            "{text}"
        );
        assert_eq!(case.rows("select nextval('public.taken') > 6"), "true");
    }
    case.execute("drop sequence public.taken");
    case.run(0, "build");
}

#[test]
fn all_that_needs_a_column_that_is_gone_is_named_at_once() {
    let Some(case) = project(&[(
        "wide.sql",
        "{{ config(materialized='table') }} select 1 as id {{ ', 2 as gone' if not var('narrow', false) }}",
    )]) else {
        return;
    };
    case.run(0, "build");
    let body = "begin return new; end";
    case.execute(&format!(
        "create view public.reads_it as select gone from wide;
        alter table wide add constraint positive check (gone > 0);
        create index found_by on wide (gone);
        create statistics public.both_of on id, gone from wide;
        create policy of_some on wide using (gone > 0);
        create function public.touched() returns trigger language plpgsql as '{body}';
        create trigger on_gone before update of gone on wide for each row execute function public.touched()"
    ));
    let text = case.run(1, "build --vars '{narrow: true}'");
    for object in [
        "view public.reads_it reads the column gone",
        "constraint positive on table public.wide",
        "index public.found_by",
        "statistics object public.both_of",
        "policy of_some on table public.wide",
        "trigger on_gone on table public.wide",
    ] {
        assert!(text.contains(object), "{object}:\n{text}");
    }
    assert_eq!(case.rows("select gone from public.reads_it"), "2");
}

#[test]
fn a_temporary_view_is_named() {
    let Some(case) = project(&[(
        "plain.sql",
        "{{ config(materialized='table') }} select 1 as id",
    )]) else {
        return;
    };
    case.run(0, "build");
    let reader = case.reader();
    reader.row("create temporary view mine as select * from plain; select 1");
    let text = case.run(1, "build --no-skip");
    assert!(
        text.contains("the temporary view pg_temp_") && text.contains("mine"),
        "{text}"
    );
    drop(reader);
    case.run(0, "publish");
}

#[test]
fn what_another_kind_cannot_have_is_named_before_and_after() {
    let table = "{{ config(materialized='table') }} select 1 as id, 'x'::text as word";
    let Some(case) = project(&[("a.sql", table)]) else {
        return;
    };
    case.run(0, "build");
    case.execute(
        "create schema outside;
        create function outside.fires() returns trigger language plpgsql as 'begin return new; end';
        alter table a add primary key (id);
        create table outside.other (id integer constraint of_a references a);
        create trigger fires before insert on a for each row execute function outside.fires();
        create trigger stays after insert on a for each statement execute function outside.fires();
        create statistics outside.ids on id, word from a;
        create publication words for table a;
        create policy \"all\" on a using (true);
        create index by_word on a (word);
        alter table a alter word set not null",
    );
    case.write("models/a.sql", &table.replace("'table'", "'view'"));
    let obstacles = [
        "foreign key of_a of outside.other to a key of public.a, which becomes a view",
        "policy \"all\" of public.a, which becomes a view",
        "publication words of public.a, which becomes a view",
        "statistics object outside.ids of public.a, which becomes a view",
        "trigger fires of public.a, which becomes a view",
    ];
    let planned = case.run(0, "-q plan");
    let refused = case.run(1, "build");
    for obstacle in obstacles {
        assert!(planned.contains(obstacle), "{obstacle}: {planned}");
        assert!(refused.contains(obstacle), "{obstacle}: {refused}");
    }
    assert!(!planned.contains("trigger stays"), "{planned}");
    case.execute(
        "drop table outside.other;
        drop trigger fires on a;
        drop statistics outside.ids;
        drop publication words;
        drop policy \"all\" on a",
    );
    let planned = case.run(0, "-q plan");
    let lost = "loses constraint a_pkey, index by_word, not null of the column id, not null of the column word";
    assert!(planned.contains(lost), "{planned}");
    assert!(planned.ends_with('\n'), "{planned}");
    case.run(0, "build");
    // and back
    case.execute(
        "create trigger instead instead of insert on a for each row execute function outside.fires()",
    );
    case.write("models/a.sql", table);
    let obstacle = "trigger instead of public.a, which becomes a table";
    for shown in [case.run(0, "-q plan"), case.run(1, "build")] {
        assert!(shown.contains(obstacle), "{shown}");
    }
}

#[test]
fn a_policy_that_is_not_in_force_yet_stays() {
    let Some(case) = project(&[("a.sql", "{{ config(materialized='table') }} select 1 as id")])
    else {
        return;
    };
    case.run(0, "build");
    case.execute("create policy everybody on a using (true)");
    for way in ["atomic", "per-node"] {
        case.run(0, &format!("build --no-skip --publish {way}"));
        let policies = "select count(*) from pg_policy where polrelid = 'a'::regclass";
        assert_eq!(case.rows(policies), "1", "{way}");
    }
}

#[test]
fn names_that_differ_by_an_underscore_are_no_obstacle() {
    let table = "{{ config(materialized='table') }} select 1 as id";
    let models = ["orders", "_orders", "__orders"].map(|name| (format!("{name}.sql"), table));
    let models = models.each_ref().map(|(name, text)| (name.as_str(), *text));
    let Some(case) = project(&models) else {
        return;
    };
    // one at a time, and in any order: whose type of arrays has which name depends on it
    for selected in [
        "orders",
        "__orders",
        "_orders",
        "*",
        "orders __orders",
        "_orders orders",
        "*",
    ] {
        for way in ["atomic", "per-node"] {
            case.run(
                0,
                &format!("build --no-skip --threads 1 --publish {way} --select {selected}"),
            );
        }
    }
}

#[test]
fn whose_index_has_a_name_that_is_published_is_told() {
    let Some(case) = project(&[
        (
            "a.sql",
            "{{ config(materialized='table', indexes=[{'columns': ['id']}], contract={'enforced': true}) }} select 1 as id",
        ),
        (
            "models.yml",
            "models: [{name: a, columns: [{name: id, data_type: integer, constraints: [{type: primary_key}]}]}]",
        ),
        ("b.sql", "{{ config(materialized='table') }} select 1 as id"),
    ]) else {
        return;
    };
    case.run(0, "build --exclude b");
    case.execute("alter table a rename to kept_by_hand; create domain b as integer");
    for (selected, told) in [
        (
            "a",
            "index public.a_pkey of public.kept_by_hand has the name of an index of public.a",
        ),
        ("b", "type public.b has the name of what is published"),
    ] {
        let shown = case.run(1, &format!("build --select {selected}"));
        assert!(shown.contains(told), "{shown}");
    }
    case.execute("drop table kept_by_hand; drop domain b");
    case.run(0, "build");
}
