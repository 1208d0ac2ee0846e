//! Seeds: types, names, delimiters.

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
