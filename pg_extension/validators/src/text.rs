//! What nearly every rule starts with: trimming, and telling apart the first three faults.

use crate::alphabet::Alphabet;
use crate::reason::Reason;

/// ASCII white space, the vertical tab included.
#[inline]
const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

/// `input` without outer ASCII white space, or `Empty` where nothing is left.
#[inline]
pub(crate) fn trim(input: &[u8]) -> Result<&[u8], Reason> {
    match input {
        [] => Err(Reason::Empty),
        [first, .., last] if *first > b' ' && *last > b' ' => Ok(input),
        _ => trim_slowly(input),
    }
}

fn trim_slowly(mut input: &[u8]) -> Result<&[u8], Reason> {
    while let [first, rest @ ..] = input
        && is_space(*first)
    {
        input = rest;
    }
    while let [rest @ .., last] = input
        && is_space(*last)
    {
        input = rest;
    }
    if input.is_empty() {
        Err(Reason::Empty)
    } else {
        Ok(input)
    }
}

/// The reason for a text that did not fit: `Charset`, else `Length`, else `Structure`.
#[cold]
pub(crate) fn misfit(text: &[u8], alphabet: &Alphabet, length_fits: bool) -> Reason {
    if !alphabet.covers(text) {
        Reason::Charset
    } else if !length_fits {
        Reason::Length
    } else {
        Reason::Structure
    }
}

/// `text` as exactly `N` digits.
#[inline]
pub(crate) fn exactly_digits<const N: usize>(text: &[u8]) -> Option<&[u8; N]> {
    let text: &[u8; N] = text.try_into().ok()?;
    all_digits(text).then_some(text)
}

/// `text` as exactly `N` digits, with the reason why it is not.
#[inline]
pub(crate) fn digits<const N: usize>(text: &[u8]) -> Result<&[u8; N], Reason> {
    exactly_digits(text).ok_or_else(|| misfit(text, &Alphabet::DIGITS, false))
}

/// Whether `text` is nothing but digits.
#[inline]
pub(crate) fn all_digits(text: &[u8]) -> bool {
    let mut wrong = false;
    for byte in text {
        wrong |= !byte.is_ascii_digit();
    }
    !wrong
}

/// The value of a short run of digits.
///
/// **Nulls**: bytes that are no digits give a meaningless number, never a panic.
#[inline]
pub(crate) fn number(digits: &[u8]) -> u32 {
    let mut value = 0_u32;
    for byte in digits {
        value = value
            .wrapping_mul(10)
            .wrapping_add(u32::from(byte.wrapping_sub(b'0')));
    }
    value
}

/// `text` split at the first `separator`.
pub(crate) fn split_once(text: &[u8], separator: u8) -> Option<(&[u8], &[u8])> {
    let at = text.iter().position(|byte| *byte == separator)?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

/// `text` after `prefix`, compared without regard to case.
pub(crate) fn strip_prefix<'a>(text: &'a [u8], prefix: &[u8]) -> Option<&'a [u8]> {
    let (head, rest) = text.split_at_checked(prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trims_all_ascii_space_and_nothing_else() {
        assert_eq!(trim(b" \t\n\x0b\x0c\r1 2\r"), Ok(&b"1 2"[..]));
        assert_eq!(trim(b" "), Err(Reason::Empty));
        assert_eq!(trim(b"\x1c1"), Ok(&b"\x1c1"[..]));
        assert_eq!(trim("\u{a0}1".as_bytes()), Ok("\u{a0}1".as_bytes()));
    }

    #[test]
    fn faults_come_in_order() {
        assert_eq!(misfit(b"1x", &Alphabet::DIGITS, false), Reason::Charset);
        assert_eq!(misfit(b"11", &Alphabet::DIGITS, false), Reason::Length);
        assert_eq!(misfit(b"11", &Alphabet::DIGITS, true), Reason::Structure);
    }
}
