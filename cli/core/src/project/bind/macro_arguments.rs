//! What sidecars say of macros' arguments, compared with the macros themselves.

use super::Binder;
use crate::diagnostic::{Code, Diagnostic};
use crate::project::declared::MacroProperties;

/// Types of arguments, and of how many others each is made.
const TYPES: [(&str, usize); 12] = [
    ("str", 0),
    ("string", 0),
    ("bool", 0),
    ("int", 0),
    ("integer", 0),
    ("float", 0),
    ("any", 0),
    ("list", 1),
    ("dict", 2),
    ("optional", 1),
    ("relation", 0),
    ("column", 0),
];

impl Binder<'_> {
    /// Warns of arguments that macros do not have, and of types that are none.
    pub(super) fn check_macro_arguments(&self, diagnostics: &mut Vec<Diagnostic>) {
        let root = &self.packages.root().file;
        if self.resources.macros.is_empty() || root.flag("validate_macro_args") == Some(false) {
            return;
        }
        for definition in self.engine.macros() {
            let id = format!("macro.{}.{}", definition.package, definition.name);
            let Some(said) = self.resources.macros.get(&id) else {
                continue;
            };
            // as in dbt only macros are known to have parameters
            let is_macro = !["test_", "materialization_"]
                .iter()
                .any(|kind| definition.name.starts_with(kind));
            let parameters: Vec<&str> = definition.parameter_names().filter(|_| is_macro).collect();
            let told = misfits(&definition.name, said, &parameters);
            diagnostics.extend(told.into_iter().map(|message| {
                Diagnostic::warning(Code::ConfigInvalid, message)
                    .named("InvalidMacroAnnotation")
                    .at(said.location.clone())
            }));
        }
    }
}

/// What is wrong with the arguments that a sidecar tells of.
fn misfits(name: &str, said: &MacroProperties, parameters: &[&str]) -> Vec<String> {
    let mut told = Vec::new();
    if said.arguments.is_empty() {
        return told;
    }
    for (argument, parameter) in said.arguments.iter().zip(parameters) {
        if argument.name != *parameter {
            told.push(format!(
                "the argument `{}` of the macro `{name}` is called `{parameter}` in its definition",
                argument.name
            ));
        }
    }
    if said.arguments.len() != parameters.len() {
        told.push(format!(
            "the number of arguments told of the macro `{name}` is {}, and its definition has {}",
            said.arguments.len(),
            parameters.len()
        ));
    }
    for argument in &said.arguments {
        let kind = argument.kind.as_deref().unwrap_or_default();
        let kind: String = kind
            .chars()
            .filter(|letter| !" \t".contains(*letter))
            .collect();
        if !kind.trim().is_empty() && after_type(&kind) != Some("") {
            told.push(format!(
                "the argument `{}` of the macro `{name}` has an invalid type",
                argument.name
            ));
        }
    }
    told
}

/// What follows the type at the beginning of a text.
fn after_type(text: &str) -> Option<&str> {
    let end = text.find(|letter: char| !letter.is_ascii_lowercase());
    let (name, mut rest) = text.split_at(end.unwrap_or(text.len()));
    let (_, inner) = TYPES.iter().find(|(known, _)| *known == name)?;
    for at in 0..*inner {
        rest = rest.strip_prefix(if at == 0 { '[' } else { ',' })?;
        rest = after_type(rest)?;
    }
    match inner {
        0 => Some(rest),
        _ => rest.strip_prefix(']'),
    }
}

#[cfg(test)]
mod tests {
    use super::after_type;

    #[test]
    fn types_of_arguments() {
        for good in [
            "str",
            "list[int]",
            "dict[str,list[any]]",
            "optional[relation]",
        ] {
            assert_eq!(after_type(good), Some(""), "{good}");
        }
        for bad in [
            "",
            "text",
            "list",
            "list[int",
            "dict[str]",
            "strx",
            "str]",
            "Str",
        ] {
            assert_ne!(after_type(bad), Some(""), "{bad}");
        }
    }
}
