//! What verbs that only look leave behind: catalog.json, sources.json, and the results of `compile` and `show`.

use serde_json::{Value as Json, json};

use crate::warehouse::{Warehouse, text_of};

fn run(warehouse: &Warehouse, code: i32, words: &[&str]) -> String {
    let mut command = warehouse.command(words[0]);
    let output = command.args(&words[1..]).output().expect("runs");
    let text = text_of(&output);
    assert_eq!(output.status.code(), Some(code), "{words:?}:\n{text}");
    text
}

fn artifact(warehouse: &Warehouse, name: &str) -> Json {
    let path = warehouse.folder.path().join("target").join(name);
    let text = std::fs::read_to_string(path).expect("is written");
    serde_json::from_str(&text).expect("is JSON")
}

#[test]
fn the_catalog_says_what_the_database_holds() {
    let Some(warehouse) = Warehouse::start() else {
        return;
    };
    warehouse.write(
        "dbt_project.yml",
        "name: test\nprofile: test\nasset-paths: [assets, nowhere]\n",
    );
    warehouse.write("assets/logo.txt", "logo");
    warehouse.write("seeds/visits.csv", "visit_id,clinic\n1,A\n");
    warehouse.write(
        "models/clinics.sql",
        "select clinic from {{ ref('visits') }}\n",
    );
    warehouse.write("models/unbuilt.sql", "select 1 as one\n");
    warehouse.write(
        "models/models.yml",
        "models:\n  - name: clinics\n    description: Each clinic\n    config: {persist_docs: {relation: true, columns: true}}\n    columns:\n      - {name: clinic, description: Its name}\nsources:\n  - name: raw\n    schema: public\n    tables: [{name: visits}]\n",
    );
    run(&warehouse, 0, &["build", "--exclude", "unbuilt"]);
    let said = run(&warehouse, 0, &["docs", "generate"]);
    assert!(said.contains("Catalog written to"), "{said}");
    let catalog = artifact(&warehouse, "catalog.json");
    assert_eq!(catalog["errors"], Json::Null);
    let clinics = &catalog["nodes"]["model.test.clinics"];
    assert_eq!(clinics["metadata"]["type"], "VIEW");
    assert_eq!(clinics["metadata"]["comment"], "Each clinic");
    assert_eq!(
        clinics["columns"],
        json!({"clinic": {"type": "text", "index": 1, "name": "clinic", "comment": "Its name"}})
    );
    assert_eq!(clinics["stats"]["has_stats"]["value"], false);
    assert_eq!(
        catalog["nodes"]["seed.test.visits"]["metadata"]["type"],
        "BASE TABLE"
    );
    assert_eq!(
        catalog["sources"]["source.test.raw.visits"]["metadata"]["name"],
        "visits"
    );
    assert_eq!(catalog["nodes"].get("model.test.unbuilt"), None);
    let folder = warehouse.folder.path();
    assert!(folder.join("target/assets/logo.txt").exists());
    // one of them, and none
    run(&warehouse, 0, &["docs", "generate", "--select", "clinics"]);
    let catalog = artifact(&warehouse, "catalog.json");
    assert_eq!(
        catalog["nodes"].as_object().map(serde_json::Map::len),
        Some(1)
    );
    std::fs::remove_file(folder.join("target/manifest.json")).expect("is there");
    run(
        &warehouse,
        0,
        &["docs", "generate", "--no-compile", "--empty-catalog"],
    );
    assert_eq!(artifact(&warehouse, "catalog.json")["nodes"], json!({}));
    assert!(!folder.join("target/manifest.json").exists());
}

#[test]
fn freshness_is_measured_and_judged() {
    let Some(warehouse) = Warehouse::start() else {
        return;
    };
    warehouse.query(
        "create table loads as select now() - interval '2 hours' as loaded_at, 'a' as part
         union all select now() - interval '3 days', 'b';
         create table nothing (loaded_at timestamp)",
    );
    warehouse.write(
        "models/sources.yml",
        "sources:
  - name: raw
    schema: public
    config:
      freshness: {warn_after: {count: 1, period: day}, error_after: {count: 2, period: day}}
      loaded_at_field: loaded_at
    tables:
      - {name: fresh, identifier: loads}
      - {name: stale, identifier: loads, config: {freshness: {filter: \"part = 'b'\"}}}
      - name: late
        identifier: loads
        config:
          loaded_at_query: \"select max(loaded_at) - interval '1 day' from {{ this }}\"
      - {name: missing}
      - {name: nothing}
      - {name: unchecked, identifier: loads, config: {freshness: null}}
",
    );
    let said = run(&warehouse, 1, &["source", "freshness"]);
    assert!(
        said.contains("ERROR STALE freshness of raw.stale"),
        "{said}"
    );
    let sources = artifact(&warehouse, "sources.json");
    let statuses: Vec<(&str, &str)> = sources["results"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|result| Some((result["unique_id"].as_str()?, result["status"].as_str()?)))
        .collect();
    assert_eq!(
        statuses,
        [
            ("source.test.raw.fresh", "pass"),
            ("source.test.raw.late", "warn"),
            ("source.test.raw.missing", "runtime error"),
            ("source.test.raw.nothing", "error"),
            ("source.test.raw.stale", "error"),
        ]
    );
    let age = sources["results"][0]["max_loaded_at_time_ago_in_s"].as_f64();
    assert!(
        age.is_some_and(|age| (7200.0..7300.0).contains(&age)),
        "{age:?}"
    );
    let select = ["source", "freshness", "--select", "source:raw.fresh"];
    run(
        &warehouse,
        0,
        &[&select[..], &["--output", "target/fresh.json"]].concat(),
    );
    let fresh = artifact(&warehouse, "fresh.json");
    assert_eq!(fresh["results"].as_array().map(Vec::len), Some(1));
}

/// As in dbt the project's hooks run around it, unless a flag of the project says no.
#[test]
fn hooks_run_around_freshness() {
    let Some(warehouse) = Warehouse::start() else {
        return;
    };
    warehouse.query(
        "create table loads as select now() as loaded_at; create table said (what text, node text)",
    );
    warehouse.write(
        "models/sources.yml",
        "sources:
  - name: raw
    schema: public
    config: {freshness: {warn_after: {count: 1, period: day}}, loaded_at_field: loaded_at}
    tables: [{name: loads}]
",
    );
    let project = |runs: bool| {
        format!(
            "name: test
version: '1.0'
flags: {{source_freshness_run_project_hooks: {runs}}}
on-run-start: \"insert into said values ('start')\"
on-run-end: \"{{% for one in results %}}insert into said values ('{{{{ one.status }}}}', '{{{{ one.node.unique_id }}}}'){{% endfor %}}\"
"
        )
    };
    let said = "select string_agg(concat_ws(' ', what, node), ', ' order by what desc) from said";
    warehouse.write("dbt_project.yml", project(false));
    run(&warehouse, 0, &["source", "freshness"]);
    assert_eq!(warehouse.query(said), [None]);
    warehouse.write("dbt_project.yml", project(true));
    run(&warehouse, 0, &["source", "freshness"]);
    let all = "start, pass source.test.raw.loads";
    assert_eq!(warehouse.query(said), [Some(all.to_owned())]);
    // nothing is looked at when one of them fails
    warehouse.query("alter table said rename to others");
    let text = run(&warehouse, 1, &["source", "freshness"]);
    assert!(!text.contains("freshness of raw.loads"), "{text}");
}

#[test]
fn compile_and_show_leave_results() {
    let Some(warehouse) = Warehouse::start() else {
        return;
    };
    warehouse.write("models/one.sql", "select 1 as one\n");
    warehouse.write(
        "models/headed.sql",
        "{% call set_sql_header(config) %}\nwith given as (select 7 as seven)\n{% endcall %}\nselect seven from given\n",
    );
    run(&warehouse, 0, &["compile"]);
    let results = artifact(&warehouse, "run_results.json");
    assert_eq!(results["args"]["which"], "compile");
    let one = &results["results"][1];
    assert_eq!(one["unique_id"], "model.test.one");
    assert_eq!(one["status"], "success");
    assert_eq!(one["compiled_code"], "select 1 as one");
    for (words, heading) in [
        (["compile", "--select", "one"], "Compiled node 'one' is:\n"),
        (
            ["compile", "--inline", "select 1 as one"],
            "Compiled inline node is:\n",
        ),
    ] {
        let shown = run(&warehouse, 0, &words);
        assert!(
            shown.contains(&format!("{heading}select 1 as one")),
            "{shown}"
        );
    }
    let shown = run(&warehouse, 0, &["show", "--select", "headed"]);
    assert!(
        shown.contains("Previewing node 'headed':\n| seven |"),
        "{shown}"
    );
    assert!(shown.contains("|     7 |"), "{shown}");
    let numbers = "select * from (values (1.50, 1), (1234.125, 20000)) as numbers (n, i)";
    let shown = run(&warehouse, 0, &["show", "--inline", numbers]);
    assert!(shown.contains("Previewing inline node:\n"), "{shown}");
    assert!(shown.contains("|     1.500 |     1 |"), "{shown}");
    assert!(shown.contains("| 1,234.125 | 20000 |"), "{shown}");
    let shown = run(&warehouse, 0, &["--quiet", "show", "--inline", numbers]);
    assert!(!shown.contains("Previewing"), "{shown}");
    let inline = "select * from generate_series(1, 9) as one where one <> (select one from {{ ref('one') }})";
    run(
        &warehouse,
        2,
        &["show", "--limit", "1", "--inline", "select 1 limit 1"],
    );
    run(&warehouse, 0, &["run", "--select", "one"]);
    run(&warehouse, 0, &["show", "--limit", "3", "--inline", inline]);
    let result = &artifact(&warehouse, "run_results.json")["results"][0];
    assert_eq!(result["unique_id"], "sql_operation.test.inline_query");
    let code = result["compiled_code"].as_str().expect("a text");
    assert!(code.contains("limit 3"), "{code}");
    // the manifest is the project's, without the query of the command line
    let manifest = artifact(&warehouse, "manifest.json");
    assert_eq!(
        manifest["nodes"].as_object().map(serde_json::Map::len),
        Some(2)
    );
}
