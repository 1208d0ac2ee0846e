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
fn a_key_is_written_as_in_sql() {
    let Some(case) = two_targets() else { return };
    let model = "{{ config(materialized='table', unique_key=['\"Number \"\"1\"', 'ID']) }}
        select n as id, 1 as \"Number \"\"1\", n + {{ 1 if target.name == 'dev' else 2 }} as amount
        from generate_series(1, 3) as n";
    case.write("models/odd.sql", model);
    for target in ["prod", "dev"] {
        case.run(0, &format!("build --select odd --target {target}"));
    }
    let shown = case.run(
        0,
        "-q diff --target prod --other-target dev --select odd --output markdown",
    );
    assert!(
        shown.contains("| `prod.odd` | 3 | 3 | 0 | 0 | 3 | changed in: amount (3) |"),
        "{shown}"
    );
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

/// Models that are not the same in both targets, built in both.
fn built(models: &[(&str, &str)]) -> Option<Case> {
    let case = two_targets()?;
    case.execute("create type of_json as (value json)");
    for (name, text) in models {
        let text = format!("{{{{ config(materialized='table', unique_key='id') }}}} {text}");
        case.write(&format!("models/{name}.sql"), &text);
    }
    for target in ["prod", "dev"] {
        case.run(
            0,
            &format!("build --target {target} --select {}", names(models)),
        );
    }
    Some(case)
}

fn names(models: &[(&str, &str)]) -> String {
    let names: Vec<&str> = models.iter().map(|(name, _)| *name).collect();
    names.join(" ")
}

#[test]
fn values_of_another_type_are_the_same_values() {
    let models = [(
        "retyped",
        "select n::{{ 'int' if target.name == 'dev' else 'bigint' }} as id,
            (n / 2.0)::numeric(10, {{ 2 if target.name == 'dev' else 3 }}) as amount,
            date '2026-01-01'::{{ 'date' if target.name == 'dev' else 'timestamp' }} as day,
            'x'::{{ 'varchar(3)' if target.name == 'dev' else 'text' }} as letter,
            n::{{ 'int' if target.name == 'dev' else 'text' }} as number
        from generate_series(1, {{ 5 if target.name == 'dev' else 6 }}) as n",
    )];
    let Some(case) = built(&models) else { return };
    let line = "-q diff --target dev --other-target prod --select retyped";
    insta::assert_snapshot!(case.run(0, line), @r"
    dev.retyped (key id)
      5 to 6 rows: 1 added, 0 removed, 0 changed
      other types: id integer to bigint, amount numeric(10,2) to numeric(10,3), day date to timestamp without time zone, letter character varying(3) to text, number integer to text
    ");
    let shown = case.run(0, &format!("{line} --key nothing"));
    assert!(shown.contains("5 to 6 rows: 1 added, 0 removed"), "{shown}");
}

#[test]
fn a_relation_may_have_as_many_columns_as_the_server_takes() {
    let wide = "select n as id, {% for i in range(1590) %}
            {{ i }}::smallint + ({{ i }} in (7, 1580) and n < 3 and '{{ target.name }}' = 'dev')::int as c{{ i }}
            {{- ',' if not loop.last }}{% endfor %}
        from generate_series(1, 4) as n";
    let models = [("wide", wide)];
    let Some(case) = built(&models) else { return };
    let line = "-q diff --target dev --other-target prod --select wide";
    let shown = case.run(0, line);
    assert!(
        shown.contains("4 to 4 rows: 0 added, 0 removed, 2 changed")
            && shown.contains("changed in: c7 (2), c1580 (2)"),
        "{shown}"
    );
    let shown = case.run(0, &format!("{line} --show-values 1"));
    assert!(shown.contains("\"change\": \"changed\""), "{shown}");
}

#[test]
fn what_cannot_be_compared_keeps_no_other_from_being_shown() {
    let models = [
        ("odd", "select 1 as id, row('{}')::public.of_json as value"),
        ("plain", "select 1 as id"),
    ];
    let Some(case) = built(&models) else { return };
    for output in ["text", "json", "markdown"] {
        let line = "diff --target dev --other-target prod --select odd plain --output";
        let shown = case.run(1, &format!("-q {line} {output}"));
        assert!(
            shown.contains("could not identify an equality operator") && shown.contains("dev.odd"),
            "{shown}"
        );
        let plain = if output == "markdown" {
            "Without difference: 1"
        } else {
            "dev.plain"
        };
        assert!(shown.contains(plain), "{shown}");
    }
}
