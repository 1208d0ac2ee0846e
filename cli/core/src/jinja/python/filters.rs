//! Filters: Python's operators as the rewritten template calls them, dbt's, and Jinja2's that minijinja lacks.

use minijinja::value::{Rest, Value, ValueOrKwargs};
use minijinja::{Environment, Error, State};

use super::super::relation::Relation;
use super::call::{Call, type_error, value_error};
use super::decimal::{self, Decimal};
use super::list::List;
use super::number::{Number, integer, integer_value, parse_float, parse_integer};
use super::operators::{Operator, apply, equal, negate};
use super::{changeable, dict, items_of, json, percent, set, shown, words};

/// Registers them.
pub(super) fn register(environment: &mut Environment<'static>) {
    for (name, operator) in [
        ("py_add", Operator::Add),
        ("py_sub", Operator::Subtract),
        ("py_mul", Operator::Multiply),
        ("py_div", Operator::Divide),
        ("py_floordiv", Operator::FloorDivide),
        ("py_mod", Operator::Modulo),
        ("py_pow", Operator::Power),
        ("py_lt", Operator::Less),
        ("py_le", Operator::LessOrEqual),
        ("py_gt", Operator::Greater),
        ("py_ge", Operator::GreaterOrEqual),
    ] {
        environment.add_filter(name, move |left: &Value, right: &Value| {
            apply(operator, left, right)
        });
    }
    environment.add_filter("py_eq", |left: &Value, right: &Value| equal(left, right));
    environment.add_filter("py_ne", |left: &Value, right: &Value| !equal(left, right));
    environment.add_filter("py_neg", |value: &Value| negate(value));
    environment.add_filter("py_list", |value: Value| {
        Ok::<_, Error>(List::value(items_of(&value)?))
    });
    environment.add_filter("py_dict", |value: Value| {
        Ok::<_, Error>(dict::Dict::value(dict::entries_of(&value)?))
    });
    environment.add_filter("py_slice", sliced);
    environment.add_filter("py_value", changeable);
    environment.add_function("py_do", |_: Value| Value::from(""));
    dbt(environment);
    jinja(environment);
}

fn dbt(environment: &mut Environment<'static>) {
    for name in ["as_text", "as_bool", "as_number", "as_native"] {
        environment.add_filter(name, |value: Value| value);
    }
    environment.add_filter("is_list", |value: &Value| {
        value.downcast_object_ref::<List>().is_some()
            || value.downcast_object_ref::<Vec<Value>>().is_some()
    });
}

fn jinja(environment: &mut Environment<'static>) {
    environment.add_filter("attr", |value: &Value, name: &str| {
        // the keys of a dict are no attributes of it
        if value.downcast_object_ref::<dict::Dict>().is_some() {
            return Value::UNDEFINED;
        }
        super::attribute(value, name)
    });
    environment.add_filter("indent", |text: &Value, rest: Rest<ValueOrKwargs>| {
        let rest = rest.into_values();
        let call = Call::new("indent", &rest)?;
        let width = match call.optional(0, "width") {
            Some(width) if width.as_str().is_some() => shown(&width),
            Some(width) => " ".repeat(width.as_usize().unwrap_or(4).min(1000)),
            None => "    ".to_owned(),
        };
        let (first, blank) = (call.flag(1, "first", false), call.flag(2, "blank", false));
        Ok::<_, Error>(words::indented(&shown(text), &width, first, blank))
    });
    environment.add_filter("string", |value: &Value| shown(value));
    environment.add_filter("list", |value: Value| {
        Ok::<_, Error>(List::value(items_of(&value)?))
    });
    environment.add_filter("int", to_integer);
    environment.add_filter("float", to_float);
    environment.add_filter("abs", |value: &Value| decimal::absolute(value));
    environment.add_filter("sum", sum);
    environment.add_filter("round", round);
    environment.add_filter("sort", sort);
    environment.add_filter("tojson", |value: &Value, rest: Rest<ValueOrKwargs>| {
        let rest = rest.into_values();
        let call = Call::new("tojson", &rest)?;
        let indent = call.optional_integer(0, "indent")?;
        json::for_html(
            value,
            indent.and_then(|indent| usize::try_from(indent).ok()),
        )
    });
    environment.add_filter("format", |text: &Value, rest: Rest<ValueOrKwargs>| {
        let rest = rest.into_values();
        let call = Call::new("format", &rest)?;
        let named = call.rest();
        let values = if named.is_empty() {
            super::tuple(call.positional.to_vec())
        } else {
            super::dict(named)
        };
        percent::format(&shown(text), &values)
    });
    environment.add_filter("forceescape", |value: &Value| words::escaped(&shown(value)));
    environment.add_filter("pprint", |value: &Value| super::repr(value));
    environment.add_filter("center", |text: &Value, rest: Rest<ValueOrKwargs>| {
        let rest = rest.into_values();
        let width = Call::new("center", &rest)?.optional_integer(0, "width")?;
        let text = Value::from(shown(text));
        super::text::call_method(&text, "center", &[Value::from(width.unwrap_or(80))])
    });
    environment.add_filter("wordcount", |text: &Value| words::count(&shown(text)));
    environment.add_filter("striptags", |text: &Value| {
        words::without_tags(&shown(text))
    });
    environment.add_filter("urlencode", words::url_encoded);
    environment.add_filter(
        "filesizeformat",
        |value: &Value, rest: Rest<ValueOrKwargs>| {
            let rest = rest.into_values();
            let binary = Call::new("filesizeformat", &rest)?.flag(0, "binary", false);
            let size = Number::of(value)
                .map(Number::float)
                .or_else(|| value.as_str().and_then(parse_float))
                .ok_or_else(|| type_error("filesizeformat wants a number"))?;
            Ok::<_, Error>(words::file_size(size, binary))
        },
    );
    environment.add_filter("truncate", |text: &Value, rest: Rest<ValueOrKwargs>| {
        let rest = rest.into_values();
        let call = Call::new("truncate", &rest)?;
        let size = |value: Option<i64>, default: usize| {
            value.map_or(default, |value| usize::try_from(value).unwrap_or(0))
        };
        let length = size(call.optional_integer(0, "length")?, 255);
        let kill = call.flag(1, "killwords", false);
        let end = call.optional_text(2, "end")?;
        let leeway = size(call.optional_integer(3, "leeway")?, 5);
        let end = end.as_deref().unwrap_or("...");
        Ok::<_, Error>(words::truncated(&shown(text), length, kill, end, leeway))
    });
    environment.add_filter("wordwrap", |text: &Value, rest: Rest<ValueOrKwargs>| {
        let rest = rest.into_values();
        let call = Call::new("wordwrap", &rest)?;
        let width = call.optional_integer(0, "width")?.unwrap_or(79);
        let break_long = call.optional(1, "break_long_words");
        let break_long = break_long.is_none_or(|value| value.is_true());
        let end = call.optional_text(2, "wrapstring")?;
        let width = usize::try_from(width)
            .ok()
            .filter(|width| *width > 0)
            .ok_or_else(|| value_error("invalid width"))?;
        let end = end.as_deref().unwrap_or("\n");
        Ok::<_, Error>(words::wrapped(&shown(text), width, break_long, end))
    });
    environment.add_test("sequence", |value: &Value| {
        use minijinja::value::ValueKind as Kind;
        if value.downcast_object_ref::<Relation>().is_some() {
            return false;
        }
        matches!(value.kind(), Kind::String | Kind::Seq | Kind::Map)
            || (value.kind() == Kind::Iterable && super::type_name(value) == "list")
    });
    environment.add_test("iterable", |value: &Value| {
        // `None` is not, an undefined value is
        !value.is_none() && value.try_iter().is_ok()
    });
    environment.add_test("number", decimal::is_number);
    environment.add_test("callable", is_callable);
}

/// The part of a list or text that a slice takes, or what a filter made, as a list that can change.
fn sliced(value: Value) -> Value {
    if value.downcast_object_ref::<set::Set>().is_some() {
        return value;
    }
    changeable(value)
}

/// Functions have no type of their own in minijinja; what holds nothing and is an object counts as one.
fn is_callable(value: &Value) -> bool {
    value.is_undefined()
        || value.as_object().is_some_and(|object| {
            object.repr() == minijinja::value::ObjectRepr::Plain
                || value.to_string().starts_with('<')
        })
}

fn to_integer(value: &Value, rest: Rest<ValueOrKwargs>) -> Result<Value, Error> {
    let rest = rest.into_values();
    let call = Call::new("int", &rest)?;
    let default = call.optional(0, "default").unwrap_or(Value::from(0));
    let base = call.optional_integer(1, "base")?.unwrap_or(10);
    #[allow(clippy::cast_possible_truncation)]
    let found = match Number::of(value) {
        Some(Number::Integer(number)) => Some(number),
        Some(Number::Float(number)) if number.is_finite() => Some(number.trunc() as i128),
        Some(Number::Float(_)) => None,
        None if Decimal::of(value).is_some() => Decimal::of(value).and_then(Decimal::integer),
        None => value.as_str().and_then(|text| {
            let base = u32::try_from(base).unwrap_or(10);
            parse_integer(text, base).or_else(|| {
                let number = parse_float(text).filter(|number| number.is_finite())?;
                Some(number.trunc() as i128)
            })
        }),
    };
    Ok(found.map_or(default, integer_value))
}

fn to_float(value: &Value, rest: Rest<ValueOrKwargs>) -> Result<Value, Error> {
    let rest = rest.into_values();
    let call = Call::new("float", &rest)?;
    let default = call.optional(0, "default").unwrap_or(Value::from(0.0));
    let found = Number::of(value)
        .map(Number::float)
        .or_else(|| Decimal::of(value).map(Decimal::float))
        .or_else(|| value.as_str().and_then(parse_float));
    Ok(found.map_or(default, Value::from))
}

/// Rounds as Python does: halves to the even neighbour.
fn round(value: &Value, rest: Rest<ValueOrKwargs>) -> Result<Value, Error> {
    let rest = rest.into_values();
    let call = Call::new("round", &rest)?;
    let precision = call.optional_integer(0, "precision")?.unwrap_or(0);
    let method = call.optional_text(1, "method")?;
    let method = method.as_deref().unwrap_or("common");
    let exact = (method == "common").then(|| decimal::rounded(value, precision));
    if let Some(rounded) = exact.flatten() {
        return Ok(rounded);
    }
    let float = || Decimal::of(value).map(|number| Number::Float(number.float()));
    let number = Number::of(value).or_else(float).ok_or_else(|| {
        type_error(format!(
            "type {} doesn't define __round__ method",
            super::type_name(value)
        ))
    })?;
    if method == "common" {
        return Ok(match (number, integer(value)) {
            (_, Some(number)) if precision >= 0 => integer_value(number),
            (Number::Integer(number), _) => {
                let power = 10_i128.checked_pow(u32::try_from(-precision).unwrap_or(u32::MAX));
                integer_value(power.map_or(0, |power| rounded_to(number, power)))
            }
            (Number::Float(number), _) => Value::from(half_even(number, precision)),
        });
    }
    #[allow(clippy::cast_possible_truncation)]
    let power = 10_f64.powi(precision.clamp(-300, 300) as i32);
    match method {
        "ceil" => Ok(Value::from((number.float() * power).ceil() / power)),
        "floor" => Ok(Value::from((number.float() * power).floor() / power)),
        _ => Err(value_error("method must be common, ceil or floor")),
    }
}

/// `sum(attribute=none, start=0)`
fn sum(value: Value, rest: Rest<ValueOrKwargs>) -> Result<Value, Error> {
    let rest = rest.into_values();
    let call = Call::new("sum", &rest)?;
    let attribute = call.optional(0, "attribute");
    let attribute = attribute.filter(|value| !value.is_none());
    let mut total = call.optional(1, "start").unwrap_or(Value::from(0));
    call.done(2)?;
    for item in items_of(&value)? {
        let item = match &attribute {
            Some(attribute) => by_path(&item, &shown(attribute))?,
            None => item,
        };
        total = apply(Operator::Add, &total, &item)?;
    }
    Ok(total)
}

fn rounded_to(number: i128, power: i128) -> i128 {
    let rest = number.rem_euclid(power);
    let below = number - rest;
    let up = rest * 2 > power || (rest * 2 == power && (below / power) % 2 != 0);
    if up { below + power } else { below }
}

fn half_even(number: f64, precision: i64) -> f64 {
    if !number.is_finite() || precision > 300 {
        return number;
    }
    if let Ok(digits) = usize::try_from(precision) {
        // the decimal text of a float is exact, so its rounding is Python's
        return format!("{number:.digits$}").parse().unwrap_or(number);
    }
    #[allow(clippy::cast_possible_truncation)]
    let power = 10_f64.powi((-precision).min(300) as i32);
    (number / power).round_ties_even() * power
}

/// `sort(reverse=false, case_sensitive=false, attribute=none)`
fn sort(
    state: &mut State<'_, '_>,
    value: Value,
    rest: Rest<ValueOrKwargs>,
) -> Result<Value, Error> {
    let rest = rest.into_values();
    let call = Call::new("sort", &rest)?;
    let reverse = call.flag(0, "reverse", false);
    let case_sensitive = call.flag(1, "case_sensitive", false);
    let attribute = call.optional(2, "attribute");
    let attribute = attribute.filter(|value| !value.is_none());
    call.done(3)?;
    let _ = state;
    let mut keyed = Vec::new();
    for item in items_of(&value)? {
        let rank = match &attribute {
            Some(attribute) => {
                let mut ranks = Vec::new();
                for path in shown(attribute).split(',') {
                    ranks.push(folded(by_path(&item, path.trim())?, case_sensitive));
                }
                super::list(ranks)
            }
            None => folded(item.clone(), case_sensitive),
        };
        keyed.push((rank, item));
    }
    super::list::sort(&mut keyed, reverse)?;
    Ok(List::value(
        keyed.into_iter().map(|(_, item)| item).collect(),
    ))
}

fn folded(value: Value, case_sensitive: bool) -> Value {
    match value.as_str() {
        Some(text) if !case_sensitive => Value::from(text.to_lowercase()),
        _ => value,
    }
}

fn by_path(value: &Value, path: &str) -> Result<Value, Error> {
    let mut value = value.clone();
    for part in path.split('.') {
        value = match part.parse::<usize>() {
            Ok(index) => value.get_item_by_index(index)?,
            Err(_) => value.get_attr(part)?,
        };
    }
    Ok(value)
}
