//! Whether SQL uses the validators. By tokens: a name within a string, a comment or a quoted
//! identifier of another meaning is no use.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use hcw_core::materialize::Operation;
use hcw_core::plan::{Action, Plan};
use hcw_validators::sql::catalogue;
use hcw_validators::{CodeSystem, registry};

use super::{CODES, PORTABLE};

/// The first use among the statements of a plan: the name, without the schema.
pub(crate) fn first_use(plan: &Plan) -> Option<String> {
    plan.steps.iter().find_map(|step| {
        let texts: Vec<&str> = match &step.action {
            Action::Land(_) | Action::Fail(_) | Action::Skip(_) | Action::Reuse => Vec::new(),
            Action::Late(template) => vec![template],
            Action::Build { operations, .. } => {
                let statements = operations.iter().filter_map(Operation::statement);
                statements.map(|statement| statement.sql.as_str()).collect()
            }
            Action::Test(test) => {
                let statements = test.statements();
                statements.map(|statement| statement.sql.as_str()).collect()
            }
        };
        texts.into_iter().find_map(use_in)
    })
}

/// What callers may name in schema `hcw`.
struct Names {
    functions: BTreeSet<String>,
    domains: BTreeSet<&'static str>,
}

static NAMES: LazyLock<Names> = LazyLock::new(|| {
    let mut functions: BTreeSet<String> = PORTABLE
        .iter()
        .map(|(_, text)| text.as_str())
        .chain(CODES.iter().map(|(_, text)| *text))
        .flat_map(|text| text.split("create or replace function hcw.").skip(1))
        .filter_map(|rest| rest.split('(').next())
        .filter(|name| name.bytes().all(is_of_a_name) && !name.starts_with('_'))
        .map(str::to_owned)
        .collect();
    let systems = registry().filter_map(|entry| entry.about.system);
    for system in systems.map(CodeSystem::as_str) {
        for answer in ["is_valid", "reason", "canonical"] {
            functions.extend(["on", "listed"].map(|layer| format!("{system}_{answer}_{layer}")));
        }
    }
    Names {
        functions,
        domains: catalogue::domains().collect(),
    }
});

/// A token, as far as uses are told by it.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    /// An identifier in lower case, or as it is between quotes.
    Name { text: String, is_quoted: bool },
    /// A string.
    Text,
    /// A character of no other token; numbers are `0`.
    Sign(u8),
}

/// Words after which a column may stand where, after other words, a type would.
const NO_COLUMN_NAMES: [&str; 10] = [
    "all", "array", "both", "case", "distinct", "leading", "not", "select", "trailing", "variadic",
];

/// The first function, domain or view of the validators that the statements use.
fn use_in(sql: &str) -> Option<String> {
    let mut threes = sql.as_bytes().windows(3);
    if !threes.any(|three| three.eq_ignore_ascii_case(b"hcw")) {
        return None;
    }
    let tokens = tokens(sql.as_bytes());
    tokens.windows(3).enumerate().find_map(|(place, window)| {
        let [
            Token::Name { text: schema, .. },
            Token::Sign(b'.'),
            Token::Name { text: name, .. },
        ] = window
        else {
            return None;
        };
        let before = place.checked_sub(1).and_then(|before| tokens.get(before));
        if schema != "hcw" || before == Some(&Token::Sign(b'.')) {
            return None;
        }
        let earlier = place.checked_sub(2).and_then(|earlier| tokens.get(earlier));
        let after = tokens.get(place + 3);
        let is_used = if NAMES.functions.contains(name) && after == Some(&Token::Sign(b'(')) {
            true
        } else if name == "validators" {
            word(before).is_some_and(|word| ["from", "join", "only", "table"].contains(&word))
                && after != Some(&Token::Sign(b'.'))
        } else {
            NAMES.domains.contains(name.as_str()) && is_type(earlier, before, after)
        };
        is_used.then(|| name.clone())
    })
}

/// Whether a name with these neighbours is that of a type, not of a column.
fn is_type(earlier: Option<&Token>, before: Option<&Token>, after: Option<&Token>) -> bool {
    let colon = Some(&Token::Sign(b':'));
    if after == Some(&Token::Text) || (before == colon && earlier == colon) {
        return true;
    }
    if let Some("as" | "type" | "returns" | "setof") = word(before) {
        return true;
    }
    // `(npi hcw.npi, …`: a column's name and its type
    let starts_column = matches!(earlier, Some(Token::Sign(b'(' | b',')));
    starts_column
        && match before {
            Some(Token::Name { text, is_quoted }) => {
                *is_quoted || !NO_COLUMN_NAMES.contains(&text.as_str())
            }
            _ => false,
        }
}

/// A token that is a word without quotes.
fn word(token: Option<&Token>) -> Option<&str> {
    match token {
        Some(Token::Name {
            text,
            is_quoted: false,
        }) => Some(text),
        _ => None,
    }
}

fn tokens(sql: &[u8]) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(&byte) = sql.get(at) {
        let rest = &sql[at..];
        at += match byte {
            b' ' | b'\t'..=b'\r' => 1,
            b'-' if rest.starts_with(b"--") => length_before(rest, b"\n"),
            b'/' if rest.starts_with(b"/*") => comment_length(rest),
            b'\'' => {
                // `E'…'` has backslashes; the E was taken for a name
                let is_escaped = at > 0 && matches!(sql[at - 1], b'e' | b'E') && {
                    let alone = !(at > 1 && is_of_a_name(sql[at - 2].to_ascii_lowercase()));
                    alone && tokens.pop().is_some()
                };
                tokens.push(Token::Text);
                quoted_length(rest, is_escaped)
            }
            b'"' => {
                let length = quoted_length(rest, false);
                let inner = rest.get(1..length.saturating_sub(1)).unwrap_or_default();
                tokens.push(Token::Name {
                    text: String::from_utf8_lossy(inner).replace("\"\"", "\""),
                    is_quoted: true,
                });
                length
            }
            b'$' => match dollar_tag(rest) {
                Some(tag) => {
                    tokens.push(Token::Text);
                    2 * tag.len() + length_before(&rest[tag.len()..], tag)
                }
                None => 1,
            },
            b'0'..=b'9' => {
                tokens.push(Token::Sign(b'0'));
                length_of(rest, |byte| byte.is_ascii_alphanumeric() || byte == b'.')
            }
            b'a'..=b'z' | b'A'..=b'Z' | b'_' | 0x80.. => {
                let length = length_of(rest, |byte| {
                    is_of_a_name(byte.to_ascii_lowercase()) || byte >= 0x80 || byte == b'$'
                });
                tokens.push(Token::Name {
                    text: String::from_utf8_lossy(&rest[..length]).to_ascii_lowercase(),
                    is_quoted: false,
                });
                length
            }
            other => {
                tokens.push(Token::Sign(other));
                1
            }
        };
    }
    tokens
}

fn is_of_a_name(byte: u8) -> bool {
    matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_')
}

fn length_of(text: &[u8], is_part: impl Fn(u8) -> bool) -> usize {
    let end = text.iter().position(|byte| !is_part(*byte));
    end.unwrap_or(text.len())
}

/// The bytes before `mark`, or all.
fn length_before(text: &[u8], mark: &[u8]) -> usize {
    let found = text.windows(mark.len()).position(|window| window == mark);
    found.unwrap_or(text.len())
}

/// The length of a comment, which may hold others.
fn comment_length(text: &[u8]) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < text.len() {
        match &text[at..] {
            [b'/', b'*', ..] => (depth, at) = (depth + 1, at + 2),
            [b'*', b'/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at
}

/// The length of what stands between quotes, with them; a doubled quote is part of it.
fn quoted_length(text: &[u8], is_escaped: bool) -> usize {
    let quote = text[0];
    let mut at = 1;
    while at < text.len() {
        match text[at] {
            b'\\' if is_escaped => at += 2,
            byte if byte == quote && text.get(at + 1) == Some(&quote) => at += 2,
            byte if byte == quote => return at + 1,
            _ => at += 1,
        }
    }
    text.len()
}

/// `$$` or `$tag$` at the start of a text.
fn dollar_tag(text: &[u8]) -> Option<&[u8]> {
    let length = 1 + length_of(&text[1..], |byte| {
        byte.is_ascii_alphanumeric() || byte == b'_'
    });
    let starts_with_digit = text.get(1).is_some_and(u8::is_ascii_digit);
    (text.get(length) == Some(&b'$') && !starts_with_digit).then(|| &text[..=length])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uses_are_found() {
        for (sql, name) in [
            ("select hcw.npi_is_valid(npi)", "npi_is_valid"),
            ("select HCW . \"npi_reason\" (npi)", "npi_reason"),
            ("select \"hcw\".validate('npi', x)", "validate"),
            (
                "select 'it''s' || E'\\'' || hcw.clean_text(a)",
                "clean_text",
            ),
            ("select $1, $$a$$, hcw.parse_date(a, 'hl7')", "parse_date"),
            (
                "select 1 /* a /* b */ c */, hcw.shift_date(a)",
                "shift_date",
            ),
            (
                "select 1 -- no\n, hcw.icd10cm_is_billable(a, b)",
                "icd10cm_is_billable",
            ),
            ("select hcw.hcpcs_reason_on(a, b)", "hcpcs_reason_on"),
            ("select a::hcw.npi", "npi"),
            ("select cast(a as hcw.mbi)", "mbi"),
            ("select hcw.npi '1234567893'", "npi"),
            ("create table t (id int, npi hcw.npi not null)", "npi"),
            ("create table t (\"distinct\" hcw.ndc)", "ndc"),
            ("alter table t alter column a type hcw.us_zip", "us_zip"),
            ("select code from hcw.validators", "validators"),
            ("select 1 where 2.5e3<hcw.npi_reason(a)", "npi_reason"),
        ] {
            assert_eq!(use_in(sql).as_deref(), Some(name), "{sql}");
        }
    }

    #[test]
    fn other_mentions_are_none() {
        for sql in [
            "select 'hcw.npi_is_valid(npi)', $a$ hcw.npi_is_valid(npi) $a$",
            "select E'\\' hcw.npi_is_valid(npi)'",
            "-- hcw.npi_is_valid(npi)\nselect 1",
            "/* /* */ hcw.npi_is_valid(npi) */ select 1",
            "select \"hcw.npi_is_valid\"(npi), \"HCW\".npi_is_valid(npi)",
            "select hcw.npi from providers as hcw",
            "select count(distinct hcw.npi), hcw.mbi as a from providers as hcw",
            "select hcw.npi_is_valid from checks as hcw",
            "select * from hcw.load_rejects",
            "select hcw.of_mine(npi), other.hcw.npi_is_valid(npi), hcwx.npi_is_valid(a)",
            "select hcw_codes.icd10cm.code, hcw.validators from v as hcw",
            "select hcw._trim(a)",
        ] {
            assert_eq!(use_in(sql), None, "{sql}");
        }
    }

    #[test]
    fn text_that_is_no_sql_ends() {
        for sql in [
            "'",
            "\"",
            "E'\\",
            "$a$",
            "/*",
            "$",
            "hcw.",
            "é'\u{2011}$é$",
            "--",
            "\"\"\"",
        ] {
            assert_eq!(use_in(sql), None, "{sql}");
        }
    }
}
