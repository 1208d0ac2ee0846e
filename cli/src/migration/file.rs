//! Migration files: from a path and a text to a version, a name and a checksum. No server here.

use std::collections::BTreeMap;
use std::path::Path;

use hcw_core::diagnostic::{Code, Diagnostic};
use hcw_core::source::SourceFile;
use refinery::Migration;

/// One migration, ready to be applied.
#[derive(Debug, Clone)]
pub(crate) struct MigrationFile {
    /// Its version.
    pub(crate) version: i32,
    /// Its name, without version and extension.
    pub(crate) name: String,
    /// Checksum of version, name and text; line ends and byte-order marks make no difference.
    pub(crate) checksum: u64,
    /// Path and normalised text.
    pub(crate) source: SourceFile,
    /// The same, for the runner.
    pub(crate) migration: Migration,
}

const NAMING: &str = "name it V<number>__<name>.sql, for example V2__raw_schemas.sql";

/// Reads the migrations in a folder (not in its subfolders), as paths relative to the project.
///
/// A folder that does not exist holds no migrations.
pub(crate) fn read_folder(
    project_dir: &Path,
    folder: &str,
) -> Result<Vec<SourceFile>, Box<Diagnostic>> {
    let unreadable = |path: &Path, error: &std::io::Error| {
        Box::new(Diagnostic::error(
            Code::FileUnreadable,
            format!("`{}` cannot be read: {}", path.display(), error),
        ))
    };
    let directory = project_dir.join(folder);
    let entries = match std::fs::read_dir(&directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(unreadable(&directory, &error)),
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry
            .map_err(|error| unreadable(&directory, &error))?
            .path();
        let Some(name) = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
        else {
            continue;
        };
        if name.starts_with('.') || !name.to_ascii_lowercase().ends_with(".sql") || path.is_dir() {
            continue;
        }
        let bytes = std::fs::read(&path).map_err(|error| unreadable(&path, &error))?;
        let relative = format!("{}/{name}", folder.trim_end_matches('/'));
        let text = String::from_utf8(bytes).map_err(|_| {
            Box::new(
                Diagnostic::error(Code::MigrationInvalid, format!("`{relative}` is not UTF-8"))
                    .help("save the file as UTF-8"),
            )
        })?;
        files.push(SourceFile::new(relative, text));
    }
    files.sort_by(|left, right| left.path.cmp(&right.path));
    Ok(files)
}

/// Parses migration files into the order of their versions; the first problem stops.
pub(crate) fn parse(files: &[SourceFile]) -> Result<Vec<MigrationFile>, Box<Diagnostic>> {
    let mut by_version: BTreeMap<i32, MigrationFile> = BTreeMap::new();
    for file in files {
        let parsed = parse_one(file)?;
        if let Some(earlier) = by_version.get(&parsed.version) {
            return Err(Box::new(
                Diagnostic::error(
                    Code::MigrationInvalid,
                    format!("two migrations have version {}", parsed.version),
                )
                .at(parsed.source.at(0..0))
                .related("the other one", earlier.source.at(0..0))
                .note(format!(
                    "`{}` and `{}`",
                    earlier.source.path, parsed.source.path
                ))
                .help("give one of them a version of its own"),
            ));
        }
        by_version.insert(parsed.version, parsed);
    }
    Ok(by_version.into_values().collect())
}

fn parse_one(file: &SourceFile) -> Result<MigrationFile, Box<Diagnostic>> {
    let invalid = |message: String| {
        Box::new(
            Diagnostic::error(Code::MigrationInvalid, message)
                .at(file.at(0..0))
                .help(NAMING),
        )
    };
    let file_name = file.path.rsplit('/').next().unwrap_or(&file.path);
    let (version, name) = split_name(file_name)
        .ok_or_else(|| invalid(format!("`{}` is not named as a migration", file.path)))?;
    let version: i32 = version.parse().map_err(|_| {
        invalid(format!(
            "the version of `{}` is not a number up to {}",
            file.path,
            i32::MAX
        ))
    })?;
    let text = file.text.strip_prefix('\u{feff}').unwrap_or(&file.text);
    let source = SourceFile::new(file.path.clone(), text.replace("\r\n", "\n"));
    if let Some(range) = super::transaction::control_statement(&source.text) {
        return Err(Box::new(
            Diagnostic::error(
                Code::MigrationInvalid,
                format!("`{}` controls the transaction itself", file.path),
            )
            .at(source.at(range))
            .help("remove the statement: each migration already runs in a transaction of its own"),
        ));
    }
    let stem = format!("V{version}__{name}");
    let migration = Migration::unapplied(&stem, &source.text)
        .map_err(|_| invalid(format!("`{}` is not named as a migration", file.path)))?;
    Ok(MigrationFile {
        version,
        name: migration.name().to_owned(),
        checksum: migration.checksum(),
        source,
        migration,
    })
}

/// Version and name of `V<digits>__<name>.sql`.
fn split_name(file_name: &str) -> Option<(&str, &str)> {
    let rest = file_name.strip_prefix('V')?.strip_suffix(".sql")?;
    let (version, name) = rest.split_once("__")?;
    let digits = !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit());
    let word = !name.is_empty()
        && name.len() <= 200
        && name
            .chars()
            .all(|character| character.is_alphanumeric() || character == '_');
    (digits && word).then_some((version, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checksum(path: &str, text: &str) -> u64 {
        parse(&[SourceFile::new(path, text)]).expect("parses")[0].checksum
    }

    #[test]
    fn line_ends_and_byte_order_mark_leave_the_checksum() {
        let plain = checksum("migrations/V1__a.sql", "select 1;\nselect 2;\n");
        let windows = checksum("migrations/V1__a.sql", "\u{feff}select 1;\r\nselect 2;\r\n");
        assert_eq!(plain, windows);
        assert_ne!(plain, checksum("migrations/V1__a.sql", "select 1;\n"));
    }

    #[test]
    fn versions_order_as_numbers() {
        let files = ["migrations/V10__b.sql", "migrations/V2__a.sql"]
            .map(|path| SourceFile::new(path, "select 1"));
        let versions: Vec<i32> = parse(&files)
            .expect("parses")
            .iter()
            .map(|file| file.version)
            .collect();
        assert_eq!(versions, [2, 10]);
    }

    #[test]
    fn wrong_names_are_refused() {
        for name in [
            "v1__a.sql",
            "V1_a.sql",
            "V__a.sql",
            "V1__.sql",
            "U1__a.sql",
            "V1.5__a.sql",
            "V1__a-b.sql",
            "V1__a.SQL",
            "V99999999999__a.sql",
        ] {
            let error = parse(&[SourceFile::new(format!("migrations/{name}"), "")])
                .expect_err("is refused");
            assert_eq!(error.code, Code::MigrationInvalid, "{name}");
        }
    }

    #[test]
    fn one_version_twice_names_both_files() {
        let files = ["migrations/V01__b.sql", "migrations/V1__a.sql"]
            .map(|path| SourceFile::new(path, "select 1"));
        let error = parse(&files).expect_err("is refused");
        assert_eq!(
            error.notes,
            ["`migrations/V01__b.sql` and `migrations/V1__a.sql`"]
        );
    }
}
