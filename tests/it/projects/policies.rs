//! Declared row-level security and grants: made with their table, kept, and what differs from them is told.

use super::case::Case;

const POLICIES: &str = "select count(*) from pg_policy";
const SWITCHES: &str = "
    select relname, relrowsecurity, relforcerowsecurity from pg_class
    where relrowsecurity and relnamespace = 'public'::regnamespace order by 1";

/// A built project and a role of its own.
fn built(way: &str) -> Option<(Case, String)> {
    let case = Case::good("policies")?;
    let nurse = format!("hcw_nurse_{}_{}", std::process::id(), way.replace('-', "_"));
    case.execute(&format!(
        "drop role if exists {nurse}; create role {nurse}; grant usage on schema public to {nurse}"
    ));
    build(&case, &nurse, way, "");
    Some((case, nurse))
}

fn build(case: &Case, nurse: &str, way: &str, vars: &str) -> String {
    case.run(
        0,
        &format!("build --publish {way} --vars '{{nurse: {nurse}{vars}}}'"),
    )
}

/// What the role sees.
fn seen(case: &Case, nurse: &str) -> String {
    case.execute(&format!(
        "drop table if exists public.seen; create table public.seen (visits bigint, lowest integer, highest integer);
        grant insert on public.seen to {nurse};
        set role {nurse};
        insert into public.seen select count(*), min(ward_id), max(ward_id) from visits;
        reset role"
    ));
    case.rows("select * from public.seen")
}

#[test]
fn declared_policies_are_made_and_kept() {
    for way in ["atomic", "per-node", "legacy"] {
        let Some((case, nurse)) = built(way) else {
            return;
        };
        assert_eq!(
            case.rows(SWITCHES),
            "visit_log|true|false\nvisits|true|true\nwards|true|false",
            "{way}"
        );
        assert_eq!(seen(&case, &nurse), "5|1|1", "{way}");
        let log = "select oid from pg_policy where polrelid = 'visit_log'::regclass";
        let before = case.rows(log);
        build(&case, &nurse, way, ", count: 20");
        assert_eq!(seen(&case, &nurse), "10|1|1", "{way}: after a rebuild");
        if way == "per-node" {
            assert_eq!(case.rows(log), before, "what is as declared is left alone");
        }
        build(&case, &nurse, way, ", count: 20, ward: 2");
        assert_eq!(seen(&case, &nurse), "10|2|2", "{way}: another declaration");
        assert_eq!(case.rows(POLICIES), "5", "{way}");
        case.execute(&format!("drop owned by {nurse}; drop role {nurse}"));
    }
}

#[test]
fn what_differs_from_the_declaration_is_told() {
    let Some((case, nurse)) = built("atomic") else {
        return;
    };
    let shown = build(&case, &nurse, "atomic", "");
    assert!(!shown.contains("drift"), "{shown}");
    let other = format!("{nurse}_other");
    case.execute(&format!(
        "drop role if exists {other}; create role {other};
        grant select on visits to {other};
        grant select (visit_id) on visits to {other};
        revoke select on visits from {nurse};
        alter policy own_ward on visits using (true);
        create policy by_hand on visits for insert with check (false);
        drop policy own_ward on visit_log;
        alter table wards disable row level security"
    ));
    let oid = "select 'wards'::regclass::oid";
    let wards = case.rows(oid);
    let shown = build(&case, &nurse, "atomic", "");
    assert_eq!(case.rows(oid), wards, "put right without building it again");
    let told: Vec<String> = shown
        .lines()
        .filter_map(|line| line.strip_prefix("drift: "))
        .map(|line| line.replace(&other, "OTHER").replace(&nurse, "NURSE"))
        .collect();
    insta::assert_snapshot!(told.join("\n"));
    // what is declared is made again, what others made stays
    assert_eq!(seen(&case, &nurse), "5|1|1");
    assert_eq!(case.rows(POLICIES), "6");
    let privileges = format!("select has_table_privilege('{other}', 'visits', 'select')");
    assert_eq!(case.rows(&privileges), "true");
    // unless nothing else is wanted
    let properties = case.read("models/properties.yml");
    let exact = properties.replace(
        "row_level_security: forced",
        "row_level_security: forced\n          grants: exact",
    );
    case.write("models/properties.yml", &exact);
    build(&case, &nurse, "atomic", "");
    assert_eq!(case.rows(&privileges), "false");
    case.execute(&format!("grant select on visits to {other}, public"));
    build(&case, &nurse, "per-node", "");
    assert_eq!(case.rows(&privileges), "false");
    case.execute(&format!(
        "drop owned by {nurse}, {other}; drop role {nurse}; drop role {other}"
    ));
}

#[test]
fn what_is_declared_no_more_is_taken_away() {
    for way in ["atomic", "per-node"] {
        let Some((case, nurse)) = built(way) else {
            return;
        };
        let other = format!("{nurse}_other");
        case.execute(&format!(
            "drop role if exists {other}; create role {other}; grant select on visits to {other}"
        ));
        let properties = case.read("models/properties.yml");
        let declared = "      grants: {select: [\"{{ var('nurse') }}\"]}\n      meta:\n";
        assert!(properties.contains(declared), "{properties}");
        case.write(
            "models/properties.yml",
            &properties.replace(declared, "      meta:\n"),
        );
        let before = case.rows("select 'visits'::regclass::oid");
        let shown = case.run(0, &format!("-q plan --vars '{{nurse: {nurse}}}'"));
        assert!(
            shown.contains(&format!("\n    revokes select from {nurse}\n")),
            "{shown}"
        );
        build(&case, &nurse, way, "");
        let may = |role: &str| {
            case.rows(&format!(
                "select has_table_privilege('{role}', 'visits', 'select')"
            ))
        };
        assert_eq!(
            (may(&nurse), may(&other)),
            ("false".to_owned(), "true".to_owned()),
            "{way}"
        );
        assert_eq!(
            case.rows("select 'visits'::regclass::oid"),
            before,
            "without a build"
        );
        case.execute(&format!(
            "drop owned by {nurse}, {other}; drop role {nurse}; drop role {other}"
        ));
    }
}
