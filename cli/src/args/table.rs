//! All options: dbt's, with dbt's names and defaults, and a few of our own.

use std::collections::{BTreeMap, BTreeSet};

use super::option::{OptionSpec, Variables};
use super::verb::Verb;

const SELECTING: &[Verb] = &[
    Verb::Build,
    Verb::Run,
    Verb::Test,
    Verb::Seed,
    Verb::Snapshot,
    Verb::Compile,
    Verb::List,
    Verb::Show,
    Verb::Clone,
    Verb::DocsGenerate,
    Verb::SourceFreshness,
    Verb::Load,
    Verb::Plan,
    Verb::Diff,
];
const TYPED: &[Verb] = &[Verb::Build, Verb::Plan, Verb::List, Verb::Clone, Verb::Test];
const RESOURCE_TYPES: &[&str] = &[
    "metric",
    "semantic_model",
    "saved_query",
    "source",
    "analysis",
    "function",
    "model",
    "test",
    "unit_test",
    "exposure",
    "snapshot",
    "seed",
    "default",
    "all",
];
const LOG_FORMATS: &[&str] = &["text", "debug", "json", "default"];
const LOG_LEVELS: &[&str] = &["debug", "info", "warn", "error", "none"];

/// The table.
pub(crate) const OPTIONS: &[OptionSpec] = &[
    // what every verb takes
    OptionSpec::path(
        "project_dir",
        "Folder of the project [default: this one, or the nearest above it with a dbt_project.yml]",
    ),
    OptionSpec::path(
        "profiles_dir",
        "Folder of profiles.yml [default: the working folder, then the project's, then ~/.dbt]",
    ),
    OptionSpec::text("profile", "Profile instead of the project's own"),
    OptionSpec::text("target", "Target of the profile").short('t'),
    OptionSpec::yaml("vars", "Variables as YAML: '{raw_dir: PATH}'").variables(Variables::None),
    OptionSpec::integer(
        "threads",
        None,
        "Connections used at once [default: the profile's, else 4]",
    )
    .variables(Variables::None),
    OptionSpec::path("target_path", "Folder of artifacts [default: target]"),
    OptionSpec::path("log_path", "Folder of dbt.log [default: logs]"),
    OptionSpec::path(
        "state",
        "Folder of an earlier run's artifacts, for state: and result: and for --defer",
    ),
    OptionSpec::path(
        "defer_state",
        "Folder of the artifacts that --defer reads, when it is another",
    ),
    OptionSpec::switch(
        "defer",
        Some(false),
        "Read relations that are not selected from the environment of --state",
    ),
    OptionSpec::switch(
        "favor_state",
        Some(false),
        "With --defer, also when the relation exists here",
    ),
    OptionSpec::switch("fail_fast", Some(false), "Stop at the first failure").short('x'),
    OptionSpec::choice(
        "indirect_selection",
        &["eager", "cautious", "buildable", "empty"],
        Some("eager"),
        "Which tests come along with what is selected",
    ),
    // the log
    OptionSpec::switch("quiet", Some(false), "Print errors only").short('q'),
    OptionSpec::switch("debug", Some(false), "Print everything that is logged").short('d'),
    OptionSpec::choice(
        "log_format",
        LOG_FORMATS,
        Some("default"),
        "Form of the log",
    ),
    OptionSpec::choice(
        "log_format_file",
        LOG_FORMATS,
        Some("debug"),
        "Form of logs/dbt.log",
    ),
    OptionSpec::choice(
        "log_level",
        LOG_LEVELS,
        Some("info"),
        "Least severity that is printed",
    ),
    OptionSpec::choice(
        "log_level_file",
        LOG_LEVELS,
        Some("debug"),
        "Least severity that goes to logs/dbt.log",
    ),
    OptionSpec::integer(
        "log_file_max_bytes",
        Some(10_485_760),
        "Size at which logs/dbt.log is begun anew; 0 for never",
    )
    .hidden(),
    OptionSpec::switch("use_colors", Some(true), "Colours on a terminal"),
    OptionSpec::switch("use_colors_file", Some(true), "Colours in logs/dbt.log").hidden(),
    OptionSpec::integer(
        "printer_width",
        Some(80),
        "Columns before the brackets of a line",
    ),
    OptionSpec::switch("print", Some(true), "Show what print() says"),
    OptionSpec::set("warn_error", "Treat warnings as errors"),
    OptionSpec::yaml(
        "warn_error_options",
        "Which warnings are errors, by name: '{error: all, warn: [NoNodesForSelectionCriteria], silence: []}'",
    ),
    OptionSpec::switch(
        "show_all_deprecations",
        Some(false),
        "Show each occurrence of a deprecation",
    )
    .variables(Variables::None),
    // reading the project
    OptionSpec::switch("partial_parse", Some(true), "Read changed files only"),
    OptionSpec::path("partial_parse_file_path", "").hidden(),
    OptionSpec::switch("partial_parse_file_diff", Some(true), "").hidden(),
    OptionSpec::switch("static_parser", Some(true), "").hidden(),
    OptionSpec::switch("use_experimental_parser", Some(false), "").hidden(),
    OptionSpec::switch("use_v2_parser", Some(false), "")
        .variables(Variables::Engine)
        .hidden(),
    OptionSpec::text("v2_parser", "")
        .variables(Variables::Engine)
        .hidden(),
    OptionSpec::switch("version_check", Some(true), "Check require-dbt-version"),
    OptionSpec::switch(
        "write_json",
        Some(true),
        "Write manifest.json and run_results.json",
    ),
    OptionSpec::integer(
        "maximum_seed_size_mib",
        Some(1),
        "Size up to which a seed's content is compared by state:modified",
    )
    .variables(Variables::Engine),
    // accepted, for what hcw does otherwise or not at all
    OptionSpec::switch("cache_selected_only", Some(false), "").hidden(),
    OptionSpec::switch("populate_cache", Some(true), "").hidden(),
    OptionSpec::switch("log_cache_events", Some(false), "").hidden(),
    OptionSpec::switch("macro_debugging", Some(false), "").hidden(),
    OptionSpec::switch("hints_enabled", Some(true), "")
        .variables(Variables::Engine)
        .hidden(),
    OptionSpec::path("record_timing_info", "")
        .short('r')
        .variables(Variables::None)
        .hidden(),
    OptionSpec::switch("send_anonymous_usage_stats", Some(true), "hcw sends none").hidden(),
    OptionSpec::switch("single_threaded", Some(false), "").hidden(),
    OptionSpec::switch("snowflake_projects_otel", Some(false), "")
        .variables(Variables::Engine)
        .hidden(),
    OptionSpec::switch("use_fast_test_edges", Some(false), "").hidden(),
    OptionSpec::switch("upload_to_artifacts_ingest_api", Some(false), "").hidden(),
    OptionSpec::switch("show_resource_report", Some(false), "").hidden(),
    OptionSpec::yaml("sqlparse", "")
        .variables(Variables::Engine)
        .hidden(),
    // what is taken
    OptionSpec::list(
        "select",
        "What to take: names, folders, `tag:x`, `+x`, `x+`, `@x`, `a,b` for both at once",
    )
    .short('s')
    .only(SELECTING),
    OptionSpec::list("models", "The same, by its old name")
        .short('m')
        .aliases(&["model"])
        .hidden()
        .only(SELECTING),
    OptionSpec::list("exclude", "What to leave out").only(SELECTING),
    OptionSpec::text("selector", "A selector of selectors.yml")
        .variables(Variables::None)
        .only(SELECTING),
    OptionSpec::choices(
        "resource_types",
        RESOURCE_TYPES,
        "Only resources of these types",
    )
    .aliases(&["resource-type"])
    .only(TYPED),
    OptionSpec::choices(
        "exclude_resource_types",
        RESOURCE_TYPES,
        "No resources of these types",
    )
    .aliases(&["exclude-resource-type"])
    .only(TYPED),
    // how it is built
    OptionSpec::set("full_refresh", "Rebuild incremental models from scratch")
        .short('f')
        .only(&[
            Verb::Build,
            Verb::Plan,
            Verb::Run,
            Verb::Compile,
            Verb::Show,
            Verb::Retry,
            Verb::Clone,
            Verb::Seed,
            Verb::Load,
        ]),
    OptionSpec::choice(
        "publish",
        &["atomic", "per-node", "legacy"],
        None,
        "How what is built takes its place",
    )
    .variables(Variables::None)
    .only(&[
        Verb::Build,
        Verb::Plan,
        Verb::Run,
        Verb::Seed,
        Verb::Snapshot,
        Verb::Retry,
    ]),
    OptionSpec::set(
        "prune",
        "Drop what hcw built and no node is for any more, unless others depend on it",
    )
    .variables(Variables::None)
    .only(&[Verb::Build]),
    OptionSpec::set(
        "hold",
        "Build and test, and leave the publishing to `hcw publish`",
    )
    .variables(Variables::None)
    .only(&[Verb::Build]),
    OptionSpec::switch("empty", Some(false), "Read no rows of refs and sources").only(&[
        Verb::Build,
        Verb::Run,
        Verb::Compile,
        Verb::Seed,
        Verb::Snapshot,
    ]),
    OptionSpec::text(
        "sample",
        "Read a window of time only: '3 days', or '{start: …, end: …}'",
    )
    .only(&[Verb::Build, Verb::Run]),
    OptionSpec::text(
        "event_time_start",
        "First moment of microbatch models, as 2024-09-01",
    )
    .only(&[Verb::Build, Verb::Run]),
    OptionSpec::text("event_time_end", "End of microbatch models").only(&[Verb::Build, Verb::Run]),
    OptionSpec::set(
        "store_failures",
        "Keep the rows that fail a test in a table",
    )
    .only(&[Verb::Build, Verb::Test]),
    OptionSpec::set("show", "Print a sample of what was loaded")
        .variables(Variables::None)
        .only(&[Verb::Build, Verb::Seed]),
    OptionSpec::switch("export_saved_queries", Some(false), "")
        .hidden()
        .only(&[Verb::Build]),
    OptionSpec::switch("include_saved_query", Some(false), "")
        .hidden()
        .only(&[Verb::Build]),
    OptionSpec::set("dry_run", "Print what would run, and run nothing")
        .variables(Variables::None)
        .only(&[
            Verb::Build,
            Verb::Run,
            Verb::Test,
            Verb::Seed,
            Verb::Snapshot,
            Verb::Load,
        ]),
    OptionSpec::set("no_skip", "Run what has not changed too; also HCW_NO_SKIP")
        .variables(Variables::None)
        .only(&[Verb::Build, Verb::Plan]),
    OptionSpec::set(
        "explain_skip",
        "Say of each node why it runs or is left as it is",
    )
    .variables(Variables::None)
    .only(&[Verb::Build]),
    OptionSpec::integer(
        "keep_runs",
        None,
        "How many runs `hcw runs` remembers [default: 100]",
    )
        .variables(Variables::None)
        .only(&[
            Verb::Build,
            Verb::Run,
            Verb::Test,
            Verb::Seed,
            Verb::Snapshot,
            Verb::Load,
        ]),
    OptionSpec::set("no_load", "Do not land files first")
        .variables(Variables::None)
        .only(&[Verb::Build, Verb::Plan]),
    // compile and show
    OptionSpec::text(
        "inline",
        "A query instead of a model; may hold ref() and source()",
    )
    .variables(Variables::None)
    .only(&[Verb::Compile, Verb::Show]),
    OptionSpec::text("inline_direct", "")
        .variables(Variables::None)
        .hidden()
        .only(&[Verb::Show]),
    OptionSpec::switch("introspect", Some(true), "Ask the database while compiling")
        .only(&[Verb::Compile, Verb::Show]),
    OptionSpec::switch("inject_ephemeral_ctes", Some(true), "")
        .variables(Variables::None)
        .hidden()
        .only(&[Verb::Compile]),
    OptionSpec::integer("limit", Some(5), "How many rows; -1 for all")
        .variables(Variables::None)
        .only(&[Verb::Show]),
    OptionSpec::choice(
        "output",
        &["json", "text"],
        Some("text"),
        "Form of the result",
    )
    .variables(Variables::None)
    .only(&[
        Verb::Compile,
        Verb::Show,
        Verb::Runs,
        Verb::Validators,
        Verb::LoadCodes,
    ]),
    OptionSpec::integer("limit", Some(20), "How many runs")
        .variables(Variables::None)
        .only(&[Verb::Runs]),
    // diff
    OptionSpec::choice(
        "output",
        &["json", "markdown", "text"],
        Some("text"),
        "Form of the result",
    )
    .variables(Variables::None)
    .only(&[Verb::Plan, Verb::Diff]),
    OptionSpec::text(
        "other_target",
        "Target of the profile that is compared, in the same database [default: what waits in the shadow]",
    )
    .variables(Variables::None)
    .only(&[Verb::Diff]),
    OptionSpec::list(
        "key",
        "Columns that identify a row [default: unique_key, primary key or `unique` test]",
    )
    .only(&[Verb::Diff]),
    OptionSpec::integer(
        "show_values",
        Some(0),
        "Print up to so many rows that differ; without it no value of a row is read",
    )
    .variables(Variables::None)
    .only(&[Verb::Diff]),
    // the other verbs
    OptionSpec::choice(
        "output",
        &["json", "name", "path", "selector"],
        Some("selector"),
        "What is printed of each",
    )
    .variables(Variables::None)
    .only(&[Verb::List]),
    OptionSpec::list("output_keys", "Which keys --output json prints").only(&[Verb::List]),
    OptionSpec::path("output", "The file instead of target/sources.json")
        .short('o')
        .variables(Variables::None)
        .only(&[Verb::SourceFreshness]),
    OptionSpec::yaml("args", "The macro's arguments as YAML")
        .variables(Variables::None)
        .only(&[Verb::RunOperation]),
    OptionSpec::text("sql", "SQL to run instead of a macro")
        .variables(Variables::None)
        .hidden()
        .only(&[Verb::RunOperation]),
    OptionSpec::set("connection", "Test the connection only")
        .variables(Variables::None)
        .only(&[Verb::Debug]),
    OptionSpec::set("config_dir", "Say where profiles.yml is looked for")
        .variables(Variables::None)
        .only(&[Verb::Debug]),
    OptionSpec::set(
        "shadow",
        "Remove what a run has built and not published, and nothing else",
    )
    .variables(Variables::None)
    .only(&[Verb::Clean]),
    OptionSpec::switch("clean_project_files_only", Some(true), "")
        .hidden()
        .only(&[Verb::Clean]),
    OptionSpec::switch("compile", Some(true), "Compile before the catalog is made")
        .variables(Variables::None)
        .only(&[Verb::DocsGenerate]),
    OptionSpec::set(
        "empty_catalog",
        "Make the catalog without asking the database",
    )
    .variables(Variables::None)
    .only(&[Verb::DocsGenerate]),
    OptionSpec::set(
        "static",
        "Write static_index.html too, which needs no server",
    )
    .variables(Variables::None)
    .only(&[Verb::DocsGenerate]),
    OptionSpec::switch("browser", Some(true), "Open the page in a browser")
        .variables(Variables::None)
        .only(&[Verb::DocsServe]),
    OptionSpec::text("host", "Address to listen on [default: 127.0.0.1]").only(&[Verb::DocsServe]),
    OptionSpec::integer("port", Some(8080), "Port to listen on")
        .variables(Variables::None)
        .only(&[Verb::DocsServe]),
    OptionSpec::set("lock", "Write package-lock.yml, install nothing")
        .variables(Variables::None)
        .only(&[Verb::Deps]),
    OptionSpec::set("upgrade", "Resolve versions anew")
        .variables(Variables::None)
        .only(&[Verb::Deps]),
    OptionSpec::text("add_package", "Add a package, as name@version")
        .variables(Variables::None)
        .only(&[Verb::Deps]),
    OptionSpec::choice(
        "source",
        &["hub", "git", "local"],
        Some("hub"),
        "Where an added package comes from",
    )
    .variables(Variables::None)
    .only(&[Verb::Deps]),
    OptionSpec::set("skip_profile_setup", "")
        .short('s')
        .variables(Variables::None)
        .hidden()
        .only(&[Verb::Init]),
    OptionSpec::set("skip_debug", "")
        .variables(Variables::None)
        .hidden()
        .only(&[Verb::Init]),
];

/// The options that a verb takes.
pub(crate) fn options_of(verb: Verb) -> impl Iterator<Item = &'static OptionSpec> {
    OPTIONS
        .iter()
        .filter(move |option| option.verbs.is_empty() || option.verbs.contains(&verb))
}

/// Variables of dbt's that set no option here, without `DBT_` and `DBT_ENGINE_`.
const WITHOUT_OPTION: [&str; 12] = [
    "ARTIFACT_STATE_PATH",
    "DEFER_TO_STATE",
    "DOWNLOAD_DIR",
    "FAVOR_STATE_MODE",
    "INTROSPECT",
    "INVOCATION_ENV",
    "NO_PRINT",
    "PACKAGE_HUB_URL",
    "PP_FILE_DIFF_TEST",
    "PP_TEST",
    "RECORDED_FILE_PATH",
    "TEST_STATE_MODIFIED",
];
/// What begins with these is shown in lines of the log.
const SHOWN_IN_LOGS: &str = "DBT_ENGINE_ENV_CUSTOM_ENV_";

/// What a variable of dbt's is called: with `DBT_ENGINE_`, and, if it has one, its older name with `DBT_`.
fn names_of_variables() -> impl Iterator<Item = (String, Option<String>)> {
    let of_options = OPTIONS.iter().filter_map(|option| {
        let mut names = option.variable_names().into_iter();
        Some((names.next()?, names.next()))
    });
    let others =
        WITHOUT_OPTION.map(|name| (format!("DBT_ENGINE_{name}"), Some(format!("DBT_{name}"))));
    of_options.chain(others)
}

/// Gives both names of dbt's variables what the one that is there says; of both the newer counts.
pub(crate) fn under_both_names(environment: &mut BTreeMap<String, String>) {
    for (name, older) in names_of_variables() {
        let Some(older) = older else { continue };
        if let Some(value) = environment.get(&name) {
            environment.insert(older, value.clone());
        } else if let Some(value) = environment.get(&older) {
            environment.insert(name, value.clone());
        }
    }
}

/// The variables that have dbt's prefix for its own, and mean nothing to it.
pub(crate) fn foreign_variables<'name>(
    environment: impl IntoIterator<Item = &'name String>,
) -> Vec<&'name str> {
    let known: BTreeSet<String> = names_of_variables().map(|(name, _)| name).collect();
    let names = environment.into_iter().map(String::as_str);
    names
        .filter(|name| name.starts_with("DBT_ENGINE") && !name.starts_with(SHOWN_IN_LOGS))
        .filter(|name| !known.contains(*name))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{foreign_variables, under_both_names};

    #[test]
    fn variables_of_others_are_told() {
        let names = [
            "DBT_ENGINE_FOO",
            "DBT_ENGINE_QUIET",
            "DBT_ENGINE_THREADS",
            "DBT_ENGINE_NO_PRINT",
            "DBT_ENGINE_ENV_CUSTOM_ENV_TEAM",
            "DBT_FOO",
            "PATH",
        ];
        let names = names.map(str::to_owned);
        assert_eq!(
            foreign_variables(&names),
            ["DBT_ENGINE_FOO", "DBT_ENGINE_THREADS"]
        );
    }

    #[test]
    fn a_variable_has_both_its_names_and_the_newer_counts() {
        let entry = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        let given = [
            ("DBT_ENGINE_TARGET", "new"),
            ("DBT_TARGET", "old"),
            ("DBT_PROFILE", "only"),
            ("DBT_ENGINE_THREADS", "3"),
        ];
        let mut environment = given.map(entry).into();
        under_both_names(&mut environment);
        let expected = [
            ("DBT_ENGINE_TARGET", "new"),
            ("DBT_TARGET", "new"),
            ("DBT_PROFILE", "only"),
            ("DBT_ENGINE_PROFILE", "only"),
            ("DBT_ENGINE_THREADS", "3"),
        ];
        assert_eq!(environment, expected.map(entry).into());
    }
}
