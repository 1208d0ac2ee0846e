//! The validators in plain SQL: installed by an ordinary user, and equal to the crate on every input.
//!
//! `HCW_PORTABLE_INPUTS` sets the number of inputs per validator (default 20,000).

mod database;
mod inputs;

use std::collections::BTreeMap;
use std::path::PathBuf;

use hcw_validators::dates::{Date, Format, parse_date, parse_day};
use hcw_validators::safe_harbor::DateShift;
use hcw_validators::safe_harbor::age::birth_year;
use hcw_validators::sql::catalogue::domains;
use hcw_validators::{CanonicalForm, Entry, Family, NoTables, clean_text, near, registry};

use database::{Database, Line, SCRIPT};
use inputs::{Draw, inputs};

/// Where the numbers of inputs start from.
const SEED: u64 = 20_260_101;

/// The most differences shown of one validator.
const SHOWN: usize = 20;

/// Settings under which the functions must not answer otherwise.
const ODD_SETTINGS: &str = "set search_path = ''; set standard_conforming_strings = off; \
    set datestyle = 'German'; set intervalstyle = 'iso_8601'; set bytea_output = 'escape'; \
    set timezone = 'Pacific/Auckland'";

fn inputs_per_validator() -> usize {
    std::env::var("HCW_PORTABLE_INPUTS")
        .ok()
        .and_then(|count| count.parse().ok())
        .unwrap_or(20_000)
}

/// Validator and input of each vector.
fn vectors() -> Vec<csv::StringRecord> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/validators");
    let files = [
        "identifiers_us",
        "identifiers_intl",
        "codes_clinical",
        "codes_billing",
        "dates",
    ];
    let read = |name: &str| csv::Reader::from_path(folder.join(name)).expect("is read");
    files
        .iter()
        .flat_map(|name| read(&format!("{name}.csv")).into_records())
        .map(|record| record.expect("a record"))
        .collect()
}

/// The texts that a validator is compared on.
fn texts(entry: &Entry, count: usize) -> Vec<String> {
    let about = entry.about;
    let vectors = vectors();
    let mut seeds: Vec<String> = vectors
        .iter()
        .filter(|vector| &vector[0] == about.code)
        .map(|vector| vector[1].to_owned())
        .collect();
    seeds.extend([about.example.to_owned(), about.counterexample.to_owned()]);
    let others: Vec<String> = vectors.iter().map(|vector| vector[1].to_owned()).collect();
    let dates = about.family == Family::Dates || about.code == "icd10cm_on_date";
    let seed = about
        .code
        .bytes()
        .fold(SEED, |seed, byte| seed.wrapping_mul(31) + u64::from(byte));
    inputs(&seeds, &others, dates, count, &mut Draw::new(seed))
}

/// The crate's answers on these bytes: valid, canonical, reason.
fn answers(entry: &Entry, input: &[u8]) -> [Option<String>; 3] {
    let canonical = (entry.canonical)(input)
        .map(|canonical| String::from_utf8(canonical.into_owned()).expect("ASCII"));
    let valid = (entry.is_valid)(input);
    [
        Some(valid.to_string()),
        canonical,
        (entry.reason)(input).map(|reason| reason.to_string()),
    ]
}

/// Puts the inputs with the crate's answers beside the functions' answers, in the database; returns
/// the differences. `bytes_of` is the text in the encoding of the server.
fn differences(
    database: &mut Database,
    entry: &Entry,
    texts: &[String],
    bytes_of: impl Fn(&str) -> Vec<u8>,
) -> Vec<String> {
    let code = entry.about.code;
    database.run(
        "create temporary table answers (input text, valid boolean, canonical text, reason text)",
    );
    let lines = texts.iter().map(|text| {
        let mut line = Line::default();
        line.push(Some(text));
        for answer in answers(entry, &bytes_of(text)) {
            line.push(answer.as_deref());
        }
        line
    });
    database.copy("pg_temp.answers", lines);
    let again = match entry.about.form {
        CanonicalForm::Own => format!("hcw.{code}_canonical(canonical)"),
        CanonicalForm::Of(other) => format!("hcw.{other}_canonical(canonical)"),
        _ => "canonical".to_owned(),
    };
    let found = database.lines(&format!(
        "select quote_literal(left(input, 200)) || ': crate ' || \
             concat_ws(' ', valid, coalesce(canonical, '-'), coalesce(reason, '-')) || ', SQL ' || \
             concat_ws(' ', sql_valid, coalesce(sql_canonical, '-'), coalesce(sql_reason, '-')) || ', again ' || coalesce(again, '-') \
         from ( \
             select *, hcw.{code}_is_valid(input) as sql_valid, hcw.{code}_canonical(input) as sql_canonical, \
                 hcw.{code}_reason(input) as sql_reason, {again} as again \
             from pg_temp.answers \
         ) as both_answers \
         where (valid, canonical, reason, canonical) is distinct from (sql_valid, sql_canonical, sql_reason, again) \
         limit {SHOWN}"
    ));
    database.run("drop table pg_temp.answers");
    found
        .into_iter()
        .map(|line| format!("{code} {line}"))
        .collect()
}

/// Runs `work` on every validator, on two connections to one database.
fn on_all_validators(
    database: &Database,
    settings: &str,
    work: impl Fn(&mut Database, &'static Entry) -> Vec<String> + Sync,
) {
    let entries: Vec<&'static Entry> = registry().collect();
    let next = std::sync::atomic::AtomicUsize::new(0);
    let found: Vec<String> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    let mut database = database.connect_again();
                    database.run(settings);
                    let mut found = Vec::new();
                    let turn = || next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    while let Some(entry) = entries.get(turn()) {
                        found.extend(work(&mut database, entry));
                    }
                    found
                })
            })
            .collect();
        workers
            .into_iter()
            .flat_map(|worker| worker.join().expect("a worker ends"))
            .collect()
    });
    assert!(
        found.is_empty(),
        "{} differences:\n{}",
        found.len(),
        found.join("\n")
    );
}

#[test]
fn every_validator_answers_as_the_crate_does() {
    let mut database = Database::start("UTF8");
    // An ordinary user installs; the second time nothing fails or changes.
    database.run(&SCRIPT);
    let objects = "select count(*) from pg_depend where refclassid = 'pg_namespace'::regclass \
        and refobjid = 'hcw'::regnamespace";
    let before = database.lines(objects);
    database.run(&SCRIPT);
    assert_eq!(before, database.lines(objects));
    let count = inputs_per_validator();
    on_all_validators(&database, "", |database, entry| {
        differences(database, entry, &texts(entry, count), |text| {
            text.as_bytes().to_vec()
        })
    });
    // The same whatever the session has set.
    on_all_validators(&database, ODD_SETTINGS, |database, entry| {
        differences(database, entry, &texts(entry, 2_500), |text| {
            text.as_bytes().to_vec()
        })
    });
}

#[test]
fn a_latin1_database_is_judged_by_its_bytes() {
    let mut database = Database::start("LATIN1");
    database.run(&SCRIPT);
    let latin1 =
        |text: &str| -> Vec<u8> { text.chars().map(|character| character as u8).collect() };
    on_all_validators(&database, "", |database, entry| {
        let mut texts = texts(entry, 3_000);
        texts.retain(|text| text.chars().all(|character| character < '\u{100}'));
        assert!(texts.len() > 1_000, "{}", entry.about.code);
        differences(database, entry, &texts, latin1)
    });
    // What folds as UTF-8 folds by the same bytes here.
    let mut lines = Vec::new();
    for text in [
        "x\u{a0}y",
        "Â\u{a0}Â",
        "ï¼\u{90}9ï¼\u{99}",
        "â\u{80}\u{91}",
        "â\u{88}\u{92}ï¼\u{8d}",
        "é",
        "âÂ\u{a0}",
    ] {
        let folded = clean_text(&latin1(text))
            .iter()
            .map(|byte| char::from(*byte))
            .collect::<String>();
        let mut line = Line::default();
        line.push(Some(text));
        line.push(Some(&folded));
        lines.push(line);
    }
    database.run("create table folded (input text, expected text)");
    database.copy("folded", lines);
    assert_eq!(
        database.lines(
            "select input from folded where hcw.clean_text(input) is distinct from expected"
        ),
        Vec::<String>::new()
    );
}

#[test]
fn long_texts_are_answered_as_well() {
    let mut database = Database::start("UTF8");
    database.run(&SCRIPT);
    let length = 1 << 18;
    let texts: Vec<String> = [
        "0",
        "9",
        "A",
        " ",
        "-",
        "1.",
        "é",
        "１",
        "2024-01-01",
        "1.0-",
        "a@b.",
        "(1)",
        "{",
        "+1 ",
        "\n1",
    ]
    .iter()
    .map(|piece| piece.repeat(length / piece.len()))
    .chain([
        format!("{}{}", " ".repeat(length), "1234567893"),
        format!("45292.{}", "5".repeat(length)),
    ])
    .chain([
        format!("2024-01-01T10:15:00.{}Z", "5".repeat(length)),
        format!("2.{}", "1.".repeat(length / 2) + "1"),
    ])
    .chain([
        format!("508-222-5200 x{}", "5".repeat(length)),
        format!("urn:uuid:{{{}}}", "0".repeat(length)),
        format!("Apr 3, 2024 10:15:00.{}", "0".repeat(length)),
        format!("Apr {}", "3".repeat(length)),
        format!("3 Apr {}", "2024 ".repeat(length / 5)),
        format!("20240403101500.{}", "5".repeat(length)),
        format!("J12.82|{}", "2025-06-15|".repeat(length / 11)),
        format!(
            "birth={};service=;death=;today=2024-01-01",
            " ".repeat(length)
        ),
        ";".repeat(length),
        "=;".repeat(length / 2),
        format!("{}@example.org", "a.".repeat(length / 2)),
    ])
    .collect();
    on_all_validators(&database, "", |database, entry| {
        differences(database, entry, &texts, |text| text.as_bytes().to_vec())
    });
}

#[test]
fn dates_and_helpers_answer_as_the_crate_does() {
    let mut database = Database::start("UTF8");
    database.run(&SCRIPT);
    database.run("set intervalstyle = 'iso_8601'; set datestyle = 'German'");
    dates_agree(&mut database);
    shifts_agree(&mut database);
    folding_agrees(&mut database);
}

fn dates_agree(database: &mut Database) {
    database.run(
        "create table dates (format text, input text, iso text, day text, fineness text, lower text, upper text)",
    );
    let entries: BTreeMap<&str, &Entry> =
        registry().map(|entry| (entry.about.code, entry)).collect();
    let mut lines = Vec::new();
    for code in [
        "date_hl7",
        "datetime_fhir",
        "date_auto",
        "date_us_mdy",
        "date_excel1900",
        "date_sas",
    ] {
        for text in texts(entries[code], 3_000) {
            for format in Format::ALL {
                let mut line = Line::default();
                line.push(Some(format.as_str()));
                line.push(Some(&text));
                let date = parse_date(text.as_bytes(), format).ok();
                line.push(
                    date.map(|date| String::from_utf8_lossy(date.to_iso().as_bytes()).into_owned())
                        .as_deref(),
                );
                line.push(
                    parse_day(text.as_bytes(), format)
                        .ok()
                        .map(|day| format!("{day:?}"))
                        .as_deref(),
                );
                line.push(date.map(|date| date.precision().as_str()));
                line.push(
                    date.map(|date| format!("{:?}", date.lower().date))
                        .as_deref(),
                );
                line.push(
                    date.map(|date| format!("{:?}", date.upper().date))
                        .as_deref(),
                );
                lines.push(line);
            }
        }
    }
    database.copy("dates", lines);
    let found = database.lines(&format!(
        "select concat_ws(' ', format, quote_literal(left(input, 200)), iso, day, fineness, lower, upper, '/', \
             sql_iso, sql_day, sql_fineness, sql_lower, sql_upper) \
         from (select *, hcw.parse_partial_date(input, format) as sql_iso, \
             to_char(hcw.parse_date(input, format), 'YYYY-MM-DD') as sql_day, \
             hcw.date_precision(input, format) as sql_fineness, \
             to_char(hcw.date_lower(input, format), 'YYYY-MM-DD') as sql_lower, \
             to_char(hcw.date_upper(input, format), 'YYYY-MM-DD') as sql_upper from dates) as both_answers \
         where (iso, day, fineness, lower, upper) is distinct from (sql_iso, sql_day, sql_fineness, sql_lower, sql_upper) \
         limit {SHOWN}"
    ));
    assert!(found.is_empty(), "{}", found.join("\n"));
    for call in [
        "parse_date('1', 'x')",
        "date_lower('1', 'HL7')",
        "validate('x', null)",
        "validate('x', '1')",
    ] {
        assert_eq!(
            database.error(&format!("select hcw.{call}")),
            "22023",
            "{call}"
        );
    }
    // The names offered are the crate's, which the extension offers too.
    for kind in [
        "npii",
        "icd10",
        "x",
        "",
        "lonic",
        "é\u{2011}npi",
        "date",
        &"n".repeat(70),
    ] {
        let shown: Vec<u8> = kind.bytes().take(63).collect();
        let shown: String = shown
            .iter()
            .map(|byte| match byte {
                b' '..=b'~' => char::from(*byte),
                _ => '?',
            })
            .collect();
        assert_eq!(
            database.complaint(&format!("select hcw.validate('{kind}', '1')")),
            format!(
                "unknown validator \"{shown}\": near names: {}; hcw.validators lists all",
                near(kind.as_bytes()).join(", ")
            )
        );
    }
    assert_eq!(
        database.lines("select 1 where hcw.parse_date(null, 'x') is null"),
        ["1"]
    );
}

fn shifts_agree(database: &mut Database) {
    database.run(
        "create table shifts (day date, person text, secret text, weeks boolean, expected date, age text, born int)",
    );
    let mut draw = Draw::new(SEED);
    let mut lines = Vec::new();
    for number in 0..3_000 {
        let year = [1, 1799, 1800, 1900, 1930, 2000, 2024, 2099, 9999][draw.below(9)];
        let (month, day) = [(1, 1), (12, 31), (2, 28), (7, 15)][draw.below(4)];
        let date = Date::new(year, month, day).expect("a day");
        let person = format!("person-é{number}");
        let secret = "κλειδί-".repeat(draw.below(8)) + &"k".repeat(draw.below(70));
        let shift = DateShift {
            key: secret.as_bytes(),
            whole_weeks: draw.below(2) == 0,
        };
        let today = Date::new(2024, 6, 30).expect("a day");
        let mut line = Line::default();
        line.push(Some(&format!("{date:?}")));
        line.push(Some(&person));
        line.push(Some(&secret));
        line.push(Some(if shift.whole_weeks { "t" } else { "f" }));
        let shifted = shift.shift(date, person.as_bytes()).ok();
        line.push(shifted.map(|date| format!("{date:?}")).as_deref());
        line.push(Some(&number.to_string()));
        line.push(
            birth_year(date, today)
                .map(|year| year.to_string())
                .as_deref(),
        );
        lines.push(line);
    }
    database.copy("shifts", lines);
    let found = database.lines(&format!(
        "select concat_ws(' ', day, person, secret, weeks, expected, born) from shifts \
         where hcw.shift_date(day, person, secret, weeks) is distinct from expected \
             or hcw.shift_date(day, person, convert_to(secret, 'UTF8'), weeks) is distinct from expected \
             or not weeks and hcw.shift_date(day, person, secret) is distinct from expected \
             or hcw.safe_harbor_birth_year(day, make_date(2024, 6, 30)) is distinct from born \
             or hcw.safe_harbor_age(age) is distinct from hcw.safe_harbor_age(age::int) \
         limit {SHOWN}"
    ));
    assert!(found.is_empty(), "{}", found.join("\n"));
    let nulls = "select num_nulls(hcw.shift_date('infinity', 'p', 's'), hcw.shift_date('0001-01-01 BC', 'p', 's'), \
        hcw.shift_date(null, 'p', 's'), hcw.safe_harbor_birth_year('infinity', '2024-01-01'), \
        hcw.safe_harbor_zip3('850'), hcw.safe_harbor_age(-1))";
    assert_eq!(database.lines(nulls), ["6"]);
}

fn folding_agrees(database: &mut Database) {
    database.run("create table folded (input text, expected text)");
    let mut lines = Vec::new();
    for entry in registry() {
        for text in texts(entry, 1_200) {
            let mut line = Line::default();
            line.push(Some(&text));
            line.push(Some(&String::from_utf8_lossy(&clean_text(text.as_bytes()))));
            lines.push(line);
        }
    }
    for character in (1..=char::MAX as u32).filter_map(char::from_u32) {
        if (character as u32) < 0x1_0000 {
            let text = format!("1{character}2");
            let mut line = Line::default();
            line.push(Some(&text));
            line.push(Some(&String::from_utf8_lossy(&clean_text(text.as_bytes()))));
            lines.push(line);
        }
    }
    database.copy("folded", lines);
    assert_eq!(
        database.lines("select input from folded where hcw.clean_text(input) is distinct from expected limit 20"),
        Vec::<String>::new()
    );
}

#[test]
fn vectors_and_one_call_for_all() {
    let mut database = Database::start("UTF8");
    database.run(&SCRIPT);
    database.run(
        "create table vectors (kind text, input text, valid boolean, canonical text, reason text, layer text, \
         listed boolean)",
    );
    let entries: BTreeMap<&str, &Entry> =
        registry().map(|entry| (entry.about.code, entry)).collect();
    let mut lines = Vec::new();
    for vector in vectors() {
        let entry = entries[&vector[0]];
        let input = vector[1].as_bytes();
        let answer = entry.answer(input, &NoTables, None);
        let [valid, canonical, reason] = answers(entry, input);
        // Reasons of the list layer need a table, which only the crate's own tests have.
        let reason_given = (!vector[4].is_empty()).then(|| vector[4].to_owned());
        let listed = entry.about.system.is_some() && reason != reason_given;
        if !listed {
            assert_eq!(valid.as_deref(), Some(&vector[2]), "{vector:?}");
            assert_eq!(
                canonical.as_deref().unwrap_or_default(),
                &vector[3],
                "{vector:?}"
            );
            assert_eq!(reason, reason_given, "{vector:?}");
        }
        let mut line = Line::default();
        for field in [
            Some(&vector[0]),
            Some(&vector[1]),
            valid.as_deref(),
            canonical.as_deref(),
            reason.as_deref(),
        ] {
            line.push(field);
        }
        line.push(Some(answer.layer().as_str()));
        line.push(Some(if listed { "t" } else { "f" }));
        lines.push(line);
    }
    assert!(lines.len() >= 768, "{}", lines.len());
    database.copy("vectors", lines);
    let found = database.lines(
        "select concat_ws(' ', vectors.kind, vectors.input, answer) from vectors \
         cross join lateral hcw.validate(kind, input) as answer \
         where (vectors.valid, vectors.canonical, vectors.reason, vectors.layer) \
             is distinct from (answer.valid, answer.canonical, answer.reason, answer.layer)",
    );
    assert_eq!(found, Vec::<String>::new());
    let of_nulls = "select count(*) from hcw.validators cross join lateral hcw.validate(code, null) as answer \
        where num_nulls(answer.valid, answer.canonical, answer.reason, answer.layer) = 4";
    assert_eq!(database.lines(of_nulls), [registry().count().to_string()]);
    assert_eq!(
        database.lines(
            "select num_nulls(valid, canonical, reason, layer) from hcw.validate(null, '1')"
        ),
        ["4"]
    );
}

#[test]
fn the_catalogue_lists_the_registry() {
    let mut database = Database::start("UTF8");
    database.run(&SCRIPT);
    let expected: Vec<String> = registry()
        .map(|entry| {
            let about = entry.about;
            let form = match about.form {
                CanonicalForm::Own => "own".to_owned(),
                CanonicalForm::IsoDate => "iso_date".to_owned(),
                CanonicalForm::IsoInterval => "iso_interval".to_owned(),
                CanonicalForm::Of(code) => format!("of {code}"),
                CanonicalForm::Zip3 => "zip3".to_owned(),
                CanonicalForm::Absent => "absent".to_owned(),
            };
            let fields = [
                about.code,
                about.title,
                about.family.as_str(),
                about.layer.as_str(),
                about.system.map_or("-", |system| system.as_str()),
                &form,
                about.example,
                about.counterexample,
                about.source.standard,
                about.source.section,
                about.source.edition,
            ];
            // dashes are ASCII in SQL
            fields.join(" # ").replace('—', " - ")
        })
        .collect();
    let listed = database.lines(
        "select concat_ws(' # ', code, title, family, layer, coalesce(code_system, '-'), canonical_form, example, \
         counterexample, standard, section, edition) from hcw.validators",
    );
    assert_eq!(listed, expected);

    // A domain of that name would take the call with a literal for a cast.
    assert_eq!(
        database.lines("select to_regtype('hcw.safe_harbor_age') is null"),
        ["t"]
    );
    assert_eq!(database.lines("select hcw.safe_harbor_age('120')"), ["90+"]);

    // Each rule has its three functions, which take null and give null.
    for entry in registry() {
        let code = entry.about.code;
        let nulls = format!(
            "select num_nulls(hcw.{code}_is_valid(null), hcw.{code}_reason(null), hcw.{code}_canonical(null))"
        );
        assert_eq!(database.lines(&nulls), ["3"], "{code}");
        if domains().any(|domain| domain == code) {
            let (good, bad) = (
                about_literal(entry.about.example),
                about_literal(entry.about.counterexample),
            );
            assert_eq!(
                database.lines(&format!("select {good}::hcw.{code}")),
                [entry.about.example]
            );
            assert_eq!(
                database.error(&format!("select {bad}::hcw.{code}")),
                "23514",
                "{code}"
            );
        }
    }
}

fn about_literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

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

#[test]
fn collations_do_not_matter() {
    let mut database = Database::start("UTF8");
    database.run(&SCRIPT);
    let made = database.attempt(
        "create collation turkish (provider = icu, locale = 'tr-TR'); \
         create collation loose (provider = icu, locale = 'und-u-ks-level1', deterministic = false)",
    );
    if made.is_err_and(|state| state == "0A000") {
        println!("skipped: the server has no ICU");
        return;
    }
    for entry in registry() {
        let code = entry.about.code;
        database.run("create temporary table answers (input text collate loose, turkish text collate turkish, \
             valid boolean, canonical text, reason text)");
        let lines: Vec<Line> = texts(entry, 1_500)
            .iter()
            .map(|text| {
                let mut line = Line::default();
                line.push(Some(text));
                line.push(Some(text));
                for answer in answers(entry, text.as_bytes()) {
                    line.push(answer.as_deref());
                }
                line
            })
            .collect();
        database.copy("pg_temp.answers", lines);
        for column in ["input", "turkish"] {
            let found = database.lines(&format!(
                "select quote_literal(input collate \"C\") from pg_temp.answers where (valid::text, canonical, reason) \
                 is distinct from (hcw.{code}_is_valid({column})::text, hcw.{code}_canonical({column}) collate \"C\", \
                 hcw.{code}_reason({column}) collate \"C\") limit {SHOWN}"
            ));
            assert_eq!(found, Vec::<String>::new(), "{code} {column}");
        }
        database.run("drop table pg_temp.answers");
    }
}

#[test]
fn the_extension_is_not_overwritten() {
    let mut database = Database::start("UTF8");
    // As if it were installed: the row that says so.
    database.run(
        "reset role; begin; insert into pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion) \
         select 99999, 'hcw_pg', 10, 'pg_catalog'::regnamespace, false, '1'",
    );
    assert_eq!(database.error(&SCRIPT), "55000");
    database.run("rollback");
}

#[test]
fn the_script_has_every_file() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../pg_extension/portable");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).expect("is read") {
        let path = entry.expect("is read").path();
        let text = std::fs::read_to_string(&path).expect("is read");
        assert!(SCRIPT.contains(&text), "{}", path.display());
        count += 1;
    }
    assert!(count >= 5, "{count}");
}
