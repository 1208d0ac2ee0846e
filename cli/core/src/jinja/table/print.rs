//! A table as agate prints it.

use minijinja::Error;
use minijinja::value::Value;

use super::sequence::agate_type;
use super::{Table, cell};
use crate::jinja::python;
use crate::jinja::python::call::Call;
use crate::jinja::python::decimal;
use crate::jinja::python::json::of_json;
use crate::warehouse::ValueType;

/// How much of a table is shown.
struct Limits {
    rows: usize,
    columns: usize,
    width: usize,
    places: usize,
}

impl Table {
    /// The names and types of its columns.
    pub(super) fn structure(&self) -> String {
        let rows = self.names.iter().zip(&self.types);
        let rows: Vec<Vec<String>> = rows
            .map(|(name, kind)| vec![name.clone(), agate_type(*kind).to_owned()])
            .collect();
        let head = ["column".to_owned(), "data_type".to_owned()];
        bars((&head, &rows, None), &[true, true])
    }

    /// Its first rows and columns between bars.
    pub(super) fn printed(&self, call: &Call<'_>) -> Result<String, Error> {
        let limit = |position, name, usual: usize| -> Result<usize, Error> {
            Ok(match call.optional(position, name) {
                Some(value) if value.is_none() => usize::MAX,
                _ => call
                    .optional_integer(position, name)?
                    .and_then(|limit| usize::try_from(limit).ok())
                    .unwrap_or(usual),
            })
        };
        let limits = Limits {
            rows: limit(0, "max_rows", 20)?,
            columns: limit(1, "max_columns", 6)?,
            width: limit(3, "max_column_width", 20)?,
            places: limit(5, "max_precision", 3)?,
        };
        let count = self.names.len().min(limits.columns);
        let is_cut = count < self.names.len();
        let mut head: Vec<String> = (self.names[..count].iter())
            .map(|name| shortened(name.clone(), limits.width))
            .collect();
        let all = self.values();
        let shown = &all[..all.len().min(limits.rows)];
        let places: Vec<(usize, bool)> = (0..count)
            .map(|at| {
                let values = shown.iter().map(|row| &row[at]);
                let most = values.map(decimal::places).max().unwrap_or_default();
                (most.min(limits.places), most > limits.places)
            })
            .collect();
        let text = |at: usize, value: &Value| match self.types[at] {
            _ if value.is_none() => String::new(),
            ValueType::Number => decimal::grouped(value, places[at].0)
                .map(|text| text + if places[at].1 { "\u{2026}" } else { "" })
                .unwrap_or_else(|| python::shown(value)),
            _ => python::shown(value),
        };
        let mut rows: Vec<Vec<String>> = (shown.iter())
            .map(|row| {
                let cells = row[..count].iter().enumerate();
                cells
                    .map(|(at, value)| shortened(text(at, value), limits.width))
                    .collect()
            })
            .collect();
        if is_cut {
            head.push("...".to_owned());
            rows.iter_mut().for_each(|row| row.push("...".to_owned()));
        }
        let rest = (shown.len() < all.len()).then(|| vec!["...".to_owned(); head.len()]);
        let is_text = self.types.iter().map(|kind| *kind == ValueType::Text);
        Ok(bars((&head, &rows, rest), &is_text.collect::<Vec<bool>>()))
    }

    pub(super) fn printed_json(&self) -> String {
        let rows = self.to_json().into_iter().map(serde_json::Value::Object);
        of_json(&rows.collect())
    }

    pub(super) fn printed_csv(&self) -> String {
        let field = |text: &String| match text.contains([',', '"', '\n', '\r']) {
            true => format!("\"{}\"", text.replace('"', "\"\"")),
            false => text.clone(),
        };
        let line = |cells: &[String]| cells.iter().map(field).collect::<Vec<_>>().join(",") + "\n";
        let cells = |row: &Vec<Value>| -> Vec<String> {
            let values = row
                .iter()
                .map(|value| match (value.is_none(), cell::json(value)) {
                    (true, _) => String::new(),
                    // a moment in ISO 8601
                    (_, serde_json::Value::String(text)) => text,
                    _ => python::shown(value),
                });
            values.collect()
        };
        let rows = self.values();
        let rows = rows.iter().map(|row| line(&cells(row)));
        std::iter::once(line(&self.names)).chain(rows).collect()
    }
}

/// A text of so many letters at most.
fn shortened(text: String, width: usize) -> String {
    match text.chars().count() > width {
        true => {
            text.chars()
                .take(width.saturating_sub(3))
                .collect::<String>()
                + "..."
        }
        false => text,
    }
}

/// Lines between bars, texts to the left and all else to the right; a last line that tells of more widens none.
fn bars(
    (head, rows, rest): (&[String], &[Vec<String>], Option<Vec<String>>),
    is_text: &[bool],
) -> String {
    let width = |at: usize| {
        let cells = rows.iter().map(|row| &row[at]).chain([&head[at]]);
        cells
            .map(|cell| cell.chars().count())
            .max()
            .unwrap_or_default()
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let line = |cells: &[String]| {
        let cells = cells.iter().zip(&widths).zip(is_text);
        let cells: Vec<String> = cells
            .map(|((cell, width), is_text)| match is_text {
                true => format!("{cell:<width$}"),
                false => format!("{cell:>width$}"),
            })
            .collect();
        format!("| {} |\n", cells.join(" | "))
    };
    let rules: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
    let mut text = line(head);
    text.push_str(&format!("| {} |\n", rules.join(" | ")));
    rows.iter()
        .chain(&rest)
        .for_each(|row| text.push_str(&line(row)));
    text
}
