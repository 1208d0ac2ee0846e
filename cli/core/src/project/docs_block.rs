//! Docs blocks: `{% docs name %} … {% enddocs %}` in Markdown files, for `{{ doc('name') }}` in descriptions.

use std::collections::BTreeMap;

use super::resource::UniqueId;
use crate::diagnostic::{Code, Diagnostic};
use crate::jinja::{render_plain, scan};
use crate::source::{Location, SourceFile};

/// A docs block.
#[derive(Debug, Clone)]
pub struct DocsBlock {
    /// `doc.<package>.<name>`.
    pub id: UniqueId,
    /// Its name.
    pub name: String,
    /// Its package.
    pub package: String,
    /// The Markdown file.
    pub file: SourceFile,
    /// Its text, without blanks at either end.
    pub contents: String,
    /// Its opening tag.
    pub location: Location,
}

/// All docs blocks by id.
pub type DocsBlocks = BTreeMap<UniqueId, DocsBlock>;

/// Adds the blocks of one file.
///
/// **Errors**: HCW0301 for a block without a name or end, HCW0109 for a name taken in the same package.
pub(crate) fn read(
    file: &SourceFile,
    package: &str,
    blocks: &mut DocsBlocks,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let (found, unclosed) = scan::blocks(&file.text, &["docs"]);
    if let Some(tag) = unclosed {
        diagnostics.push(
            Diagnostic::error(Code::TemplateSyntax, "a docs block is not closed")
                .at(file.at(tag.range))
                .help("add `{% enddocs %}`"),
        );
    }
    for block in found {
        let location = file.at(block.open.range.clone());
        let name = file.text[block.open.arguments.clone()].trim().to_owned();
        if name.is_empty() || name.contains(char::is_whitespace) {
            diagnostics.push(
                Diagnostic::error(Code::TemplateSyntax, "a docs block without a name")
                    .at(location)
                    .help("write `{% docs name %}`"),
            );
            continue;
        }
        let id = UniqueId::new("doc", package, &name);
        if let Some(first) = blocks.get(&id) {
            diagnostics.push(
                Diagnostic::error(
                    Code::DuplicateName,
                    format!("two docs blocks are named `{name}`"),
                )
                .at(location)
                .related("first here", first.location.clone())
                .help("rename or remove one of them"),
            );
            continue;
        }
        let contents = match render_plain(file, block.body()) {
            Ok(contents) => contents,
            Err(mut diagnostic) => {
                diagnostic.location.get_or_insert(location);
                diagnostics.push(diagnostic);
                continue;
            }
        };
        blocks.insert(
            id.clone(),
            DocsBlock {
                id,
                name,
                package: package.to_owned(),
                file: file.clone(),
                contents: contents.trim().to_owned(),
                location,
            },
        );
    }
}

/// The block that `doc(name)` or `doc(package, name)` means in a package: its own first, then the root
/// project's, then any other's.
pub(crate) fn find<'block>(
    blocks: &'block DocsBlocks,
    asking: &str,
    root: &str,
    package: Option<&str>,
    name: &str,
) -> Option<&'block DocsBlock> {
    match package {
        Some(package) => blocks.get(&UniqueId::new("doc", package, name)),
        None => [asking, root]
            .into_iter()
            .find_map(|package| blocks.get(&UniqueId::new("doc", package, name)))
            .or_else(|| blocks.values().find(|block| block.name == name)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_found_by_package() {
        let mut blocks = DocsBlocks::new();
        let mut diagnostics = Vec::new();
        let text = "# x\n{% docs a %}\n one\n{% enddocs %}\n{% docs b %}two{% enddocs %}";
        read(
            &SourceFile::new("m/a.md", text),
            "p",
            &mut blocks,
            &mut diagnostics,
        );
        let other = SourceFile::new("o/a.md", "{% docs a %}other{% enddocs %}");
        read(&other, "o", &mut blocks, &mut diagnostics);
        assert!(diagnostics.is_empty());
        let contents = |asking: &str, package, name: &str| {
            find(&blocks, asking, "p", package, name).map(|block| block.contents.as_str())
        };
        assert_eq!(contents("p", None, "a"), Some("one"));
        assert_eq!(contents("o", None, "a"), Some("other"));
        assert_eq!(contents("o", None, "b"), Some("two"));
        assert_eq!(contents("p", Some("o"), "a"), Some("other"));
        assert_eq!(contents("p", Some("o"), "b"), None);
    }

    #[test]
    fn blocks_are_templates_without_a_project() {
        let contents = |body: &str| {
            let mut blocks = DocsBlocks::new();
            let mut diagnostics = Vec::new();
            let text = format!("# first\n{{% docs a %}}\n{body}\n{{% enddocs %}}");
            let file = SourceFile::new("a.md", text);
            read(&file, "p", &mut blocks, &mut diagnostics);
            match diagnostics.first() {
                None => blocks.into_values().map(|block| block.contents).collect(),
                Some(problem) => {
                    let place = problem.location.as_ref().expect("a place");
                    format!("{:?} {}", problem.code, &file.text[place.range.clone()])
                }
            }
        };
        assert_eq!(
            contents(
                "x {{ \"a\" }} {# gone #} {% raw %}{{ kept }}{% endraw %} [{{ foo }}] {{ 1 + 1 }} {{ [1, 'a'] }} {{ none }}"
            ),
            "x a  {{ kept }} [] 2 [1, 'a'] None"
        );
        assert_eq!(
            contents("{% if 1 %}yes{% endif %} 100 % of {x}"),
            "yes 100 % of {x}"
        );
        assert!(contents("a {{ var('x') }}").contains("var"));
        assert!(contents("a {{ foo.bar }}").contains("foo"));
        assert!(contents("{% frob %}").starts_with("TemplateSyntax"));
    }

    #[test]
    fn bad_blocks_are_named() {
        let mut blocks = DocsBlocks::new();
        let mut diagnostics = Vec::new();
        let text =
            "{% docs %}{% enddocs %}{% docs a %}{% enddocs %}{% docs a %}{% enddocs %}{% docs b %}";
        read(
            &SourceFile::new("a.md", text),
            "p",
            &mut blocks,
            &mut diagnostics,
        );
        let codes: Vec<Code> = diagnostics
            .iter()
            .map(|diagnostic| diagnostic.code)
            .collect();
        assert_eq!(
            codes,
            [
                Code::TemplateSyntax,
                Code::TemplateSyntax,
                Code::DuplicateName
            ]
        );
    }
}
