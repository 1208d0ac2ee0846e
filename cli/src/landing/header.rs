//! From the header of a CSV file to the columns of its raw table. No IO.
//!
//! Names are kept as they are, without white space around them. What cannot be a column name is
//! renamed in a fixed way: an empty name by its position (`column_3`), a name over 63 bytes to the
//! 63 bytes that PostgreSQL would use, and a name that is already taken, by an earlier column or by
//! hcw's own, gets the next free number (`name_2`).

use hcw_core::diagnostic::{Code, Diagnostic, nearest};

/// hcw's own columns in every raw table.
pub(crate) const OWN_COLUMNS: [&str; 4] = ["_file", "_row", "_loaded_at", "_sha256"];

/// Longest identifier of PostgreSQL, in bytes.
const LONGEST_NAME: usize = 63;

/// PostgreSQL's limit on columns, less hcw's own.
const MOST_COLUMNS: usize = 1600 - OWN_COLUMNS.len();

/// The columns of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Columns {
    /// One name a field, all different.
    pub(crate) names: Vec<String>,
    /// What was renamed, as (field number, header name, column name).
    pub(crate) renamed: Vec<(usize, String, String)>,
}

/// Names the columns for a header.
pub(crate) fn columns(header: &[String]) -> Columns {
    let trimmed: Vec<&str> = header.iter().map(|name| name.trim()).collect();
    let mut names: Vec<String> = Vec::new();
    let mut renamed = Vec::new();
    for (index, original) in trimmed.iter().enumerate() {
        let wanted = if original.is_empty() {
            format!("column_{}", index + 1)
        } else {
            shorten(original, LONGEST_NAME).to_owned()
        };
        let mut name = wanted.clone();
        let mut number = 2;
        while names.contains(&name)
            || OWN_COLUMNS.contains(&name.as_str())
            || (name != *original && trimmed.contains(&name.as_str()))
        {
            let suffix = format!("_{number}");
            name = format!("{}{suffix}", shorten(&wanted, LONGEST_NAME - suffix.len()));
            number += 1;
        }
        if name != *original {
            renamed.push((index + 1, (*original).to_owned(), name.clone()));
        }
        names.push(name);
    }
    Columns { names, renamed }
}

/// Checks a file's columns against PostgreSQL's limits and the declared columns.
pub(crate) fn check(
    columns: &Columns,
    declared: &[String],
    file: &str,
    delimiter: u8,
) -> Result<(), Box<Diagnostic>> {
    if columns.names.len() > MOST_COLUMNS {
        return Err(Box::new(Diagnostic::error(
            Code::LandingColumns,
            format!(
                "`{file}` has {} columns; PostgreSQL's limit leaves {MOST_COLUMNS}",
                columns.names.len()
            ),
        )));
    }
    let names = &columns.names;
    let missing: Vec<&str> = declared
        .iter()
        .map(|name| shorten(name, LONGEST_NAME))
        .filter(|name| !OWN_COLUMNS.contains(name) && !names.iter().any(|known| known == name))
        .collect();
    let Some(first) = missing.first() else {
        return Ok(());
    };
    let mut diagnostic = Diagnostic::error(
        Code::LandingColumns,
        format!("`{file}` has no column `{first}`, which the source declares"),
    );
    if missing.len() > 1 {
        diagnostic = diagnostic.note(format!("also missing: {}", quoted(&missing[1..])));
    }
    let found: Vec<&str> = names.iter().map(String::as_str).take(30).collect();
    let more = if names.len() > found.len() {
        ", …"
    } else {
        ""
    };
    diagnostic = diagnostic.note(format!("its header has {}{more}", quoted(&found)));
    let candidates = names.iter().map(String::as_str);
    let same = candidates
        .clone()
        .find(|name| name.eq_ignore_ascii_case(first));
    let help = if let Some(separator) = other_delimiter(names, delimiter) {
        format!("the header looks separated by {separator}: set `delimiter` for this source")
    } else if let Some(candidate) = same.or_else(|| nearest(first, candidates)) {
        format!("did you mean `{candidate}`?")
    } else {
        "correct the declared columns, or ask for a file that has them all".to_owned()
    };
    Err(Box::new(diagnostic.help(help)))
}

fn other_delimiter(names: &[String], delimiter: u8) -> Option<&'static str> {
    let [only] = names else { return None };
    [
        (',', "commas"),
        (';', "semicolons"),
        ('\t', "tabs"),
        ('|', "bars"),
    ]
    .into_iter()
    .find(|(character, _)| *character != char::from(delimiter) && only.contains(*character))
    .map(|(_, name)| name)
}

fn quoted(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

/// The longest start of a name that fits, in whole characters.
fn shorten(name: &str, longest: usize) -> &str {
    let mut end = name.len().min(longest);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    &name[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(header: &[&str]) -> Vec<String> {
        let header: Vec<String> = header.iter().map(|name| (*name).to_owned()).collect();
        columns(&header).names
    }

    #[test]
    fn names_are_made_usable() {
        assert_eq!(
            names(&[" id ", "", "name", "name", "name_2", "_file", "ID"]),
            [
                "id", "column_2", "name", "name_3", "name_2", "_file_2", "ID"
            ]
        );
        let long = "ä".repeat(40);
        let made = names(&[&long, &long]);
        assert_eq!(made[0], "ä".repeat(31));
        assert_eq!(made[1], format!("{}_2", "ä".repeat(30)));
    }

    #[test]
    fn renaming_is_reported() {
        let header = ["a", "a"].map(str::to_owned);
        let expected = [(2, "a".to_owned(), "a_2".to_owned())];
        assert_eq!(columns(&header).renamed, expected);
    }

    #[test]
    fn a_missing_column_has_a_suggestion() {
        let have = columns(&["patient_id".to_owned(), "Status".to_owned()]);
        let check = |declared: &str| {
            check(&have, &[declared.to_owned()], "a.csv", b',').expect_err("is missing")
        };
        assert_eq!(
            check("patien_id").help.as_deref(),
            Some("did you mean `patient_id`?")
        );
        assert_eq!(
            check("status").help.as_deref(),
            Some("did you mean `Status`?")
        );
    }

    #[test]
    fn a_wrong_delimiter_is_guessed() {
        let have = columns(&["a;b".to_owned()]);
        let error = check(&have, &["a".to_owned()], "a.csv", b',').expect_err("is missing");
        assert!(error.help.expect("has help").contains("semicolons"));
    }
}
