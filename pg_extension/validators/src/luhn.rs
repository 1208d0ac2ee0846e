//! The Luhn check digit (mod 10).

/// A digit's share in the sum: as it is, or doubled with nines cast out.
#[inline]
fn weigh(digit: u8, doubled: bool) -> u32 {
    let digit = u32::from(digit);
    if doubled {
        digit * 2 - if digit > 4 { 9 } else { 0 }
    } else {
        digit
    }
}

/// Whether the last of `digits` is the check digit of the others.
///
/// **Source**: ISO/IEC 7812-1, annex B, edition 2017.
#[inline]
pub(crate) fn passes(digits: &[u8]) -> bool {
    digits
        .split_last()
        .is_some_and(|(check, body)| passes_split(body, *check))
}

/// Whether `check` is the check digit of `digits`, which stand apart from it.
#[inline]
pub(crate) fn passes_split(digits: &[u8], check: u8) -> bool {
    let mut sum = u32::from(check.wrapping_sub(b'0') & 15);
    for (place, byte) in digits.iter().rev().enumerate() {
        let digit = byte.wrapping_sub(b'0') & 15;
        sum = sum.wrapping_add(weigh(digit, place % 2 == 0));
    }
    sum % 10 == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_one_check_digit_passes() {
        let passing: Vec<u8> = (b'0'..=b'9')
            .filter(|last| passes(&[b"4992739871", &[*last][..]].concat()))
            .collect();
        assert_eq!(passing, b"6");
    }
}
