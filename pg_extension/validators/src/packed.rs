//! Up to sixteen characters in one word, judged all at once.

/// The character `0` in every byte.
const ZEROS: u128 = u128::from_ne_bytes([b'0'; 16]);
/// The highest bit of every byte.
const HIGH: u128 = u128::from_ne_bytes([0x80; 16]);
/// What lifts ten and more to the highest bit: 128 − 10.
const ABOVE_NINE: u128 = u128::from_ne_bytes([0x76; 16]);

/// Characters as the bytes of a word; unused places hold `0`.
#[derive(Clone, Copy)]
pub(crate) struct Packed([u8; 16]);

impl Packed {
    /// At most sixteen characters.
    #[inline]
    pub(crate) fn new<const N: usize>(text: &[u8; N]) -> Packed {
        const { assert!(N <= 16) };
        let mut bytes = [b'0'; 16];
        bytes[..N].copy_from_slice(text);
        Packed(bytes)
    }

    /// Puts `0` in a place, which no longer counts then.
    #[inline]
    pub(crate) fn clear(&mut self, place: usize) {
        self.0[place % 16] = b'0';
    }

    /// Whether all are digits.
    #[inline]
    pub(crate) fn are_digits(self) -> bool {
        let digits = u128::from_ne_bytes(self.0) ^ ZEROS;
        // A byte below 128 cannot carry into the next; one above is caught by its own high bit.
        ((digits & !HIGH).wrapping_add(ABOVE_NINE) | digits) & HIGH == 0
    }

    /// Whether all are `0`.
    #[inline]
    pub(crate) fn are_zeros(self) -> bool {
        self.0 == [b'0'; 16]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_in_every_place() {
        for byte in 0..=u8::MAX {
            for place in 0..13 {
                let mut text = *b"0198765432109";
                text[place] = byte;
                assert_eq!(Packed::new(&text).are_digits(), byte.is_ascii_digit());
            }
        }
        assert!(Packed::new(b"000").are_zeros() && !Packed::new(b"001").are_zeros());
    }
}
