//! The records of one CSV or NDJSON file, one at a time, with row and line numbers. Reads only.
//!
//! A record whose quotes cannot be read is given up at its first line break and reading resumes on
//! the next line, so that one stray quote does not swallow the rest of the file. What follows may
//! still be the tail of a broken record: until the quotes add up again, a quote inside an unquoted
//! field is refused as well.

use std::io::Read;

use super::class;
use super::copy_text;
use super::csv_scan::{self, Field, Scan};
use super::json_check;
use super::reject::{Reason, Reject};
use super::window::Window;

/// Bytes kept of a record that is too long.
const KEPT_OF_LONG: usize = 1024 * 1024;

/// What [`Records::next`] found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// A record that can land.
    Good,
    /// A record that cannot.
    Bad(Reason),
    /// The end of the file.
    End,
}

#[derive(Debug, Clone, Copy)]
enum Syntax {
    /// With so many fields a record.
    Csv {
        width: usize,
    },
    Ndjson,
}

/// A CSV file: the records behind its header, and the header's fields or why there are none.
pub(crate) struct CsvRecords {
    pub(crate) records: Records,
    pub(crate) header: Result<Vec<String>, Reason>,
}

/// A file's records.
pub(crate) struct Records {
    window: Window<Box<dyn Read + Send>>,
    syntax: Syntax,
    classes: [u8; 256],
    fields: Vec<Field>,
    /// Length of the current record, without and with its line break.
    content: usize,
    length: usize,
    /// Line breaks within the current record, its own included.
    breaks: u64,
    row: u64,
    line: u64,
    /// After broken quotes, until they add up again.
    doubtful: bool,
    long: Option<(Vec<u8>, u64)>,
}

impl Records {
    /// The records of an NDJSON file.
    pub(crate) fn ndjson(window: Window<Box<dyn Read + Send>>) -> Records {
        Records::new(window, Syntax::Ndjson, 0)
    }

    /// The records of a CSV file; `None` when it holds no header.
    pub(crate) fn csv(
        window: Window<Box<dyn Read + Send>>,
        delimiter: u8,
    ) -> std::io::Result<Option<CsvRecords>> {
        let mut records = Records::new(window, Syntax::Csv { width: 0 }, delimiter);
        let found = records.next()?;
        if found == Next::End {
            return Ok(None);
        }
        let header = match found {
            Next::Bad(reason) if reason != Reason::TooManyFields => Err(reason),
            _ => records.texts().ok_or(Reason::InvalidUtf8),
        };
        let width = records.fields.len();
        records.syntax = Syntax::Csv { width };
        records.row = 0;
        Ok(Some(CsvRecords { records, header }))
    }

    fn new(window: Window<Box<dyn Read + Send>>, syntax: Syntax, delimiter: u8) -> Records {
        Records {
            window,
            syntax,
            classes: class::table(delimiter),
            fields: Vec::new(),
            content: 0,
            length: 0,
            breaks: 0,
            row: 0,
            line: 1,
            doubtful: false,
            long: None,
        }
    }

    /// Moves to the next record.
    pub(crate) fn next(&mut self) -> std::io::Result<Next> {
        self.window.consume(self.length);
        self.line += self.breaks;
        (self.content, self.length, self.breaks) = (0, 0, 0);
        self.long = None;
        match self.syntax {
            Syntax::Csv { width } => self.next_csv(width),
            Syntax::Ndjson => self.next_line(),
        }
    }

    /// Number of the current record, from 1.
    pub(crate) fn row(&self) -> u64 {
        self.row
    }

    /// Appends the current, good record to COPY text: its number, then its fields.
    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        copy_text::append_number(out, self.row);
        let bytes = self.window.bytes();
        if matches!(self.syntax, Syntax::Ndjson) {
            out.push(b'\t');
            copy_text::append(out, &bytes[..self.content]);
        }
        for field in &self.fields {
            out.push(b'\t');
            let text = &bytes[field.start..field.end];
            if field.quoted && field.classes & class::QUOTE != 0 {
                copy_text::append_quoted(out, text);
            } else if field.classes & class::ESCAPE != 0 {
                copy_text::append(out, text);
            } else {
                out.extend_from_slice(text);
            }
        }
        out.push(b'\n');
    }

    /// The current record as one that cannot land.
    pub(crate) fn reject(&mut self, reason: Reason) -> Reject {
        let (raw, raw_bytes) = self.long.take().unwrap_or_else(|| {
            let raw = self.window.bytes()[..self.content].to_vec();
            let length = raw.len() as u64;
            (raw, length)
        });
        Reject {
            row: self.row,
            line: self.line,
            reason,
            raw,
            raw_bytes,
        }
    }

    fn next_csv(&mut self, width: usize) -> std::io::Result<Next> {
        loop {
            let bytes = self.window.bytes();
            let scanned =
                csv_scan::scan(bytes, self.window.at_end(), &self.classes, &mut self.fields);
            match scanned {
                Scan::End => return Ok(Next::End),
                Scan::Blank { length } => {
                    self.window.consume(length);
                    self.line += 1;
                }
                Scan::Incomplete if !self.window.is_full() => self.window.read_more()?,
                Scan::Incomplete => {
                    self.doubtful = true;
                    return self.give_up(Reason::UnterminatedQuote);
                }
                Scan::Broken(reason) => {
                    self.doubtful = true;
                    return self.give_up(reason);
                }
                Scan::Record {
                    content,
                    length,
                    lines,
                    classes,
                } => {
                    if self.doubtful {
                        let tail = self.has_bare_quote();
                        self.doubtful = !tail && !self.fields.iter().any(|field| field.quoted);
                        if tail {
                            return self.give_up(Reason::TextAfterQuote);
                        }
                    }
                    (self.content, self.length, self.breaks) = (content, length, lines);
                    self.row += 1;
                    return Ok(self.judge(classes, width));
                }
            }
        }
    }

    fn judge(&self, classes: u8, width: usize) -> Next {
        let record = &self.window.bytes()[..self.content];
        if classes & class::HIGH != 0 && std::str::from_utf8(record).is_err() {
            Next::Bad(Reason::InvalidUtf8)
        } else if classes & class::NUL != 0 {
            Next::Bad(Reason::NulByte)
        } else if self.fields.len() < width {
            Next::Bad(Reason::TooFewFields)
        } else if self.fields.len() > width {
            Next::Bad(Reason::TooManyFields)
        } else {
            Next::Good
        }
    }

    fn has_bare_quote(&self) -> bool {
        self.fields
            .iter()
            .any(|field| !field.quoted && field.classes & class::QUOTE != 0)
    }

    /// Makes the first physical line the current record.
    fn give_up(&mut self, reason: Reason) -> std::io::Result<Next> {
        self.row += 1;
        self.fields.clear();
        loop {
            match csv_scan::first_line(self.window.bytes(), self.window.at_end()) {
                Some((content, length)) => {
                    self.breaks = u64::from(length > content);
                    (self.content, self.length) = (content, length);
                    return Ok(Next::Bad(reason));
                }
                None if self.window.is_full() => return self.skip_long_line(),
                None => self.window.read_more()?,
            }
        }
    }

    fn next_line(&mut self) -> std::io::Result<Next> {
        loop {
            let bytes = self.window.bytes();
            let newline = bytes.iter().position(|byte| *byte == b'\n');
            let Some(mut content) = newline.or_else(|| self.window.at_end().then_some(bytes.len()))
            else {
                if self.window.is_full() {
                    self.row += 1;
                    return self.skip_long_line();
                }
                self.window.read_more()?;
                continue;
            };
            if newline.is_none() && bytes.is_empty() {
                return Ok(Next::End);
            }
            let length = content + usize::from(newline.is_some());
            if content > 0 && bytes[content - 1] == b'\r' {
                content -= 1;
            }
            let text = &bytes[..content];
            if text.iter().all(u8::is_ascii_whitespace) {
                self.window.consume(length);
                self.line += 1;
                continue;
            }
            let judged = if std::str::from_utf8(text).is_err() {
                Next::Bad(Reason::InvalidUtf8)
            } else if text.contains(&0) {
                Next::Bad(Reason::NulByte)
            } else {
                json_check::check(text).map_or_else(Next::Bad, |()| Next::Good)
            };
            self.row += 1;
            (self.content, self.length, self.breaks) = (content, length, 1);
            return Ok(judged);
        }
    }

    /// Passes over a line that is longer than the window may grow.
    fn skip_long_line(&mut self) -> std::io::Result<Next> {
        let kept = self.window.bytes()[..KEPT_OF_LONG].to_vec();
        let mut total = 0;
        let ndjson = matches!(self.syntax, Syntax::Ndjson);
        loop {
            let bytes = self.window.bytes();
            let is_break = |byte: &u8| *byte == b'\n' || (*byte == b'\r' && !ndjson);
            let position = bytes.iter().position(is_break);
            total += position.unwrap_or(bytes.len()) as u64;
            self.window.consume(position.unwrap_or(usize::MAX));
            if position.is_some() || self.window.at_end() {
                break;
            }
            self.window.read_more()?;
        }
        if self.window.bytes().len() < 2 && !self.window.at_end() {
            self.window.read_more()?;
        }
        let rest = self.window.bytes();
        self.length = match rest {
            [b'\r', b'\n', ..] => 2,
            [] => 0,
            _ => 1,
        };
        self.breaks = u64::from(self.length > 0);
        self.fields.clear();
        self.long = Some((kept, total));
        Ok(Next::Bad(Reason::RecordTooLong))
    }

    /// The current record's fields as texts.
    fn texts(&self) -> Option<Vec<String>> {
        let text = |field: &Field| {
            let raw = self.window.bytes().get(field.start..field.end)?;
            let text = std::str::from_utf8(raw).ok()?;
            Some(if field.quoted {
                text.replace("\"\"", "\"")
            } else {
                text.to_owned()
            })
        };
        self.fields.iter().map(text).collect()
    }
}

#[cfg(test)]
mod tests;
