//! The grammar of selectors, by what `ls` lists.

use super::case::{Case, fixtures};

const SELECTORS: [&str; 26] = [
    "",
    "--select stg_visits",
    "--select stg_visits+",
    "--select +kpi_visits",
    "--select 1+kpi_visits",
    "--select stg_visits+1",
    "--select @stg_visits",
    "--select @codes",
    "--select tag:nightly",
    "--select tag:nightly,tag:phi",
    "--select tag:nightly tag:phi",
    "--select models/marts",
    "--select path:models/marts/kpi",
    "--select marts.kpi",
    "--select selection.marts.kpi.*",
    "--select kpi_*",
    "--select source:ehr.visits+",
    "--select source:ehr+1",
    "--select test_type:singular",
    "--select test_name:unique",
    "--select config.materialized:table",
    "--select +kpi_visits --exclude stg_visits+ source:*",
    "--select stg_patients+ --exclude kpi_codes --resource-type model",
    "--select kpi_codes.sql lone",
    "--select path:models/models.yml",
    "--select models/sources.yml",
];

#[test]
fn selectors_select_what_dbt_selects() {
    let Some(case) = Case::good("selection") else {
        return;
    };
    let mut text = String::new();
    for selector in SELECTORS {
        let names: Vec<String> = case
            .data(&format!("ls --output name {selector}"))
            .lines()
            .map(str::to_owned)
            .collect();
        text.push_str(&format!("{selector}\n    {}\n", names.join(" ")));
    }
    insta::assert_snapshot!(text);
}

/// `answers.txt` of the fixture is what dbt lists; `answers.py` writes it anew.
#[test]
fn every_selector_lists_what_dbt_lists() {
    let fixture = fixtures("selectors");
    let answers = std::fs::read_to_string(fixture.join("answers.txt")).expect("is read");
    let case = Case::start(&fixture).expect("needs no server");
    let mut text = String::from("dbt 1.12.6\n");
    for line in case.read("selectors.txt").lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let output = case
            .command(&[&["--quiet", "ls"], words.as_slice()].concat())
            .output()
            .expect("runs");
        let listed = String::from_utf8_lossy(&output.stdout).into_owned();
        let listed = match (output.status.code(), listed.is_empty()) {
            (Some(0), false) => listed,
            (Some(0), true) => "(nothing)".to_owned(),
            _ => "(refused)".to_owned(),
        };
        text.push_str(&format!("$ {line}\n"));
        for name in listed.lines() {
            text.push_str(&format!("    {name}\n"));
        }
    }
    let differing: Vec<String> = parts(&text)
        .into_iter()
        .zip(parts(&answers))
        .filter(|(ours, theirs)| ours != theirs)
        .map(|(ours, theirs)| format!("hcw:\n{ours}\ndbt:\n{theirs}"))
        .collect();
    assert!(differing.is_empty(), "{}", differing.join("\n"));
    assert_eq!(parts(&text).len(), parts(&answers).len());
}

/// A command with what it lists.
fn parts(text: &str) -> Vec<&str> {
    text.split("$ ").collect()
}
