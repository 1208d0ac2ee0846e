//! What the catalogues say of relations and of what hangs on them is the same before and after a rebuild.

use super::case::Case;

const WAYS: [&str; 2] = ["atomic", "per-node"];

/// A built project, and a role's name for a test.
fn built(test: &str) -> Option<(Case, String)> {
    let case = Case::good("publishing")?;
    let role = format!("hcw_kept_{test}_{}", std::process::id());
    case.execute(&format!("drop role if exists {role}; create role {role}"));
    case.run(0, "build");
    Some((case, role))
}

/// Rebuilds everything in both ways; what the query gives stays as it is.
fn stays(case: &Case, query: &str) {
    let before = case.rows(query);
    for way in WAYS {
        let oid = "select 'patients'::regclass::oid";
        let standing = case.rows(oid);
        case.run(0, &format!("build --no-skip --publish {way}"));
        assert_ne!(case.rows(oid), standing, "{way}: it was rebuilt");
        assert_eq!(case.rows(query), before, "{way}");
    }
}

fn forget(case: &Case, role: &str) {
    case.execute(&format!("drop owned by {role} cascade; drop role {role}"));
}

/// Who may do what with the relations, what an owner may do included.
const RIGHTS: &str = "
    select class.oid::regclass::text as relation, relowner::regrole as owner, grantee::regrole::text, privilege_type, is_grantable
    from pg_class as class
    cross join aclexplode(coalesce(relacl, acldefault('r', relowner)))
    where relnamespace::regnamespace::text in ('public', 'outside')
    order by 1, 3, 4";

#[test]
fn rights_that_were_revoked_do_not_come_back() {
    let Some((case, role)) = built("rights") else {
        return;
    };
    case.execute(
        "create schema outside;
        create view outside.names as select name from patients;
        create materialized view outside.counted as select count(*) as n from patients;
        alter default privileges grant select, insert on tables to ROLE with grant option;
        alter default privileges grant select on tables to public;
        revoke insert, delete on patients from current_user;
        grant select on patients to ROLE;
        alter view outside.names owner to ROLE;
        revoke update on outside.names from ROLE;
        grant select on named_patients to ROLE"
            .replace("ROLE", &role)
            .as_str(),
    );
    stays(&case, RIGHTS);
    // nor when nothing but the rights is to be seen to
    case.execute(&format!(
        "drop schema outside cascade; revoke select on patients from {role}; grant insert, delete on patients to current_user"
    ));
    stays(&case, RIGHTS);
    // what is declared is given, and nothing more
    case.write(
        "models/schema.yml",
        &"models: [{name: patients, config: {grants: {select: [ROLE]}}}]".replace("ROLE", &role),
    );
    case.run(0, "build --no-skip");
    let may = format!(
        "select has_table_privilege('{role}', 'patients', 'select'), has_table_privilege('{role}', 'patients', 'insert')"
    );
    assert_eq!(case.rows(&may), "true|false");
    forget(&case, &role);
}

/// All that the catalogues say of relations, of their parts and of what others hang on them.
const CATALOGUES: &str = "
    with relations as (
        select class.oid::regclass::text as name, class.*
        from pg_class as class
        where relnamespace::regnamespace::text in ('public', 'outside')
            and relkind in ('r', 'p', 'v', 'm')
    )
    select 'relation ' || name as what, concat_ws(' ', relations.relkind, relations.relowner::regrole,
        relations.reloptions, toast.reloptions, spcname, relations.relreplident, relations.relrowsecurity,
        obj_description(relations.oid, 'pg_class'), pg_get_viewdef(relations.oid)) as how
    from relations
    left join pg_tablespace on pg_tablespace.oid = relations.reltablespace
    left join pg_class as toast on toast.oid = relations.reltoastrelid
    union all
    select 'column ' || name || '.' || attname, concat_ws(' ', atttypid::regtype, attnotnull, attstattarget, attstorage,
        attcompression, pg_get_expr(adbin, adrelid), col_description(attrelid, attnum), attacl)
    from relations
    inner join pg_attribute on attrelid = relations.oid and attnum > 0
    left join pg_attrdef on adrelid = attrelid and adnum = attnum
    union all
    select 'index ' || indexrelid::regclass, concat_ws(' ', pg_get_indexdef(indexrelid), spcname, indisclustered,
        indisreplident, obj_description(indexrelid, 'pg_class'),
        (select array_agg(attstattarget order by attnum) from pg_attribute where attrelid = indexrelid))
    from relations
    inner join pg_index on indrelid = relations.oid
    inner join pg_class as index on index.oid = indexrelid
    left join pg_tablespace on pg_tablespace.oid = index.reltablespace
    union all
    select 'constraint ' || name || '.' || conname, concat_ws(' ', pg_get_constraintdef(pg_constraint.oid), convalidated,
        obj_description(pg_constraint.oid, 'pg_constraint'))
    from relations inner join pg_constraint on conrelid = relations.oid
    union all
    select 'trigger ' || name, concat_ws(' ', pg_get_triggerdef(pg_trigger.oid), tgenabled,
        obj_description(pg_trigger.oid, 'pg_trigger'))
    from relations inner join pg_trigger on tgrelid = relations.oid where not tgisinternal
    union all
    select 'rule ' || name, concat_ws(' ', pg_get_ruledef(pg_rewrite.oid), ev_enabled,
        obj_description(pg_rewrite.oid, 'pg_rewrite'))
    from relations inner join pg_rewrite on ev_class = relations.oid where rulename <> '_RETURN'
    union all
    select 'statistics ' || stxname, concat_ws(' ', pg_get_statisticsobjdef(oid), stxstattarget, stxowner::regrole,
        obj_description(oid, 'pg_statistic_ext'))
    from pg_statistic_ext
    union all
    select 'publication ' || pubname || ' ' || tablename, concat_ws(' ', attnames, rowfilter) from pg_publication_tables
    order by 1, 2";

#[test]
fn the_smallest_settings_stay() {
    let Some((case, role)) = built("settings") else {
        return;
    };
    let space = format!("{role}_space");
    case.execute("set allow_in_place_tablespaces = on");
    case.execute(&format!("create tablespace {space} location ''"));
    let made = "
        create schema outside;
        create function outside.nothing() returns trigger language plpgsql as 'begin return new; end';
        alter table patients alter column patient_id set not null, alter column name set default 'nobody',
            alter column name set compression pglz, alter column name set storage external;
        create sequence public.numbers owned by patients.patient_id;
        alter table patients alter column patient_id set default nextval('public.numbers');
        alter table patients set tablespace SPACE;
        create index by_hand on patients ((patient_id + 1)) tablespace SPACE where patient_id > 2;
        alter index by_hand alter column 1 set statistics 700;
        comment on index by_hand is 'an index';
        alter table patients add constraint one_each unique (patient_id) using index tablespace SPACE;
        comment on constraint one_each on patients is 'a constraint';
        comment on index one_each is 'its index';
        alter table patients add constraint has_name check (name <> '');
        comment on constraint has_name on patients is 'a check';
        cluster patients using one_each;
        alter table patients replica identity using index one_each;
        create trigger stamped before insert on patients for each row execute function outside.nothing();
        comment on trigger stamped on patients is 'a trigger';
        create rule kept as on delete to patients do instead nothing;
        comment on rule kept on patients is 'a rule';
        alter table patients disable rule kept;
        create rule always as on update to patients do also nothing;
        alter table patients enable always rule always;
        create statistics outside.together on patient_id, name from patients;
        alter statistics outside.together set statistics 500;
        alter statistics outside.together owner to ROLE;
        comment on statistics outside.together is 'statistics';
        create table outside.visits (patient_id integer constraint known references patients (patient_id));
        comment on constraint known on outside.visits is 'a foreign key';
        create view outside.names as select patient_id, name from patients;
        alter view outside.names alter column name set default 'somebody';
        create trigger instead instead of insert on outside.names for each row execute function outside.nothing();
        comment on trigger instead on outside.names is 'a trigger of a view';
        create materialized view outside.counted with (fillfactor = 70) tablespace SPACE as
            select name, count(*) as n from patients group by name;
        create unique index counted_name on outside.counted (name) tablespace SPACE;
        comment on index outside.counted_name is 'an index of a view';
        cluster outside.counted using counted_name;
        alter materialized view outside.counted alter column name set statistics 77,
            alter column name set storage external, alter column name set compression pglz;
        alter materialized view outside.counted set (toast.autovacuum_enabled = false);
        alter view named_patients alter column name set default 'a model';";
    case.execute(&made.replace("SPACE", &space).replace("ROLE", &role));
    stays(&case, CATALOGUES);
    // each of them by itself: nothing else makes the rebuild look at it
    for alone in [
        "alter table patients alter column patient_id set not null",
        "alter table patients alter column name set default 'nobody'",
        "alter table patients alter column name set compression pglz",
        "alter table patients alter column name set storage external",
        "alter table patients set tablespace SPACE",
    ] {
        case.execute(
            "drop schema outside cascade; drop table patients cascade; create schema outside",
        );
        case.run(0, "build --no-skip");
        case.execute(&alone.replace("SPACE", &space));
        stays(&case, CATALOGUES);
    }
    case.execute("drop table patients cascade");
    case.execute(&format!("drop tablespace {space}"));
    forget(&case, &role);
}

#[test]
fn keys_of_partitioned_tables_and_bare_conditions_stay() {
    let Some((case, role)) = built("again") else {
        return;
    };
    case.write(
        "models/patients.sql",
        "{{ config(materialized='table') }}
        select n as patient_id, 'x' || n as name, n % 2 = 0 as is_even
        from generate_series(1, {{ var('count', 10) }}) as n",
    );
    case.run(0, "build");
    case.execute(&format!(
        "create schema outside;
        alter table patients add primary key (patient_id);
        create table outside.visits (patient_id integer constraint known references patients, k integer)
            partition by range (k);
        create table outside.early_visits partition of outside.visits for values from (0) to (10);
        insert into outside.visits values (1, 1);
        create publication of_{role} for table patients (patient_id, is_even) where (is_even)"
    ));
    stays(&case, CATALOGUES);
    // such a key cannot stand without its rows
    let before = case.rows(CATALOGUES);
    for way in WAYS {
        let shown = case.run(1, &format!("build --publish {way} --vars '{{count: 0}}'"));
        assert!(
            shown.contains(
                "foreign key known of outside.visits cannot be made again (SQLSTATE 23503)"
            ),
            "{shown}"
        );
        assert_eq!(case.rows(CATALOGUES), before, "{way}");
    }
    forget(&case, &role);
}
