//! What stands around the failing rows in a test's query. The built-in macros make the same of every test that is
//! configured alike, so they run once for all of these; where a project overrides one of them they run for each.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value as Json;

use crate::materialize::Statement;
use crate::project::Project;
use crate::project::config::ConfigMap;

/// The macros that make a test's query.
const MACROS: [&str; 7] = [
    "materialization_test",
    "get_test_sql",
    "get_limit_subquery_sql",
    "get_limit_sql",
    "should_store_failures",
    "statement",
    "set_sql_header",
];
/// The configuration that they read.
const KEYS: [&str; 5] = ["fail_calc", "warn_if", "error_if", "limit", "sql_header"];
/// Stands for the failing rows while a frame is made.
pub(super) const ROWS: &str = "select hcw_rows_of_a_test";

/// The texts before and after the failing rows.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    before: String,
    after: String,
    /// The macros that make it.
    macros: Arc<[String]>,
}

impl Frame {
    /// Takes a query around [`ROWS`] apart.
    pub(super) fn of(query: &str, macros: Arc<[String]>) -> Option<Frame> {
        let (before, after) = query.split_once(ROWS)?;
        Some(Frame {
            before: before.to_owned(),
            after: after.to_owned(),
            macros,
        })
    }

    /// Ids of the macros that make it.
    pub(super) fn macros(&self) -> Arc<[String]> {
        self.macros.clone()
    }

    /// The query of these failing rows.
    pub(super) fn around(&self, rows: &str) -> Statement {
        let start = self.before.len();
        Statement {
            query: Some(start..start + rows.len()),
            counts: true,
            ..Statement::plain(format!("{}{rows}{}", self.before, self.after))
        }
    }
}

/// The frames of a run, by configuration.
#[derive(Debug, Default)]
pub(crate) struct Frames {
    /// Whether a project has a word in them.
    are_overridden: bool,
    by_configuration: Mutex<HashMap<String, Option<Arc<Frame>>>>,
}

impl Frames {
    pub(crate) fn of(project: &Project) -> Frames {
        let bare = |name: &str| {
            let (_, bare) = name.split_once("__").unwrap_or_default();
            MACROS.iter().any(|known| {
                *known == name || *known == bare || name.starts_with("materialization_test_")
            })
        };
        let mut macros = project.engine.macros();
        Frames {
            are_overridden: macros.any(|known| !known.is_built_in() && bare(&known.name)),
            ..Frames::default()
        }
    }

    /// The frame of a configuration, made where it is the first of its kind; `None` where there is none to share.
    pub(super) fn get(
        &self,
        config: &ConfigMap,
        make: impl FnOnce() -> Option<Frame>,
    ) -> Option<Arc<Frame>> {
        if self.are_overridden {
            return None;
        }
        let key = KEYS.map(|key| config.get(key).unwrap_or(&Json::Null).to_string());
        let mut frames = self.frames();
        let frame = frames
            .entry(key.join("\n"))
            .or_insert_with(|| make().map(Arc::new));
        frame.clone()
    }

    fn frames(&self) -> std::sync::MutexGuard<'_, HashMap<String, Option<Arc<Frame>>>> {
        self.by_configuration
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
