//! The value of each option: from the command line, else the environment, else `flags:` of the project, else
//! its default. As click does it for dbt.

use std::collections::BTreeMap;

use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{ArgMatches, Command};
use serde_json::Value as Json;

use super::option::{Kind, OptionSpec};

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    CommandLine,
    Environment,
    Project,
    Default,
}

/// An option's value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Setting {
    pub(crate) value: Json,
    pub(crate) origin: Origin,
}

/// The settings of a verb, by dbt's names.
#[derive(Debug, Clone, Default)]
pub(crate) struct Settings {
    pub(crate) by_name: BTreeMap<&'static str, Setting>,
    /// Variables by an old name, each with the new one.
    pub(crate) renamed: Vec<(&'static str, String)>,
}

/// Old variables: the option that each sets, and whether it says the opposite.
const RENAMED: [(&str, &str, bool); 4] = [
    ("DBT_DEFER_TO_STATE", "defer", false),
    ("DBT_FAVOR_STATE_MODE", "favor_state", false),
    ("DBT_NO_PRINT", "print", true),
    ("DBT_ARTIFACT_STATE_PATH", "state", false),
];

/// Reads the command line and the environment.
///
/// **Errors**: a variable that is no value of its option, as clap's usage error.
pub(super) fn read(
    options: &[&'static OptionSpec],
    matches: &ArgMatches,
    environment: &BTreeMap<String, String>,
    command: &mut Command,
) -> Result<Settings, clap::Error> {
    let mut settings = Settings::default();
    for option in options {
        let setting = match of_command_line(option, matches) {
            Some(value) => Setting {
                value,
                origin: Origin::CommandLine,
            },
            None => match of_environment(option, environment, command)? {
                Some(value) => Setting {
                    value,
                    origin: Origin::Environment,
                },
                None => Setting {
                    value: default(option.kind),
                    origin: Origin::Default,
                },
            },
        };
        settings.by_name.insert(option.name, setting);
    }
    for (variable, name, opposite) in RENAMED {
        let (Some(text), Some(option)) = (
            environment.get(variable).filter(|text| !text.is_empty()),
            options.iter().find(|option| option.name == name),
        ) else {
            continue;
        };
        let value = match (value_of(option.kind, text), opposite) {
            (Some(Json::Bool(flag)), true) => Json::Bool(!flag),
            (Some(value), _) => value,
            (None, _) => return Err(invalid(command, variable, text, option)),
        };
        settings.by_name.insert(
            option.name,
            Setting {
                value,
                origin: Origin::Environment,
            },
        );
        settings.renamed.push((
            variable,
            format!("DBT_ENGINE_{}", name.to_ascii_uppercase()),
        ));
    }
    Ok(settings)
}

impl Settings {
    /// Takes over `flags:` of dbt_project.yml for what neither command line nor environment says.
    pub(super) fn take_project_flags(
        &mut self,
        options: &[&'static OptionSpec],
        flags: &serde_json::Map<String, Json>,
    ) {
        for option in options {
            let Some(setting) = self.by_name.get_mut(option.name) else {
                continue;
            };
            let Some(value) = flags.get(option.name).filter(|value| !value.is_null()) else {
                continue;
            };
            let fits = match option.kind {
                Kind::Switch(_) | Kind::Set => value.is_boolean(),
                Kind::Integer(_) => value.is_i64(),
                Kind::Yaml => value.is_object(),
                Kind::Choice(words, _) => value.as_str().is_some_and(|word| words.contains(&word)),
                _ => value.is_string(),
            };
            if setting.origin == Origin::Default && fits {
                *setting = Setting {
                    value: value.clone(),
                    origin: Origin::Project,
                };
            }
        }
    }

    /// Whether the user gave the value.
    pub(super) fn is_given(&self, name: &str) -> bool {
        self.by_name
            .get(name)
            .is_some_and(|setting| setting.origin != Origin::Default)
    }

    pub(super) fn value(&self, name: &str) -> &Json {
        self.by_name
            .get(name)
            .map_or(&Json::Null, |setting| &setting.value)
    }

    pub(super) fn flag(&self, name: &str) -> bool {
        self.value(name).as_bool().unwrap_or_default()
    }

    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.value(name).as_str().map(str::to_owned)
    }

    pub(super) fn integer(&self, name: &str) -> Option<i64> {
        self.value(name).as_i64()
    }

    pub(super) fn list(&self, name: &str) -> Vec<String> {
        let items = self.value(name).as_array();
        items
            .into_iter()
            .flatten()
            .filter_map(|item| item.as_str().map(str::to_owned))
            .collect()
    }
}

/// The words that give an option a value; none for its default.
pub(super) fn words(option: &OptionSpec, value: &Json) -> Vec<String> {
    if *value == default(option.kind) || value.is_null() {
        return Vec::new();
    }
    let flag = format!("--{}", option.name.replace('_', "-"));
    match (option.kind, value) {
        (Kind::Switch(_), Json::Bool(false)) => {
            vec![format!("--no-{}", option.name.replace('_', "-"))]
        }
        (Kind::Switch(_) | Kind::Set, Json::Bool(true)) => vec![flag],
        (Kind::List | Kind::Choices(_), Json::Array(items)) => items
            .iter()
            .filter_map(Json::as_str)
            .flat_map(|item| [flag.clone(), item.to_owned()])
            .collect(),
        (Kind::Yaml, Json::Object(entries)) if entries.is_empty() => Vec::new(),
        (Kind::Switch(_) | Kind::Set, _) => Vec::new(),
        (_, Json::String(text)) => vec![flag, text.clone()],
        (_, other) => vec![flag, other.to_string()],
    }
}

fn default(kind: Kind) -> Json {
    match kind {
        Kind::Switch(Some(flag)) => Json::Bool(flag),
        Kind::Set => Json::Bool(false),
        Kind::Integer(Some(number)) => number.into(),
        Kind::Choice(_, Some(word)) => word.into(),
        Kind::List | Kind::Choices(_) => Json::Array(Vec::new()),
        _ => Json::Null,
    }
}

fn of_command_line(option: &OptionSpec, matches: &ArgMatches) -> Option<Json> {
    let given = |id: &str| matches.value_source(id) == Some(ValueSource::CommandLine);
    if let Kind::Switch(_) = option.kind {
        let (yes, no) = (given(option.name), given(&option.negated()));
        return (yes || no).then(|| Json::Bool(yes));
    }
    if !given(option.name) {
        return None;
    }
    Some(match option.kind {
        Kind::Set => Json::Bool(true),
        Kind::Integer(_) => (*matches.get_one::<i64>(option.name)?).into(),
        Kind::List => {
            let words = matches.get_many::<String>(option.name)?;
            words.map(|word| Json::from(word.as_str())).collect()
        }
        Kind::Choices(_) => {
            let words = matches.get_many::<String>(option.name)?;
            words.map(|word| word.to_ascii_lowercase()).collect()
        }
        Kind::Choice(..) => matches
            .get_one::<String>(option.name)?
            .to_ascii_lowercase()
            .into(),
        _ => matches.get_one::<String>(option.name)?.as_str().into(),
    })
}

fn of_environment(
    option: &OptionSpec,
    environment: &BTreeMap<String, String>,
    command: &mut Command,
) -> Result<Option<Json>, clap::Error> {
    for variable in option.variable_names() {
        let Some(text) = environment.get(&variable).filter(|text| !text.is_empty()) else {
            continue;
        };
        return match value_of(option.kind, text) {
            Some(value) => Ok(Some(value)),
            None => Err(invalid(command, &variable, text, option)),
        };
    }
    Ok(None)
}

/// A variable's text as an option's value.
fn value_of(kind: Kind, text: &str) -> Option<Json> {
    Some(match kind {
        Kind::Switch(_) | Kind::Set => match text.trim().to_ascii_lowercase().as_str() {
            "1" | "true" | "t" | "yes" | "y" | "on" => Json::Bool(true),
            "0" | "false" | "f" | "no" | "n" | "off" => Json::Bool(false),
            _ => return None,
        },
        Kind::Integer(_) => text.trim().parse::<i64>().ok()?.into(),
        Kind::Choice(words, _) => {
            let word = text.to_ascii_lowercase();
            words.contains(&word.as_str()).then(|| word.into())?
        }
        Kind::Choices(words) => {
            let given: Vec<&str> = text.split_whitespace().collect();
            if given.iter().any(|word| !words.contains(word)) {
                return None;
            }
            given.into()
        }
        Kind::List => text.split_whitespace().collect::<Vec<_>>().into(),
        Kind::Text | Kind::Path | Kind::Yaml => text.into(),
    })
}

fn invalid(command: &mut Command, variable: &str, text: &str, option: &OptionSpec) -> clap::Error {
    let wanted = match option.kind {
        Kind::Switch(_) | Kind::Set => "true or false".to_owned(),
        Kind::Integer(_) => "a whole number".to_owned(),
        Kind::Choice(words, _) | Kind::Choices(words) => format!("one of {}", words.join(", ")),
        _ => "a text".to_owned(),
    };
    command.error(
        ErrorKind::InvalidValue,
        format!("the environment variable {variable} is `{text}`, which is not {wanted}"),
    )
}
