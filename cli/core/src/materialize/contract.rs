//! A contract at run time: the columns of a query against those that are declared, as the server types both.

use crate::diagnostic::{Code, Diagnostic};
use crate::name::quote_identifier;
use crate::warehouse::ResultColumn;

/// A query without rows whose columns have the declared names and types.
pub fn declared_query(columns: &[(String, String)]) -> String {
    let columns: Vec<String> = columns
        .iter()
        .map(|(name, data_type)| format!("cast(null as {data_type}) as {}", quote_identifier(name)))
        .collect();
    format!("select {} where false limit 0", columns.join(", "))
}

/// Types that count as one under a contract, by the name that dbt prints.
fn type_class(data_type: &str) -> String {
    match driver_name(data_type).as_str() {
        "STRING" => "TEXT".to_owned(),
        other => other.to_owned(),
    }
}

/// The name that Python's driver has for a type.
pub(crate) fn driver_name(data_type: &str) -> String {
    if let Some(element) = data_type.strip_suffix("[]") {
        return format!("{}ARRAY", driver_name(element));
    }
    let name = match data_type {
        "bigint" => "LONGINTEGER",
        "integer" | "smallint" => "INTEGER",
        "numeric" => "DECIMAL",
        "real" | "double precision" => "FLOAT",
        "boolean" => "BOOLEAN",
        "text" | "character varying" | "character" | "\"char\"" | "name" => "STRING",
        "date" => "DATE",
        "timestamp without time zone" => "DATETIME",
        "timestamp with time zone" => "DATETIMETZ",
        "time without time zone" | "time with time zone" => "TIME",
        "interval" => "INTERVAL",
        "bytea" => "BINARY",
        other => return other.to_uppercase(),
    };
    name.to_owned()
}

/// Compares by name, whatever the order.
///
/// # Errors
/// HCW0119 with a line for each column that is missing on a side or has another type.
pub fn compare(defined: &[ResultColumn], declared: &[ResultColumn]) -> Result<(), Box<Diagnostic>> {
    let mut lines: Vec<(String, String, String, &str)> = Vec::new();
    for (position, column) in defined.iter().enumerate() {
        let definition = type_class(&column.data_type);
        let earlier = &defined[..position];
        if earlier.iter().any(|other| other.name == column.name) {
            let reason = "twice in definition";
            lines.push((column.name.clone(), definition, String::new(), reason));
            continue;
        }
        match declared.iter().find(|other| other.name == column.name) {
            None => lines.push((
                column.name.clone(),
                definition,
                String::new(),
                "missing in contract",
            )),
            Some(other) if type_class(&other.data_type) != definition => lines.push((
                column.name.clone(),
                definition,
                type_class(&other.data_type),
                "data type mismatch",
            )),
            Some(_) => {}
        }
    }
    for column in declared {
        if !defined.iter().any(|other| other.name == column.name) {
            lines.push((
                column.name.clone(),
                String::new(),
                type_class(&column.data_type),
                "missing in definition",
            ));
        }
    }
    if lines.is_empty() {
        return Ok(());
    }
    lines.sort();
    let mut diagnostic = Diagnostic::error(
        Code::ContractBroken,
        "This model has an enforced contract that failed.",
    )
    .help("Please ensure the name, data_type, and number of columns in your contract match the columns in your model's definition.");
    for line in table(&lines) {
        diagnostic = diagnostic.note(line);
    }
    Err(Box::new(diagnostic))
}

/// The lines of a text table, as wide as its widest cells.
fn table(lines: &[(String, String, String, &str)]) -> Vec<String> {
    let header = [
        "column_name",
        "definition_type",
        "contract_type",
        "mismatch_reason",
    ];
    let cells = |line: &(String, String, String, &str)| {
        [
            line.0.clone(),
            line.1.clone(),
            line.2.clone(),
            line.3.to_owned(),
        ]
    };
    let rows: Vec<[String; 4]> = lines.iter().map(cells).collect();
    let mut widths = header.map(str::len);
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |cells: [&str; 4]| {
        let padded: Vec<String> = cells
            .iter()
            .zip(widths)
            .map(|(cell, width)| format!("{cell:<width$}"))
            .collect();
        format!("| {} |", padded.join(" | "))
    };
    let rule: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
    let mut table = vec![line(header), format!("| {} |", rule.join(" | "))];
    table.extend(
        rows.iter()
            .map(|row| line([&row[0], &row[1], &row[2], &row[3]])),
    );
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::warehouse::ValueType;

    fn column(name: &str, data_type: &str) -> ResultColumn {
        ResultColumn {
            name: name.into(),
            value_type: ValueType::Text,
            data_type: data_type.into(),
        }
    }

    #[test]
    fn every_difference_is_a_line() {
        let defined = [
            column("a", "integer"),
            column("b", "text"),
            column("d", "date"),
        ];
        let declared = [
            column("a", "bigint"),
            column("b", "character varying"),
            column("c", "date"),
        ];
        let problem = compare(&defined, &declared).unwrap_err();
        let reasons: Vec<&str> = problem.notes.iter().skip(2).map(String::as_str).collect();
        assert_eq!(reasons.len(), 3, "{reasons:?}");
        assert!(reasons[0].contains("data type mismatch"));
        assert!(reasons[1].contains("missing in definition"));
        assert!(reasons[2].contains("missing in contract"));
        assert!(compare(&defined, &defined).is_ok());
    }
}
