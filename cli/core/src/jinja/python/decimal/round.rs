//! Decimals with fewer digits: halves go to the even neighbour.

use super::digits::{Digits, with_point};
use super::{Decimal, Size};

impl Decimal {
    /// With so many digits at most.
    pub(super) fn to_precision(&self, most: usize) -> Decimal {
        let Size::Finite { digits, exponent } = &self.size else {
            return self.clone();
        };
        let Some(extra) = digits.len().checked_sub(most).filter(|extra| *extra > 0) else {
            return self.clone();
        };
        let rounded = shortened(digits, extra);
        let exponent = exponent.saturating_add(i64::try_from(extra).unwrap_or(i64::MAX));
        // 99.95 to three digits has four: 100.0
        Decimal::finite(self.negative, rounded, exponent).to_precision(most)
    }

    /// With so many digits behind the point; less than none are zeros before it.
    pub(super) fn to_places(&self, places: i64) -> Decimal {
        let Size::Finite { digits, exponent } = &self.size else {
            return self.clone();
        };
        let wanted = places.clamp(-1_000_000, 1_000_000).saturating_neg();
        let change = exponent.saturating_sub(wanted);
        let digits = match usize::try_from(change) {
            Ok(zeros) => digits.shifted(zeros.min(1_000_000)),
            Err(_) => shortened(
                digits,
                usize::try_from(change.unsigned_abs()).unwrap_or(usize::MAX),
            ),
        };
        Decimal::finite(self.negative, digits, wanted)
    }

    /// Without zeros at its end.
    pub(super) fn normal(&self) -> Decimal {
        let rounded = self.to_precision(super::PRECISION);
        let Size::Finite { digits, exponent } = &rounded.size else {
            return rounded;
        };
        if digits.is_zero() {
            return Decimal::finite(rounded.negative, digits.clone(), 0);
        }
        let (mut digits, mut exponent) = (digits.clone(), *exponent);
        while digits.last() == 0 {
            digits = digits.without_last(1);
            exponent += 1;
        }
        Decimal::finite(rounded.negative, digits, exponent)
    }

    pub(super) fn times_power_of_ten(&self, power: i64) -> Decimal {
        match &self.size {
            Size::Finite { digits, exponent } => Decimal::finite(
                self.negative,
                digits.clone(),
                exponent.saturating_add(power),
            ),
            _ => self.clone(),
        }
    }

    /// Without an exponent, whatever its size, and without its sign.
    pub(super) fn plain(&self) -> String {
        match &self.size {
            Size::Finite { digits, exponent } => with_point(&digits.to_string(), *exponent),
            _ => self.to_string(),
        }
    }
}

/// Without its last digits, rounded.
fn shortened(digits: &Digits, count: usize) -> Digits {
    if count > digits.len() {
        return Digits::read(std::iter::empty());
    }
    let kept = digits.without_last(count);
    let dropped = digits.tail(count);
    let Some((first, rest)) = dropped.split_first() else {
        return kept;
    };
    let above = rest.iter().any(|digit| *digit > 0);
    let up = *first > 5 || (*first == 5 && (above || kept.last() % 2 == 1));
    if up { kept.plus(&Digits::one()) } else { kept }
}
