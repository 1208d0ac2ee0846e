//! The verbs that look: `init`, `compile`, `ls`, `show`, `clean`.

use std::fs;
use std::io::Write;
use std::os::unix::fs::symlink;
use std::process::{Command, Stdio};

use super::case::Case;
use crate::warehouse::text_of;

#[test]
fn the_starter_project_builds() {
    let Some(case) = Case::good("selection") else {
        return;
    };
    case.run(0, "init starter");
    let text = case.run(0, "build --project-dir starter");
    assert!(text.contains("ERROR=0 SKIP=0"), "{text}");
    let shown = case.data("show --project-dir starter --select visits_by_clinic");
    let mut lines: Vec<&str> = shown.lines().collect();
    lines.sort_unstable();
    insta::assert_snapshot!(lines.join("\n"), @r"
    Previewing node 'visits_by_clinic':
    | --------- | ----------- | ----------- | ------------- |
    | C1        | Cardiology  |           2 |             1 |
    | C2        | Orthopedics |           2 |             0 |
    | clinic_id | clinic_name | visit_count | no_show_count |
    ");
    case.write("starter/README.md", "mine\n");
    let again = case.run(0, "init starter");
    assert!(
        again.contains("A project called starter already exists here."),
        "{again}"
    );
    let kept = fs::read_to_string(case.folder.join("starter/README.md"));
    assert_eq!(kept.expect("is there"), "mine\n");
    case.run(2, "init 'not a name'");
}

#[test]
fn a_new_project_is_asked_for_its_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let init = |words: &[&str], input: &str| {
        let mut child = Command::new(env!("CARGO_BIN_EXE_hcw"))
            .arg("init")
            .args(words)
            .current_dir(folder.path())
            .env("HOME", folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("starts");
        let mut stdin = child.stdin.take().expect("is piped");
        // one that asks nothing may have ended before
        let _closed = stdin.write_all(input.as_bytes());
        drop(stdin);
        let output = child.wait_with_output().expect("ends");
        (output.status.code(), text_of(&output))
    };
    let profile_of = |name: &str| {
        let path = folder.path().join(name).join("dbt_project.yml");
        let text = fs::read_to_string(path).expect("is written");
        let line = text.lines().find(|line| line.starts_with("profile:"));
        line.unwrap_or_default().to_owned()
    };
    let (code, text) = init(&[], "not a name\nclinic\n");
    assert_eq!(code, Some(0), "{text}");
    assert!(
        text.contains("not a name is not a valid project name."),
        "{text}"
    );
    assert_eq!(profile_of("clinic"), "profile: clinic");
    let (code, text) = init(&[], "");
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("HCW0001"), "{text}");
    // a profile that is named has to be there
    let (code, text) = init(&["ward", "--profile", "shared"], "");
    assert_eq!(code, Some(2), "{text}");
    assert!(!folder.path().join("ward").exists());
    fs::create_dir(folder.path().join(".dbt")).expect("is made");
    let outputs =
        "{dev: {type: postgres, host: h, user: u, password: p, port: 1, dbname: d, schema: s}}";
    fs::write(
        folder.path().join(".dbt/profiles.yml"),
        format!("shared: {{target: dev, outputs: {outputs}}}\n"),
    )
    .expect("is written");
    let (code, text) = init(&["ward", "--profile", "shared", "--skip-profile-setup"], "");
    assert_eq!(code, Some(0), "{text}");
    assert_eq!(profile_of("ward"), "profile: \"shared\"");
}

#[test]
fn show_prints_rows_and_inline_queries() {
    let Some(case) = Case::good("jinja") else {
        return;
    };
    case.run(0, "build");
    assert_eq!(
        case.data("show --select crlf --output json"),
        "{\n  \"node\": \"crlf\",\n  \"show\": [\n    {\n      \"one\": 1,\n      \"name\": \"crlf\"\n    }\n  ]\n}\n"
    );
    let inline = "show --inline 'select one + 1 as two from {{ ref(\"bom\") }} -- end'";
    assert_eq!(
        case.data(inline),
        "Previewing inline node:\n| two |\n| --- |\n|   2 |\n"
    );
    // as in dbt: of several the one that the first word names
    let many = case.data("show --select crlf bom");
    assert_eq!(many, case.data("show --select crlf"));
    let none = case.run(2, "show --select tag:nobody");
    assert!(none.contains("HCW0001"), "{none}");
    let wrong = case.run(2, "show --inline 'select nothing'");
    assert!(
        wrong.contains("column \"nothing\" does not exist"),
        "{wrong}"
    );
}

#[test]
fn clean_removes_artifacts_alone() {
    let Some(case) = Case::good("jinja") else {
        return;
    };
    case.run(0, "compile");
    case.write("target/debug/not_ours", "");
    case.run(0, "clean");
    assert!(!case.folder.join("target/compiled").exists());
    assert!(case.folder.join("target/debug/not_ours").exists());
    case.write("dbt_project.yml", "name: jinja\nclean-targets: [models]\n");
    let refused = case.run(2, "clean");
    assert!(refused.contains("HCW0111"), "{refused}");
}

#[test]
fn empty_and_odd_folders_are_no_errors() {
    let Some(case) = Case::good("selection") else {
        return;
    };
    case.run(0, "init odd");
    for folder in ["models", "seeds"] {
        fs::remove_dir_all(case.folder.join("odd").join(folder)).expect("is removed");
    }
    let text = case.run(0, "build --project-dir odd");
    assert!(text.contains("Nothing to do."), "{text}");
    // a folder of models elsewhere, by a symbolic link; and a link that leads back to itself
    case.write("elsewhere/linked.sql", "select 1 as one\n");
    fs::create_dir_all(case.folder.join("odd/models")).expect("is made");
    symlink(
        case.folder.join("elsewhere"),
        case.folder.join("odd/models/link"),
    )
    .expect("is made");
    assert_eq!(case.data("ls --project-dir odd --output name"), "linked\n");
    symlink(
        case.folder.join("odd/models"),
        case.folder.join("odd/models/loop"),
    )
    .expect("is made");
    let text = case.run(2, "ls --project-dir odd");
    assert!(text.contains("HCW0002") && text.contains("loop"), "{text}");
}

#[test]
fn a_target_folder_that_cannot_be_written_is_an_error() {
    let Some(case) = Case::good("jinja") else {
        return;
    };
    case.write("target", "a file where the folder should be");
    let text = case.run(2, "compile");
    assert!(
        text.contains("HCW0003") && text.contains("target"),
        "{text}"
    );
}

#[test]
fn a_contract_folds_names_as_the_server_does() {
    let Some(case) = Case::good("selection") else {
        return;
    };
    case.write(
        "models/mixed.sql",
        "{{ config(materialized='table', contract={'enforced': true}) }}\nselect 1 as Patient_ID, 2 as \"Quoted\"\n",
    );
    case.write(
        "models/mixed.yml",
        "models:\n  - name: mixed\n    columns:\n      - {name: Patient_ID, data_type: integer, constraints: [{type: primary_key}]}\n      - {name: Quoted, data_type: integer, quote: true}\n",
    );
    case.run(0, "build --select mixed");
    case.run(0, "build --select mixed");
    assert_eq!(case.rows("select patient_id, \"Quoted\" from mixed"), "1|2");
}
