//! Tokens of Jinja's expressions.

use std::ops::Range;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// A name or keyword.
    Name,
    /// A number.
    Number,
    /// A text in quotes.
    Text,
    /// An operator or bracket.
    Sign,
}

/// A token and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) range: Range<usize>,
}

const TWO: [&str; 6] = ["**", "//", "==", "!=", "<=", ">="];

/// The tokens of a piece of code, or none if it has a character that no token begins with.
pub(super) fn tokens(text: &str, code: Range<usize>) -> Option<Vec<Token>> {
    let bytes = text.as_bytes();
    let mut tokens = Vec::new();
    let mut at = code.start;
    while at < code.end {
        let byte = bytes[at];
        let (kind, end) = match byte {
            b' ' | b'\t' | b'\r' | b'\n' | 0x0b | 0x0c => {
                at += 1;
                continue;
            }
            b'\'' | b'"' => (TokenKind::Text, end_of_text(bytes, at, code.end)?),
            b'0'..=b'9' => {
                let after_dot = tokens
                    .last()
                    .is_some_and(|last: &Token| &text[last.range.clone()] == ".");
                (
                    TokenKind::Number,
                    end_of_number(bytes, at, code.end, after_dot),
                )
            }
            _ if is_word(byte) => {
                let length = bytes[at..code.end]
                    .iter()
                    .take_while(|&&byte| is_word(byte))
                    .count();
                (TokenKind::Name, at + length)
            }
            _ => {
                let two = text
                    .get(at..(at + 2).min(code.end))
                    .is_some_and(|two| TWO.contains(&two));
                if !two && !b"+-*/%~<>=()[]{}.,:|".contains(&byte) {
                    return None;
                }
                (TokenKind::Sign, at + 1 + usize::from(two))
            }
        };
        tokens.push(Token {
            kind,
            range: at..end,
        });
        at = end;
    }
    Some(tokens)
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

fn end_of_text(bytes: &[u8], start: usize, end: usize) -> Option<usize> {
    let mut at = start + 1;
    while at < end {
        match bytes[at] {
            b'\\' => at += 2,
            byte if byte == bytes[start] => return Some(at + 1),
            _ => at += 1,
        }
    }
    None
}

fn end_of_number(bytes: &[u8], start: usize, end: usize, after_dot: bool) -> usize {
    let digits = |mut at: usize| {
        while at < end && (bytes[at].is_ascii_alphanumeric() || bytes[at] == b'_') {
            let exponent = matches!(bytes[at], b'e' | b'E')
                && !bytes[start..at].starts_with(b"0x")
                && matches!(bytes.get(at + 1), Some(b'+' | b'-'))
                && bytes.get(at + 2).is_some_and(u8::is_ascii_digit);
            at += if exponent { 2 } else { 1 };
        }
        at
    };
    let whole = digits(start).min(end);
    let fraction =
        !after_dot && whole + 1 < end && bytes[whole] == b'.' && bytes[whole + 1].is_ascii_digit();
    if fraction {
        digits(whole + 1).min(end)
    } else {
        whole
    }
}
