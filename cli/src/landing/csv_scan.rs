//! One CSV record at the start of a byte slice (RFC 4180, any one-byte delimiter). No IO.
//!
//! A record ends at LF, CR LF or a lone CR outside quotes. A quote inside an unquoted field is
//! part of it; text after a closing quote is an error, since no reading of it is safe.

use super::class;
use super::reject::Reason;

/// Where a field lies in the scanned bytes, quotes excluded.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field {
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// All classes of its bytes.
    pub(crate) classes: u8,
    pub(crate) quoted: bool,
}

/// What stands at the start of the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scan {
    /// Nothing more.
    End,
    /// The bytes stop before the record does.
    Incomplete,
    /// An empty line of `length` bytes.
    Blank { length: usize },
    /// A record: `content` bytes, `length` with its line break, over so many line breaks.
    Record {
        content: usize,
        length: usize,
        lines: u64,
        classes: u8,
    },
    /// Quotes that cannot be read.
    Broken(Reason),
}

/// Scans one record; `at_end` says that nothing follows the bytes.
pub(crate) fn scan(
    input: &[u8],
    at_end: bool,
    classes: &[u8; 256],
    fields: &mut Vec<Field>,
) -> Scan {
    fields.clear();
    if input.is_empty() {
        return if at_end { Scan::End } else { Scan::Incomplete };
    }
    if classes[usize::from(input[0])] & class::LINE != 0 {
        return match line_break(input, 0, at_end) {
            Some(length) => Scan::Blank { length },
            None => Scan::Incomplete,
        };
    }
    let mut at = 0;
    let mut lines = 0;
    let mut record_classes = 0;
    loop {
        let field = if input.get(at) == Some(&b'"') {
            match quoted_field(input, at, at_end, classes, &mut lines) {
                Ok(field) => field,
                Err(stop) => return stop,
            }
        } else {
            unquoted_field(input, at, classes)
        };
        record_classes |= field.classes;
        at = field.end + usize::from(field.quoted);
        fields.push(field);
        let Some(byte) = input.get(at) else {
            if !at_end {
                return Scan::Incomplete;
            }
            return Scan::Record {
                content: at,
                length: at,
                lines,
                classes: record_classes,
            };
        };
        let class = classes[usize::from(*byte)];
        if class & class::DELIMITER != 0 {
            at += 1;
        } else if class & class::LINE != 0 {
            return match line_break(input, at, at_end) {
                Some(length) => Scan::Record {
                    content: at,
                    length: at + length,
                    lines: lines + 1,
                    classes: record_classes,
                },
                None => Scan::Incomplete,
            };
        } else {
            return Scan::Broken(Reason::TextAfterQuote);
        }
    }
}

/// The first physical line of the bytes: its length without and with the line break.
pub(crate) fn first_line(input: &[u8], at_end: bool) -> Option<(usize, usize)> {
    let position = input
        .iter()
        .position(|byte| *byte == b'\n' || *byte == b'\r');
    match position {
        Some(content) => {
            line_break(input, content, at_end).map(|length| (content, content + length))
        }
        None => at_end.then_some((input.len(), input.len())),
    }
}

fn unquoted_field(input: &[u8], start: usize, classes: &[u8; 256]) -> Field {
    let mut seen = 0;
    let mut end = input.len();
    for (offset, byte) in input[start..].iter().enumerate() {
        let class = classes[usize::from(*byte)];
        if class & (class::DELIMITER | class::LINE) != 0 {
            end = start + offset;
            break;
        }
        seen |= class;
    }
    Field {
        start,
        end,
        classes: seen,
        quoted: false,
    }
}

fn quoted_field(
    input: &[u8],
    open: usize,
    at_end: bool,
    classes: &[u8; 256],
    lines: &mut u64,
) -> Result<Field, Scan> {
    let start = open + 1;
    let mut at = start;
    let mut seen = 0;
    loop {
        let Some(byte) = input.get(at) else {
            return Err(if at_end {
                Scan::Broken(Reason::UnterminatedQuote)
            } else {
                Scan::Incomplete
            });
        };
        let class = classes[usize::from(*byte)];
        if class & (class::QUOTE | class::LINE) == 0 {
            seen |= class;
            at += 1;
        } else if class & class::QUOTE != 0 {
            match input.get(at + 1) {
                Some(b'"') => {
                    seen |= class;
                    at += 2;
                }
                None if !at_end => return Err(Scan::Incomplete),
                _ => break,
            }
        } else {
            // CR LF counts once, at its LF
            *lines += u64::from(*byte == b'\n' || input.get(at + 1) != Some(&b'\n'));
            seen |= class;
            at += 1;
        }
    }
    Ok(Field {
        start,
        end: at,
        classes: seen & !class::DELIMITER,
        quoted: true,
    })
}

/// Length of the line break at a position; `None` when a CR's LF may still come.
fn line_break(input: &[u8], at: usize, at_end: bool) -> Option<usize> {
    match (input[at], input.get(at + 1)) {
        (b'\n', _) => Some(1),
        (_, Some(b'\n')) => Some(2),
        (_, Some(_)) => Some(1),
        (_, None) => at_end.then_some(1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields_of(input: &str) -> (Scan, Vec<String>) {
        let mut fields = Vec::new();
        let scan = scan(input.as_bytes(), true, &class::table(b','), &mut fields);
        let texts = fields
            .iter()
            .map(|field| input[field.start..field.end].to_owned())
            .collect();
        (scan, texts)
    }

    #[test]
    fn fields_quotes_and_line_breaks() {
        let (scan, fields) = fields_of("a,\"b,\r\n\"\"c\"\"\",,\r\nnext");
        assert_eq!(fields, ["a", "b,\r\n\"\"c\"\"", "", ""]);
        assert!(matches!(
            scan,
            Scan::Record {
                content: 15,
                length: 17,
                lines: 2,
                ..
            }
        ));
    }

    #[test]
    fn broken_quotes() {
        assert_eq!(
            fields_of("a,\"b\nc").0,
            Scan::Broken(Reason::UnterminatedQuote)
        );
        assert_eq!(
            fields_of("a,\"b\"c\n").0,
            Scan::Broken(Reason::TextAfterQuote)
        );
    }

    #[test]
    fn a_quote_inside_an_unquoted_field_is_kept() {
        assert_eq!(fields_of("5\" pipe,b").1, ["5\" pipe", "b"]);
    }

    #[test]
    fn every_cut_of_a_record_is_incomplete() {
        let record = b"a,\"b\"\"\r\nc\",d\r\n";
        let classes = class::table(b',');
        let mut fields = Vec::new();
        for cut in 0..record.len() {
            let scan = scan(&record[..cut], false, &classes, &mut fields);
            assert_eq!(scan, Scan::Incomplete, "cut at {cut}");
        }
    }
}
