//! Records without quotes: lines, so that the parts of a file are read side by side, and cells stay where they stand.

use std::ops::Range;

use rayon::prelude::*;

use super::records::{end_of_line, first};
use super::rows::{Cell, NULL};
use super::seed_type::SeedType;

/// Bytes that are worth a part of their own.
const PART: usize = 1 << 18;

/// What was read.
#[derive(Debug, Default)]
pub(super) struct Plain {
    /// The cells by row, as places of the text.
    pub(super) cells: Vec<Cell>,
    /// What is known of each column.
    pub(super) columns: Vec<ColumnFacts>,
}

/// What the values of a column have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ColumnFacts {
    /// The narrowest type of all its numbers; none where a value is something else.
    pub(super) number: Option<SeedType>,
    /// Whether all values are numbers as the server writes them.
    pub(super) is_as_written: bool,
}

impl ColumnFacts {
    const EMPTY: ColumnFacts = ColumnFacts {
        number: Some(SeedType::Integer),
        is_as_written: true,
    };

    fn and(self, other: ColumnFacts) -> ColumnFacts {
        let both = self.number.zip(other.number);
        ColumnFacts {
            number: both.map(|(one, other)| one.max(other)),
            is_as_written: self.is_as_written && other.is_as_written,
        }
    }
}

/// Reads the records of a text from a byte on; `None` where they need the reader of CSV: for quotes, records of
/// another width, and texts whose places have no 32 bits.
pub(super) fn read(text: &str, from: usize, delimiter: u8, width: usize) -> Option<Plain> {
    let body = text.as_bytes().get(from..)?;
    let is_special = matches!(delimiter, b'"' | b'\n' | b'\r');
    if is_special || width == 0 || u32::try_from(text.len()).is_err() || body.contains(&b'"') {
        return None;
    }
    let parts: Option<Vec<Plain>> = parts(text.as_bytes(), first(text.as_bytes(), from))
        .into_par_iter()
        .map(|range| part(text, range, delimiter, width))
        .collect();
    let parts = parts?;
    let mut all = Plain {
        cells: Vec::with_capacity(parts.iter().map(|part| part.cells.len()).sum()),
        columns: vec![ColumnFacts::EMPTY; width],
    };
    for part in parts {
        all.cells.extend_from_slice(&part.cells);
        for (column, found) in all.columns.iter_mut().zip(part.columns) {
            *column = column.and(found);
        }
    }
    Some(all)
}

/// Ranges of whole lines.
fn parts(text: &[u8], from: usize) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let mut start = from;
    while start < text.len() {
        let least = text.len().min(start + PART);
        let rest = text[least..].iter().position(|byte| *byte == b'\n');
        let end = rest.map_or(text.len(), |line_break| least + line_break + 1);
        parts.push(start..end);
        start = end;
    }
    parts
}

fn part(text: &str, range: Range<usize>, delimiter: u8, width: usize) -> Option<Plain> {
    let bytes = &text.as_bytes()[..range.end];
    let mut plain = Plain {
        cells: Vec::with_capacity(range.len() / 4),
        columns: vec![ColumnFacts::EMPTY; width],
    };
    let mut at = range.start;
    while at < bytes.len() {
        if let Some(end) = end_of_line(bytes, at) {
            // to Python an empty line is a record without fields
            plain.cells.extend(std::iter::repeat_n((0, NULL), width));
            at = end;
            continue;
        }
        for (position, facts) in plain.columns.iter_mut().enumerate() {
            let start = at;
            let mut all_digits = true;
            let mut is_last = true;
            while let Some(byte) = bytes.get(at) {
                if *byte == delimiter {
                    is_last = false;
                    break;
                }
                if matches!(byte, b'\n' | b'\r') {
                    break;
                }
                all_digits &= byte.is_ascii_digit();
                at += 1;
            }
            if is_last != (position + 1 == width) {
                return None;
            }
            let is_plain = all_digits && is_plain_length(&bytes[start..at]);
            let cell = text.get(start..at)?;
            let is_null = !is_plain && super::value(cell).is_none();
            if !is_plain && !is_null {
                note(facts, cell);
            }
            plain.cells.push(match is_null {
                true => (0, NULL),
                false => (u32::try_from(start).ok()?, u32::try_from(at - start).ok()?),
            });
            at += usize::from(!is_last);
        }
        at = end_of_line(bytes, at).unwrap_or(at);
    }
    Some(plain)
}

/// Whether digits are a number that every type of numbers writes so.
fn is_plain_length(digits: &[u8]) -> bool {
    (1..10).contains(&digits.len()) && (digits.len() == 1 || digits[0] != b'0')
}

/// Notes a value that is no plain integer.
fn note(facts: &mut ColumnFacts, value: &str) {
    facts.is_as_written = facts.is_as_written && SeedType::is_number_as_written(value);
    facts.number = facts
        .number
        .and_then(|widest| SeedType::of_number(value).map(|own| widest.max(own)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_needs_the_reader_of_csv_is_left_to_it() {
        for (text, delimiter, width) in [
            ("a,\"b\"\n", b',', 2),
            ("a,b\nc\n", b',', 2),
            ("a,b,c\n", b',', 2),
            ("a\n", b'\n', 1),
            ("", b',', 0),
        ] {
            assert!(read(text, 0, delimiter, width).is_none(), "{text:?}");
        }
    }

    #[test]
    fn parts_end_with_lines() {
        let line = "12,-3\n";
        let text = line.repeat(PART);
        let ranges = parts(text.as_bytes(), line.len());
        assert!(ranges.len() > 2);
        assert_eq!(ranges[0].start, line.len());
        assert_eq!(ranges.last().map(|range| range.end), Some(text.len()));
        for pair in ranges.windows(2) {
            assert_eq!(pair[0].end, pair[1].start);
            assert_eq!(pair[0].end % line.len(), 0);
        }
        let plain = read(&text, line.len(), b',', 2).expect("no quotes");
        assert_eq!(plain.cells.len(), 2 * (PART - 1));
        assert_eq!(plain.columns, [ColumnFacts::EMPTY; 2]);
    }
}
