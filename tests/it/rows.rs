//! Rows in the text form of COPY.

/// Lines of fields.
#[derive(Debug, Default)]
pub(crate) struct Rows(Vec<u8>);

impl Rows {
    /// Adds a row; `None` is SQL null.
    pub(crate) fn push<F: AsRef<[u8]> + ?Sized>(&mut self, fields: &[Option<&F>]) {
        for (place, field) in fields.iter().enumerate() {
            if place > 0 {
                self.0.push(b'\t');
            }
            let Some(field) = field else {
                self.0.extend(b"\\N");
                continue;
            };
            for byte in field.as_ref() {
                match byte {
                    b'\\' => self.0.extend(b"\\\\"),
                    b'\t' => self.0.extend(b"\\t"),
                    b'\n' => self.0.extend(b"\\n"),
                    b'\r' => self.0.extend(b"\\r"),
                    other => self.0.push(*other),
                }
            }
        }
        self.0.push(b'\n');
    }

    /// All lines, each with its end.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}
