//! Rewrites a template for minijinja, so that it means what it means in Python's Jinja.
//!
//! Lists and mappings become objects that can change, operators become filters that know Python's types, and
//! what minijinja's grammar lacks is written as it takes it. No line is added, and an [`OffsetMap`] leads from
//! every byte of the rewritten text to the user's. Code that this pass does not understand stays as it is.

mod constant;
mod expression;
mod offset_map;
mod token;

use std::borrow::Cow;
use std::ops::Range;

pub(crate) use self::constant::{is_constant, is_literal};
use self::expression::{Reader, Shape};
use self::offset_map::Edits;
pub(crate) use self::offset_map::OffsetMap;
use super::macro_call::IMPORT_LOADER;
use super::scan::{self, Piece};

/// A template as minijinja takes it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rewritten<'text> {
    pub(crate) text: Cow<'text, str>,
    pub(crate) map: OffsetMap,
}

/// Rewrites a template that is rendered for itself: with the loader of macros, if it has blocks that run in
/// macros of other files. The blanks before `start` are no part of it; they become a comment, so that its lines
/// keep their numbers.
pub(crate) fn root(text: &str, start: usize) -> Rewritten<'_> {
    rewritten(text, Some(start))
}

/// Rewrites a template.
pub(crate) fn template(text: &str) -> Rewritten<'_> {
    rewritten(text, None)
}

fn rewritten(text: &str, root: Option<usize>) -> Rewritten<'_> {
    let mut edits = Edits::default();
    let mut needs_loader = false;
    for piece in scan::pieces(text) {
        if root.is_some()
            && let Piece::Tag(tag) = &piece
            && matches!(&text[tag.keyword.clone()], "call" | "macro")
        {
            needs_loader = true;
        }
        match piece {
            Piece::Expression(code) => {
                if needs_reading(text[code.clone()].as_bytes()) {
                    read(text, code, &mut edits, |reader| {
                        reader.tuple(true).map(|_| ())
                    });
                }
            }
            Piece::Tag(tag) => statement(text, &tag, &mut edits),
        }
    }
    if let Some(start @ 1..) = root {
        edits.open(0, "{#");
        edits.close(start, "#}");
    }
    if needs_loader {
        edits.open(0, IMPORT_LOADER);
    }
    finish(text, edits)
}

/// Rewrites a single expression.
pub(crate) fn expression(text: &str) -> Rewritten<'_> {
    let mut edits = Edits::default();
    read(text, 0..text.len(), &mut edits, |reader| {
        reader.tuple(true).map(|_| ())
    });
    finish(text, edits)
}

fn finish(text: &str, edits: Edits) -> Rewritten<'_> {
    if edits.is_empty() {
        return Rewritten {
            text: Cow::Borrowed(text),
            map: OffsetMap::default(),
        };
    }
    let (text, map) = edits.apply(text);
    Rewritten {
        text: Cow::Owned(text),
        map,
    }
}

/// Whether code holds a sign that could ask for a change; most expressions of a model do not.
fn needs_reading(code: &[u8]) -> bool {
    let mut depth = 0_usize;
    code.iter().any(|byte| match byte {
        b'[' | b'{' | b'+' | b'-' | b'*' | b'/' | b'%' | b'|' | b'\\' | b'<' | b'>' => true,
        b'(' => {
            depth += 1;
            false
        }
        b')' => {
            depth = depth.saturating_sub(1);
            false
        }
        b',' => depth == 0,
        _ => false,
    })
}

/// Reads code to its end; what it does not understand leaves no edit.
fn read(
    text: &str,
    code: Range<usize>,
    edits: &mut Edits,
    reading: impl FnOnce(&mut Reader<'_>) -> Option<()>,
) {
    let Some(tokens) = token::tokens(text, code) else {
        return;
    };
    if tokens.is_empty() {
        return;
    }
    let before = edits.len();
    let mut reader = Reader {
        text,
        tokens: &tokens,
        position: 0,
        edits,
        depth: 0,
    };
    let understood = reading(&mut reader).is_some() && reader.at_end();
    if !understood {
        edits.truncate(before);
    }
}

fn statement(text: &str, tag: &scan::Tag, edits: &mut Edits) {
    let code = tag.arguments.clone();
    match &text[tag.keyword.clone()] {
        "if" | "elif" if !needs_reading(text[code.clone()].as_bytes()) => {}
        "if" | "elif" => read(text, code, edits, |reader| reader.tuple(true).map(|_| ())),
        "set" => read(text, code, edits, assignment),
        "for" => read(text, code, edits, for_loop),
        "do" => read(text, code, edits, |reader| {
            let done = reader.tuple(true)?;
            if done.shape != Shape::Call {
                reader.edits.open(done.start, "py_do(");
                reader.edits.close(done.end, ")");
            }
            Some(())
        }),
        "call" => read(text, code, edits, |reader| {
            if reader.next() == "(" && !parameters(reader)?.is_empty() {
                return None;
            }
            reader.conditional().map(|_| ())
        }),
        "macro" | "test" | "data_test" => read(text, code, edits, |reader| {
            reader.name()?;
            let moved = parameters(reader)?;
            if !moved.is_empty() {
                let trims = text[..tag.range.end].ends_with("-%}");
                let body: String = moved
                    .iter()
                    .map(|(name, default)| {
                        format!(
                            "{{% if {name} is undefined %}}{{% set {name} = {default} %}}{{% endif {}%}}",
                            if trims { "-" } else { "" }
                        )
                    })
                    .collect();
                reader.edits.open(tag.range.end, body);
            }
            Some(())
        }),
        "with" => read(text, code, edits, |reader| {
            while !reader.at_end() {
                reader.name()?;
                reader.expect("=")?;
                reader.conditional()?;
                if !reader.skip(",") {
                    break;
                }
            }
            Some(())
        }),
        _ => {}
    }
}

/// `a, b = value`, `space.a = value`
fn assignment(reader: &mut Reader<'_>) -> Option<()> {
    loop {
        if reader.skip("=") {
            break;
        }
        // a block's start has no value, but may have filters
        if reader.at_end() || reader.next() == "|" {
            reader.position = reader.tokens.len();
            return Some(());
        }
        reader.position += 1;
    }
    let value = reader.tuple(true)?;
    if value.shape != Shape::Literal {
        reader.edits.open(value.start, "((");
        reader.edits.close(value.end, ")|py_value)");
    }
    Some(())
}

/// `a, b in values if condition recursive`
fn for_loop(reader: &mut Reader<'_>) -> Option<()> {
    while !reader.skip("in") {
        if reader.at_end() {
            return None;
        }
        reader.position += 1;
    }
    reader.tuple(false)?;
    if reader.skip("if") {
        reader.conditional()?;
    }
    reader.skip("recursive");
    Some(())
}

/// `(a, b: type = default)`; the types are taken out. A default that reads an earlier parameter, which
/// minijinja does not know there, goes into the macro's body: such parameters with their defaults.
fn parameters(reader: &mut Reader<'_>) -> Option<Vec<(String, String)>> {
    reader.expect("(")?;
    let mut names: Vec<String> = Vec::new();
    let mut moved = Vec::new();
    while !reader.skip(")") {
        let name = reader.name()?.to_owned();
        if reader.next() == ":" {
            let mut depth = 0_i32;
            while !reader.at_end() {
                match reader.next() {
                    "," | ")" | "=" if depth == 0 => break,
                    "[" => depth += 1,
                    "]" => depth -= 1,
                    _ => {}
                }
                let range = reader.tokens[reader.position].range.clone();
                reader.edits.replace(range, "");
                reader.position += 1;
            }
        }
        let sign = reader
            .tokens
            .get(reader.position)
            .map(|token| token.range.start);
        if reader.skip("=") {
            let first = reader.position;
            let edits = reader.edits.len();
            let default = reader.conditional()?;
            let reads_earlier = reader.tokens[first..reader.position].iter().any(|token| {
                names
                    .iter()
                    .any(|name| *name == reader.text[token.range.clone()])
            });
            if let Some(sign) = sign
                && reads_earlier
            {
                reader.edits.truncate(edits);
                let text = &reader.text[default.start..default.end];
                moved.push((name.clone(), expression(text).text.replace('\n', " ")));
                reader.edits.close(sign, "=py_undefined");
                reader.edits.remove(reader.text, sign..default.end);
            }
        }
        names.push(name);
        if !reader.skip(",") {
            reader.expect(")")?;
            break;
        }
    }
    Some(moved)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewritten(text: &str) -> String {
        template(text).text.into_owned()
    }

    #[test]
    fn what_minijinja_does_itself_stays() {
        for text in [
            "select 1",
            "{{ ref('a') }} {{ source('a', 'b') }} {% if a and not b == 'c' %}{% endif %}",
            "{# {{ [1] }} #}{% raw %}{{ [1] }}{% endraw %}",
            "{{ a ~ 'b' }}",
        ] {
            assert!(matches!(template(text).text, Cow::Borrowed(_)), "{text}");
        }
    }

    #[test]
    fn literals_and_operators() {
        insta::assert_snapshot!(rewritten("{{ [1, {'a': 2}] }}"), @"{{ ([1, ({'a': 2}|py_dict)]|py_list) }}");
        insta::assert_snapshot!(rewritten("{{ a + b - c }}"), @"{{ ((a) |py_add( b) |py_sub( c)) }}");
        insta::assert_snapshot!(rewritten("{{ a + b * 2 }}"), @"{{ ((a) |py_add( ((b) |py_mul( 2)))) }}");
        insta::assert_snapshot!(rewritten("{{ x[1:] | sort | join }}"), @"{{ (x[1:]|py_slice) | sort|py_slice | join }}");
        insta::assert_snapshot!(rewritten("{{ -x ** 2 }}"), @"{{ (((x|py_neg)) |py_pow( 2)) }}");
    }

    #[test]
    fn statements() {
        insta::assert_snapshot!(rewritten("{% set a, b = 1, [2] %}"), @"{% set a, b = (((1, ([2]|py_list)))|py_value) %}");
        insta::assert_snapshot!(rewritten("{% do a.append(1) %}{% do a if b %}"), @"{% do a.append(1) %}{% do py_do(a if b) %}");
        insta::assert_snapshot!(rewritten("{% macro m(a: list[int], b: x = {}) %}"), @"{% macro m(a , b  = ({}|py_dict)) %}");
        insta::assert_snapshot!(rewritten("{% for a in 1, 2 if a % 2 recursive %}"), @"{% for a in (1, 2) if ((a) |py_mod( 2)) recursive %}");
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_rewritten_without_panic(text in "([a-z0-9 +*/%~()\\[\\]{}.,:|'\"=-]|\\{\\{|\\}\\}|\\{%|%\\}|\\{% set |in|if|é|\\\\){0,60}") {
            let rewritten = template(&text);
            let lines = |text: &str| text.matches('\n').count();
            proptest::prop_assert_eq!(lines(&text), lines(&rewritten.text));
            let mut last = 0;
            for at in 0..=rewritten.text.len() {
                let original = rewritten.map.original(at);
                proptest::prop_assert!(original >= last && original <= text.len());
                last = original;
            }
            proptest::prop_assert_eq!(rewritten.map.original(rewritten.text.len()), text.len());
        }
    }
}
