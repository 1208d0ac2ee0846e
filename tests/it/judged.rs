//! Inputs with the crate's answers as rows of a table, and the comparison of a twin's functions with them.

use hcw_validators::{CanonicalForm, Entry, NoTables, find};

use crate::rows::Rows;
use crate::support::vectors::vectors;

/// The columns of a row that [`push`] adds.
pub(crate) const COLUMNS: &str =
    "input text, valid boolean, canonical text, reason text, layer text";

/// The most differences shown of one validator.
pub(crate) const SHOWN: usize = 20;

/// Adds an input as it is sent, with the crate's answers on the bytes that the server makes of it.
pub(crate) fn push(rows: &mut Rows, entry: &Entry, sent: &[u8], judged: &[u8]) {
    let answer = entry.answer(judged, &NoTables, None);
    let valid: &[u8] = if answer.is_valid() { b"t" } else { b"f" };
    rows.push(&[
        Some(sent),
        Some(valid),
        answer.canonical().as_deref(),
        answer.reason().map(|reason| reason.as_str().as_bytes()),
        Some(answer.layer().as_str().as_bytes()),
    ]);
}

/// A query for the rows of `table` on which a validator's functions, or the one function for all, answer otherwise, or
/// whose canonical text has another one.
pub(crate) fn differences(entry: &Entry, table: &str) -> String {
    let code = entry.about.code;
    let again = match entry.about.form {
        CanonicalForm::Own => format!("hcw.{code}_canonical(canonical)"),
        CanonicalForm::Of(other) => format!("hcw.{other}_canonical(canonical)"),
        _ => "canonical".to_owned(),
    };
    format!(
        "select '{code} ' || quote_literal(left(input, 200)) || ': crate ' || crate || ', functions ' || functions || \
             ', hcw.validate ' || at_once || ', again ' || coalesce(again, '-') \
         from ( \
             select input, canonical, {again} as again, row(valid, canonical, reason, layer)::text as crate, \
                 row(hcw.{code}_is_valid(input), hcw.{code}_canonical(input), hcw.{code}_reason(input), layer)::text as functions, \
                 (select answer::text from hcw.validate('{code}', input) as answer) as at_once \
             from {table} \
         ) as answers \
         where crate is distinct from functions or crate is distinct from at_once or canonical is distinct from again \
         limit {SHOWN};"
    )
}

/// A script that puts every vector into the table `vectors`, with what it expects. What depends on a loaded list is
/// left out: see the tests of the lists.
pub(crate) fn vector_rows() -> Rows {
    let mut rows = Rows::default();
    let mut count = 0;
    for vector in vectors() {
        let entry = find(&vector.validator).expect("a rule");
        let answer = entry.answer(vector.input.as_bytes(), &NoTables, None);
        let canonical = (!vector.canonical.is_empty()).then_some(&vector.canonical[..]);
        let reason = (!vector.reason.is_empty()).then_some(&vector.reason[..]);
        let found = answer.reason().map(|reason| reason.as_str());
        if found != reason {
            assert!(entry.about.system.is_some(), "{vector:?}");
            continue;
        }
        count += 1;
        let valid = if vector.valid { "t" } else { "f" };
        rows.push(&[
            Some(entry.about.code),
            Some(&vector.input),
            Some(valid),
            canonical,
            reason,
            Some(answer.layer().as_str()),
        ]);
    }
    assert!(count >= 729, "{count} vectors need no loaded list");
    rows
}

/// The columns of [`vector_rows`].
pub(crate) const VECTOR_COLUMNS: &str =
    "kind text, input text, valid boolean, canonical text, reason text, layer text";

/// A query for the vectors of the table `vectors` that are answered otherwise.
pub(crate) const VECTOR_DIFFERENCES: &str = "select concat_ws(' ', vectors.kind, vectors.input, answer) from vectors \
     cross join lateral hcw.validate(kind, input) as answer \
     where (vectors.valid, vectors.canonical, vectors.reason, vectors.layer) \
         is distinct from (answer.valid, answer.canonical, answer.reason, answer.layer);";

/// The table of [`long_rows`].
pub(crate) const LONG_TABLE: &str = "create table long_texts (place int, input text);";

/// The table of [`long_answers`], empty.
pub(crate) const LONG_ANSWERS: &str = "drop table if exists pg_temp.long_answers; \
    create temporary table long_answers (place int, valid boolean, canonical text, reason text, layer text);";

/// Long texts with their answers.
pub(crate) const LONG: &str =
    "(select * from long_texts inner join pg_temp.long_answers using (place)) as long";

/// Texts of a megabyte and half-forms of an eighth of one, also as rows.
pub(crate) fn long_rows() -> (Rows, Vec<String>) {
    let megabyte = 1 << 20;
    let mut texts = half_forms(megabyte / 8);
    texts.extend(["0", "A", " ", "１", "{"].map(|piece| piece.repeat(megabyte / piece.len())));
    let mut rows = Rows::default();
    for (place, text) in texts.iter().enumerate() {
        rows.push(&[Some(&place.to_string()), Some(text)]);
    }
    (rows, texts)
}

/// The crate's answers on the texts.
pub(crate) fn long_answers(entry: &Entry, texts: &[String]) -> Rows {
    let mut rows = Rows::default();
    for (place, text) in texts.iter().enumerate() {
        push(
            &mut rows,
            entry,
            place.to_string().as_bytes(),
            text.as_bytes(),
        );
    }
    rows
}

/// What a rule could take for one of its own as long as it reads.
fn half_forms(length: usize) -> Vec<String> {
    [
        "9",
        "-",
        "1.",
        "é",
        "2024-01-01",
        "1.0-",
        "a@b.",
        "(1)",
        "+1 ",
        "\n1",
    ]
    .iter()
    .map(|piece| piece.repeat(length / piece.len()))
    .chain([
        format!("{}{}", " ".repeat(length), "1234567893"),
        format!("45292.{}", "5".repeat(length)),
        format!("2024-01-01T10:15:00.{}Z", "5".repeat(length)),
        format!("2.{}", "1.".repeat(length / 2) + "1"),
        format!("508-222-5200 x{}", "5".repeat(length)),
        format!("urn:uuid:{{{}}}", "0".repeat(length)),
        format!("Apr 3, 2024 10:15:00.{}", "0".repeat(length)),
        format!("Apr {}", "3".repeat(length)),
        format!("3 Apr {}", "2024 ".repeat(length / 5)),
        format!("20240403101500.{}", "5".repeat(length)),
        format!("J12.82|{}", "2025-06-15|".repeat(length / 11)),
        format!(
            "birth={};service=;death=;today=2024-01-01",
            " ".repeat(length)
        ),
        ";".repeat(length),
        "=;".repeat(length / 2),
        format!("{}@example.org", "a.".repeat(length / 2)),
    ])
    .collect()
}
