//! Seeds: a CSV file of the project as rows, with the column types that dbt would find in it.

mod plain;
mod records;
mod rows;
mod seed_type;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

use plain::ColumnFacts;
use records::Failure;
use rows::Collected;
pub use rows::SeedRows;
use seed_type::SeedType;

use crate::diagnostic::{Code, Diagnostic};
use crate::project::{Node, UniqueId, config};

/// A seed's content.
///
/// **Shape**: `rows` have one value a column, in the file's order, written as their types are. **Nulls**: empty fields
/// and `null` in any case, as in dbt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeedData {
    /// Names with PostgreSQL types.
    pub columns: Vec<(String, String)>,
    /// Of each column, whether its type is the one that all its values were found to have.
    pub found: Vec<bool>,
    /// The rows.
    pub rows: SeedRows,
}

/// Reads the files of seeds, side by side. One that cannot be read is left out: it tells so when its turn comes.
pub fn read_all(seeds: &[Node]) -> BTreeMap<UniqueId, Arc<SeedData>> {
    let read = |node: &Node| Some((node.id.clone(), Arc::new(parse(node).ok()?)));
    seeds.par_iter().filter_map(read).collect()
}

/// Reads a seed's file.
///
/// **Errors**: HCW0806 with the line of a record of too many fields, HCW0111 for a bad delimiter.
pub fn parse(node: &Node) -> Result<SeedData, Diagnostic> {
    let file = &node.file;
    let delimiter = match config::text(&node.config, "delimiter") {
        None => b',',
        Some(text) if text.len() == 1 => text.as_bytes()[0],
        Some(_) => {
            return Err(Diagnostic::error(
                Code::CompilerError,
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
        .flexible(true)
        .from_reader(file.text.as_bytes());
    let invalid = |line: u64, message: String| {
        let range = crate::source::line_range(&file.text, usize::try_from(line).unwrap_or(1));
        Diagnostic::error(Code::SeedInvalid, message)
            .at(file.at(range.start..range.start))
            .help("quote fields that hold the delimiter, quotes or line breaks")
    };
    let no_csv = |error: &csv::Error| {
        let line = error.position().map_or(1, csv::Position::line);
        invalid(line, "a record that is not CSV".to_owned())
    };
    let header: Vec<String> = reader
        .headers()
        .map_err(|error| no_csv(&error))?
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
    let body = usize::try_from(reader.position().byte()).unwrap_or(usize::MAX);
    let (rows, facts) = match plain::read(&file.text, body, delimiter, header.len()) {
        Some(plain) => (
            SeedRows::new(header.len(), file.text.clone(), plain.cells),
            Some(plain.columns),
        ),
        None => {
            let read = records::read(&mut reader, &file.text, header.len());
            let rows = read.map_err(|failure| match failure {
                Failure::Csv(error) => no_csv(&error),
                Failure::TooLong { fields, line } => {
                    let width = header.len();
                    invalid(
                        line,
                        format!("a record of {fields} fields under a header of {width}"),
                    )
                }
                Failure::TooLarge => Diagnostic::error(
                    Code::SeedInvalid,
                    format!("the seed `{}` is larger than 4 GB", node.name),
                )
                .at(file.at(0..0))
                .help("land it as a source instead"),
            })?;
            (rows, None)
        }
    };
    let declared = node.config.get("column_types");
    let declared = |name: &str| declared.and_then(|types| types.get(name)?.as_str());
    // what is declared is sent as it stands
    let found: Vec<Option<SeedType>> = header
        .par_iter()
        .enumerate()
        .map(|(position, name)| match declared(name) {
            Some(_) => None,
            None => Some(column_type(&rows, position, facts.as_deref())),
        })
        .collect();
    let rows = written(&rows, &found, facts.as_deref()).unwrap_or(rows);
    let are_found = found.iter().map(Option::is_some).collect();
    let columns = header
        .into_iter()
        .zip(found)
        .map(|(name, found)| {
            let data_type = found.map(SeedType::name).or_else(|| declared(&name));
            let data_type = data_type.unwrap_or("text").to_owned();
            (name, data_type)
        })
        .collect();
    Ok(SeedData {
        columns,
        found: are_found,
        rows,
    })
}

fn column_type(rows: &SeedRows, position: usize, facts: Option<&[ColumnFacts]>) -> SeedType {
    let values = rows.column(position).flatten();
    match facts.and_then(|facts| facts.get(position)) {
        Some(facts) => facts.number.unwrap_or_else(|| SeedType::of_words(values)),
        None => SeedType::of(values),
    }
}

fn value(field: &str) -> Option<&str> {
    let is_null = field.trim().is_empty() || field.trim().eq_ignore_ascii_case("null");
    (!is_null).then_some(field)
}

/// The rows with every value as its type is written; `None` where they stand so already, or would pass 4 GB so.
fn written(
    rows: &SeedRows,
    types: &[Option<SeedType>],
    facts: Option<&[ColumnFacts]>,
) -> Option<SeedRows> {
    let kind = |position: usize| types[position].unwrap_or(SeedType::Text);
    let is_as_written = |position: usize| {
        let facts = facts.and_then(|facts| facts.get(position));
        kind(position) == SeedType::Text
            || facts.is_some_and(|facts| facts.number.is_some() && facts.is_as_written)
    };
    let changes = (0..types.len())
        .into_par_iter()
        .filter(|position| !is_as_written(*position))
        .any(|position| {
            let mut values = rows.column(position).flatten();
            values.any(|text| matches!(kind(position).written(text), Cow::Owned(_)))
        });
    if !changes {
        return None;
    }
    let mut all = Collected::new(types.len());
    for row in rows.iter() {
        let values: Vec<Option<Cow<'_, str>>> = row
            .enumerate()
            .map(|(position, value)| value.map(|text| kind(position).written(text)))
            .collect();
        if !all.push(values.iter().map(Option::as_deref)) {
            return None;
        }
    }
    Some(all.finish())
}

#[cfg(test)]
mod tests;
