//! Which macros a macro's text calls, seen without running it: dbt's `depends_on.macros` of macros.

use std::ops::Range;
use std::sync::Arc;

use super::dispatch;
use super::library::MacroDefinition;
use super::namespace::MacroTable;
use super::scan::{self, Piece};

/// Functions of the context: a macro of such a name is not what their call means.
const FUNCTIONS: [&str; 20] = [
    "config",
    "diff_of_two_dicts",
    "env_var",
    "fromjson",
    "fromyaml",
    "local_md5",
    "log",
    "print",
    "ref",
    "return",
    "set",
    "set_strict",
    "source",
    "toyaml",
    "tojson",
    "try_or_compiler_error",
    "var",
    "zip",
    "zip_strict",
    "caller",
];

/// The macros that a macro calls, each once, in the order of their calls.
pub(super) fn called_macros(
    table: &MacroTable,
    definition: &MacroDefinition,
) -> Vec<Arc<MacroDefinition>> {
    let text = &definition.file.text[definition.range.clone()];
    called_in(table, &definition.package, &definition.name, text)
}

/// The macros that a text of a package calls; a macro of the name `own` is the text itself.
pub(super) fn called_in(
    table: &MacroTable,
    own_package: &str,
    own: &str,
    text: &str,
) -> Vec<Arc<MacroDefinition>> {
    let mut called: Vec<Arc<MacroDefinition>> = Vec::new();
    let mut add = |package: &str, name: &str| {
        let is_known = |known: &Arc<MacroDefinition>| {
            called
                .iter()
                .any(|one| one.package == known.package && one.name == known.name)
        };
        if let Some(found) = table.resolve(package, name)
            && !is_known(found.definition())
        {
            called.push(found.definition().clone());
        }
    };
    for call in calls(text) {
        let (package, name) = match call.path.as_slice() {
            [name] => (own_package, *name),
            ["adapter", "dispatch"] => {
                let (name, namespace) = dispatch_target(&text[call.arguments]);
                let Some(name) = name else { continue };
                if name != own {
                    add(own_package, name);
                }
                let unscoped = |wanted: &str| table.by_name(wanted);
                if let Some(found) = dispatch::find_in(table, name, namespace, unscoped) {
                    let found = found.definition();
                    add(&found.package, &found.name);
                }
                continue;
            }
            ["adapter", _] => continue,
            [package, name] => (*package, *name),
            _ => continue,
        };
        let is_plain = call.path.len() == 1;
        if !(is_plain && (name == own || FUNCTIONS.contains(&name))) {
            add(package, name);
        }
    }
    called
}

/// A call in a template: `a.b(…)`.
struct Call<'text> {
    path: Vec<&'text str>,
    /// What follows the opening parenthesis.
    arguments: Range<usize>,
}

fn calls(text: &str) -> Vec<Call<'_>> {
    let mut calls = Vec::new();
    for piece in scan::pieces(text) {
        match piece {
            Piece::Expression(code) => calls_in(text, code, &mut calls),
            Piece::Tag(tag) => {
                let start = calls.len();
                calls_in(text, tag.arguments.clone(), &mut calls);
                let defines = ["macro", "test", "materialization"];
                if defines.contains(&&text[tag.keyword]) && calls.len() > start {
                    // the name that is defined is not called
                    calls.remove(start);
                }
            }
        }
    }
    calls
}

fn calls_in<'text>(text: &'text str, code: Range<usize>, calls: &mut Vec<Call<'text>>) {
    let bytes = text.as_bytes();
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let mut at = code.start;
    // what stands before: a name after `.`, `|` or `is` is an attribute, a filter or a test
    let mut hides_name = false;
    while at < code.end {
        let byte = bytes[at];
        if byte.is_ascii_whitespace() {
            at += 1;
        } else if byte == b'"' || byte == b'\'' {
            at = end_of_text(bytes, at, code.end);
            hides_name = false;
        } else if is_word(byte) {
            let start = at;
            let mut path = Vec::new();
            loop {
                let from = at;
                while at < code.end && is_word(bytes[at]) {
                    at += 1;
                }
                path.push(&text[from..at]);
                let goes_on = at + 1 < code.end && bytes[at] == b'.' && is_word(bytes[at + 1]);
                if !goes_on {
                    break;
                }
                at += 1;
            }
            let after = (at..code.end).find(|&next| !bytes[next].is_ascii_whitespace());
            let is_call = after.is_some_and(|next| bytes[next] == b'(');
            if is_call && !hides_name && !bytes[start].is_ascii_digit() {
                let arguments = after.map_or(code.end, |next| next + 1)..code.end;
                calls.push(Call {
                    path: path.clone(),
                    arguments,
                });
            }
            hides_name = path == ["is"] || (hides_name && path == ["not"]);
        } else {
            hides_name = byte == b'.' || byte == b'|';
            at += 1;
        }
    }
}

fn end_of_text(bytes: &[u8], start: usize, end: usize) -> usize {
    let mut at = start + 1;
    while at < end {
        match bytes[at] {
            b'\\' => at += 2,
            byte if byte == bytes[start] => return at + 1,
            _ => at += 1,
        }
    }
    end
}

/// The name and the namespace of `adapter.dispatch(…)` where they are written as texts.
fn dispatch_target(arguments: &str) -> (Option<&str>, Option<&str>) {
    let (mut name, mut namespace) = (None, None);
    let mut rest = arguments;
    for position in 0..2 {
        let trimmed = rest.trim_start();
        let key = ["macro_name", "macro_namespace"].into_iter().find(|key| {
            trimmed
                .strip_prefix(key)
                .is_some_and(|after| after.trim_start().starts_with('='))
        });
        let value = match key {
            Some(key) => trimmed[key.len()..]
                .trim_start()
                .trim_start_matches('=')
                .trim_start(),
            None => trimmed,
        };
        let Some(quote) = value.chars().next().filter(|first| "'\"".contains(*first)) else {
            break;
        };
        let Some(end) = value[1..].find(quote) else {
            break;
        };
        let text = Some(&value[1..=end]);
        match (key, position) {
            (Some("macro_name"), _) | (None, 0) => name = text,
            _ => namespace = text,
        }
        match value[end + 2..].trim_start().strip_prefix(',') {
            Some(after) => rest = after,
            None => break,
        }
    }
    (name, namespace)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jinja::{Engine, MacroLibrary};
    use crate::source::SourceFile;

    fn called(text: &str, name: &str) -> Vec<String> {
        let mut library = MacroLibrary::new("root", &mut Vec::new());
        let file = SourceFile::new("macros/a.sql", text);
        library.add_package("pack", [&file], &mut Vec::new());
        library.add_package("root", [], &mut Vec::new());
        let engine = Engine::new(&library);
        let definition = engine
            .macro_definition("pack", None, name)
            .expect("defined");
        engine
            .called_macros(definition)
            .iter()
            .map(|called| called.unique_id())
            .collect()
    }

    #[test]
    fn calls_are_seen_in_expressions_and_tags() {
        let text = "\
{% macro m(a, b=two()) %}{% set x = one(pack.two('three()')) %}{{ a.append(1) }}{{ x | one() }}
{% if x is one() %}{{ m(1) }}{% endif %}{# two() #}{% raw %}{{ gone() }}{% endraw %}{{ a.b.one() }}
{% call statement('x') %}{{ ref('y') }}{% endcall %}{% endmacro %}
{% macro one() %}{% endmacro %}{% macro two() %}{% endmacro %}{% macro gone() %}{% endmacro %}";
        let found = called(text, "m");
        let own: Vec<&String> = found.iter().filter(|id| id.contains(".pack.")).collect();
        assert_eq!(own, ["macro.pack.two", "macro.pack.one"]);
    }

    #[test]
    fn dispatched_macros_are_those_that_would_be_found() {
        let text = "\
{% macro m(a) %}{{ return(adapter.dispatch('m', 'pack')(a)) }}{% endmacro %}
{% macro n(a) %}{{ adapter.dispatch(macro_name=\"m\", macro_namespace = 'pack')(a) }}{% endmacro %}
{% macro default__m(a) %}{% endmacro %}{% macro postgres__m(a) %}{% endmacro %}";
        assert_eq!(called(text, "m"), ["macro.pack.postgres__m"]);
        assert_eq!(
            called(text, "n"),
            ["macro.pack.m", "macro.pack.postgres__m"]
        );
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in ".{0,80}") {
            let _ = calls(&text);
            let _ = dispatch_target(&text);
        }
    }
}
