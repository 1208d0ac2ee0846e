//! What an option of the command line is: one line of the table, and how clap reads it.

use clap::{Arg, ArgAction, ValueHint};

use super::verb::Verb;

/// One option: dbt's name of it gives the flag, the environment variables and the name in `flags`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OptionSpec {
    /// dbt's name, in snake case.
    pub(crate) name: &'static str,
    pub(super) short: Option<char>,
    /// Further long names.
    pub(super) aliases: &'static [&'static str],
    pub(crate) kind: Kind,
    pub(super) variables: Variables,
    /// Verbs that take it; empty for all.
    pub(super) verbs: &'static [Verb],
    pub(super) hidden: bool,
    pub(super) help: &'static str,
}

/// What the value of an option is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `--x` and `--no-x`, with what holds without either; `None` is unset.
    Switch(Option<bool>),
    /// `--x` alone.
    Set,
    /// Any text.
    Text,
    /// A folder or file.
    Path,
    /// A whole number, with its default.
    Integer(Option<i64>),
    /// One of some words, with the default.
    Choice(&'static [&'static str], Option<&'static str>),
    /// Any number of words, and the option any number of times.
    List,
    /// The same, of these words only.
    Choices(&'static [&'static str]),
    /// A mapping in YAML.
    Yaml,
}

/// Which environment variables set an option: `DBT_X`, and `DBT_ENGINE_X` before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Variables {
    None,
    Engine,
    Both,
}

impl OptionSpec {
    const fn new(name: &'static str, kind: Kind, help: &'static str) -> OptionSpec {
        OptionSpec {
            name,
            short: None,
            aliases: &[],
            kind,
            variables: Variables::Both,
            verbs: &[],
            hidden: false,
            help,
        }
    }

    pub(super) const fn switch(
        name: &'static str,
        default: Option<bool>,
        help: &'static str,
    ) -> OptionSpec {
        OptionSpec::new(name, Kind::Switch(default), help)
    }

    pub(super) const fn set(name: &'static str, help: &'static str) -> OptionSpec {
        OptionSpec::new(name, Kind::Set, help)
    }

    pub(super) const fn text(name: &'static str, help: &'static str) -> OptionSpec {
        OptionSpec::new(name, Kind::Text, help)
    }

    pub(super) const fn path(name: &'static str, help: &'static str) -> OptionSpec {
        OptionSpec::new(name, Kind::Path, help)
    }

    pub(super) const fn integer(
        name: &'static str,
        default: Option<i64>,
        help: &'static str,
    ) -> OptionSpec {
        OptionSpec::new(name, Kind::Integer(default), help)
    }

    pub(super) const fn choice(
        name: &'static str,
        words: &'static [&'static str],
        default: Option<&'static str>,
        help: &'static str,
    ) -> OptionSpec {
        OptionSpec::new(name, Kind::Choice(words, default), help)
    }

    pub(super) const fn list(name: &'static str, help: &'static str) -> OptionSpec {
        OptionSpec::new(name, Kind::List, help).variables(Variables::None)
    }

    pub(super) const fn choices(
        name: &'static str,
        words: &'static [&'static str],
        help: &'static str,
    ) -> OptionSpec {
        OptionSpec::new(name, Kind::Choices(words), help)
    }

    pub(super) const fn yaml(name: &'static str, help: &'static str) -> OptionSpec {
        OptionSpec::new(name, Kind::Yaml, help)
    }

    pub(super) const fn short(mut self, short: char) -> OptionSpec {
        self.short = Some(short);
        self
    }

    pub(super) const fn aliases(mut self, aliases: &'static [&'static str]) -> OptionSpec {
        self.aliases = aliases;
        self
    }

    pub(super) const fn variables(mut self, variables: Variables) -> OptionSpec {
        self.variables = variables;
        self
    }

    pub(super) const fn only(mut self, verbs: &'static [Verb]) -> OptionSpec {
        self.verbs = verbs;
        self
    }

    /// Accepted and not shown: it changes nothing here.
    pub(super) const fn hidden(mut self) -> OptionSpec {
        self.hidden = true;
        self
    }

    /// Whether every verb takes it, before and after the verb.
    pub(super) const fn is_of_every_verb(&self) -> bool {
        self.verbs.is_empty()
    }

    /// The long flag without its dashes.
    pub(crate) fn long(&self) -> String {
        self.name.replace('_', "-")
    }

    /// clap's id of the `--no-` form.
    pub(super) fn negated(&self) -> String {
        format!("no_{}", self.name)
    }

    /// The environment variables, the one that counts first.
    pub(super) fn variable_names(&self) -> Vec<String> {
        let name = self.name.to_ascii_uppercase();
        match self.variables {
            Variables::None => Vec::new(),
            Variables::Engine => vec![format!("DBT_ENGINE_{name}")],
            Variables::Both => vec![format!("DBT_ENGINE_{name}"), format!("DBT_{name}")],
        }
    }

    /// clap's arguments: one, or two for a switch.
    pub(super) fn arguments(&self) -> Vec<Arg> {
        let mut argument = Arg::new(self.name)
            .long(self.long())
            .help(self.help)
            .hide(self.hidden)
            .global(self.verbs.is_empty());
        if let Some(short) = self.short {
            argument = argument.short(short);
        }
        for alias in self.aliases {
            let mut letters = alias.chars();
            argument = match (letters.next(), letters.next()) {
                (Some(letter), None) => argument.short_alias(letter),
                _ => argument.visible_alias(*alias),
            };
        }
        argument = match self.kind {
            Kind::Switch(_) | Kind::Set => argument.action(ArgAction::SetTrue),
            Kind::Text | Kind::Yaml => argument.allow_hyphen_values(true),
            Kind::Path => argument.value_hint(ValueHint::AnyPath).value_name("PATH"),
            Kind::Integer(_) => argument
                .value_parser(clap::value_parser!(i64))
                .allow_negative_numbers(true)
                .value_name("N"),
            Kind::Choice(words, _) => argument.value_parser(words.to_vec()).ignore_case(true),
            Kind::List => argument
                .action(ArgAction::Append)
                .num_args(1..)
                .value_name("NAME"),
            Kind::Choices(words) => argument
                .action(ArgAction::Append)
                .num_args(1..)
                .value_delimiter(' ')
                .ignore_case(true)
                .value_parser(words.to_vec()),
        };
        if matches!(self.kind, Kind::Yaml) {
            argument = argument.value_name("YAML");
        }
        let Kind::Switch(_) = self.kind else {
            return vec![argument];
        };
        let negated = Arg::new(self.negated())
            .long(format!("no-{}", self.long()))
            .action(ArgAction::SetTrue)
            .hide(true)
            .global(self.verbs.is_empty())
            .overrides_with(self.name);
        vec![argument.overrides_with(self.negated()), negated]
    }
}
