//! From the words of the command line to a verb with its values, by clap.

use std::ffi::OsString;

use clap::error::ErrorKind;
use clap::{Arg, ArgMatches, Args, Command, FromArgMatches};

use super::table::options_of;
use super::verb::Verb;
use crate::commands::db::DbArguments;
use crate::commands::load_codes::LoadCodesArguments;
use crate::commands::runs::RunsArguments;
use crate::commands::validators::ValidatorsArguments;

/// The verb with what only it takes.
#[derive(Debug)]
pub(crate) enum Operands {
    /// Nothing beside options.
    None,
    /// The project's name.
    Init(Option<String>),
    /// The macro.
    RunOperation(Option<String>),
    Db(DbArguments),
    Validators(ValidatorsArguments),
    LoadCodes(LoadCodesArguments),
    Runs(RunsArguments),
}

impl Operands {
    /// The macro of `run-operation`.
    pub(super) fn operation(&self) -> Option<&str> {
        match self {
            Operands::RunOperation(name) => name.as_deref(),
            _ => None,
        }
    }
}

/// What clap read.
#[derive(Debug)]
pub(super) struct CommandLine {
    pub(super) verb: Verb,
    pub(super) matches: ArgMatches,
    pub(super) operands: Operands,
    pub(super) command: Command,
}

/// Reads the words.
///
/// **Errors**: clap's, with usage; also for `--help` and `--version`.
pub(super) fn parse(words: Vec<OsString>) -> Result<CommandLine, clap::Error> {
    let mut command = command();
    let matches = command.try_get_matches_from_mut(words)?;
    let Some((name, matches)) = matches.subcommand() else {
        return Err(command.error(ErrorKind::MissingSubcommand, "a verb is needed"));
    };
    let (words, matches) = match (name, matches.subcommand()) {
        ("docs" | "source", Some((inner, matches))) => (format!("{name} {inner}"), matches),
        _ => (name.to_owned(), matches),
    };
    let verb = Verb::ALL.into_iter().find(|verb| verb.words() == words);
    let Some(verb) = verb else {
        return Err(command.error(ErrorKind::InvalidSubcommand, format!("no verb `{words}`")));
    };
    let text = |id: &str| matches.get_one::<String>(id).cloned();
    let operands = match verb {
        Verb::Init => Operands::Init(text("project_name")),
        Verb::RunOperation => Operands::RunOperation(text("macro")),
        Verb::Db => Operands::Db(DbArguments::from_arg_matches(matches)?),
        Verb::Validators => Operands::Validators(ValidatorsArguments::from_arg_matches(matches)?),
        Verb::LoadCodes => Operands::LoadCodes(LoadCodesArguments::from_arg_matches(matches)?),
        Verb::Runs => Operands::Runs(RunsArguments::from_arg_matches(matches)?),
        _ => Operands::None,
    };
    // options of every verb are known to the innermost words
    let mut innermost = matches;
    while let Some((_, inner)) = innermost.subcommand() {
        innermost = inner;
    }
    Ok(CommandLine {
        verb,
        matches: innermost.clone(),
        operands,
        command,
    })
}

/// The whole command line as clap describes it.
fn command() -> Command {
    let root = Command::new("hcw")
        .about(
            "Builds a healthcare warehouse in PostgreSQL from SQL models in dbt's project format",
        )
        .version(env!("CARGO_PKG_VERSION"))
        .propagate_version(true)
        .disable_version_flag(true)
        .arg(
            Arg::new("version")
                .short('V')
                .short_alias('v')
                .long("version")
                .help("Print version")
                .global(true)
                .action(clap::ArgAction::Version),
        )
        .max_term_width(100)
        .disable_help_subcommand(true)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .args(
            super::table::OPTIONS
                .iter()
                .filter(|option| option.is_of_every_verb())
                .flat_map(|option| option.arguments()),
        );
    let group = |name: &'static str, about: &'static str, verbs: [Option<Verb>; 2]| {
        Command::new(name)
            .about(about)
            .subcommand_required(true)
            .arg_required_else_help(true)
            .disable_help_subcommand(true)
            .subcommands(verbs.into_iter().flatten().map(|verb| {
                let last = verb.words().rsplit(' ').next().unwrap_or_default();
                verb_command(verb, last)
            }))
    };
    let mut root = root;
    for verb in Verb::ALL {
        root = match verb {
            Verb::DocsGenerate => root.subcommand(group(
                "docs",
                "The project's documentation",
                [Some(Verb::DocsGenerate), Some(Verb::DocsServe)],
            )),
            Verb::SourceFreshness => root.subcommand(group(
                "source",
                "The project's sources",
                [Some(Verb::SourceFreshness), None],
            )),
            Verb::DocsServe => root,
            _ => root.subcommand(verb_command(verb, verb.words())),
        };
    }
    root
}

fn verb_command(verb: Verb, name: &'static str) -> Command {
    let command = Command::new(name).about(verb.about()).args(
        options_of(verb)
            .filter(|option| !option.is_of_every_verb())
            .flat_map(|option| option.arguments())
            .map(|argument| {
                let has_words = matches!(verb, Verb::Validators | Verb::LoadCodes | Verb::Runs);
                argument.global(has_words)
            }),
    );
    match verb {
        Verb::List => command.visible_alias("ls"),
        Verb::SourceFreshness => command.alias("snapshot-freshness"),
        Verb::Init => command.arg(
            Arg::new("project_name")
                .value_name("NAME")
                .help("The project's name: letters, digits and underscores [default: asked for]"),
        ),
        Verb::RunOperation => command.arg(
            Arg::new("macro")
                .value_name("MACRO")
                .help("The macro, with or without its package"),
        ),
        Verb::Db => DbArguments::augment_args(command),
        Verb::Validators => ValidatorsArguments::augment_args(command),
        Verb::LoadCodes => LoadCodesArguments::augment_args(command),
        Verb::Runs => RunsArguments::augment_args(command),
        _ => command,
    }
}

#[cfg(test)]
mod tests {
    use super::command;

    #[test]
    fn the_table_makes_a_valid_command_line() {
        command().debug_assert();
    }
}
