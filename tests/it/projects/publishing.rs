//! What others hang on a relation stays when the relation is replaced, or nothing is replaced.

use super::case::Case;

/// Everything that somebody may hang on a table, beside hcw.
const HUNG: &str = "
    create schema outside;
    create table outside.wards (ward_id integer primary key);
    create function outside.nothing() returns trigger language plpgsql as 'begin return new; end';
    alter table patients add primary key (patient_id);
    alter table patients add constraint to_wards foreign key (patient_id) references outside.wards not valid;
    alter table patients add constraint has_name check (name <> '');
    create index by_hand on patients (lower(name)) where patient_id > 2;
    create view outside.direct with (security_barrier = true) as select patient_id, born from patients;
    create view outside.through as select direct.born, named_patients.name
        from outside.direct inner join named_patients using (patient_id);
    create view outside.grouped as select patient_id, name, count(*) from patients group by patient_id;
    create materialized view outside.kept_rows as select count(*) as n from outside.through;
    create unique index kept_rows_n on outside.kept_rows (n);
    create table outside.visits (patient_id integer references patients);
    insert into outside.visits values (1), (2);
    alter table outside.visits enable row level security;
    create policy of_patients on outside.visits using (patient_id in (select patient_id from patients));
    alter table patients enable row level security;
    alter table patients force row level security;
    create policy own_rows on patients as restrictive for select to ROLE
        using (name = current_user or patient_id in (select patient_id from outside.visits));
    create policy writes on patients for insert with check (patient_id > 0);
    comment on table patients is 'by hand';
    comment on column patients.name is 'column by hand';
    comment on view outside.direct is 'view by hand';
    grant select (patient_id) on patients to ROLE;
    grant insert on patients to ROLE with grant option;
    grant select on named_patients, outside.direct, outside.kept_rows to ROLE;
    grant select (born) on outside.direct to public;
    create trigger renamed after update of name on patients for each row
        when (new.name is not null) execute function outside.nothing();
    alter table patients enable always trigger renamed;
    create rule silent as on delete to patients do also nothing;
    create publication of_patients_ROLE for table patients;
    create statistics outside.together on patient_id, name from patients;
    alter table patients replica identity full;
    alter table patients set (fillfactor = 70, toast.autovacuum_enabled = false);
    alter table patients alter column name set statistics 500;
    alter table patients alter column name set (n_distinct = 5);
    alter table patients owner to OWNER;
    grant usage, create on schema public to OWNER;";

/// What hangs on the relations of the schemas, by name, as the catalogues have it.
const HANGING: &str = "
    with relations as (
        select class.oid::regclass::text as name, class.*
        from pg_class as class
        where relnamespace in ('public'::regnamespace, 'outside'::regnamespace)
            and relkind in ('r', 'v', 'm')
    )
    select 'relation ' || name as what, concat_ws(' ', relkind, relowner::regrole, reloptions, relrowsecurity,
        relforcerowsecurity, relreplident, obj_description(oid),
        (select array_agg(granted::text order by granted::text)
            from (select grantee::regrole, privilege_type, is_grantable from aclexplode(relacl)) as granted)) as how
    from relations
    union all
    select 'definition ' || name, pg_get_viewdef(oid) from relations where relkind in ('v', 'm')
    union all
    select 'column ' || name || '.' || attname, concat_ws(' ', attacl, attstattarget, col_description(attrelid, attnum),
        (select array_agg(option_text) from unnest(attoptions) as option_text where option_text like 'n_distinct%'))
    from relations inner join pg_attribute on attrelid = relations.oid where attnum > 0
        and (attacl is not null or attstattarget >= 0 or col_description(attrelid, attnum) is not null)
    union all
    select 'constraint ' || name || '.' || conname, pg_get_constraintdef(pg_constraint.oid)
    from relations inner join pg_constraint on conrelid = relations.oid where contype <> 'n'
    union all
    select 'index ' || name, pg_get_indexdef(indexrelid) from relations inner join pg_index on indrelid = relations.oid
    union all
    select 'policy ' || name || '.' || polname, concat_ws(' ', polcmd, polpermissive, polroles::regrole[],
        pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid))
    from relations inner join pg_policy on polrelid = relations.oid
    union all
    select 'trigger ' || name, concat(pg_get_triggerdef(pg_trigger.oid), tgenabled)
    from relations inner join pg_trigger on tgrelid = relations.oid where not tgisinternal
    union all
    select 'rule ' || name, pg_get_ruledef(pg_rewrite.oid)
    from relations inner join pg_rewrite on ev_class = relations.oid where relkind = 'r'
    union all
    select 'publication ' || pubname, tablename from pg_publication_tables
    union all
    select 'statistics ' || stxname, pg_get_statisticsobjdef(oid) from pg_statistic_ext
    union all
    select 'toast ' || relations.name, toast.reloptions::text
    from relations inner join pg_class as toast on toast.oid = relations.reltoastrelid
    order by 1, 2";

/// A built project with what others made: two roles of its own read and own it.
fn hung() -> Option<(Case, String)> {
    let case = Case::good("publishing")?;
    let role = format!("hcw_publishing_{}", std::process::id());
    for role in [&role, &format!("{role}_owner")] {
        case.execute(&format!("drop role if exists {role}; create role {role}"));
    }
    case.run(0, "build");
    let hung = HUNG.replace("OWNER", &format!("{role}_owner"));
    case.execute(&hung.replace("ROLE", &role));
    Some((case, role))
}

fn forget(case: &Case, role: &str) {
    for role in [role, &format!("{role}_owner")] {
        case.execute(&format!("drop owned by {role} cascade; drop role {role}"));
    }
}

#[test]
fn what_others_made_stays_through_rebuilds() {
    let Some((case, role)) = hung() else { return };
    let before = case.rows(HANGING);
    assert!(before.lines().count() > 30, "{before}");
    case.run(0, "build");
    assert_eq!(case.rows(HANGING), before, "the same shape");
    case.run(0, "build --vars '{wider: true, count: 20}'");
    assert_eq!(case.rows(HANGING), before, "one column more");
    assert_eq!(
        case.rows(
            "select (select count(*) from outside.direct), (select n from outside.kept_rows)"
        ),
        "20|20"
    );
    let left = "select nspname from pg_namespace where nspname like 'hcw\\_%'";
    assert_eq!(case.rows(left), "", "nothing is left in the shadow");
    forget(&case, &role);
}

#[test]
fn a_column_that_a_view_reads_stops_the_rebuild() {
    let Some((case, role)) = hung() else { return };
    let before = case.rows(HANGING);
    let shown = case.run(1, "build --vars '{narrower: true}'");
    assert!(
        shown.contains(
            "view outside.direct reads the column born of public.patients, which is gone"
        ),
        "{shown}"
    );
    assert_eq!(case.rows(HANGING), before);
    assert_eq!(case.rows("select count(born) from patients"), "10");
    // all that is in the way is told, not the first
    case.execute(
        "create function outside.of(patients) returns integer language sql as 'select 1';
        create table outside.rows (patient patients)",
    );
    let shown = case.run(1, "build");
    assert!(
        shown.contains("function outside.of(public.patients)")
            && shown.contains("column patient of table outside.rows"),
        "{shown}"
    );
    forget(&case, &role);
}

#[test]
fn what_the_new_rows_do_not_fit_is_named() {
    let Some((case, role)) = hung() else { return };
    case.execute("alter table patients add constraint few check (patient_id < 15)");
    let shown = case.run(1, "build --vars '{count: 20}'");
    assert!(
        shown.contains("constraint few of public.patients cannot be made again (SQLSTATE 23514)"),
        "{shown}"
    );
    assert_eq!(case.rows("select count(*) from patients"), "10");
    forget(&case, &role);
}

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
}

#[test]
fn what_was_in_the_way_is_published_when_it_is_gone() {
    let Some((case, role)) = hung() else { return };
    let shown = case.run(1, "build --vars '{narrower: true}'");
    assert!(shown.contains("`hcw publish` publishes it"), "{shown}");
    assert!(shown.contains("Completed with 1 error"), "{shown}");
    let shown = case.run(1, "publish");
    assert!(shown.contains("view outside.direct reads"), "{shown}");
    case.execute("drop view outside.direct cascade");
    case.run(0, "publish");
    let columns = "select string_agg(attname, ' ' order by attnum) from pg_attribute
        where attrelid = 'patients'::regclass and attnum > 0 and not attisdropped";
    assert!(!case.rows(columns).contains("born"));
    forget(&case, &role);
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

#[test]
fn what_others_made_stays_through_runs_in_the_shadow() {
    let Some((case, role)) = hung() else { return };
    let before = case.rows(HANGING);
    case.run(0, "build --publish atomic");
    assert_eq!(case.rows(HANGING), before, "the same shape");
    case.run(
        0,
        "build --publish atomic --vars '{wider: true, count: 20}'",
    );
    assert_eq!(case.rows(HANGING), before, "one column more");
    let shown = case.run(1, "build --publish atomic --vars '{narrower: true}'");
    assert!(
        shown.contains("which is gone") && shown.contains("Nothing was published"),
        "{shown}"
    );
    assert_eq!(case.rows(HANGING), before);
    assert_eq!(case.rows("select count(born) from patients"), "20");
    forget(&case, &role);
}

/// A query that takes long holds up the build, and no other reader.
#[test]
fn a_long_query_delays_the_build_alone() {
    for way in ["atomic", "per-node"] {
        let Some(case) = Case::good("atomic") else {
            return;
        };
        case.run(0, &format!("build --publish {way}"));
        let (longest, all) = std::thread::scope(|scope| {
            let long = scope.spawn(|| {
                let began = std::time::Instant::now();
                let reader = case.reader();
                reader.row("select count(*), (select pg_sleep(3)) is null from kpi_stays");
                began.elapsed()
            });
            std::thread::sleep(std::time::Duration::from_millis(300));
            let build = scope.spawn(|| {
                case.run(
                    0,
                    &format!("build --publish {way} --vars '{{count: 20, round: 2}}'"),
                )
            });
            let reader = case.reader();
            let mut longest = std::time::Duration::ZERO;
            while !build.is_finished() {
                let began = std::time::Instant::now();
                reader.row("select count(*) from kpi_stays");
                longest = longest.max(began.elapsed());
            }
            (longest, long.join().expect("the long query sees no error"))
        });
        assert_eq!(case.rows("select max(round) from kpi_stays"), "2", "{way}");
        // behind a build that waits for the query they would wait nearly as long as it takes
        assert!(longest < all / 2, "{way}: {longest:?} of {all:?}");
    }
}

#[test]
fn what_others_write_meanwhile_is_told() {
    let Some(case) = Case::good("atomic") else {
        return;
    };
    let counted = |sql: &str| {
        case.execute(sql);
        case.execute("select pg_stat_force_next_flush()");
        case.execute("select 1");
    };
    if case.rows("select current_setting('server_version_num')::integer >= 150000") != "true" {
        return;
    }
    case.run(0, "build");
    case.run(0, "build --hold --vars '{round: 2}'");
    counted("insert into rounds values (-8)");
    let text = case.run(1, "publish");
    assert!(
        text.contains("public.rounds changed after it was built"),
        "{text}"
    );
    assert_eq!(
        case.rows("select count(*) from rounds where round = -8"),
        "1"
    );
    let slow =
        "{{ config(materialized='table') }} select pg_sleep(2) is null as marker_of_the_slow";
    case.write("models/slow.sql", slow);
    let running = "select count(*) from pg_stat_activity where state = 'active' and datname = current_database()
        and query like '%marker_of_the_slow%' and pid <> pg_backend_pid()";
    let text = std::thread::scope(|scope| {
        let build = scope.spawn(|| case.run(0, "build --vars '{round: 3}'"));
        while case.rows(running) != "1" {
            assert!(!build.is_finished(), "the slow query runs");
        }
        counted("insert into rounds values (-9)");
        build.join().expect("runs")
    });
    assert!(
        text.contains("somebody has changed rows of public.rounds"),
        "{text}"
    );
}

#[test]
fn a_publication_that_waits_can_be_interrupted() {
    for way in ["atomic", "per-node"] {
        let Some(case) = Case::good("atomic") else {
            return;
        };
        case.run(0, &format!("build --publish {way}"));
        let reader = case.reader();
        reader.row("begin; select count(*) from kpi_stays");
        let child = case
            .command(&["build", "--publish", way, "--vars", "{round: 2}"])
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .expect("runs");
        let waits = "select count(*) from pg_stat_activity
            where query like '%-- schema, name, shadow, retired%' and pid <> pg_backend_pid()
                and datname = current_database()";
        let began = std::time::Instant::now();
        while case.rows(waits) == "0" {
            assert!(began.elapsed().as_secs() < 30, "{way}: it comes to publish");
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        std::thread::sleep(std::time::Duration::from_millis(500));
        crate::embedded::kill("-INT", &child.id().to_string());
        let output = child.wait_with_output().expect("ends");
        let text = crate::warehouse::text_of(&output);
        assert_eq!(output.status.code(), Some(1), "{way}: {text}");
        assert!(text.contains("interrupted"), "{way}: {text}");
        reader.row("commit; select 1");
        assert_eq!(
            case.rows("select max(round) from kpi_stays"),
            "1",
            "{way}: {text}"
        );
    }
}

#[test]
fn runs_that_build_in_one_schema_wait_for_each_other() {
    let Some(case) = Case::good("atomic") else {
        return;
    };
    let Some(other) = Case::good("atomic") else {
        return;
    };
    let slow =
        "{{ config(materialized='table') }} select pg_sleep(2) is null as marker_of_the_slow";
    case.write("models/slow.sql", slow);
    let project = other
        .read("dbt_project.yml")
        .replace("name: atomic", "name: other");
    other.write("dbt_project.yml", &project);
    let running = "select count(*) from pg_stat_activity where state = 'active' and datname = current_database()
        and query like '%marker_of_the_slow%' and pid <> pg_backend_pid()";
    let (first, second) = std::thread::scope(|scope| {
        let first = scope.spawn(|| case.run(0, "build"));
        while case.rows(running) != "1" {
            assert!(!first.is_finished(), "the slow query runs");
        }
        let url = &case.warehouse.as_ref().expect("a database").url;
        let mut command = other.command(&["build", "--vars", "{round: 2}"]);
        let output = command.env("DATABASE_URL", url).output().expect("runs");
        let text = crate::warehouse::text_of(&output);
        assert!(output.status.success(), "{text}");
        assert!(first.is_finished(), "the second waited:\n{text}");
        (first.join().expect("runs"), text)
    });
    assert!(!first.contains("another hcw run"), "{first}");
    assert!(
        second.contains("another hcw run works on this target"),
        "{second}"
    );
    assert_eq!(case.rows("select max(round) from kpi_stays"), "2");
}

#[test]
fn readers_see_one_version_of_all_marts() {
    let Some(case) = Case::good("atomic") else {
        return;
    };
    case.run(0, "build");
    let stop = std::sync::atomic::AtomicBool::new(false);
    let reads = std::thread::scope(|scope| {
        let readers: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    let mut reads = 0;
                    let reader = case.reader();
                    while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                        let seen = reader.row(
                            "select (select max(round) from kpi_stays), (select round from kpi_total),
                                (select max(round) from stays)",
                        );
                        let mut rounds = seen.split('|');
                        let first = rounds.next();
                        assert!(rounds.all(|round| Some(round) == first), "{seen}");
                        reads += 1;
                        std::thread::sleep(std::time::Duration::from_millis(5));
                    }
                    reads
                })
            })
            .collect();
        for round in 2..=builds() {
            case.run(
                0,
                &format!("run --select stays kpi_stays kpi_total --vars '{{round: {round}}}'"),
            );
        }
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
        readers
            .into_iter()
            .map(|reader| reader.join().expect("the reader saw no error"))
            .sum::<u64>()
    });
    assert!(reads > 50, "only {reads} reads");
}

/// How often the readers' test builds; `make soak` asks for more.
fn builds() -> u32 {
    let asked = std::env::var("HCW_READER_BUILDS").ok();
    asked.and_then(|count| count.parse().ok()).unwrap_or(50)
}

#[test]
fn a_view_is_defined_anew_where_it_stands() {
    let Some((case, role)) = hung() else { return };
    let of = |more: &str| format!("select patient_id, name{more} from {{{{ ref('patients') }}}}\n");
    case.write("models/shown.sql", &of(""));
    case.run(0, "run --select shown");
    case.execute(&format!(
        "create view outside.of_shown as select name from shown;
        comment on view shown is 'view by hand';
        grant select on shown to {role};
        create function outside.instead() returns trigger language plpgsql as 'begin return new; end';
        create trigger instead instead of insert on shown for each row execute function outside.instead();"
    ));
    let oid = "select 'shown'::regclass::oid";
    let (before, standing) = (case.rows(HANGING), case.rows(oid));
    case.write("models/shown.sql", &of(", 1 as more"));
    let shown = case.run(0, "run --select shown");
    assert!(shown.contains("[CREATE VIEW in"), "{shown}");
    assert_eq!(case.rows(oid), standing, "a column more");
    assert_eq!(case.rows("select sum(more) from shown"), "10");
    let definitions = |rows: String| {
        let lines = rows
            .lines()
            .filter(|line| !line.contains("definition shown"));
        lines
            .filter(|line| !line.starts_with(' '))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(definitions(case.rows(HANGING)), definitions(before));
    // columns that cannot stay as they are: it is built beside and swapped in
    case.execute("drop trigger instead on shown");
    case.write("models/shown.sql", &of("").replace("patient_id, ", ""));
    case.run(0, "run --select shown");
    assert_ne!(case.rows(oid), standing, "a column less");
    assert_eq!(case.rows("select count(*) from outside.of_shown"), "10");
    // options would be lost
    case.execute("alter view shown set (security_barrier = true)");
    case.run(0, "run --select shown");
    let options = "select reloptions::text from pg_class where oid = 'shown'::regclass";
    assert_eq!(case.rows(options), "{security_barrier=true}");
    forget(&case, &role);
}

#[test]
fn no_view_comes_to_read_itself() {
    let Some(case) = Case::good("publishing") else {
        return;
    };
    case.write("models/first.sql", "select 1 as n");
    case.write("models/second.sql", "select n from {{ ref('first') }}");
    case.run(0, "run --select first second");
    // the other way round, of which only one half is run
    case.write("models/first.sql", "select n from {{ ref('second') }}");
    case.write("models/second.sql", "select 1 as n");
    case.run(1, "run --select first");
    assert_eq!(case.rows("select n from first"), "1");
    case.run(0, "run --select second first");
    assert_eq!(case.rows("select n from first"), "1");
}
