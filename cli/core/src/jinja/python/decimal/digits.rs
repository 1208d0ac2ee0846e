//! A natural number as decimal digits.

use std::cmp::Ordering;
use std::fmt;

/// Digits, the first one first; none for zero.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Digits(Vec<u8>);

impl Digits {
    /// From the letters `0` to `9`.
    pub(super) fn read(letters: impl Iterator<Item = u8>) -> Digits {
        let digits = letters.map(|letter| letter.saturating_sub(b'0').min(9));
        Digits(digits.skip_while(|digit| *digit == 0).collect())
    }

    pub(super) fn one() -> Digits {
        Digits(vec![1])
    }

    pub(super) fn is_zero(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn last(&self) -> u8 {
        self.0.last().copied().unwrap_or(0)
    }

    /// With zeros at its end.
    pub(super) fn shifted(&self, zeros: usize) -> Digits {
        let mut digits = self.0.clone();
        if !digits.is_empty() {
            digits.resize(digits.len() + zeros, 0);
        }
        Digits(digits)
    }

    /// Without its last digits.
    pub(super) fn without_last(&self, count: usize) -> Digits {
        Digits(self.0[..self.0.len().saturating_sub(count)].to_vec())
    }

    /// Its last digits, as many as asked for, with zeros before them where it has fewer.
    pub(super) fn tail(&self, count: usize) -> Vec<u8> {
        let from = self.0.len().saturating_sub(count);
        let mut tail = vec![0; count - (self.0.len() - from)];
        tail.extend(&self.0[from..]);
        tail
    }

    pub(super) fn plus(&self, other: &Digits) -> Digits {
        let mut sum = Vec::with_capacity(self.len().max(other.len()) + 1);
        let mut carry = 0;
        let (mut a, mut b) = (self.0.iter().rev(), other.0.iter().rev());
        loop {
            let (x, y) = (a.next(), b.next());
            if x.is_none() && y.is_none() && carry == 0 {
                break;
            }
            let digit = x.copied().unwrap_or(0) + y.copied().unwrap_or(0) + carry;
            sum.push(digit % 10);
            carry = digit / 10;
        }
        sum.reverse();
        Digits(sum)
    }

    /// The difference of this and one that is no larger.
    pub(super) fn minus(&self, other: &Digits) -> Digits {
        let mut difference = Vec::with_capacity(self.len());
        let mut borrowed = 0;
        let mut subtracted = other.0.iter().rev();
        for digit in self.0.iter().rev() {
            let less = subtracted.next().copied().unwrap_or(0) + borrowed;
            borrowed = u8::from(*digit < less);
            difference.push(digit + 10 * borrowed - less);
        }
        while difference.last() == Some(&0) {
            difference.pop();
        }
        difference.reverse();
        Digits(difference)
    }

    pub(super) fn times(&self, other: &Digits) -> Digits {
        let mut product = vec![0_u64; self.len() + other.len()];
        for (at, a) in self.0.iter().rev().enumerate() {
            for (and, b) in other.0.iter().rev().enumerate() {
                product[at + and] += u64::from(*a) * u64::from(*b);
            }
        }
        let mut carry = 0;
        let mut digits: Vec<u8> = Vec::with_capacity(product.len());
        for sum in product {
            let sum = sum + carry;
            digits.push(u8::try_from(sum % 10).unwrap_or(0));
            carry = sum / 10;
        }
        while digits.last() == Some(&0) {
            digits.pop();
        }
        digits.reverse();
        Digits(digits)
    }

    /// Quotient and remainder of a division by one that is not zero.
    pub(super) fn divided_by(&self, divisor: &Digits) -> (Digits, Digits) {
        let mut quotient = Vec::with_capacity(self.len());
        let mut rest = Digits(Vec::new());
        for digit in &self.0 {
            if !(rest.is_zero() && *digit == 0) {
                rest.0.push(*digit);
            }
            let mut count = 0;
            while rest.compared_to(divisor) != Ordering::Less && count < 9 {
                rest = rest.minus(divisor);
                count += 1;
            }
            if count > 0 || !quotient.is_empty() {
                quotient.push(count);
            }
        }
        (Digits(quotient), rest)
    }

    pub(super) fn compared_to(&self, other: &Digits) -> Ordering {
        self.len()
            .cmp(&other.len())
            .then_with(|| self.0.cmp(&other.0))
    }
}

/// The order of two numbers that are not zero, each with its power of ten.
pub(super) fn order(a: &Digits, a_power: i64, b: &Digits, b_power: i64) -> Ordering {
    let length = |digits: &Digits| i64::try_from(digits.len()).unwrap_or(i64::MAX);
    let size = |digits: &Digits, power: i64| length(digits).saturating_add(power);
    size(a, a_power).cmp(&size(b, b_power)).then_with(|| {
        let length = a.len().max(b.len());
        let padded = |digits: &Digits| digits.shifted(length - digits.len());
        padded(a).compared_to(&padded(b))
    })
}

/// Digits with their decimal point; a power above zero adds zeros.
pub(super) fn with_point(digits: &str, power: i64) -> String {
    let Ok(fraction) = usize::try_from(power.saturating_neg()) else {
        let zeros = usize::try_from(power).unwrap_or(0);
        return if digits == "0" {
            digits.to_owned()
        } else {
            format!("{digits}{}", "0".repeat(zeros))
        };
    };
    if fraction == 0 {
        return digits.to_owned();
    }
    let padded = format!("{digits:0>width$}", width = fraction + 1);
    let (whole, fraction) = padded.split_at(padded.len() - fraction);
    format!("{whole}.{fraction}")
}

impl fmt::Display for Digits {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_zero() {
            return formatter.write_str("0");
        }
        let letters: String = self
            .0
            .iter()
            .map(|digit| char::from(b'0' + digit))
            .collect();
        formatter.write_str(&letters)
    }
}
