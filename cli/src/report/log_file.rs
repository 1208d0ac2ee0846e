//! `logs/dbt.log`: begun anew when it is too large, the old ones kept by number. A log that cannot be written
//! stops no run.

use std::fs::{self, File, OpenOptions};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

/// The file's name, which tools look for.
const NAME: &str = "dbt.log";
/// How many old logs are kept.
const KEPT: usize = 5;

/// The log file of a call.
pub(super) struct LogFile {
    path: PathBuf,
    max_bytes: u64,
    bytes: u64,
    file: Option<BufWriter<File>>,
}

impl LogFile {
    /// Opens the file of a folder, which is made when it does not exist.
    pub(super) fn open(folder: &Path, max_bytes: u64) -> LogFile {
        let _unwritable = fs::create_dir_all(folder);
        let path = folder.join(NAME);
        let mut log = LogFile {
            bytes: fs::metadata(&path).map_or(0, |facts| facts.len()),
            path,
            max_bytes,
            file: None,
        };
        log.file = log.opened();
        log
    }

    /// Adds a line.
    pub(super) fn write(&mut self, line: &str) {
        let length = u64::try_from(line.len())
            .unwrap_or(u64::MAX)
            .saturating_add(1);
        if self.max_bytes > 0
            && self.bytes > 0
            && self.bytes.saturating_add(length) > self.max_bytes
        {
            self.rotate();
        }
        if let Some(file) = &mut self.file {
            let _unwritable = file
                .write_all(line.as_bytes())
                .and_then(|()| file.write_all(b"\n"));
            self.bytes = self.bytes.saturating_add(length);
        }
    }

    /// What was added is in the file.
    pub(super) fn flush(&mut self) {
        if let Some(file) = &mut self.file {
            let _unwritable = file.flush();
        }
    }

    fn opened(&self) -> Option<BufWriter<File>> {
        let file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&self.path);
        file.ok().map(BufWriter::new)
    }

    fn rotate(&mut self) {
        self.flush();
        self.file = None;
        let numbered = |number: usize| self.path.with_file_name(format!("{NAME}.{number}"));
        for number in (1..KEPT).rev() {
            let _missing = fs::rename(numbered(number), numbered(number + 1));
        }
        let _missing = fs::rename(&self.path, numbered(1));
        self.bytes = 0;
        self.file = self.opened();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_log_is_begun_anew() {
        let folder = tempfile::tempdir().unwrap();
        let mut log = LogFile::open(folder.path(), 20);
        for line in ["first line", "second line", "third line"] {
            log.write(line);
        }
        log.flush();
        let text = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
        assert_eq!(text("dbt.log"), "third line\n");
        assert_eq!(text("dbt.log.1"), "second line\n");
        assert_eq!(text("dbt.log.2"), "first line\n");
    }
}
