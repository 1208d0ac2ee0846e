//! Every rule on its vectors and on random inputs, in UTF-8 and in another encoding.

use hcw_validators::registry;

use super::server::Server;
use crate::judged;
use crate::rows::Rows;
use crate::support::draw::Draw;
use crate::support::inputs::Material;
use crate::support::vectors::vectors;

/// Inputs per rule.
const CASES: usize = 20_000;

/// A script that makes a table of these rows.
pub(super) fn table(name: &str, columns: &str, rows: Rows) -> Vec<u8> {
    let mut script =
        format!("create unlogged table {name} ({columns});\ncopy {name} from stdin;\n")
            .into_bytes();
    script.extend(rows.into_bytes());
    script.extend(b"\\.\n");
    script
}

#[test]
fn every_rule_answers_as_the_crate() {
    let Some(server) = Server::start() else {
        return;
    };
    server.sql("postgres", "create extension hcw_pg");
    let listed = server.sql(
        "postgres",
        "select code from hcw.validators order by code collate \"C\"",
    );
    let mut codes: Vec<&str> = registry().map(|entry| entry.about.code).collect();
    codes.sort_unstable();
    assert_eq!(listed.lines().collect::<Vec<_>>(), codes);

    let mut script = table("vectors", judged::VECTOR_COLUMNS, judged::vector_rows());
    script.extend(judged::VECTOR_DIFFERENCES.as_bytes());
    assert_eq!(server.script("postgres", "UTF8", &script), "");

    let vectors = vectors();
    for entry in registry() {
        let mut rows = Rows::default();
        for text in Material::of(entry, &vectors).texts(CASES) {
            judged::push(&mut rows, entry, text.as_bytes(), text.as_bytes());
        }
        let mut script = table("inputs", judged::COLUMNS, rows);
        script.extend(judged::differences(entry, "inputs").into_bytes());
        script.extend(b"drop table inputs;");
        assert_eq!(server.script("postgres", "UTF8", &script), "");
    }
}

#[test]
fn a_megabyte_is_answered_as_well() {
    let Some(server) = Server::start() else {
        return;
    };
    let (rows, texts) = judged::long_rows();
    let mut script = b"create extension hcw_pg;".to_vec();
    script.extend(judged::LONG_TABLE.as_bytes());
    script.extend(b"\ncopy long_texts from stdin;\n");
    script.extend(rows.into_bytes());
    script.extend(b"\\.\n");
    for entry in registry() {
        script.extend(judged::LONG_ANSWERS.as_bytes());
        script.extend(b"\ncopy long_answers from stdin;\n");
        script.extend(judged::long_answers(entry, &texts).into_bytes());
        script.extend(b"\\.\n");
        script.extend(judged::differences(entry, judged::LONG).into_bytes());
    }
    script.splice(0..0, *b"set client_min_messages = warning;");
    assert_eq!(server.script("postgres", "UTF8", &script), "");
}

#[test]
fn another_encoding_than_utf8() {
    let Some(server) = Server::start() else {
        return;
    };
    server.database("latin", "LATIN1");
    server.sql("latin", "create extension hcw_pg");
    let vectors = vectors();
    for (seed, entry) in registry().enumerate() {
        let material = Material::of(entry, &vectors);
        let mut draw = Draw::new(seed as u64);
        let mut rows = Rows::default();
        for _ in 0..2_000 {
            let mut input = material.bytes(&mut draw);
            input.retain(|byte| *byte != 0);
            judged::push(&mut rows, entry, &input, &input);
        }
        let mut script = table("inputs", judged::COLUMNS, rows);
        script.extend(judged::differences(entry, "inputs").into_bytes());
        script.extend(b"drop table inputs;");
        assert_eq!(server.script("latin", "LATIN1", &script), "");
    }
    // A no-break space is one byte here, and what would be one in UTF-8 is two letters.
    let folded = "select hcw.clean_text('1' || chr(160) || '2') = '1 2', \
                  hcw.clean_text(chr(194) || chr(160)) = chr(194) || ' ', \
                  hcw.clean_text(chr(233)) = chr(233), hcw.clean_text('plain')";
    assert_eq!(server.sql("latin", folded), "t|t|t|plain");
}
