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
