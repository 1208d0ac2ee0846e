//! Source files as values: a path and its text, and places within it. Nothing here reads a file.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::{Bound, Range};
use std::sync::Arc;

/// One text file of the project: its path relative to the project folder (with `/`) and its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Relative path, `/`-separated on every platform.
    pub path: Arc<str>,
    /// The whole text, without a leading byte-order mark.
    pub text: Arc<String>,
    /// How many bytes of `path` lead to the folder of the file's package; 0 in the root project.
    package_root: usize,
    /// Whether the file begins with a byte-order mark.
    marked: bool,
}

/// The byte-order mark of UTF-8.
const MARK: char = '\u{feff}';

impl SourceFile {
    /// Makes a file from a path and a text.
    pub fn new(path: impl Into<Arc<str>>, text: impl Into<String>) -> SourceFile {
        let text = text.into();
        let unmarked = text.strip_prefix(MARK).map(str::to_owned);
        SourceFile {
            path: path.into(),
            marked: unmarked.is_some(),
            text: Arc::new(unmarked.unwrap_or(text)),
            package_root: 0,
        }
    }

    /// The text as it stands in the file.
    pub(crate) fn whole_text(&self) -> Cow<'_, str> {
        match self.marked {
            true => Cow::Owned(format!("{MARK}{}", self.text)),
            false => Cow::Borrowed(&self.text),
        }
    }

    /// The path below the package's own folder: dbt's `original_file_path`.
    pub fn path_in_package(&self) -> &str {
        &self.path[self.package_root..]
    }

    /// A file of the same path with another text.
    pub(crate) fn with_text(&self, text: impl Into<String>) -> SourceFile {
        SourceFile {
            path: self.path.clone(),
            text: Arc::new(text.into()),
            package_root: self.package_root,
            marked: false,
        }
    }

    /// A location in this file, by byte range.
    pub fn at(&self, range: Range<usize>) -> Location {
        Location {
            file: self.clone(),
            range,
        }
    }

    /// The file's name without folders and extension: the name of the model, seed or test in it, which may have dots.
    pub fn stem(&self) -> &str {
        let name = self.path.rsplit('/').next().unwrap_or(&self.path);
        name.rsplit_once('.').map_or(name, |(stem, _)| stem)
    }

    /// The path's extension, without the dot; empty when there is none.
    pub fn extension(&self) -> &str {
        let name = self.path.rsplit('/').next().unwrap_or(&self.path);
        name.rsplit_once('.').map_or("", |(_, extension)| extension)
    }
}

/// A place in a source file.
///
/// **Shape**: a byte range into the file's text; an empty range marks a point.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// The file, with its text, so that a report can show the lines around the place.
    pub file: SourceFile,
    /// Byte offsets into `file.text`.
    pub range: Range<usize>,
}

impl Location {
    /// The 1-based line and column (in characters) where the place starts.
    pub fn line_column(&self) -> (usize, usize) {
        let mut start = self.range.start.min(self.file.text.len());
        while !self.file.text.is_char_boundary(start) {
            start -= 1;
        }
        let before = &self.file.text[..start];
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        (line, before[line_start..].chars().count() + 1)
    }
}

/// Byte range of a 1-based line in a text (without its line break); the end of the text when the line does not exist.
pub fn line_range(text: &str, line: usize) -> Range<usize> {
    let mut start = 0;
    for _ in 1..line {
        match text[start..].find('\n') {
            Some(newline) => start += newline + 1,
            None => return text.len()..text.len(),
        }
    }
    let end = text[start..]
        .find('\n')
        .map_or(text.len(), |newline| start + newline);
    start..end
}

/// All project files that the compiler may look at, by path.
#[derive(Debug, Clone, Default)]
pub struct SourceTree {
    /// The files in path order.
    files: BTreeMap<Arc<str>, SourceFile>,
    /// The folders of installed packages.
    packages: Vec<String>,
}

impl SourceTree {
    /// Names the folder of an installed package (`dbt_packages/dbt_utils`); its files are inserted after it.
    pub fn add_package(&mut self, folder: &str) {
        self.packages.push(folder.trim_end_matches('/').to_owned());
    }

    /// The folders of installed packages, in the order in which they were named.
    pub fn packages(&self) -> &[String] {
        &self.packages
    }

    /// Adds a file, replacing one of the same path.
    pub fn insert(&mut self, mut file: SourceFile) {
        let package = self.packages.iter().find(|folder| {
            file.path
                .strip_prefix(folder.as_str())
                .is_some_and(|rest| rest.starts_with('/'))
        });
        file.package_root = package.map_or(0, |folder| folder.len() + 1);
        self.files.insert(file.path.clone(), file);
    }

    /// The file of that path.
    pub fn get(&self, path: &str) -> Option<&SourceFile> {
        self.files.get(path)
    }

    /// Files below a folder, in path order.
    pub fn below<'tree>(
        &'tree self,
        folder: &str,
    ) -> impl Iterator<Item = &'tree SourceFile> + use<'tree> {
        let folder = folder.trim_end_matches('/');
        let prefix = match folder {
            "" | "." => String::new(),
            folder => format!("{folder}/"),
        };
        self.files
            .range::<str, _>((Bound::Included(prefix.as_str()), Bound::Unbounded))
            .map(|(_, file)| file)
            .take_while(move |file| file.path.starts_with(&prefix))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_and_column_count_characters_from_one() {
        let file = SourceFile::new("a.sql", "é\nab");
        assert_eq!(file.at(0..0).line_column(), (1, 1));
        assert_eq!(file.at(2..2).line_column(), (1, 2));
        assert_eq!(file.at(4..5).line_column(), (2, 2));
        assert_eq!(file.at(99..99).line_column(), (2, 3));
    }

    #[test]
    fn a_line_past_the_end_is_the_end() {
        assert_eq!(line_range("a\nbc", 2), 2..4);
        assert_eq!(line_range("a\nbc", 7), 4..4);
    }

    #[test]
    fn files_below_a_folder_do_not_include_its_namesakes() {
        let mut tree = SourceTree::default();
        for path in ["models/a.sql", "models_old/b.sql", "models/x/c.sql"] {
            tree.insert(SourceFile::new(path, ""));
        }
        let below: Vec<&str> = tree.below("models").map(|file| &*file.path).collect();
        assert_eq!(below, ["models/a.sql", "models/x/c.sql"]);
    }

    #[test]
    fn a_packages_files_know_their_path_within_it() {
        let mut tree = SourceTree::default();
        tree.add_package("dbt_packages/a");
        for path in [
            "dbt_packages/a/models/x.sql",
            "dbt_packages/ab/y.sql",
            "models/z.sql",
        ] {
            tree.insert(SourceFile::new(path, ""));
        }
        let within: Vec<&str> = tree.below("").map(SourceFile::path_in_package).collect();
        assert_eq!(
            within,
            ["models/x.sql", "dbt_packages/ab/y.sql", "models/z.sql"]
        );
    }
}
