//! Python's module `re`, as far as the crate fancy-regex has its syntax.

use std::fmt;
use std::sync::Arc;

use fancy_regex::{Captures, Regex, RegexBuilder};
use minijinja::value::{Enumerator, Object, ObjectRepr, Value};
use minijinja::{Error, State};

use super::call::{Call, no_method, value_error};
use super::{dict, list, shown, tuple};

/// Steps after which a search is given up, so that no pattern runs forever.
const BACKTRACK_LIMIT: usize = 1_000_000;

/// The flags' names with Python's numbers and the letters of an inline flag.
const FLAGS: [(&str, &str, i64, Option<char>); 6] = [
    ("IGNORECASE", "I", 2, Some('i')),
    ("MULTILINE", "M", 8, Some('m')),
    ("DOTALL", "S", 16, Some('s')),
    ("VERBOSE", "X", 64, Some('x')),
    ("UNICODE", "U", 32, None),
    ("ASCII", "A", 256, None),
];

/// The module.
#[derive(Debug)]
pub(super) struct Re;

impl Object for Re {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let name = key.as_str()?;
        FLAGS
            .iter()
            .find(|(long, short, ..)| *long == name || *short == name)
            .map(|(_, _, number, _)| Value::from(*number))
    }

    fn call_method(
        self: &Arc<Self>,
        state: &mut State<'_, '_>,
        method: &str,
        arguments: &[Value],
    ) -> Result<Value, Error> {
        let call = Call::new(method, arguments)?;
        if method == "escape" {
            return Ok(escaped(&call.text(0, "pattern")?).into());
        }
        // where the flags stand among the arguments
        let flags_at = match method {
            "compile" => 1,
            "match" | "search" | "fullmatch" | "findall" | "finditer" => 2,
            "split" => 3,
            "sub" | "subn" => 4,
            _ => return Err(no_method(&Value::from_dyn_object(self.clone()), method)),
        };
        let flags = call.optional_integer(flags_at, "flags")?.unwrap_or(0);
        let first = call.required(0, "pattern")?;
        let pattern = match first.downcast_object::<Pattern>() {
            Some(pattern) => pattern,
            None => Arc::new(Pattern::new(&call.text(0, "pattern")?, flags)?),
        };
        if method == "compile" {
            return Ok(Value::from_dyn_object(pattern));
        }
        pattern.apply(state, method, &call, 1)
    }

    fn render(self: &Arc<Self>, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("<module 're'>")
    }
}

/// Python's `re.escape`.
fn escaped(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    for letter in text.chars() {
        if "()[]{}?*+-|^$\\.&~# \t\n\r\u{b}\u{c}".contains(letter) {
            result.push('\\');
        }
        result.push(letter);
    }
    result
}

/// A compiled pattern.
struct Pattern {
    text: String,
    regex: Regex,
    whole: Regex,
}

impl fmt::Debug for Pattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "re.compile({})",
            crate::python::quoted(&self.text)
        )
    }
}

fn build(pattern: &str) -> Result<Regex, Error> {
    RegexBuilder::new(pattern)
        .backtrack_limit(BACKTRACK_LIMIT)
        .build()
        .map_err(|error| value_error(format!("the pattern is not understood: {error}")))
}

fn failed(error: &fancy_regex::Error) -> Error {
    value_error(format!("the search was given up: {error}"))
}

impl Pattern {
    fn new(text: &str, flags: i64) -> Result<Pattern, Error> {
        let letters: String = FLAGS
            .iter()
            .filter(|(_, _, number, _)| flags & number != 0)
            .filter_map(|(.., letter)| *letter)
            .collect();
        let inline = if letters.is_empty() {
            String::new()
        } else {
            format!("(?{letters})")
        };
        // Python's \Z is the very end
        let translated = text.replace("\\Z", "\\z");
        Ok(Pattern {
            regex: build(&format!("{inline}{translated}"))?,
            whole: build(&format!("{inline}\\A(?:{translated})\\z"))?,
            text: text.to_owned(),
        })
    }

    /// A function of the module or method of the pattern; `at` is where the text stands among the arguments.
    fn apply(
        self: &Arc<Self>,
        state: &mut State<'_, '_>,
        method: &str,
        call: &Call<'_>,
        at: usize,
    ) -> Result<Value, Error> {
        if matches!(method, "sub" | "subn") {
            let replacement = call.required(at, "repl")?;
            let text = call.text(at + 1, "string")?;
            let most = call.optional_integer(at + 2, "count")?.unwrap_or(0);
            let (result, count) = self.replaced(state, &replacement, &text, most)?;
            return Ok(if method == "sub" {
                result.into()
            } else {
                tuple(vec![result.into(), count.into()])
            });
        }
        let text = call.text(at, "string")?;
        let found = |captures: Result<Option<Captures<'_>>, fancy_regex::Error>| {
            Ok(match captures.map_err(|error| failed(&error))? {
                Some(captures) => self.matched(&captures, &text),
                None => Value::from(()),
            })
        };
        match method {
            "search" => found(self.regex.captures(&text)),
            "match" => match self.regex.captures(&text) {
                // the leftmost match is at the start, if there is one at the start
                Ok(Some(captures)) if captures.get(0).is_none_or(|all| all.start() > 0) => {
                    Ok(Value::from(()))
                }
                other => found(other),
            },
            "fullmatch" => found(self.whole.captures(&text)),
            "findall" => {
                let mut all = Vec::new();
                for captures in self.regex.captures_iter(&text) {
                    let captures = captures.map_err(|error| failed(&error))?;
                    let group = |at: usize| {
                        Value::from(captures.get(at).map_or("", |found| found.as_str()))
                    };
                    all.push(match captures.len() {
                        1 => group(0),
                        2 => group(1),
                        count => tuple((1..count).map(group).collect()),
                    });
                }
                Ok(list(all))
            }
            "finditer" => {
                let mut all = Vec::new();
                for captures in self.regex.captures_iter(&text) {
                    all.push(self.matched(&captures.map_err(|error| failed(&error))?, &text));
                }
                Ok(list(all))
            }
            "split" => {
                let most = call.optional_integer(at + 1, "maxsplit")?.unwrap_or(0);
                let mut parts = Vec::new();
                let mut last = 0;
                for captures in self.regex.captures_iter(&text) {
                    if most > 0 && parts.len() as i64 >= most {
                        break;
                    }
                    let captures = captures.map_err(|error| failed(&error))?;
                    let Some(all) = captures.get(0) else { continue };
                    parts.push(Value::from(&text[last..all.start()]));
                    for at in 1..captures.len() {
                        parts.push(
                            captures
                                .get(at)
                                .map_or(Value::from(()), |group| Value::from(group.as_str())),
                        );
                    }
                    last = all.end();
                }
                parts.push(Value::from(&text[last..]));
                Ok(list(parts))
            }
            _ => Err(no_method(&Value::from_dyn_object(self.clone()), method)),
        }
    }

    fn replaced(
        self: &Arc<Self>,
        state: &mut State<'_, '_>,
        replacement: &Value,
        text: &str,
        most: i64,
    ) -> Result<(String, usize), Error> {
        let mut result = String::with_capacity(text.len());
        let mut last = 0;
        let mut count = 0_usize;
        for captures in self.regex.captures_iter(text) {
            if most > 0 && count as i64 >= most {
                break;
            }
            let captures = captures.map_err(|error| failed(&error))?;
            let Some(all) = captures.get(0) else { continue };
            result.push_str(&text[last..all.start()]);
            match replacement.as_str() {
                Some(template) => expand(template, &captures, &mut result)?,
                None => {
                    let matched = self.matched(&captures, text);
                    result.push_str(&shown(&replacement.call(state, &[matched])?));
                }
            }
            last = all.end();
            count += 1;
        }
        result.push_str(&text[last..]);
        Ok((result, count))
    }

    fn matched(&self, captures: &Captures<'_>, text: &str) -> Value {
        let letters = |byte: usize| text[..byte].chars().count();
        let groups = (0..captures.len())
            .map(|at| {
                captures.get(at).map(|group| Group {
                    text: group.as_str().to_owned(),
                    span: (letters(group.start()), letters(group.end())),
                })
            })
            .collect();
        let names = self
            .regex
            .capture_names()
            .map(|name| name.map(str::to_owned))
            .collect();
        Value::from_object(Match {
            groups,
            names,
            text: text.to_owned(),
        })
    }
}

/// A replacement text with `\1` and `\g<name>`.
fn expand(template: &str, captures: &Captures<'_>, result: &mut String) -> Result<(), Error> {
    let mut rest = template;
    while let Some(at) = rest.find('\\') {
        result.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let Some(letter) = rest.chars().next() else {
            return Err(value_error("bad escape (end of pattern)"));
        };
        let invalid = || value_error(format!("invalid group reference in {template:?}"));
        if let Some(name) = rest.strip_prefix("g<") {
            let end = name.find('>').ok_or_else(invalid)?;
            let group = &name[..end];
            let found = match group.parse::<usize>() {
                Ok(number) if number < captures.len() => captures.get(number),
                Ok(_) => return Err(invalid()),
                Err(_) => captures.name(group),
            };
            result.push_str(found.map_or("", |found| found.as_str()));
            rest = &name[end + 1..];
        } else if letter.is_ascii_digit() {
            let length = rest.bytes().take(2).take_while(u8::is_ascii_digit).count();
            let number: usize = rest[..length].parse().map_err(|_| invalid())?;
            if number >= captures.len() {
                return Err(invalid());
            }
            result.push_str(captures.get(number).map_or("", |found| found.as_str()));
            rest = &rest[length..];
        } else {
            match letter {
                'n' => result.push('\n'),
                't' => result.push('\t'),
                'r' => result.push('\r'),
                '\\' => result.push('\\'),
                letter if letter.is_ascii_alphabetic() => {
                    return Err(value_error(format!("bad escape \\{letter}")));
                }
                letter => result.extend(['\\', letter]),
            }
            rest = &rest[letter.len_utf8()..];
        }
    }
    result.push_str(rest);
    Ok(())
}

impl Object for Pattern {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match key.as_str()? {
            "pattern" => Some(self.text.clone().into()),
            "groups" => Some(Value::from(self.regex.captures_len() - 1)),
            _ => None,
        }
    }

    fn call_method(
        self: &Arc<Self>,
        state: &mut State<'_, '_>,
        method: &str,
        arguments: &[Value],
    ) -> Result<Value, Error> {
        self.apply(state, method, &Call::new(method, arguments)?, 0)
    }

    fn render(self: &Arc<Self>, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, formatter)
    }
}

/// What a group matched, and where, in characters.
#[derive(Debug, Clone)]
struct Group {
    text: String,
    span: (usize, usize),
}

/// A match.
#[derive(Debug)]
struct Match {
    groups: Vec<Option<Group>>,
    names: Vec<Option<String>>,
    text: String,
}

impl Match {
    fn index(&self, key: &Value) -> Option<usize> {
        match key.as_str() {
            Some(name) => self
                .names
                .iter()
                .position(|found| found.as_deref() == Some(name)),
            None => key.as_usize().filter(|at| *at < self.groups.len()),
        }
    }

    fn group(&self, key: &Value) -> Result<Value, Error> {
        let at = self
            .index(key)
            .ok_or_else(|| value_error("no such group"))?;
        Ok(self.text_of(at, &Value::from(())))
    }

    fn text_of(&self, at: usize, default: &Value) -> Value {
        match &self.groups[at] {
            Some(group) => group.text.clone().into(),
            None => default.clone(),
        }
    }
}

impl Object for Match {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match key.as_str() {
            Some("string") => Some(self.text.clone().into()),
            Some("lastindex") => {
                let last = (1..self.groups.len())
                    .rev()
                    .find(|at| self.groups[*at].is_some());
                Some(last.map_or(Value::from(()), Value::from))
            }
            _ => self.group(key).ok(),
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::NonEnumerable
    }

    fn is_true(self: &Arc<Self>) -> bool {
        true
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        arguments: &[Value],
    ) -> Result<Value, Error> {
        let call = Call::new(method, arguments)?;
        let none = Value::from(());
        Ok(match method {
            "group" => match call.positional {
                [] => self.group(&Value::from(0))?,
                [one] => self.group(one)?,
                several => tuple(
                    several
                        .iter()
                        .map(|key| self.group(key))
                        .collect::<Result<_, _>>()?,
                ),
            },
            "groups" => {
                let default = call.optional(0, "default").unwrap_or(none);
                let all = (1..self.groups.len()).map(|at| self.text_of(at, &default));
                tuple(all.collect())
            }
            "groupdict" => {
                let default = call.optional(0, "default").unwrap_or(none);
                dict(
                    self.names
                        .iter()
                        .enumerate()
                        .filter_map(|(at, name)| Some((name.clone()?, self.text_of(at, &default)))),
                )
            }
            "start" | "end" | "span" => {
                let key = call.optional(0, "group").unwrap_or(Value::from(0));
                let at = self
                    .index(&key)
                    .ok_or_else(|| value_error("no such group"))?;
                let span = self.groups[at].as_ref().map(|group| group.span);
                let number = |place: Option<usize>| place.map_or(Value::from(-1), Value::from);
                let (start, end) = (span.map(|span| span.0), span.map(|span| span.1));
                match method {
                    "start" => number(start),
                    "end" => number(end),
                    _ => tuple(vec![number(start), number(end)]),
                }
            }
            _ => return Err(no_method(&Value::from_dyn_object(self.clone()), method)),
        })
    }

    fn render(self: &Arc<Self>, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (span, text) = match self.groups.first() {
            Some(Some(group)) => (group.span, group.text.as_str()),
            _ => ((0, 0), ""),
        };
        write!(
            formatter,
            "<re.Match object; span=({}, {}), match={}>",
            span.0,
            span.1,
            crate::python::quoted(text)
        )
    }
}
