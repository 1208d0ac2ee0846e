//! The verbs by name.

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verb {
    Build,
    Run,
    Test,
    Seed,
    Snapshot,
    Compile,
    Parse,
    List,
    Show,
    RunOperation,
    Retry,
    Clone,
    Deps,
    Plan,
    Diff,
    Publish,
    Runs,
    Clean,
    Init,
    Debug,
    DocsGenerate,
    DocsServe,
    SourceFreshness,
    Load,
    Migrate,
    Db,
    Validators,
    LoadCodes,
}

impl Verb {
    /// All of them, in the order of the help text.
    pub(crate) const ALL: [Verb; 28] = [
        Verb::Build,
        Verb::Run,
        Verb::Test,
        Verb::Seed,
        Verb::Snapshot,
        Verb::Compile,
        Verb::Parse,
        Verb::List,
        Verb::Show,
        Verb::RunOperation,
        Verb::Retry,
        Verb::Clone,
        Verb::Deps,
        Verb::Plan,
        Verb::Diff,
        Verb::Publish,
        Verb::Runs,
        Verb::Clean,
        Verb::Init,
        Verb::Debug,
        Verb::DocsGenerate,
        Verb::DocsServe,
        Verb::SourceFreshness,
        Verb::Load,
        Verb::Migrate,
        Verb::Db,
        Verb::Validators,
        Verb::LoadCodes,
    ];

    /// The words that the user types.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Verb::Build => "build",
            Verb::Run => "run",
            Verb::Test => "test",
            Verb::Seed => "seed",
            Verb::Snapshot => "snapshot",
            Verb::Compile => "compile",
            Verb::Parse => "parse",
            Verb::List => "list",
            Verb::Show => "show",
            Verb::RunOperation => "run-operation",
            Verb::Retry => "retry",
            Verb::Clone => "clone",
            Verb::Deps => "deps",
            Verb::Plan => "plan",
            Verb::Diff => "diff",
            Verb::Publish => "publish",
            Verb::Runs => "runs",
            Verb::Clean => "clean",
            Verb::Init => "init",
            Verb::Debug => "debug",
            Verb::DocsGenerate => "docs generate",
            Verb::DocsServe => "docs serve",
            Verb::SourceFreshness => "source freshness",
            Verb::Load => "load",
            Verb::Migrate => "migrate",
            Verb::Db => "db",
            Verb::Validators => "validators",
            Verb::LoadCodes => "load-codes",
        }
    }

    /// `flags.WHICH`, and `which` in run_results.json.
    pub(crate) fn which(self) -> &'static str {
        match self {
            Verb::DocsGenerate => "generate",
            Verb::DocsServe => "serve",
            Verb::SourceFreshness => "freshness",
            other => other.words(),
        }
    }

    /// Whether the verb prints data of its own: then its log goes to stderr.
    pub(crate) fn has_data(self) -> bool {
        matches!(
            self,
            Verb::List
                | Verb::Show
                | Verb::Plan
                | Verb::Diff
                | Verb::Runs
                | Verb::Compile
                | Verb::Db
                | Verb::Validators
                | Verb::LoadCodes
        )
    }

    pub(super) fn about(self) -> &'static str {
        match self {
            Verb::Build => {
                "Migrate, land files, load seeds, build models and run their tests, in dependency order"
            }
            Verb::Run => "Build models",
            Verb::Test => "Run tests",
            Verb::Seed => "Load the project's CSV seeds",
            Verb::Snapshot => "Take the project's snapshots",
            Verb::Compile => "Write the SQL of all selected nodes below target/compiled",
            Verb::Parse => "Check the project without a database",
            Verb::List => "List what a selector selects",
            Verb::Show => "Print the first rows of a model's query",
            Verb::RunOperation => "Run a macro",
            Verb::Retry => "Run again what failed the last time",
            Verb::Clone => "Make selected relations as copies of those of another environment",
            Verb::Deps => "Install the project's packages",
            Verb::Plan => "Say what `build` would do and why, and whom it would break",
            Verb::Diff => {
                "Compare what waits to be published, or another target, with what is published"
            }
            Verb::Publish => "Publish what `build --hold` has built and tested",
            Verb::Runs => "What earlier runs took and cost",
            Verb::Clean => "Remove the artifacts",
            Verb::Init => "Make a new project in a folder of that name",
            Verb::Debug => "Check the project, the profile and the connection",
            Verb::DocsGenerate => "Write catalog.json and the documentation's files",
            Verb::DocsServe => "Serve the documentation",
            Verb::SourceFreshness => "Compare the age of sources with what is allowed",
            Verb::Load => "Land the files of sources into their raw tables",
            Verb::Migrate => "Apply migrations",
            Verb::Db => "The embedded PostgreSQL server",
            Verb::Validators => "Rules for healthcare identifiers, codes and dates",
            Verb::LoadCodes => "Load code lists (ICD-10-CM, HCPCS, …) into the schema hcw_codes",
        }
    }
}
