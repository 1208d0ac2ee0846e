//! Folding of look-alike characters, to be done before a rule sees the text.

use std::borrow::Cow;

/// Folds full-width digits, no-break spaces and Unicode dashes to their ASCII twins.
///
/// Rules themselves are strict and answer `charset` for these characters. Everything else stays,
/// bytes that are not UTF-8 included.
///
/// **Source**: Unicode Character Database 16.0, compatibility decompositions of U+FF10–FF19,
/// U+00A0, U+2007, U+202F, and general category Pd with U+2212.
pub fn clean_text(input: &[u8]) -> Cow<'_, [u8]> {
    if input.is_ascii() {
        return Cow::Borrowed(input);
    }
    let mut cleaned = Vec::with_capacity(input.len());
    let mut rest = input;
    while let [first, after @ ..] = rest {
        let (byte, tail) = match rest {
            [0xef, 0xbc, digit @ 0x90..=0x99, tail @ ..] => (b'0' + (digit - 0x90), tail),
            [0xc2, 0xa0, tail @ ..] | [0xe2, 0x80, 0x87 | 0xaf, tail @ ..] => (b' ', tail),
            // U+2010..2015, U+2212, U+FE58, U+FE63, U+FF0D
            [0xe2, 0x80, 0x90..=0x95, tail @ ..]
            | [0xe2, 0x88, 0x92, tail @ ..]
            | [0xef, 0xb9, 0x98 | 0xa3, tail @ ..]
            | [0xef, 0xbc, 0x8d, tail @ ..] => (b'-', tail),
            _ => (*first, after),
        };
        cleaned.push(byte);
        rest = tail;
    }
    Cow::Owned(cleaned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_what_it_names_and_keeps_the_rest() {
        let folded = clean_text("１２３\u{a0}4\u{2011}5\u{2212}6é".as_bytes()).into_owned();
        assert_eq!(folded, "123 4-5-6é".as_bytes());
        assert_eq!(clean_text(b"\xff\xef\xbc").into_owned(), b"\xff\xef\xbc");
        assert!(matches!(clean_text(b"plain"), Cow::Borrowed(_)));
    }
}
