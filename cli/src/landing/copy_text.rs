//! PostgreSQL's COPY text format: fields escaped into a byte buffer. No IO.

use super::class;

/// Appends a field's bytes, escaped.
pub(crate) fn append(out: &mut Vec<u8>, field: &[u8]) {
    let mut from = 0;
    for (at, byte) in field.iter().enumerate() {
        if class::of(*byte) & class::ESCAPE != 0 {
            out.extend_from_slice(&field[from..at]);
            out.extend_from_slice(&[b'\\', letter(*byte)]);
            from = at + 1;
        }
    }
    out.extend_from_slice(&field[from..]);
}

/// Appends the inside of a quoted CSV field, escaped, with `""` as one quote.
pub(crate) fn append_quoted(out: &mut Vec<u8>, field: &[u8]) {
    let mut rest = field;
    while let Some(quote) = rest.iter().position(|byte| *byte == b'"') {
        append(out, &rest[..=quote]);
        rest = rest.get(quote + 2..).unwrap_or_default();
    }
    append(out, rest);
}

/// Appends a number.
pub(crate) fn append_number(out: &mut Vec<u8>, number: u64) {
    let mut digits = [0_u8; 20];
    let mut at = digits.len();
    let mut rest = number;
    loop {
        at -= 1;
        digits[at] = b'0' + u8::try_from(rest % 10).unwrap_or_default();
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[at..]);
}

/// Appends bytes as the text form of a `bytea`.
pub(crate) fn append_bytea(out: &mut Vec<u8>, bytes: &[u8]) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    out.reserve(bytes.len() * 2 + 3);
    out.extend_from_slice(b"\\\\x");
    for byte in bytes {
        out.push(HEX[usize::from(byte >> 4)]);
        out.push(HEX[usize::from(byte & 15)]);
    }
}

fn letter(byte: u8) -> u8 {
    match byte {
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_bytes_are_escaped() {
        let mut out = Vec::new();
        append(&mut out, b"a\\N\tb\r\nc");
        assert_eq!(out, b"a\\\\N\\tb\\r\\nc");
    }

    #[test]
    fn doubled_quotes_become_one() {
        let mut out = Vec::new();
        append_quoted(&mut out, b"\"\"a\"\"\"\"b\"\"");
        assert_eq!(out, b"\"a\"\"b\"");
    }

    #[test]
    fn numbers_and_bytes() {
        let mut out = Vec::new();
        append_number(&mut out, 0);
        append_number(&mut out, u64::MAX);
        append_bytea(&mut out, &[0, 0xaf]);
        assert_eq!(out, b"018446744073709551615\\\\x00af");
    }
}
