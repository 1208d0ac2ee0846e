//! Prints the SQL of the extension from the registry.
//!
//! `cargo run -p hcw-validators --example extension_sql install` prints the whole of the newest
//! version, `upgrade` what it adds to the version before.
#![allow(
    clippy::print_stdout,
    reason = "a program whose output goes into a file"
)]

use hcw_validators::{About, CanonicalForm, Family, registry};

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("install") => print!("{}", install()),
        Some("upgrade") => print!("{}", upgrade()),
        _ => println!("usage: extension_sql install|upgrade"),
    }
}

/// The script of a new installation.
pub(crate) fn install() -> String {
    let mut sql = header("create extension hcw_pg");
    sql += &rules();
    sql += &since_0_2_0();
    sql
}

/// The script from version 0.1.0, which had the functions of the rules alone.
pub(crate) fn upgrade() -> String {
    let mut sql = header("alter extension hcw_pg update");
    sql += &since_0_2_0();
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

/// Three functions for each rule.
fn rules() -> String {
    let mut sql = String::new();
    for entry in registry() {
        let About { code, title, .. } = entry.about;
        sql += &format!("\n-- {title}\n");
        for (answer, returns) in [
            ("is_valid", "boolean"),
            ("reason", "text"),
            ("canonical", "text"),
        ] {
            let name = format!("{code}_{answer}");
            sql += &function(&name, "value text", returns, &format!("hcw_{name}"), STRICT);
        }
    }
    sql
}

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

/// Dates, de-identification, `validate`, the catalogue and the domains.
fn since_0_2_0() -> String {
    let mut sql = String::from("\n-- Dates and de-identification\n");
    for (name, arguments, returns, symbol, comment) in FUNCTIONS {
        sql += &function(name, arguments, returns, symbol, STRICT);
        let types: Vec<&str> = arguments
            .split(", ")
            .filter_map(|argument| argument.split(' ').nth(1))
            .collect();
        sql += &format!(
            "comment on function hcw.{name}({}) is {};\n",
            types.join(", "),
            quoted(comment)
        );
    }

    sql += "\n-- All answers of one rule. Always one row, which is null where an argument is.\n";
    sql += &function(
        "validate",
        "kind text, value text",
        "table (valid boolean, canonical text, reason text, layer text)",
        "hcw_validate",
        "immutable parallel safe rows 1",
    );

    sql += "\n-- Every rule, as the registry describes it\n";
    sql += "create view hcw.validators\n    (code, title, family, layer, code_system, canonical_form, example, counterexample,\n     \
            standard, section, edition) as\nvalues\n";
    let rows: Vec<String> = registry().map(|entry| catalogue_row(entry.about)).collect();
    sql += &rows.join(",\n");
    sql += ";\n";
    sql += "comment on view hcw.validators is 'the rules: one row each, key code';\n";
    sql += "grant select on hcw.validators to public;\n";

    sql += "\n-- Columns that hold nothing else: one domain for each rule whose canonical text it accepts\n";
    for entry in registry() {
        let About {
            code, form, family, ..
        } = entry.about;
        // A domain named as a function would take over its calls with a literal.
        if *form == CanonicalForm::Own && *family != Family::SafeHarbor {
            sql += &format!(
                "create domain hcw.{code} as text\n    constraint {code}_is_valid check (hcw.{code}_is_valid(value));\n"
            );
        }
    }
    sql
}

fn function(name: &str, arguments: &str, returns: &str, symbol: &str, properties: &str) -> String {
    format!(
        "create function hcw.{name}({arguments}) returns {returns}\n    \
         language c {properties} as 'MODULE_PATHNAME', '{symbol}';\n"
    )
}

fn catalogue_row(about: &About) -> String {
    let form = match about.form {
        CanonicalForm::Own => "own".to_owned(),
        CanonicalForm::IsoDate => "iso_date".to_owned(),
        CanonicalForm::IsoInterval => "iso_interval".to_owned(),
        CanonicalForm::Of(code) => format!("of {code}"),
        CanonicalForm::Zip3 => "zip3".to_owned(),
        CanonicalForm::Absent => "absent".to_owned(),
    };
    let system = about
        .system
        .map_or_else(|| "null".to_owned(), |system| quoted(system.as_str()));
    format!(
        "    ({}, {}, {}, {}, {system}, {},\n     {}, {},\n     {},\n     {}, {})",
        quoted(about.code),
        quoted(about.title),
        quoted(about.family.as_str()),
        quoted(about.layer.as_str()),
        quoted(&form),
        quoted(about.example),
        quoted(about.counterexample),
        quoted(about.source.standard),
        quoted(about.source.section),
        quoted(about.source.edition),
    )
}

/// A literal, in ASCII: the script must load into a database of any encoding.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''").replace('\u{2014}', " - "))
}
