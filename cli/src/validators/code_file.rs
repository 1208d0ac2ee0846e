//! Code files: a CSV, gzipped or not, whose header names the columns; read as text for COPY.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::PathBuf;

use bytes::Bytes;
use csv::ByteRecord;
use flate2::read::MultiGzDecoder;
use hcw_core::diagnostic::{Code, Diagnostic};
use hcw_validators::dates::Date;
use hcw_validators::{CodeSystem, CodeTables, Entry, Listing, registry};
use sha2::{Digest, Sha256};

use crate::landing::copy_text;

/// A file with the releases that are in it.
#[derive(Debug, Clone)]
pub(crate) struct CodeFile {
    pub(crate) system: CodeSystem,
    pub(crate) path: PathBuf,
    /// The file as the user knows it.
    pub(crate) name: String,
    pub(crate) releases: Vec<Release>,
}

/// One release and the days on which it is in force; no day is no limit.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Release {
    #[serde(rename = "release")]
    pub(crate) name: String,
    pub(crate) effective_from: Option<String>,
    pub(crate) effective_to: Option<String>,
}

impl CodeFile {
    /// Hex digest of the file as it lies on disk.
    ///
    /// **Errors**: HCW0002.
    pub(crate) fn digest(&self) -> Result<String, Diagnostic> {
        let mut file = self.open()?;
        let mut hasher = Sha256::new();
        let mut buffer = vec![0; 1 << 16];
        loop {
            match file.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => hasher.update(&buffer[..count]),
                Err(error) => return Err(self.unreadable(&error)),
            }
        }
        Ok(base16ct::lower::encode_string(&hasher.finalize()))
    }

    /// The names of the table's columns, as [`read`](CodeFile::read) fills them.
    pub(crate) fn columns(&self) -> Vec<&'static str> {
        let own = own_columns(self.system).iter().map(|(name, _)| *name);
        ["release"]
            .into_iter()
            .chain(COMMON.iter().map(|(name, _)| *name))
            .chain(own)
            .collect()
    }

    /// Reads the rows as COPY text, a chunk at a time, until `take` says no.
    ///
    /// **Shape**: one row per code and release; codes are canonical.
    /// **Errors**: HCW0002, HCW1106 with the line.
    pub(crate) fn read(&self, mut take: impl FnMut(Bytes) -> bool) -> Result<(), Diagnostic> {
        let mut file = BufReader::new(self.open()?);
        let is_gzip = std::io::BufRead::fill_buf(&mut file)
            .map_err(|error| self.unreadable(&error))?
            .starts_with(&[0x1f, 0x8b]);
        let text: Box<dyn Read> = if is_gzip {
            Box::new(MultiGzDecoder::new(file))
        } else {
            Box::new(file)
        };
        let mut reader = csv::ReaderBuilder::new()
            .buffer_capacity(1 << 16)
            .from_reader(text);
        let header = reader
            .byte_headers()
            .map_err(|error| self.malformed(&error))?;
        let layout = Layout::new(self, header)?;
        let mut record = ByteRecord::new();
        let mut chunk = Vec::with_capacity(CHUNK);
        while reader
            .read_byte_record(&mut record)
            .map_err(|error| self.malformed(&error))?
        {
            layout.append(&mut chunk, &record).map_err(|problem| {
                let line = record.position().map_or(0, csv::Position::line);
                self.invalid(format!("line {line} of `{}`: {problem}", self.name))
            })?;
            if chunk.len() >= CHUNK && !take(Bytes::from(std::mem::take(&mut chunk))) {
                return Ok(());
            }
        }
        take(Bytes::from(chunk));
        Ok(())
    }

    fn open(&self) -> Result<File, Diagnostic> {
        File::open(&self.path).map_err(|error| self.unreadable(&error))
    }

    fn unreadable(&self, error: &std::io::Error) -> Diagnostic {
        Diagnostic::error(
            Code::FileUnreadable,
            format!("`{}` cannot be read: {error}", self.name),
        )
    }

    fn malformed(&self, error: &csv::Error) -> Diagnostic {
        let line = error.position().map_or(0, csv::Position::line);
        match error.kind() {
            csv::ErrorKind::Io(error) => self.unreadable(error),
            csv::ErrorKind::UnequalLengths { .. } => self.invalid(format!(
                "line {line} of `{}` has another number of fields than the header",
                self.name
            )),
            _ => self.invalid(format!("`{}` is no CSV", self.name)),
        }
    }

    fn invalid(&self, message: String) -> Diagnostic {
        Diagnostic::error(Code::CodesInvalid, message).help(
            "the first line names the columns: `code`, `description`, `billable`, `effective_from`, `effective_to`",
        )
    }
}

/// Size from which rows are handed on.
const CHUNK: usize = 256 * 1024;

/// Columns of every table with what publishers call them, in lower case and with `_` for anything else.
const COMMON: [(&str, &[&str]); 5] = [
    (
        "code",
        &[
            "code",
            "hcpc",
            "hcpcs",
            "hcpcs_code",
            "modifier",
            "mod",
            "icd10",
            "icd_10_cm",
            "icd10_cm",
            "icd_10_pcs",
            "cvx_code",
            "cvx",
            "pos",
            "pos_code",
            "place_of_service_code",
            "ms_drg",
            "drg",
            "taxonomy_code",
        ],
    ),
    ("billable", &["billable", "is_billable"]),
    (
        "effective_from",
        &["effective_from", "add_dt", "effective_date"],
    ),
    (
        "effective_to",
        &["effective_to", "term_dt", "termination_date"],
    ),
    (
        "description",
        &[
            "description",
            "long_description",
            "long_desc",
            "full_vaccine_name",
            "display_name",
            "ms_drg_title",
            "title",
            "place_of_service_name",
            "name",
            "short_description",
            "cvx_short_description",
            "short_desc",
        ],
    ),
];

/// Further columns of a table, and whether they are numbers.
fn own_columns(system: CodeSystem) -> &'static [(&'static str, bool)] {
    match system {
        CodeSystem::MsDrg => &[
            ("mdc", false),
            ("type", false),
            ("weight", true),
            ("gmlos", true),
            ("amlos", true),
        ],
        CodeSystem::Cvx => &[("status", false)],
        CodeSystem::NuccTaxonomy => &[
            ("grouping", false),
            ("classification", false),
            ("specialization", false),
            ("section", false),
        ],
        _ => &[],
    }
}

/// Where the columns of a table stand in a file.
struct Layout<'file> {
    file: &'file CodeFile,
    rule: &'static Entry,
    code: usize,
    /// Of each release, where its listing stands, if there is such a column.
    releases: Vec<Option<usize>>,
    common: Vec<Option<usize>>,
    own: Vec<(Option<usize>, bool)>,
}

impl<'file> Layout<'file> {
    fn new(file: &'file CodeFile, header: &ByteRecord) -> Result<Layout<'file>, Diagnostic> {
        let names: Vec<String> = header.iter().map(normal).collect();
        let place = |wanted: &str| names.iter().position(|name| name == wanted);
        let place_of_any = |aliases: &[&str]| aliases.iter().find_map(|alias| place(alias));
        let rule = registry().find(|entry| entry.about.code == file.system.as_str());
        let code = place_of_any(COMMON[0].1);
        let (Some(rule), Some(code)) = (rule, code) else {
            return Err(file.invalid(format!("`{}` has no column `code`", file.name)));
        };
        let releases: Vec<Option<usize>> = file
            .releases
            .iter()
            .map(|release| place(&normal(release.name.as_bytes())))
            .collect();
        if file.releases.len() > 1
            && let Some(missing) = releases.iter().position(Option::is_none)
        {
            return Err(file.invalid(format!(
                "`{}` has no column `{}`",
                file.name, file.releases[missing].name
            )));
        }
        Ok(Layout {
            file,
            rule,
            code,
            releases,
            common: COMMON[1..]
                .iter()
                .map(|(_, aliases)| place_of_any(aliases))
                .collect(),
            own: own_columns(file.system)
                .iter()
                .map(|(name, is_number)| (place(name), *is_number))
                .collect(),
        })
    }

    /// Appends the rows of a record; the error is what is wrong with it.
    fn append(&self, out: &mut Vec<u8>, record: &ByteRecord) -> Result<(), String> {
        let field = |place: Option<usize>| {
            place
                .and_then(|place| record.get(place))
                .map(<[u8]>::trim_ascii)
                .filter(|field| !field.is_empty())
        };
        let written = record.get(self.code).unwrap_or_default();
        let answer = self.rule.answer(written, &EveryCode, None);
        let Some(code) = answer.canonical() else {
            let reason = answer.reason().map_or("", |reason| reason.as_str());
            return Err(format!(
                "the code is no {} ({reason})",
                self.rule.about.title
            ));
        };
        for (release, place) in self.file.releases.iter().zip(&self.releases) {
            let listing = match place {
                Some(_) => field(*place),
                None => match field(self.common[0]) {
                    Some(b"0" | b"false" | b"False" | b"n" | b"N") => Some(&b"header"[..]),
                    _ => Some(&b"leaf"[..]),
                },
            };
            let billable = match listing {
                None | Some(b"0") => continue,
                Some(b"leaf" | b"1") => b"t",
                Some(b"header") => b"f",
                Some(_) => {
                    return Err(format!(
                        "in column `{}` stands neither `leaf` nor `header`",
                        release.name
                    ));
                }
            };
            copy_text::append(out, release.name.as_bytes());
            out.push(b'\t');
            copy_text::append(out, &code);
            out.push(b'\t');
            out.extend_from_slice(billable);
            for place in &self.common[1..] {
                append_field(out, field(*place));
            }
            for (place, is_number) in &self.own {
                append_field(
                    out,
                    field(*place).filter(|text| !is_number || *text != b"."),
                );
            }
            out.push(b'\n');
        }
        Ok(())
    }
}

fn append_field(out: &mut Vec<u8>, field: Option<&[u8]>) {
    out.push(b'\t');
    match field {
        None => out.extend_from_slice(b"\\N"),
        // descriptions of some publishers are not UTF-8
        Some(field) => copy_text::append(out, String::from_utf8_lossy(field).as_bytes()),
    }
}

/// A column's name in lower case, with `_` for each run of anything but letters and digits.
fn normal(name: &[u8]) -> String {
    let name = String::from_utf8_lossy(name);
    let words = name
        .split(|character: char| !character.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty());
    words.collect::<Vec<&str>>().join("_").to_ascii_lowercase()
}

/// A table that has every code: with it a rule judges the shape alone.
struct EveryCode;

impl CodeTables for EveryCode {
    fn listing(&self, _: CodeSystem, _: &[u8], _: Option<Date>) -> Option<Listing> {
        Some(Listing::Leaf)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(system: CodeSystem, releases: &[&str], text: &str) -> Result<String, Diagnostic> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("codes.csv");
        std::fs::write(&path, text).expect("is written");
        let releases = releases.iter().map(|name| Release {
            name: (*name).to_owned(),
            effective_from: None,
            effective_to: None,
        });
        let file = CodeFile {
            system,
            path,
            name: "codes.csv".to_owned(),
            releases: releases.collect(),
        };
        let mut found = Vec::new();
        file.read(|chunk| {
            found.extend_from_slice(&chunk);
            true
        })?;
        Ok(String::from_utf8(found).expect("is UTF-8"))
    }

    #[test]
    fn a_row_per_release_with_canonical_codes() {
        let text = "\u{feff}Code,R1,r2,Description\nm545,leaf,header,Low back pain\nA001,,1,\"Cholera, a\"\n";
        let found = rows(CodeSystem::Icd10Cm, &["r1", "R2"], text).expect("is read");
        assert_eq!(
            found,
            "r1\tM54.5\tt\t\\N\t\\N\tLow back pain\nR2\tM54.5\tf\t\\N\t\\N\tLow back pain\n\
             R2\tA00.1\tt\t\\N\t\\N\tCholera, a\n"
        );
    }

    #[test]
    fn names_of_publishers_are_known() {
        let text = "MS-DRG,MS-DRG Title,MDC,TYPE,Weight\n9,IMAGINARY,PRE,SURG,.\n";
        let found = rows(CodeSystem::MsDrg, &["fy"], text).expect("is read");
        assert_eq!(
            found,
            "fy\t009\tt\t\\N\t\\N\tIMAGINARY\tPRE\tSURG\t\\N\t\\N\t\\N\n"
        );
    }

    #[test]
    fn what_is_wrong_is_said_without_the_value() {
        for (text, message) in [
            ("x,y\n1,2\n", "`codes.csv` has no column `code`"),
            (
                "code\nJ0120\nW99999\n",
                "line 3 of `codes.csv`: the code is no HCPCS level II code (length)",
            ),
            (
                "code,description\nJ0120\n",
                "line 2 of `codes.csv` has another number of fields than the header",
            ),
        ] {
            let error = rows(CodeSystem::Hcpcs, &["r"], text).expect_err("is refused");
            assert_eq!(
                (error.code, error.message.as_str()),
                (Code::CodesInvalid, message)
            );
        }
    }
}
