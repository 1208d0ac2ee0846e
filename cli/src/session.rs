//! One call of hcw: its project, its target and its settings.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hcw_core::analyse;
use hcw_core::diagnostic::{Code, Diagnostic};
use hcw_core::graph::{self, Resolved};
use hcw_core::partial::{Excerpt, Wanted};
use hcw_core::profile::{self, ProfileRequest};
use hcw_core::project::{self, ProjectFile, Templates};
use hcw_core::query_comment::QueryComments;
use hcw_core::render;
use hcw_core::settings::{Publish, Settings};
use hcw_core::source::{SourceFile, SourceTree};
use hcw_core::target::{Connection, Server, Target};
use hcw_core::yaml;
use serde_json::{Map, Value as Json};

use crate::args::{Flags, Verb, under_both_names};
use crate::db::connect::{connect, connection_from_url, with_stored_password};
use crate::db::live::Voice;
use crate::profile_folders::{PROFILES_FILE, profile_folders};
use crate::report::{Decision, Reporter, WarningPolicy};
use crate::{embedded, project_fs, sample};

/// Any number of problems that stop a verb.
pub(crate) type Problems = Vec<Diagnostic>;

/// Everything known before the project is compiled. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Session {
    pub(crate) project_dir: PathBuf,
    pub(crate) project_file: ProjectFile,
    pub(crate) settings: Settings,
    /// The options of the call.
    pub(crate) flags: Flags,
    /// Whether somebody says how what was built takes its place.
    pub(crate) chose_publish: bool,
    /// The project's files.
    pub(crate) tree: Arc<SourceTree>,
}

/// The schema of models without one, where no profile says another.
const DEFAULT_SCHEMA: &str = "public";

/// A session of which only the project's own file is read, and the target.
pub(crate) struct Beginning(Session);

impl Beginning {
    /// What is known already: everything but the project's files.
    pub(crate) fn known(&self) -> &Session {
        &self.0
    }

    /// Reads the project's files.
    pub(crate) fn read(self) -> Result<Session, Problems> {
        let Beginning(mut session) = self;
        let templates = Templates {
            environment: &session.settings.environment,
            vars: &session.settings.vars,
        };
        let tree = Arc::unwrap_or_clone(session.tree);
        let tree =
            project_fs::complete(&session.project_dir, tree, &session.project_file, templates)?;
        session.tree = Arc::new(tree);
        Ok(session)
    }
}

impl Session {
    /// Reads the project's files and the target.
    pub(crate) fn new(flags: &Flags, invocation_id: &str) -> Result<Session, Problems> {
        Session::begin(flags, invocation_id)?.read()
    }

    /// Reads the project's own file and the target.
    pub(crate) fn begin(flags: &Flags, invocation_id: &str) -> Result<Beginning, Problems> {
        let project_dir = flags.project_dir.clone();
        let (tree, mut project_file) = project_fs::begin(flags)?;
        if let Some(target_path) = &flags.target_path {
            project_file.target_path = target_path.trim_end_matches('/').to_owned();
        }
        let vars = vars(flags.vars.as_deref().unwrap_or_default()).map_err(|error| vec![error])?;
        let (mut target, _) =
            find_target(flags, Some(&project_file)).map_err(|error| vec![error])?;
        if let Some(threads) = flags.threads {
            target.threads = threads;
        }
        target.threads = target.threads.max(1);
        let mut template_flags = flags.for_templates();
        if let Some(written) = flags.text("sample") {
            let now = sample::now(&environment()).map_err(|error| vec![error])?;
            let window = sample::window(written, now).map_err(|error| vec![error])?;
            template_flags.insert("SAMPLE".to_owned(), window);
        }
        let asked = publish(flags, &project_file).map_err(|error| vec![error])?;
        let settings = Settings {
            vars,
            environment: environment(),
            target,
            full_refresh: flags.full_refresh,
            store_failures: flags.store_failures,
            warnings_fail: WarningPolicy::new(flags).decision("JinjaLogWarning") == Decision::Error,
            again: flags.again.clone(),
            // `build` also runs the tests: it publishes all or nothing
            publish: asked.unwrap_or(match flags.verb {
                Verb::Build => Publish::Atomic,
                _ => Publish::PerNode,
            }),
            run_started_at: jiff::Timestamp::now().to_string(),
            invocation_id: invocation_id.to_owned(),
            verb: flags.verb.which().to_owned(),
            flags: template_flags,
        };
        Ok(Beginning(Session {
            project_dir,
            project_file,
            settings,
            flags: flags.clone(),
            chose_publish: asked.is_some(),
            tree: Arc::new(tree),
        }))
    }

    /// Parses, renders and resolves the project; its warnings are reported, its errors returned.
    pub(crate) fn resolve(&self, reporter: &Reporter) -> Result<Resolved, Problems> {
        let (resolved, diagnostics) = self.parse()?;
        reporter.admit(diagnostics)?;
        Ok(resolved)
    }

    /// Parses, renders and resolves the project, with all that was found on the way.
    pub(crate) fn parse(&self) -> Result<(Resolved, Vec<Diagnostic>), Problems> {
        self.parse_tree(&self.tree, None)
    }

    /// The same of an excerpt of it.
    pub(crate) fn parse_excerpt(
        &self,
        excerpt: &Excerpt,
    ) -> Result<(Resolved, Vec<Diagnostic>), Problems> {
        self.parse_tree(&excerpt.tree, Some(excerpt.wanted.clone()))
    }

    fn parse_tree(
        &self,
        tree: &SourceTree,
        wanted: Option<Wanted>,
    ) -> Result<(Resolved, Vec<Diagnostic>), Problems> {
        let (project, mut diagnostics) = project::parse(tree, self.settings.clone());
        let Some(mut project) = project else {
            return Err(diagnostics);
        };
        project.wanted = wanted;
        let (rendered, found) = render::render(project);
        diagnostics.extend(found);
        let (resolved, found) = graph::resolve(rendered);
        diagnostics.extend(found);
        diagnostics.extend(analyse::check_settings(&resolved));
        Ok((resolved, diagnostics))
    }

    /// The name of the model that an inline query becomes.
    pub(crate) const INLINE_MODEL: &'static str = "inline_query";

    /// The same session with the query of the command line, if there is one, as a further model.
    pub(crate) fn with_inline(&self, flags: &Flags) -> Session {
        self.with_inline_model(flags.inline.as_deref())
    }

    fn with_inline_model(&self, query: Option<&str>) -> Session {
        let folder = self.project_file.model_paths.first();
        let folder = folder.map_or("models", String::as_str);
        let mut session = self.clone();
        if let Some(query) = query {
            Arc::make_mut(&mut session.tree).insert(SourceFile::new(
                format!("{folder}/{}.sql", Session::INLINE_MODEL),
                // behind the query, whose places are then those of its text
                format!(
                    "{query}\n{{{{- config(materialized='view', contract={{'enforced': false}}) }}}}"
                ),
            ));
        }
        session
    }

    /// The connection's settings; starts the embedded server when that is the target.
    pub(crate) async fn connection(&self) -> Result<Connection, Problems> {
        match &self.settings.target.server {
            Server::External(connection) => Ok(with_stored_password((**connection).clone())),
            Server::Embedded => embedded::ensure_running(&self.project_dir)
                .await
                .map_err(|error| vec![error]),
        }
    }

    /// How the run itself speaks to the server, where no node does.
    pub(crate) fn voice(
        &self,
        resolved: &Resolved,
        name: &str,
        reporter: &Reporter,
    ) -> Result<Voice, Problems> {
        let comment = QueryComments::of(resolved)
            .comment(None, name)
            .map_err(|error| vec![error])?;
        Ok(Voice {
            comment,
            name: name.to_owned(),
            reporter: reporter.clone(),
        })
    }

    /// The name of the connections of this run.
    pub(crate) fn run_name(&self) -> String {
        format!("hcw {}", self.settings.invocation_id)
    }

    /// A new connection for hcw itself.
    pub(crate) async fn connect(
        &self,
        connection: &Connection,
    ) -> Result<tokio_postgres::Client, Problems> {
        let name = format!("hcw {}", self.settings.verb);
        connect(connection, &name)
            .await
            .map_err(|error| vec![error])
    }

    /// The folder of artifacts.
    pub(crate) fn target_path(&self) -> PathBuf {
        self.project_dir.join(&self.project_file.target_path)
    }
}

/// How what was built takes its place, as somebody says: `--publish`, `HCW_PUBLISH`, or the project.
fn publish(flags: &Flags, project: &ProjectFile) -> Result<Option<Publish>, Diagnostic> {
    let from_environment = std::env::var("HCW_PUBLISH").ok();
    let said = flags.text("publish").or(from_environment.as_deref());
    let Some(name) = said.filter(|name| !name.is_empty()) else {
        return Ok(project.publish);
    };
    Publish::named(name).map(Some).ok_or_else(|| {
        let names = Publish::NAMES.map(|(name, _)| name);
        Diagnostic::error(Code::Usage, format!("HCW_PUBLISH is `{name}`"))
            .help(format!("one of {}", names.join(", ")))
            .did_you_mean(name, names)
    })
}

pub(crate) fn vars(text: &str) -> Result<Map<String, Json>, Diagnostic> {
    let node = yaml::parse_text("--vars", text)?;
    match node.to_shown_json() {
        Json::Object(vars) => Ok(vars),
        Json::Null => Ok(Map::new()),
        _ => Err(
            Diagnostic::error(Code::VarsInvalid, "--vars must be a YAML mapping")
                .help("for example --vars '{raw_dir: data, as_of_date: 2025-06-30}'"),
        ),
    }
}

/// `DATABASE_URL` (unless a profile or target is asked for by name), then profiles.yml, then the embedded server.
pub(crate) fn find_target(
    flags: &Flags,
    project_file: Option<&ProjectFile>,
) -> Result<(Target, String), Diagnostic> {
    let (project_dir, environment) = (&flags.project_dir, &environment());
    let asked_for = flags.profile.is_some() || flags.target.is_some();
    let profile_name = profile_name(flags, project_file);
    let url = environment
        .get("DATABASE_URL")
        .filter(|url| !url.is_empty());
    if let (Some(url), false) = (url, asked_for) {
        let connection = connection_from_url(url)?;
        let target = Target {
            profile_name,
            name: "default".to_owned(),
            database: connection.dbname.clone(),
            schema: DEFAULT_SCHEMA.to_owned(),
            threads: 4,
            server: Server::External(Box::new(connection)),
        };
        return Ok((target, "DATABASE_URL".to_owned()));
    }
    let given = flags.profiles_dir.as_deref();
    for (folder, must_have) in profile_folders(given, project_dir, environment) {
        let path = folder.join(PROFILES_FILE);
        if !path.exists() {
            if must_have {
                return Err(Diagnostic::error(
                    Code::ProfileMissing,
                    format!("no `profiles.yml` in `{}`", folder.display()),
                )
                .help("--profiles-dir and DBT_PROFILES_DIR name the folder that holds it"));
            }
            continue;
        }
        let file = project_fs::read(project_dir, &path)?;
        let request = ProfileRequest {
            profile: &profile_name,
            target: flags.target.as_deref(),
            environment,
        };
        match profile::resolve(&file, &request)? {
            Some(target) => return Ok((target, path.display().to_string())),
            // one that is shared by projects need not know each of them
            None if must_have || asked_for || !is_shared(&folder, environment) => {
                return Err(Diagnostic::error(
                    Code::ProfileMissing,
                    format!("`{}` has no profile `{profile_name}`", file.path),
                )
                .at(file.at(0..0))
                .help("add it, or name another with --profile"));
            }
            None => {}
        }
    }
    if asked_for {
        return Err(Diagnostic::error(
            Code::ProfileMissing,
            format!("no profiles.yml with the profile `{profile_name}`"),
        )
        .help("write one in the project's folder or in ~/.dbt; without --profile and --target hcw uses its embedded server"));
    }
    let target = Target {
        profile_name,
        name: "embedded".to_owned(),
        server: Server::Embedded,
        database: embedded::DATABASE.to_owned(),
        schema: DEFAULT_SCHEMA.to_owned(),
        threads: 4,
    };
    Ok((target, "no profile: the embedded server".to_owned()))
}

/// Whether a folder's profiles.yml is that of all projects of the user.
fn is_shared(folder: &Path, environment: &BTreeMap<String, String>) -> bool {
    let home = environment.get("HOME").map(Path::new);
    home.is_some_and(|home| folder == home.join(".dbt"))
}

/// The profile that is asked for: by option, by the project, or of the project's name.
pub(crate) fn profile_name(flags: &Flags, project_file: Option<&ProjectFile>) -> String {
    let of_project =
        || project_file.map(|file| file.profile.clone().unwrap_or_else(|| file.name.clone()));
    flags
        .profile
        .clone()
        .or_else(of_project)
        .unwrap_or_else(|| "default".to_owned())
}

/// The environment; what dbt calls by two names is there by both.
pub(crate) fn environment() -> BTreeMap<String, String> {
    let mut environment = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    under_both_names(&mut environment);
    environment
}
