//! Python's format specifications, such as `>10`, `03d`, `,.2f`.

use minijinja::Error;

use super::call::value_error;
use super::number::{Number, exponent_text, float_text};

/// The widest field and the longest fraction that are written.
const WIDEST: usize = 1_000_000;

/// A specification taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spec {
    pub(super) fill: char,
    pub(super) align: Option<char>,
    pub(super) sign: char,
    pub(super) alternate: bool,
    pub(super) width: usize,
    pub(super) grouping: Option<char>,
    pub(super) precision: Option<usize>,
    pub(super) kind: Option<char>,
}

impl Default for Spec {
    fn default() -> Spec {
        Spec {
            fill: ' ',
            align: None,
            sign: '-',
            alternate: false,
            width: 0,
            grouping: None,
            precision: None,
            kind: None,
        }
    }
}

impl Spec {
    /// Reads `[[fill]align][sign][#][0][width][grouping][.precision][type]`.
    pub(super) fn parse(text: &str) -> Result<Spec, Error> {
        let mut spec = Spec::default();
        let letters: Vec<char> = text.chars().collect();
        let at = |index: usize| letters.get(index).copied();
        let is_align = |letter: Option<char>| matches!(letter, Some('<' | '>' | '=' | '^'));
        let mut next = 0;
        if is_align(at(1)) {
            spec.fill = at(0).unwrap_or(' ');
            spec.align = at(1);
            next = 2;
        } else if is_align(at(0)) {
            spec.align = at(0);
            next = 1;
        }
        if let Some(sign @ ('+' | '-' | ' ')) = at(next) {
            spec.sign = sign;
            next += 1;
        }
        if at(next) == Some('#') {
            spec.alternate = true;
            next += 1;
        }
        if at(next) == Some('0') {
            if spec.align.is_none() {
                spec.fill = '0';
                spec.align = Some('=');
            }
            next += 1;
        }
        let digits = |next: &mut usize| {
            let mut number = None;
            while let Some(digit) = at(*next).and_then(|letter| letter.to_digit(10)) {
                let sum = number.unwrap_or(0_usize) * 10 + digit as usize;
                if sum > WIDEST {
                    return Err(value_error("Too many decimal digits in format string"));
                }
                number = Some(sum);
                *next += 1;
            }
            Ok(number)
        };
        spec.width = digits(&mut next)?.unwrap_or(0);
        if let Some(grouping @ (',' | '_')) = at(next) {
            spec.grouping = Some(grouping);
            next += 1;
        }
        if at(next) == Some('.') {
            next += 1;
            spec.precision = Some(
                digits(&mut next)?
                    .ok_or_else(|| value_error("Format specifier missing precision"))?,
            );
        }
        spec.kind = at(next);
        if next + 1 < letters.len() {
            return Err(value_error("Invalid format specifier"));
        }
        Ok(spec)
    }

    /// A text in its field.
    pub(super) fn text(&self, text: &str) -> Result<String, Error> {
        if !matches!(self.kind, None | Some('s')) {
            return Err(self.unknown("str"));
        }
        let cut: String = match self.precision {
            Some(most) => text.chars().take(most).collect(),
            None => text.to_owned(),
        };
        Ok(self.padded("", &cut, '<'))
    }

    /// A number in its field.
    pub(super) fn number(&self, number: Number) -> Result<String, Error> {
        let kind = self.kind.or(match number {
            Number::Integer(_) => Some('d'),
            Number::Float(_) => None,
        });
        let (negative, prefix, digits) = match (number, kind) {
            (Number::Integer(number), Some('d' | 'n' | 'b' | 'o' | 'x' | 'X' | 'c')) => {
                let size = number.unsigned_abs();
                let (prefix, digits) = match kind {
                    Some('b') => ("0b", format!("{size:b}")),
                    Some('o') => ("0o", format!("{size:o}")),
                    Some('x') => ("0x", format!("{size:x}")),
                    Some('X') => ("0X", format!("{size:X}")),
                    Some('c') => {
                        let letter = u32::try_from(number)
                            .ok()
                            .and_then(char::from_u32)
                            .ok_or_else(|| value_error("%c arg not in range(0x110000)"))?;
                        return Ok(self.padded("", &letter.to_string(), '<'));
                    }
                    _ => ("", size.to_string()),
                };
                let prefix = if self.alternate { prefix } else { "" };
                (number < 0, prefix, digits)
            }
            (_, None | Some('e' | 'E' | 'f' | 'F' | 'g' | 'G' | 'n' | '%')) => {
                let float = number.float();
                (
                    float.is_sign_negative() && !float.is_nan(),
                    "",
                    self.float_digits(float.abs(), kind),
                )
            }
            (Number::Integer(_), _) => return Err(self.unknown("int")),
            (Number::Float(_), _) => return Err(self.unknown("float")),
        };
        let digits = match self.grouping {
            Some(separator) => {
                let every = if matches!(kind, Some('b' | 'o' | 'x' | 'X')) {
                    4
                } else {
                    3
                };
                grouped(&digits, separator, every)
            }
            None => digits,
        };
        let sign = self.sign_of(negative);
        Ok(self.padded(&format!("{sign}{prefix}"), &digits, '>'))
    }

    /// The digits of a number that stand for themselves, with its sign and separators in its field.
    pub(super) fn signed(&self, negative: bool, digits: &str) -> String {
        let digits = match self.grouping {
            Some(separator) => grouped(digits, separator, 3),
            None => digits.to_owned(),
        };
        self.padded(self.sign_of(negative), &digits, '>')
    }

    fn sign_of(&self, negative: bool) -> &'static str {
        match (negative, self.sign) {
            (true, _) => "-",
            (false, '+') => "+",
            (false, ' ') => " ",
            _ => "",
        }
    }

    fn float_digits(&self, number: f64, kind: Option<char>) -> String {
        let Some(kind) = kind else {
            return match self.precision {
                None => float_text(number),
                Some(precision) => {
                    let text = general(number, precision.max(1), false);
                    if text.contains(['.', 'e', 'n', 'i']) {
                        text
                    } else {
                        text + ".0"
                    }
                }
            };
        };
        let precision = self.precision.unwrap_or(6);
        let text = if number.is_finite() {
            match kind {
                'f' | 'F' => format!("{number:.precision$}"),
                '%' => format!("{:.precision$}%", number * 100.0),
                'e' | 'E' => scientific(number, precision),
                _ => general(number, precision.max(1), self.alternate),
            }
        } else {
            float_text(number)
        };
        if kind.is_uppercase() {
            text.to_uppercase()
        } else {
            text
        }
    }

    fn padded(&self, sign: &str, text: &str, default: char) -> String {
        let length = sign.chars().count() + text.chars().count();
        let missing = self.width.saturating_sub(length);
        let fill = |count: usize| -> String { std::iter::repeat_n(self.fill, count).collect() };
        match self.align.unwrap_or(default) {
            '<' => format!("{sign}{text}{}", fill(missing)),
            '^' => format!(
                "{}{sign}{text}{}",
                fill(missing / 2),
                fill(missing - missing / 2)
            ),
            '=' => format!("{sign}{}{text}", fill(missing)),
            _ => format!("{}{sign}{text}", fill(missing)),
        }
    }

    fn unknown(&self, kind: &str) -> Error {
        value_error(format!(
            "Unknown format code '{}' for object of type '{kind}'",
            self.kind.unwrap_or(' ')
        ))
    }
}

fn grouped(digits: &str, separator: char, every: usize) -> String {
    let whole = digits
        .find(|letter: char| !letter.is_ascii_alphanumeric())
        .unwrap_or(digits.len());
    let whole = digits[..whole]
        .find('e')
        .filter(|_| every == 3)
        .unwrap_or(whole);
    let mut text = String::new();
    for (at, digit) in digits[..whole].chars().enumerate() {
        if at > 0 && (whole - at).is_multiple_of(every) {
            text.push(separator);
        }
        text.push(digit);
    }
    text + &digits[whole..]
}

fn scientific(number: f64, precision: usize) -> String {
    let text = format!("{number:.precision$e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    format!("{digits}e{}", exponent_text(exponent.parse().unwrap_or(0)))
}

/// The format `g`: as many significant digits, without zeros at the end.
fn general(number: f64, precision: usize, keep_zeros: bool) -> String {
    if !number.is_finite() {
        return float_text(number);
    }
    let text = format!("{number:.*e}", precision - 1);
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let in_reach = i32::try_from(precision).is_ok_and(|most| (-4..most).contains(&exponent));
    let trimmed = |text: &str| {
        if keep_zeros || !text.contains('.') {
            text.to_owned()
        } else {
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        }
    };
    if in_reach {
        let decimals = i32::try_from(precision).unwrap_or(0) - 1 - exponent;
        let decimals = usize::try_from(decimals).unwrap_or(0);
        trimmed(&format!("{number:.decimals$}"))
    } else {
        format!("{}e{}", trimmed(digits), exponent_text(exponent))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_fields() {
        for (spec, number, text) in [
            ("03d", Number::Integer(7), "007"),
            ("+,", Number::Integer(1_234_567), "+1,234,567"),
            (".2f", Number::Float(2.76543), "2.77"),
            (",.1f", Number::Float(12345.67), "12,345.7"),
            (">8", Number::Float(1.5), "     1.5"),
            ("e", Number::Integer(12345), "1.234500e+04"),
            ("g", Number::Float(0.0001), "0.0001"),
            ("g", Number::Float(1e10), "1e+10"),
            ("#x", Number::Integer(255), "0xff"),
            (".1%", Number::Float(0.256), "25.6%"),
            ("08.3f", Number::Float(-2.71428), "-002.714"),
            ("^7d", Number::Integer(42), "  42   "),
        ] {
            assert_eq!(
                Spec::parse(spec).unwrap().number(number).unwrap(),
                text,
                "{spec}"
            );
        }
    }

    #[test]
    fn texts_in_fields() {
        assert_eq!(
            Spec::parse("*^7.3").unwrap().text("abcd").unwrap(),
            "**abc**"
        );
        assert!(Spec::parse("d").unwrap().text("a").is_err());
        assert!(Spec::parse("99999999999999999999").is_err());
    }
}
