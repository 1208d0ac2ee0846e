//! Messages as a PostgreSQL 15 server sent them, and what is left of each.

use super::*;

fn shown(sqlstate: &str, message: &str, statement: &str) -> String {
    placed(sqlstate, message, statement, false)
}

fn placed(sqlstate: &str, message: &str, statement: &str, is_placed: bool) -> String {
    let routine = matches!(sqlstate, "P0001" | "P0004").then_some("exec_stmt_raise");
    let trust = trust(sqlstate, routine);
    Filter {
        trust,
        statement,
        is_placed,
    }
    .message(message)
}

#[test]
fn values_are_taken_out() {
    let cases = [
        (
            "22P02",
            "invalid input syntax for type integer: \"123-45-6789\"",
            "invalid input syntax for type integer: \"…\"",
        ),
        (
            "22P02",
            "invalid input syntax for type integer: \"a \"b\": c\"",
            "invalid input syntax for type integer: \"…\"",
        ),
        (
            "22003",
            "value \"99999999999\" is out of range for type integer",
            "value \"…\" is out of range for type integer",
        ),
        (
            "22008",
            "date/time field value out of range: \"2024-13-45\"",
            "date/time field value out of range: \"…\"",
        ),
        (
            "22007",
            "invalid value \"Smit\" for \"YYYY\"",
            "invalid value \"…\"",
        ),
        (
            "22P02",
            "invalid input syntax for type json",
            "invalid input syntax for type json",
        ),
        (
            "22P02",
            "malformed array literal: \"smith\"",
            "malformed array literal: \"…\"",
        ),
        (
            "22023",
            "invalid hexadecimal digit: \"z\"",
            "invalid hexadecimal digit: \"…\"",
        ),
        ("22003", "numeric field overflow", "numeric field overflow"),
        (
            "22008",
            "date field value out of range: 2024-13-01",
            "date field value out of range: …",
        ),
        (
            "22023",
            "time zone \"Smith/Town\" not recognized",
            "time zone \"…\" not recognized",
        ),
        (
            "54000",
            "requested character too large for encoding: 99999999",
            "requested character too large for encoding: …",
        ),
        (
            "22023",
            "invalid symbol \"*\" found while decoding base64 sequence",
            "invalid symbol \"…\" found while decoding base64 sequence",
        ),
        (
            "2201B",
            "invalid regular expression: parentheses () not balanced",
            "invalid regular expression: parentheses () not balanced",
        ),
        (
            "22021",
            "invalid byte sequence for encoding \"UTF8\": 0xe9 0xe9",
            "invalid byte sequence for encoding \"UTF8\": …",
        ),
        (
            "22P05",
            "character with byte sequence 0xe2 0x82 in encoding \"UTF8\" has no equivalent in encoding \"LATIN1\"",
            "character with byte sequence … … in encoding \"UTF8\" has no equivalent in encoding \"LATIN1\"",
        ),
        (
            "22023",
            "unit \"smith\" not recognized for type timestamp with time zone",
            "unit \"…\" not recognized for type timestamp with time zone",
        ),
        (
            "22026",
            "bit string length 5 does not match type bit(3)",
            "bit string length … does not match type bit(3)",
        ),
        ("2200N", "invalid XML content", "invalid XML content"),
        (
            "22001",
            "value too long for type character varying(3)",
            "value too long for type character varying(3)",
        ),
        ("22012", "division by zero", "division by zero"),
        (
            "22P04",
            "missing data for column \"age\"",
            "missing data for column \"age\"",
        ),
        (
            "22P04",
            "extra data after last expected column",
            "extra data after last expected column",
        ),
        (
            "21000",
            "more than one row returned by a subquery used as an expression",
            "more than one row returned by a subquery used as an expression",
        ),
        (
            "42P01",
            "relation \"smith\" does not exist",
            "relation \"…\" does not exist",
        ),
        (
            "22P02",
            "ungültige Eingabesyntax für Typ integer: „Schmidt“",
            "ungültige Eingabesyntax für Typ integer: \"…\"",
        ),
        (
            "22P02",
            "syntaxe en entrée invalide pour le type integer : « Dupont »",
            "syntaxe en entrée invalide pour le type integer : \"…\"",
        ),
    ];
    for (sqlstate, message, expected) in cases {
        assert_eq!(shown(sqlstate, message, "select v from t"), expected);
    }
}

#[test]
fn names_stay() {
    for (sqlstate, message) in [
        (
            "23505",
            "duplicate key value violates unique constraint \"pat_pkey\"",
        ),
        (
            "23514",
            "new row for relation \"pat\" violates check constraint \"pat_sex_check\"",
        ),
        (
            "23502",
            "null value in column \"mrn\" of relation \"pat\" violates not-null constraint",
        ),
        (
            "23503",
            "insert or update on table \"pat\" violates foreign key constraint \"pat_parent_fkey\"",
        ),
        ("P0002", "query returned no rows"),
        (
            "53100",
            "could not extend file \"base/16384/16390\": No space left on device",
        ),
        ("42501", "permission denied for schema raw"),
    ] {
        assert_eq!(shown(sqlstate, message, ""), message);
    }
    let dropping = "table \"nope\" does not exist";
    assert_eq!(shown("42P01", dropping, "drop table nope"), dropping);
    let selecting = "column \"inside_a_view\" does not exist";
    assert_eq!(placed("42703", selecting, "select 1", true), selecting);
    let role = "role \"builder\" does not exist";
    assert_eq!(shown("22023", role, "set role builder"), role);
}

#[test]
fn raised_texts_stay_only_as_literals_of_the_statement() {
    let statement = "do $$ begin raise exception 'it''s a role that is missing'; end $$";
    let literal = "it's a role that is missing";
    assert_eq!(shown("P0001", literal, statement), literal);
    for sqlstate in ["P0001", "P0004", "38000", "HV000", "XX000", "ZZ123"] {
        let text = shown(
            sqlstate,
            "bad patient Smith",
            "raise exception 'bad patient %', name",
        );
        assert!(!text.contains("Smith"), "{text}");
    }
}

#[test]
fn the_place_of_copied_data_is_kept_without_the_data() {
    let column = copy_place("COPY pat, line 12, column age: \"smith\"");
    assert_eq!(column, (Some(12), Some("age".to_owned())));
    assert_eq!(
        copy_place("COPY pat, line 1: \"a, column b: c\""),
        (Some(1), None)
    );
    assert_eq!(
        copy_place("PL/pgSQL function f() line 1 at RAISE"),
        (None, None)
    );
}

/// Each statement fails on a value with one of these words in it.
const VALUES: [&str; 3] = ["smith", "123-45-6789", "2024-13"];

const FAILING: [&str; 39] = [
    "select v::int from people",
    "select ('a \"' || v || '\": c')::int from people",
    "select (v || '0000000000')::int from people",
    "select v::date from people",
    "select '2024-13-45'::text::date from people",
    "select to_date(v, 'YYYY-MM-DD') from people",
    "select v::bool from people",
    "select v::jsonb from people",
    "select ('{\"a\": ' || v)::json from people",
    "select v::uuid from people",
    "select v::int[] from people",
    "select v::bytea from people union all select decode(v, 'hex') from people",
    "select v::inet from people",
    "select v::interval from people",
    "select v::numeric(4, 2) from people",
    "select v::varchar(3)::regclass from people",
    "select v::regclass from people",
    "select v::regtype from people",
    "select v::regrole from people",
    "select now() at time zone v from people",
    "select decode(v, 'base64') from people",
    "select 'a' ~ (v || '(') from people",
    "select date_trunc(v, now()) from people",
    "select v::bit(3) from people",
    "select v::jsonpath from people",
    "select to_number(v, '999') from people",
    "select v::point from people",
    "select v::int4range from people",
    "select v::tsquery from (select v || ' &' as v from people) as broken",
    "select set_config('work_mem', v, false) from people",
    "select format(v || '%z') from people",
    "select convert_to(v || '€', 'LATIN1') from people",
    "insert into people select v from people",
    "insert into short select v from people",
    "insert into checked select v from people",
    "insert into child select v || 'x' from people",
    "do $$ declare p text; begin select v into p from people; raise exception 'bad %', p using column = p, hint = p; end $$",
    "do $$ declare p text; begin select v into p from people; execute 'select ' || p || '.x'; end $$",
    "do $$ declare p text; begin select v into p from people; execute 'select t.' || p || ' from people t'; end $$",
];

#[tokio::test]
async fn no_value_passes_from_a_real_server() {
    let folder = tempfile::tempdir().expect("a folder");
    let connection = match crate::embedded::ensure_running(folder.path()).await {
        Ok(connection) => connection,
        Err(problem) => {
            assert_eq!(
                problem.code,
                hcw_core::diagnostic::Code::ServerNotFound,
                "{problem:?}"
            );
            return;
        }
    };
    let client = crate::db::connect::connect(&connection, "test")
        .await
        .expect("connected");
    let mut passed = Vec::new();
    for value in ["Smith", "123-45-6789"] {
        let setup = format!(
            "drop schema if exists t cascade; create schema t; set search_path = t; \
             create table people (v text primary key); \
             create table short (v varchar(3)); \
             create table checked (v text check (v like 'x%')); \
             create table child (v text references people); \
             insert into people values ('{value}')"
        );
        client.batch_execute(&setup).await.expect("set up");
        for statement in FAILING {
            if let Err(error) = client.batch_execute(statement).await {
                let shown = ServerError::new(&error, statement).expect("a server's error");
                let text = format!("{shown:?}").to_lowercase();
                if VALUES.iter().any(|value| text.contains(value)) {
                    passed.push(format!("{statement}: {text}"));
                }
            }
        }
        // The client's error, too, must not be shown by itself: this is why.
        let raw = client
            .batch_execute(FAILING[32])
            .await
            .expect_err("a duplicate");
        let detail = raw
            .as_db_error()
            .and_then(DbError::detail)
            .unwrap_or_default();
        assert!(detail.contains(value));
    }
    drop(client);
    crate::embedded::stop(folder.path()).await.expect("stopped");
    assert_eq!(passed, Vec::<String>::new());
}
