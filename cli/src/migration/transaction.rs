//! Finds statements of a migration that would end or begin its transaction. Reads text only.

use std::ops::Range;

/// Byte range of the first `begin`, `start transaction`, `commit`, `rollback` or `abort` that
/// stands at the start of a statement; text, comments and function bodies do not count.
///
/// `end` is not looked for: it also closes the body of an SQL function. `rollback to` stays
/// within the transaction.
pub(crate) fn control_statement(text: &str) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let mut at = 0;
    let mut at_statement_start = true;
    while at < bytes.len() {
        if let Some(after) = skip_quoted(text, at) {
            let comment = bytes[at] == b'-' || bytes[at] == b'/';
            at_statement_start &= comment;
            at = after;
            continue;
        }
        let byte = bytes[at];
        if byte == b';' {
            at_statement_start = true;
            at += 1;
        } else if is_word(byte) {
            let end = word_end(bytes, at);
            if at_statement_start && ends_transaction(text, at, end) {
                return Some(at..end);
            }
            at_statement_start = false;
            at = end;
        } else {
            at_statement_start &= byte.is_ascii_whitespace();
            at += 1;
        }
    }
    None
}

fn ends_transaction(text: &str, start: usize, end: usize) -> bool {
    let following = next_word(text, end);
    match text[start..end].to_ascii_lowercase().as_str() {
        "commit" | "abort" => true,
        "begin" => following != "atomic",
        "start" => following == "transaction",
        "rollback" => {
            following != "to"
                && !(["work", "transaction"].contains(&following.as_str())
                    && text[end..].to_ascii_lowercase().contains(" to "))
        }
        _ => false,
    }
}

/// The end of a comment, string, quoted name or dollar-quoted body that starts here.
fn skip_quoted(text: &str, start: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let rest = &bytes[start..];
    match rest {
        [b'-', b'-', ..] => Some(find(bytes, start, b"\n")),
        [b'/', b'*', ..] => Some(skip_block_comment(bytes, start)),
        [b'\'', ..] => {
            let escapes = start > 0
                && bytes[start - 1].eq_ignore_ascii_case(&b'e')
                && (start < 2 || !is_word(bytes[start - 2]));
            Some(skip_string(bytes, start, b'\'', escapes))
        }
        [b'"', ..] => Some(skip_string(bytes, start, b'"', false)),
        [b'$', ..] => {
            let tag_end = start + 1 + rest[1..].iter().position(|byte| *byte == b'$')?;
            let tag = &bytes[start..=tag_end];
            let name = &tag[1..tag.len() - 1];
            let named = name.iter().all(|byte| is_word(*byte))
                && !name.first().is_some_and(u8::is_ascii_digit);
            named.then(|| find(bytes, tag_end + 1, tag))
        }
        _ => None,
    }
}

fn skip_string(bytes: &[u8], start: usize, quote: u8, escapes: bool) -> usize {
    let mut at = start + 1;
    while at < bytes.len() {
        if escapes && bytes[at] == b'\\' {
            at += 2;
        } else if bytes[at] == quote {
            return at + 1;
        } else {
            at += 1;
        }
    }
    bytes.len()
}

fn skip_block_comment(bytes: &[u8], start: usize) -> usize {
    let mut depth = 0;
    let mut at = start;
    while at < bytes.len() {
        match &bytes[at..] {
            [b'/', b'*', ..] => {
                depth += 1;
                at += 2;
            }
            [b'*', b'/', ..] => {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    return at;
                }
            }
            _ => at += 1,
        }
    }
    bytes.len()
}

/// The end of the next occurrence of a needle, or of the text.
fn find(bytes: &[u8], start: usize, needle: &[u8]) -> usize {
    bytes[start.min(bytes.len())..]
        .windows(needle.len())
        .position(|window| window == needle)
        .map_or(bytes.len(), |offset| start + offset + needle.len())
}

fn next_word(text: &str, from: usize) -> String {
    let bytes = text.as_bytes();
    let mut at = from;
    while at < bytes.len() && bytes[at].is_ascii_whitespace() {
        at += 1;
    }
    text[at..word_end(bytes, at)].to_ascii_lowercase()
}

fn word_end(bytes: &[u8], start: usize) -> usize {
    bytes[start..]
        .iter()
        .position(|byte| !is_word(*byte))
        .map_or(bytes.len(), |length| start + length)
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

#[cfg(test)]
mod tests {
    use super::control_statement;

    #[test]
    fn control_statements_are_found() {
        for text in [
            "commit",
            "select 1; -- now\n/* a /* b */ */ COMMIT;",
            "begin; select 1;",
            "start transaction read only;",
            "select $$ a $$; rollback;",
        ] {
            assert!(control_statement(text).is_some(), "{text}");
        }
    }

    #[test]
    fn other_text_is_left_alone() {
        for text in [
            "create table commit (rollback text)",
            "select ';commit;', e'\\';commit', \";begin\"",
            "do $body$ begin perform 1; commit; end $body$",
            "-- commit;\nselect 1",
            "create function f() returns int begin atomic select 1; end",
            "savepoint a; rollback to a; rollback to savepoint a;",
            "select $1; select 1",
        ] {
            assert_eq!(control_statement(text), None, "{text}");
        }
    }
}
