//! Names with wildcards: `*`, `?` and `[…]` as in a shell, over texts, dotted names and paths.

/// Whether a text matches a pattern of `*`, `?`, `[abc]`, `[a-c]` and `[!a]`.
pub(super) fn matches_text(pattern: &str, text: &str) -> bool {
    if !has_wildcard(pattern) {
        return pattern == text;
    }
    let pattern: Vec<char> = pattern.chars().collect();
    let text: Vec<char> = text.chars().collect();
    let (mut at, mut position) = (0, 0);
    // where the last star stands, and up to where it has taken letters
    let mut star: Option<(usize, usize)> = None;
    while position < text.len() {
        let step = match pattern.get(at) {
            Some('*') => {
                star = Some((at, position));
                at += 1;
                continue;
            }
            Some('?') => Some(1),
            Some('[') => match class(&pattern[at..], text[position]) {
                Some((true, length)) => Some(length),
                Some((false, _)) => None,
                None => (text[position] == '[').then_some(1),
            },
            Some(letter) => (*letter == text[position]).then_some(1),
            None => None,
        };
        match (step, star) {
            (Some(length), _) => {
                at += length;
                position += 1;
            }
            (None, Some((star_at, taken))) => {
                star = Some((star_at, taken + 1));
                at = star_at + 1;
                position = taken + 1;
            }
            (None, None) => return false,
        }
    }
    pattern[at..].iter().all(|letter| *letter == '*')
}

/// Whether a pattern has anything but letters.
pub(super) fn has_wildcard(pattern: &str) -> bool {
    pattern.contains(['*', '?', '[', ']'])
}

/// Whether a letter is in the class at the pattern's start, and how long the class is; `None` without an end.
fn class(pattern: &[char], letter: char) -> Option<(bool, usize)> {
    let negated = pattern.get(1) == Some(&'!');
    let start = if negated { 2 } else { 1 };
    // a bracket at once after the start stands for itself
    let end = (start + 1..pattern.len()).find(|&at| pattern[at] == ']')?;
    let mut members = pattern[start..end].iter().copied().peekable();
    let mut found = false;
    let mut rest: Vec<char> = Vec::new();
    while let Some(member) = members.next() {
        rest.push(member);
        if members.peek() == Some(&'-') {
            members.next();
            match members.next() {
                Some(last) => found |= (member..=last).contains(&letter),
                None => rest.push('-'),
            }
            continue;
        }
        found |= member == letter;
    }
    found |= rest.last() == Some(&'-') && letter == '-';
    Some((found != negated, end + 1))
}

/// dbt's fqn: the name, or a prefix of the dotted path, with or without the package. For a version of a model
/// the name is the last but one part.
pub(super) fn matches_fqn(pattern: &str, name: &[String], is_versioned: bool) -> bool {
    matches_from(pattern, name, is_versioned)
        || name
            .get(1..)
            .is_some_and(|rest| matches_from(pattern, rest, is_versioned))
}

fn matches_from(pattern: &str, name: &[String], is_versioned: bool) -> bool {
    let Some(last) = name.last() else {
        return false;
    };
    let before_last = name.len().checked_sub(2).map(|at| name[at].as_str());
    let leaf = if is_versioned {
        before_last.unwrap_or(last)
    } else {
        last
    };
    if leaf == pattern {
        return true;
    }
    let parts: Vec<&str> = pattern.split('.').collect();
    if is_versioned && parts.len() <= 2 {
        let joined = parts.join("_");
        if before_last.is_some_and(|name| joined == format!("{name}_{last}")) {
            return true;
        }
    }
    let flat: Vec<&str> = name.iter().flat_map(|part| part.split('.')).collect();
    if flat.len() < parts.len() {
        return false;
    }
    let Some(wild) = parts.iter().position(|part| has_wildcard(part)) else {
        return parts == flat[..parts.len()];
    };
    parts[..wild] == flat[..wild]
        && (matches_text(&parts[wild..].join("."), &flat[wild..].join("."))
            || (!pattern.contains('.') && matches_text(pattern, leaf)))
}

/// Whether a path, or a folder above it, matches a pattern; `*` stays within one part, `**` goes over many.
pub(super) fn matches_path(pattern: &str, path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    let pattern: Vec<&str> = pattern
        .split('/')
        .filter(|part| !part.is_empty() && *part != ".")
        .collect();
    (0..=parts.len()).any(|length| matches_parts(&pattern, &parts[..length])) && !pattern.is_empty()
}

/// Whether a path itself matches a pattern.
pub(super) fn matches_whole_path(pattern: &str, path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    let pattern: Vec<&str> = pattern
        .split('/')
        .filter(|part| !part.is_empty() && *part != ".")
        .collect();
    matches_parts(&pattern, &parts)
}

fn matches_parts(pattern: &[&str], parts: &[&str]) -> bool {
    match pattern.split_first() {
        None => parts.is_empty(),
        Some((&"**", rest)) => {
            (0..=parts.len()).any(|skipped| matches_parts(rest, &parts[skipped..]))
        }
        Some((first, rest)) => parts
            .split_first()
            .is_some_and(|(part, others)| matches_text(first, part) && matches_parts(rest, others)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_match_as_in_a_shell() {
        for (pattern, text) in [
            ("*", ""),
            ("dim_*", "dim_x"),
            ("*_x*", "a_x"),
            ("d?m", "dim"),
            ("[a-c]x", "bx"),
            ("[!a]x", "bx"),
            ("[]x]", "]"),
            ("a[", "a["),
            ("*a*b*c", "xxaxxbxxc"),
        ] {
            assert!(matches_text(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("dim", "dims"), ("[!a]", "a"), ("*a", "ab"), ("?", "")] {
            assert!(!matches_text(pattern, text), "{pattern} {text}");
        }
    }

    #[test]
    fn dotted_names_match_as_in_dbt() {
        let name = ["p", "marts", "core", "dim_x"].map(str::to_owned);
        for pattern in [
            "dim_x",
            "dim_*",
            "marts",
            "p.marts",
            "marts.core",
            "marts.*",
            "p.*.dim_x",
            "p",
        ] {
            assert!(matches_fqn(pattern, &name, false), "{pattern}");
        }
        for pattern in ["core", "core.*", "marts.dim_x", "core.dim_*"] {
            assert!(!matches_fqn(pattern, &name, false), "{pattern}");
        }
        let versioned = ["p", "marts", "dim_x", "v2"].map(str::to_owned);
        for pattern in ["dim_x", "dim_x.v2", "dim_x_v2", "dim_*"] {
            assert!(matches_fqn(pattern, &versioned, true), "{pattern}");
        }
        assert!(!matches_fqn("dim_x.v1", &versioned, true));
    }

    #[test]
    fn paths_match_with_what_is_below() {
        let path = "models/marts/core/dim_x.sql";
        for pattern in [
            "models",
            "models/marts/",
            "./models/marts",
            "models/*/core",
            "models/**/dim_*.sql",
            path,
        ] {
            assert!(matches_path(pattern, path), "{pattern}");
        }
        for pattern in ["model", "marts", "models/*.sql", "models/core", ""] {
            assert!(!matches_path(pattern, path), "{pattern}");
        }
    }
}
