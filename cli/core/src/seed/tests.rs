//! Seeds that are read part by part are what the reader of CSV makes of them.

use proptest::prelude::*;

use super::*;

/// The rows as the reader of CSV finds them; `None` for what is no CSV.
fn as_csv(text: &str, width: usize) -> Option<SeedRows> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(text.as_bytes());
    let mut rows = Collected::new(width);
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).ok()? {
        if record.len() != width {
            return None;
        }
        rows.push(record.iter().map(value));
    }
    Some(rows.finish())
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
        prop_assert_eq!(plain.is_some(), expected.is_some());
        if let (Some(plain), Some(expected)) = (plain, expected) {
            let facts = plain.columns;
            let found = SeedRows::new(3, text.as_str().into(), plain.cells);
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
