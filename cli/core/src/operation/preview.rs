//! The rows that `show` prints: as JSON and as texts, in the types that templates see them in.

mod digits;

use serde_json::Value as Json;

use crate::jinja::Table;
use crate::warehouse::QueryResult;

/// Rows to print.
#[derive(Debug, Clone, Default)]
pub struct Preview {
    /// The columns' names.
    pub names: Vec<String>,
    /// Whether a column holds texts, which stand to the left.
    pub is_text: Vec<bool>,
    /// The rows as JSON objects: numbers and truth values as such, moments in ISO 8601, all else as text.
    pub objects: Vec<Json>,
    /// The rows as texts. Numbers have all their digits; nothing is the empty text.
    pub cells: Vec<Vec<String>>,
}

impl Preview {
    /// Of a query's result.
    pub fn of(result: &QueryResult) -> Preview {
        let table = Table::of_result(result);
        let texts = table.texts();
        let rows = texts.into_iter().zip(&result.rows).map(|(row, sent)| {
            let cells = row.into_iter().zip(sent).enumerate();
            let cells = cells.map(|(column, (text, sent))| match sent {
                Some(sent) if table.is_number(column) => sent.clone(),
                _ => text.replace('\n', "\\n"),
            });
            cells.collect()
        });
        let mut cells: Vec<Vec<String>> = rows.collect();
        for column in (0..table.names.len()).filter(|column| table.is_decimal(*column)) {
            let mut of_column: Vec<_> = cells.iter_mut().map(|row| &mut row[column]).collect();
            digits::aligned(&mut of_column);
        }
        let objects = table.to_json().into_iter().map(Json::Object);
        Preview {
            is_text: (0..table.names.len())
                .map(|column| table.is_text(column))
                .collect(),
            objects: objects.collect(),
            cells,
            names: table.names,
        }
    }
}
