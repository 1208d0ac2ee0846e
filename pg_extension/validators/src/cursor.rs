//! A position in a byte slice that moves forward over what it recognises.

/// What is left to read.
#[derive(Clone, Copy)]
pub(crate) struct Cursor<'a> {
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    #[inline]
    pub(crate) fn new(rest: &'a [u8]) -> Cursor<'a> {
        Cursor { rest }
    }

    #[inline]
    pub(crate) fn is_done(&self) -> bool {
        self.rest.is_empty()
    }

    #[inline]
    pub(crate) fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// Moves over `byte` if it is next.
    #[inline]
    pub(crate) fn eat(&mut self, byte: u8) -> bool {
        match self.rest {
            [first, rest @ ..] if *first == byte => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    /// Moves over the next byte if it is one of `bytes`, and returns it.
    #[inline]
    pub(crate) fn eat_any(&mut self, bytes: &[u8]) -> Option<u8> {
        let next = self.peek()?;
        (bytes.contains(&next) && self.eat(next)).then_some(next)
    }

    /// Moves over exactly `N` digits and returns their value; more may follow.
    #[inline]
    pub(crate) fn number<const N: usize>(&mut self) -> Option<u32> {
        let (digits, rest) = self.rest.split_first_chunk::<N>()?;
        let mut value = 0;
        for byte in digits {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 {
                return None;
            }
            value = value * 10 + u32::from(digit);
        }
        self.rest = rest;
        Some(value)
    }

    /// Moves over all bytes that `accept` likes and returns them.
    #[inline]
    pub(crate) fn run(&mut self, accept: impl Fn(u8) -> bool) -> &'a [u8] {
        let end = self
            .rest
            .iter()
            .position(|byte| !accept(*byte))
            .unwrap_or(self.rest.len());
        let (run, rest) = self.rest.split_at_checked(end).unwrap_or((self.rest, &[]));
        self.rest = rest;
        run
    }

    /// Moves over a run of digits and returns it.
    #[inline]
    pub(crate) fn digits(&mut self) -> &'a [u8] {
        self.run(|byte| byte.is_ascii_digit())
    }

    /// Moves over a run of ASCII letters and returns it.
    #[inline]
    pub(crate) fn letters(&mut self) -> &'a [u8] {
        self.run(|byte| byte.is_ascii_alphabetic())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_forward_only_what_fits() {
        let mut cursor = Cursor::new(b"2024-4x");
        assert_eq!(cursor.number::<4>(), Some(2024));
        assert!(!cursor.eat(b'/'));
        assert!(cursor.eat(b'-'));
        assert_eq!(cursor.number::<2>(), None);
        assert_eq!(cursor.digits(), b"4");
        assert_eq!(cursor.letters(), b"x");
        assert!(cursor.is_done());
    }
}
