//! Templates that know nothing of the project: the texts of docs blocks.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::OnceLock;

use minijinja::{AutoEscape, Environment, UndefinedBehavior};

use super::engine::has_marks;
use super::{error, functions, python, rewrite};
use crate::diagnostic::Diagnostic;
use crate::source::SourceFile;

static ENVIRONMENT: OnceLock<Environment<'static>> = OnceLock::new();

fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_debug(true);
    environment.set_undefined_behavior(UndefinedBehavior::Lenient);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.set_formatter(functions::format_value);
    python::register(&mut environment);
    environment
}

/// Renders a part of a file in which no name of the project or of a node has a meaning.
///
/// **Errors**: codes of templates (03xx).
pub(crate) fn render_plain(file: &SourceFile, part: Range<usize>) -> Result<String, Diagnostic> {
    let text = &file.text[part.clone()];
    if !has_marks(text) {
        return Ok(text.to_owned());
    }
    let rewritten = rewrite::root(&file.text[..part.end], part.start);
    ENVIRONMENT
        .get_or_init(environment)
        .template_from_named_str(&file.path, &rewritten.text)
        .and_then(|template| template.render(()))
        .map_err(|failed| {
            let find =
                |name: &str| (*file.path == *name).then_some((file, Cow::Borrowed(&rewritten.map)));
            error::diagnostic(&failed, &find, &BTreeSet::new())
        })
}
