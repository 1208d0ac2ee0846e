//! Python's operators `+ - * / // % **` and negation.

use minijinja::value::{Tuple, Value, ValueKind};
use minijinja::{Error, ErrorKind};

use super::call::{type_error, value_error};
use super::list::List;
use super::number::{Number, integer, integer_value};
use super::{datetime, decimal, items_of, percent, type_name};

/// An operator between two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    FloorDivide,
    Modulo,
    Power,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Operator {
    fn sign(self) -> &'static str {
        match self {
            Operator::Add => "+",
            Operator::Subtract => "-",
            Operator::Multiply => "*",
            Operator::Divide => "/",
            Operator::FloorDivide => "//",
            Operator::Modulo => "%",
            Operator::Power => "** or pow()",
            Operator::Less => "<",
            Operator::LessOrEqual => "<=",
            Operator::Greater => ">",
            Operator::GreaterOrEqual => ">=",
        }
    }
}

/// The longest text or list that `*` makes.
const LONGEST: usize = 100_000_000;

/// How the message about an undefined operand starts; its number follows.
pub(crate) const UNDEFINED_OPERAND: &str = "undefined operand ";

/// Applies an operator.
pub(crate) fn apply(operator: Operator, left: &Value, right: &Value) -> Result<Value, Error> {
    if let Some(result) = compare(operator, left, right) {
        return result;
    }
    if let (Some(left), Some(right)) = (Number::of(left), Number::of(right)) {
        return arithmetic(operator, left, right);
    }
    if let Some(result) = decimal::operator(operator, left, right) {
        return result;
    }
    if operator == Operator::Modulo && left.as_str().is_some() {
        return percent::format(left.as_str().unwrap_or_default(), right).map(Value::from);
    }
    for (number, operand) in [left, right].into_iter().enumerate() {
        if operand.is_undefined() {
            return Err(Error::new(
                ErrorKind::UndefinedError,
                format!("{UNDEFINED_OPERAND}{number}"),
            ));
        }
    }
    if let Some(result) = datetime::operator(operator, left, right) {
        return result;
    }
    match operator {
        Operator::Add => add(left, right),
        Operator::Multiply => match (integer(left), integer(right)) {
            (_, Some(count)) => repeat(left, count),
            (Some(count), _) => repeat(right, count),
            _ => Err(unsupported(operator, left, right)),
        },
        _ => Err(unsupported(operator, left, right)),
    }
}

/// `-x`
pub(crate) fn negate(value: &Value) -> Result<Value, Error> {
    match Number::of(value) {
        Some(Number::Integer(number)) => Ok(integer_value(-number)),
        Some(Number::Float(number)) => Ok((-number).into()),
        None if value.is_undefined() => Err(Error::new(
            ErrorKind::UndefinedError,
            format!("{UNDEFINED_OPERAND}0"),
        )),
        None => (datetime::negated(value).or_else(|| decimal::negated(value))).ok_or_else(|| {
            type_error(format!(
                "bad operand type for unary -: '{}'",
                type_name(value)
            ))
        }),
    }
}

/// Whether Python orders two values; sorting mixed types is an error there.
pub(crate) fn ordered(left: &Value, right: &Value) -> Result<(), Error> {
    let rank = |value: &Value| match value.kind() {
        _ if decimal::is_number(value) => ValueKind::Number,
        kind => kind,
    };
    let kinds = (rank(left), rank(right));
    if kinds.0 != kinds.1 || matches!(kinds.0, ValueKind::None | ValueKind::Map) {
        return Err(type_error(format!(
            "'<' not supported between instances of '{}' and '{}'",
            type_name(right),
            type_name(left)
        )));
    }
    Ok(())
}

/// `==`, where a decimal equals any number of its size.
pub(crate) fn equal(left: &Value, right: &Value) -> bool {
    decimal::order(left, right).map_or_else(
        || left == right,
        |order| order == Some(std::cmp::Ordering::Equal),
    )
}

/// The order of two values that have one.
pub(crate) fn order(left: &Value, right: &Value) -> std::cmp::Ordering {
    (decimal::order(left, right).flatten()).unwrap_or_else(|| left.cmp(right))
}

/// The result of a comparison; none for another operator, and for what has no order.
fn compare(operator: Operator, left: &Value, right: &Value) -> Option<Result<Value, Error>> {
    use std::cmp::Ordering::{Equal, Greater, Less};
    let accepted: &[std::cmp::Ordering] = match operator {
        Operator::Less => &[Less],
        Operator::LessOrEqual => &[Less, Equal],
        Operator::Greater => &[Greater],
        Operator::GreaterOrEqual => &[Greater, Equal],
        _ => return None,
    };
    if left.is_undefined() || right.is_undefined() {
        return None;
    }
    if ordered(left, right).is_err() {
        return Some(Err(type_error(format!(
            "'{}' not supported between instances of '{}' and '{}'",
            operator.sign(),
            type_name(left),
            type_name(right)
        ))));
    }
    if let Some(order) = decimal::order(left, right) {
        return Some(Ok(order
            .is_some_and(|order| accepted.contains(&order))
            .into()));
    }
    if let (Some(left), Some(right)) = (Number::of(left), Number::of(right)) {
        let order = match (left, right) {
            (Number::Integer(left), Number::Integer(right)) => Some(left.cmp(&right)),
            _ => left.float().partial_cmp(&right.float()),
        };
        return Some(Ok(order
            .is_some_and(|order| accepted.contains(&order))
            .into()));
    }
    Some(Ok(accepted.contains(&left.cmp(right)).into()))
}

fn add(left: &Value, right: &Value) -> Result<Value, Error> {
    if let (Some(a), Some(b)) = (left.as_str(), right.as_str()) {
        return Ok(Value::from([a, b].concat()));
    }
    let is_list = |value: &Value| {
        matches!(value.kind(), ValueKind::Seq | ValueKind::Iterable) && type_name(value) == "list"
    };
    if left.is_tuple() && right.is_tuple() {
        let mut items = items_of(left)?;
        items.extend(items_of(right)?);
        return Ok(Value::from(Tuple::from(items)));
    }
    if is_list(left) && is_list(right) {
        let mut items = items_of(left)?;
        items.extend(items_of(right)?);
        return Ok(List::value(items));
    }
    Err(match type_name(left) {
        kind @ ("str" | "list" | "tuple") => type_error(format!(
            "can only concatenate {kind} (not \"{}\") to {kind}",
            type_name(right)
        )),
        _ => unsupported(Operator::Add, left, right),
    })
}

fn repeat(value: &Value, count: i128) -> Result<Value, Error> {
    let count = usize::try_from(count.max(0)).unwrap_or(usize::MAX);
    let too_long = |length: usize| {
        length
            .checked_mul(count)
            .is_none_or(|length| length > LONGEST)
    };
    if let Some(text) = value.as_str() {
        if too_long(text.len()) {
            return Err(value_error("the repeated text is too long"));
        }
        return Ok(Value::from(text.repeat(count)));
    }
    if !matches!(type_name(value), "list" | "tuple") {
        return Err(unsupported(
            Operator::Multiply,
            value,
            &integer_value(i128::try_from(count).unwrap_or(0)),
        ));
    }
    let items = items_of(value)?;
    if too_long(items.len()) {
        return Err(value_error("the repeated list is too long"));
    }
    let repeated: Vec<Value> = std::iter::repeat_n(items, count).flatten().collect();
    Ok(if value.is_tuple() {
        Value::from(Tuple::from(repeated))
    } else {
        List::value(repeated)
    })
}

fn unsupported(operator: Operator, left: &Value, right: &Value) -> Error {
    type_error(format!(
        "unsupported operand type(s) for {}: '{}' and '{}'",
        operator.sign(),
        type_name(left),
        type_name(right)
    ))
}

fn arithmetic(operator: Operator, left: Number, right: Number) -> Result<Value, Error> {
    let too_large = || value_error("the number is too large");
    let by_zero = |what: &str| value_error(what.to_owned());
    if let (Number::Integer(a), Number::Integer(b)) = (left, right) {
        return match operator {
            Operator::Add => a.checked_add(b),
            Operator::Subtract => a.checked_sub(b),
            Operator::Multiply => a.checked_mul(b),
            Operator::FloorDivide | Operator::Modulo => {
                if b == 0 {
                    return Err(by_zero(if operator == Operator::Modulo {
                        "integer modulo by zero"
                    } else {
                        "integer division or modulo by zero"
                    }));
                }
                floor_division(a, b).map(|(quotient, rest)| {
                    if operator == Operator::Modulo {
                        rest
                    } else {
                        quotient
                    }
                })
            }
            Operator::Divide => {
                if b == 0 {
                    return Err(by_zero("division by zero"));
                }
                return Ok((left.float() / right.float()).into());
            }
            Operator::Power if b < 0 => {
                if a == 0 {
                    return Err(by_zero("zero to a negative power"));
                }
                return Ok(left.float().powf(right.float()).into());
            }
            Operator::Power => u32::try_from(b).ok().and_then(|b| a.checked_pow(b)),
            _ => return Err(type_error("numbers are compared before")),
        }
        .map(integer_value)
        .ok_or_else(too_large);
    }
    let (a, b) = (left.float(), right.float());
    Ok(Value::from(match operator {
        Operator::Add => a + b,
        Operator::Subtract => a - b,
        Operator::Multiply => a * b,
        Operator::Power => {
            if a == 0.0 && b < 0.0 {
                return Err(by_zero("zero to a negative power"));
            }
            a.powf(b)
        }
        Operator::Less | Operator::LessOrEqual | Operator::Greater | Operator::GreaterOrEqual => {
            return Err(type_error("numbers are compared before"));
        }
        _ if b == 0.0 => {
            return Err(by_zero(match operator {
                Operator::Divide => "float division by zero",
                Operator::Modulo => "float modulo by zero",
                _ => "float floor division by zero",
            }));
        }
        Operator::Divide => a / b,
        Operator::FloorDivide => (a / b).floor(),
        Operator::Modulo => {
            let rest = a % b;
            if rest != 0.0 && (rest < 0.0) != (b < 0.0) {
                rest + b
            } else {
                rest
            }
        }
    }))
}

/// The quotient rounded down, and what is left, which has the divisor's sign.
pub(super) fn floor_division(a: i128, b: i128) -> Option<(i128, i128)> {
    let (quotient, rest) = (a.checked_div(b)?, a.checked_rem(b)?);
    Some(if rest != 0 && (rest < 0) != (b < 0) {
        (quotient - 1, rest + b)
    } else {
        (quotient, rest)
    })
}
