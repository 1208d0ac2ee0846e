//! The extension beside the portable script: the same functions, domains and catalogue.

use super::server::Server;

/// Functions that callers name, with arguments, results and comments.
const FUNCTIONS: &str = "select oid::regprocedure || ' ' || pg_get_function_arguments(oid) || ' ' || pg_get_function_result(oid) \
        || ' ' || coalesce(obj_description(oid, 'pg_proc'), '')
    from pg_proc where pronamespace = 'hcw'::regnamespace and proname !~ '^_' order by 1";

const DOMAINS: &str = "select typname || ' ' || typbasetype::regtype || ' ' || pg_get_constraintdef(pg_constraint.oid)
    from pg_type inner join pg_constraint on contypid = pg_type.oid
    where typnamespace = 'hcw'::regnamespace order by 1";

const CATALOGUE: &str = "select * from hcw.validators";

/// What is not as the planner wants it; one function must take null and answer with a row of nulls.
const UNPLANNABLE: &str = "select proname from pg_proc where pronamespace = 'hcw'::regnamespace
    and (provolatile <> 'i' or proparallel <> 's' or prosecdef or not proisstrict and proname <> 'validate')";

#[test]
fn both_twins_have_the_same_functions_domains_and_catalogue() {
    let Some(server) = Server::start() else {
        return;
    };
    server.database("portable", "UTF8");
    let script = hcw_validators::sql::portable::script();
    let script: String = script.into_iter().map(|(_, text)| text).collect();
    server.sql(
        "portable",
        &format!("set client_min_messages = warning; {script}"),
    );
    server.sql("postgres", "create extension hcw_pg");
    for (query, least) in [(FUNCTIONS, 68 * 3), (DOMAINS, 50), (CATALOGUE, 68)] {
        let native = server.sql("postgres", query);
        assert!(native.lines().count() >= least, "{native}");
        assert_eq!(native, server.sql("portable", query));
    }
    assert_eq!(server.sql("postgres", UNPLANNABLE), "");
}
