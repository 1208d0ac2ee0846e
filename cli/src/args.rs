//! The command line: clap types, whose comments are the help text.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::commands::db::DbArguments;
use crate::commands::load_codes::LoadCodesArguments;
use crate::commands::validators::ValidatorsArguments;

/// Builds a healthcare warehouse in PostgreSQL from SQL models in dbt's project format
#[derive(Debug, Parser)]
#[command(
    name = "hcw",
    version,
    max_term_width = 100,
    disable_help_subcommand = true
)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) global: GlobalArguments,
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

/// Options of every verb.
#[derive(Debug, Clone, Args)]
pub(crate) struct GlobalArguments {
    /// Folder of the project
    #[arg(
        long,
        global = true,
        env = "DBT_PROJECT_DIR",
        default_value = ".",
        value_name = "DIR",
        hide_env = true
    )]
    pub(crate) project_dir: PathBuf,
    /// Folder of profiles.yml [default: the project's folder, then ~/.dbt]
    #[arg(
        long,
        global = true,
        env = "DBT_PROFILES_DIR",
        value_name = "DIR",
        hide_env = true
    )]
    pub(crate) profiles_dir: Option<PathBuf>,
    /// Profile instead of the project's own
    #[arg(
        long,
        global = true,
        env = "DBT_PROFILE",
        value_name = "NAME",
        hide_env = true
    )]
    pub(crate) profile: Option<String>,
    /// Target of the profile
    #[arg(
        short,
        long,
        global = true,
        env = "DBT_TARGET",
        value_name = "NAME",
        hide_env = true
    )]
    pub(crate) target: Option<String>,
    /// Variables as YAML: '{raw_dir: PATH}'
    #[arg(
        long,
        global = true,
        value_name = "YAML",
        default_value = "{}",
        hide_default_value = true
    )]
    pub(crate) vars: String,
    /// Connections used at once [default: the profile's, else 4]
    #[arg(
        long,
        global = true,
        env = "DBT_THREADS",
        value_name = "N",
        hide_env = true
    )]
    pub(crate) threads: Option<usize>,
    /// Form of the output
    #[arg(long, global = true, value_enum, default_value_t = OutputForm::Text, value_name = "FORM")]
    pub(crate) output: OutputForm,
    /// Print errors only
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
}

/// How results are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum OutputForm {
    /// For people
    Text,
    /// One JSON object a line
    Json,
    /// Names (`ls`)
    Name,
    /// Paths (`ls`)
    Path,
    /// Selector names (`ls`)
    Selector,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Migrate, land files, load seeds, build models and run their tests, in dependency order
    Build(RunArguments),
    /// Build models
    Run(RunArguments),
    /// Run data tests
    Test(RunArguments),
    /// Load the project's CSV seeds
    Seed(RunArguments),
    /// Land the files of sources into their raw tables
    Load(RunArguments),
    /// Write the SQL of all selected nodes below target/compiled
    Compile(RunArguments),
    /// Check the project without a database
    Parse,
    /// List what a selector selects
    #[command(visible_alias = "list")]
    Ls(RunArguments),
    /// Print the first rows of a model's query
    Show(ShowArguments),
    /// Apply migrations
    Migrate,
    /// Check the project, the profile and the connection
    Debug,
    /// Make a new project in a folder of that name
    Init(InitArguments),
    /// Remove the artifacts
    Clean,
    /// The embedded PostgreSQL server
    Db(DbArguments),
    /// Rules for healthcare identifiers, codes and dates
    Validators(ValidatorsArguments),
    /// Load code lists (ICD-10-CM, HCPCS, …) into the schema hcw_codes
    LoadCodes(LoadCodesArguments),
}

/// Options of the verbs that work on nodes.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct RunArguments {
    /// What to take: names, folders, `tag:x`, `+x`, `x+`, `@x`, `a,b` for both at once
    #[arg(short, long, num_args = 1.., value_name = "SELECTOR", visible_alias = "models", short_alias = 'm')]
    pub(crate) select: Vec<String>,
    /// What to leave out
    #[arg(long, num_args = 1.., value_name = "SELECTOR")]
    pub(crate) exclude: Vec<String>,
    /// Only resources of these types: model, seed, test, source
    #[arg(long, num_args = 1.., value_name = "TYPE", visible_alias = "resource-types")]
    pub(crate) resource_type: Vec<String>,
    /// Rebuild incremental models from scratch
    #[arg(short, long)]
    pub(crate) full_refresh: bool,
    /// Stop at the first failure
    #[arg(short = 'x', long)]
    pub(crate) fail_fast: bool,
    /// Keep the rows that fail a test in a table
    #[arg(long)]
    pub(crate) store_failures: bool,
    /// Print what would run, and run nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Do not land files first (`build`)
    #[arg(long)]
    pub(crate) no_load: bool,
}

/// Options of `show`.
#[derive(Debug, Clone, Args)]
pub(crate) struct ShowArguments {
    #[command(flatten)]
    pub(crate) run: RunArguments,
    /// How many rows
    #[arg(long, default_value_t = 5, value_name = "N")]
    pub(crate) limit: u64,
    /// A query instead of a model; may hold ref() and source()
    #[arg(long, value_name = "SQL")]
    pub(crate) inline: Option<String>,
}

/// Options of `init`.
#[derive(Debug, Clone, Args)]
pub(crate) struct InitArguments {
    /// The project's name: letters, digits and underscores
    pub(crate) name: String,
}
