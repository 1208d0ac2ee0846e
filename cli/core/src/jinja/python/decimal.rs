//! Python's `decimal.Decimal`, which numbers of a result are: exact as read, and calculated to 28 digits.

mod arithmetic;
mod digits;
mod round;

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use minijinja::value::{DynObject, Object, ObjectRepr, Value, ValueKind};
use minijinja::{Error, State};

use self::digits::Digits;
use super::call::{no_method, type_error, value_error};
use super::number::{Number, float_text, integer_value};
use super::operators::Operator;
use super::spec::Spec;

/// How many digits the result of a calculation has at most.
const PRECISION: usize = 28;

/// A decimal number: sign, digits, and the power of ten that they are multiplied with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Decimal {
    negative: bool,
    size: Size,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Size {
    Finite { digits: Digits, exponent: i64 },
    Infinite,
    NotANumber,
}

impl Decimal {
    /// Reads a number as the server or Python's `repr` writes it.
    pub(crate) fn parse(text: &str) -> Option<Decimal> {
        let text = text.trim();
        let (negative, unsigned) = match text.as_bytes().first()? {
            b'-' => (true, &text[1..]),
            b'+' => (false, &text[1..]),
            _ => (false, text),
        };
        let size = match unsigned.to_ascii_lowercase().as_str() {
            "nan" => Size::NotANumber,
            "inf" | "infinity" => Size::Infinite,
            lower => {
                let (number, power) = match lower.split_once('e') {
                    Some((number, power)) => (number, power.parse::<i32>().ok()?),
                    None => (lower, 0),
                };
                let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
                let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
                if whole.len() + fraction.len() == 0 || !is_digits(whole) || !is_digits(fraction) {
                    return None;
                }
                Size::Finite {
                    digits: Digits::read(whole.bytes().chain(fraction.bytes())),
                    exponent: i64::from(power) - i64::try_from(fraction.len()).ok()?,
                }
            }
        };
        Some(Decimal { negative, size })
    }

    /// The decimal that a value is.
    pub(crate) fn of(value: &Value) -> Option<&Decimal> {
        value.downcast_object_ref::<Decimal>()
    }

    /// The decimal as a template's value.
    pub(crate) fn value(self) -> Value {
        Value::from_object(self)
    }

    /// A float as `Decimal(repr(float))` has it.
    pub(crate) fn of_float(number: f64) -> Option<Decimal> {
        Decimal::parse(&float_text(number))
    }

    fn finite(negative: bool, digits: Digits, exponent: i64) -> Decimal {
        let size = Size::Finite { digits, exponent };
        Decimal { negative, size }
    }

    fn of_integer(number: i128) -> Decimal {
        let digits = Digits::read(number.unsigned_abs().to_string().bytes());
        Decimal::finite(number < 0, digits, 0)
    }

    /// A float to its last digit, which is how it is compared.
    fn exactly(number: f64) -> Decimal {
        if !number.is_finite() {
            return Decimal::of_float(number).unwrap_or_else(Decimal::not_a_number);
        }
        Decimal::parse(&format!("{number:.1080}")).unwrap_or_else(Decimal::not_a_number)
    }

    fn not_a_number() -> Decimal {
        Decimal {
            negative: false,
            size: Size::NotANumber,
        }
    }

    fn is_zero(&self) -> bool {
        matches!(&self.size, Size::Finite { digits, .. } if digits.is_zero())
    }

    /// As the nearest float.
    pub(crate) fn float(&self) -> f64 {
        self.to_string().parse().unwrap_or(f64::NAN)
    }

    /// Without its fraction; none for what is not finite, or beyond what templates hold.
    pub(crate) fn integer(&self) -> Option<i128> {
        let Size::Finite { digits, exponent } = &self.size else {
            return None;
        };
        let whole = match usize::try_from(*exponent) {
            Ok(more) if digits.len().saturating_add(more) > 40 && !digits.is_zero() => return None,
            Ok(more) => digits.shifted(more),
            Err(_) => {
                let fewer = usize::try_from(exponent.unsigned_abs()).unwrap_or(usize::MAX);
                digits.without_last(fewer)
            }
        };
        let number: i128 = whole.to_string().parse().ok()?;
        Some(if self.negative { -number } else { number })
    }

    /// The order; none where one is not a number.
    fn order(&self, other: &Decimal) -> Option<Ordering> {
        let signed = |number: &Decimal| match (&number.size, number.negative) {
            (Size::Infinite, true) => -2,
            (_, _) if number.is_zero() => 0,
            (Size::Infinite, false) => 2,
            (_, true) => -1,
            (_, false) => 1,
        };
        let (a, b) = (signed(self), signed(other));
        match (&self.size, &other.size) {
            (Size::NotANumber, _) | (_, Size::NotANumber) => None,
            (
                Size::Finite { digits, exponent },
                Size::Finite {
                    digits: others,
                    exponent: power,
                },
            ) if a == b && a != 0 => {
                let order = digits::order(digits, *exponent, others, *power);
                Some(if self.negative {
                    order.reverse()
                } else {
                    order
                })
            }
            _ => Some(a.cmp(&b)),
        }
    }

    /// In a field of a format.
    pub(super) fn formatted(&self, spec: &Spec) -> Result<String, Error> {
        let sized = Decimal {
            negative: false,
            ..self.clone()
        };
        let Size::Finite { .. } = self.size else {
            return Ok(spec.signed(self.negative, &sized.to_string()));
        };
        let digits = match (spec.kind, spec.precision) {
            (None, None) => sized.to_string(),
            (Some('f' | 'F'), None) => sized.plain(),
            (Some('f' | 'F'), Some(places)) => sized.to_places(places_of(places)).plain(),
            (Some('%'), places) => {
                let hundredfold = sized.times_power_of_ten(2);
                let shown = places.map_or_else(
                    || hundredfold.plain(),
                    |places| hundredfold.to_places(places_of(places)).plain(),
                );
                shown + "%"
            }
            (None | Some('e' | 'E' | 'g' | 'G' | 'n'), _) => {
                return spec.number(Number::Float(self.float()));
            }
            _ => return Err(value_error("invalid format string")),
        };
        Ok(spec.signed(self.negative, &digits))
    }
}

/// How many decimal places a number needs; trailing noughts are none.
pub(crate) fn places(value: &Value) -> usize {
    let Some(decimal) = whole_or_decimal(value) else {
        return 0;
    };
    let text = decimal.plain();
    let places = text.split_once('.').map_or("", |(_, places)| places);
    places.trim_end_matches('0').len()
}

/// A number with so many decimal places and a comma after each thousand; none for what is not finite.
pub(crate) fn grouped(value: &Value, places: usize) -> Option<String> {
    let decimal = whole_or_decimal(value)?;
    let Size::Finite { .. } = decimal.size else {
        return None;
    };
    decimal
        .formatted(&Spec::parse(&format!(",.{places}f")).ok()?)
        .ok()
}

fn places_of(places: usize) -> i64 {
    i64::try_from(places).unwrap_or(i64::MAX)
}

/// The decimal that a number is: a decimal or an integer.
fn whole_or_decimal(value: &Value) -> Option<Decimal> {
    match Decimal::of(value) {
        Some(decimal) => Some(decimal.clone()),
        None => super::number::integer(value).map(Decimal::of_integer),
    }
}

/// An operator with a decimal; none where neither is one.
pub(super) fn operator(
    operator: Operator,
    left: &Value,
    right: &Value,
) -> Option<Result<Value, Error>> {
    if Decimal::of(left).is_none() && Decimal::of(right).is_none() {
        return None;
    }
    let (a, b) = (whole_or_decimal(left)?, whole_or_decimal(right)?);
    let result = arithmetic::apply(operator, &a, &b)?;
    Some(result.map(Decimal::value))
}

/// The order of two numbers of which one is a decimal; none where neither is, or one is no number. What is not a
/// number has no order.
pub(super) fn order(left: &Value, right: &Value) -> Option<Option<Ordering>> {
    if Decimal::of(left).is_none() && Decimal::of(right).is_none() {
        return None;
    }
    let exact = |value: &Value| match (whole_or_decimal(value), Number::of(value)) {
        (Some(decimal), _) => Some(decimal),
        (None, Some(Number::Float(number))) => Some(Decimal::exactly(number)),
        _ => None,
    };
    Some(exact(left)?.order(&exact(right)?))
}

/// `-x`
pub(super) fn negated(value: &Value) -> Option<Value> {
    let decimal = Decimal::of(value)?.clone();
    let negative = !decimal.negative && !decimal.is_zero();
    Some(
        Decimal {
            negative,
            ..decimal
        }
        .to_precision(PRECISION)
        .value(),
    )
}

/// The filter `abs`.
pub(super) fn absolute(value: &Value) -> Result<Value, Error> {
    if let Some(decimal) = Decimal::of(value) {
        let positive = Decimal {
            negative: false,
            ..decimal.clone()
        };
        return Ok(positive.to_precision(PRECISION).value());
    }
    match Number::of(value) {
        Some(Number::Integer(number)) => Ok(integer_value(number.wrapping_abs())),
        Some(Number::Float(number)) => Ok(number.abs().into()),
        None => Err(type_error(format!(
            "bad operand type for abs(): '{}'",
            super::type_name(value)
        ))),
    }
}

/// `round(value, places)`
pub(super) fn rounded(value: &Value, places: i64) -> Option<Value> {
    Some(Decimal::of(value)?.to_places(places).value())
}

impl fmt::Display for Decimal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.negative {
            formatter.write_str("-")?;
        }
        let (digits, exponent) = match &self.size {
            Size::Infinite => return formatter.write_str("Infinity"),
            Size::NotANumber => return formatter.write_str("NaN"),
            Size::Finite { digits, exponent } => (digits.to_string(), *exponent),
        };
        let length = i64::try_from(digits.len()).unwrap_or(i64::MAX);
        let adjusted = exponent.saturating_add(length - 1);
        if exponent <= 0 && adjusted >= -6 {
            return formatter.write_str(&digits::with_point(&digits, exponent));
        }
        let (first, rest) = digits.split_at(1);
        formatter.write_str(first)?;
        if !rest.is_empty() {
            write!(formatter, ".{rest}")?;
        }
        write!(formatter, "E{adjusted:+}")
    }
}

impl Object for Decimal {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn is_true(self: &Arc<Self>) -> bool {
        !self.is_zero()
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        self.order(other.downcast_ref::<Self>()?)
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        arguments: &[Value],
    ) -> Result<Value, Error> {
        let finite = matches!(self.size, Size::Finite { .. });
        Ok(match method {
            "is_finite" => finite.into(),
            "is_infinite" => (self.size == Size::Infinite).into(),
            "is_nan" => (self.size == Size::NotANumber).into(),
            "is_signed" => self.negative.into(),
            "is_zero" => self.is_zero().into(),
            "normalize" => self.normal().value(),
            "to_integral" | "to_integral_value" => match &self.size {
                Size::Finite { exponent, .. } if *exponent < 0 => self.to_places(0).value(),
                _ => Decimal::clone(self).value(),
            },
            "quantize" => {
                let like = super::call::Call::new(method, arguments)?.required(0, "exp")?;
                match whole_or_decimal(&like).map(|like| like.size) {
                    Some(Size::Finite { exponent, .. }) => self.to_places(-exponent).value(),
                    _ => return Err(type_error("quantize wants a finite decimal")),
                }
            }
            "copy_abs" => Decimal {
                negative: false,
                ..Decimal::clone(self)
            }
            .value(),
            _ => {
                let this = Value::from_dyn_object(self.clone());
                return Err(no_method(&this, method));
            }
        })
    }

    fn render(self: &Arc<Self>, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{self}")
    }
}

/// Whether Python counts a value as a number.
pub(super) fn is_number(value: &Value) -> bool {
    matches!(value.kind(), ValueKind::Number | ValueKind::Bool) || Decimal::of(value).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        Decimal::parse(text).expect("a number")
    }

    fn calculated(left: &str, sign: Operator, right: &str) -> String {
        let result = arithmetic::apply(sign, &decimal(left), &decimal(right));
        match result.expect("an operator of arithmetic") {
            Ok(number) => number.to_string(),
            Err(error) => format!("error: {}", error.detail().unwrap_or_default()),
        }
    }

    #[test]
    fn numbers_print_as_python_prints_them() {
        for (read, shown) in [
            ("1.50", "1.50"),
            ("-0.00", "-0.00"),
            ("100", "100"),
            ("0.0000001", "1E-7"),
            ("0.000001", "0.000001"),
            ("0.00000000", "0E-8"),
            ("1e+20", "1E+20"),
            ("12.5e3", "1.25E+4"),
            ("NaN", "NaN"),
            ("-Infinity", "-Infinity"),
            ("007.10", "7.10"),
        ] {
            assert_eq!(decimal(read).to_string(), shown);
        }
        for wrong in ["", "-", "1.2.3", "abc", "1e", ".", "1_0"] {
            assert_eq!(Decimal::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn calculations_are_those_of_python() {
        use Operator::{Add, Divide, FloorDivide, Modulo, Multiply, Power, Subtract};
        for (left, sign, right, result) in [
            ("1.50", Add, "1", "2.50"),
            ("1.50", Subtract, "1.50", "0.00"),
            ("0.1", Add, "-0.3", "-0.2"),
            ("1.50", Multiply, "2.0", "3.000"),
            ("1", Divide, "3", "0.3333333333333333333333333333"),
            ("2", Divide, "3", "0.6666666666666666666666666667"),
            ("10", Divide, "4", "2.5"),
            ("1.00", Divide, "2", "0.50"),
            ("10", Divide, "5", "2"),
            ("-7", FloorDivide, "2", "-3"),
            ("-7", Modulo, "2", "-1"),
            ("7.5", Modulo, "2", "1.5"),
            ("1.5", Power, "2", "2.25"),
            ("2", Power, "-1", "0.5"),
            ("2", Power, "100", "1267650600228229401496703205000"),
            (
                "99999999999999999999999999999",
                Add,
                "1",
                "100000000000000000000000000000",
            ),
            ("1", Divide, "0", "error: division by zero"),
            ("NaN", Add, "1", "NaN"),
            ("Infinity", Add, "1", "Infinity"),
        ] {
            let expected = match (sign, left) {
                // more than 28 digits are rounded, and then have an exponent
                (Power, "2") if right == "100" => "1.267650600228229401496703205E+30".to_owned(),
                (Add, _) if left.len() == 29 => "1.000000000000000000000000000E+29".to_owned(),
                _ => result.to_owned(),
            };
            assert_eq!(calculated(left, sign, right), expected, "{left} {right}");
        }
    }

    #[test]
    fn halves_go_to_the_even_neighbour() {
        for (number, places, rounded) in [
            ("2.5", 0, "2"),
            ("3.5", 0, "4"),
            ("1.005", 2, "1.00"),
            ("1.0051", 2, "1.01"),
            ("-1.25", 1, "-1.2"),
            ("1250", -2, "1.2E+3"),
            ("1.5", 3, "1.500"),
            ("9.99", 1, "10.0"),
        ] {
            assert_eq!(decimal(number).to_places(places).to_string(), rounded);
        }
    }

    #[test]
    fn decimals_are_compared_with_all_numbers() {
        let order = |text: &str, other: Value| order(&decimal(text).value(), &other).flatten();
        assert_eq!(order("1.50", Value::from(1.5)), Some(Ordering::Equal));
        assert_eq!(order("0.1", Value::from(0.1)), Some(Ordering::Less));
        assert_eq!(order("2.0", Value::from(2)), Some(Ordering::Equal));
        assert_eq!(order("-3", Value::from(2)), Some(Ordering::Less));
        assert_eq!(order("NaN", Value::from(2)), None);
        assert_eq!(order("1", Value::from("1")), None);
    }

    #[test]
    fn decimals_stand_in_fields() {
        let field = |spec: &str, text: &str| {
            let spec = Spec::parse(spec).expect("a specification");
            decimal(text).formatted(&spec).expect("a field")
        };
        assert_eq!(field(",.2f", "1234567.895"), "1,234,567.90");
        assert_eq!(field("", "1.50"), "1.50");
        assert_eq!(field(".0%", "0.256"), "26%");
        assert_eq!(field(">8", "-1.5"), "    -1.5");
        assert_eq!(field("08.2f", "-1.5"), "-0001.50");
    }
}
