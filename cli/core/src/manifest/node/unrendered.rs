//! `unrendered_config`: a node's configuration as it is written.

use serde_json::{Value as Json, json};

use super::used::is_never_parsed;
use crate::jinja::{Captured, Engine, scan};
use crate::project::config::ConfigMap;
use crate::project::{Node, NodeKind};

/// The configuration as written: project files, sidecar, then the template's own call.
pub(super) fn unrendered(engine: &Engine, node: &Node, captured: Option<&Captured>) -> ConfigMap {
    let mut unrendered = node.properties.unrendered_config.clone();
    if let Some(alias) = &node.properties.made_alias {
        unrendered.insert("alias".to_owned(), json!(alias));
    }
    if let Some(template) = node.template() {
        unrendered.extend(config_call(&template.text));
    }
    unrendered.extend(node.properties.unrendered_root_config.clone());
    if let NodeKind::GenericTest(test) = &node.kind {
        let definition =
            engine.macro_definition(&node.package, test.namespace.as_deref(), &test.macro_name());
        let said = &node.properties.test_config;
        if !said.is_empty() && !definition.is_some_and(|found| is_never_parsed(&found.unique_id()))
        {
            // dbt reads them from the template that it has made of them
            unrendered.extend(
                said.iter()
                    .map(|(key, value)| (key.clone(), as_text(value))),
            );
        } else if let Some(captured) = captured
            && node.properties.made_alias.is_none()
        {
            // what the test's macro says
            unrendered.extend(captured.config.clone());
        }
    }
    unrendered
}

fn as_text(value: &Json) -> Json {
    match value {
        Json::String(_) => value.clone(),
        other => crate::python::shown(other).into(),
    }
}

/// The arguments of a template's first `config(…)`, as texts.
pub(in crate::manifest) fn config_call(text: &str) -> Vec<(String, Json)> {
    let Some(at) = text.find("config(") else {
        return Vec::new();
    };
    let before = text[..at].trim_end();
    let before = before.trim_end_matches(['-', '+']).trim_end();
    if !before.ends_with("{{") && !before.ends_with("do") {
        return Vec::new();
    }
    let Some(end) = scan::closing(&text[at..]) else {
        return Vec::new();
    };
    let Some((_, arguments)) = scan::signature(&text[at..at + end]) else {
        return Vec::new();
    };
    arguments
        .into_iter()
        .filter_map(|argument| {
            let (name, value) = argument.split_once('=')?;
            Some((name.trim().to_owned(), json!(static_text(value.trim()))))
        })
        .collect()
}

/// An argument as dbt keeps it: a text without its quotes, all else as Python writes it.
fn static_text(value: &str) -> String {
    let inner = |quote: char| {
        value
            .strip_prefix(quote)
            .and_then(|rest| rest.strip_suffix(quote))
            .filter(|inner| !inner.contains(quote))
    };
    if let Some(text) = inner('\'').or_else(|| inner('"')) {
        return text.to_owned();
    }
    shown(&tokens(value))
}

/// A piece of an expression.
#[derive(Debug, Clone, PartialEq)]
enum Token {
    /// A name, a number, or a text as Python writes it.
    Value(String),
    /// `and` and its kin.
    Keyword(&'static str),
    Sign(String),
}

const KEYWORDS: [&str; 7] = ["and", "or", "not", "in", "is", "if", "else"];
const LONG_SIGNS: [&str; 6] = ["==", "!=", "<=", ">=", "//", "**"];

fn tokens(value: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = value.trim_start();
    while let Some(first) = rest.chars().next() {
        let word = rest
            .find(|character: char| !(character.is_alphanumeric() || character == '_'))
            .unwrap_or(rest.len());
        let (token, length) = if first == '\'' || first == '"' {
            let end = rest[1..].find(first).map_or(rest.len(), |end| end + 2);
            let text = crate::python::quoted(rest[..end].trim_matches(first));
            (Token::Value(text), end)
        } else if let Some(keyword) = KEYWORDS
            .into_iter()
            .find(|keyword| *keyword == &rest[..word])
        {
            (Token::Keyword(keyword), word)
        } else if word > 0 {
            let text = match &rest[..word] {
                "true" => "True",
                "false" => "False",
                "none" => "None",
                word => word,
            };
            (Token::Value(text.to_owned()), word)
        } else {
            let long = LONG_SIGNS.into_iter().find(|sign| rest.starts_with(sign));
            let length = long.map_or(first.len_utf8(), str::len);
            (Token::Sign(rest[..length].to_owned()), length)
        };
        tokens.push(token);
        rest = rest[length..].trim_start();
    }
    tokens
}

/// An expression with blanks where Python's style has them; parentheses that only group are left out, as in dbt.
fn shown(tokens: &[Token]) -> String {
    let mut shown = String::new();
    // for each parenthesis that is open, whether it is shown
    let mut open: Vec<bool> = Vec::new();
    let mut before: Option<&Token> = None;
    for (position, token) in tokens.iter().enumerate() {
        let follows_value = match before {
            Some(Token::Value(_)) => true,
            Some(Token::Sign(sign)) => matches!(&**sign, ")" | "]" | "}"),
            Some(Token::Keyword(_)) | None => false,
        };
        match token {
            Token::Value(text) => shown.push_str(text),
            Token::Keyword(word) => {
                if follows_value {
                    shown.push(' ');
                }
                shown.push_str(word);
                shown.push(' ');
            }
            Token::Sign(sign) => match &**sign {
                "(" => {
                    let is_shown = follows_value || is_tuple(&tokens[position..]);
                    open.push(is_shown);
                    shown.push_str(if is_shown { "(" } else { "" });
                }
                ")" => shown.push_str(if open.pop() == Some(false) { "" } else { ")" }),
                "," => shown.push_str(", "),
                ":" => shown.push_str(": "),
                "=" | "." | "[" | "]" | "{" | "}" => shown.push_str(sign),
                "-" | "+" if !follows_value => shown.push_str(sign),
                _ => shown.push_str(&format!(" {sign} ")),
            },
        }
        before = Some(token);
    }
    shown
        .replace(", ]", "]")
        .replace(", }", "}")
        .replace(", )", ",)")
}

/// Whether a parenthesis is that of a tuple: it is empty, or holds a comma of its own.
fn is_tuple(tokens: &[Token]) -> bool {
    let mut depth = 0;
    for (position, token) in tokens.iter().enumerate() {
        let Token::Sign(sign) = token else { continue };
        match &**sign {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" if depth == 1 => return position == 1,
            ")" | "]" | "}" => depth -= 1,
            "," if depth == 1 => return true,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::static_text;

    #[test]
    fn expressions_are_shown_as_dbt_writes_them() {
        for (written, shown) in [
            ("'x'", "x"),
            (
                "var('a',  true) and var('b', True)",
                "var('a', True) and var('b', True)",
            ),
            ("var(\"a\", 'rest')=='rest'", "var('a', 'rest') == 'rest'"),
            ("(a and (b == c))", "a and b == c"),
            ("not  x in [1,2, ]", "not x in [1, 2]"),
            ("f(x, key=-1)", "f(x, key=-1)"),
            ("(1,)", "(1,)"),
            ("{'a':[1], \"b\" : ()}", "{'a': [1], 'b': ()}"),
            ("'a' ~ x.y[0]", "'a' ~ x.y[0]"),
        ] {
            assert_eq!(static_text(written), shown, "{written}");
        }
    }
}
