//! Jinja2's filters for running text.

use minijinja::value::{Value, ValueKind};

use super::{items_of, shown};

/// The text with HTML's marks escaped.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('\'', "&#39;")
        .replace('"', "&#34;")
}

/// The text with every line but the first moved to the right.
pub(super) fn indented(text: &str, width: &str, first: bool, blank: bool) -> String {
    let mut lines = text.split('\n');
    let mut result = String::new();
    if first {
        result.push_str(width);
    }
    result.push_str(lines.next().unwrap_or_default());
    for line in lines {
        result.push('\n');
        if blank || !line.is_empty() {
            result.push_str(width);
        }
        result.push_str(line);
    }
    result
}

/// The number of words.
pub(super) fn count(text: &str) -> usize {
    text.split(|letter: char| !(letter.is_alphanumeric() || letter == '_'))
        .filter(|word| !word.is_empty())
        .count()
}

/// The text without markup, its white space made single.
pub(super) fn without_tags(text: &str) -> String {
    let mut result = String::new();
    let mut rest = text;
    while let Some(start) = rest.find('<') {
        result.push_str(&rest[..start]);
        let end = if rest[start..].starts_with("<!--") {
            rest[start..].find("-->").map(|end| start + end + 3)
        } else {
            rest[start..].find('>').map(|end| start + end + 1)
        };
        match end {
            Some(end) => rest = &rest[end..],
            None => {
                result.push_str(&rest[start..]);
                rest = "";
            }
        }
    }
    result.push_str(rest);
    result.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A text, or a mapping's entries, as a URL takes them.
pub(super) fn url_encoded(value: &Value) -> String {
    let pair = |key: &Value, item: &Value| {
        let quoted = |value| quoted(&shown(value), b"").replace("%20", "+");
        format!("{}={}", quoted(key), quoted(item))
    };
    match value.kind() {
        ValueKind::Map => value
            .try_iter()
            .into_iter()
            .flatten()
            .map(|key| pair(&key, &value.get_item(&key).unwrap_or_default()))
            .collect::<Vec<_>>()
            .join("&"),
        ValueKind::Seq | ValueKind::Iterable => items_of(value)
            .unwrap_or_default()
            .iter()
            .filter_map(|entry| match items_of(entry).ok()?.as_slice() {
                [key, item] => Some(pair(key, item)),
                _ => None,
            })
            .collect::<Vec<_>>()
            .join("&"),
        _ => quoted(&shown(value), b"/"),
    }
}

fn quoted(text: &str, safe: &[u8]) -> String {
    let mut result = String::new();
    for &byte in text.as_bytes() {
        if byte.is_ascii_alphanumeric() || b"_.-~".contains(&byte) || safe.contains(&byte) {
            result.push(char::from(byte));
        } else {
            result.push_str(&format!("%{byte:02X}"));
        }
    }
    result
}

/// A size as people read it.
pub(super) fn file_size(size: f64, binary: bool) -> String {
    let base: f64 = if binary { 1024.0 } else { 1000.0 };
    let names = if binary {
        ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"]
    } else {
        ["kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"]
    };
    #[allow(clippy::float_cmp)]
    if size == 1.0 {
        return "1 Byte".to_owned();
    }
    if size < base {
        return format!("{} Bytes", size.trunc());
    }
    let mut unit = base;
    for (at, name) in names.iter().enumerate() {
        if size < unit * base || at + 1 == names.len() {
            return format!("{:.1} {name}", size / unit);
        }
        unit *= base;
    }
    String::new()
}

/// The text cut at a length, if it is longer than that and the leeway.
pub(super) fn truncated(
    text: &str,
    length: usize,
    kill_words: bool,
    end: &str,
    leeway: usize,
) -> String {
    let letters: Vec<char> = text.chars().collect();
    if letters.len() <= length + leeway {
        return text.to_owned();
    }
    let most = length.saturating_sub(end.chars().count());
    let cut: String = letters[..most].iter().collect();
    if kill_words {
        return cut + end;
    }
    let words = cut
        .rsplit_once(' ')
        .map_or(cut.as_str(), |(words, _)| words);
    format!("{words}{end}")
}

/// Lines of at most `width` characters.
pub(super) fn wrapped(text: &str, width: usize, break_long: bool, end: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        let mut current = String::new();
        let mut begun = false;
        for word in line.split_whitespace() {
            let mut word = word;
            let length = |text: &str| text.chars().count();
            if begun && length(&current) + 1 + length(word) <= width {
                current.push(' ');
                current.push_str(word);
                continue;
            }
            if begun {
                lines.push(std::mem::take(&mut current));
            }
            while break_long && length(word) > width {
                let at = word
                    .char_indices()
                    .nth(width)
                    .map_or(word.len(), |(at, _)| at);
                lines.push(word[..at].to_owned());
                word = &word[at..];
            }
            current.push_str(word);
            begun = true;
        }
        lines.push(current);
    }
    lines.join(end)
}
