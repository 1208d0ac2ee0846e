//! Opening one landed file: its digest, its compression and format, its records.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use flate2::read::MultiGzDecoder;
use hcw_core::diagnostic::{Code, Diagnostic};
use sha2::{Digest, Sha256};

use super::location::FoundFile;
use super::records::{CsvRecords, Records};
use super::window::Window;
use super::{Format, LandingTable};

/// A file whose content is known by its digest.
#[derive(Debug, Clone)]
pub(crate) struct LandingFile {
    pub(crate) path: PathBuf,
    /// Its path as matched.
    pub(crate) name: String,
    /// Hex digest of the bytes on disk.
    pub(crate) sha256: String,
    /// Their number.
    pub(crate) bytes: u64,
    pub(crate) format: Format,
    pub(crate) delimiter: u8,
    modified: Option<SystemTime>,
}

/// An opened file: its records, and the header's fields when it has a header.
pub(crate) struct Opened {
    pub(crate) records: Records,
    pub(crate) header: Option<Vec<String>>,
}

/// Reads a file once to learn its digest.
pub(crate) fn digest(
    table: &LandingTable,
    found: &FoundFile,
) -> Result<LandingFile, Box<Diagnostic>> {
    let (format, delimiter) = format_of(table, &found.name)?;
    let unreadable = |error: std::io::Error| unreadable(&found.name, &error);
    let mut file = File::open(&found.path).map_err(unreadable)?;
    let modified = file
        .metadata()
        .and_then(|metadata| metadata.modified())
        .ok();
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 256 * 1024];
    let mut bytes = 0;
    loop {
        match file.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => {
                hasher.update(&buffer[..read]);
                bytes += read as u64;
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(unreadable(error)),
        }
    }
    let digest = hasher.finalize();
    Ok(LandingFile {
        path: found.path.clone(),
        name: found.name.clone(),
        sha256: base16ct::lower::encode_string(&digest),
        bytes,
        format,
        delimiter,
        modified,
    })
}

/// Opens a file at its first record; `read` counts the bytes read from disk.
pub(crate) fn open(file: &LandingFile, read: Arc<AtomicU64>) -> Result<Opened, Box<Diagnostic>> {
    let unreadable = |error: std::io::Error| unreadable(&file.name, &error);
    let mut start = [0; 4];
    let length = peek(&file.path, &mut start).map_err(unreadable)?;
    let counted = Counted {
        file: File::open(&file.path).map_err(unreadable)?,
        read,
    };
    let compressed = start[..length].starts_with(&[0x1f, 0x8b]);
    if !compressed && is_named_gz(&file.path) {
        return Err(Box::new(
            Diagnostic::error(
                Code::LandingFormat,
                format!("`{}` is named .gz but holds no gzip data", file.name),
            )
            .help("deliver the file again, or rename it when it is not compressed"),
        ));
    }
    let reader: Box<dyn Read + Send> = if compressed {
        Box::new(MultiGzDecoder::new(std::io::BufReader::with_capacity(
            128 * 1024,
            counted,
        )))
    } else {
        Box::new(counted)
    };
    let mut window = Window::new(reader);
    window.read_more().map_err(unreadable)?;
    match window.bytes() {
        [0xef, 0xbb, 0xbf, ..] => window.consume(3),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => return Err(utf16(&file.name)),
        _ => {}
    }
    if file.format == Format::Ndjson {
        return Ok(Opened {
            records: Records::ndjson(window),
            header: None,
        });
    }
    let Some(CsvRecords { records, header }) =
        Records::csv(window, file.delimiter).map_err(unreadable)?
    else {
        return Err(Box::new(
            Diagnostic::error(
                Code::LandingFormat,
                format!("`{}` is empty: it has no header", file.name),
            )
            .help("deliver the file again; a CSV file without records still has its header line"),
        ));
    };
    let header = header.map_err(|reason| {
        Box::new(Diagnostic::error(
            Code::LandingFormat,
            format!(
                "the header of `{}` cannot be read: {}",
                file.name,
                reason.describe()
            ),
        ))
    })?;
    Ok(Opened {
        records,
        header: Some(header),
    })
}

/// Fails when the file is not the one whose digest was taken.
pub(crate) fn check_unchanged(file: &LandingFile) -> Result<(), Box<Diagnostic>> {
    let metadata = std::fs::metadata(&file.path).map_err(|error| unreadable(&file.name, &error))?;
    if metadata.len() == file.bytes && metadata.modified().ok() == file.modified {
        return Ok(());
    }
    Err(Box::new(
        Diagnostic::error(
            Code::LandingFormat,
            format!("`{}` changed while it was read", file.name),
        )
        .help("load again when the delivery is complete"),
    ))
}

/// The error of a file that cannot be read (further).
pub(crate) fn unreadable(name: &str, error: &std::io::Error) -> Box<Diagnostic> {
    use std::io::ErrorKind;
    let (what, help) = match error.kind() {
        ErrorKind::UnexpectedEof => ("its gzip data stop early".to_owned(), true),
        ErrorKind::InvalidInput | ErrorKind::InvalidData => {
            ("its gzip data are damaged".to_owned(), true)
        }
        _ => (error.to_string(), false),
    };
    let mut diagnostic = Diagnostic::error(
        Code::LandingFormat,
        format!("`{name}` cannot be read: {what}"),
    );
    if help {
        diagnostic = diagnostic.help("the file may be incomplete: deliver it again");
    }
    Box::new(diagnostic)
}

fn utf16(name: &str) -> Box<Diagnostic> {
    Box::new(
        Diagnostic::error(
            Code::LandingFormat,
            format!("`{name}` is UTF-16; only UTF-8 can be landed"),
        )
        .help("convert it: `iconv -f UTF-16 -t UTF-8`"),
    )
}

fn format_of(table: &LandingTable, name: &str) -> Result<(Format, u8), Box<Diagnostic>> {
    let lower = name.to_ascii_lowercase();
    let plain = lower.strip_suffix(".gz").unwrap_or(&lower);
    let is = |extension: &str| plain.ends_with(extension);
    let by_extension = if is(".csv") || is(".tsv") || is(".tab") {
        Some(Format::Csv)
    } else if is(".ndjson") || is(".jsonl") {
        Some(Format::Ndjson)
    } else {
        None
    };
    let format = table.landing.format.or(by_extension).ok_or_else(|| {
        Box::new(
            Diagnostic::error(
                Code::LandingFormat,
                format!("the format of `{name}` cannot be told from its name"),
            )
            .help("set `format: csv` or `format: ndjson` for this source"),
        )
    })?;
    let default = if is(".tsv") || is(".tab") {
        b'\t'
    } else {
        b','
    };
    let delimiter = table.landing.delimiter.unwrap_or(default);
    if !delimiter.is_ascii() || matches!(delimiter, b'"' | b'\n' | b'\r' | 0) {
        return Err(Box::new(
            Diagnostic::error(
                Code::LandingFormat,
                format!("the delimiter of `{name}` cannot be used"),
            )
            .help("use one ASCII character other than a quote or a line break"),
        ));
    }
    Ok((format, delimiter))
}

fn is_named_gz(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("gz"))
}

fn peek(path: &Path, start: &mut [u8]) -> std::io::Result<usize> {
    let mut file = File::open(path)?;
    let mut length = 0;
    while length < start.len() {
        match file.read(&mut start[length..])? {
            0 => break,
            read => length += read,
        }
    }
    Ok(length)
}

/// Counts what is read from disk.
struct Counted {
    file: File,
    read: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.read.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}
