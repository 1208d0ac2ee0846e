//! The catalogue, and one function for all validators.

use hcw_validators::sql::catalogue::domains;
use hcw_validators::{CanonicalForm, near, registry};

use super::database::{Database, SCRIPT};
use crate::judged;

#[test]
fn vectors_and_one_call_for_all() {
    let mut database = Database::start("UTF8");
    database.run(&SCRIPT);
    database.run(&format!(
        "create table vectors ({})",
        judged::VECTOR_COLUMNS
    ));
    database.copy("vectors", judged::vector_rows());
    let found = database.lines(judged::VECTOR_DIFFERENCES);
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
fn names_near_an_unknown_one_are_offered() {
    let mut database = Database::start("UTF8");
    database.run(&SCRIPT);
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
