//! Odd files and much Jinja: what is compiled is what the server runs.

use super::case::Case;

#[test]
fn templates_render_as_in_dbt() {
    let Some(case) = Case::good("jinja") else {
        return;
    };
    case.run(0, "build");
    insta::assert_snapshot!(case.read("target/compiled/jinja/models/rendered.sql"));
    assert_eq!(case.rows("select * from bom"), "1");
    assert_eq!(case.rows("select name from crlf"), "crlf");
    assert_eq!(case.rows("select * from \"größe_und_名前\""), "ü|é");
    assert_eq!(case.rows("select * from \"two \"\"words\"\"\""), "1");
    assert_eq!(case.rows("select * from quoted"), "1|it's");
}
