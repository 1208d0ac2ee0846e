//! Tags of templates where only named blocks belong: files of macros and of snapshots.

use crate::diagnostic::{Code, Diagnostic};
use crate::jinja::scan;
use crate::source::SourceFile;

/// The blocks of a file of macros.
pub(super) const OF_MACROS: [&str; 4] = ["macro", "materialization", "test", "data_test"];
/// The blocks of a file of snapshots.
pub(super) const OF_SNAPSHOTS: [&str; 1] = ["snapshot"];

/// A warning for each tag of a file outside of the blocks that belong there: dbt runs none of them.
pub(super) fn deprecated(file: &SourceFile, expected: &[&str]) -> impl Iterator<Item = Diagnostic> {
    let tags = scan::outside(&file.text, expected);
    tags.into_iter().map(move |tag| {
        let keyword = &file.text[tag.keyword];
        Diagnostic::warning(
            Code::Deprecated,
            format!("found unexpected `{keyword}` block tag"),
        )
        .named("UnexpectedJinjaBlockDeprecation")
        .at(file.at(tag.range))
        .help("what stands outside of blocks in this file is never run: move it into one, or remove it")
    })
}
