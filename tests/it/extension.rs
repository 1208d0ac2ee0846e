//! The extension hcw_pg in a server of its own: its answers are those of the crate, for every rule.
#![allow(clippy::expect_used, clippy::print_stderr)]

mod inputs;
mod server;

#[path = "../../pg_extension/validators/examples/extension_sql.rs"]
mod extension_sql;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use hcw_validators::dates::{Date, Format, parse_date, parse_day};
use hcw_validators::safe_harbor::DateShift;
use hcw_validators::{Family, NoTables, find, near, registry};

use inputs::{Copy, Random, vectors};
use server::{Server, library};

/// Inputs per rule.
const CASES: usize = 20_000;

/// The columns of a table of inputs, and the comparison of a rule's functions with them.
const ANSWERS: &str = "input text, valid boolean, canonical text, reason text, layer text";

/// The files that an installation copies, by name.
fn sql_files() -> BTreeMap<String, String> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../pg_extension");
    let files = extension_sql::files(&folder).expect("the scripts");
    files.into_iter().collect()
}

/// The version that the control file names.
fn version() -> String {
    let control = &sql_files()["hcw_pg.control"];
    let named = control.split("default_version = '").nth(1);
    let version = named.and_then(|rest| rest.split('\'').next());
    version.expect("a version").to_owned()
}

/// The inputs on which a rule's functions differ from the table.
fn differences(code: &str) -> String {
    format!(
        "select '{code}', input, t.*, v.*
         from inputs_{code} t, hcw.validate('{code}', input) v
         where hcw.{code}_is_valid(input) is distinct from t.valid
            or hcw.{code}_canonical(input) collate \"C\" is distinct from t.canonical
            or hcw.{code}_reason(input) collate \"C\" is distinct from t.reason
            or v is distinct from row(t.valid, t.canonical, t.reason, t.layer)
         limit 3;\n"
    )
}

#[test]
fn the_scripts_lead_to_one_version() {
    let files = sql_files();
    let version = version();
    let package = fs::read_to_string(
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../pg_extension/Cargo.toml"),
    );
    let package = package.expect("a manifest");
    assert!(package.contains(&format!("version = \"{version}\"")));
    assert!(files.contains_key(&format!("hcw_pg--{version}.sql")));
    for (name, text) in &files {
        assert!(
            text.is_ascii(),
            "{name}: other encodings than UTF-8 must read it"
        );
    }
    let upgrades = files.keys().filter(|name| name.matches("--").count() == 2);
    assert!(upgrades.count() >= 2);
}

#[test]
fn the_sql_names_every_symbol_of_the_library() {
    let Some(library) = library() else { return };
    let bytes = fs::read(library).expect("a library");
    let exported: BTreeSet<&str> = bytes
        .split(|byte| *byte == 0)
        .filter_map(|name| std::str::from_utf8(name).ok())
        .filter_map(|name| name.strip_prefix("pg_finfo_"))
        .filter(|name| name.starts_with("hcw_"))
        .collect();
    let newest = format!("hcw_pg--{}.sql", version());
    for (file, sql) in sql_files() {
        let declared: BTreeSet<&str> = sql
            .split("'MODULE_PATHNAME', '")
            .skip(1)
            .filter_map(|rest| rest.split('\'').next())
            .collect();
        assert!(declared.is_subset(&exported), "{file}");
        if file == newest {
            assert_eq!(declared, exported);
        }
    }
}

#[test]
fn every_rule_answers_as_the_crate() {
    let Some(server) = Server::start() else {
        return;
    };
    server.sql("postgres", "create extension hcw_pg");
    let listed = server.sql(
        "postgres",
        "select code from hcw.validators order by code collate \"C\"",
    );
    let mut codes: Vec<&str> = registry().map(|entry| entry.about.code).collect();
    codes.sort_unstable();
    assert_eq!(listed.lines().collect::<Vec<_>>(), codes);

    let vectors = vectors();
    let mut compared = 0;
    let mut loaded = Vec::new();
    for (seed, entry) in registry().enumerate() {
        let code = entry.about.code;
        let mut random = Random::new(seed as u64);
        let mut copy = Copy::new(&format!("inputs_{code}"), ANSWERS);
        let mut add = |input: &str| {
            let answer = entry.answer(input.as_bytes(), &NoTables, None);
            let valid: &[u8] = if answer.is_valid() { b"t" } else { b"f" };
            copy.row(&[
                Some(input.as_bytes()),
                Some(valid),
                answer.canonical().as_deref(),
                answer.reason().map(|reason| reason.as_str().as_bytes()),
                Some(answer.layer().as_str().as_bytes()),
            ]);
        };
        let vectors = &vectors[code];
        for vector in vectors {
            add(&vector.input);
            // What the crate says is what the vector expects, unless that needs a code table.
            let input = vector.input.as_bytes();
            let canonical = (entry.canonical)(input).map(|text| text.into_owned());
            let as_expected = (entry.is_valid)(input) == vector.valid
                && canonical.as_deref() == vector.canonical.as_deref().map(str::as_bytes)
                && (entry.reason)(input).map(|reason| reason.as_str()) == vector.reason.as_deref();
            assert!(
                as_expected || entry.about.system.is_some(),
                "{} {}",
                vector.code,
                vector.input
            );
            compared += usize::from(as_expected);
        }
        for _ in 0..CASES {
            let vector = &vectors[random.below(vectors.len())];
            add(&random.changed(&vector.input));
        }
        loaded.push((code, copy.finish()));
    }
    assert!(compared > 700, "{compared} vectors need no code table");
    let mut script = Vec::new();
    for (code, copy) in loaded {
        script.extend(copy);
        script.extend(differences(code).into_bytes());
    }
    assert_eq!(server.script("postgres", "UTF8", &script), "");
}

#[test]
fn another_encoding_than_utf8() {
    let Some(server) = Server::start() else {
        return;
    };
    server.database("latin", "LATIN1");
    let mut script = b"create extension hcw_pg;\n".to_vec();
    let vectors = vectors();
    for (seed, entry) in registry().enumerate() {
        let code = entry.about.code;
        let mut random = Random::new(seed as u64);
        let mut copy = Copy::new(&format!("inputs_{code}"), ANSWERS);
        for _ in 0..1_000 {
            let vector = &vectors[code][random.below(vectors[code].len())];
            let mut input = random.changed(&vector.input).into_bytes();
            if let Some(byte) = input.first_mut() {
                *byte = 0xa0 + random.below(0x60) as u8;
            }
            let at = random.below(input.len());
            input.rotate_left(at);
            let answer = entry.answer(&input, &NoTables, None);
            let valid: &[u8] = if answer.is_valid() { b"t" } else { b"f" };
            copy.row(&[
                Some(&input),
                Some(valid),
                answer.canonical().as_deref(),
                answer.reason().map(|reason| reason.as_str().as_bytes()),
                Some(answer.layer().as_str().as_bytes()),
            ]);
        }
        script.extend(copy.finish());
        script.extend(differences(code).into_bytes());
    }
    assert_eq!(server.script("latin", "LATIN1", &script), "");
    // A no-break space is one byte here, and what would be one in UTF-8 is two letters.
    let folded = "select hcw.clean_text('1' || chr(160) || '2') = '1 2', \
                  hcw.clean_text(chr(194) || chr(160)) = chr(194) || ' ', \
                  hcw.clean_text(chr(233)) = chr(233), hcw.clean_text('plain')";
    assert_eq!(server.sql("latin", folded), "t|t|t|plain");
}

#[test]
fn dates_are_those_of_the_crate() {
    let Some(server) = Server::start() else {
        return;
    };
    let mut script = b"create extension hcw_pg;\n".to_vec();
    let vectors = vectors();
    let seeds: Vec<&str> = registry()
        .filter(|entry| entry.about.family == Family::Dates)
        .flat_map(|entry| &vectors[entry.about.code])
        .map(|vector| vector.input.as_str())
        .collect();
    let day = |date: Date| format!("{date:?}").into_bytes();
    for (seed, format) in Format::ALL.into_iter().enumerate() {
        let name = format.as_str();
        let mut random = Random::new(seed as u64);
        let columns = "input text, day date, partial text, fineness text, lower date, upper date";
        let mut copy = Copy::new(&format!("dates_{name}"), columns);
        for _ in 0..CASES {
            let seed = seeds[random.below(seeds.len())];
            let input = random.changed(seed);
            let partial = parse_date(input.as_bytes(), format).ok();
            copy.row(&[
                Some(input.as_bytes()),
                parse_day(input.as_bytes(), format).ok().map(day).as_deref(),
                partial
                    .map(|date| date.to_iso().as_bytes().to_vec())
                    .as_deref(),
                partial.map(|date| date.precision().as_str().as_bytes()),
                partial.map(|date| day(date.lower().date)).as_deref(),
                partial.map(|date| day(date.upper().date)).as_deref(),
            ]);
        }
        script.extend(copy.finish());
        // The notation once as a constant, which is remembered, and once as a column, which varies.
        for (notation, from) in [
            (format!("'{name}'"), String::new()),
            (
                "notation".to_owned(),
                format!(
                    ", lateral (select case when ctid is null then 'hl7' else '{name}' end as notation offset 0) n"
                ),
            ),
        ] {
            script.extend(
                format!(
                    "select '{name}', * from dates_{name}{from}
                     where hcw.parse_date(input, {notation}) is distinct from day
                        or hcw.parse_partial_date(input, {notation}) collate \"C\" is distinct from partial
                        or hcw.date_precision(input, {notation}) collate \"C\" is distinct from fineness
                        or hcw.date_lower(input, {notation}) is distinct from lower
                        or hcw.date_upper(input, {notation}) is distinct from upper
                     limit 3;\n"
                )
                .into_bytes(),
            );
        }
    }
    assert_eq!(server.script("postgres", "UTF8", &script), "");
    // Two notations in one expression.
    let mixed = "select hcw.parse_date(v, f) from (values ('20240229', 'hl7'), ('2/29/2024', 'us_mdy'), \
                 ('2024-02', 'fhir_date'), (null, 'hl7'), ('20240229', null)) as given (v, f)";
    assert_eq!(server.sql("postgres", mixed), "2024-02-29\n2024-02-29");
    let error = server.error("postgres", "select hcw.date_lower('2024', 'iso')");
    assert!(
        error.contains("22023") && error.contains("fhir_date"),
        "{error}"
    );
}

#[test]
fn shifts_and_safe_harbor_are_those_of_the_crate() {
    let Some(server) = Server::start() else {
        return;
    };
    let mut copy = Copy::new(
        "shifts",
        "day date, person text, secret text, weeks boolean, shifted date",
    );
    let mut random = Random::new(7);
    for number in 0..CASES {
        let person = format!("person {}", number % 997);
        let secret = ["k", "a longer secret", "é"][random.below(3)];
        let whole_weeks = random.below(2) == 1;
        let days = random.below(3_652_059) as i32 - 719_162;
        let date = match random.below(20) {
            0 => Date::new(9999, 12, 31),
            1 => Date::new(1900, 1, 1),
            _ => Date::from_days_since_1970(days),
        };
        let date = date.expect("a date");
        let key = secret.as_bytes();
        let shift = DateShift { key, whole_weeks };
        let shifted = shift.shift(date, person.as_bytes()).ok();
        copy.row(&[
            Some(format!("{date:?}").as_bytes()),
            Some(person.as_bytes()),
            Some(key),
            Some(if whole_weeks { b"t" } else { b"f" }),
            shifted
                .map(|date| format!("{date:?}").into_bytes())
                .as_deref(),
        ]);
    }
    let mut script = b"create extension hcw_pg;\n".to_vec();
    script.extend(copy.finish());
    script.extend(
        b"select * from shifts
          where hcw.shift_date(day, person, secret, weeks) is distinct from shifted
             or hcw.shift_date(day, person, convert_to(secret, 'UTF8'), weeks) is distinct from shifted
          limit 3;
          select * from shifts where not weeks and hcw.shift_date(day, person, secret) is distinct from shifted limit 3;"
            .as_slice(),
    );
    assert_eq!(server.script("postgres", "UTF8", &script), "");
    let answers = "select hcw.shift_date('infinity', 'p', 's'), hcw.shift_date('0044-03-15 BC', 'p', 's'), \
        hcw.safe_harbor_zip3('85004-1234'), hcw.safe_harbor_zip3('05901'), hcw.safe_harbor_zip3('850'), \
        hcw.safe_harbor_age(89), hcw.safe_harbor_age(90), hcw.safe_harbor_age('120'), hcw.safe_harbor_age(121), \
        hcw.safe_harbor_age(-1), hcw.safe_harbor_age(-2147483648), \
        hcw.safe_harbor_birth_year('1936-12-31', '2025-01-01'), \
        hcw.safe_harbor_birth_year('1935-12-31', '2025-01-01'), \
        hcw.safe_harbor_birth_year('-infinity', '2025-01-01'), hcw.clean_text('１２\u{2011}é')";
    assert_eq!(
        server.sql("postgres", answers),
        "||850|000||89|90+|90+||||1936|||12-é"
    );
}

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

/// All that the extension owns, in words.
const MEMBERS: &str = "select pg_describe_object(classid, objid, objsubid) || ' ' || coalesce(
        case classid
            when 'pg_proc'::regclass then pg_get_functiondef(objid) || coalesce(obj_description(objid, 'pg_proc'), '')
            when 'pg_class'::regclass then pg_get_viewdef(objid) || (select relacl::text from pg_class where oid = objid)
            when 'pg_type'::regclass then
                (select string_agg(conname || pg_get_constraintdef(oid), ' ') from pg_constraint where contypid = objid)
        end, '')
    from pg_depend
    where refclassid = 'pg_extension'::regclass and deptype = 'e'
      and refobjid = (select oid from pg_extension where extname = 'hcw_pg')
    order by 1";

#[test]
fn an_update_leads_where_a_new_installation_does() {
    let Some(server) = Server::start() else {
        return;
    };
    server.database("fresh", "UTF8");
    server.sql("fresh", "create extension hcw_pg");
    let fresh = server.sql("fresh", MEMBERS);
    for older in ["0.1.0", "0.2.0"] {
        let old = format!("old_{}", older.replace('.', "_"));
        server.database(&old, "UTF8");
        server.sql(
            &old,
            &format!(
                "create extension hcw_pg version '{older}';
                 create table providers (npi text check (hcw.npi_is_valid(npi)));
                 insert into providers values ('1234567893');"
            ),
        );
        if older == "0.1.0" {
            let missing = "select to_regproc('hcw.validate') is null and to_regclass('hcw.validators') is null";
            assert_eq!(server.sql(&old, missing), "t");
        } else {
            server.sql(
                &old,
                "create table clinics (npi hcw.npi); create view codes as select code from hcw.validators",
            );
        }
        server.sql(&old, "alter extension hcw_pg update");
        let installed = "select extversion from pg_extension where extname = 'hcw_pg'";
        assert_eq!(server.sql(&old, installed), version());
        let members = server.sql(&old, MEMBERS);
        assert!(members.lines().count() > 250);
        assert_eq!(members, fresh, "{older}");
        let error = server.error(&old, "insert into providers values ('1234567891')");
        assert!(error.contains("23514"), "{error}");
    }
}

#[test]
fn the_schema_and_its_other_tables_stay() {
    let Some(server) = Server::start() else {
        return;
    };
    server.sql(
        "postgres",
        "create role owner_of_it login; create role guest login",
    );
    for database in ["missing", "existing"] {
        server.database(database, "UTF8");
        server.sql(
            "postgres",
            &format!("alter database {database} owner to owner_of_it"),
        );
    }
    server.sql_as(
        "owner_of_it",
        "existing",
        "create schema hcw; create table hcw.migration_history (version int)",
    );
    for database in ["missing", "existing"] {
        // Trusted: whoever may create in the database may install it.
        server.sql_as(
            "owner_of_it",
            database,
            "create extension hcw_pg; create table hcw.kept (npi hcw.npi)",
        );
        server.sql_as(
            "owner_of_it",
            database,
            "grant usage on schema hcw to guest",
        );
        let answer = server.sql_as(
            "guest",
            database,
            "select hcw.npi_reason('1'), count(*) > 60 from hcw.validators",
        );
        assert_eq!(answer, "length|t");
        server.sql_as("owner_of_it", database, "drop extension hcw_pg cascade");
        let left = "select string_agg(relname, ' ' order by relname) from pg_class where relnamespace = 'hcw'::regnamespace";
        let expected = if database == "missing" {
            "kept"
        } else {
            "kept migration_history"
        };
        assert_eq!(server.sql(database, left), expected);
        server.sql_as("owner_of_it", database, "create extension hcw_pg");
    }
}
