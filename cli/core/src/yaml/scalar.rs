//! Plain scalars by the rules of PyYAML (YAML 1.1), where the parser's own are wider: `y` and `n` are texts,
//! `008` is a code and no number, `010` is octal, `1e3` is a text.

use super::timestamp::timestamp;
use super::{Node, Value};

/// The node with its plain scalars read again from the file's text.
pub(super) fn resolved(node: Node, text: &str) -> Node {
    let value = match node.value {
        Value::Bool(_) | Value::Integer(_) | Value::Float(_) => {
            match text.get(node.range.clone()) {
                Some(written) if is_plain(written) => plain(written, node.value),
                _ => node.value,
            }
        }
        // what begins with a digit in the file has no quotes
        Value::String(word) if begins_with_digit(&word) => {
            let is_plain = text.get(node.range.start..).is_some_and(begins_with_digit);
            match timestamp(&word).filter(|_| is_plain) {
                Some(timestamp) => Value::Timestamp(timestamp),
                None => sexagesimal(&word)
                    .filter(|_| is_plain)
                    .map_or(Value::String(word), Value::Integer),
            }
        }
        Value::Sequence(items) => {
            Value::Sequence(items.into_iter().map(|item| resolved(item, text)).collect())
        }
        Value::Mapping(entries) => Value::Mapping(
            entries
                .into_iter()
                .map(|(key, value)| (key, resolved(value, text)))
                .collect(),
        ),
        other => other,
    };
    Node {
        value,
        range: node.range,
    }
}

/// Whether the text is the scalar itself: no quotes, tag, anchor or alias.
fn is_plain(written: &str) -> bool {
    !written.is_empty()
        && !written.starts_with(['"', '\'', '!', '&', '*', '|', '>'])
        && !written.contains(char::is_whitespace)
}

fn begins_with_digit(text: &str) -> bool {
    text.as_bytes().first().is_some_and(u8::is_ascii_digit)
}

/// `12:30:00`: an integer in the base of sixty, where the first place has no zero before it.
fn sexagesimal(written: &str) -> Option<i64> {
    let (first, rest) = written.split_once(':')?;
    let is_number = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
    let bare = first.replace('_', "");
    if first.starts_with('0') || !is_number(&bare) {
        return None;
    }
    rest.split(':')
        .try_fold(bare.parse().ok()?, |sum: i64, place| {
            let fits = matches!(place.as_bytes(), [_] | [b'0'..=b'5', _]) && is_number(place);
            let place: i64 = fits.then(|| place.parse().ok())??;
            sum.checked_mul(60)?.checked_add(place)
        })
}

fn plain(written: &str, parsed: Value) -> Value {
    if let Value::Bool(flag) = parsed {
        return if written.len() == 1 {
            Value::String(written.to_owned())
        } else {
            Value::Bool(flag)
        };
    }
    if let Some(number) = integer(written) {
        return number.map_or_else(|| Value::String(written.to_owned()), Value::Integer);
    }
    match parsed {
        Value::Float(number) if is_float(written) => Value::Float(number),
        _ => Value::String(written.to_owned()),
    }
}

/// `None` when the text is no integer, `Some(None)` when it is too large for one.
fn integer(written: &str) -> Option<Option<i64>> {
    let (sign, digits) = match written.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", written.strip_prefix('+').unwrap_or(written)),
    };
    let (radix, digits) = match digits.as_bytes() {
        [b'0', b'x', ..] => (16, &digits[2..]),
        [b'0', b'b', ..] => (2, &digits[2..]),
        [b'0', _, ..] => (8, &digits[1..]),
        _ => (10, digits),
    };
    let bare = digits.replace('_', "");
    let starts_well = radix != 10 || !digits.starts_with('_');
    let fits = !bare.is_empty() && starts_well && bare.chars().all(|digit| digit.is_digit(radix));
    fits.then(|| i64::from_str_radix(&format!("{sign}{bare}"), radix).ok())
}

/// A point is needed, and a sign in the exponent.
fn is_float(written: &str) -> bool {
    let lower = written.trim_start_matches(['-', '+']).to_ascii_lowercase();
    if matches!(lower.as_str(), ".inf" | ".nan") {
        return true;
    }
    let (mantissa, exponent) = lower.split_once('e').unwrap_or((&lower, "+0"));
    let Some((whole, fraction)) = mantissa.split_once('.') else {
        return false;
    };
    let are_digits = |part: &str| {
        part.bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'_')
    };
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or_default();
    are_digits(whole)
        && are_digits(fraction)
        && !(whole.is_empty() && fraction.is_empty())
        && !exponent.is_empty()
        && are_digits(exponent)
}
