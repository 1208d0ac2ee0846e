//! What the planner may do with the functions, and where they may stand.

use hcw_validators::registry;

use super::database::{Database, SCRIPT};

#[test]
fn functions_inline_and_run_in_parallel() {
    let mut database = Database::start("UTF8");
    database.run(&SCRIPT);
    let odd = "select proname from pg_proc where pronamespace = 'hcw'::regnamespace \
        and (provolatile <> 'i' or proparallel <> 's' or prosecdef)";
    assert_eq!(database.lines(odd), Vec::<String>::new());

    database.run("create table many as select n::text as value from generate_series(1234560000, 1234600000) as n");
    for entry in registry() {
        let call = format!("hcw.{}_is_valid(value)", entry.about.code);
        let plan = database
            .lines(&format!(
                "explain (verbose, costs off) select {call} from many"
            ))
            .join("\n");
        let shown = plan.replace(
            &format!("hcw.{}_is_valid(many.value)", entry.about.code),
            &call,
        );
        assert!(!shown.contains(&call), "{call} is not inlined:\n{plan}");
    }

    database.run("set parallel_setup_cost = 0; set parallel_tuple_cost = 0; set min_parallel_table_scan_size = 0");
    let query = "select count(*) filter (where hcw.npi_is_valid(value)), count(hcw.date_auto_reason(value)) from many";
    let plan = database
        .lines(&format!("explain (costs off) {query}"))
        .join("\n");
    assert!(plan.contains("Parallel Seq Scan"), "{plan}");
    let parallel = database.lines(query);
    database.run("set max_parallel_workers_per_gather = 0");
    assert_eq!(parallel, database.lines(query));

    // Usable where only immutable functions are.
    database.run(
        "create table people (npi hcw.npi, zip text check (hcw.us_zip_is_valid(zip)), \
         born text, born_on date generated always as (hcw.parse_date(born, 'us_mdy')) stored); \
         create index on people (hcw.npi_canonical(npi)); \
         insert into people (npi, zip, born) values ('1234567893', '02139', '1/5/2024')",
    );
    assert_eq!(
        database.lines("select to_char(born_on, 'YYYY-MM-DD') from people"),
        ["2024-01-05"]
    );
    assert_eq!(
        database.error("insert into people (npi) values ('1234567891')"),
        "23514"
    );
    assert_eq!(
        database.error("insert into people (zip) values ('1')"),
        "23514"
    );
}
