//! Templates that dbt reads by their form alone, without rendering them: it knows each of their sources once.

use crate::jinja::scan::{Piece, pieces};

/// Whether a template has nothing but calls of `ref`, `source` and `config` with values that are written out.
pub(super) fn is_extracted(template: &str) -> bool {
    // dbt's reader of forms knows no marks that cut white space
    let is_plain = !template.contains("{{-") && !template.contains("-}}");
    is_plain
        && pieces(template).all(|piece| match piece {
            Piece::Expression(range) => template.get(range).is_some_and(is_known_call),
            Piece::Tag(_) => false,
        })
}

fn is_known_call(expression: &str) -> bool {
    let expression = expression.trim();
    let known = ["ref", "source", "config"].into_iter().find_map(|name| {
        let called = expression.strip_prefix(name)?.trim_start();
        Some((name, called.strip_prefix('(')?.strip_suffix(')')?))
    });
    known.is_some_and(|(name, arguments)| are_written_out(arguments, name == "ref"))
}

/// Whether arguments are texts, `True`, `False`, lists and dictionaries of them, and where that is allowed numbers; some
/// of them by name.
fn are_written_out(arguments: &str, may_have_numbers: bool) -> bool {
    let mut rest = arguments.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '\'' | '"' => {
                let Some(end) = rest[1..].find(first) else {
                    return false;
                };
                end + 2
            }
            ',' | '[' | ']' | '{' | '}' | ':' => 1,
            _ => {
                let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_'));
                let word = &rest[..end.unwrap_or(rest.len())];
                let after = rest[word.len()..].trim_start();
                let is_name = after.starts_with('=') && !after.starts_with("==");
                let is_value = matches!(word, "True" | "False")
                    || may_have_numbers
                        && !word.is_empty()
                        && word.bytes().all(|byte| byte.is_ascii_digit());
                match (is_name, is_value) {
                    (true, _) => rest.len() - after.len() + 1,
                    (false, true) => word.len(),
                    (false, false) => return false,
                }
            }
        };
        rest = rest[length..].trim_start();
    }
    true
}

#[cfg(test)]
mod tests {
    use super::is_extracted;

    #[test]
    fn calls_of_written_values_are_read_by_their_form() {
        for template in [
            "select 1",
            "{# a note #} select * from {{ ref('x') }}, {{ source(\"a\", 'b') }}",
            "{{ config(a='x', b=['y', {'k': True}],) }}{{ ref('p', 'x', v=2) }}",
        ] {
            assert!(is_extracted(template), "{template}");
        }
        for template in [
            "{{- ref('x') }}",
            "{{ ref('x') | upper }}",
            "{{ ref('x').include() }}",
            "{{ ref(var('x')) }}",
            "{{ config(a=none) }}",
            "{{ config(a=1) }}",
            "{{ config(a=true) }}",
            "{{ this }}",
            "{% set x = 1 %}{{ ref('x') }}",
            "{{ ref('x) }}",
        ] {
            assert!(!is_extracted(template), "{template}");
        }
    }
}
