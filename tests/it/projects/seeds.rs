//! Seeds: types, names, delimiters.

use std::fmt::Write;

use super::case::Case;

#[test]
fn seeds_have_the_types_of_their_values() {
    let Some(case) = Case::good("seeds") else {
        return;
    };
    case.run(0, "build");
    case.run(0, "build");
    let columns = "
            select table_name, string_agg(column_name || ' ' || data_type, ', ' order by ordinal_position)
            from information_schema.columns where table_schema = 'public_reference' group by 1 order by 1";
    insta::assert_snapshot!(case.rows(columns), @r"
        clinics|clinic_id integer, opened_on date, beds bigint, rate double precision, is_open boolean, seen_at timestamp without time zone, note text
        empty|a integer, b integer
        renamed|a integer, b text
        typed|code character varying, Select text, big bigint
        ");
    assert_eq!(
        case.rows("select clinic_id, note, is_open from public_reference.clinics order by 1"),
        "7|a, \"b\"\nc|true\n8|'|false"
    );
    assert_eq!(
        case.rows("select code, \"Select\", big from public_reference.typed order by code"),
        "007|x|1\n010|∅|∅"
    );
    assert_eq!(
        case.rows("select a, b from public_reference.renamed"),
        // commas group digits, as dbt reads numbers
        "15|x"
    );
    assert_eq!(
        case.rows("select count(*) from public_reference.empty"),
        "0"
    );
}

/// Large seeds are sent in the server's own form where that says the same, and as text where it does not.
#[test]
fn large_seeds_hold_what_their_files_say() {
    let Some(case) = Case::good("seeds") else {
        return;
    };
    let mut file = "number,large,rate,day,is_open,note\n".to_owned();
    for row in 0..3000_i64 {
        let large = row * 3_000_000_000;
        let day = 1 + row % 28;
        let note =
            ["", "a\tb", "\"c\nd, \"\"e\"\"\"", "é\\\\N"][usize::try_from(row % 4).expect("small")];
        let number = if row == 7 {
            String::new()
        } else {
            (row - 9).to_string()
        };
        writeln!(
            file,
            "{number},{large},{row}.25,2024-02-{day:02},{},{note}",
            row % 2 == 0
        )
        .expect("is text");
    }
    let seed = |name: &str, text: &str| {
        std::fs::write(case.folder.join(format!("seeds/{name}.csv")), text).expect("is written");
    };
    seed("large", &file);
    // one value that the server alone reads: the whole file goes as text
    seed("large_as_text", &file.replace(",2.25,", ",NaN,"));
    case.run(0, "seed");
    let query = |table: &str| {
        case.rows(&format!(
            "select count(*), count(number), sum(number), sum(large), sum(rate) filter (where rate <> 'NaN'),
                min(day), max(day), count(*) filter (where is_open), count(note), md5(string_agg(note, '|' order by large))
            from public_reference.{table}"
        ))
    };
    let large = query("large");
    assert!(
        large.starts_with(
            "3000|2999|4471502|13495500000000000|4499250|2024-02-01|2024-02-28|1500|2250|"
        ),
        "{large}"
    );
    let as_text = query("large_as_text");
    assert_eq!(as_text, large.replace("|4499250|", "|4499247.75|"));
}

/// The driver leaves a connection out of step when a COPY is refused: what comes after would read the answers of
/// others.
#[test]
fn a_refused_copy_disturbs_no_other_seed() {
    let Some(case) = Case::good("seeds") else {
        return;
    };
    case.write(
        "macros/columns.sql",
        "{% macro get_seed_column_quoted_csv(model, column_names) %}
            {%- if model.name in ['clinics', 'empty'] %}{{ return('nowhere') }}{% endif -%}
            {{ return(column_names | map('tojson') | join(', ')) }}
        {% endmacro %}",
    );
    for _ in 0..5 {
        let output = case.run(1, "seed --threads 1 --full-refresh");
        assert_eq!(output.matches("42703").count(), 2, "{output}");
        assert!(!output.contains("HCW0604"), "{output}");
        assert!(output.contains("PASS=2 WARN=0 ERROR=2"), "{output}");
    }
}
