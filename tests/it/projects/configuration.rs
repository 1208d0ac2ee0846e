//! Configuration and variables: who wins.

use super::case::Case;

#[test]
fn the_nearest_configuration_wins() {
    let Some(case) = Case::good("configuration") else {
        return;
    };
    case.run(0, "build");
    let relations = "
        select nspname, relname, relkind from pg_class
        inner join pg_namespace on pg_namespace.oid = relnamespace
        where relkind in ('r', 'v') and nspname like '%\\_model' order by 1, 2";
    insta::assert_snapshot!(case.rows(relations), @r"
    base_model|by_project|r
    layer_model|by_sidecar|v
    template_model|right|r
    ");
    assert_eq!(
        case.rows("select * from base_model.by_project"),
        "project|project|scoped|default|none"
    );
    let json = case.data("ls --output json --select by_sidecar");
    let node: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(
        node["tags"],
        serde_json::json!(["everything", "layer", "sidecar"])
    );
    assert_eq!(
        node["config"]["meta"],
        serde_json::json!({"a": "project", "b": "sidecar"})
    );
}

#[test]
fn the_command_line_and_the_environment_win_over_the_project() {
    let Some(case) = Case::good("configuration") else {
        return;
    };
    let output = case
        .command(&[
            "run",
            "--vars",
            "{overridden: here, scoped: there, none: given, all: true}",
        ])
        .env("HCW_TEST_HOSPITAL", "St. Mary's".replace('\'', "''"))
        .output()
        .expect("runs");
    assert!(output.status.success());
    assert_eq!(
        case.rows("select * from base_model.by_project"),
        "project|here|there|given|St. Mary's"
    );
    assert_eq!(
        case.rows("select one from base_model.disabled_in_template"),
        "1"
    );
}
