//! From minijinja's errors to diagnostics with their place in the user's files.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::error::Error as StdError;
use std::fmt;

use minijinja::{Error, ErrorKind};

use super::python::operators::UNDEFINED_OPERAND;
use super::rewrite::OffsetMap;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Location, SourceFile, line_range};

/// A diagnostic on its way through minijinja.
#[derive(Debug)]
struct Problem(Diagnostic);

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.message)
    }
}

impl StdError for Problem {}

/// Wraps a diagnostic, so that a template function can fail with it.
pub(crate) fn problem(diagnostic: Diagnostic) -> Error {
    Error::new(ErrorKind::InvalidOperation, diagnostic.message.clone())
        .with_source(Problem(diagnostic))
}

/// Finds the file of a template, and the way back to it from the template as rewritten.
pub(super) type Find<'a> = dyn Fn(&str) -> Option<(&'a SourceFile, Cow<'a, OffsetMap>)> + 'a;

/// Turns an error into a diagnostic: the innermost place is primary, the calls that led there are related.
pub(super) fn diagnostic(
    error: &Error,
    file: &Find<'_>,
    known_functions: &BTreeSet<String>,
) -> Diagnostic {
    let mut places = Vec::new();
    let mut innermost = error;
    let mut current: &(dyn StdError + 'static) = error;
    let mut carried = None;
    loop {
        if let Some(template_error) = current.downcast_ref::<Error>() {
            innermost = template_error;
            places.extend(place(template_error, file));
        } else if let Some(Problem(diagnostic)) = current.downcast_ref::<Problem>() {
            carried = Some(diagnostic.clone());
            break;
        }
        match current.source() {
            Some(source) => current = source,
            None => break,
        }
    }
    let operand = undefined_operand(innermost, file, known_functions);
    if operand.is_some() {
        // the operand stands within the place of its operator
        places.pop();
    }
    let mut diagnostic = carried
        .or(operand)
        .unwrap_or_else(|| describe(innermost, known_functions));
    places.dedup();
    if diagnostic.location.is_none() {
        diagnostic.location = places.pop();
    }
    for location in places.into_iter().rev() {
        if diagnostic.location.as_ref() != Some(&location) {
            diagnostic = diagnostic.related("called from here", location);
        }
    }
    diagnostic
}

/// An operator's operand that is undefined, named as the template has it.
fn undefined_operand(
    error: &Error,
    file: &Find<'_>,
    known_functions: &BTreeSet<String>,
) -> Option<Diagnostic> {
    let number = error.detail()?.strip_prefix(UNDEFINED_OPERAND)?;
    let location = place(error, file)?;
    let text = &location.file.text;
    let range = location.range.clone();
    // the range starts with the operator
    let found = if number == "1" {
        let right = text.get(range)?;
        let right = right.trim_start_matches(|sign: char| "+-*/%<>=".contains(sign));
        let end = location.range.end;
        let start = end - right.trim_start().len();
        start..start + right.trim().len()
    } else {
        let end = text.get(..range.start)?.trim_end().len();
        start_of_operand(&text[..end])..end
    };
    let name = text.get(found.clone()).filter(|name| !name.is_empty())?;
    let diagnostic = match name.split_once('(') {
        // what is called is undefined, so its package or itself is
        Some((called, _)) => {
            let name = called.split('.').next().unwrap_or(called);
            undefined(name, ErrorKind::UnknownMethod, known_functions)
        }
        None => undefined(name, ErrorKind::UndefinedError, known_functions),
    };
    Some(diagnostic.at(location.file.at(found)))
}

/// Where the name, with its attributes, subscripts and calls, starts that a text ends with.
fn start_of_operand(text: &str) -> usize {
    let mut depth = 0_usize;
    for (at, letter) in text.char_indices().rev() {
        match letter {
            ')' | ']' => depth += 1,
            '(' | '[' if depth > 0 => depth -= 1,
            _ if depth > 0 || letter.is_alphanumeric() || "_.".contains(letter) => {}
            _ => return at + letter.len_utf8(),
        }
    }
    0
}

fn place(error: &Error, file: &Find<'_>) -> Option<Location> {
    let (file, map) = file(error.name()?)?;
    let range = error
        .range()
        .map(|range| map.original_range(range))
        .filter(|range| file.text.get(range.clone()).is_some())
        .unwrap_or_else(|| line_range(&file.text, error.line().unwrap_or(1)));
    Some(file.at(range))
}

fn describe(error: &Error, known_functions: &BTreeSet<String>) -> Diagnostic {
    let detail = error.detail().unwrap_or_default();
    if let Some(name) = undefined_name(detail) {
        return undefined(name, error.kind(), known_functions);
    }
    match error.kind() {
        ErrorKind::SyntaxError if detail.starts_with(UNKNOWN_TAG) => Diagnostic::error(
            Code::TemplateSyntax,
            format!("unknown tag `{}`", &detail[UNKNOWN_TAG.len()..]),
        )
        .help("the tags of a model are if, for, set, do, call, filter, macro and raw"),
        ErrorKind::SyntaxError => {
            Diagnostic::error(Code::TemplateSyntax, format!("template syntax: {detail}"))
                .help("check that each `{{`, `{%` and quote is closed")
        }
        ErrorKind::UnknownFunction => {
            let name = detail.split_whitespace().next().unwrap_or_default();
            Diagnostic::error(Code::UnknownMacro, format!("unknown macro `{name}`"))
                .help("define it under `macros/`")
                .did_you_mean(name, known_functions.iter().map(String::as_str))
        }
        ErrorKind::UnknownMethod if detail.starts_with("'tuple'") => {
            Diagnostic::error(Code::TemplateError, detail)
                .help("a tuple does not change: write the list with `[…]` instead of `(…)`")
        }
        ErrorKind::UnknownMethod if detail.starts_with('\'') => {
            Diagnostic::error(Code::TemplateError, detail)
                .help("the methods are those of Python's type")
        }
        ErrorKind::UndefinedError if detail.is_empty() || detail.starts_with(UNDEFINED_OPERAND) => {
            Diagnostic::error(Code::TemplateError, "an undefined value is used")
                .help("check the spelling, or give a default: `name | default(…)`")
        }
        kind => {
            let message = if detail.is_empty() {
                kind.to_string()
            } else {
                format!("{kind}: {detail}")
            };
            Diagnostic::error(Code::TemplateError, message)
        }
    }
}

/// How the template parser starts its message about a tag.
const UNKNOWN_TAG: &str = "unknown statement ";

/// The name in a message such as ``undefined has no method named x (`target.a` is undefined)``.
fn undefined_name(detail: &str) -> Option<&str> {
    let (before, _) = detail.split_once("` is undefined")?;
    before.rsplit_once('`').map(|(_, name)| name)
}

fn undefined(name: &str, kind: ErrorKind, known_functions: &BTreeSet<String>) -> Diagnostic {
    let is_call = kind == ErrorKind::UnknownMethod;
    let diagnostic = Diagnostic::error(Code::TemplateError, format!("`{name}` is undefined"));
    match (name.contains(['.', '[']), is_call) {
        (true, _) => diagnostic.help("check the spelling of what stands after the dot"),
        (false, true) => diagnostic.help(format!(
            "no package `{name}` is installed: name it in packages.yml and run `hcw deps`"
        )),
        (false, false) => diagnostic
            .help(format!(
                "a variable of the project is read as `var('{name}')`, one of the template is made by `{{% set {name} = … %}}`"
            ))
            .did_you_mean(name, known_functions.iter().map(String::as_str)),
    }
}
