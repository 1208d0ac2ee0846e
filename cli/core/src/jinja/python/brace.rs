//! `'{} {name:>5} {0[key]}'.format(…)`

use minijinja::Error;
use minijinja::value::Value;

use super::call::{Call, value_error};
use super::decimal::Decimal;
use super::number::Number;
use super::spec::Spec;
use super::{attribute, datetime, repr, shown, type_name};

/// Fills a text's `{}` fields.
pub(super) fn format(text: &str, call: &Call<'_>) -> Result<String, Error> {
    let mut next = 0;
    fill(text, call, &mut next, 0)
}

fn fill(text: &str, call: &Call<'_>, next: &mut usize, depth: usize) -> Result<String, Error> {
    if depth > 2 {
        return Err(value_error("Max string recursion exceeded"));
    }
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        result.push_str(&rest[..at]);
        let mark = &rest[at..=at];
        rest = &rest[at + 1..];
        if rest.starts_with(mark) {
            result.push_str(mark);
            rest = &rest[1..];
            continue;
        }
        if mark == "}" {
            return Err(value_error("Single '}' encountered in format string"));
        }
        let end =
            end_of_field(rest).ok_or_else(|| value_error("expected '}' before end of string"))?;
        let field = &rest[..end];
        rest = &rest[end + 1..];
        let name_end = end_of_name(field);
        let (name, after) = field.split_at(name_end);
        let (conversion, spec) = match after.strip_prefix('!') {
            Some(after) => {
                let letter = after.chars().next();
                let letter = letter.ok_or_else(|| value_error("unmatched '{' in format spec"))?;
                (Some(letter), &after[letter.len_utf8()..])
            }
            None => (None, after),
        };
        let value = lookup(name, call, next)?;
        let spec = fill(
            spec.strip_prefix(':').unwrap_or(spec),
            call,
            next,
            depth + 1,
        )?;
        let value = match conversion {
            None => value,
            Some('s') => Value::from(shown(&value)),
            Some('r' | 'a') => Value::from(repr(&value)),
            Some(letter) => {
                return Err(value_error(format!(
                    "Unknown conversion specifier '{letter}'"
                )));
            }
        };
        result.push_str(&formatted(&value, &spec)?);
    }
    result.push_str(rest);
    Ok(result)
}

/// Python's `format(value, spec)`.
pub(super) fn formatted(value: &Value, spec: &str) -> Result<String, Error> {
    if spec.is_empty() {
        return Ok(shown(value));
    }
    if let Some(text) = datetime::formatted(value, spec) {
        return text;
    }
    if let Some(decimal) = Decimal::of(value) {
        return decimal.formatted(&Spec::parse(spec)?);
    }
    match Number::of(value) {
        Some(number) => Spec::parse(spec)?.number(number),
        None if value.as_str().is_some() => {
            Spec::parse(spec)?.text(value.as_str().unwrap_or_default())
        }
        None => Err(value_error(format!(
            "unsupported format string passed to {}.__format__",
            type_name(value)
        ))),
    }
}

fn end_of_field(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, letter) in text.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => return Some(at),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}

fn end_of_name(field: &str) -> usize {
    let mut brackets = false;
    for (at, letter) in field.char_indices() {
        match letter {
            '[' => brackets = true,
            ']' => brackets = false,
            '!' | ':' if !brackets => return at,
            _ => {}
        }
    }
    field.len()
}

fn lookup(name: &str, call: &Call<'_>, next: &mut usize) -> Result<Value, Error> {
    let end = name.find(['.', '[']).unwrap_or(name.len());
    let (first, mut path) = name.split_at(end);
    let index = if first.is_empty() {
        *next += 1;
        Some(*next - 1)
    } else {
        first.parse::<usize>().ok()
    };
    let mut value = match index {
        Some(index) => call.positional.get(index).cloned().ok_or_else(|| {
            value_error(format!(
                "Replacement index {index} out of range for positional args tuple"
            ))
        })?,
        None => call
            .named(first)
            .ok_or_else(|| value_error(format!("KeyError: '{first}'")))?,
    };
    while !path.is_empty() {
        if let Some(after) = path.strip_prefix('.') {
            let end = after.find(['.', '[']).unwrap_or(after.len());
            value = attribute(&value, &after[..end]);
            path = &after[end..];
        } else {
            let end = path
                .find(']')
                .ok_or_else(|| value_error("Missing ']' in format string"))?;
            let key = &path[1..end];
            let key = key
                .parse::<i64>()
                .map_or_else(|_| Value::from(key), Value::from);
            value = value.get_item(&key)?;
            path = &path[end + 1..];
        }
    }
    Ok(value)
}
