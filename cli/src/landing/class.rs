//! What a byte may mean to the record readers: one table look-up a byte.

/// Line feed or carriage return.
pub(crate) const LINE: u8 = 1;
/// A double quote.
pub(crate) const QUOTE: u8 = 2;
/// Must be escaped in COPY's text format.
pub(crate) const ESCAPE: u8 = 4;
/// The byte zero.
pub(crate) const NUL: u8 = 8;
/// Part of a character outside ASCII.
pub(crate) const HIGH: u8 = 16;
/// The field delimiter (only in a [`table`] made for it).
pub(crate) const DELIMITER: u8 = 32;

const TABLE: [u8; 256] = build();

/// The classes of a byte, delimiters aside.
pub(crate) fn of(byte: u8) -> u8 {
    TABLE[usize::from(byte)]
}

/// The classes of all bytes for a delimiter.
pub(crate) fn table(delimiter: u8) -> [u8; 256] {
    let mut classes = TABLE;
    classes[usize::from(delimiter)] |= DELIMITER;
    classes
}

const fn build() -> [u8; 256] {
    let mut classes = [0; 256];
    let mut byte = 128;
    while byte < 256 {
        classes[byte] = HIGH;
        byte += 1;
    }
    classes[0] = NUL;
    classes[b'\n' as usize] = LINE | ESCAPE;
    classes[b'\r' as usize] = LINE | ESCAPE;
    classes[b'\t' as usize] = ESCAPE;
    classes[b'\\' as usize] = ESCAPE;
    classes[b'"' as usize] = QUOTE;
    classes
}
