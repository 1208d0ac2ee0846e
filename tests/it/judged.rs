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
