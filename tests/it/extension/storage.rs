//! Nulls, and values in every form in which a table stores them.

use hcw_validators::{find, near, registry};

use super::server::Server;

#[test]
fn nulls_and_toasted_values() {
    let Some(server) = Server::start() else {
        return;
    };
    server.sql("postgres", "create extension hcw_pg");
    let nulls: Vec<String> = registry()
        .map(|entry| entry.about.code)
        .map(|code| {
            format!(
                "hcw.{code}_is_valid(null), hcw.{code}_reason(null), hcw.{code}_canonical(null)"
            )
        })
        .collect();
    let sql = format!("select num_nonnulls({})", nulls.join(", "));
    // A function takes at most 100 arguments, but a variadic array any number.
    let sql = sql
        .replace("num_nonnulls(", "num_nonnulls(variadic array[")
        .replace("_is_valid(null)", "_is_valid(null)::text");
    assert_eq!(
        server.sql("postgres", &format!("{}]{}", &sql[..sql.len() - 1], ")")),
        "0"
    );
    let rows = "select v.* from (values ('npi', null), (null, 'x')) as given (k, v0), hcw.validate(k, v0) v";
    assert_eq!(server.sql("postgres", rows), "|||\n|||");
    let error = server.error("postgres", "select hcw.validate('npii', '1')");
    assert!(
        error.contains("22023")
            && error.contains(&format!("near names: {}", near(b"npii").join(", "))),
        "{error}"
    );

    // Short, plain, compressed and external values; the valid ones by white space around.
    let storage = "
        create table plain (value text), compressed (value text)"
        .replace(", compressed", "; create table compressed")
        + "; create table external (value text);
        alter table plain alter value set storage plain;
        alter table compressed alter value set storage main;
        alter table external alter value set storage external;
        create table given as
            select repeat(' ', spaces) || body || repeat(' ', spaces) as value
            from unnest(array[0, 60, 120, 121, 122, 3000]) as spaces,
                 unnest(array['1234567893', '1234567891', repeat('0', 2900), '']) as body;
        insert into plain select value from given;
        insert into compressed select value from given;
        insert into external select value from given;
        insert into external select repeat('79927398713', 9999);
        insert into compressed select repeat('0', 1000000);";
    server.sql("postgres", &storage);
    let kinds = "select (select count(*) > 0 from compressed where pg_column_size(value) < octet_length(value)), \
                        (select count(*) > 0 from external where length(value) > 4000), \
                        (select pg_relation_size(reltoastrelid) > 0 from pg_class where relname = 'external')";
    assert_eq!(server.sql("postgres", kinds), "t|t|t");
    for table in ["plain", "compressed", "external"] {
        for code in ["npi", "luhn", "icd10cm", "email", "date_auto"] {
            // What an expression makes is a plain value with a four-byte header.
            let sql = format!(
                "select value from {table}
                 where hcw.{code}_is_valid(value) is distinct from hcw.{code}_is_valid(value || '')
                    or hcw.{code}_reason(value) is distinct from hcw.{code}_reason(value || '')
                    or hcw.{code}_canonical(value) is distinct from hcw.{code}_canonical(value || '')
                    or (select v from hcw.validate('{code}', value) v)
                        is distinct from (select v from hcw.validate('{code}', value || '') v)
                    or hcw.clean_text(value) is distinct from value"
            );
            assert_eq!(server.sql("postgres", &sql), "");
        }
        let valid = format!(
            "select count(*), count(distinct hcw.npi_canonical(value)) from {table} where hcw.npi_is_valid(value)"
        );
        assert_eq!(server.sql("postgres", &valid), "6|1");
    }
    // A canonical text that is the toasted argument itself.
    let long = "79927398713".repeat(9999);
    let luhn = find("luhn").expect("a rule");
    let expected = (luhn.canonical)(long.as_bytes()).is_some();
    let stored = "create table kept as select hcw.luhn_canonical(value) as value from external where length(value) = 109989;
                  drop table external; select count(value) > 0, bool_and(value = repeat('79927398713', 9999)) from kept";
    let answer = server.sql("postgres", stored);
    assert_eq!(answer, if expected { "t|t" } else { "f|" });
}
