//! `.dbtignore`: files of a project that nothing reads, in the patterns of `.gitignore`.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use hcw_core::diagnostic::{Code, Diagnostic};

/// The file of patterns in the folder of a project or package.
pub(super) const IGNORE_FILE: &str = ".dbtignore";

/// What a project's `.dbtignore` says; by default nothing is ignored.
#[derive(Default)]
pub(super) struct Ignored {
    globs: GlobSet,
    /// For each glob, whether what it matches is ignored; `!pattern` takes files back.
    ignores: Vec<bool>,
}

impl Ignored {
    /// Reads the patterns of a file; `path` is how the file is named to the user.
    ///
    /// **Errors**: HCW0002 for a pattern that means nothing.
    pub(super) fn parse(path: &str, text: &str) -> Result<Ignored, Diagnostic> {
        let mut globs = GlobSetBuilder::new();
        let mut ignores = Vec::new();
        for (line, said) in text.lines().enumerate() {
            let Some((ignore, glob)) = pattern(said) else {
                continue;
            };
            // a folder's name stands for all that is in it
            let below = format!("{glob}/**");
            let itself = (!glob.ends_with('/')).then_some(glob.as_str());
            for glob in itself.into_iter().chain([below.as_str()]) {
                let glob = GlobBuilder::new(&glob.replace("//", "/"))
                    .literal_separator(true)
                    .backslash_escape(true)
                    .build()
                    .map_err(|error| unreadable(path, line + 1, error.kind()))?;
                globs.add(glob);
                ignores.push(ignore);
            }
        }
        let globs = globs
            .build()
            .map_err(|error| unreadable(path, 1, error.kind()))?;
        Ok(Ignored { globs, ignores })
    }

    /// Whether a file is ignored; its path is relative to the folder of the `.dbtignore`. The last pattern decides.
    pub(super) fn has(&self, path: &str) -> bool {
        let last = self.globs.matches(path).into_iter().max();
        last.is_some_and(|last| self.ignores[last])
    }
}

/// What a line says: whether it ignores or takes back, and the glob for paths from the folder of the file.
fn pattern(line: &str) -> Option<(bool, String)> {
    let line = match line.trim_end() {
        // a space that is escaped belongs to the name
        cut if cut.ends_with('\\') && cut.len() < line.len() => &line[..=cut.len()],
        cut => cut,
    };
    if line.is_empty() || line.starts_with('#') {
        return None;
    }
    let (ignore, said) = match line.strip_prefix('!') {
        Some(said) => (false, said),
        None => (true, line),
    };
    // braces mean themselves
    let said = said.replace('{', "[{]").replace('}', "[}]");
    let is_anchored = said.trim_end_matches('/').contains('/');
    let said = said.trim_start_matches('/');
    match said.trim_end_matches('/') {
        "" => None,
        _ if is_anchored => Some((ignore, said.to_owned())),
        _ => Some((ignore, format!("**/{said}"))),
    }
}

fn unreadable(path: &str, line: usize, problem: &globset::ErrorKind) -> Diagnostic {
    Diagnostic::error(
        Code::FileUnreadable,
        format!("line {line} of `{path}` is no pattern: {problem}"),
    )
    .help("patterns are written as in `.gitignore`, for example `models/drafts/` or `*.bak.sql`")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ignored(text: &str, path: &str) -> bool {
        Ignored::parse(IGNORE_FILE, text)
            .expect("patterns")
            .has(path)
    }

    #[test]
    fn patterns_mean_what_they_mean_to_git() {
        for (text, path, expected) in [
            ("models/b.sql", "models/b.sql", true),
            ("models/b.sql", "models/sub/b.sql", false),
            ("models/b.sql", "models/b.sql.md", false),
            ("/models/b.sql", "models/b.sql", true),
            ("/b.sql", "models/b.sql", false),
            ("*.bak.sql", "models/deep/b.bak.sql", true),
            ("b*.sql", "models/b/c.sql", false),
            ("models/*.sql", "models/deep/b.sql", false),
            ("models/**/b.sql", "models/very/deep/b.sql", true),
            ("models/**/b.sql", "models/b.sql", true),
            ("drafts", "models/drafts/b.sql", true),
            ("drafts/", "models/drafts/b.sql", true),
            ("drafts/", "models/drafts", false),
            ("models/drafts/", "models/drafts/deep/b.sql", true),
            ("models/drafts/", "other/models/drafts/b.sql", false),
            ("*.sql\n!b.sql", "models/b.sql", false),
            ("!b.sql\n*.sql", "models/b.sql", true),
            ("models/\n!models/b.sql", "models/b.sql", false),
            ("# models/b.sql\n\n", "models/b.sql", false),
            ("\\#b.sql", "models/#b.sql", true),
            ("\\!b.sql", "models/!b.sql", true),
            ("b.sql   ", "models/b.sql", true),
            ("b\\ ", "models/b ", true),
            ("{a,b}.sql", "models/b.sql", false),
            ("{a,b}.sql", "models/{a,b}.sql", true),
            ("[ab].sql", "models/b.sql", true),
            ("/", "models/b.sql", false),
            ("", "models/b.sql", false),
        ] {
            assert_eq!(ignored(text, path), expected, "`{text}` and {path}");
        }
    }

    #[test]
    fn a_pattern_that_means_nothing_is_named() {
        let error = Ignored::parse(IGNORE_FILE, "ok\nmodels/[b").err();
        let said = error.expect("is refused").message;
        assert!(
            said.starts_with("line 2 of `.dbtignore` is no pattern"),
            "{said}"
        );
    }
}
