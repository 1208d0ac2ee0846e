//! The grammar of selectors, by what `ls` lists.

use super::case::Case;

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
