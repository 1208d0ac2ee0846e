//! Which warnings are errors, and which are not shown: `--warn-error` and `--warn-error-options`, by dbt's
//! names of the warnings or by our codes.

use hcw_core::diagnostic::{Code, Diagnostic, Severity};
use serde_json::Value as Json;

use crate::args::Flags;

/// What becomes of warnings.
#[derive(Debug, Clone, Default)]
pub(crate) struct WarningPolicy {
    error: Names,
    warn: Vec<String>,
    silence: Vec<String>,
}

#[derive(Debug, Clone, Default)]
enum Names {
    #[default]
    None,
    All,
    These(Vec<String>),
}

/// dbt's name of the warnings of a code, where it has one.
pub(crate) fn dbt_name(code: Code) -> Option<(&'static str, &'static str)> {
    Some(match code {
        Code::SelectorEmpty => ("NoNodesForSelectionCriteria", "M030"),
        Code::UnusedConfigPath => ("UnusedResourceConfigPath", "I051"),
        Code::WrongPatchKind => ("WrongResourceSchemaFile", "I057"),
        Code::UnknownPatchTarget => ("NoNodeForYamlKey", "I058"),
        Code::UnknownRef | Code::UnknownSource | Code::DisabledRef => {
            ("NodeNotFoundOrDisabled", "I060")
        }
        Code::YamlUnknownKey => ("CustomKeyInObjectDeprecation", "D027"),
        Code::TestFailed => ("RunResultWarning", "Z021"),
        Code::CompilerError => ("JinjaLogWarning", "I061"),
        _ => return None,
    })
}

impl WarningPolicy {
    /// The policy of a call.
    pub(crate) fn new(flags: &Flags) -> WarningPolicy {
        if flags.warn_error {
            return WarningPolicy {
                error: Names::All,
                ..WarningPolicy::default()
            };
        }
        let Some(options) = &flags.warn_error_options else {
            return WarningPolicy::default();
        };
        let of = |keys: [&str; 2]| {
            keys.iter()
                .find_map(|key| options.get(*key))
                .cloned()
                .unwrap_or(Json::Null)
        };
        let error = match of(["error", "include"]) {
            Json::String(word) if word == "all" || word == "*" => Names::All,
            other => Names::These(texts(&other)),
        };
        WarningPolicy {
            error,
            warn: texts(&of(["warn", "exclude"])),
            silence: texts(&of(["silence", "silence"])),
        }
    }

    /// Whether warnings of this name, or of this code, are errors.
    pub(crate) fn is_error(&self, names: &[&str]) -> bool {
        let has = |list: &[String]| {
            names
                .iter()
                .any(|name| list.iter().any(|entry| entry == name))
        };
        let deprecation = names.iter().any(|name| name.ends_with("Deprecation"));
        let listed = match &self.error {
            Names::None => false,
            Names::All => true,
            Names::These(list) => {
                has(list) || (deprecation && list.iter().any(|entry| entry == "Deprecations"))
            }
        };
        listed && !has(&self.warn) && !has(&self.silence)
    }

    fn is_silent(&self, names: &[&str]) -> bool {
        self.silence
            .iter()
            .any(|entry| names.contains(&entry.as_str()))
    }

    /// The diagnostics as the user wants them: warnings raised to errors, or left out.
    pub(crate) fn apply(&self, diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
        diagnostics
            .into_iter()
            .filter_map(|mut diagnostic| {
                if diagnostic.severity == Severity::Error {
                    return Some(diagnostic);
                }
                let mut names = vec![diagnostic.code.as_str()];
                names.extend(dbt_name(diagnostic.code).map(|(name, _)| name));
                if self.is_error(&names) {
                    diagnostic.severity = Severity::Error;
                } else if self.is_silent(&names) {
                    return None;
                }
                Some(diagnostic)
            })
            .collect()
    }
}

fn texts(value: &Json) -> Vec<String> {
    match value {
        Json::String(word) => vec![word.clone()],
        Json::Array(items) => items
            .iter()
            .filter_map(|item| item.as_str().map(str::to_owned))
            .collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(error: Names, warn: &[&str], silence: &[&str]) -> WarningPolicy {
        let owned = |list: &[&str]| list.iter().map(|&name| name.to_owned()).collect();
        WarningPolicy {
            error,
            warn: owned(warn),
            silence: owned(silence),
        }
    }

    #[test]
    fn names_and_codes_decide() {
        let warning = || vec![Diagnostic::warning(Code::SelectorEmpty, "x")];
        let severity =
            |policy: &WarningPolicy| policy.apply(warning()).first().map(|found| found.severity);
        assert_eq!(
            severity(&policy(Names::All, &[], &[])),
            Some(Severity::Error)
        );
        assert_eq!(
            severity(&policy(Names::All, &["NoNodesForSelectionCriteria"], &[])),
            Some(Severity::Warning)
        );
        assert_eq!(
            severity(&policy(Names::None, &[], &["NoNodesForSelectionCriteria"])),
            None
        );
        assert_eq!(
            severity(&policy(Names::These(vec!["HCW0502".to_owned()]), &[], &[])),
            Some(Severity::Error)
        );
        assert_eq!(
            severity(&policy(Names::None, &[], &[])),
            Some(Severity::Warning)
        );
    }
}
