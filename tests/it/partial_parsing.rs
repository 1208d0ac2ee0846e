//! Partial parsing: whatever changes between two calls, the manifest is that of a parse that remembers nothing.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

mod edits;

/// How many edits follow each other.
const EDITS: u64 = 80;

const FILES: [(&str, &str); 10] = [
    (
        "dbt_project.yml",
        "name: partial\nversion: '1.0'\nprofile: partial\nvars: {unit: usd}\n",
    ),
    (
        "profiles.yml",
        "partial:\n  target: dev\n  outputs:\n    dev: {type: postgres, host: localhost, port: 1, user: u, password: p, dbname: d, schema: s, threads: 1}\n",
    ),
    ("seeds/visits.csv", "visit_id,cost\n1,2\n"),
    (
        "macros/own.sql",
        "{% macro generate_alias_name(custom, node) %}{{ node.name }}_{{ var('unit') }}{% endmacro %}\n",
    ),
    ("models/costs.sql", "select cost from {{ ref('visits') }}\n"),
    (
        "models/totals.sql",
        "{{ config(meta={'place': env_var('PARTIAL_PLACE', 'none')}) }}\nselect sum(cost) from {{ ref('costs') }}\n",
    ),
    (
        "models/all.yml",
        "models:\n  - name: costs\n    description: \"{{ doc('about') }}\"\n    columns:\n      - name: cost\n        data_tests: [not_null]\n  - name: totals\n    own_key: 1\n",
    ),
    (
        "models/about.md",
        "{% docs about %}what it costs{% enddocs %}\n",
    ),
    ("packages.yml", "packages:\n  - local: far\n"),
    (
        "tests/small.sql",
        "{% set text %}big{% endset %}{{ config(meta={'text': text}) }}select 1 from {{ ref('costs') }} where cost > 9\n",
    ),
];

/// An installed package.
const PACKAGE: [(&str, &str); 2] = [
    (
        "dbt_packages/far/dbt_project.yml",
        "name: far\nversion: '1.0'\n",
    ),
    (
        "dbt_packages/far/models/days.sql",
        "{{ config(alias=model.name ~ '_x', meta={'length': model.raw_code | length}) }}select 1 as day\n",
    ),
];

/// A project that changes, and how it is called.
struct Project {
    folder: tempfile::TempDir,
    vars: Option<String>,
    environment: BTreeMap<&'static str, String>,
    random: u64,
}

impl Project {
    fn new() -> Project {
        let project = Project {
            folder: tempfile::tempdir().expect("a folder"),
            vars: None,
            environment: BTreeMap::new(),
            random: 7,
        };
        for (path, text) in FILES.into_iter().chain(PACKAGE) {
            project.write(path, text);
        }
        project
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("is made");
        fs::write(path, text).expect("is written");
    }

    /// A number below a bound, from a generator that is the same in every run of the test.
    fn below(&mut self, bound: u64) -> u64 {
        self.random = self
            .random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.random >> 33) % bound
    }

    /// Changes something, or nothing; says what.
    fn edit(&mut self) -> String {
        let number = self.below(4);
        let choice = usize::try_from(number).expect("small");
        match self.below(19) {
            0 => {
                let text = [
                    "",
                    " -- a note",
                    " where cost > 0",
                    "{{ config(tags='a') }}",
                ];
                let text = format!("select cost from {{{{ ref('visits') }}}}{}\n", text[choice]);
                self.write("models/costs.sql", &text);
            }
            1 => {
                let text = format!(
                    "{{% macro generate_alias_name(custom, node) %}}{{{{ node.name }}}}_{number}{{% endmacro %}}\n"
                );
                self.write("macros/own.sql", &text);
            }
            2 => {
                let text = FILES[6]
                    .1
                    .replace("{{ doc('about') }}", &format!("text {number}"));
                self.write("models/all.yml", &text);
            }
            3 => {
                let text = FILES[0].1.replace("usd", &format!("unit_{number}"));
                self.write("dbt_project.yml", &text);
            }
            4 => self.vars = (number > 0).then(|| format!("unit: given_{number}")),
            5 if number == 0 => drop(self.environment.remove("PARTIAL_PLACE")),
            5 => drop(self.environment.insert("PARTIAL_PLACE", number.to_string())),
            6 => drop(
                self.environment
                    .insert("PARTIAL_UNREAD", number.to_string()),
            ),
            7 => self.write(
                &format!("models/more_{number}.sql"),
                "select 1 from {{ ref('costs') }}\n",
            ),
            8 => drop(fs::remove_file(
                self.path(&format!("models/more_{number}.sql")),
            )),
            9 => self.write("seeds/visits.csv", &format!("visit_id,cost\n1,{number}\n")),
            10 => {
                let text = ["", "{", "{\"record\": 1}", "\u{0}"];
                self.write("target/partial_parse.json", text[choice]);
            }
            11 => self.write("target/manifest.json", "{}"),
            12 => {
                let text = FILES[5]
                    .1
                    .replace("env_var('PARTIAL_PLACE', 'none')", "invocation_id");
                self.write(
                    "models/totals.sql",
                    if number == 0 { &text } else { FILES[5].1 },
                );
            }
            13 => {
                let text = format!("{{% docs about %}}text {number}{{% enddocs %}}\n");
                self.write("models/about.md", &text);
            }
            14 => self.write(
                PACKAGE[1].0,
                &PACKAGE[1].1.replace("day", &"x".repeat(choice + 1)),
            ),
            15 => {
                let text = FILES[9].1.replace("big", &format!("big{number}"));
                self.write("tests/small.sql", &text);
            }
            16 => {
                // the same length, within one tick of the clock, perhaps
                let text = format!("select {number} from {{{{ ref('costs') }}}}\n");
                self.write("models/more_0.sql", &text);
            }
            17 => drop(fs::rename(
                self.path("models/more_1.sql"),
                self.path("models/more_2.sql"),
            )),
            _ => return "nothing".to_owned(),
        }
        format!("{number} in {:?} {:?}", self.vars, self.environment)
    }

    /// The manifest and what was printed.
    fn parse(&self, target: &str, options: &[&str]) -> (String, String) {
        self.run("parse", target, options)
    }

    /// Whether a parse succeeds, and what it says.
    fn told(&self, target: &str, options: &[&str]) -> (bool, Vec<String>) {
        let (is_good, printed) = self.call("parse", target, options);
        (is_good, messages(&printed))
    }

    fn run(&self, verb: &str, target: &str, options: &[&str]) -> (String, String) {
        let (is_good, printed) = self.call(verb, target, options);
        assert!(is_good, "{printed}");
        let path = self.path(target).join("manifest.json");
        (fs::read_to_string(path).expect("a manifest"), printed)
    }

    fn call(&self, verb: &str, target: &str, options: &[&str]) -> (bool, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hcw"));
        command
            .arg(verb)
            .args(options)
            .args(["--target-path", target, "--log-path", "logs"])
            .args(["--profiles-dir", ".", "--log-format", "json"])
            .current_dir(self.folder.path())
            .env_remove("DATABASE_URL")
            .envs(&self.environment);
        if let Some(vars) = &self.vars {
            command.args(["--vars", vars]);
        }
        let output = command.output().expect("hcw runs");
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        (output.status.success(), printed)
    }
}

/// A manifest after its head, with the run's id, where it stands in it, under a common name.
fn body(manifest: &str, id: &str) -> String {
    let (_, body) = manifest.split_once("\"nodes\":").expect("nodes");
    body.replace(id, "the run's id")
}

fn invocation_id(manifest: &str) -> String {
    let whole: serde_json::Value = serde_json::from_str(manifest).expect("JSON");
    let id = whole["metadata"]["invocation_id"].as_str();
    id.expect("an id").to_owned()
}

/// What a call says beside the version and the time.
fn messages(printed: &str) -> Vec<String> {
    let lines = printed.lines().filter_map(|line| {
        let entry: serde_json::Value = serde_json::from_str(line).ok()?;
        Some(entry["info"]["msg"].as_str()?.to_owned())
    });
    lines.collect()
}

#[test]
fn whatever_was_edited_the_manifest_is_that_of_a_full_parse() {
    let mut project = Project::new();
    for step in 0..EDITS {
        let edit = project.edit();
        let (ours, said) = project.parse("target", &[]);
        let (full, said_in_full) = project.parse("full", &["--no-partial-parse"]);
        let (id, id_in_full) = (id_of(&said), id_of(&said_in_full));
        assert_eq!(invocation_id(&ours), id, "step {step}: {edit}");
        assert_eq!(
            body(&ours, &id),
            body(&full, &id_in_full),
            "step {step}: {edit}"
        );
        let (said, said_in_full) = (messages(&said), messages(&said_in_full));
        assert_eq!(said, said_in_full, "step {step}: {edit}");
    }
}

/// The id of the run that printed this.
fn id_of(printed: &str) -> String {
    let line = printed.lines().next().expect("a line");
    let first: serde_json::Value = serde_json::from_str(line).expect("JSON");
    let id = first["info"]["invocation_id"].as_str();
    id.expect("an id").to_owned()
}

#[test]
fn a_project_that_has_not_changed_is_not_parsed_again() {
    let project = Project::new();
    let times = |project: &Project| {
        let path = project.path("target/semantic_manifest.json");
        let facts = fs::metadata(path).expect("is written");
        facts.modified().expect("a time")
    };
    project.parse("target", &[]);
    let first = times(&project);
    let wait = || std::thread::sleep(std::time::Duration::from_millis(20));
    wait();
    project.parse("target", &[]);
    assert_eq!(times(&project), first, "nothing was written but the head");
    wait();
    project.parse("target", &["--no-partial-parse"]);
    let second = times(&project);
    assert_ne!(second, first, "asked for, it is parsed");
    wait();
    let kept = project.path("target/partial_parse.json");
    fs::rename(kept, project.path("kept.json")).expect("is moved");
    project.parse("target", &["--partial-parse-file-path", "kept.json"]);
    assert_eq!(times(&project), second, "the file may be elsewhere");
    wait();
    project.write(
        "models/costs.sql",
        "select cost as \"c\" from {{ ref('visits') }} -- more\n",
    );
    let (edited, said) = project.parse("target", &[]);
    assert_eq!(times(&project), second, "no code of a template has changed");
    let (whole, said_of_whole) = project.parse("whole", &["--no-partial-parse"]);
    let whole = body(&whole, &id_of(&said_of_whole));
    assert_eq!(body(&edited, &id_of(&said)), whole);
    wait();
    project.write("models/costs.sql", "select 1 as cost\n");
    let (edited, said) = project.parse("target", &[]);
    assert_eq!(times(&project), second, "one node was parsed");
    let (whole, said_of_whole) = project.parse("whole", &["--no-partial-parse"]);
    let whole = body(&whole, &id_of(&said_of_whole));
    assert_eq!(body(&edited, &id_of(&said)), whole);
    wait();
    project.write("models/about.md", "{% docs about %}other{% enddocs %}\n");
    project.parse("target", &[]);
    assert_ne!(times(&project), second, "a file has changed");
}

/// What a compile leaves, by path: SQL, and artifacts without what tells runs apart.
fn compiled(project: &Project, target: &str) -> BTreeMap<String, String> {
    let folder = project.path(target);
    let results = fs::read_to_string(folder.join("run_results.json")).expect("results");
    let id = invocation_id(&results);
    let files = walkdir::WalkDir::new(&folder).into_iter();
    let files = files.map(|entry| entry.expect("is there"));
    files
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let path = entry.path().strip_prefix(&folder).expect("is below");
            let path = path.to_string_lossy().into_owned();
            let text = fs::read_to_string(entry.path()).expect("is text");
            (
                path,
                text.replace(&format!("{target}/"), "target/")
                    .replace(&id, "the run's id"),
            )
        })
        .filter(|(path, _)| !path.starts_with("partial"))
        .map(|(path, text)| match path.ends_with(".json") {
            true => {
                let mut json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
                for (key, part) in [("metadata", ""), ("elapsed_time", ""), ("args", "")] {
                    json[key] = part.into();
                }
                (path, json.to_string())
            }
            false => (path, text),
        })
        .collect()
}

#[test]
fn whatever_was_edited_a_compile_leaves_what_a_full_one_does() {
    let mut project = Project::new();
    let compile = |project: &Project| {
        let (manifest, said) = project.run("compile", "target", &[]);
        let (_, said_in_full) = project.run("compile", "full", &["--no-partial-parse"]);
        assert_eq!(invocation_id(&manifest), id_of(&said));
        let results = fs::read_to_string(project.path("target/run_results.json"));
        let results = results.expect("results");
        assert_eq!(invocation_id(&results), id_of(&said));
        let full = messages(&said_in_full.replace("/full/", "/target/"));
        assert_eq!(messages(&said), full);
        compiled(project, "target") == compiled(project, "full")
    };
    let modified = |project: &Project| {
        let path = project.path("target/semantic_manifest.json");
        let facts = fs::metadata(path).expect("is written");
        facts.modified().expect("a time")
    };
    assert!(compile(&project), "from nothing");
    let first = modified(&project);
    std::thread::sleep(std::time::Duration::from_millis(20));
    assert!(compile(&project), "again");
    assert_eq!(modified(&project), first, "nothing was compiled");
    let sql = "target/compiled/partial/models/costs.sql";
    project.write(sql, "select 'by hand'\n");
    assert!(compile(&project), "a file was edited");
    fs::remove_file(project.path(sql)).expect("is removed");
    assert!(compile(&project), "a file was removed");
    project.parse("target", &[]);
    assert!(compile(&project), "the manifest is a parse's");
    for step in 0..15 {
        let edit = project.edit();
        // what a node that is gone was compiled to stays, as in dbt
        for target in ["target", "full"] {
            let _missing = fs::remove_dir_all(project.path(target).join("compiled"));
        }
        assert!(compile(&project), "step {step}: {edit}");
        assert!(compile(&project), "step {step} again: {edit}");
    }
}

#[test]
fn what_templates_say_is_said_when_they_are_parsed_anew() {
    let project = Project::new();
    let said = |text: &str| format!("{{{{ log('{text} ' ~ execute, info=true) }}}}");
    project.write(
        "models/costs.sql",
        &format!("{}select 1 as cost", said("node")),
    );
    project.write(
        "tests/generic/speaks.sql",
        &format!(
            "{{% test speaks(model) %}}{}select 1{{% endtest %}}",
            said("test")
        ),
    );
    project.write(
        "models/all.yml",
        "models: [{name: costs, data_tests: [speaks]}]\n",
    );
    project.write(
        "dbt_project.yml",
        &format!("{}on-run-end: [\"{}\"]\n", FILES[0].1, said("hook")),
    );
    let told = |options: &[&str]| -> Vec<String> {
        let (is_good, said) = project.told("target", options);
        assert!(is_good, "{said:?}");
        let of_templates = said.into_iter().filter(|line| line.ends_with(" False"));
        of_templates.collect()
    };
    let all = ["node False", "hook False", "test False"];
    assert_eq!(told(&[]), all);
    assert!(told(&[]).is_empty());
    assert_eq!(told(&["--no-partial-parse"]), all);
}
