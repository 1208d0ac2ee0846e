//! Source files as values: a path and its text, and places within it. Nothing here reads a file.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

/// One text file of the project: its path relative to the project folder (with `/`) and its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Relative path, `/`-separated on every platform.
    pub path: Arc<str>,
    /// The whole text, without a leading byte-order mark.
    pub text: Arc<str>,
}

impl SourceFile {
    /// Makes a file from a path and a text.
    pub fn new(path: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> SourceFile {
        SourceFile {
            path: path.into(),
            text: text.into(),
        }
    }

    /// A location in this file, by byte range.
    pub fn at(&self, range: Range<usize>) -> Location {
        Location {
            file: self.clone(),
            range,
        }
    }

    /// The file's name without folders and extension: the name of the model, seed or test in it.
    pub fn stem(&self) -> &str {
        let name = self.path.rsplit('/').next().unwrap_or(&self.path);
        name.split_once('.').map_or(name, |(stem, _)| stem)
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
    pub files: BTreeMap<Arc<str>, SourceFile>,
}

impl SourceTree {
    /// Adds a file, replacing one of the same path.
    pub fn insert(&mut self, file: SourceFile) {
        self.files.insert(file.path.clone(), file);
    }

    /// The file of that path.
    pub fn get(&self, path: &str) -> Option<&SourceFile> {
        self.files.get(path)
    }

    /// Files below a folder (or the folder itself when it names a file), in path order.
    pub fn below<'tree>(&'tree self, folder: &str) -> impl Iterator<Item = &'tree SourceFile> {
        let folder = folder.trim_end_matches('/').to_owned();
        self.files.values().filter(move |file| {
            folder.is_empty()
                || folder == "."
                || file
                    .path
                    .strip_prefix(folder.as_str())
                    .is_some_and(|rest| rest.starts_with('/'))
        })
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
}
