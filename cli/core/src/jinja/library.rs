//! The macros of a project: found in its files, each compiled as a template of its own.
//!
//! A macro's template is its file with everything else blanked out, so that line, column and byte
//! offsets in errors are those of the user's file.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::{builtin, scan};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Location, SourceFile};

/// The package of built-in macros that have dbt's names.
pub(crate) const DBT_PACKAGE: &str = "dbt";
/// The package of built-in macros that are hcw's own.
pub(crate) const OWN_PACKAGE: &str = "hcw";

/// What a block is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TemplateBlock {
    /// `{% macro %}`
    Macro,
    /// `{% test %}` or `{% data_test %}`, callable as the macro `test_<name>`.
    Test,
    /// `{% materialization %}`, callable as the macro `materialization_<name>_<adapter>`.
    Materialization,
}

/// The keywords of the blocks that are macros.
const KEYWORDS: [&str; 4] = ["macro", "test", "data_test", "materialization"];

/// A macro as found.
#[derive(Debug, Clone)]
pub(crate) struct MacroDefinition {
    /// The name that calls it (`test_unique` for the test `unique`).
    pub(crate) name: String,
    /// The package that it belongs to; `dbt` and `hcw` hold the built-in ones.
    pub(crate) package: String,
    /// The file.
    pub(crate) file: SourceFile,
    /// The whole block in the file.
    pub(crate) range: Range<usize>,
    /// Its parameters as written, with their defaults.
    pub(crate) parameters: Vec<String>,
    /// Whether its body reads `varargs` or `kwargs`.
    pub(crate) takes_varargs: bool,
    pub(crate) takes_kwargs: bool,
    /// The name of the macro within its template.
    pub(crate) inner_name: String,
    /// The template's text.
    pub(crate) template: Arc<str>,
}

impl MacroDefinition {
    /// dbt's unique id: `macro.<package>.<name>`.
    pub(crate) fn unique_id(&self) -> String {
        format!("macro.{}.{}", self.package, self.name)
    }

    /// The template's name in the environment.
    pub(crate) fn template_name(&self) -> String {
        format!("{}#{}", self.file.path, self.name)
    }

    /// Whether it is one of hcw's own.
    pub(crate) fn is_built_in(&self) -> bool {
        self.package == DBT_PACKAGE || self.package == OWN_PACKAGE
    }

    /// The names of its parameters.
    pub(crate) fn parameter_names(&self) -> impl Iterator<Item = &str> {
        self.parameters
            .iter()
            .filter_map(|parameter| parameter.split('=').next())
            .map(str::trim)
    }

    /// The names of the parameters without a default.
    pub(crate) fn required_parameters(&self) -> impl Iterator<Item = &str> {
        self.parameters
            .iter()
            .filter(|parameter| !parameter.contains('='))
            .map(|parameter| parameter.trim())
    }

    /// Whether it has a parameter of that name.
    pub(crate) fn has_parameter(&self, name: &str) -> bool {
        self.parameter_names().any(|parameter| parameter == name)
    }

    /// The place of its opening tag.
    pub(crate) fn header(&self) -> Location {
        let text = &self.file.text[self.range.clone()];
        let end = text.find("%}").map_or(text.len(), |at| at + 2);
        self.file.at(self.range.start..self.range.start + end)
    }
}

/// The macros of one package by name.
pub(crate) type PackageMacros = BTreeMap<String, Arc<MacroDefinition>>;

/// All macros by package and name.
#[derive(Debug, Clone)]
pub(crate) struct MacroLibrary {
    /// The root project's name.
    pub(crate) root: String,
    /// The macros of the root project and of installed packages.
    pub(crate) packages: BTreeMap<String, PackageMacros>,
    /// The built-in macros, whatever their package.
    pub(crate) built_in: PackageMacros,
    /// Namespaces for which `dispatch:` of the root project names packages to search.
    pub(crate) dispatch: Vec<DispatchOrder>,
}

/// An entry of `dispatch:` in `dbt_project.yml`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DispatchOrder {
    /// The namespace that macros are asked of.
    pub namespace: String,
    /// The packages that are searched instead, in order.
    pub search_order: Vec<String>,
}

impl MacroLibrary {
    /// The built-in macros, for a root project of that name.
    pub(crate) fn new(root: &str, diagnostics: &mut Vec<Diagnostic>) -> MacroLibrary {
        let mut built_in = PackageMacros::new();
        for built_in_file in builtin::FILES {
            let file = SourceFile::new(built_in_file.path, built_in_file.text);
            for definition in definitions(&file, built_in_file.package, diagnostics) {
                built_in.insert(definition.name.clone(), Arc::new(definition));
            }
        }
        MacroLibrary {
            root: root.to_owned(),
            packages: BTreeMap::new(),
            built_in,
            dispatch: Vec::new(),
        }
    }

    /// Finds the macros in a package's files; two of one name are an error.
    pub(crate) fn add_package<'file>(
        &mut self,
        package: &str,
        files: impl IntoIterator<Item = &'file SourceFile>,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        let macros = self.packages.entry(package.to_owned()).or_default();
        for file in files {
            for definition in definitions(file, package, diagnostics) {
                if let Some(present) = macros.get(&definition.name) {
                    diagnostics.push(
                        Diagnostic::error(
                            Code::DuplicateName,
                            format!("two macros are named `{}`", definition.name),
                        )
                        .at(definition.header())
                        .related("first defined here", present.header())
                        .help("rename or remove one of them"),
                    );
                    continue;
                }
                macros.insert(definition.name.clone(), Arc::new(definition));
            }
        }
    }

    /// All macros: built-in ones first, then package by package.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Arc<MacroDefinition>> {
        self.built_in
            .values()
            .chain(self.packages.values().flat_map(BTreeMap::values))
    }
}

fn definitions(
    file: &SourceFile,
    package: &str,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<MacroDefinition> {
    let text = &file.text;
    let mut definitions = Vec::new();
    let (blocks, unclosed) = scan::blocks(text, &KEYWORDS);
    if let Some(tag) = unclosed {
        let keyword = &text[tag.keyword.clone()];
        diagnostics.push(
            Diagnostic::error(Code::TemplateSyntax, format!("this {keyword} has no end"))
                .at(file.at(tag.range))
                .help(format!("close it with `{{% end{keyword} %}}`")),
        );
    }
    for block in blocks {
        let keyword = &text[block.open.keyword.clone()];
        let arguments = &text[block.open.arguments.clone()];
        let kind = match keyword {
            "test" | "data_test" => TemplateBlock::Test,
            "materialization" => TemplateBlock::Materialization,
            _ => TemplateBlock::Macro,
        };
        let header = match kind {
            TemplateBlock::Materialization => materialization(arguments),
            TemplateBlock::Test => scan::signature(arguments)
                .map(|(name, parameters)| (name, format!("test_{name}"), parameters)),
            TemplateBlock::Macro => scan::signature(arguments)
                .map(|(name, parameters)| (name, name.to_owned(), parameters)),
        };
        let Some((name, full_name, parameters)) = header else {
            let (lacks, example) = match kind {
                TemplateBlock::Materialization => ("an adapter", "name, default"),
                _ => ("a name and parameter list", "name(parameter)"),
            };
            diagnostics.push(
                Diagnostic::error(Code::TemplateSyntax, format!("a {keyword} without {lacks}"))
                    .at(file.at(block.open.range.clone()))
                    .help(format!("write `{{% {keyword} {example} %}}`")),
            );
            continue;
        };
        let body = &text[block.body()];
        let takes_varargs = scan::mentions(body, "varargs");
        let takes_kwargs = scan::mentions(body, "kwargs");
        let inner_name = inner_name(name, body);
        definitions.push(MacroDefinition {
            name: full_name,
            package: package.to_owned(),
            file: file.clone(),
            range: block.range(),
            parameters: parameters.iter().map(|&text| text.to_owned()).collect(),
            takes_varargs,
            takes_kwargs,
            template: match kind {
                TemplateBlock::Materialization => argumentless(text, &block, &inner_name),
                _ => template(text, &block, name, &inner_name, takes_varargs, takes_kwargs),
            }
            .into(),
            inner_name,
        });
    }
    definitions
}

/// A name of the same length that the body does not use, so that the macro's own name still means the
/// project's macro (and a recursive call passes through it).
fn inner_name(name: &str, body: &str) -> String {
    let rest = name.get(1..).unwrap_or_default();
    ('A'..='Z')
        .chain('a'..='z')
        .map(|first| format!("{first}{rest}"))
        .find(|candidate| candidate != name && !scan::mentions(body, candidate))
        .unwrap_or_else(|| format!("hcw_{name}"))
}

/// `name, default` or `name, adapter='postgres', supported_languages=['sql']`: the name as written and the
/// macro's name.
fn materialization(arguments: &str) -> Option<(&str, String, Vec<&str>)> {
    let (name, options) = arguments.split_once(',')?;
    let name = name.trim();
    let valid = |name: &str| {
        !name.is_empty()
            && name
                .chars()
                .all(|letter| letter.is_alphanumeric() || letter == '_')
    };
    let mut adapter = "default";
    for option in options.split(',') {
        if let Some((key, value)) = option.split_once('=')
            && key.trim() == "adapter"
        {
            adapter = value.trim().trim_matches(['\'', '"']);
        }
    }
    (valid(name) && valid(adapter)).then(|| {
        (
            name,
            format!("materialization_{name}_{adapter}"),
            Vec::new(),
        )
    })
}

/// What stands before the keyword `macro` in a macro's template: the file blanked out and the tag's mark, which
/// trims those blanks away.
fn lead(text: &str, block: &scan::Block, longer_by: usize) -> String {
    let mut lead = blanked(&text[..block.open.range.start]);
    let mark = &text[block.open.range.start..block.open.keyword.start];
    let spare = mark.len() - mark.trim_end().len();
    let mark = &mark[..mark.len() - longer_by.min(spare)];
    match mark.strip_prefix("{% ") {
        Some(rest) => {
            lead.push_str("{%-");
            lead.push_str(rest);
        }
        None if mark == "{%" && lead.ends_with(' ') => {
            lead.pop();
            lead.push_str("{%-");
        }
        None => lead.push_str(mark),
    }
    lead
}

/// The closing tag as `endmacro`, of the same length.
fn close(text: &str, block: &scan::Block) -> String {
    let close = &text[block.close.range.clone()];
    let keyword = &text[block.close.keyword.clone()];
    let at = block.close.keyword.start - block.close.range.start;
    let (before, after) = (&close[..at], &close[at + keyword.len()..]);
    if keyword == "endtest" {
        let before = before.strip_suffix(' ').unwrap_or(before);
        return format!("{before}endmacro{after}");
    }
    format!(
        "{before}{:width$}{after}",
        "endmacro",
        width = keyword.len()
    )
}

/// The template of a materialization: a macro without parameters, every byte at its place.
fn argumentless(text: &str, block: &scan::Block, inner_name: &str) -> String {
    let mut template = lead(text, block, 0);
    let length = block.open.arguments.end - block.open.keyword.start;
    template.push_str(&format!("{:length$}", format!("macro {inner_name}()")));
    template.push_str(&text[block.open.arguments.end..block.close.range.start]);
    template.push_str(&close(text, block));
    template
}

fn template(
    text: &str,
    block: &scan::Block,
    name: &str,
    inner_name: &str,
    takes_varargs: bool,
    takes_kwargs: bool,
) -> String {
    let keyword = &text[block.open.keyword.clone()];
    // `test ` becomes `macro`: one letter more, taken from the space before it
    let mut template = lead(text, block, usize::from(keyword == "test"));
    template.push_str(&format!("{:width$}", "macro", width = keyword.len()));
    let open = &text[block.open.range.clone()];
    let arguments_at = block.open.arguments.start - block.open.range.start;
    let mut arguments = open[arguments_at..].replacen(name, inner_name, 1);
    let mut added = String::new();
    for (wanted, parameter) in [(takes_varargs, "varargs=[]"), (takes_kwargs, "kwargs={}")] {
        if wanted {
            added.push_str(", ");
            added.push_str(parameter);
        }
    }
    if !added.is_empty()
        && let Some(close) = arguments.rfind(')')
    {
        let empty = arguments
            .find('(')
            .is_some_and(|at| arguments[at + 1..close].trim().is_empty());
        arguments.insert_str(
            close,
            if empty {
                added.trim_start_matches(", ")
            } else {
                &added
            },
        );
    }
    template.push_str(&arguments);
    template.push_str(&text[block.body()]);
    template.push_str(&close(text, block));
    template
}

/// The text with everything but line breaks replaced by spaces, byte for byte.
fn blanked(text: &str) -> String {
    text.bytes()
        .map(|byte| if byte == b'\n' { '\n' } else { ' ' })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn library(text: &str) -> PackageMacros {
        let mut diagnostics = Vec::new();
        let file = SourceFile::new("macros/a.sql", text);
        let mut library = MacroLibrary::new("p", &mut diagnostics);
        library.add_package("p", [&file], &mut diagnostics);
        assert!(diagnostics.is_empty(), "{diagnostics:?}");
        library.packages.remove("p").expect("added")
    }

    #[test]
    fn templates_keep_every_offset_of_the_file() {
        let text = "é {# c #}\n{% test fits(model) %}a{% endtest %}\n{%- macro m(a, b=1) -%}{{ a }}{%- endmacro -%}";
        let library = library(text);
        for name in ["test_fits", "m"] {
            let definition = &library[name];
            assert_eq!(definition.template.len(), definition.range.end, "{name}");
        }
        assert_eq!(
            &library["test_fits"].template[11..],
            "{%macro Aits(model) %}a{%endmacro %}"
        );
    }

    #[test]
    fn varargs_and_kwargs_become_parameters() {
        let library = library("{% macro f(a) %}{{ varargs }}{{ kwargs }}{% endmacro %}");
        assert_eq!(
            &*library["f"].template,
            "{%-macro A(a, varargs=[], kwargs={}) %}{{ varargs }}{{ kwargs }}{% endmacro %}"
        );
    }

    #[test]
    fn two_macros_of_one_name_are_an_error() {
        let mut diagnostics = Vec::new();
        let file = SourceFile::new(
            "macros/a.sql",
            "{% macro f() %}{% endmacro %}{% macro f() %}{% endmacro %}",
        );
        MacroLibrary::new("p", &mut diagnostics).add_package("p", [&file], &mut diagnostics);
        assert_eq!(diagnostics[0].code, Code::DuplicateName);
    }
}
