//! What rows depend on although no query names it: what lies beneath views, functions, types and policies.

use super::changes::Change::{Sql, Words};
use super::matrix::check_in;
use super::rights::with_user;
use super::{changes::by_hand, names, ran};
use crate::projects::case::Case;

const SOURCES: &str = "
    create schema raw;
    create table raw.plain (n integer);
    insert into raw.plain values (1), (2);
    create table raw.fixed (n integer);
    insert into raw.fixed values (1), (2);
    create function raw.total() returns bigint language sql stable as 'select sum(n) from raw.plain';
    create view raw.by_function as select raw.total() as total;
    create function raw.inner_one(n integer) returns integer language sql immutable as 'select n + 1';
    create function raw.outer_one(n integer) returns integer language sql immutable as 'select raw.inner_one(n)';
    create view raw.nested as select raw.outer_one(n) as m from raw.fixed;
    create function raw.step(a integer, b integer) returns integer language sql immutable as 'select a + b';
    create aggregate raw.my_sum(integer) (sfunc = raw.step, stype = integer, initcond = '0');
    create table raw.people (first text, last text);
    insert into raw.people values ('Ada', 'L');
    create function public.full_name(raw.people) returns text language sql immutable as 'select $1.first || $1.last';
    create type raw.kind as enum ('a', 'b');
    create table raw.kinds (kind raw.kind);
    insert into raw.kinds values ('a');
    create type raw.pair as (x integer);
    create table raw.pairs (pair raw.pair);
    insert into raw.pairs values (row(1));
    create text search configuration raw.words (copy = english);
    create function raw.same(a integer, b integer) returns boolean language sql immutable as 'select a = b';
    create operator public.=== (function = raw.same, leftarg = integer, rightarg = integer);
    create function raw.part() returns integer language sql immutable as 'select 1';
    create function raw.whole() returns integer language sql immutable set search_path = raw as 'select part()';
    create view raw.schemas as select count(*) as n from pg_namespace;
    create table raw.oids (oid oid);";

/// What answers by the catalogue runs in every build.
const BY_CATALOGUE: &str = "schemas later granted described";

#[test]
fn changes_of_what_no_query_names() {
    let Some(case) = Case::good("hidden") else {
        return;
    };
    by_hand(&case, SOURCES);
    case.run(0, "build");
    let text = case.run(0, "build --explain-skip");
    assert_eq!(ran(&case), names(BY_CATALOGUE), "{text}");
    for why in [
        "its SQL has to_regclass()",
        "its SQL has has_table_privilege()",
        "its SQL has obj_description()",
        "`raw.schemas` is a view over the server's catalogue, whose changes are not seen",
    ] {
        assert!(text.contains(why), "{why}: {text}");
    }
    let excluded = format!("build --exclude {BY_CATALOGUE}");
    case.run(0, &excluded);
    let plain = "on_over_name not_null_over_name_n on_over_function by_view";
    check_in(
        &case,
        &excluded,
        &[
            (
                "a row beneath a name in a view",
                Sql("insert into raw.plain values (3)"),
                plain,
            ),
            (
                "an inner function",
                Sql(
                    "create or replace function raw.inner_one(n integer) returns integer language sql immutable as 'select n + 2'",
                ),
                "nested",
            ),
            (
                "an aggregate's step",
                Sql(
                    "create or replace function raw.step(a integer, b integer) returns integer language sql immutable as 'select a - b'",
                ),
                "aggregated",
            ),
            (
                "an attribute that is a call",
                Sql(
                    "create or replace function public.full_name(raw.people) returns text language sql immutable as 'select $1.last'",
                ),
                "attributed",
            ),
            (
                "a label",
                Sql("alter type raw.kind rename value 'a' to 'z'"),
                "kinds labels",
            ),
            (
                "a label more",
                Sql("alter type raw.kind add value 'c'"),
                "kinds labels",
            ),
            (
                "a type's attribute",
                Sql("alter type raw.pair add attribute y integer"),
                "pairs",
            ),
            (
                "a text search configuration",
                Sql(
                    "alter text search configuration raw.words alter mapping for asciiword with simple",
                ),
                "searched",
            ),
            (
                "an operator's function",
                Sql(
                    "create or replace function raw.same(a integer, b integer) returns boolean language sql immutable as 'select a <> b'",
                ),
                "compared",
            ),
            (
                "what a search path finds",
                Sql(
                    "create or replace function raw.part() returns integer language sql immutable as 'select 2'",
                ),
                "whole",
            ),
            (
                "a function that the view calls",
                Sql(
                    "create or replace function raw.total() returns bigint language sql stable as 'select sum(n) + 1 from raw.plain'",
                ),
                "over_function on_over_function by_view",
            ),
            (
                "what nobody names",
                Sql("create type raw.other as enum ('a')"),
                "",
            ),
            ("what is not selected", Words("--select by_view"), ""),
        ],
    );
    // a table over a view that is not selected itself
    by_hand(&case, "insert into raw.plain values (5)");
    case.run(0, "build --select on_over_name");
    assert_eq!(ran(&case), names("on_over_name"));
    case.run(0, "build --select on_over_name");
    assert_eq!(ran(&case), names(""));
    by_hand(&case, "insert into raw.plain values (null)");
    let text = case.run(1, &excluded);
    assert!(text.contains("not_null_over_name_n"), "{text}");
}

#[test]
fn a_time_zone_is_told_as_what_it_is() {
    let Some(case) = Case::good("atomic") else {
        return;
    };
    by_hand(&case, "select pg_stat_reset()");
    case.run(0, "build");
    let text = case.run(0, "build --explain-skip");
    assert!(!text.contains("runs: "), "{text}");
    by_hand(
        &case,
        "do $$ begin execute format('alter database %I set timezone = ''Asia/Tokyo''', current_database()); end $$",
    );
    let text = case.run(0, "build --explain-skip");
    assert!(
        text.contains("runs: a setting of the session, such as TimeZone or search_path, changed"),
        "{text}"
    );
    assert!(!text.contains("counters"), "{text}");
    let text = case.run(0, "build --explain-skip");
    assert!(!text.contains("runs: "), "{text}");
}

#[test]
fn changes_of_policies_that_the_builder_is_subject_to() {
    let Some(case) = Case::good("hidden") else {
        return;
    };
    let role = format!("hcw_hidden_{}", std::process::id());
    let url = case.warehouse.as_ref().expect("a database").url.clone();
    by_hand(&case, SOURCES);
    let guarded = format!(
        "drop role if exists {role}; drop role if exists {role}_ward;
        create role {role} login password 'secret'; create role {role}_ward;
        grant usage on schema raw to {role}; grant select on all tables in schema raw to {role};
        grant all on schema public to {role}; grant create on database {} to {role};
        create table raw.wards (n integer); insert into raw.wards values (1), (2);
        grant select on raw.wards to {role};
        alter table raw.fixed enable row level security;
        create policy few on raw.fixed using (n in (select n from raw.wards) or current_user = 'nobody')",
        crate::projects::case::database_name(&url)
    );
    by_hand(&case, &guarded);
    let build = || {
        let words = ["build", "--explain-skip", "--select", "compared", "nested"];
        let mut command = case.command(&words);
        command.env("DATABASE_URL", with_user(&url, &role));
        let output = command.output().expect("runs");
        let text = crate::warehouse::text_of(&output);
        assert!(output.status.success(), "{text}");
        (ran(&case), text)
    };
    build();
    for (change, expected) in [
        ("select 1".to_owned(), ""),
        (
            "alter policy few on raw.fixed using (n = 1)".to_owned(),
            "compared nested",
        ),
        (
            "alter policy few on raw.fixed using (n in (select n from raw.wards))".to_owned(),
            "compared nested",
        ),
        (
            "delete from raw.wards where n = 2".to_owned(),
            "compared nested",
        ),
        (format!("grant {role}_ward to {role}"), "compared nested"),
        (
            "create policy more on raw.fixed using (true)".to_owned(),
            "compared nested",
        ),
        (
            "create policy late on raw.fixed for insert with check (true)".to_owned(),
            "",
        ),
    ] {
        by_hand(&case, &change);
        let (found, text) = build();
        assert_eq!(found, names(expected), "{change}:\n{text}");
        let (found, text) = build();
        assert_eq!(found, names(""), "after {change}:\n{text}");
    }
    case.execute(&format!(
        "drop owned by {role} cascade; drop role {role}; drop role {role}_ward"
    ));
}
