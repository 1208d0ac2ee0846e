//! The command line: verbs, options, and what they come to with environment and project.

mod command_line;
mod event_time;
mod flags;
mod option;
mod project_hints;
mod recorded;
mod setting;
mod table;
mod verb;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

use serde_json::{Map, Value as Json};

use crate::profile_folders::profile_folder;

pub(crate) use command_line::Operands;
pub(crate) use flags::{Flags, LogFormat, LogLevel, Output};
pub(crate) use table::{foreign_variables, under_both_names};
pub(crate) use verb::Verb;

/// One call: its verb, its options, its operands.
#[derive(Debug)]
pub(crate) struct Invocation {
    pub(crate) flags: Flags,
    pub(crate) operands: Operands,
}

/// The words of a call whose options are these, by dbt's names; defaults and unknown names are left out.
pub(crate) fn words_of(verb: Verb, values: &Map<String, Json>) -> Vec<String> {
    let mut words = vec!["hcw".to_owned()];
    words.extend(verb.words().split(' ').map(str::to_owned));
    let operation = values.get("macro").and_then(Json::as_str);
    words.extend(
        operation
            .filter(|_| verb == Verb::RunOperation)
            .map(str::to_owned),
    );
    for option in table::options_of(verb) {
        if let Some(value) = values.get(option.name) {
            words.extend(setting::words(option, value));
        }
    }
    words
}

/// Reads a call.
///
/// **Errors**: clap's message with the usage; help and version come this way too.
pub(crate) fn parse(
    words: Vec<OsString>,
    environment: &BTreeMap<String, String>,
) -> Result<Invocation, clap::Error> {
    let invocation_command = words
        .iter()
        .skip(1)
        .map(|word| word.to_string_lossy().into_owned())
        .collect::<Vec<_>>()
        .join(" ");
    let mut line = command_line::parse(words)?;
    let options: Vec<_> = table::options_of(line.verb).collect();
    let mut settings = setting::read(&options, &line.matches, environment, &mut line.command)?;
    let project_dir = flags::project_dir(&settings, line.verb, &mut line.command)?;
    let profiles_dir = settings.text("profiles_dir").map(PathBuf::from);
    let profiles = profile_folder(profiles_dir.as_deref(), &project_dir, environment);
    let hints = project_hints::read(&project_dir, &profiles, &mut line.command)?;
    settings.take_project_flags(&options, &hints.flags);
    let flags = flags::Flags::new(
        line.verb,
        settings,
        project_dir,
        hints,
        (
            format!("hcw {invocation_command}"),
            line.operands.operation(),
        ),
        &mut line.command,
    )?;
    Ok(Invocation {
        flags,
        operands: line.operands,
    })
}
