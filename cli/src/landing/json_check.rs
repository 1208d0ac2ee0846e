//! Whether a line is JSON that PostgreSQL's jsonb takes. No IO, no recursion.
//!
//! Depth is left to the server, whose stack decides. **Source**: RFC 8259; PostgreSQL manual,
//! chapters 8.14 (jsonb refuses `\u0000` and numbers outside numeric) and 8.1.2 (131,072 digits
//! before and 16,383 after the decimal point).

use super::reject::Reason;

const DIGITS_BEFORE_POINT: i64 = 131_072;
const DIGITS_AFTER_POINT: i64 = 16_383;

/// Checks one JSON text that is known to be UTF-8.
pub(crate) fn check(text: &[u8]) -> Result<(), Reason> {
    let mut reader = Reader {
        text,
        at: 0,
        refused: None,
    };
    reader.document().ok_or(Reason::InvalidJson)?;
    reader.refused.map_or(Ok(()), Err)
}

struct Reader<'text> {
    text: &'text [u8],
    at: usize,
    /// Valid JSON, but not for jsonb.
    refused: Option<Reason>,
}

impl<'text> Reader<'text> {
    fn document(&mut self) -> Option<()> {
        // one closing bracket for each open array or object
        let mut open = Vec::new();
        loop {
            // here a value must start
            self.skip_space();
            match self.next()? {
                b'{' => {
                    self.skip_space();
                    if self.peek() == Some(b'}') {
                        self.at += 1;
                    } else {
                        self.key()?;
                        open.push(b'}');
                        continue;
                    }
                }
                b'[' => {
                    self.skip_space();
                    if self.peek() == Some(b']') {
                        self.at += 1;
                    } else {
                        open.push(b']');
                        continue;
                    }
                }
                b'"' => self.string()?,
                b't' => self.word(b"rue")?,
                b'f' => self.word(b"alse")?,
                b'n' => self.word(b"ull")?,
                b'-' | b'0'..=b'9' => {
                    self.at -= 1;
                    self.number()?;
                }
                _ => return None,
            }
            // here a value has ended
            loop {
                self.skip_space();
                let Some(closing) = open.last().copied() else {
                    return (self.at == self.text.len()).then_some(());
                };
                let byte = self.next()?;
                if byte == closing {
                    open.pop();
                } else if byte == b',' {
                    if closing == b'}' {
                        self.skip_space();
                        self.key()?;
                    }
                    break;
                } else {
                    return None;
                }
            }
        }
    }

    fn key(&mut self) -> Option<()> {
        self.expect(b'"')?;
        self.string()?;
        self.skip_space();
        self.expect(b':')
    }

    fn string(&mut self) -> Option<()> {
        loop {
            match self.next()? {
                b'"' => return Some(()),
                b'\\' => self.escape()?,
                0..=0x1f => return None,
                _ => {}
            }
        }
    }

    fn escape(&mut self) -> Option<()> {
        match self.next()? {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(()),
            b'u' => match self.four_digits()? {
                0 => {
                    self.refused.get_or_insert(Reason::JsonNulCharacter);
                    Some(())
                }
                0xd800..=0xdbff => {
                    self.expect(b'\\')?;
                    self.expect(b'u')?;
                    matches!(self.four_digits()?, 0xdc00..=0xdfff).then_some(())
                }
                0xdc00..=0xdfff => None,
                _ => Some(()),
            },
            _ => None,
        }
    }

    fn four_digits(&mut self) -> Option<u32> {
        let mut code = 0;
        for _ in 0..4 {
            code = code * 16 + char::from(self.next()?).to_digit(16)?;
        }
        Some(code)
    }

    fn number(&mut self) -> Option<()> {
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let whole = self.digits()?;
        if whole.len() > 1 && whole[0] == b'0' {
            return None;
        }
        let mut fraction: &[u8] = b"";
        if self.peek() == Some(b'.') {
            self.at += 1;
            fraction = self.digits()?;
        }
        let mut exponent = 0;
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            let negative = self.peek() == Some(b'-');
            if matches!(self.peek(), Some(b'-' | b'+')) {
                self.at += 1;
            }
            for digit in self.digits()? {
                exponent = (exponent * 10 + i64::from(digit - b'0')).min(1 << 40);
            }
            if negative {
                exponent = -exponent;
            }
        }
        let leading_zeros = whole
            .iter()
            .chain(fraction)
            .take_while(|digit| **digit == b'0')
            .count();
        let all = whole.len() + fraction.len();
        let before = length(whole.len()) - length(leading_zeros) + exponent;
        let after = length(fraction.len()) - exponent;
        let zero = leading_zeros == all;
        if !zero && (before > DIGITS_BEFORE_POINT || after > DIGITS_AFTER_POINT) {
            self.refused.get_or_insert(Reason::JsonNumberOutOfRange);
        }
        Some(())
    }

    fn digits(&mut self) -> Option<&'text [u8]> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        (self.at > start).then(|| &self.text[start..self.at])
    }

    fn word(&mut self, rest: &[u8]) -> Option<()> {
        let end = self.at + rest.len();
        let matches = self.text.get(self.at..end) == Some(rest);
        self.at = end;
        matches.then_some(())
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        (self.next()? == byte).then_some(())
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }
}

fn length(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX / 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_taken() {
        for text in [
            "{}",
            " [ ] ",
            r#"{"a":[1,-2.5e+3,0,true,false,null,"x\n\u00e9\ud83d\ude00"],"b":{}}"#,
            "1e131071",
            "0e999999999",
            "\"plain\"",
        ] {
            assert_eq!(check(text.as_bytes()), Ok(()), "{text}");
        }
    }

    #[test]
    fn what_is_no_json_is_refused() {
        for text in [
            "",
            "{",
            "{\"a\"}",
            "{a:1}",
            "[1,]",
            "{\"a\":1,}",
            "01",
            "1.",
            ".5",
            "+1",
            "1e",
            "tru",
            "nulll",
            "[1]]",
            "\"a",
            "\"\t\"",
            r#""\x""#,
            r#""\ud800""#,
            r#""\udc00""#,
            r#""\u12""#,
            "NaN",
            "{}{}",
        ] {
            assert_eq!(check(text.as_bytes()), Err(Reason::InvalidJson), "{text}");
        }
    }

    #[test]
    fn what_jsonb_cannot_hold_is_refused() {
        assert_eq!(check(br#"{"a":"\u0000"}"#), Err(Reason::JsonNulCharacter));
        assert_eq!(check(b"[1e131072]"), Err(Reason::JsonNumberOutOfRange));
        assert_eq!(check(b"1e-16384"), Err(Reason::JsonNumberOutOfRange));
        assert_eq!(check(br#"["\u0000",]"#), Err(Reason::InvalidJson));
    }

    #[test]
    fn deep_nesting_needs_no_stack() {
        let text = format!("{}{}", "[".repeat(1_000_000), "]".repeat(1_000_000));
        assert_eq!(check(text.as_bytes()), Ok(()));
    }
}
