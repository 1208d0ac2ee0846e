//! Sets of bytes, built at compile time.

/// A set of bytes.
pub(crate) struct Alphabet([bool; 256]);

impl Alphabet {
    /// Letters of both cases and digits.
    pub(crate) const ALPHANUMERIC: Alphabet =
        Alphabet::of(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
    /// The ten digits.
    pub(crate) const DIGITS: Alphabet = Alphabet::of(b"0123456789");

    /// The set of exactly these bytes.
    pub(crate) const fn of(bytes: &[u8]) -> Alphabet {
        Alphabet([false; 256]).with(bytes)
    }

    /// This set and these bytes.
    pub(crate) const fn with(self, bytes: &[u8]) -> Alphabet {
        let mut set = self.0;
        let mut place = 0;
        while place < bytes.len() {
            set[bytes[place] as usize] = true;
            place += 1;
        }
        Alphabet(set)
    }

    /// This set without these bytes.
    pub(crate) const fn without(self, bytes: &[u8]) -> Alphabet {
        let mut set = self.0;
        let mut place = 0;
        while place < bytes.len() {
            set[bytes[place] as usize] = false;
            place += 1;
        }
        Alphabet(set)
    }

    #[inline]
    pub(crate) fn has(&self, byte: u8) -> bool {
        self.0[usize::from(byte)]
    }

    /// Whether every byte of `text` is in the set.
    #[inline]
    pub(crate) fn covers(&self, text: &[u8]) -> bool {
        text.iter().all(|byte| self.has(*byte))
    }
}
