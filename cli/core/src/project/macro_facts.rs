//! Macros as artifacts describe them.

use super::{Project, UniqueId};
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
    /// Its text, from the opening to the closing tag.
    pub text: String,
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
            .map(|definition| Macro {
                id: UniqueId::new("macro", &definition.package, &definition.name),
                name: definition.name.clone(),
                package: definition.package.clone(),
                file: definition.file.clone(),
                text: definition.file.text[definition.range.clone()].to_owned(),
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
}
