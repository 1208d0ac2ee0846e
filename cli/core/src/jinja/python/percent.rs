//! `'%s and %03d' % (a, b)`, `'%(name)s' % mapping`.

use minijinja::Error;
use minijinja::value::{Value, ValueKind};

use super::call::{type_error, value_error};
use super::decimal::Decimal;
use super::number::Number;
use super::spec::Spec;
use super::{items_of, repr, shown, type_name};

/// Fills a text's `%` fields with a tuple, a mapping or a single value.
pub(crate) fn format(text: &str, values: &Value) -> Result<String, Error> {
    let mut given: std::vec::IntoIter<Value> = if values.is_tuple() {
        items_of(values)?.into_iter()
    } else {
        vec![values.clone()].into_iter()
    };
    let not_enough = || type_error("not enough arguments for format string");
    let mut by_name = false;
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        result.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let mut name = None;
        if rest.starts_with('(') {
            let end = closing(rest).ok_or_else(|| value_error("incomplete format key"))?;
            name = Some(&rest[1..end]);
            rest = &rest[end + 1..];
            by_name = true;
        }
        let named = match name {
            Some(name) => {
                if values.kind() != ValueKind::Map {
                    return Err(type_error("format requires a mapping"));
                }
                let value = values.get_item(&Value::from(name))?;
                if value.is_undefined() {
                    return Err(value_error(format!("KeyError: '{name}'")));
                }
                Some(value)
            }
            None => None,
        };
        let mut spec = Spec::default();
        let mut zero = false;
        let flags = rest.len() - rest.trim_start_matches(['#', '0', '-', ' ', '+']).len();
        for flag in rest[..flags].chars() {
            match flag {
                '#' => spec.alternate = true,
                '0' => zero = true,
                '-' => spec.align = Some('<'),
                ' ' if spec.sign != '+' => spec.sign = ' ',
                '+' => spec.sign = '+',
                _ => {}
            }
        }
        rest = &rest[flags..];
        let mut number = |rest: &mut &str| -> Result<Option<usize>, Error> {
            if let Some(after) = rest.strip_prefix('*') {
                *rest = after;
                let value = given.next().ok_or_else(not_enough)?;
                return value
                    .as_usize()
                    .filter(|width| *width <= 1_000_000)
                    .map(Some)
                    .ok_or_else(|| type_error("* wants int"));
            }
            let length = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let digits = &rest[..length];
            *rest = &rest[length..];
            match digits.parse::<usize>() {
                Ok(number) if number <= 1_000_000 => Ok(Some(number)),
                Ok(_) => Err(value_error("width too big")),
                Err(_) if digits.is_empty() => Ok(None),
                Err(_) => Err(value_error("width too big")),
            }
        };
        spec.width = number(&mut rest)?.unwrap_or(0);
        if let Some(after) = rest.strip_prefix('.') {
            rest = after;
            spec.precision = Some(number(&mut rest)?.unwrap_or(0));
        }
        rest = rest.trim_start_matches(['h', 'l', 'L']);
        let kind = rest
            .chars()
            .next()
            .ok_or_else(|| value_error("incomplete format"))?;
        rest = &rest[kind.len_utf8()..];
        if kind == '%' {
            result.push('%');
            continue;
        }
        let value = match named {
            Some(value) => value,
            None => given.next().ok_or_else(not_enough)?,
        };
        if zero && spec.align.is_none() {
            spec.fill = '0';
            spec.align = Some('=');
        }
        if spec.align.is_none() {
            spec.align = Some('>');
        }
        result.push_str(&field(spec, kind, &value)?);
    }
    result.push_str(rest);
    let is_single_mapping = !values.is_tuple() && values.kind() == ValueKind::Map;
    if given.next().is_some() && !by_name && !is_single_mapping && type_name(values) != "list" {
        return Err(type_error(
            "not all arguments converted during string formatting",
        ));
    }
    Ok(result)
}

fn closing(text: &str) -> Option<usize> {
    let mut depth = 0;
    for (at, letter) in text.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

fn field(mut spec: Spec, kind: char, value: &Value) -> Result<String, Error> {
    let wants_number = || {
        type_error(format!(
            "%{kind} format: a real number is required, not {}",
            type_name(value)
        ))
    };
    match kind {
        's' | 'r' | 'a' => {
            if spec.align == Some('=') {
                spec.fill = ' ';
                spec.align = Some('>');
            }
            spec.text(&if kind == 's' {
                shown(value)
            } else {
                repr(value)
            })
        }
        'c' => match value.as_str() {
            Some(text) if text.chars().count() == 1 => spec.text(text),
            Some(_) => Err(type_error("%c requires int or char")),
            None => {
                spec.kind = Some('c');
                spec.number(Number::of(value).ok_or_else(wants_number)?)
            }
        },
        'd' | 'i' | 'u' | 'x' | 'X' | 'o' => {
            let whole = || Some(Number::Integer(Decimal::of(value)?.integer()?));
            let whole = whole().filter(|_| !matches!(kind, 'x' | 'X' | 'o'));
            let number = Number::of(value).or(whole).ok_or_else(wants_number)?;
            #[allow(clippy::cast_possible_truncation)]
            let number = match number {
                Number::Float(float) => {
                    if matches!(kind, 'x' | 'X' | 'o') {
                        return Err(type_error(format!(
                            "%{kind} format: an integer is required, not float"
                        )));
                    }
                    Number::Integer(float.trunc() as i128)
                }
                number => number,
            };
            spec.kind = Some(match kind {
                'x' | 'X' | 'o' => kind,
                _ => 'd',
            });
            let digits = spec.precision.take().unwrap_or(0);
            if digits > 0 {
                let inner = Spec {
                    width: digits + usize::from(matches!(number, Number::Integer(n) if n < 0)),
                    fill: '0',
                    align: Some('='),
                    sign: spec.sign,
                    kind: spec.kind,
                    ..Spec::default()
                };
                let text = inner.number(number)?;
                spec.kind = None;
                return spec.text(&text);
            }
            spec.number(number)
        }
        'e' | 'E' | 'f' | 'F' | 'g' | 'G' => {
            let number = match value.as_str() {
                Some(_) => None,
                None => Number::of(value)
                    .or_else(|| Decimal::of(value).map(|number| Number::Float(number.float()))),
            };
            spec.kind = Some(kind);
            spec.number(number.ok_or_else(wants_number)?)
        }
        _ => Err(value_error(format!(
            "unsupported format character '{kind}'"
        ))),
    }
}
