//! Which expressions Jinja calculates while it compiles a template.

use std::ops::Range;

use super::token::{TokenKind, tokens};

/// Words of the language, and values that have names.
const WORDS: [&str; 13] = [
    "true", "True", "false", "False", "none", "None", "and", "or", "not", "in", "is", "if", "else",
];

/// Filters that are only called when the template runs.
const RUNNING_FILTERS: [&str; 10] = [
    "map",
    "select",
    "reject",
    "selectattr",
    "rejectattr",
    "random",
    "as_text",
    "as_bool",
    "as_number",
    "as_native",
];

/// Whether an expression names nothing and calls nothing, so that its value stands before the template runs.
pub(crate) fn is_constant(text: &str, code: &Range<usize>) -> bool {
    let Some(tokens) = tokens(text, code.clone()) else {
        return false;
    };
    let word = |at: usize| tokens.get(at).map(|token| &text[token.range.clone()]);
    let before = |at: usize, back: usize| at.checked_sub(back).and_then(word);
    let follows_test = |at: usize| {
        before(at, 1) == Some("is") || (before(at, 1) == Some("not") && before(at, 2) == Some("is"))
    };
    tokens.iter().enumerate().all(|(at, token)| {
        let this = &text[token.range.clone()];
        match token.kind {
            TokenKind::Number | TokenKind::Text => true,
            TokenKind::Name if before(at, 1) == Some("|") => !RUNNING_FILTERS.contains(&this),
            TokenKind::Name => {
                WORDS.contains(&this)
                    || before(at, 1) == Some(".")
                    || follows_test(at)
                    || word(at + 1) == Some("=")
            }
            TokenKind::Sign if this == "(" => match at.checked_sub(1).map(|last| &tokens[last]) {
                Some(last) if last.kind == TokenKind::Name => before(at, 2) != Some("."),
                Some(last) => {
                    !matches!(&text[last.range.clone()], ")" | "]") && last.kind == TokenKind::Sign
                }
                None => true,
            },
            TokenKind::Sign => true,
        }
    })
}

/// Whether a text is a literal of Python: a number, a text, a truth value, `None`, or a list, tuple or dict of such.
pub(crate) fn is_literal(text: &str) -> bool {
    let Some(tokens) = tokens(text, 0..text.len()) else {
        return false;
    };
    let mut after_value = false;
    tokens.iter().all(|token| {
        let this = &text[token.range.clone()];
        let (allowed, is_value) = match token.kind {
            TokenKind::Number => (!has_leading_zero(this), true),
            TokenKind::Text => (true, true),
            TokenKind::Name => (matches!(this, "True" | "False" | "None"), true),
            TokenKind::Sign => match this {
                "-" | "(" | "[" | "{" => (!after_value, false),
                ")" | "]" | "}" => (true, true),
                _ => (matches!(this, "," | ":"), false),
            },
        };
        after_value = is_value;
        allowed
    })
}

fn has_leading_zero(number: &str) -> bool {
    number.len() > 1 && number.starts_with('0') && number.as_bytes()[1].is_ascii_digit()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn constant(text: &str) -> bool {
        is_constant(text, &(0..text.len()))
    }

    #[test]
    fn names_and_calls_are_not_constant() {
        for text in [
            "1",
            "[1, 'a']",
            "{'a': 1}.a",
            "[5][0]",
            "true and 5",
            "1 is number",
            "1 is not none",
            "[3, 1] | first",
            "'x' | replace('a', 'b')",
            "4 ~ ''",
            "(1, 2)",
            "5 if true else 6",
            "[1] | join(d='x')",
        ] {
            assert!(constant(text), "{text}");
        }
        for text in [
            "x",
            "var('x')",
            "[x]",
            "'a,b'.split(',')",
            "[1] | map('string') | list",
            "'4' | as_number",
            "range(3)",
            "(x)",
            "1 if x else 2",
            "1 is divisibleby(x)",
        ] {
            assert!(!constant(text), "{text}");
        }
    }

    #[test]
    fn literals_are_those_of_python() {
        for text in [
            "1",
            "-1.5",
            "'a'",
            "[1, 'a']",
            "{'a': (1,)}",
            "True",
            "None",
        ] {
            assert!(is_literal(text), "{text}");
        }
        for text in [
            "007", "x", "true", "1 + 1", "f()", "1 - 1", "[1][0]", "not True",
        ] {
            assert!(!is_literal(text), "{text}");
        }
    }
}
