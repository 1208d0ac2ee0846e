//! The scripts of the extension: a whole installation, and what it adds to an older version.

use super::{catalogue, quoted};
use crate::About;
use crate::registry::registry;

/// What every function is that answers null to null.
const STRICT: &str = "immutable strict parallel safe";

/// Every function besides those of the rules: name, arguments, result, symbol, comment.
const FUNCTIONS: [(&str, &str, &str, &str, &str); 12] = [
    (
        "parse_date",
        "value text, format text",
        "date",
        "hcw_parse_date",
        "the day of a date or timestamp in a declared notation; null where it has none",
    ),
    (
        "parse_partial_date",
        "value text, format text",
        "text",
        "hcw_parse_partial_date",
        "the same as ISO 8601 text, as precise as the value: 1976 stays 1976",
    ),
    (
        "date_precision",
        "value text, format text",
        "text",
        "hcw_date_precision",
        "year, month, day, hour, minute, second or fraction",
    ),
    (
        "date_lower",
        "value text, format text",
        "date",
        "hcw_date_lower",
        "the first day that a date may mean",
    ),
    (
        "date_upper",
        "value text, format text",
        "date",
        "hcw_date_upper",
        "the last day that a date may mean",
    ),
    (
        "clean_text",
        "value text",
        "text",
        "hcw_clean_text",
        "full-width digits, no-break spaces and Unicode dashes folded to ASCII",
    ),
    (
        "safe_harbor_zip3",
        "zip text",
        "text",
        "hcw_safe_harbor_zip3_2020_canonical",
        "the ZIP digits that Safe Harbor lets stand; 000 for 20,000 people or fewer",
    ),
    (
        "safe_harbor_age",
        "age text",
        "text",
        "hcw_safe_harbor_age_canonical",
        "the age, or 90+",
    ),
    (
        "safe_harbor_age",
        "age integer",
        "text",
        "hcw_safe_harbor_age_of_integer",
        "the age, or 90+",
    ),
    (
        "safe_harbor_birth_year",
        "birth date, today date",
        "integer",
        "hcw_safe_harbor_birth_year",
        "the year of birth; null where it would tell an age above 89",
    ),
    (
        "shift_date",
        "day date, person_key text, secret bytea, weeks boolean default false",
        "date",
        "hcw_shift_date",
        "a day moved by a secret number of days, the same for all days of a person",
    ),
    (
        "shift_date",
        "day date, person_key text, secret text, weeks boolean default false",
        "date",
        "hcw_shift_date",
        "a day moved by a secret number of days, the same for all days of a person",
    ),
];

/// A statement, and the start of it by which an older script is known to have it.
struct Statement {
    text: String,
    start: String,
}

/// The script of a new installation.
pub fn install() -> String {
    let mut sql = header("create extension hcw_pg");
    for statement in functions() {
        sql += &statement.text;
    }
    sql += "\n-- Every rule, as the registry describes it\ncreate view ";
    sql += &catalogue::view();
    sql += "\n-- Columns that hold nothing else: one domain for each rule whose canonical text it accepts\n";
    for statement in domains() {
        sql += &statement.text;
    }
    sql
}

/// The script that leads to [`install`] from the version whose whole script is `older`: what that
/// one lacks, and the catalogue as it is now.
pub fn upgrade(older: &str) -> String {
    let missing = |statements: Vec<Statement>| -> String {
        statements
            .into_iter()
            .filter(|statement| !older.contains(&statement.start))
            .map(|statement| statement.text)
            .collect()
    };
    let mut sql = header("alter extension hcw_pg update");
    sql += &missing(functions());
    sql += "\n-- Every rule, as the registry describes it\ncreate or replace view ";
    sql += &catalogue::view();
    sql += &missing(domains());
    sql
}

fn header(command: &str) -> String {
    format!(
        "-- Generated from the registry of hcw-validators by its example `extension_sql`.\n\
         -- The control file names schema hcw: the server makes it where it is missing, and it is no\n\
         -- part of the extension, so that dropping the extension leaves what else lives there.\n\
         \\echo Use \"{command}\" to load this file. \\quit\n"
    )
}

/// Every function: three for each rule, dates, de-identification and `validate`.
fn functions() -> Vec<Statement> {
    let mut statements = Vec::new();
    for entry in registry() {
        let About { code, title, .. } = entry.about;
        for (answer, returns) in [
            ("is_valid", "boolean"),
            ("reason", "text"),
            ("canonical", "text"),
        ] {
            let name = format!("{code}_{answer}");
            let symbol = format!("hcw_{name}");
            let mut statement = function(&name, "value text", returns, &symbol, STRICT);
            if answer == "is_valid" {
                let title = title.replace('\u{2014}', "-");
                statement.text = format!("\n-- {title}\n{}", statement.text);
            }
            statements.push(statement);
        }
    }
    for (name, arguments, returns, symbol, comment) in FUNCTIONS {
        statements.push(function(name, arguments, returns, symbol, STRICT));
        let types: Vec<&str> = arguments
            .split(", ")
            .filter_map(|argument| argument.split(' ').nth(1))
            .collect();
        let start = format!("comment on function hcw.{name}({})", types.join(", "));
        let text = format!("{start} is {};\n", quoted(comment));
        statements.push(Statement { text, start });
    }
    let mut validate = function(
        "validate",
        "kind text, value text",
        "table (valid boolean, canonical text, reason text, layer text)",
        "hcw_validate",
        "immutable parallel safe rows 1",
    );
    validate.text = format!(
        "\n-- All answers of one rule. Always one row, which is null where an argument is.\n{}",
        validate.text
    );
    statements.push(validate);
    statements
}

fn domains() -> Vec<Statement> {
    catalogue::domains()
        .map(|code| {
            let start = format!("create domain hcw.{code} as text");
            let text = format!(
                "{start}\n    constraint {code}_is_valid check (hcw.{code}_is_valid(value));\n"
            );
            Statement { text, start }
        })
        .collect()
}

fn function(
    name: &str,
    arguments: &str,
    returns: &str,
    symbol: &str,
    properties: &str,
) -> Statement {
    let start = format!("create function hcw.{name}({arguments})");
    let text = format!(
        "{start} returns {returns}\n    language c {properties} as 'MODULE_PATHNAME', '{symbol}';\n"
    );
    Statement { text, start }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upgrade_has_what_the_older_version_lacks_and_nothing_else() {
        let whole = install();
        let none = upgrade(&whole);
        assert!(none.contains("create or replace view hcw.validators"));
        assert!(!none.contains("create function") && !none.contains("create domain"));
        let start = "create function hcw.npi_reason(value text)";
        let older = whole
            .replace(start, "create function hcw.other(value text)")
            .replace(
                "create domain hcw.mbi as text",
                "create domain hcw.other as text",
            );
        let upgrade = upgrade(&older);
        assert_eq!(upgrade.matches("create function").count(), 1);
        assert_eq!(upgrade.matches("create domain").count(), 1);
        assert!(upgrade.contains(start) && upgrade.contains("create domain hcw.mbi as text"));
    }
}
