//! The portable twin: what a rule declares of it, and the whole script.

use std::collections::BTreeMap;

use super::catalogue;
use super::quoted;
use crate::registry::registry;
use crate::{About, Layer};

/// A rule in the database's own languages, declared in the rule's file.
///
/// The functions are `hcw.<code>_is_valid(value text)` and so on; names, results and properties are
/// written from the registry. What bodies keep to stands in `portable/00_contract.sql`.
#[derive(Debug)]
pub struct Portable {
    /// Functions that the bodies call and that nothing else defines: whole statements. Names start
    /// with an underscore.
    pub helpers: &'static str,
    /// Whether the value is valid. Null gives null.
    pub is_valid: Body,
    /// The first reason why not, or null.
    pub reason: Body,
    /// The canonical text, or null.
    pub canonical: Body,
}

/// The body of a function over `value`.
#[derive(Clone, Copy, Debug)]
pub enum Body {
    /// One query in SQL. It sees nulls, so that the planner can put it in place of the call.
    Sql(&'static str),
    /// A block in PL/pgSQL, which is not called for null.
    Block(&'static str),
}

impl Body {
    /// The statement that makes the function.
    fn function(self, name: &str, returns: &str) -> String {
        let (properties, body) = match self {
            Body::Sql(body) => ("sql immutable parallel safe", body),
            Body::Block(body) => ("plpgsql immutable strict parallel safe", body),
        };
        format!(
            "create or replace function hcw.{name}(value text) returns {returns}\n\
             language {properties} as $${body}$$;\n"
        )
    }
}

/// The hand-written parts around the rules.
const CONTRACT: &str = include_str!("../../../portable/00_contract.sql");
const DATE_PATTERNS: &str = include_str!("../../../portable/10_date_patterns.sql");
const DATES: &str = include_str!("../../../portable/80_dates.sql");
const SAFE_HARBOR: &str = include_str!("../../../portable/90_safe_harbor.sql");
const NEAR_NAMES: &str = include_str!("../../../portable/95_near_names.sql");

/// The portable script as named parts, to be run in this order, in one transaction.
pub fn script() -> Vec<(&'static str, String)> {
    vec![
        ("contract", CONTRACT.to_owned()),
        ("date_patterns", DATE_PATTERNS.to_owned()),
        ("rules", rules()),
        ("dates", DATES.to_owned()),
        ("safe_harbor", SAFE_HARBOR.to_owned()),
        (
            "catalogue",
            catalogue() + NEAR_NAMES + &validate() + &domains(),
        ),
    ]
}

/// A statement or several, and the functions of rules that it must find there.
struct Piece {
    text: String,
    is_written: bool,
}

/// The functions of all rules, family by family, each after those that it calls: the server looks
/// into the body of an SQL function when it is made.
fn rules() -> String {
    let mut pieces = Vec::new();
    let mut makers = BTreeMap::new();
    let mut add = |text: String| {
        for rest in text.split("create or replace function hcw.").skip(1) {
            makers.insert(name_at(rest).to_owned(), pieces.len());
        }
        let is_written = text.is_empty();
        pieces.push(Piece { text, is_written });
    };
    for entry in registry() {
        let About {
            code,
            title,
            source,
            ..
        } = entry.about;
        let rule = entry.portable;
        let heading = format!(
            "\n-- {code}: {title}. ({}; {}; {})\n",
            source.standard, source.section, source.edition
        );
        add(heading.replace('\u{2014}', " - ") + rule.helpers.trim_start());
        for (answer, body, returns) in [
            ("is_valid", rule.is_valid, "boolean"),
            ("reason", rule.reason, "text"),
            ("canonical", rule.canonical, "text"),
        ] {
            add(body.function(&format!("{code}_{answer}"), returns));
        }
    }
    let mut script =
        "-- The rules, from the registry of hcw-validators: a rule's file holds its SQL.\n"
            .to_owned();
    for place in 0..pieces.len() {
        write_after_callees(place, &mut pieces, &makers, &mut script);
    }
    script
}

/// Writes a piece, and before it the pieces whose functions it calls. Functions that call each other
/// in a circle are blocks, of which the server does not ask that.
fn write_after_callees(
    place: usize,
    pieces: &mut [Piece],
    makers: &BTreeMap<String, usize>,
    script: &mut String,
) {
    if std::mem::replace(&mut pieces[place].is_written, true) {
        return;
    }
    let text = std::mem::take(&mut pieces[place].text);
    for rest in text.split("hcw.").skip(1) {
        if let Some(maker) = makers.get(name_at(rest)) {
            write_after_callees(*maker, pieces, makers, script);
        }
    }
    script.push_str(&text);
}

/// The name at the start of a text.
fn name_at(text: &str) -> &str {
    let end = text
        .bytes()
        .position(|byte| !byte.is_ascii_alphanumeric() && byte != b'_');
    &text[..end.unwrap_or(text.len())]
}

fn catalogue() -> String {
    format!(
        "-- The catalogue of the validators, one call for all of them, and domains.\n\n\
         -- Every rule, as the registry describes it.\ncreate or replace view {}",
        catalogue::view()
    )
}

/// `hcw.validate`: one call for all rules.
fn validate() -> String {
    let mut cases = String::new();
    let mut with_list = Vec::new();
    for entry in registry() {
        let code = entry.about.code;
        cases += &format!(
            "    when {} then\n        reason := hcw.{code}_reason(value);\n        \
             canonical := hcw.{code}_canonical(value);\n",
            quoted(code)
        );
        if entry.about.layer == Layer::List {
            with_list.push(quoted(code));
        }
    }
    format!(
        "
-- All answers of one rule. Always one row, which is null where an argument is. The layer is that of
-- the rule where a code list decided, else shape.
create or replace function hcw.validate(kind text, value text)
returns table (valid boolean, canonical text, reason text, layer text)
language plpgsql immutable parallel safe rows 1 as $$
begin
    if kind is null then
        return next;
        return;
    end if;
    case kind collate \"C\"
{cases}    else
        perform hcw._no_such_validator(kind);
    end case;
    if value is not null then
        valid := reason is null;
        layer := case
            when kind collate \"C\" in ({})
                and (valid or reason in ('unassigned', 'not_billable', 'not_effective')) then 'list'
            else 'shape'
        end;
    end if;
    return next;
end
$$;
",
        with_list.join(", ")
    )
}

/// Domains, which are made where they are missing: a table may use the one that is there.
fn domains() -> String {
    let codes: Vec<String> = catalogue::domains().map(quoted).collect();
    format!(
        "
-- Columns that hold nothing else: one domain for each rule whose canonical text it accepts. A value
-- is kept as it was given.
do $$
declare
    rule text collate \"C\";
begin
    foreach rule in array array[{}] loop
        if to_regtype('hcw.' || rule) is null then
            execute format(
                'create domain hcw.%I as text constraint %I check (hcw.%I(value))',
                rule, rule || '_is_valid', rule || '_is_valid');
        end if;
    end loop;
end
$$;
",
        codes.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_function_is_made_once_and_after_those_that_its_query_calls() {
        let script: String = script().into_iter().map(|(_, text)| text).collect();
        assert!(script.is_ascii(), "every encoding must read it");
        let mut made: Vec<&str> = Vec::new();
        for statement in script.split("create or replace function hcw.").skip(1) {
            let name = name_at(statement);
            let head = statement.split_once("$$").map_or("", |(head, _)| head);
            let body = statement.split("$$").nth(1).unwrap_or_default();
            if head.contains("language sql") {
                for called in body.split("hcw.").skip(1).map(name_at) {
                    assert!(
                        called == name || made.contains(&called),
                        "{name} calls {called}"
                    );
                }
            }
            let is_overloaded = ["safe_harbor_age", "shift_date"].contains(&name);
            assert!(
                is_overloaded || !made.contains(&name),
                "{name} is made twice"
            );
            made.push(name);
        }
        assert!(made.len() > 3 * registry().count());
    }
}
