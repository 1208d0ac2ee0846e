//! The methods of Python's `str`.

use minijinja::Error;
use minijinja::value::{Tuple, Value, ValueKind};

use super::call::{Call, no_method, type_error, value_error};
use super::list::{List, clamped};
use super::{brace, items_of, type_name};

/// Calls a method of a text.
pub(super) fn call_method(this: &Value, method: &str, arguments: &[Value]) -> Result<Value, Error> {
    let text = this.as_str().unwrap_or_default();
    let call = Call::new(method, arguments)?;
    Ok(match method {
        "upper" => text.to_uppercase().into(),
        "lower" => text.to_lowercase().into(),
        "casefold" => text.to_lowercase().replace('ß', "ss").into(),
        "swapcase" => text.chars().flat_map(swapped).collect::<String>().into(),
        "capitalize" => capitalized(text).into(),
        "title" => title(text).into(),
        "strip" | "lstrip" | "rstrip" => stripped(text, method, &call)?.into(),
        "removeprefix" => {
            let prefix = call.text(0, "prefix")?;
            text.strip_prefix(&*prefix).unwrap_or(text).into()
        }
        "removesuffix" => {
            let suffix = call.text(0, "suffix")?;
            text.strip_suffix(&*suffix).unwrap_or(text).into()
        }
        "split" | "rsplit" => List::value(split(text, method == "rsplit", &call)?),
        "splitlines" => List::value(lines(text, call.flag(0, "keepends", false))),
        "partition" | "rpartition" => partition(text, method == "rpartition", &call)?,
        "join" => {
            let mut parts = Vec::new();
            for (at, part) in items_of(&call.required(0, "iterable")?)?.iter().enumerate() {
                let part = part.as_str().ok_or_else(|| {
                    type_error(format!(
                        "sequence item {at}: expected str instance, {} found",
                        type_name(part)
                    ))
                })?;
                parts.push(part.to_owned());
            }
            parts.join(text).into()
        }
        "replace" => {
            let (old, new) = (call.text(0, "old")?, call.text(1, "new")?);
            match call.optional_integer(2, "count")? {
                Some(count) if count >= 0 => text
                    .replacen(&*old, &new, usize::try_from(count).unwrap_or(usize::MAX))
                    .into(),
                _ => text.replace(&*old, &new).into(),
            }
        }
        "startswith" | "endswith" => {
            let part = within(text, &call)?;
            let wanted = call.required(0, "prefix")?;
            let wanted = if wanted.is_tuple() {
                items_of(&wanted)?
            } else {
                vec![wanted]
            };
            let mut found = false;
            for affix in &wanted {
                let affix = affix.as_str().ok_or_else(|| {
                    type_error(format!(
                        "{method} first arg must be str or a tuple of str, not {}",
                        type_name(affix)
                    ))
                })?;
                found |= part.is_some_and(|part| {
                    if method == "startswith" {
                        part.starts_with(affix)
                    } else {
                        part.ends_with(affix)
                    }
                });
            }
            found.into()
        }
        "find" | "rfind" | "index" | "rindex" => {
            let wanted = call.text(0, "sub")?;
            let start = slice_start(text, &call)?;
            let found = within(text, &call)?.and_then(|part| {
                let at = if method.starts_with('r') {
                    part.rfind(&*wanted)
                } else {
                    part.find(&*wanted)
                }?;
                Some(start + part[..at].chars().count())
            });
            match found {
                Some(at) => at.into(),
                None if method.ends_with("find") => Value::from(-1),
                None => return Err(value_error("substring not found")),
            }
        }
        "count" => {
            let wanted = call.text(0, "sub")?;
            let part = within(text, &call)?;
            part.map_or(0, |part| {
                if wanted.is_empty() {
                    part.chars().count() + 1
                } else {
                    part.matches(&*wanted).count()
                }
            })
            .into()
        }
        "zfill" | "center" | "ljust" | "rjust" => padded(text, method, &call)?.into(),
        "expandtabs" => {
            let size = call.optional_integer(0, "tabsize")?.unwrap_or(8);
            expanded(text, usize::try_from(size.clamp(0, 1000)).unwrap_or(8)).into()
        }
        "format" => brace::format(text, &call)?.into(),
        "format_map" => {
            let map = call.required(0, "mapping")?;
            let entries = super::dict::entries_of(&map)?;
            let named: minijinja::value::Kwargs = entries
                .into_iter()
                .filter_map(|(key, value)| Some((key.as_str()?.to_owned(), value)))
                .collect();
            let arguments = [Value::from(named)];
            brace::format(text, &Call::new(method, &arguments)?)?.into()
        }
        "encode" => Value::from_bytes(text.as_bytes().to_vec()),
        "isdigit" | "isdecimal" | "isnumeric" => all(text, char::is_numeric).into(),
        "isalpha" => all(text, char::is_alphabetic).into(),
        "isalnum" => all(text, char::is_alphanumeric).into(),
        "isspace" => all(text, char::is_whitespace).into(),
        "isascii" => text.is_ascii().into(),
        "isprintable" => (!text.chars().any(char::is_control)).into(),
        "isupper" => {
            (text.chars().any(char::is_uppercase) && !text.chars().any(char::is_lowercase)).into()
        }
        "islower" => {
            (text.chars().any(char::is_lowercase) && !text.chars().any(char::is_uppercase)).into()
        }
        "istitle" => (text.chars().any(char::is_alphabetic) && title(text) == text).into(),
        "isidentifier" => (text
            .chars()
            .next()
            .is_some_and(|first| first.is_alphabetic() || first == '_')
            && text.chars().all(|c| c.is_alphanumeric() || c == '_'))
        .into(),
        "translate" => translated(text, &call.required(0, "table")?)?.into(),
        "__len__" => text.chars().count().into(),
        _ => return Err(no_method(this, method)),
    })
}

fn all(text: &str, test: fn(char) -> bool) -> bool {
    !text.is_empty() && text.chars().all(test)
}

fn swapped(letter: char) -> Vec<char> {
    if letter.is_uppercase() {
        letter.to_lowercase().collect()
    } else {
        letter.to_uppercase().collect()
    }
}

/// The first letter upper case, the rest lower case.
pub(super) fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().collect::<String>() + &letters.as_str().to_lowercase(),
        None => String::new(),
    }
}

/// Every word's first letter upper case, as `str.title` has it.
fn title(text: &str) -> String {
    let mut within = false;
    let mut result = String::with_capacity(text.len());
    for letter in text.chars() {
        if within {
            result.extend(letter.to_lowercase());
        } else {
            result.extend(letter.to_uppercase());
        }
        within = letter.is_alphabetic();
    }
    result
}

fn stripped<'t>(text: &'t str, method: &str, call: &Call<'_>) -> Result<&'t str, Error> {
    let letters = call.optional_text(0, "chars")?;
    call.done(1)?;
    let test = |letter: char| match &letters {
        Some(letters) => letters.contains(letter),
        None => letter.is_whitespace(),
    };
    Ok(match method {
        "strip" => text.trim_matches(test),
        "lstrip" => text.trim_start_matches(test),
        _ => text.trim_end_matches(test),
    })
}

fn split(text: &str, from_end: bool, call: &Call<'_>) -> Result<Vec<Value>, Error> {
    let separator = call.optional_text(0, "sep")?;
    let most = call
        .optional_integer(1, "maxsplit")?
        .and_then(|most| usize::try_from(most).ok())
        .unwrap_or(usize::MAX - 1);
    call.done(2)?;
    let parts: Vec<&str> = match &separator {
        Some(separator) if separator.is_empty() => return Err(value_error("empty separator")),
        Some(separator) if from_end => {
            let mut parts: Vec<&str> = text.rsplitn(most + 1, &**separator).collect();
            parts.reverse();
            parts
        }
        Some(separator) => text.splitn(most + 1, &**separator).collect(),
        None => words(text, from_end, most),
    };
    Ok(parts.into_iter().map(Value::from).collect())
}

fn words(text: &str, from_end: bool, most: usize) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let cut = if from_end {
            rest.rfind(char::is_whitespace)
        } else {
            rest.find(char::is_whitespace)
        };
        match cut {
            Some(at) if parts.len() < most && from_end => {
                let after = at + rest[at..].chars().next().map_or(1, char::len_utf8);
                parts.push(&rest[after..]);
                rest = rest[..at].trim_end();
            }
            Some(at) if parts.len() < most => {
                parts.push(&rest[..at]);
                rest = rest[at..].trim_start();
            }
            _ => {
                parts.push(rest);
                break;
            }
        }
    }
    if from_end {
        parts.reverse();
        // what is left over keeps the white space at its start
        if let Some(first) = parts.first_mut()
            && let Some(at) = text.find(*first)
            && parts.len() > most
        {
            parts[0] = &text[..at + parts[0].len()];
        }
    } else if parts.len() > most
        && let Some(last) = parts.last_mut()
    {
        let at = text.len() - text.trim_end().len();
        let start = text.trim_end().len() - last.len();
        *last = &text[start..start + last.len() + at];
    }
    parts
}

fn lines(text: &str, keep_ends: bool) -> Vec<Value> {
    let mut lines = Vec::new();
    let mut start = 0;
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let length = match bytes[at] {
            b'\r' if bytes.get(at + 1) == Some(&b'\n') => 2,
            b'\n' | b'\r' | 0x0b | 0x0c => 1,
            _ => {
                at += 1;
                continue;
            }
        };
        let end = if keep_ends { at + length } else { at };
        lines.push(Value::from(&text[start..end]));
        at += length;
        start = at;
    }
    if start < text.len() {
        lines.push(Value::from(&text[start..]));
    }
    lines
}

fn partition(text: &str, from_end: bool, call: &Call<'_>) -> Result<Value, Error> {
    let separator = call.text(0, "sep")?;
    if separator.is_empty() {
        return Err(value_error("empty separator"));
    }
    let found = if from_end {
        text.rsplit_once(&*separator)
    } else {
        text.split_once(&*separator)
    };
    let parts = match found {
        Some((before, after)) => [before, &separator, after],
        None if from_end => ["", "", text],
        None => [text, "", ""],
    };
    Ok(Value::from(Tuple::from(parts.map(Value::from))))
}

/// The number of characters before the part that the arguments `start` and `end` name.
fn slice_start(text: &str, call: &Call<'_>) -> Result<usize, Error> {
    let start = call.optional_integer(1, "start")?.unwrap_or(0);
    Ok(clamped(start, text.chars().count()))
}

/// The part of the text that the arguments `start` and `end` name, none if it starts behind its end.
fn within<'t>(text: &'t str, call: &Call<'_>) -> Result<Option<&'t str>, Error> {
    let (start, end) = (
        call.optional_integer(1, "start")?,
        call.optional_integer(2, "end")?,
    );
    if start.is_none() && end.is_none() {
        return Ok(Some(text));
    }
    let length = text.chars().count();
    let from = start.map_or(0, |start| clamped(start, length));
    let to = end.map_or(length, |end| clamped(end, length));
    let byte = |index: usize| {
        text.char_indices()
            .nth(index)
            .map_or(text.len(), |(at, _)| at)
    };
    Ok((from <= to).then(|| &text[byte(from)..byte(to)]))
}

fn padded(text: &str, method: &str, call: &Call<'_>) -> Result<String, Error> {
    call.required(0, "width")?;
    let width = call.optional_integer(0, "width")?.unwrap_or(0);
    let width = usize::try_from(width).unwrap_or(0);
    if width > 1_000_000 {
        return Err(value_error("the width is too large"));
    }
    let missing = width.saturating_sub(text.chars().count());
    let mut fill = ' ';
    if method == "zfill" {
        fill = '0';
    } else if let Some(given) = call.optional_text(1, "fillchar")? {
        let mut letters = given.chars();
        fill = match (letters.next(), letters.next()) {
            (Some(letter), None) => letter,
            _ => {
                return Err(type_error(
                    "The fill character must be exactly one character long",
                ));
            }
        };
    }
    let pad = |count: usize| -> String { std::iter::repeat_n(fill, count).collect() };
    Ok(match method {
        "zfill" => {
            let (sign, digits) = match text.strip_prefix(['+', '-']) {
                Some(digits) => text.split_at(text.len() - digits.len()),
                None => ("", text),
            };
            format!("{sign}{}{digits}", pad(missing))
        }
        "ljust" => format!("{text}{}", pad(missing)),
        "rjust" => format!("{}{text}", pad(missing)),
        _ => {
            let left = missing / 2 + (missing & width & 1);
            format!("{}{text}{}", pad(left), pad(missing - left))
        }
    })
}

fn expanded(text: &str, size: usize) -> String {
    let mut result = String::new();
    let mut column = 0;
    for letter in text.chars() {
        match letter {
            '\t' => {
                let count = if size == 0 { 0 } else { size - column % size };
                result.extend(std::iter::repeat_n(' ', count));
                column += count;
            }
            '\n' | '\r' => {
                result.push(letter);
                column = 0;
            }
            _ => {
                result.push(letter);
                column += 1;
            }
        }
    }
    result
}

fn translated(text: &str, table: &Value) -> Result<String, Error> {
    let mut result = String::new();
    for letter in text.chars() {
        let found = table.get_item(&Value::from(u32::from(letter)))?;
        match found.kind() {
            ValueKind::Undefined => result.push(letter),
            ValueKind::None => {}
            ValueKind::String => result.push_str(found.as_str().unwrap_or_default()),
            _ => {
                let code = u32::try_from(found.clone()).ok().and_then(char::from_u32);
                result.push(code.ok_or_else(|| {
                    type_error("character mapping must return integer, None or str")
                })?);
            }
        }
    }
    Ok(result)
}
