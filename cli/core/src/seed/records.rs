//! Records as CSV, with Python's idea of them: an empty line is a record without fields, and fields that a record lacks are
//! null.

use super::rows::{Collected, SeedRows};
use super::value;

/// Why records cannot be read.
#[derive(Debug)]
pub(super) enum Failure {
    /// They are not CSV.
    Csv(csv::Error),
    /// One has more fields than the header.
    TooLong {
        /// How many it has.
        fields: usize,
        /// Where it begins.
        line: u64,
    },
    /// The texts are larger than 4 GB.
    TooLarge,
}

/// Reads the records of a text from where the reader stands.
pub(super) fn read(
    reader: &mut csv::Reader<&[u8]>,
    text: &str,
    width: usize,
) -> Result<SeedRows, Failure> {
    let mut rows = Collected::new(width);
    let mut record = csv::StringRecord::new();
    loop {
        let from = usize::try_from(reader.position().byte()).unwrap_or(usize::MAX);
        let is_read = reader.read_record(&mut record).map_err(Failure::Csv)?;
        for _ in 0..empty_lines(text.as_bytes(), from) {
            push(&mut rows, width, &csv::StringRecord::new())?;
        }
        if !is_read {
            return Ok(rows.finish());
        }
        if record.len() > width {
            return Err(Failure::TooLong {
                fields: record.len(),
                line: record.position().map_or(1, csv::Position::line),
            });
        }
        push(&mut rows, width, &record)?;
    }
}

fn push(rows: &mut Collected, width: usize, record: &csv::StringRecord) -> Result<(), Failure> {
    let fields = record.iter().map(value);
    let lacking = std::iter::repeat_n(None, width - record.len());
    match rows.push(fields.chain(lacking)) {
        true => Ok(()),
        false => Err(Failure::TooLarge),
    }
}

/// How many empty lines stand where a record should begin.
fn empty_lines(text: &[u8], from: usize) -> usize {
    let mut at = first(text, from);
    let mut count = 0;
    while let Some(end) = end_of_line(text, at) {
        at = end;
        count += 1;
    }
    count
}

/// Where the line begins that follows a record, if the reader has stopped within the end of the one before.
pub(super) fn first(text: &[u8], from: usize) -> usize {
    let is_within = from > 0 && text.get(from - 1..=from) == Some(b"\r\n");
    from + usize::from(is_within)
}

/// The place behind an end of a line that stands here.
pub(super) fn end_of_line(text: &[u8], at: usize) -> Option<usize> {
    match text.get(at)? {
        b'\r' if text.get(at + 1) == Some(&b'\n') => Some(at + 2),
        b'\r' | b'\n' => Some(at + 1),
        _ => None,
    }
}
