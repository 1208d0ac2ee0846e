//! Calculations with decimals, in Python's default context: 28 digits, halves to the even neighbour.

use minijinja::Error;

use super::digits::Digits;
use super::{Decimal, PRECISION, Size};
use crate::jinja::python::call::value_error;
use crate::jinja::python::operators::Operator;

/// The largest exponent of Python's default context.
const LARGEST: i64 = 999_999;
/// What is smaller than this power of ten is zero.
const SMALLEST: i64 = -1_000_026;

/// The result of an operator of arithmetic; none for one that compares.
pub(super) fn apply(
    operator: Operator,
    left: &Decimal,
    right: &Decimal,
) -> Option<Result<Decimal, Error>> {
    let is_comparison = matches!(
        operator,
        Operator::Less | Operator::LessOrEqual | Operator::Greater | Operator::GreaterOrEqual
    );
    if is_comparison {
        return None;
    }
    let (
        Size::Finite {
            digits: a,
            exponent: a_power,
        },
        Size::Finite {
            digits: b,
            exponent: b_power,
        },
    ) = (&left.size, &right.size)
    else {
        return Some(with_infinite(operator, left.float(), right.float()));
    };
    let sign = left.negative != right.negative;
    let result = match operator {
        Operator::Add => Ok(sum(left, right)),
        Operator::Subtract => {
            let negative = !right.negative;
            let right = right.clone();
            Ok(sum(left, &Decimal { negative, ..right }))
        }
        Operator::Multiply => Ok(Decimal::finite(sign, a.times(b), a_power + b_power)),
        Operator::Divide => quotient(sign, (a, *a_power), (b, *b_power)),
        Operator::FloorDivide | Operator::Modulo => {
            whole(left, right).map(|(quotient, rest)| match operator {
                Operator::Modulo => rest,
                _ => quotient,
            })
        }
        Operator::Power => power(left, right),
        _ => return None,
    };
    Some(result.and_then(|number| in_range(number.to_precision(PRECISION))))
}

fn in_range(number: Decimal) -> Result<Decimal, Error> {
    match &number.size {
        Size::Finite { digits, exponent } => {
            let length = i64::try_from(digits.len()).unwrap_or(i64::MAX);
            let size = exponent.saturating_add(length);
            if size > LARGEST + 1 {
                return Err(value_error("decimal.Overflow: the number is too large"));
            }
            if size < SMALLEST {
                let zero = Digits::read(std::iter::empty());
                return Ok(Decimal::finite(number.negative, zero, SMALLEST));
            }
            Ok(number)
        }
        _ => Ok(number),
    }
}

/// What is not finite is calculated as floats are.
fn with_infinite(operator: Operator, a: f64, b: f64) -> Result<Decimal, Error> {
    let result = match operator {
        Operator::Add => a + b,
        Operator::Subtract => a - b,
        Operator::Multiply => a * b,
        Operator::Divide => a / b,
        Operator::FloorDivide => (a / b).trunc(),
        Operator::Power => a.powf(b),
        _ => a % b,
    };
    if result.is_nan() && !a.is_nan() && !b.is_nan() {
        return Err(value_error("decimal.InvalidOperation"));
    }
    Ok(Decimal::of_float(result).unwrap_or_else(Decimal::not_a_number))
}

/// Digits of both numbers for the smaller of their exponents.
fn aligned(left: (&Digits, i64), right: (&Digits, i64)) -> (Digits, Digits, i64) {
    let exponent = left.1.min(right.1);
    let shifted = |(digits, power): (&Digits, i64)| {
        digits.shifted(usize::try_from(power - exponent).unwrap_or(0))
    };
    (shifted(left), shifted(right), exponent)
}

fn sum(left: &Decimal, right: &Decimal) -> Decimal {
    let (
        Size::Finite {
            digits: a,
            exponent: a_power,
        },
        Size::Finite {
            digits: b,
            exponent: b_power,
        },
    ) = (&left.size, &right.size)
    else {
        return Decimal::not_a_number();
    };
    let (a, b, exponent) = aligned((a, *a_power), (b, *b_power));
    if left.negative == right.negative {
        return Decimal::finite(left.negative, a.plus(&b), exponent);
    }
    match a.compared_to(&b) {
        std::cmp::Ordering::Equal => Decimal::finite(false, a.minus(&b), exponent),
        std::cmp::Ordering::Less => Decimal::finite(right.negative, b.minus(&a), exponent),
        std::cmp::Ordering::Greater => Decimal::finite(left.negative, a.minus(&b), exponent),
    }
}

fn by_zero(dividend: &Digits) -> Error {
    value_error(if dividend.is_zero() {
        "decimal.InvalidOperation: 0 divided by 0"
    } else {
        "division by zero"
    })
}

fn quotient(
    negative: bool,
    (a, a_power): (&Digits, i64),
    (b, b_power): (&Digits, i64),
) -> Result<Decimal, Error> {
    if b.is_zero() {
        return Err(by_zero(a));
    }
    let ideal = a_power - b_power;
    if a.is_zero() {
        return Ok(Decimal::finite(negative, a.clone(), ideal));
    }
    // one digit more than is kept, and a mark of what is left after it
    let zeros = (b.len() + PRECISION + 1).saturating_sub(a.len());
    let mut exponent = ideal - i64::try_from(zeros).unwrap_or(i64::MAX);
    let (mut digits, rest) = a.shifted(zeros).divided_by(b);
    if rest.is_zero() {
        while exponent < ideal && digits.last() == 0 {
            digits = digits.without_last(1);
            exponent += 1;
        }
    } else {
        digits = digits.shifted(1).plus(&Digits::one());
        exponent -= 1;
    }
    Ok(Decimal::finite(negative, digits, exponent))
}

/// The quotient without its fraction, and what is left, which has the dividend's sign.
fn whole(left: &Decimal, right: &Decimal) -> Result<(Decimal, Decimal), Error> {
    let (
        Size::Finite {
            digits: a,
            exponent: a_power,
        },
        Size::Finite {
            digits: b,
            exponent: b_power,
        },
    ) = (&left.size, &right.size)
    else {
        return Err(value_error("decimal.InvalidOperation"));
    };
    if b.is_zero() {
        return Err(by_zero(a));
    }
    let (a, b, exponent) = aligned((a, *a_power), (b, *b_power));
    let (digits, rest) = a.divided_by(&b);
    if digits.len() > PRECISION {
        return Err(value_error(
            "decimal.InvalidOperation: the quotient has more than 28 digits",
        ));
    }
    Ok((
        Decimal::finite(left.negative != right.negative, digits, 0),
        Decimal::finite(left.negative, rest, exponent),
    ))
}

/// A power; with a whole exponent as exact as the digits allow, with another as a float has it.
fn power(base: &Decimal, exponent: &Decimal) -> Result<Decimal, Error> {
    let is_whole = exponent.order(&exponent.to_places(0)) == Some(std::cmp::Ordering::Equal);
    let count = exponent.integer().filter(|_| is_whole);
    let Some(count) = count else {
        let result = base.float().powf(exponent.float());
        return match result.is_nan() {
            true => Err(value_error("decimal.InvalidOperation")),
            false => Ok(Decimal::of_float(result).unwrap_or_else(Decimal::not_a_number)),
        };
    };
    if base.is_zero() && count < 1 {
        return Err(value_error("decimal.InvalidOperation: 0 ** 0, or less"));
    }
    let mut left = count.unsigned_abs();
    let mut result = Decimal::of_integer(1);
    let mut square = base.clone();
    while left > 0 {
        let times = |a: &Decimal, b: &Decimal| match (&a.size, &b.size) {
            (
                Size::Finite {
                    digits: x,
                    exponent: p,
                },
                Size::Finite {
                    digits: y,
                    exponent: q,
                },
            ) => in_range(
                Decimal::finite(a.negative != b.negative, x.times(y), p.saturating_add(*q))
                    .to_precision(PRECISION + 40),
            ),
            _ => Err(value_error("decimal.InvalidOperation")),
        };
        if left % 2 == 1 {
            result = times(&result, &square)?;
        }
        left /= 2;
        if left > 0 {
            square = times(&square, &square)?;
        }
    }
    match (&result.size, count < 0) {
        (Size::Finite { digits, exponent }, true) => {
            quotient(result.negative, (&Digits::one(), 0), (digits, *exponent))
        }
        _ => Ok(result),
    }
}
