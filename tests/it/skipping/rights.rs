//! Around the matrix: what is said, what is refreshed, what fails, and users who may not keep records.

use serde_json::Value as Json;

use super::changes::Change::{Edit, Sql};
use super::changes::by_hand;
use super::{built, names, ran};
use crate::projects::case::Case;

#[test]
fn what_is_only_said_is_brought_up_to_date() {
    let Some(case) = built() else { return };
    let comment = "select obj_description('described'::regclass) as relation,
        col_description('described'::regclass, 1) as of_column, oid = lag(oid) over () as same
        from pg_class where relname = 'described'";
    assert_eq!(case.rows(comment), "first words|a number|∅");
    let oid = case.rows("select 'described'::regclass::oid");
    Edit("models/models.yml", "first words", "other words").build(&case, 0);
    assert_eq!(case.rows(comment), "other words|a number|∅");
    let role = format!("hcw_said_{}", std::process::id());
    case.execute(&format!("drop role if exists {role}; create role {role}"));
    let granted = format!("select has_table_privilege('{role}', 'described', 'insert') as granted");
    assert_eq!(case.rows(&granted), "false");
    let config = case.read("models/described.sql");
    let grants = format!("}}, grants={{'insert': ['{role}']}}) }}}}");
    case.write("models/described.sql", &config.replace("}) }}", &grants));
    let text = case.run(0, "build --explain-skip");
    assert!(text.contains("what is granted on it changed"), "{text}");
    assert_eq!(case.rows(&granted), "true");
    assert_eq!(
        case.rows("select 'described'::regclass::oid"),
        oid,
        "it was not built"
    );
    case.execute(&format!("drop owned by {role}; drop role {role}"));
}

#[test]
fn what_failed_runs_again() {
    let Some(case) = built() else { return };
    let expected = names("visits visit_counts totals no_strangers");
    Sql("insert into raw.visits values (3, 9)").build(&case, 1);
    assert_eq!(ran(&case), expected, "a visit of a stranger");
    case.run(1, "build");
    assert_eq!(ran(&case), expected, "nothing was published");
    assert_eq!(case.rows("select count(*) from visits"), "2");
    Sql("delete from raw.visits where id = 3").build(&case, 0);
    assert_eq!(ran(&case), expected, "the server has counted a change");
    case.run(0, "build");
    assert_eq!(ran(&case), names(""));
    // node by node, what was built stands, and its test has failed
    by_hand(&case, "insert into raw.visits values (3, 9)");
    case.run(1, "build --publish per-node");
    case.run(1, "build --publish per-node");
    assert_eq!(ran(&case), names("no_strangers"));
}

#[test]
fn what_was_made_anew_is_left_afterwards() {
    let Some(case) = built() else { return };
    case.run(0, "build --full-refresh");
    assert!(ran(&case).contains("totals"), "an incremental model");
    let text = case.run(0, "build --explain-skip");
    assert_eq!(ran(&case), names(""), "{text}");
}

#[test]
fn what_is_left_is_counted_and_told() {
    let Some(case) = built() else { return };
    let text = case.run(0, "build");
    assert!(
        text.contains("REUSED sql table model public.visits"),
        "{text}"
    );
    assert!(text.contains("SKIP=0 NO-OP=0 REUSED=21 TOTAL=25"), "{text}");
    let results: Json = serde_json::from_str(&case.read("target/run_results.json")).expect("JSON");
    let find = |id: &str| {
        let results = results["results"].as_array().expect("results").iter();
        results
            .clone()
            .find(|result| result["unique_id"] == id)
            .expect("it has a result")
            .clone()
    };
    let model = find("model.skipping.visits");
    assert_eq!(model["status"], "success");
    assert_eq!(model["execution_time"], 0.0);
    assert!(
        model["compiled_code"]
            .as_str()
            .expect("code")
            .contains("raw"),
        "{model}"
    );
    let test = find("test.skipping.no_strangers");
    assert_eq!(
        (&test["status"], &test["failures"]),
        (&Json::from("pass"), &Json::from(0))
    );
    let text = case.data("build --explain-skip --log-format json");
    let told = text
        .lines()
        .filter_map(|line| serde_json::from_str::<Json>(line).ok());
    let told: Vec<Json> = told
        .filter(|entry| !entry["data"]["reasons"].is_null())
        .collect();
    let clock = told
        .iter()
        .find(|entry| entry["data"]["unique_id"] == "model.skipping.clock")
        .expect("told");
    assert_eq!(clock["data"]["runs"], true);
    assert_eq!(clock["data"]["reasons"][0]["code"], "volatile");
    assert_eq!(clock["data"]["reasons"][0]["text"], "its SQL has now()");
    case.run(0, "retry");
}

#[test]
fn other_verbs_record_and_build_leaves_what_they_did() {
    let Some(case) = Case::good("skipping") else {
        return;
    };
    by_hand(&case, super::SOURCES);
    case.run(0, "load");
    case.run(0, "seed");
    case.run(0, "run");
    case.run(0, "snapshot");
    case.run(0, "test");
    case.run(0, "build");
    assert_eq!(ran(&case), names("shouts"), "what no other verb does");
    case.run(0, "run --select adults");
    case.run(0, "build");
    assert_eq!(
        ran(&case),
        names("not_null_adults_id roster roster_counts history no_strangers")
    );
}

#[test]
fn a_user_without_rights_builds_everything() {
    let Some(case) = Case::good("skipping") else {
        return;
    };
    let role = format!("hcw_skipping_{}", std::process::id());
    let url = case.warehouse.as_ref().expect("a database").url.clone();
    case.execute(super::SOURCES);
    case.execute("create schema hcw");
    case.execute(&format!(
        "drop role if exists {role}; create role {role} login password 'secret';
        grant usage on schema raw to {role}; grant select on all tables in schema raw to {role};
        grant all on schema public to {role}; grant create on database {} to {role}",
        crate::projects::case::database_name(&url)
    ));
    for _ in 0..2 {
        let words = [
            "build",
            "--no-load",
            "--publish",
            "per-node",
            "--exclude",
            "deliveries",
        ];
        let mut command = case.command(&words);
        command.env("DATABASE_URL", with_user(&url, &role));
        let text = crate::warehouse::text_of(&command.output().expect("runs"));
        assert!(text.contains("HCW0705"), "{text}");
        assert_eq!(text.matches("HCW0705").count(), 1, "{text}");
        assert!(text.contains("ERROR=0 SKIP=0 NO-OP=0 REUSED=0"), "{text}");
    }
    case.execute(&format!("drop owned by {role} cascade; drop role {role}"));
}

#[test]
fn a_user_who_may_make_no_tables_of_hcw_builds() {
    let Some(case) = Case::good("atomic") else {
        return;
    };
    let role = format!("hcw_no_tables_{}", std::process::id());
    let url = case.warehouse.as_ref().expect("a database").url.clone();
    case.execute("create schema hcw");
    case.execute(&format!(
        "drop role if exists {role}; create role {role} login password 'secret';
        grant all on schema public to {role}; grant create on database {} to {role}",
        crate::projects::case::database_name(&url)
    ));
    let mut command = case.command(&["build"]);
    command.env("DATABASE_URL", with_user(&url, &role));
    let output = command.output().expect("runs");
    let text = crate::warehouse::text_of(&output);
    assert!(
        output.status.success() && text.contains("HCW0705"),
        "{text}"
    );
    case.execute(&format!("drop owned by {role} cascade; drop role {role}"));
}

#[test]
fn a_record_that_is_refused_is_told_once() {
    let Some(case) = Case::good("atomic") else {
        return;
    };
    case.run(0, "build");
    let refused = |change: &str, round: u32, why: &str| {
        case.execute(change);
        let text = case.run(0, &format!("build --vars '{{round: {round}}}'"));
        assert_eq!(text.matches("HCW0705").count(), 1, "{text}");
        assert!(text.contains(why), "{text}");
        let published = case.rows("select max(round) from stays");
        assert_eq!(published, round.to_string(), "what was built is published");
    };
    refused(
        "alter table hcw.node_state add constraint none check (version is null) not valid;
        alter table hcw.runs add constraint none check (run_id is null) not valid",
        2,
        "the server refused it (SQLSTATE 23514)",
    );
    refused(
        "alter table hcw.node_state rename column parts to pieces",
        3,
        "are of another version (SQLSTATE 42703)",
    );
}

#[test]
fn a_user_who_may_only_read_records_is_told() {
    let Some(case) = Case::good("atomic") else {
        return;
    };
    let role = format!("hcw_reads_{}", std::process::id());
    let url = case.warehouse.as_ref().expect("a database").url.clone();
    case.run(0, "build --select wards");
    case.execute(&format!(
        "drop role if exists {role}; create role {role} login password 'secret'; drop table wards;
        grant all on schema public to {role}; grant usage on schema hcw to {role};
        grant select on all tables in schema hcw to {role}; grant create on database {} to {role}",
        crate::projects::case::database_name(&url)
    ));
    let mut command = case.command(&["build"]);
    command.env("DATABASE_URL", with_user(&url, &role));
    let output = command.output().expect("runs");
    let text = crate::warehouse::text_of(&output);
    assert!(output.status.success(), "{text}");
    assert_eq!(text.matches("HCW0705").count(), 1, "{text}");
    assert!(text.contains("may not write"), "{text}");
    case.execute(&format!("drop owned by {role} cascade; drop role {role}"));
}

/// The address with another user.
pub(super) fn with_user(url: &str, role: &str) -> String {
    let (scheme, rest) = url.split_once("://").expect("an address");
    let rest = rest.split_once('@').map_or(rest, |(_, rest)| rest);
    format!("{scheme}://{role}:secret@{rest}")
}
