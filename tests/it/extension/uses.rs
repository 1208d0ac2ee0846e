//! Where the functions may stand: constraints, generated columns, indexes, domains, parallel plans.

use super::server::Server;

#[test]
fn constraints_generated_columns_indexes_and_domains() {
    let Some(server) = Server::start() else {
        return;
    };
    server.sql(
        "postgres",
        "create extension hcw_pg;
         create table providers (
             npi hcw.npi,
             zip text check (hcw.us_zip_is_valid(zip)),
             diagnosis text,
             diagnosis_code text generated always as (hcw.icd10cm_canonical(diagnosis)) stored,
             born_on date generated always as (hcw.parse_date(zip, 'hl7')) stored
         );
         create index on providers (hcw.icd10cm_canonical(diagnosis));
         create index on providers (npi) where hcw.icd10cm_is_valid(diagnosis);
         insert into providers (npi, zip, diagnosis)
         select '1234567893', '85004', 'e' || lpad(number::text, 4, '0') from generate_series(1, 5000) as number;
         insert into providers (diagnosis) values (null), ('x');
         analyze providers;",
    );
    let sql = "select count(*), count(diagnosis_code), count(npi) from providers";
    assert_eq!(server.sql("postgres", sql), "5002|5000|5000");
    let by_index = "set enable_seqscan = off;
        explain (costs off) select 1 from providers where hcw.icd10cm_canonical(diagnosis) = 'E11.9';
        select count(*) from providers where hcw.icd10cm_canonical(diagnosis) = 'E00.42'";
    let plan = server.sql("postgres", by_index);
    assert!(plan.contains("Index") && plan.ends_with('1'), "{plan}");
    for (sql, state) in [
        ("insert into providers (npi) values ('1234567891')", "23514"),
        ("insert into providers (zip) values ('123')", "23514"),
        ("select '1'::hcw.mbi", "23514"),
    ] {
        let error = server.error("postgres", sql);
        assert!(error.contains(state), "{error}");
    }
    let domains = "select count(*) from pg_type t join pg_namespace n on n.oid = typnamespace \
                   where nspname = 'hcw' and typtype = 'd'";
    let own = "select count(*) from hcw.validators where canonical_form = 'own' and family <> 'safe_harbor'";
    assert_eq!(server.sql("postgres", domains), server.sql("postgres", own));

    // The catalogue's examples hold.
    let wrong = "select code from hcw.validators, hcw.validate(code, example) good, hcw.validate(code, counterexample) bad
                 where not good.valid or bad.valid";
    assert_eq!(server.sql("postgres", wrong), "");

    let parallel = "set max_parallel_workers_per_gather = 2; set parallel_setup_cost = 0; set parallel_tuple_cost = 0;
        set min_parallel_table_scan_size = 0;
        explain (analyze, costs off, timing off, summary off)
            select count(*) from providers where hcw.npi_is_valid(npi) and hcw.parse_date(zip, 'hl7') is null;
        select count(*), count(answer.valid) from providers, hcw.validate('npi', npi) as answer
            where hcw.npi_is_valid(npi) and hcw.parse_date(zip, 'hl7') is null";
    let plan = server.sql("postgres", parallel);
    assert!(
        plan.contains("Parallel Seq Scan") && plan.contains("Workers Launched: 2"),
        "{plan}"
    );
    assert!(plan.ends_with("5000|5000"), "{plan}");
}
