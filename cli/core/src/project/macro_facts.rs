//! Macros as artifacts describe them.

use std::ops::Range;

use super::{Project, UniqueId, is_generic_test_file};
use crate::jinja::MacroDefinition;
use crate::source::SourceFile;

/// A macro of the project, of a package, or built in.
#[derive(Debug, Clone)]
pub struct Macro {
    /// dbt's unique id.
    pub id: UniqueId,
    /// Its name; a generic test's starts with `test_`.
    pub name: String,
    /// The package that it belongs to; built-in ones belong to `dbt` and `hcw`.
    pub package: String,
    /// The file that defines it; built-in files have a path below their package's name.
    pub file: SourceFile,
    /// Its text, from the opening to the closing tag; as in dbt with the blanks that these take away, unless it stands
    /// among the tests.
    pub text: String,
    /// Whether it is a generic test that stands among the tests: dbt lists no parameters of these.
    pub is_among_tests: bool,
    /// The names of its parameters.
    pub parameters: Vec<String>,
    /// Ids of the macros that its text calls, in the order of their calls.
    pub depends_on: Vec<UniqueId>,
}

impl Project {
    /// All macros, built-in ones first, then package by package, each in the order of names.
    pub fn macros(&self) -> Vec<Macro> {
        self.engine
            .macros()
            .map(|definition| (definition, self.is_among_tests(definition)))
            .map(|(definition, is_among_tests)| Macro {
                id: UniqueId::new("macro", &definition.package, &definition.name),
                name: definition.name.clone(),
                package: definition.package.clone(),
                file: definition.file.clone(),
                text: match is_among_tests {
                    true => definition.file.text[definition.range.clone()].to_owned(),
                    false => {
                        with_blanks(&definition.file.text, definition.range.clone()).to_owned()
                    }
                },
                is_among_tests,
                parameters: definition.parameter_names().map(str::to_owned).collect(),
                depends_on: self
                    .engine
                    .called_macros(definition)
                    .iter()
                    .map(|called| UniqueId::new("macro", &called.package, &called.name))
                    .collect(),
            })
            .collect()
    }

    /// Whether a macro is a generic test in a file below a package's test paths; built-in ones count as such.
    fn is_among_tests(&self, definition: &MacroDefinition) -> bool {
        let file = &definition.file;
        let Some(package) = self.packages.get(&definition.package) else {
            return definition.name.starts_with("test_");
        };
        let is_below = |root: &String| {
            let below = file.path_in_package().strip_prefix(root.as_str());
            below.is_some_and(|below| below.starts_with('/'))
        };
        is_generic_test_file(file) && package.file.test_paths.iter().any(is_below)
    }
}

/// A block with the blanks before and after it that `{%-` and `-%}` take away, but for those that a block before it takes,
/// and those at the ends of the file.
fn with_blanks(text: &str, range: Range<usize>) -> &str {
    let text = text.trim_end();
    let block = &text[range.clone()];
    let before = text[..range.start].trim_end();
    let start = match block.starts_with("{%-") && !before.ends_with("-%}") {
        true => before.len().max(text.len() - text.trim_start().len()),
        false => range.start,
    };
    let after = text[range.end..].trim_start();
    let end = match block.ends_with("-%}") {
        true => text.len() - after.len(),
        false => range.end,
    };
    &text[start..end]
}

#[cfg(test)]
mod tests {
    use super::with_blanks;

    #[test]
    fn blanks_that_tags_take_away_belong_to_the_text() {
        let text = "{# first #}\n\n{%- macro a() -%}a{%- endmacro -%}\n \n{%- macro b() %}b{% endmacro %}\n";
        let of = |word: &str, end: &str| {
            let start = text.find(word).expect("stands there") - "{%- ".len();
            let end = start + text[start..].find(end).expect("ends") + end.len();
            with_blanks(text, start..end)
        };
        assert_eq!(
            of("macro a", "endmacro -%}"),
            "\n\n{%- macro a() -%}a{%- endmacro -%}\n \n"
        );
        assert_eq!(
            of("macro b", "endmacro %}"),
            "{%- macro b() %}b{% endmacro %}"
        );
        let alone = "\n{%- macro c() -%}c{%- endmacro -%}\n\n";
        assert_eq!(with_blanks(alone, 1..alone.len() - 2), alone.trim());
    }
}
