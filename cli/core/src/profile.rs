//! `profiles.yml`: from its text to a [`Target`]. Only outputs of type postgres.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diagnostic::{Code, Diagnostic, has_errors};
use crate::jinja::{Engine, MacroLibrary, Names, NodeContext, Shared, YamlRenderer};
use crate::project::{NoNames, Templates};
use crate::settings::{Publish, Settings};
use crate::source::SourceFile;
use crate::target::{Connection, Secret, Server, SslMode, Target};
use crate::yaml::{self, Node};

/// Which output of which profile.
#[derive(Debug, Clone)]
pub struct ProfileRequest<'request> {
    /// `--profile`, or the project's `profile`.
    pub profile: &'request str,
    /// `--target`.
    pub target: Option<&'request str>,
    /// The environment, for `env_var`.
    pub environment: &'request BTreeMap<String, String>,
}

/// The target that the file gives; `None` when it has no such profile.
///
/// **Errors**: HCW0106 for an unknown target, HCW0107 for settings that cannot be used.
pub fn resolve(
    file: &SourceFile,
    request: &ProfileRequest<'_>,
) -> Result<Option<Target>, Diagnostic> {
    let root = yaml::parse(file)?;
    let Some(profile) = root.get(request.profile) else {
        return Ok(None);
    };
    let invalid = |message: String, node: &Node| {
        Diagnostic::error(Code::ProfileInvalid, message).at(file.at(node.range.clone()))
    };
    let outputs = profile.get("outputs").ok_or_else(|| {
        invalid(
            format!("the profile `{}` has no `outputs`", request.profile),
            profile,
        )
    })?;
    let renderer = SecretRenderer::new(request.environment, &serde_json::Map::new());
    let name = match (request.target, profile.get("target")) {
        (Some(name), _) => name.to_owned(),
        (None, Some(node)) => renderer.text(file, node)?,
        (None, None) => "default".to_owned(),
    };
    let names: Vec<&str> = outputs
        .as_mapping()
        .unwrap_or_default()
        .iter()
        .map(|(key, _)| key.name.as_str())
        .collect();
    let Some(output) = outputs.get(&name) else {
        return Err(Diagnostic::error(
            Code::TargetMissing,
            format!("the profile `{}` has no target `{name}`", request.profile),
        )
        .at(file.at(outputs.range.clone()))
        .help(format!("its targets are: {}", names.join(", ")))
        .did_you_mean(&name, names.iter().copied()));
    };
    let output = Output {
        file,
        node: output,
        renderer: &renderer,
    };
    let kind = output.text("type")?;
    if kind.as_deref() != Some("postgres") {
        return Err(invalid(
            format!(
                "the target `{name}` is of type `{}`",
                kind.unwrap_or_default()
            ),
            output.node,
        )
        .help("hcw works on PostgreSQL: `type: postgres`"));
    }
    target(request.profile, name, &output).map(Some)
}

fn target(profile_name: &str, name: String, output: &Output<'_>) -> Result<Target, Diagnostic> {
    let database = match output.text("dbname")? {
        Some(database) => database,
        None => match output.text("database")? {
            Some(database) => database,
            None => output.required("dbname")?,
        },
    };
    let password = match output.text("password")? {
        Some(password) => Some(password),
        None => output.text("pass")?,
    };
    let sslmode = match output.text("sslmode")?.as_deref() {
        None => None,
        Some("prefer" | "allow") => Some(SslMode::Prefer),
        Some("disable") => Some(SslMode::Disable),
        Some("require") => Some(SslMode::Require),
        Some("verify-ca") => Some(SslMode::VerifyCa),
        Some("verify-full") => Some(SslMode::VerifyFull),
        Some(other) => {
            return Err(output.invalid(
                "sslmode",
                format!("unknown sslmode `{other}`; one of disable, prefer, require, verify-ca, verify-full"),
            ));
        }
    };
    let connection = Connection {
        host: output.required("host")?,
        port: output.number("port")?.unwrap_or(5432),
        user: match output.text("user")? {
            Some(user) => user,
            None => output.required("username")?,
        },
        password: password.map(Secret::new),
        dbname: database.clone(),
        sslmode,
        sslrootcert: output.text("sslrootcert")?,
        sslcert: output.text("sslcert")?,
        sslkey: output.text("sslkey")?,
        connect_timeout_seconds: output.number("connect_timeout")?.unwrap_or(10),
        retries: output.number("retries")?.unwrap_or(1),
        keepalives_idle_seconds: output.number("keepalives_idle")?.unwrap_or(0),
        role: output.text("role")?.filter(|role| !role.is_empty()),
        search_path: output.text("search_path")?.filter(|path| !path.is_empty()),
    };
    Ok(Target {
        profile_name: profile_name.to_owned(),
        name,
        server: Server::External(Box::new(connection)),
        database,
        schema: output.required("schema")?,
        threads: output.number("threads")?.unwrap_or(4),
    })
}

/// One output of a profile.
struct Output<'profile> {
    file: &'profile SourceFile,
    node: &'profile Node,
    renderer: &'profile SecretRenderer,
}

impl Output<'_> {
    fn text(&self, key: &str) -> Result<Option<String>, Diagnostic> {
        match self.node.get(key).filter(|node| !node.is_null()) {
            Some(node) => self.renderer.text(self.file, node).map(Some),
            None => Ok(None),
        }
    }

    fn required(&self, key: &str) -> Result<String, Diagnostic> {
        self.text(key)?
            .ok_or_else(|| {
                self.invalid(key, format!("the target has no `{key}`"))
                    .help("a target needs type, host, user, dbname and schema, and mostly password and port")
            })
    }

    fn number<Number: std::str::FromStr>(&self, key: &str) -> Result<Option<Number>, Diagnostic> {
        let Some(text) = self.text(key)? else {
            return Ok(None);
        };
        text.parse()
            .map(Some)
            .map_err(|_| self.invalid(key, format!("`{key}` must be a number")))
    }

    fn invalid(&self, key: &str, message: String) -> Diagnostic {
        let node = self.node.get(key).unwrap_or(self.node);
        Diagnostic::error(Code::ProfileInvalid, message).at(self.file.at(node.range.clone()))
    }
}

/// Renders `env_var` in the file.
pub struct SecretRenderer {
    engine: Engine,
    context: Arc<NodeContext>,
}

impl SecretRenderer {
    /// Templates see `env_var` and the variables of the command line.
    pub fn new(
        environment: &BTreeMap<String, String>,
        vars: &serde_json::Map<String, serde_json::Value>,
    ) -> SecretRenderer {
        let settings = Settings {
            vars: vars.clone(),
            environment: environment.clone(),
            target: Target {
                profile_name: String::new(),
                name: String::new(),
                server: Server::Embedded,
                database: String::new(),
                schema: String::new(),
                threads: 1,
            },
            full_refresh: false,
            store_failures: false,
            warnings_fail: false,
            again: Default::default(),
            publish: Publish::default(),
            run_started_at: String::new(),
            invocation_id: String::new(),
            verb: String::new(),
            flags: serde_json::Map::new(),
        };
        let shared = Shared::new(settings, String::new(), BTreeMap::new(), BTreeMap::new());
        let mut diagnostics = Vec::new();
        let engine = Engine::new(&MacroLibrary::new("", &mut diagnostics));
        let names: Arc<dyn Names> = Arc::new(NoNames);
        SecretRenderer {
            context: Arc::new(NodeContext::new(
                &Arc::new(shared),
                &names,
                engine.scope(""),
            )),
            engine,
        }
    }

    /// What it renders with, for the templates of project files.
    pub(crate) fn templates(&self) -> Templates<'_> {
        let settings = &self.context.shared.settings;
        Templates {
            environment: &settings.environment,
            vars: &settings.vars,
        }
    }

    /// A value as text.
    ///
    /// **Errors**: the codes of templates, without what they rendered.
    pub fn text(&self, file: &SourceFile, node: &Node) -> Result<String, Diagnostic> {
        let renderer = YamlRenderer {
            engine: &self.engine,
            context: self.context.clone(),
        };
        let mut diagnostics = Vec::new();
        let value = renderer.render(file, node, &mut diagnostics);
        if has_errors(&diagnostics) {
            // a failing template may quote a secret: only the place is shown
            return diagnostics.pop().map_or_else(|| Ok(String::new()), Err);
        }
        Ok(match value {
            serde_json::Value::String(text) => text,
            other => other.to_string(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROFILES: &str = "\
hospital:
  target: dev
  outputs:
    dev:
      type: postgres
      host: localhost
      user: analyst
      pass: \"{{ env_var('DEV_PASSWORD') }}\"
      port: \"{{ env_var('DEV_PORT', '5433') }}\"
      dbname: warehouse
      schema: dev
      threads: 8
    odd: {type: snowflake}
";

    fn resolved(
        target: Option<&str>,
        environment: &[(&str, &str)],
    ) -> Result<Option<Target>, Diagnostic> {
        let environment = environment
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let request = ProfileRequest {
            profile: "hospital",
            target,
            environment: &environment,
        };
        resolve(&SourceFile::new("profiles.yml", PROFILES), &request)
    }

    #[test]
    fn settings_are_rendered_and_typed() {
        let target = resolved(None, &[("DEV_PASSWORD", "007")]).unwrap().unwrap();
        assert_eq!((target.name.as_str(), target.threads), ("dev", 8));
        let Server::External(connection) = target.server else {
            panic!("external")
        };
        assert_eq!(connection.port, 5433);
        assert_eq!(connection.password.unwrap().reveal(), "007");
    }

    #[test]
    fn what_is_missing_is_named() {
        let error = resolved(None, &[]).unwrap_err();
        assert_eq!(error.code, Code::MissingEnvVar);
        assert_eq!(error.location.unwrap().line_column(), (8, 13));
        assert_eq!(
            resolved(Some("prod"), &[]).unwrap_err().code,
            Code::TargetMissing
        );
        assert_eq!(
            resolved(Some("odd"), &[]).unwrap_err().code,
            Code::ProfileInvalid
        );
    }
}
