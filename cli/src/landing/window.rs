//! A window of bytes that slides over a reader: grows for a long record, never holds more than one.

use std::io::Read;

/// Longest record that is read as one: a bound on memory, and on how far a stray quote is followed.
pub(crate) const LONGEST_RECORD: usize = 64 * 1024 * 1024;

const INITIAL: usize = 512 * 1024;

/// Bytes of a reader, from the current record on.
pub(crate) struct Window<R> {
    reader: R,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    at_end: bool,
}

impl<R: Read> Window<R> {
    /// A window at the reader's start, with nothing read yet.
    pub(crate) fn new(reader: R) -> Window<R> {
        Window {
            reader,
            buffer: vec![0; INITIAL],
            start: 0,
            end: 0,
            at_end: false,
        }
    }

    /// The bytes read and not yet consumed.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// Whether nothing follows [`Window::bytes`].
    pub(crate) fn at_end(&self) -> bool {
        self.at_end
    }

    /// Whether the window holds as much as a record may have.
    pub(crate) fn is_full(&self) -> bool {
        self.end - self.start >= LONGEST_RECORD
    }

    /// Moves on.
    pub(crate) fn consume(&mut self, length: usize) {
        self.start = (self.start + length).min(self.end);
    }

    /// Reads more behind the bytes that are there.
    pub(crate) fn read_more(&mut self) -> std::io::Result<()> {
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        if self.end == self.buffer.len() {
            let larger = (self.buffer.len() * 2).min(LONGEST_RECORD + INITIAL);
            self.buffer.resize(larger.max(self.end + INITIAL), 0);
        }
        // a decoder may give little at a time: scan again only when there is much to scan
        let target = self.buffer.len() - (self.buffer.len() - self.end) / 2;
        while self.end < target {
            match self.reader.read(&mut self.buffer[self.end..]) {
                Ok(0) => {
                    self.at_end = true;
                    break;
                }
                Ok(read) => self.end += read,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}
