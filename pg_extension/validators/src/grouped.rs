//! Fixed-length values that are printed in groups: separators at all group places, or at none.

use crate::alphabet::Alphabet;
use crate::reason::Reason;

/// How a value is grouped.
pub(crate) struct Grouping {
    /// The characters that count, separators excluded.
    pub(crate) alphabet: Alphabet,
    /// The separators; a value uses one of them throughout.
    pub(crate) separators: &'static [u8],
    /// How many characters stand before each separator.
    pub(crate) places: &'static [usize],
}

impl Grouping {
    /// The `N` characters of `text` without separators, in upper case.
    ///
    /// **Errors**: `Charset`, `Length` (characters that count), `Structure` (separator out of
    /// place, missing or mixed).
    #[inline]
    pub(crate) fn read<const N: usize>(&self, text: &[u8]) -> Result<[u8; N], Reason> {
        if let Ok(bare) = <[u8; N]>::try_from(text)
            && self.alphabet.covers(&bare)
        {
            return Ok(bare.map(|byte| byte.to_ascii_uppercase()));
        }
        self.read_separated(text)
    }

    fn read_separated<const N: usize>(&self, text: &[u8]) -> Result<[u8; N], Reason> {
        let mut kept = [0; N];
        let mut count = 0;
        let mut separator = None;
        let mut places = self.places.iter();
        let mut misplaced = false;
        for &byte in text {
            if self.alphabet.has(byte) {
                if let Some(slot) = kept.get_mut(count) {
                    *slot = byte.to_ascii_uppercase();
                }
                count += 1;
            } else if self.separators.contains(&byte) {
                misplaced |=
                    places.next() != Some(&count) || *separator.get_or_insert(byte) != byte;
            } else {
                return Err(Reason::Charset);
            }
        }
        if count != N {
            Err(Reason::Length)
        } else if misplaced || (separator.is_some() && places.next().is_some()) {
            Err(Reason::Structure)
        } else {
            Ok(kept)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GROUPING: Grouping = Grouping {
        alphabet: Alphabet::DIGITS,
        separators: b"- ",
        places: &[2, 4],
    };

    #[test]
    fn all_separators_or_none() {
        assert_eq!(GROUPING.read(b"123456"), Ok(*b"123456"));
        assert_eq!(GROUPING.read(b"12-34-56"), Ok(*b"123456"));
        assert_eq!(GROUPING.read(b"12 34 56"), Ok(*b"123456"));
        for wrong in [
            &b"12-3456"[..],
            b"12-34 56",
            b"123-4-56",
            b"12-34-56-",
            b"--123456",
        ] {
            assert_eq!(GROUPING.read::<6>(wrong), Err(Reason::Structure));
        }
        assert_eq!(GROUPING.read::<6>(b"12-34-5"), Err(Reason::Length));
        assert_eq!(GROUPING.read::<6>(b"12-34-5x"), Err(Reason::Charset));
    }
}
