//! The portable script over an older one. `portable_0.1.0.sql.gz` is the script of version 0.1.0; a
//! test changes what a later version might have changed.

use std::io::Read;

use flate2::read::GzDecoder;

use crate::example::repository;
use crate::warehouse::{Warehouse, text_of};

/// The script of version 0.1.0.
fn older_script() -> String {
    let path = repository().join("tests/fixtures/validators/portable_0.1.0.sql.gz");
    let file = std::fs::File::open(path).expect("a fixture");
    let mut text = String::new();
    GzDecoder::new(file)
        .read_to_string(&mut text)
        .expect("is read");
    text
}

/// The older script where one function has another name for its parameter, one another result, and
/// one is gone since.
fn changed_script() -> String {
    let renamed = "create or replace function hcw.npi_is_valid(value text) returns boolean";
    let result =
        "create or replace function hcw.date_precision(value text, format text) returns text";
    let script = older_script();
    assert!(script.contains(renamed) && script.contains(result));
    let at = script.find(renamed).expect("the function");
    let (before, rest) = script.split_at(at);
    let (body, after) = rest.split_once("$$;").expect("its end");
    let body = body
        .replace("npi_is_valid(value text)", "npi_is_valid(number text)")
        .replace("(value)", "(number)")
        .replace("value collate", "number collate");
    format!("{before}{body}$$;{after}").replace(
        result,
        "create or replace function hcw.date_precision(value text, format text) returns varchar",
    ) + "create function hcw.gone_since(value text) returns text language sql as 'select value';
         revoke all on function hcw.npi_is_valid(text) from public;
         grant execute on function hcw.npi_is_valid(text) to pg_monitor;"
}

/// Installs a script as an older hcw would have.
fn install_as_older(warehouse: &Warehouse, script: &str) {
    crate::validators::install_portable(warehouse);
    warehouse.query("drop schema hcw cascade; drop schema hcw_codes cascade");
    warehouse.query(&format!("create schema hcw; {script}"));
    warehouse.query(
        "create table hcw.validator_installation (
            part text primary key check (part in ('native', 'portable', 'codes')),
            version text not null, checksum text not null,
            objects text[] not null default '{}', installed_at timestamptz not null default now());
        insert into hcw.validator_installation (part, version, checksum, objects)
        select 'portable', '0.1.0', 'older', array_agg(object.kind || ' ' || object.identity)
        from (
            select 'function' as kind, (pg_identify_object('pg_proc'::regclass, oid, 0)).identity
            from pg_proc where pronamespace = 'hcw'::regnamespace
            union all
            select 'domain', (pg_identify_object('pg_type'::regclass, oid, 0)).identity
            from pg_type where typnamespace = 'hcw'::regnamespace and typtype = 'd'
        ) as object",
    );
}

fn install(warehouse: &Warehouse) -> (bool, String) {
    let mut command = warehouse.command("validators");
    let output = command
        .args(["install", "--portable"])
        .output()
        .expect("runs");
    (output.status.success(), text_of(&output))
}

#[test]
fn the_older_script_is_replaced_under_its_users() {
    let Some(warehouse) = Warehouse::start() else {
        return;
    };
    install_as_older(&warehouse, &older_script());
    warehouse.query(
        "create table people (
            npi hcw.npi,
            zip text check (hcw.us_zip_is_valid(zip)),
            code text generated always as (hcw.icd10cm_canonical(zip)) stored);
        create view reasons as select hcw.npi_reason(npi) from people",
    );
    let (is_installed, text) = install(&warehouse);
    assert!(is_installed, "{text}");
    assert_eq!(text, "validators: portable (as asked), installed\n");
    // a domain that took over the calls of a function has gone
    assert_eq!(warehouse.value("select hcw.safe_harbor_age('120')"), "90+");
    assert_eq!(warehouse.value("select count(*) from reasons"), "0");
    let (_, text) = install(&warehouse);
    assert!(text.ends_with("unchanged\n"), "{text}");
}

#[test]
fn changed_functions_are_made_again_with_their_rights() {
    let Some(warehouse) = Warehouse::start() else {
        return;
    };
    install_as_older(&warehouse, &changed_script());
    warehouse.query("create table people (mbi hcw.mbi check (hcw.us_zip_is_valid(mbi)))");
    let (is_installed, text) = install(&warehouse);
    assert!(is_installed, "{text}");
    assert_eq!(text, "validators: portable (as asked), installed\n");
    assert_eq!(
        warehouse.lines(
            "select proargnames[1] || ' ' || prorettype::regtype || ' ' || coalesce(proacl::text ~ '=X/.*pg_monitor=X/' and proacl::text !~ '[{,]=X', false)
             from pg_proc where pronamespace = 'hcw'::regnamespace
                and proname in ('npi_is_valid', 'date_precision', 'gone_since') order by proname"
        ),
        "value text false\nvalue boolean true"
    );
    // the domain over a function that was made again
    assert_eq!(
        warehouse.value("select '1234567893'::hcw.npi"),
        "1234567893"
    );
}

#[test]
fn users_of_changed_functions_are_all_named_and_stay() {
    let Some(warehouse) = Warehouse::start() else {
        return;
    };
    install_as_older(&warehouse, &changed_script());
    warehouse.query(
        "create table people (
            id int,
            npi text constraint right_npi check (hcw.npi_is_valid(npi)),
            is_npi boolean generated always as (hcw.npi_is_valid(npi)) stored);
        create index by_npi on people (hcw.npi_is_valid(npi));
        create view fine as select hcw.date_precision(npi, 'hl7') from people;
        create domain own_npi as text check (hcw.npi_is_valid(value));
        create table clinics (npi hcw.npi, others hcw.npi[]);
        create view unconcerned as select hcw.mbi_is_valid(npi) from people",
    );
    let functions = "select string_agg(oid::regprocedure || ' ' || prorettype::regtype || xmin, ',' order by oid) \
                     from pg_proc where pronamespace = 'hcw'::regnamespace";
    let before = warehouse.value(functions);
    let (is_installed, text) = install(&warehouse);
    assert!(!is_installed, "{text}");
    insta::assert_snapshot!(text);
    assert_eq!(warehouse.value(functions), before);
    // as the message says
    warehouse.query(
        "alter table people drop constraint right_npi, drop column is_npi; drop view fine;
        drop index if exists by_npi; drop domain own_npi;
        alter table clinics alter npi type text, alter others type text[]",
    );
    let (is_installed, text) = install(&warehouse);
    assert!(is_installed, "{text}");
    assert_eq!(warehouse.value("select count(*) from unconcerned"), "0");
}

#[test]
fn what_is_gone_is_dropped_or_kept_with_a_word() {
    let Some(warehouse) = Warehouse::start() else {
        return;
    };
    install_as_older(&warehouse, &changed_script());
    warehouse.query("create view uses as select hcw.gone_since('a') as a");
    let (is_installed, text) = install(&warehouse);
    assert!(is_installed, "{text}");
    assert!(
        text.contains(
            "function hcw.gone_since(pg_catalog.text), which these validators no longer have"
        ) && text.contains("view uses"),
        "{text}"
    );
    assert_eq!(warehouse.value("select a from uses"), "a");
}
