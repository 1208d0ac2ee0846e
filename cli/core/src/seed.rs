//! Seeds: a CSV file of the project as rows, with the column types that dbt would find in it.

mod rows;

pub use rows::SeedRows;

use crate::diagnostic::{Code, Diagnostic};
use crate::project::Node;
use crate::project::config;

/// A seed's content.
///
/// **Shape**: `rows` have one value a column, in the file's order. **Nulls**: empty fields and `null` in any
/// case, as in dbt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeedData {
    /// Names with PostgreSQL types.
    pub columns: Vec<(String, String)>,
    /// The rows.
    pub rows: SeedRows,
}

/// Reads a seed's file.
///
/// **Errors**: HCW0806 with the line of a record of the wrong length, HCW0111 for a bad delimiter.
pub fn parse(node: &Node) -> Result<SeedData, Diagnostic> {
    let file = &node.file;
    let delimiter = match config::text(&node.config, "delimiter") {
        None => b',',
        Some(text) if text.len() == 1 => text.as_bytes()[0],
        Some(_) => {
            return Err(Diagnostic::error(
                Code::ConfigInvalid,
                format!(
                    "the delimiter of seed `{}` must be one ASCII character",
                    node.name
                ),
            )
            .at(file.at(0..0)));
        }
    };
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .from_reader(file.text.as_bytes());
    let invalid = |error: &csv::Error| {
        let line = error.position().map_or(1, csv::Position::line);
        let range = crate::source::line_range(&file.text, usize::try_from(line).unwrap_or(1));
        let message = match error.kind() {
            csv::ErrorKind::UnequalLengths {
                expected_len, len, ..
            } => format!("a record of {len} fields under a header of {expected_len}"),
            _ => "a record that is not CSV".to_owned(),
        };
        Diagnostic::error(Code::SeedInvalid, message)
            .at(file.at(range.start..range.start))
            .help("quote fields that hold the delimiter, quotes or line breaks")
    };
    let header: Vec<String> = reader
        .headers()
        .map_err(|error| invalid(&error))?
        .iter()
        .map(|name| name.trim().to_owned())
        .collect();
    if header.iter().all(String::is_empty) {
        return Err(Diagnostic::error(
            Code::SeedInvalid,
            format!("the seed `{}` has no header line", node.name),
        )
        .at(file.at(0..0)));
    }
    let repeated = header
        .iter()
        .enumerate()
        .find(|(position, name)| header[..*position].contains(name));
    if let Some((_, name)) = repeated {
        return Err(Diagnostic::error(
            Code::SeedInvalid,
            format!("the seed `{}` has two columns `{name}`", node.name),
        )
        .at(file.at(0..0))
        .help("rename one of them in the header line"));
    }
    if header.iter().any(String::is_empty) {
        return Err(Diagnostic::error(
            Code::SeedInvalid,
            format!("the seed `{}` has a column without a name", node.name),
        )
        .at(file.at(0..0))
        .help("name it in the header line, or remove the surplus delimiter"));
    }
    let mut rows = SeedRows::new(header.len());
    let mut record = csv::StringRecord::new();
    while reader
        .read_record(&mut record)
        .map_err(|error| invalid(&error))?
    {
        if !rows.push(record.iter().map(value)) {
            return Err(Diagnostic::error(
                Code::SeedInvalid,
                format!("the seed `{}` is larger than 4 GB", node.name),
            )
            .at(file.at(0..0))
            .help("land it as a source instead"));
        }
    }
    let declared = node.config.get("column_types");
    let columns = header
        .into_iter()
        .enumerate()
        .map(|(position, name)| {
            let declared_type = declared
                .and_then(|types| types.get(&name))
                .and_then(serde_json::Value::as_str)
                .map(str::to_owned);
            let data_type =
                declared_type.unwrap_or_else(|| infer(rows.column(position).flatten()).to_owned());
            (name, data_type)
        })
        .collect();
    Ok(SeedData { columns, rows })
}

fn value(field: &str) -> Option<&str> {
    let is_null = field.trim().is_empty() || field.trim().eq_ignore_ascii_case("null");
    (!is_null).then_some(field)
}

/// The narrowest type that all values have: integer, bigint, numeric, date, timestamp, boolean, else text.
fn infer<'value>(values: impl Iterator<Item = &'value str> + Clone) -> &'static str {
    let all = |test: fn(&str) -> bool| values.clone().all(|text| test(text.trim()));
    if all(|text| text.parse::<i32>().is_ok()) {
        "integer"
    } else if all(|text| text.parse::<i64>().is_ok()) {
        "bigint"
    } else if all(is_decimal) {
        "numeric"
    } else if all(is_date) {
        "date"
    } else if all(is_timestamp) {
        "timestamp without time zone"
    } else if all(|text| text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false")) {
        "boolean"
    } else {
        "text"
    }
}

fn is_decimal(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    !(whole.is_empty() && fraction.is_empty()) && all_digits(whole) && all_digits(fraction)
}

fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    let number = |range: std::ops::Range<usize>| text.get(range)?.parse::<u32>().ok();
    let (Some(year), Some(month), Some(day)) = (number(0..4), number(5..7), number(8..10)) else {
        return false;
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        1..=12 => 31,
        _ => 0,
    };
    bytes.len() == 10
        && bytes[4] == b'-'
        && bytes[7] == b'-'
        && year > 0
        && (1..=days).contains(&day)
}

fn is_timestamp(text: &str) -> bool {
    let Some((date, time)) = text.split_once([' ', 'T']) else {
        return is_date(text);
    };
    let parts: Vec<&str> = time.trim_end_matches('Z').splitn(3, ':').collect();
    let below = |part: &str, limit: u32| {
        part.len() == 2 && part.parse::<u32>().is_ok_and(|number| number < limit)
    };
    let [hour, minute, second] = parts.as_slice() else {
        return false;
    };
    let whole_second = second.split('.').next().unwrap_or_default();
    is_date(date)
        && below(hour, 24)
        && below(minute, 60)
        && below(whole_second, 60)
        && second.len() <= 9
        && second[whole_second.len()..]
            .bytes()
            .all(|byte| byte == b'.' || byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_those_that_all_values_have() {
        let cases: [(&[&str], &str); 8] = [
            (&["1", "-2"], "integer"),
            (&["1", "3000000000"], "bigint"),
            (&["1", "2.50"], "numeric"),
            (&["2024-02-29"], "date"),
            (&["2023-02-29"], "text"),
            (
                &["2024-02-29 10:00:00", "2024-02-29T10:00:00.5Z"],
                "timestamp without time zone",
            ),
            (&["True", "false"], "boolean"),
            (&["1", "x"], "text"),
        ];
        for (values, expected) in cases {
            assert_eq!(infer(values.iter().copied()), expected, "{values:?}");
        }
    }
}
