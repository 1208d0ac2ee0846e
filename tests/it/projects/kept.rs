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
