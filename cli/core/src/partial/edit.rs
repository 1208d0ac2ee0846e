//! Edits of templates that change nothing which a parse finds out but the text itself: the code within the template is
//! the same, and the code does not read the text around it. So with the rows of a seed, which no parse reads.

use std::collections::{BTreeMap, BTreeSet};

use super::warning::Warning;
use super::{Known, excerpt, file_digests};
use crate::graph::Resolved;
use crate::jinja::scan::{self, Piece};
use crate::project::{Node, NodeKind};
use crate::source::SourceTree;

/// A template or a seed with another text than before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The unique id of its node.
    pub node: String,
    /// The file's text now.
    pub text: String,
    /// All that stands in the file, a mark of the byte order included.
    pub whole: String,
}

impl Edit {
    /// Whether it is of a seed's rows.
    pub fn is_of_seed(&self) -> bool {
        self.node.starts_with("seed.")
    }
}

/// Tags that do not take hold of the text that they enclose.
const PLAIN_TAGS: [&str; 8] = ["if", "elif", "else", "endif", "for", "endfor", "do", "set"];

/// Where code and comments begin and end.
const MARKS: [&str; 6] = ["{{", "}}", "{%", "%}", "{#", "#}"];

/// The files of a parse, and of which node each is the template.
pub(super) fn known(tree: &SourceTree, resolved: &Resolved) -> BTreeMap<String, Known> {
    let project = resolved.project();
    let all = || project.nodes.values().chain(project.disabled.values());
    let mut templates: BTreeMap<&str, Option<&Node>> = BTreeMap::new();
    for node in all().filter(|node| !matches!(node.kind, NodeKind::GenericTest(_))) {
        let path: &str = &node.file.path;
        // a file with several nodes is none's alone
        let of_one = !templates.contains_key(path) && project.nodes.contains_key(&node.id);
        templates.insert(path, of_one.then_some(node));
    }
    let macros: BTreeSet<&str> = project
        .engine
        .macros()
        .filter(|definition| !definition.is_built_in())
        .map(|definition| &*definition.file.path)
        .collect();
    // unit tests may read the rows of a seed
    let has_unit_tests = !project.declared.unit_tests.is_empty();
    let is_blind = |node: &&Node| {
        if node.kind == NodeKind::Seed {
            return !has_unit_tests;
        }
        let captured = resolved.rendered.captured.get(&node.id);
        let is_template = matches!(
            node.kind,
            NodeKind::Model | NodeKind::SingularTest | NodeKind::Analysis
        );
        is_template
            && !macros.contains(&*node.file.path)
            && captured.is_some_and(|captured| !captured.reads_itself)
    };
    let mut items = excerpt::known_items(tree, resolved);
    let mut holds: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for node in all().filter(|node| !matches!(node.kind, NodeKind::GenericTest(_))) {
        let ids = holds.entry(&node.file.path).or_default();
        ids.push(node.id.to_string());
    }
    file_digests(tree)
        .into_iter()
        .map(|(file, digest)| {
            let node = templates.get(&*file.path).copied().flatten();
            let node = node.filter(is_blind).map(|node| node.id.to_string());
            let items = items.remove(&*file.path);
            let known = Known {
                digest,
                node,
                holds: holds.remove(&*file.path).unwrap_or_default(),
                around: items
                    .as_ref()
                    .map(|items| excerpt::digest_around(&file.text, items)),
                items,
            };
            (file.path.to_string(), known)
        })
        .collect()
}

/// The edits since files were as they are known, which are then known as they are; `None` where something else has
/// changed.
pub(super) fn edits(
    known: &mut BTreeMap<String, Known>,
    tree: &SourceTree,
    warnings: &[Warning],
) -> Option<Vec<Edit>> {
    let files = file_digests(tree);
    if files.len() != known.len() {
        return None;
    }
    let mut edits = Vec::new();
    for (file, digest) in files {
        let before = known.get_mut(&*file.path)?;
        if before.digest == digest {
            continue;
        }
        let node = before.node.clone()?;
        if warnings.iter().any(|warning| warning.is_about(&file.path)) {
            return None;
        }
        before.digest = digest;
        edits.push(Edit {
            node,
            text: file.text.to_string(),
            whole: file.whole_text().into_owned(),
        });
    }
    Some(edits)
}

/// Whether two texts of a template are the same to a parse. **Shape**: blanks at either end are no matter.
pub(crate) fn is_same_code(before: &str, now: &str) -> bool {
    let (before, now) = (before.trim(), now.trim());
    !before.is_empty()
        && !now.is_empty()
        && marks(before).eq(marks(now))
        && code(before).is_some_and(|code_before| Some(code_before) == code(now))
}

fn marks(text: &str) -> impl Iterator<Item = &str> {
    let pairs = text.as_bytes().windows(2).enumerate();
    pairs.filter_map(|(at, _)| text.get(at..at + 2).filter(|pair| MARKS.contains(pair)))
}

/// The code of a template; `None` where it takes hold of text.
fn code(text: &str) -> Option<Vec<&str>> {
    let pieces = scan::pieces(text).map(|piece| match piece {
        Piece::Expression(range) => text.get(range),
        Piece::Tag(tag) => {
            let keyword = text.get(tag.keyword)?;
            let is_plain = PLAIN_TAGS.contains(&keyword);
            text.get(tag.range).filter(|_| is_plain)
        }
    });
    pieces.collect()
}

#[cfg(test)]
mod tests {
    use super::is_same_code;

    #[test]
    fn text_around_code_may_change() {
        for (before, now) in [
            ("select 1", "select 2 -- a note\n"),
            (
                "select {{ a }} from {% if b %}c{% else %}d{% endif %}",
                "select {{ a }}, 1 from {% if b %}\nx{% else %}y{% endif %} where 1 = 1",
            ),
            ("{# a #} {{ x }}", "{# b #}\n{{ x }}"),
            ("{{ x }}", "{ {{ x }}{"),
            ("{% set a = 1 %}{{ a }}", "x {% set a = 1 %} y {{ a }}"),
        ] {
            assert!(is_same_code(before, now), "{before:?} {now:?}");
        }
    }

    #[test]
    fn code_and_what_it_takes_hold_of_may_not() {
        for (before, now) in [
            ("select {{ a }}", "select {{ b }}"),
            ("select {{ a }}", "select {{ a}}"),
            ("select 1", "select {{ 1 }}"),
            ("select 1", "select 1 {#"),
            ("select 1", "select 1 {% raw %}"),
            ("{# a #} {{ x }}", "{# a {{ x }} #}"),
            ("{{ x }}", "{{{ x }}"),
            ("{% set a %}b{% endset %}", "{% set a %}c{% endset %}"),
            (
                "{% filter upper %}b{% endfilter %}",
                "{% filter upper %}c{% endfilter %}",
            ),
            ("", "select 1"),
            ("select 1", " "),
        ] {
            assert!(!is_same_code(before, now), "{before:?} {now:?}");
        }
    }
}
