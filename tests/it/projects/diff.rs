//! `hcw diff` between two targets of one database.

use tokio_postgres::Config;
use tokio_postgres::config::Host;

use super::case::Case;

const MODELS: [(&str, &str); 4] = [
    (
        "keyed.sql",
        "{{ config(materialized='table', unique_key='id') }}
        select n as id, case when target.name = 'dev' and n = 2 then null else n * 10 end as amount,
            ('{\"n\": ' || n || '}')::json as document, 1.50 as price
        from generate_series(1, 4) as n",
    ),
    (
        "repeated.sql",
        "{{ config(unique_key='kind') }} select 'a' as kind, n from generate_series(1, 3) as n",
    ),
    ("unkeyed.sql", "select 1 as n union all select 1"),
    ("other_shape.sql", "select 1 as kept, 2 as gone"),
];

/// A server's part of a profile.
fn place(url: &str) -> String {
    let config: Config = url.parse().expect("a URL");
    let host = match &config.get_hosts()[0] {
        Host::Tcp(host) => host.clone(),
        Host::Unix(folder) => folder.display().to_string(),
    };
    format!(
        "host: '{host}', port: {}, user: '{}', password: '{}', dbname: '{}'",
        config.get_ports().first().unwrap_or(&5432),
        config.get_user().unwrap_or_default(),
        String::from_utf8_lossy(config.get_password().unwrap_or_default()),
        config.get_dbname().unwrap_or_default(),
    )
}

/// A project with two targets in the schemas `prod` and `dev`, both built; in `dev` the models differ.
fn two_targets() -> Option<Case> {
    let case = Case::good("publishing")?;
    let place = place(&case.warehouse.as_ref()?.url);
    let target = |name: &str| {
        format!("    {name}: {{type: postgres, {place}, schema: {name}, threads: 1}}\n")
    };
    case.write(
        "profiles.yml",
        &format!(
            "publishing:\n  target: prod\n  outputs:\n{}{}",
            target("prod"),
            target("dev")
        ),
    );
    for (file, text) in MODELS {
        let text = text.replace("target.name = 'dev'", "'{{ target.name }}' = 'dev'");
        case.write(&format!("models/{file}"), &text);
    }
    case.run(0, "build --target prod");
    case.write(
        "models/keyed.sql",
        &(MODELS[0]
            .1
            .replace("target.name", "'{{ target.name }}'")
            .replace("(1, 4)", "(2, 5)")),
    );
    case.write(
        "models/repeated.sql",
        &MODELS[1].1.replace("(1, 3)", "(2, 3)"),
    );
    case.write("models/unkeyed.sql", "select 1 as n");
    case.write(
        "models/other_shape.sql",
        "select 1::bigint as kept, 'x' as added",
    );
    case.run(0, "build --target dev");
    Some(case)
}

#[test]
fn two_targets_are_compared_by_key_or_as_bags() {
    let Some(case) = two_targets() else { return };
    let models = "--select keyed repeated unkeyed other_shape";
    insta::assert_snapshot!(case.run(
        0,
        &format!("-q diff --target prod --other-target dev {models}")
    ));
    let shown = case.run(
        0,
        "-q diff --target prod --other-target dev --select named_patients",
    );
    assert_eq!(shown.trim(), "prod.named_patients: no difference (10 rows)");
}

#[test]
fn rows_are_shown_when_asked_for() {
    let Some(case) = two_targets() else { return };
    let line = "-q diff --target prod --other-target dev --show-values 9 --select keyed unkeyed";
    insta::assert_snapshot!(case.run(0, line));
}

#[test]
fn without_a_run_that_waits_or_a_target_there_is_nothing_to_compare() {
    let Some(case) = two_targets() else { return };
    let shown = case.run(2, "diff --target prod");
    assert!(shown.contains("no run waits to be published"), "{shown}");
    let shown = case.run(2, "diff --target prod --other-target nowhere");
    assert!(shown.contains("nowhere"), "{shown}");
}
