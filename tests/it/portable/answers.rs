//! Every validator on random inputs, in databases of several encodings and under odd settings.

use hcw_validators::{clean_text, registry};

use super::comparison::{differences, on_all_validators, texts};
use super::database::{Database, SCRIPT};
use crate::judged::{self, SHOWN};
use crate::rows::Rows;

/// Settings under which the functions must not answer otherwise.
const ODD_SETTINGS: &str = "set search_path = ''; set standard_conforming_strings = off; \
    set datestyle = 'German'; set intervalstyle = 'iso_8601'; set bytea_output = 'escape'; \
    set timezone = 'Pacific/Auckland'";

/// The number of inputs per validator: `HCW_PORTABLE_INPUTS`, or 20,000.
fn inputs_per_validator() -> usize {
    std::env::var("HCW_PORTABLE_INPUTS")
        .ok()
        .and_then(|count| count.parse().ok())
        .unwrap_or(20_000)
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
    let mut rows = Rows::default();
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
        rows.push(&[Some(text), Some(&folded)]);
    }
    database.run("create table folded (input text, expected text)");
    database.copy("folded", rows);
    assert_eq!(
        database.lines(
            "select input from folded where hcw.clean_text(input) is distinct from expected"
        ),
        Vec::<String>::new()
    );
}

#[test]
fn a_megabyte_is_answered_as_well() {
    let mut database = Database::start("UTF8");
    database.run(&SCRIPT);
    let (rows, texts) = judged::long_rows();
    database.run(judged::LONG_TABLE);
    database.copy("long_texts", rows);
    on_all_validators(&database, "", |database, entry| {
        database.run(judged::LONG_ANSWERS);
        database.copy("long_answers", judged::long_answers(entry, &texts));
        database.lines(&judged::differences(entry, judged::LONG))
    });
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
        let mut rows = Rows::default();
        for text in texts(entry, 1_500) {
            judged::push(&mut rows, entry, text.as_bytes(), text.as_bytes());
        }
        database.run(&format!(
            "create temporary table answers ({})",
            judged::COLUMNS
        ));
        database.copy("pg_temp.answers", rows);
        for collation in ["loose", "turkish"] {
            database.run(&format!(
                "alter table answers alter input type text collate {collation}"
            ));
            let found = database.lines(&format!(
                "select quote_literal(input collate \"C\") from pg_temp.answers where (valid::text, canonical, reason) \
                 is distinct from (hcw.{code}_is_valid(input)::text, hcw.{code}_canonical(input) collate \"C\", \
                 hcw.{code}_reason(input) collate \"C\") limit {SHOWN}"
            ));
            assert_eq!(found, Vec::<String>::new(), "{code} {collation}");
        }
        database.run("drop table pg_temp.answers");
    }
}
