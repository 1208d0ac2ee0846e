//! From a source's `location` to the files that match now, in a fixed order. Reads folders only.

use std::path::{Path, PathBuf};

use globset::GlobBuilder;
use hcw_core::diagnostic::{Code, Diagnostic};
use walkdir::WalkDir;

/// A file at a location.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FoundFile {
    /// Where to open it.
    pub(crate) path: PathBuf,
    /// Its path as matched, relative to the project folder when below it.
    pub(crate) name: String,
}

/// The files at a location, ordered by name.
///
/// A name that starts with a dot is matched only by a pattern that does so too.
///
/// **Errors**: HCW0801 when nothing matches, HCW0802 when a folder cannot be read or the location
/// is a folder itself.
pub(crate) fn find(project_dir: &Path, location: &str) -> Result<Vec<FoundFile>, Box<Diagnostic>> {
    let expanded = expand_home(location);
    let whole = project_dir.join(&expanded);
    if whole.is_file() {
        return Ok(vec![found(project_dir, whole)]);
    }
    let (base, pattern) = split(project_dir, &expanded);
    if pattern.is_empty() {
        return Err(if whole.is_dir() {
            is_folder(location, &whole)
        } else {
            nothing(location, &whole)
        });
    }
    let matcher = GlobBuilder::new(&pattern)
        .literal_separator(true)
        .build()
        .map_err(|error| {
            Box::new(Diagnostic::error(
                Code::LandingMissing,
                format!(
                    "the location `{location}` is not a pattern: {}",
                    error.kind()
                ),
            ))
        })?
        .compile_matcher();
    let mut walk = WalkDir::new(&base).follow_links(true).min_depth(1);
    if !pattern.contains("**") && !pattern.contains('{') {
        walk = walk.max_depth(pattern.split('/').count());
    }
    let dotted = pattern.split('/').any(|part| part.starts_with('.'));
    let mut files = Vec::new();
    let entries = walk.into_iter().filter_entry(|entry| {
        dotted || entry.depth() == 0 || !entry.file_name().to_string_lossy().starts_with('.')
    });
    for entry in entries {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) if !base.exists() || is_missing(&error) => continue,
            Err(error) => return Err(unreadable_folder(&base, &error)),
        };
        let below = entry.path().strip_prefix(&base).unwrap_or(entry.path());
        if matcher.is_match(below) && !entry.file_type().is_dir() {
            files.push(found(project_dir, entry.into_path()));
        }
    }
    if files.is_empty() {
        return Err(nothing(location, &whole));
    }
    files.sort_by(|left, right| left.name.cmp(&right.name));
    Ok(files)
}

/// A link that points nowhere, or a file that went away while the folder was read.
fn is_missing(error: &walkdir::Error) -> bool {
    error
        .io_error()
        .is_some_and(|error| error.kind() == std::io::ErrorKind::NotFound)
}

fn found(project_dir: &Path, path: PathBuf) -> FoundFile {
    let relative = path.strip_prefix(project_dir).unwrap_or(&path);
    let relative = relative.strip_prefix(".").unwrap_or(relative);
    FoundFile {
        name: relative.to_string_lossy().into_owned(),
        path,
    }
}

fn expand_home(location: &str) -> String {
    let home = || std::env::var("HOME").ok().filter(|home| !home.is_empty());
    match location.strip_prefix('~') {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => {
            home().map_or_else(|| location.to_owned(), |home| format!("{home}{rest}"))
        }
        _ => location.to_owned(),
    }
}

/// The folder before the first part with a wildcard, and the pattern from there on.
fn split(project_dir: &Path, location: &str) -> (PathBuf, String) {
    let is_pattern = |part: &str| part.contains(['*', '?', '[', '{', '\\']);
    let mut base = project_dir.to_path_buf();
    if location.starts_with('/') {
        base = PathBuf::from("/");
    }
    let mut parts = location
        .split('/')
        .filter(|part| !part.is_empty() && *part != ".")
        .peekable();
    while let Some(part) = parts.next_if(|part| !is_pattern(part)) {
        base.push(part);
    }
    (base, parts.collect::<Vec<&str>>().join("/"))
}

fn nothing(location: &str, whole: &Path) -> Box<Diagnostic> {
    let absolute = std::path::absolute(whole).unwrap_or_else(|_| whole.to_path_buf());
    Box::new(
        Diagnostic::error(
            Code::LandingMissing,
            format!("no file at the location `{location}`"),
        )
        .note(format!("looked for {}", absolute.display()))
        .help("correct the source's `location`, a path or pattern relative to the project folder, or deliver the file"),
    )
}

fn is_folder(location: &str, whole: &Path) -> Box<Diagnostic> {
    Box::new(
        Diagnostic::error(
            Code::LandingFormat,
            format!("the location `{location}` is a folder: {}", whole.display()),
        )
        .help(format!(
            "name the files in it, for example `{}/*.csv`",
            location.trim_end_matches('/')
        )),
    )
}

fn unreadable_folder(base: &Path, error: &walkdir::Error) -> Box<Diagnostic> {
    let path = error.path().unwrap_or(base).display().to_string();
    let cause = error
        .io_error()
        .map_or_else(|| "a loop of links".to_owned(), ToString::to_string);
    Box::new(Diagnostic::error(
        Code::LandingFormat,
        format!("`{path}` cannot be read: {cause}"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(location: &str) -> Vec<String> {
        let folder = tempfile::tempdir().expect("a folder");
        for file in [
            "raw/b.csv",
            "raw/a.csv",
            "raw/.hidden.csv",
            "raw/a.ndjson.gz",
            "raw/2024/c.csv",
            "raw/2024/deep/d.csv",
            "raw/odd[1].csv",
            "other/a.csv",
        ] {
            let path = folder.path().join(file);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("is made");
            std::fs::write(path, "").expect("is written");
        }
        find(folder.path(), location).map_or_else(
            |error| vec![error.code.as_str().to_owned()],
            |files| files.into_iter().map(|file| file.name).collect(),
        )
    }

    #[test]
    fn patterns_match_in_order() {
        assert_eq!(names("raw/a.csv"), ["raw/a.csv"]);
        assert_eq!(names("./raw/?.csv"), ["raw/a.csv", "raw/b.csv"]);
        assert_eq!(
            names("raw/{b,a}.{csv,ndjson.gz}"),
            ["raw/a.csv", "raw/a.ndjson.gz", "raw/b.csv"]
        );
        assert_eq!(
            names("{raw/2024,other}/*.csv"),
            ["other/a.csv", "raw/2024/c.csv"]
        );
        assert_eq!(
            names("raw/**/[cd].csv"),
            ["raw/2024/c.csv", "raw/2024/deep/d.csv"]
        );
        assert_eq!(names("raw/odd[1].csv"), ["raw/odd[1].csv"]);
        assert_eq!(names("raw/.*.csv"), ["raw/.hidden.csv"]);
    }

    #[test]
    fn nothing_and_folders_are_errors() {
        assert_eq!(names("raw/*.tsv"), ["HCW0801"]);
        assert_eq!(names("missing/*.csv"), ["HCW0801"]);
        assert_eq!(names("raw/none.csv"), ["HCW0801"]);
        assert_eq!(names("raw"), ["HCW0802"]);
    }
}
