//! `hcw plan`: what a build would do, why, and whom it would break; orphans and `build --prune`.

use super::case::Case;
use crate::warehouse::text_of;

const OUTSIDE: &str = "
    create schema outside;
    create view outside.births as select patient_id, born from patients;
    create table outside.visits (patient_id integer);
    create table outside.people (id integer primary key);
    insert into outside.people select patient_id from patients;
    alter table patients add foreign key (patient_id) references outside.people;
    alter table outside.visits enable row level security;
    create policy of_born on outside.visits using (exists (select from patients where born is not null));
    create index births_by_day on patients (born);
    alter table patients add constraint was_born check (born > '1880-01-01');
    create statistics of_births on patient_id, born from patients;
    create function outside.log() returns trigger language plpgsql as 'begin return new; end';
    create trigger corrected before update of born on patients for each row execute function outside.log();
    grant select (born) on patients to public;
    create publication births for table patients (patient_id, born)";

fn case() -> Option<Case> {
    let case = Case::good("publishing")?;
    case.write(
        "models/exposures.yml",
        "exposures:\n  - name: births_report\n    type: dashboard\n    owner: {email: a@example.org}\n    depends_on: [ref('patients')]\n",
    );
    Some(case)
}

#[test]
fn what_is_new_is_told_with_its_columns() {
    let Some(case) = case() else { return };
    insta::assert_snapshot!(case.run(0, "-q plan"));
    assert_eq!(
        case.rows("select nspname from pg_namespace where nspname like 'hcw%'"),
        "",
        "nothing is written"
    );
    case.run(0, "build");
    insta::assert_snapshot!(case.run(0, "-q plan"));
}

#[test]
fn those_who_read_what_vanishes_are_named() {
    let Some(case) = case() else { return };
    case.run(0, "build");
    case.execute(OUTSIDE);
    insta::assert_snapshot!(case.run(0, "-q plan --vars '{narrower: true}'"));
    insta::assert_snapshot!(case.run(0, "-q plan --vars '{narrower: true}' --output markdown"));
    insta::assert_snapshot!(case.run(0, "-q plan --vars '{wider: true}' --output json"));
    // all of them are in the way of a run
    let shown = case.run(1, "build --vars '{narrower: true}'");
    for reader in [
        "view outside.births",
        "index public.births_by_day",
        "constraint was_born",
        "object public.of_births",
        "trigger corrected",
        "publication births",
    ] {
        assert!(shown.contains(reader), "{reader}: {shown}");
    }
}

#[test]
fn a_query_may_end_in_a_comment_or_not_be_sql() {
    let Some(case) = case() else { return };
    case.write("models/commented.sql", "select 1 as n -- one");
    case.write("models/broken.sql", "select 1 as n from from");
    let shown = case.run(0, "-q plan --select commented broken");
    assert!(shown.contains("columns: n integer"), "{shown}");
    assert!(
        shown.contains("columns are not known yet: syntax error"),
        "{shown}"
    );
}

#[test]
fn those_who_read_what_vanishes_are_named_however_it_is_published() {
    let Some(case) = case() else { return };
    case.run(0, "build");
    case.execute(OUTSIDE);
    for way in ["per-node", "legacy"] {
        let shown = case.run(
            0,
            &format!("-q plan --publish {way} --no-skip --vars '{{narrower: true}}'"),
        );
        let told =
            shown.contains("- column born: breaks ") && shown.contains("view outside.births");
        assert!(told, "{way}: {shown}");
        assert!(!shown.contains("hcw_shadow"), "{way}: {shown}");
        let fate = match way {
            "legacy" => "dropped, since it reads public.patients",
            _ => "made again, since it reads public.patients",
        };
        let lock = format!("locks outside.births (ACCESS EXCLUSIVE): {fate}");
        assert!(shown.contains(&lock), "{way}: {shown}");
    }
}

#[test]
fn names_may_hold_what_ends_a_block() {
    let Some(case) = case() else { return };
    case.write(
        "models/odd.sql",
        "{{ config(materialized='table', schema='$hcw$\"q', alias='it\\'s $hcw$ %I') }} select 1 as n",
    );
    for verb in ["plan", "build", "plan --no-skip", "build --no-skip"] {
        let shown = case.run(0, &format!("{verb} --select odd"));
        assert!(!shown.contains("columns are not known"), "{verb}: {shown}");
    }
}

#[test]
fn columns_are_known_where_only_what_is_made_of_them_asks() {
    let Some(case) = case() else { return };
    case.write(
        "models/materialized.sql",
        "{{ config(materialized='materialized_view') }} select 1 as n",
    );
    let shown = case.run(0, "-q plan --select materialized");
    assert!(shown.contains("columns: n integer"), "{shown}");
}

#[test]
fn a_view_of_no_node_is_known_after_what_it_reads_was_built_again() {
    let Some(case) = case() else { return };
    case.write(
        "models/under.sql",
        "{{ config(materialized='table') }} select 1 as n",
    );
    case.write("models/gone.sql", "select n from {{ ref('under') }}");
    case.run(0, "build");
    case.remove("models/gone.sql");
    case.run(0, "build --no-skip");
    let shown = case.run(0, "-q plan");
    assert!(shown.contains("- public.gone: "), "{shown}");
    let shown = case.run(0, "build --no-skip --prune");
    assert!(shown.contains("dropped public.gone"), "{shown}");
    assert_eq!(
        case.rows("select count(*) from pg_class where relname = 'gone'"),
        "0"
    );
}

#[test]
fn what_waits_in_the_shadow_is_left_there() {
    let Some(case) = case() else { return };
    case.run(0, "build");
    case.run(0, "build --hold --vars '{count: 12}'");
    case.run(0, "plan --vars '{count: 13}'");
    case.run(0, "publish");
    assert_eq!(case.rows("select count(*) from patients"), "12");
}

#[test]
fn what_cannot_be_known_is_told() {
    let Some(case) = case() else { return };
    case.write(
        "models/late.sql",
        "{% set rows = run_query('select 1 as n') %}select {{ rows.rows[0][0] if execute }} as n",
    );
    case.write("models/after_late.sql", "select n from {{ ref('late') }}");
    case.write(
        "models/failing.sql",
        "select nothing from {{ ref('patients') }}",
    );
    insta::assert_snapshot!(case.run(0, "-q plan --select late+ failing"));
}

#[test]
fn what_no_node_is_for_is_dropped_when_asked_for() {
    let Some(case) = case() else { return };
    case.write(
        "models/gone.sql",
        "{{ config(materialized='table') }} select 1 as one",
    );
    case.write(
        "models/read.sql",
        "{{ config(materialized='table') }} select 1 as one",
    );
    case.run(0, "build");
    case.execute("create schema outside; create view outside.reading as select * from read");
    case.remove("models/gone.sql");
    case.remove("models/read.sql");
    let shown = case.run(0, "-q plan");
    assert!(
        shown.contains(
            "- public.gone: model.publishing.gone is no more; `hcw build --prune` drops it"
        ),
        "{shown}"
    );
    let standing = "select count(*) from pg_class where relname in ('gone', 'read')";
    case.run(0, "build");
    assert_eq!(case.rows(standing), "2", "not without being asked");
    let shown = case.run(0, "build --prune");
    assert!(
        shown.contains("dropped public.gone") && shown.contains("public.read is not dropped"),
        "{shown}"
    );
    assert_eq!(case.rows(standing), "1");
    assert_eq!(case.rows("select count(*) from outside.reading"), "1");
    assert!(!case.run(0, "-q plan").contains("public.gone"));
}

/// Models that stood in one place and are in another, or in none, beside one that is left alone.
fn moved() -> Option<Case> {
    let case = case()?;
    for name in ["aliased", "inlined", "kept", "moved"] {
        let text = "{{ config(materialized='table') }} select 1 as one";
        case.write(&format!("models/{name}.sql"), text);
    }
    case.run(0, "build");
    for (name, config) in [
        ("aliased", "materialized='table', alias='renamed'"),
        ("inlined", "materialized='ephemeral'"),
        ("moved", "materialized='table', schema='other'"),
    ] {
        let text = format!("{{{{ config({config}) }}}} select 1 as one");
        case.write(&format!("models/{name}.sql"), &text);
    }
    Some(case)
}

const LEFT: [&str; 3] = [
    "- public.aliased: model.publishing.aliased has moved to public.renamed; `hcw build --prune`",
    "- public.inlined: model.publishing.inlined is ephemeral now; `hcw build --prune` drops it",
    "- public.moved: model.publishing.moved has moved to public_other.moved; `hcw build --prune`",
];
const OLD_PLACES: &str =
    "select relname from pg_class inner join pg_namespace on relnamespace = pg_namespace.oid
    where nspname = 'public' and relname in ('aliased', 'inlined', 'moved') order by 1";

#[test]
fn what_stood_in_another_place_is_listed_until_it_is_dropped() {
    let Some(case) = moved() else { return };
    for verb in ["plan", "build", "plan", "build --no-skip", "plan"] {
        let shown = case.run(0, verb);
        for line in LEFT.iter().filter(|_| verb == "plan") {
            assert!(shown.contains(line), "{line}: {shown}");
        }
    }
    let shown = case.run(0, "build --prune");
    for name in ["aliased", "inlined", "moved"] {
        assert!(shown.contains(&format!("dropped public.{name}")), "{shown}");
    }
    assert!(
        shown.contains("REUSED"),
        "what stands in its new place is left: {shown}"
    );
    assert_eq!(case.rows(OLD_PLACES), "");
    let shown = case.run(0, "plan --select aliased moved kept");
    assert!(!shown.contains("public.moved"), "{shown}");
    assert!(
        shown.contains("Nothing to do"),
        "no record was lost: {shown}"
    );
}

#[test]
fn what_an_earlier_version_recorded_is_listed_too() {
    let Some(case) = moved() else { return };
    case.execute("drop table hcw.built_relations");
    for verb in ["plan", "build", "plan"] {
        let shown = case.run(0, verb);
        for line in LEFT.iter().filter(|_| verb == "plan") {
            assert!(shown.contains(line), "{line}: {shown}");
        }
    }
    // somebody's own table, though it was a model's once
    case.execute("alter table moved rename to mine");
    let shown = case.run(0, "build --prune");
    assert!(!shown.contains("mine"), "{shown}");
    assert_eq!(case.rows("select one from mine"), "1");
}

#[test]
fn a_selection_drops_no_old_place_of_a_model_that_it_does_not_build() {
    let Some(case) = moved() else { return };
    case.remove("models/kept.sql");
    case.write("models/alone.sql", "select 1 as one");
    let shown = case.run(0, "plan --select alone");
    assert!(
        shown.contains(
            "model.publishing.moved has moved to public_other.moved; it stays, since that is not selected"
        ) && shown.contains("model.publishing.kept is no more; `hcw build --prune` drops it"),
        "{shown}"
    );
    let shown = case.run(0, "build --prune --select alone");
    assert_eq!(shown.matches("dropped ").count(), 1, "{shown}");
    assert!(shown.contains("dropped public.kept"), "{shown}");
    assert_eq!(case.rows(OLD_PLACES), "aliased\ninlined\nmoved");
    let shown = case.run(0, "build --prune --select moved");
    assert!(shown.contains("dropped public.moved"), "{shown}");
    assert_eq!(case.rows(OLD_PLACES), "aliased\ninlined");
    assert_eq!(case.rows("select one from public_other.moved"), "1");
}

#[test]
fn what_is_held_back_drops_nothing() {
    let Some(case) = moved() else { return };
    let shown = case.run(2, "build --prune --hold");
    assert!(
        shown.contains("--prune drops nothing when --hold"),
        "{shown}"
    );
}

/// What a build refuses to replace although no column changes, each beside a table of its own; and who may not.
const IN_THE_WAY: &str = "
    create schema outs;
    create table outs.kid () inherits (t1);
    create table outs.par (id integer, v integer) partition by list (id);
    alter table outs.par attach partition t2 for values in (1);
    create function outs.of_rows() returns setof t3 language sql as 'select * from public.t3';
    create table outs.typed (value t4);
    create function outs.parsed() returns integer language sql begin atomic select max(id) from t5; end;
    create table outs.log (x integer);
    create rule copied as on insert to outs.log do also select id from t6;
    create view outs.plain as select * from t6";
const OBSTACLES: [&str; 6] = [
    "table outs.kid depends on public.t1",
    "public.t2 is part of table outs.par",
    "function outs.of_rows() depends on public.t3",
    "column value of table outs.typed depends on public.t4",
    "function outs.parsed() depends on public.t5",
    "a rule of table outs.log reads what is replaced",
];

#[test]
fn what_would_stop_the_publication_is_told_before() {
    let Some(case) = case() else { return };
    for number in 1..=6 {
        case.write(
            &format!("models/t{number}.sql"),
            "{{ config(materialized='table') }} select 1 as id, 2 as v",
        );
    }
    case.run(0, "build");
    assert!(!case.run(0, "plan --no-skip").contains("in the way"));
    case.execute(IN_THE_WAY);
    let planned = case.run(0, "-q plan --no-skip");
    let json = case.run(0, "-q plan --no-skip --output json");
    let markdown = case.run(0, "-q plan --no-skip --output markdown");
    let refused = case.run(1, "build --no-skip");
    for obstacle in OBSTACLES {
        for shown in [&planned, &json, &markdown, &refused] {
            assert!(shown.contains(obstacle), "{obstacle}: {shown}");
        }
    }
    assert_eq!(
        planned.matches("in the way").count(),
        OBSTACLES.len(),
        "{planned}"
    );
    assert!(!planned.contains("locks outs.log"), "{planned}");
    assert!(planned.contains("locks outs.plain"), "{planned}");
    // dbt's way drops it all
    let legacy = case.run(0, "plan --no-skip --publish legacy");
    assert!(!legacy.contains("in the way"), "{legacy}");
}

#[test]
fn what_the_user_may_not_make_again_is_told_before() {
    let Some(case) = case() else { return };
    let url = case.warehouse.as_ref().expect("a database").url.clone();
    let process = std::process::id();
    let (builder, other) = (
        format!("hcw_builder_{process}"),
        format!("hcw_other_{process}"),
    );
    case.execute(&format!(
        "drop role if exists {builder}; drop role if exists {other};
        create role {builder} login password 'secret'; create role {other};
        do $$ begin execute format('grant create on database %I to {builder}', current_database()); end $$;
        grant usage, create on schema public to {builder};
        create schema outs; grant all on schema outs to {other}"
    ));
    let (_, place) = url.split_once("://").expect("an address");
    let place = place.split_once('@').map_or(place, |(_, place)| place);
    let of_builder = |words: &[&str]| {
        let mut command = case.command(words);
        command.env(
            "DATABASE_URL",
            format!("postgres://{builder}:secret@{place}"),
        );
        text_of(&command.output().expect("runs"))
    };
    let shown = of_builder(&["build"]);
    assert!(shown.contains("PASS=2"), "{shown}");
    case.execute(&format!(
        "grant select on patients to {other}; set role {other};
        create view outs.read as select patient_id from patients; reset role"
    ));
    let shown = of_builder(&["plan", "--no-skip"]);
    let belongs = format!("and belongs to {other}, whose member {builder} is not");
    let may_not = format!("and {builder} may not create in the schema outs");
    for why in [belongs, may_not] {
        let obstacle =
            format!("view outs.read is made again, since it reads public.patients, {why}");
        assert!(shown.contains(&obstacle), "{obstacle}: {shown}");
    }
    let shown = of_builder(&["build", "--no-skip"]);
    assert!(
        shown.contains("permission denied") || shown.contains("must be owner"),
        "{shown}"
    );
    assert!(!case.run(0, "plan --no-skip").contains("in the way"));
    // who may make nothing at all is told the rest
    case.execute(&format!(
        "do $$ begin execute format('revoke create on database %I from {builder}', current_database()); end $$"
    ));
    let shown = of_builder(&["plan", "--no-skip"]);
    for told in [
        "columns are not known yet: permission denied for database",
        "locks public.patients (ACCESS EXCLUSIVE): replaced",
    ] {
        assert!(shown.contains(told), "{told}: {shown}");
    }
    case.execute(&format!(
        "drop owned by {builder}, {other}; drop role {builder}, {other}"
    ));
}

#[test]
fn what_is_changed_where_it_stands_is_not_replaced() {
    let Some(case) = case() else { return };
    let config =
        "materialized='incremental', unique_key='id', meta={'hcw': {'publish': 'in_place'}}";
    let model = |last: i32| {
        format!("{{{{ config({config}) }}}} select id from generate_series(1, {last}) as id")
    };
    case.write("models/large.sql", &model(5));
    case.run(0, "build");
    case.execute("create view reading as select id from large");
    case.write("models/large.sql", &model(7));
    let shown = case.run(0, "-q plan --select large");
    assert!(
        shown.contains("locks public.large (ROW EXCLUSIVE): changed where it stands"),
        "{shown}"
    );
    assert!(
        !shown.contains("replaced") && !shown.contains("reading"),
        "{shown}"
    );
    let shown = case.run(0, "-q plan --select large --full-refresh");
    assert!(
        shown.contains("locks public.large (ACCESS EXCLUSIVE): replaced")
            && shown.contains("locks public.reading (ACCESS EXCLUSIVE): made again"),
        "{shown}"
    );
}

#[test]
fn where_nothing_is_built_nothing_is_published() {
    let Some(case) = case() else { return };
    case.write(
        "models/tested.sql",
        "{{ config(materialized='table') }} select 1 as id",
    );
    case.run(0, "build --select tested");
    let json = case.run(0, "-q plan --select tested --output json");
    assert!(json.contains("\"publish\": null"), "{json}");
    case.write(
        "models/tested.yml",
        "models: [{name: tested, columns: [{name: id, data_tests: [not_null]}]}]",
    );
    let shown = case.run(0, "-q plan --select tested");
    assert!(
        shown.contains("1 tests to run") && !shown.contains("Published"),
        "{shown}"
    );
}

#[test]
fn comments_that_somebody_has_changed_are_told_and_restored() {
    let Some(case) = case() else { return };
    case.write(
        "models/described.sql",
        "{{ config(materialized='table') }} select 1 as id, 2 as v",
    );
    let described = |text: &str| {
        format!(
            "models:\n  - name: described\n    description: {text}\n    config: {{persist_docs: {{relation: true, columns: true}}}}\n    columns: [{{name: id, description: a key}}, {{name: v}}]\n"
        )
    };
    case.write("models/described.yml", &described("as declared"));
    case.run(0, "build --select described");
    let comments =
        "select obj_description('described'::regclass), col_description('described'::regclass, 1)";
    assert_eq!(case.rows(comments), "as declared|a key");
    assert!(!case.run(0, "plan --select described").contains("drift"));
    case.execute(
        "comment on table described is 'by hand'; comment on column described.id is null;
        comment on column described.v is 'of somebody else'",
    );
    let drift = [
        "drift: public.described: its comment is not its description",
        "drift: public.described: the comment on the column id is not its description",
    ];
    for verb in ["plan", "build"] {
        let shown = case.run(0, &format!("{verb} --select described"));
        for line in drift {
            assert!(shown.contains(line), "{line}: {shown}");
        }
    }
    assert_eq!(case.rows(comments), "as declared|a key");
    let shown = case.run(0, "plan --select described");
    assert!(
        !shown.contains("drift") && shown.contains("Nothing to do"),
        "{shown}"
    );
    assert!(!shown.contains("column v"), "{shown}");
    // a description that changes is none
    case.write("models/described.yml", &described("another"));
    let shown = case.run(0, "build --select described");
    assert!(!shown.contains("drift"), "{shown}");
    assert_eq!(case.rows(comments), "another|a key");
}
