//! Canonical text without allocation: a slice of the input, or a short inline copy.

use std::borrow::Cow;

use crate::dates::PartialDate;

/// The most bytes that [`Canonical::render`] ever writes to its buffer.
const BUFFER: usize = 256;

/// Scratch space for [`Canonical::render`].
pub type Buffer = [u8; BUFFER];

/// The canonical text of a valid value, not yet written out where that would cost something.
#[derive(Clone, Copy, Debug)]
pub enum Canonical<'a> {
    /// The rule has no canonical text (a judgement over several fields).
    None,
    /// A part of the input as it stands.
    Same(&'a [u8]),
    /// Text that differs from the input.
    Short(Short),
    /// A date, to be written as ISO 8601.
    Iso(PartialDate),
    /// At most [`Buffer`]'s size of input, with ASCII letters from `at` on in lower case.
    LowerFrom {
        /// The trimmed input.
        text: &'a [u8],
        /// Where folding starts.
        at: usize,
    },
}

impl<'a> Canonical<'a> {
    /// `text` in upper case; borrowed where it already is.
    ///
    /// Only for text that fits [`Short`], which rules ensure by checking the length first.
    #[inline]
    pub(crate) fn upper(text: &'a [u8]) -> Canonical<'a> {
        if text.iter().any(u8::is_ascii_lowercase) {
            let mut short = Short::new();
            for byte in text {
                short.push(byte.to_ascii_uppercase());
            }
            Canonical::Short(short)
        } else {
            Canonical::Same(text)
        }
    }

    /// `text` filled with zeros on the left up to `width`.
    #[inline]
    pub(crate) fn zero_padded(text: &'a [u8], width: usize) -> Canonical<'a> {
        if text.len() >= width {
            return Canonical::Same(text);
        }
        let mut short = Short::new();
        for _ in text.len()..width {
            short.push(b'0');
        }
        short.extend(text);
        Canonical::Short(short)
    }

    /// The canonical bytes, without allocating: from the input, from `self`, or from `buffer`.
    pub fn render<'b>(&'b self, buffer: &'b mut Buffer) -> Option<&'b [u8]> {
        match self {
            Canonical::None => None,
            Canonical::Same(text) => Some(text),
            Canonical::Short(short) => Some(short.as_bytes()),
            Canonical::Iso(date) => {
                let text = date.to_iso();
                let slot = buffer.get_mut(..text.as_bytes().len())?;
                slot.copy_from_slice(text.as_bytes());
                Some(slot)
            }
            Canonical::LowerFrom { text, at } => {
                let mut length = 0;
                for (place, (slot, byte)) in buffer.iter_mut().zip(*text).enumerate() {
                    *slot = if place < *at {
                        *byte
                    } else {
                        byte.to_ascii_lowercase()
                    };
                    length = place + 1;
                }
                buffer.get(..length)
            }
        }
    }

    /// The canonical bytes, borrowed from the input where they stand in it.
    pub fn into_cow(self) -> Option<Cow<'a, [u8]>> {
        match self {
            Canonical::Same(text) => Some(Cow::Borrowed(text)),
            other => {
                let mut buffer = [0; BUFFER];
                other
                    .render(&mut buffer)
                    .map(|bytes| Cow::Owned(bytes.to_vec()))
            }
        }
    }
}

/// How many bytes a [`Short`] holds: the longest is a timestamp with nanoseconds and offset.
const SHORT: usize = 39;

/// A few bytes kept inline.
#[derive(Clone, Copy, Debug)]
pub struct Short {
    bytes: [u8; SHORT],
    length: u8,
}

impl Short {
    #[inline]
    pub(crate) const fn new() -> Short {
        Short {
            bytes: [0; SHORT],
            length: 0,
        }
    }

    /// Appends a byte; what does not fit is dropped, which no rule lets happen.
    #[inline]
    pub(crate) fn push(&mut self, byte: u8) {
        if let Some(slot) = self.bytes.get_mut(usize::from(self.length)) {
            *slot = byte;
            self.length += 1;
        }
    }

    #[inline]
    pub(crate) fn extend(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.push(*byte);
        }
    }

    /// Appends `number` in decimal, with leading zeros up to `width` digits.
    #[inline]
    pub(crate) fn push_number(&mut self, number: u32, width: u32) {
        let mut place = 10_u32.pow(width.clamp(1, 9) - 1);
        while place > 0 {
            self.push(b'0' + (number / place % 10) as u8);
            place /= 10;
        }
    }

    /// The same in upper case.
    #[inline]
    pub(crate) fn into_upper(mut self) -> Short {
        self.bytes.make_ascii_uppercase();
        self
    }

    /// The bytes held.
    #[inline]
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes
            .get(..usize::from(self.length))
            .unwrap_or_default()
    }
}

impl<'a> From<Short> for Canonical<'a> {
    #[inline]
    fn from(short: Short) -> Canonical<'a> {
        Canonical::Short(short)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_zero_padded() {
        let mut short = Short::new();
        short.push_number(7, 2);
        short.push_number(2024, 4);
        short.push_number(5, 9);
        assert_eq!(short.as_bytes(), b"072024000000005");
    }

    #[test]
    fn lower_from_folds_only_the_tail() {
        let canonical = Canonical::LowerFrom {
            text: b"A.B@C.D",
            at: 4,
        };
        assert_eq!(canonical.into_cow().as_deref(), Some(&b"A.B@c.d"[..]));
    }
}
