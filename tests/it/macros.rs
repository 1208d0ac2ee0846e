//! Built-in macros become the SQL that dbt makes of the same templates, save white space and comments.

use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::example::repository;
use crate::warehouse::text_of;

const PROFILE: &str = "\
macros:
  target: dev
  outputs:
    dev:
      type: postgres
      host: localhost
      port: 1
      user: nobody
      password: nothing
      dbname: warehouse
      schema: analytics
      threads: 1
";

#[test]
fn macros_give_the_sql_of_dbt() {
    let stored = repository().join("tests/fixtures/macros/cases.json");
    let stored = fs::read_to_string(stored).expect("is read");
    let stored: Value = serde_json::from_str(&stored).expect("is JSON");
    let cases = stored["cases"].as_array().expect("a list");
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path();
    fs::create_dir(root.join("models")).expect("is made");
    fs::write(
        root.join("dbt_project.yml"),
        "name: macros\nprofile: macros\n",
    )
    .expect("is written");
    fs::write(root.join("profiles.yml"), PROFILE).expect("is written");
    for (number, case) in cases.iter().enumerate() {
        let template = case["template"].as_str().expect("a text");
        fs::write(root.join(format!("models/case_{number}.sql")), template).expect("is written");
    }
    let output = Command::new(env!("CARGO_BIN_EXE_hcw"))
        .args(["compile", "--profiles-dir", "."])
        .current_dir(root)
        .env("HOME", root)
        .env_remove("DATABASE_URL")
        // dbt drops what others built on a relation along with it
        .env("HCW_PUBLISH", "legacy")
        .output()
        .expect("runs");
    assert!(output.status.success(), "{}", text_of(&output));
    let mut differences = String::new();
    for (number, case) in cases.iter().enumerate() {
        let model = format!("case_{number}");
        let path = root.join(format!("target/compiled/macros/models/{model}.sql"));
        let compiled = fs::read_to_string(path).expect("is compiled");
        let ours = words(&compiled.replace(&model, "case"));
        let theirs = words(case["sql"].as_str().expect("a text"));
        if ours != theirs {
            let template = case["template"].as_str().unwrap_or_default();
            differences += &format!("{template}\n  hcw: {ours}\n  dbt: {theirs}\n");
        }
    }
    assert!(differences.is_empty(), "{differences}");
}

/// The SQL without comments, and with white space only where it tells two words apart; literals stay as they are.
fn words(sql: &str) -> String {
    let code: Vec<&str> = sql
        .lines()
        .map(|line| line.split_once("--").map_or(line, |(code, _)| code))
        .collect();
    let mut words = String::new();
    let mut quoted = false;
    let mut space = false;
    for character in code.join("\n").chars() {
        if character == '\'' {
            quoted = !quoted;
        }
        if !quoted && character.is_whitespace() {
            space = true;
            continue;
        }
        let is_word = |character: char| character.is_alphanumeric() || character == '_';
        if space && is_word(character) && words.chars().last().is_some_and(is_word) {
            words.push(' ');
        }
        space = false;
        words.push(character);
    }
    words
}
