//! Weighted sums modulo 11.

/// The check value for `digits` under `weights`: eleven minus the remainder, eleven becoming 0.
///
/// **Shape**: 0–10; there is no digit for 10, so such numbers are never issued.
/// **Source**: ISO 7064 describes the family; each caller names the weights' own source.
#[inline]
pub(crate) fn check_value(digits: &[u8], weights: impl IntoIterator<Item = u32>) -> u32 {
    let mut sum = 0_u32;
    for (byte, weight) in digits.iter().zip(weights) {
        sum = sum.wrapping_add(u32::from(byte.wrapping_sub(b'0')) * (weight % 11));
    }
    (11 - sum % 11) % 11
}

/// Whether the last of `digits` is the check value of the others.
#[inline]
pub(crate) fn passes(digits: &[u8], weights: impl IntoIterator<Item = u32>) -> bool {
    let Some((last, body)) = digits.split_last() else {
        return false;
    };
    check_value(body, weights) == u32::from(last.wrapping_sub(b'0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_value_of_ten_never_passes() {
        assert!(passes(b"9434765919", (2..=10).rev()));
        assert_eq!(check_value(b"647201986", (2..=10).rev()), 10);
        assert!(
            (b'0'..=b'9')
                .all(|last| !passes(&[b"647201986", &[last][..]].concat(), (2..=10).rev()))
        );
    }
}
