//! The macros that every project has, in our own words. A project's macro of the same name wins.
//!
//! A new file is one line here. Each public macro `x` dispatches to `default__x` or `postgres__x`, so that
//! projects and packages override what they need.

use super::library::{DBT_PACKAGE, OWN_PACKAGE};

/// A file of built-in macros.
#[derive(Debug, Clone, Copy)]
pub(super) struct BuiltIn {
    /// The package that its macros belong to.
    pub(super) package: &'static str,
    /// Where messages say that it stands.
    pub(super) path: &'static str,
    pub(super) text: &'static str,
}

macro_rules! files {
    ($($package:expr => $folder:literal { $($file:literal),+ $(,)? })+) => {
        &[$($(BuiltIn {
            package: $package,
            path: concat!($folder, "/", $file, ".sql"),
            text: include_str!(concat!("builtin/", $file, ".sql")),
        }),+),+]
    };
}

/// All of them.
pub(super) const FILES: &[BuiltIn] = files! {
    DBT_PACKAGE => "dbt" {
        "catalog",
        "clone",
        "comments",
        "configuration",
        "contracts",
        "cross_database/aggregates",
        "cross_database/arrays",
        "cross_database/casts",
        "cross_database/data_types",
        "cross_database/dates",
        "cross_database/partitions",
        "cross_database/series",
        "cross_database/sets",
        "cross_database/text",
        "cross_database/timestamps",
        "data_test_queries",
        "data_tests",
        "freshness",
        "functions",
        "grants",
        "incremental/columns",
        "incremental/merge",
        "incremental/schema_changes",
        "incremental/strategies",
        "hooks",
        "indexes",
        "materializations/incremental",
        "materializations/publish",
        "materializations/refresh",
        "materializations/seed",
        "materializations/table",
        "materializations/test",
        "materializations/view",
        "naming",
        "query_columns",
        "relations/columns",
        "relations/create",
        "relations/existing",
        "relations/materialized_view",
        "relations/materialized_view_build",
        "relations/postgres",
        "relations/relation",
        "relations/rename",
        "relations/replace",
        "relations/schema",
        "show",
        "snapshots/columns",
        "snapshots/materialization",
        "snapshots/merge",
        "snapshots/staging",
        "snapshots/strategies",
        "statement",
        "unit_test_build",
        "unit_tests",
    }
    OWN_PACKAGE => "hcw" {
        "validators",
    }
};

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::Path;

    use super::*;
    use crate::jinja::scan;
    use crate::jinja::{Engine, MacroLibrary};

    #[test]
    fn every_macro_compiles() {
        let mut diagnostics = Vec::new();
        let library = MacroLibrary::new("p", &mut diagnostics);
        assert!(library.built_in.len() > 250, "{}", library.built_in.len());
        diagnostics.extend(Engine::new(&library).check(|_| true));
        let problems: Vec<String> = diagnostics
            .iter()
            .map(|diagnostic| format!("{:?}: {}", diagnostic.location, diagnostic.message))
            .collect();
        assert!(problems.is_empty(), "{}", problems.join("\n"));
    }

    #[test]
    fn no_name_is_taken_twice() {
        let mut seen: BTreeMap<String, &str> = BTreeMap::new();
        for file in FILES {
            let (blocks, _) = scan::blocks(file.text, &["macro"]);
            for block in blocks {
                let (name, _) =
                    scan::signature(&file.text[block.open.arguments.clone()]).expect("a signature");
                let before = seen.insert(name.to_owned(), file.path);
                assert_eq!(before, None, "{name} in {}", file.path);
            }
        }
    }

    #[test]
    fn every_dispatching_macro_has_an_implementation() {
        let library = MacroLibrary::new("p", &mut Vec::new());
        let mut missing = Vec::new();
        for definition in library.built_in.values() {
            let body = &definition.file.text[definition.range.clone()];
            for call in body.split("adapter.dispatch('").skip(1) {
                let wanted = call.split('\'').next().unwrap_or_default();
                let found = ["default", "postgres"].iter().any(|prefix| {
                    library
                        .built_in
                        .contains_key(&format!("{prefix}__{wanted}"))
                });
                if !found {
                    missing.push(format!("{wanted} in {}", definition.name));
                }
            }
        }
        assert_eq!(missing, Vec::<String>::new());
    }

    #[test]
    fn every_file_of_the_folder_is_listed() {
        fn count(folder: &Path) -> usize {
            folder
                .read_dir()
                .expect("a folder")
                .map(|entry| entry.expect("is read").path())
                .map(|path| if path.is_dir() { count(&path) } else { 1 })
                .sum()
        }
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/jinja/builtin");
        assert_eq!(count(&folder), FILES.len());
    }
}
