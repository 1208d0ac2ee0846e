//! Seeds that are read part by part are what the reader of CSV makes of them.

use proptest::prelude::*;

use super::*;

/// The rows as the reader of CSV finds them; `None` where a record is too long.
fn as_csv(text: &str, width: usize) -> Option<SeedRows> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    records::read(&mut reader, text, width).ok()
}

#[test]
fn empty_lines_and_short_records_are_rows_with_nulls() {
    let none = [None, None];
    for (ending, quote) in [
        ("\n", ""),
        ("\r\n", ""),
        ("\r", ""),
        ("\n", "\""),
        ("\r\n", "\""),
    ] {
        let lines = ["", "1,x", "", "", "2", "3,y", ""];
        let text: String = lines
            .iter()
            .map(|line| line.replace('x', &format!("{quote}x{quote}")) + ending)
            .collect();
        let rows = as_csv(&text, 2).expect("CSV");
        let one = [Some("1"), Some("x")];
        let expected = [
            none,
            one,
            none,
            none,
            [Some("2"), None],
            [Some("3"), Some("y")],
            none,
        ];
        assert_eq!(cells(&rows), expected, "{text:?}");
    }
}

fn cells(rows: &SeedRows) -> Vec<Vec<Option<&str>>> {
    rows.iter().map(Iterator::collect).collect()
}

proptest! {
    #[test]
    fn plain_records_are_those_of_the_reader(
        rows in prop::collection::vec(
            prop::collection::vec("(-?[0-9]{0,11}|-?[0-9]{1,3}\\.[0-9]{0,3}|[ $,%a-zA-Zé.+-]{0,4}|null| NULL|true|2024-0[1-9]-1[0-9])", 3),
            0..6,
        ),
        ending in prop::sample::select(vec!["\n", "\r\n", "\r", "\n\n"]),
        cut in 0_usize..3,
    ) {
        let mut text: String = rows
            .iter()
            .map(|row| row.join(",") + ending)
            .collect();
        text.truncate(text.char_indices().rev().nth(cut).map_or(0, |(at, _)| at));
        let plain = plain::read(&text, 0, b',', 3);
        let expected = as_csv(&text, 3);
        let is_whole = |line: &str| line.is_empty() || line.matches(',').count() == 2;
        let is_plain = text.split(['\r', '\n']).all(is_whole);
        prop_assert_eq!(plain.is_some(), is_plain);
        if let (Some(plain), Some(expected)) = (plain, expected) {
            let facts = plain.columns;
            let found = SeedRows::new(3, text.clone().into(), plain.cells);
            prop_assert_eq!(cells(&found), cells(&expected));
            let types = |rows: &SeedRows, facts: Option<&[ColumnFacts]>| -> Vec<Option<SeedType>> {
                (0..3).map(|at| Some(column_type(rows, at, facts))).collect()
            };
            let of_facts = types(&found, Some(&facts));
            prop_assert_eq!(&of_facts, &types(&expected, None));
            let all = |rows: SeedRows, facts| written(&rows, &of_facts, facts).unwrap_or(rows);
            let (found, expected) = (all(found, Some(&facts)), all(expected, None));
            prop_assert_eq!(cells(&found), cells(&expected));
        }
    }
}
