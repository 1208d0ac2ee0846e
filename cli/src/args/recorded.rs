//! The arguments of a call as run_results.json tells them: dbt's keys, and of those that hcw adds only what was asked.

use serde_json::{Map, Value as Json, json};

use super::{Flags, Verb, event_time};

/// Switches that are told only where they are on: dbt's, then those that dbt does not have.
const TOLD_WHEN_ON: [&str; 14] = [
    "debug",
    "fail_fast",
    "full_refresh",
    "log_cache_events",
    "single_threaded",
    "store_failures",
    "use_experimental_parser",
    "warn_error",
    "dry_run",
    "explain_skip",
    "hold",
    "no_load",
    "no_skip",
    "prune",
];

/// Those that dbt tells of an operation even where they are off, whether or not the verb takes them.
const TOLD_OF_OPERATIONS: [&str; 7] = [
    "debug",
    "fail_fast",
    "full_refresh",
    "log_cache_events",
    "single_threaded",
    "store_failures",
    "use_experimental_parser",
];

/// What dbt does not tell of an operation: no plain values to it.
const UNTOLD_OF_OPERATIONS: [&str; 5] = [
    "defer_state",
    "partial_parse_file_path",
    "project_dir",
    "select",
    "state",
];

/// What dbt 1.12 does where dbt_project.yml does not say so below `flags:`.
const BEHAVIOUR: [(&str, bool); 27] = [
    ("allow_jinja_file_extensions", false),
    ("enable_grouped_warn_error_parser_logs", false),
    ("introspect", true),
    ("latest_version_pointer_enabled_by_default", false),
    ("require_all_warnings_handled_by_warn_error", true),
    (
        "require_batched_execution_for_custom_microbatch_strategy",
        true,
    ),
    ("require_corrected_analysis_fqns", false),
    (
        "require_explicit_package_overrides_for_builtin_materializations",
        true,
    ),
    ("require_generic_test_arguments_property", true),
    ("require_nested_cumulative_type_params", true),
    ("require_ref_searches_node_package_before_root", false),
    ("require_resource_names_without_spaces", true),
    (
        "require_source_and_semantic_model_names_without_spaces",
        false,
    ),
    ("require_sql_header_in_test_configs", false),
    ("require_unique_project_resource_names", false),
    ("require_valid_schema_from_generate_schema_name", false),
    ("require_yaml_configuration_for_mf_time_spines", true),
    ("skip_nodes_if_on_run_start_fails", true),
    ("source_freshness_run_project_hooks", true),
    ("state_modified_compare_more_unrendered_values", true),
    ("state_modified_compare_vars", false),
    ("strict_mode", false),
    ("support_custom_ref_kwargs", false),
    ("use_catalogs_v2", false),
    ("use_fast_test_edges", false),
    ("use_v2_parser", false),
    ("validate_macro_args", true),
];

impl Flags {
    /// The arguments of this call.
    pub(crate) fn recorded(&self) -> Map<String, Json> {
        let is_operation = self.verb == Verb::RunOperation;
        let mut arguments = Map::new();
        for (name, default) in BEHAVIOUR {
            arguments.insert(name.to_owned(), self.project_switch(name, default).into());
        }
        let is_told = |name: &str, value: &Json| match value {
            Json::Null => false,
            Json::Bool(false) => !TOLD_WHEN_ON.contains(&name),
            _ => !(is_operation && UNTOLD_OF_OPERATIONS.contains(&name)),
        };
        let told = self
            .values
            .iter()
            .filter(|(name, value)| is_told(name, value));
        arguments.extend(told.map(|(name, value)| (name.clone(), value.clone())));
        for name in [event_time::START, event_time::END] {
            if let Some(text) = arguments.get_mut(name)
                && let Some(moment) = text.as_str().and_then(event_time::moment)
            {
                *text = moment.strftime(event_time::FORMATS[0]).to_string().into();
            }
        }
        if is_operation {
            for name in TOLD_OF_OPERATIONS {
                arguments.entry(name).or_insert(Json::Bool(false));
            }
            let project_dir = self.given_project_dir.as_deref();
            arguments.extend(project_dir.map(|given| ("project_dir".to_owned(), given.into())));
            return arguments;
        }
        let options = self.warn_error_options.as_ref();
        let list = |name: &str, older: &str| {
            let of = |name: &str| options.and_then(|options| options.get(name)).cloned();
            of(name).or_else(|| of(older)).unwrap_or_else(|| json!([]))
        };
        arguments.insert(
            "warn_error_options".to_owned(),
            json!({
                "error": list("error", "include"),
                "warn": list("warn", "exclude"),
                "silence": list("silence", "silence"),
            }),
        );
        arguments
            .entry("sqlparse")
            .or_insert_with(|| json!({"MAX_GROUPING_DEPTH": null, "MAX_GROUPING_TOKENS": null}));
        if let Some(path) = &self.log.path {
            let path = std::path::absolute(path).unwrap_or_else(|_| path.clone());
            let path = path.to_string_lossy().into_owned();
            arguments.insert("log_path".to_owned(), path.into());
        }
        arguments
    }
}
