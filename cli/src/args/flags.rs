//! The options of a call as typed values, and as dbt's `flags` object for templates.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::Command;
use clap::error::ErrorKind;
use hcw_core::project::PROJECT_FILE;
use hcw_core::select::Indirect;
use hcw_core::settings::Again;
use hcw_core::yaml;
use serde_json::{Map, Value as Json};

use super::event_time;
use super::project_hints::ProjectHints;
use super::setting::Settings;
use super::verb::Verb;

/// What the user asked for.
#[derive(Debug, Clone)]
pub(crate) struct Flags {
    pub(crate) verb: Verb,
    pub(crate) project_dir: PathBuf,
    /// The project's folder as it was written, if it was.
    pub(crate) given_project_dir: Option<String>,
    pub(crate) profiles_dir: Option<PathBuf>,
    pub(crate) profile: Option<String>,
    pub(crate) target: Option<String>,
    /// `--vars` as written.
    pub(crate) vars: Option<String>,
    pub(crate) threads: Option<usize>,
    pub(crate) target_path: Option<String>,
    pub(crate) log: LogFlags,
    /// Folder of an earlier run's artifacts.
    pub(crate) state: Option<PathBuf>,
    pub(crate) indirect: Indirect,
    pub(crate) fail_fast: bool,
    pub(crate) warn_error: bool,
    pub(crate) warn_error_options: Option<Json>,
    pub(crate) write_json: bool,
    pub(crate) select: Vec<String>,
    pub(crate) exclude: Vec<String>,
    pub(crate) selector: Option<String>,
    pub(crate) resource_types: Vec<String>,
    pub(crate) exclude_resource_types: Vec<String>,
    pub(crate) full_refresh: bool,
    pub(crate) store_failures: bool,
    pub(crate) dry_run: bool,
    pub(crate) no_load: bool,
    pub(crate) inline: Option<String>,
    pub(crate) limit: i64,
    pub(crate) output: Output,
    pub(crate) output_keys: Vec<String>,
    /// `--args` of `run-operation`.
    pub(crate) args: Option<Map<String, Json>>,
    pub(crate) connection: bool,
    pub(crate) config_dir: bool,
    /// With `retry`, the ids of what failed: nothing else is selected.
    pub(crate) only: Option<BTreeSet<String>>,
    /// With `retry`, what else the first call left.
    pub(crate) again: Again,
    /// Whether `--models` was used for `--select`.
    pub(crate) used_models: bool,
    /// Whether `config:` of profiles.yml says what `flags:` of the project should.
    pub(crate) flags_in_profiles: bool,
    /// Old environment variables in use, each with its new name.
    pub(crate) renamed_variables: Vec<(&'static str, String)>,
    /// All options under dbt's names, for `args` of run_results.json.
    pub(crate) values: Map<String, Json>,
    /// Switches of dbt_project.yml's `flags:` that no option has.
    pub(crate) project_flags: Map<String, Json>,
}

/// Where the log goes, and how.
#[derive(Debug, Clone)]
pub(crate) struct LogFlags {
    pub(crate) path: Option<PathBuf>,
    pub(crate) format: LogFormat,
    pub(crate) file_format: LogFormat,
    pub(crate) level: LogLevel,
    pub(crate) file_level: LogLevel,
    pub(crate) file_max_bytes: u64,
    pub(crate) quiet: bool,
    pub(crate) colours: bool,
    pub(crate) printer_width: usize,
}

/// The form of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LogFormat {
    /// Lines for people.
    Text,
    /// The same with level and thread.
    Debug,
    /// One JSON object a line.
    Json,
}

/// How severe an entry of the log is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum LogLevel {
    Debug,
    Info,
    Warn,
    Error,
    None,
}

impl LogLevel {
    /// dbt's word.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            LogLevel::Debug => "debug",
            LogLevel::Info => "info",
            LogLevel::Warn => "warn",
            LogLevel::Error => "error",
            LogLevel::None => "none",
        }
    }

    fn of(word: &str) -> LogLevel {
        match word {
            "debug" => LogLevel::Debug,
            "warn" => LogLevel::Warn,
            "error" => LogLevel::Error,
            "none" => LogLevel::None,
            _ => LogLevel::Info,
        }
    }
}

/// The form of a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Output {
    /// For people; `selector` of `list`.
    Text,
    Json,
    /// For a pull request.
    Markdown,
    Name,
    Path,
    /// A file, of `source freshness`.
    File(PathBuf),
}

impl Flags {
    pub(super) fn new(
        verb: Verb,
        settings: Settings,
        project_dir: PathBuf,
        hints: ProjectHints,
        (invocation_command, operation): (String, Option<&str>),
        command: &mut Command,
    ) -> Result<Flags, clap::Error> {
        exclusive(&settings, &["warn_error", "warn_error_options"], command)?;
        exclusive(&settings, &["select", "inline"], command)?;
        exclusive(&settings, &["selector", "inline"], command)?;
        if verb == Verb::List {
            exclusive(&settings, &["models", "select"], command)?;
            exclusive(&settings, &["models", "resource_types"], command)?;
        }
        event_time::check(&settings, command)?;
        if settings
            .text("vars")
            .is_some_and(|vars| vars.trim().is_empty())
        {
            return Err(command.error(
                ErrorKind::InvalidValue,
                "Invalid value for '--vars': a mapping in YAML is needed, such as '{name: value}', and not an empty text",
            ));
        }
        // what else is wrong with it is reported with the project
        let vars = mapping(&settings, "vars", command)
            .ok()
            .flatten()
            .unwrap_or_default();
        let warn_error_options = mapping(&settings, "warn_error_options", command)?;
        let path = |name: &str| settings.text(name).map(PathBuf::from);
        let models = settings.list("models");
        let mut select = settings.list("select");
        select.extend(models.iter().cloned());
        let debug = settings.flag("debug");
        let output = match (verb, settings.text("output").as_deref()) {
            (Verb::SourceFreshness, Some(file)) => Output::File(PathBuf::from(file)),
            (_, Some("json")) => Output::Json,
            (_, Some("markdown")) => Output::Markdown,
            (_, Some("name")) => Output::Name,
            (_, Some("path")) => Output::Path,
            _ => Output::Text,
        };
        let args = mapping(&settings, "args", command)?;
        let values = settings
            .by_name
            .iter()
            .map(|(name, setting)| ((*name).to_owned(), setting.value.clone()))
            .chain(
                args.clone()
                    .map(|args| ("args".to_owned(), Json::Object(args))),
            )
            .chain([
                ("vars".to_owned(), Json::Object(vars)),
                ("select".to_owned(), Json::from(select.clone())),
                ("which".to_owned(), Json::from(verb.which())),
                (
                    "invocation_command".to_owned(),
                    Json::from(invocation_command),
                ),
                (
                    "project_dir".to_owned(),
                    Json::from(project_dir.to_string_lossy().into_owned()),
                ),
            ])
            .chain(operation.map(|name| ("macro".to_owned(), Json::from(name))))
            .filter(|(name, _)| name != "models")
            .collect();
        Ok(Flags {
            verb,
            project_dir,
            given_project_dir: settings.text("project_dir"),
            profiles_dir: path("profiles_dir"),
            profile: settings.text("profile"),
            target: settings.text("target"),
            vars: settings.text("vars"),
            threads: settings
                .integer("threads")
                .and_then(|count| usize::try_from(count).ok()),
            target_path: settings.text("target_path"),
            log: LogFlags::new(&settings, debug, hints.log_path),
            state: path("state"),
            indirect: settings
                .text("indirect_selection")
                .and_then(|word| Indirect::parse(&word))
                .unwrap_or_default(),
            fail_fast: settings.flag("fail_fast"),
            warn_error: settings.flag("warn_error"),
            warn_error_options: warn_error_options.map(Json::Object),
            write_json: settings.flag("write_json"),
            select,
            exclude: settings.list("exclude"),
            selector: settings.text("selector"),
            // as in dbt, `list --models` lists nothing else
            resource_types: match (verb, models.is_empty()) {
                (Verb::List, false) => vec!["model".to_owned()],
                (Verb::List, true) if settings.list("resource_types").is_empty() => {
                    vec!["default".to_owned()]
                }
                _ => settings.list("resource_types"),
            },
            exclude_resource_types: settings.list("exclude_resource_types"),
            full_refresh: settings.flag("full_refresh"),
            store_failures: settings.flag("store_failures"),
            dry_run: settings.flag("dry_run"),
            no_load: settings.flag("no_load"),
            inline: settings
                .text("inline")
                .or_else(|| settings.text("inline_direct")),
            limit: settings.integer("limit").unwrap_or(5),
            output,
            output_keys: settings.list("output_keys"),
            args,
            connection: settings.flag("connection"),
            config_dir: settings.flag("config_dir"),
            only: None,
            again: Again::default(),
            used_models: !models.is_empty(),
            flags_in_profiles: hints.are_in_profiles,
            renamed_variables: settings.renamed.clone(),
            values,
            project_flags: hints.flags,
        })
    }

    /// A switch that needs no field of its own.
    pub(crate) fn switch(&self, name: &str) -> bool {
        self.values
            .get(name)
            .and_then(Json::as_bool)
            .unwrap_or_default()
    }

    /// A switch of dbt_project.yml's `flags:` that no option has.
    pub(crate) fn project_switch(&self, name: &str, default: bool) -> bool {
        let flag = self.project_flags.get(name);
        flag.and_then(Json::as_bool).unwrap_or(default)
    }

    /// A text that needs no field of its own.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.values.get(name).and_then(Json::as_str)
    }

    /// dbt's `flags` for templates: every option in capitals.
    pub(crate) fn for_templates(&self) -> Map<String, Json> {
        self.project_flags
            .iter()
            .chain(&self.values)
            .map(|(name, value)| (name.to_ascii_uppercase(), value.clone()))
            // as in dbt it is nothing where nobody asks for it
            .map(|(name, value)| match (name.as_str(), &value) {
                ("WARN_ERROR", Json::Bool(false)) => (name, Json::Null),
                _ => (name, value),
            })
            .chain(
                // `docs generate` has the flag and not the option
                (self.verb == Verb::DocsGenerate).then(|| ("EMPTY".to_owned(), Json::Null)),
            )
            .collect()
    }
}

impl LogFlags {
    fn new(settings: &Settings, debug: bool, default_path: Option<PathBuf>) -> LogFlags {
        let format = |name: &str| match settings.text(name).as_deref() {
            Some("json") => LogFormat::Json,
            Some("debug") => LogFormat::Debug,
            _ => LogFormat::Text,
        };
        let level = |name: &str| LogLevel::of(&settings.text(name).unwrap_or_default());
        // the file follows the console where only that is set
        let follows =
            |lead: &str, follow: &str| settings.is_given(lead) && !settings.is_given(follow);
        LogFlags {
            path: settings
                .text("log_path")
                .map(PathBuf::from)
                .or(default_path),
            format: match format("log_format") {
                LogFormat::Text if debug && !settings.is_given("log_format") => LogFormat::Debug,
                other => other,
            },
            file_format: format(if follows("log_format", "log_format_file") {
                "log_format"
            } else {
                "log_format_file"
            }),
            level: if debug {
                LogLevel::Debug
            } else {
                level("log_level")
            },
            file_level: level(if follows("log_level", "log_level_file") {
                "log_level"
            } else {
                "log_level_file"
            }),
            file_max_bytes: settings
                .integer("log_file_max_bytes")
                .and_then(|bytes| u64::try_from(bytes).ok())
                .unwrap_or_default(),
            quiet: settings.flag("quiet"),
            colours: settings.flag("use_colors"),
            printer_width: settings
                .integer("printer_width")
                .and_then(|width| usize::try_from(width).ok())
                .unwrap_or(80),
        }
    }
}

/// The project's folder: as given, else the nearest from here upwards that has a dbt_project.yml, else this one.
///
/// **Errors**: a folder that does not exist.
pub(super) fn project_dir(
    settings: &Settings,
    verb: Verb,
    command: &mut Command,
) -> Result<PathBuf, clap::Error> {
    let here = std::path::absolute(".").unwrap_or_else(|_| PathBuf::from("."));
    match settings.text("project_dir") {
        Some(given) => {
            let folder = here.join(&given);
            if folder.is_dir() {
                return Ok(if given == "." { here } else { folder });
            }
            Err(command.error(
                ErrorKind::InvalidValue,
                format!("Invalid value for '--project-dir': Path '{given}' does not exist."),
            ))
        }
        None if verb == Verb::Init => Ok(here),
        None => {
            let found = here
                .ancestors()
                .find(|folder| folder.join(PROJECT_FILE).exists());
            Ok(found.map_or_else(|| here.clone(), Path::to_path_buf))
        }
    }
}

/// An option's YAML as a mapping; `None` when it is not given.
fn mapping(
    settings: &Settings,
    name: &str,
    command: &mut Command,
) -> Result<Option<Map<String, Json>>, clap::Error> {
    let text = match settings.value(name) {
        Json::Object(mapping) => return Ok(Some(mapping.clone())),
        Json::String(text) => text.clone(),
        _ => return Ok(None),
    };
    let flag = format!("--{}", name.replace('_', "-"));
    let parsed = yaml::parse_text(&flag, &text).map(|node| node.to_json());
    match parsed {
        Ok(Json::Object(mapping)) => Ok(Some(mapping)),
        Ok(Json::Null) => Ok(Some(Map::new())),
        _ => Err(command.error(
            ErrorKind::InvalidValue,
            format!(
                "Invalid value for '{flag}': a mapping in YAML is needed, such as '{{name: value}}'"
            ),
        )),
    }
}

fn exclusive(
    settings: &Settings,
    names: &[&str],
    command: &mut Command,
) -> Result<(), clap::Error> {
    let given: Vec<&&str> = names
        .iter()
        .filter(|name| settings.is_given(name))
        .collect();
    match given.as_slice() {
        [first, second, ..] => Err(command.error(
            ErrorKind::ArgumentConflict,
            format!("{second}: not allowed with argument {first}"),
        )),
        _ => Ok(()),
    }
}
