//! Which warnings are errors, and which are not shown: `--warn-error` and `--warn-error-options`, by dbt's
//! names of the warnings or by our codes.

use hcw_core::diagnostic::{Code, Diagnostic, Severity};
use serde_json::{Map, Value as Json};

use super::warning_name::{self, DEPRECATION, DEPRECATIONS, NAMES};
use crate::args::Flags;

/// What the user wants of warnings.
#[derive(Debug, Clone, Default)]
pub(crate) struct WarningPolicy {
    error: Vec<String>,
    all_are_errors: bool,
    warn: Vec<String>,
    silence: Vec<String>,
}

/// What becomes of a warning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decision {
    /// It fails what it is about.
    Error,
    /// It is shown.
    Warn,
    /// It is left out.
    Silence,
}

impl WarningPolicy {
    /// The policy of a call.
    pub(crate) fn new(flags: &Flags) -> WarningPolicy {
        if flags.warn_error {
            return WarningPolicy {
                all_are_errors: true,
                ..WarningPolicy::default()
            };
        }
        let nothing = Map::new();
        let options = flags.warn_error_options.as_ref();
        let options = options.and_then(Json::as_object).unwrap_or(&nothing);
        // `include` and `exclude` are the older words
        let of = |keys: [&str; 2]| keys.iter().find_map(|key| options.get(*key));
        let error = of(["error", "include"]);
        WarningPolicy {
            all_are_errors: error.and_then(Json::as_str).is_some_and(is_all),
            error: texts(error),
            warn: texts(of(["warn", "exclude"])),
            silence: texts(options.get("silence")),
        }
    }

    /// What is wrong with the options: names that no warning has, words that cannot stand together.
    ///
    /// **Errors**: HCW0001.
    pub(crate) fn check(flags: &Flags) -> Result<(), Diagnostic> {
        let options = flags.warn_error_options.as_ref();
        let Some(options) = options.and_then(Json::as_object) else {
            return Ok(());
        };
        let wrong = |message: String| Err(Diagnostic::error(Code::Usage, message));
        for (word, older) in [("error", "include"), ("warn", "exclude")] {
            if options.contains_key(word) && options.contains_key(older) {
                return wrong(format!(
                    "Only `{word}` or `{older}` can be specified in `warn_error_options`, not both"
                ));
            }
        }
        let policy = WarningPolicy::new(flags);
        // `all` is a word of its own, and no name in a list
        let error: &[String] = match policy.all_are_errors {
            true => &[],
            false => &policy.error,
        };
        for name in error.iter().chain(&policy.warn).chain(&policy.silence) {
            let is_ours = Code::ALL.iter().any(|code| code.as_str() == name);
            if !is_ours && name != DEPRECATIONS && warning_name::code(name).is_none() {
                let known = NAMES.iter().map(|(name, _)| *name);
                return Err(Diagnostic::error(
                    Code::Usage,
                    format!("{name} is not a valid dbt error name."),
                )
                .help("`warn_error_options` takes the names of dbt's warnings, and hcw's codes")
                .did_you_mean(name, known));
            }
        }
        Ok(())
    }

    /// What becomes of warnings of this name.
    pub(crate) fn decision(&self, name: &str) -> Decision {
        self.of_names(&[name])
    }

    /// What becomes of a diagnostic that is a warning; our own code is a name too.
    fn of(&self, diagnostic: &Diagnostic) -> Decision {
        let code = diagnostic.code.as_str();
        match dbt_name(diagnostic) {
            Some((name, _)) => self.of_names(&[code, name]),
            // dbt says nothing of it: it fails nothing unless it is asked for by its own name
            None if is_hint(diagnostic) => WarningPolicy {
                all_are_errors: false,
                ..self.clone()
            }
            .of_names(&[code]),
            None => self.of_names(&[code]),
        }
    }

    /// As dbt decides: a name before the group of deprecations before all; silence before warn before error.
    fn of_names(&self, names: &[&str]) -> Decision {
        let named = |names: &[&str]| {
            let has = |list: &[String]| list.iter().any(|entry| names.contains(&entry.as_str()));
            if has(&self.silence) {
                Some(Decision::Silence)
            } else if has(&self.warn) {
                Some(Decision::Warn)
            } else {
                has(&self.error).then_some(Decision::Error)
            }
        };
        let is_deprecation = names.iter().any(|name| name.ends_with(DEPRECATION));
        let group = || is_deprecation.then(|| named(&[DEPRECATIONS])).flatten();
        named(names)
            .or_else(group)
            .unwrap_or(if self.all_are_errors {
                Decision::Error
            } else {
                Decision::Warn
            })
    }

    /// The diagnostics as the user wants them: warnings raised to errors, or left out.
    pub(crate) fn apply(&self, diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
        let decided = diagnostics.into_iter().filter_map(|mut diagnostic| {
            if diagnostic.severity == Severity::Warning {
                match self.of(&diagnostic) {
                    Decision::Error => diagnostic.severity = Severity::Error,
                    Decision::Warn => {}
                    Decision::Silence => return None,
                }
            }
            Some(diagnostic)
        });
        decided.collect()
    }
}

/// Whether a warning only helps: dbt on PostgreSQL takes keys of one's own without a word.
pub(super) fn is_hint(diagnostic: &Diagnostic) -> bool {
    diagnostic.severity == Severity::Warning && diagnostic.code == Code::YamlUnknownKey
}

/// dbt's name and code of a warning, where it has one.
pub(crate) fn dbt_name(diagnostic: &Diagnostic) -> Option<(&'static str, &'static str)> {
    let name = diagnostic
        .event
        .or_else(|| warning_name::of_code(diagnostic.code))?;
    Some((name, warning_name::code(name)?))
}

fn is_all(word: &str) -> bool {
    word == "all" || word == "*"
}

fn texts(value: Option<&Json>) -> Vec<String> {
    match value {
        Some(Json::String(word)) => vec![word.clone()],
        Some(Json::Array(items)) => items
            .iter()
            .filter_map(|item| item.as_str().map(str::to_owned))
            .collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(error: &[&str], warn: &[&str], silence: &[&str]) -> WarningPolicy {
        let owned = |list: &[&str]| list.iter().map(|&name| name.to_owned()).collect();
        WarningPolicy {
            all_are_errors: error == ["all"],
            error: owned(error),
            warn: owned(warn),
            silence: owned(silence),
        }
    }

    #[test]
    fn names_and_codes_decide() {
        let warning = Diagnostic::warning(Code::SelectorEmpty, "x");
        let name = "NoNodesForSelectionCriteria";
        let decided = |error: &[&str], warn: &[&str], silence: &[&str]| {
            policy(error, warn, silence).of(&warning)
        };
        assert_eq!(decided(&[], &[], &[]), Decision::Warn);
        assert_eq!(decided(&["all"], &[], &[]), Decision::Error);
        assert_eq!(decided(&["all"], &[name], &[]), Decision::Warn);
        assert_eq!(decided(&["all"], &[name], &[name]), Decision::Silence);
        assert_eq!(decided(&["HCW0502"], &[], &[]), Decision::Error);
        assert_eq!(decided(&["NothingToDo"], &[], &[]), Decision::Warn);
    }

    #[test]
    fn deprecations_are_a_group_below_names_and_above_all() {
        let of = |policy: WarningPolicy| policy.decision("ModelParamUsageDeprecation");
        assert_eq!(of(policy(&["Deprecations"], &[], &[])), Decision::Error);
        assert_eq!(of(policy(&["all"], &["Deprecations"], &[])), Decision::Warn);
        let named = ["ModelParamUsageDeprecation"];
        assert_eq!(of(policy(&named, &[], &["Deprecations"])), Decision::Error);
        assert_eq!(
            policy(&["Deprecations"], &[], &[]).decision("NothingToDo"),
            Decision::Warn
        );
    }

    #[test]
    fn names_are_sorted_and_have_codes() {
        assert!(NAMES.is_sorted());
        assert_eq!(warning_name::code("NoNodeForYamlKey"), Some("I058"));
    }
}
