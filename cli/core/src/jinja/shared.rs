//! What all templates of a run have in common: settings, variables, docs, and what they asked for.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use minijinja::value::Value;
use serde_json::{Map, Value as Json, json};

use super::functions::from_json;
use super::python;
use crate::name::Parts;
use crate::project::DocsBlocks;
use crate::settings::Settings;
use crate::target::{Server, SslMode};

/// What is the same for all nodes of a run.
pub(crate) struct Shared {
    pub(crate) settings: Settings,
    pub(crate) project_name: String,
    /// Variables of each package's own project file.
    pub(crate) vars: BTreeMap<String, Map<String, Json>>,
    /// What each package's project file says of itself.
    pub(crate) projects: BTreeMap<String, Json>,
    /// Which parts of relations' names the root project has quoted.
    pub(crate) quotes: Parts<bool>,
    /// The docs blocks of all packages.
    pub(crate) docs: DocsBlocks,
    /// `graph`, when it is known and some template asks for it.
    pub(crate) graph: OnceLock<Value>,
    /// `selected_resources`, when they are known.
    pub(crate) selected: OnceLock<Vec<String>>,
    asked: Mutex<Asked>,
    pub(super) target: Value,
    pub(super) flags: Value,
}

/// Of what came in from outside nothing is printed.
impl fmt::Debug for Shared {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Shared")
            .field("project_name", &self.project_name)
            .finish_non_exhaustive()
    }
}

/// What templates asked for that is neither in the project nor in its settings.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked {
    /// Names of environment variables.
    pub(crate) environment: BTreeSet<String>,
    /// Whether any asked for the time or the id of the run.
    pub(crate) is_of_this_run: bool,
}

impl Shared {
    pub(crate) fn new(
        settings: Settings,
        project_name: String,
        vars: BTreeMap<String, Map<String, Json>>,
        docs: DocsBlocks,
    ) -> Shared {
        let target = target(&settings);
        let mut flags = settings.flags.clone();
        for (name, value) in [
            ("FULL_REFRESH", Json::Bool(settings.full_refresh)),
            ("PUBLISH", Json::from(settings.publish.as_str())),
            ("STORE_FAILURES", Json::Bool(settings.store_failures)),
            ("WHICH", Json::from(settings.verb.as_str())),
        ] {
            flags.insert(name.to_owned(), value);
        }
        let flags = from_json(Json::Object(flags));
        Shared {
            settings,
            project_name,
            vars,
            projects: BTreeMap::new(),
            quotes: Parts::ALL,
            docs,
            graph: OnceLock::new(),
            selected: OnceLock::new(),
            asked: Mutex::default(),
            target,
            flags,
        }
    }

    /// `invocation_args_dict`.
    pub(super) fn invocation_arguments(&self) -> Value {
        let flags = self.settings.flags.iter();
        let verb = ("which".to_owned(), Value::from(self.settings.verb.as_str()));
        let flags = flags.map(|(name, value)| (name.to_lowercase(), from_json(value)));
        python::dict(flags.chain([verb]))
    }

    /// A variable's value: `--vars`, then what the root project says for the package, what it says for all,
    /// and the same two of the package's own project file.
    pub(crate) fn var(&self, package: &str, name: &str) -> Option<&Json> {
        self.settings.vars.get(name).or_else(|| {
            [self.project_name.as_str(), package]
                .into_iter()
                .filter_map(|owner| self.vars.get(owner))
                .find_map(|vars| {
                    vars.get(package)
                        .and_then(|scoped| scoped.get(name))
                        .or_else(|| vars.get(name))
                })
        })
    }

    /// What templates have asked for so far.
    pub(crate) fn asked(&self) -> Asked {
        self.asking().clone()
    }

    fn asking(&self) -> MutexGuard<'_, Asked> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An environment variable; that it was asked for is noted.
    pub(crate) fn environment_variable(&self, name: &str) -> Option<&String> {
        self.asking().environment.insert(name.to_owned());
        self.settings.environment.get(name)
    }

    /// The settings, for what differs from run to run; that it was asked for is noted.
    pub(crate) fn of_this_run(&self) -> &Settings {
        self.asking().is_of_this_run = true;
        &self.settings
    }

    /// `dbt_metadata_envs`: what the environment adds to artifacts.
    pub(super) fn metadata_variables(&self) -> Value {
        const PREFIX: &str = "DBT_ENV_CUSTOM_ENV_";
        let variables = self.settings.environment.iter();
        python::dict(variables.filter_map(|(name, value)| {
            Some((name.strip_prefix(PREFIX)?, Value::from(value.clone())))
        }))
    }

    /// The names of all variables that a package can see.
    pub(crate) fn var_names<'shared>(
        &'shared self,
        package: &'shared str,
    ) -> impl Iterator<Item = &'shared str> {
        [self.project_name.as_str(), package]
            .into_iter()
            .filter_map(|owner| self.vars.get(owner))
            .chain(std::iter::once(&self.settings.vars))
            .flat_map(Map::keys)
            .map(String::as_str)
    }
}

/// What templates see of the target; of the server that hcw keeps itself, not where it is.
fn target(settings: &Settings) -> Value {
    let target = &settings.target;
    let server = match &target.server {
        Server::External(connection) => Some(connection),
        Server::Embedded => None,
    };
    let mut facts: Vec<(&str, Json)> = Vec::new();
    if let Some(server) = server {
        facts.push(("host", json!(server.host)));
        facts.push(("port", json!(server.port)));
        facts.push(("user", json!(server.user)));
    }
    facts.push(("database", json!(target.database)));
    facts.push(("schema", json!(target.schema)));
    if let Some(server) = server {
        facts.extend([
            ("connect_timeout", json!(server.connect_timeout_seconds)),
            ("role", json!(server.role)),
            ("search_path", json!(server.search_path)),
            ("keepalives_idle", json!(server.keepalives_idle_seconds)),
            ("sslmode", json!(server.sslmode.map(SslMode::as_str))),
            ("sslcert", json!(server.sslcert)),
            ("sslkey", json!(server.sslkey)),
            ("sslrootcert", json!(server.sslrootcert)),
            ("application_name", json!("dbt")),
            ("autocommit", json!(false)),
            ("retries", json!(server.retries)),
        ]);
    }
    facts.extend([
        ("dbname", json!(target.database)),
        ("type", json!("postgres")),
        ("threads", json!(target.threads)),
        ("name", json!(target.name)),
        ("target_name", json!(target.name)),
        ("profile_name", json!(target.profile_name)),
    ]);
    python::dict(
        facts
            .into_iter()
            .map(|(name, fact)| (name, from_json(fact))),
    )
}
