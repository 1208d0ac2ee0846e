//! One entry of `packages:`: where a package comes from, and which version is wanted.

use serde_json::{Map, Value as Json, json};

use super::version::Version;
use crate::diagnostic::{Code, Diagnostic};
use crate::profile::SecretRenderer;
use crate::source::{Location, SourceFile};
use crate::yaml::{Node, Value};

/// A package that is asked for.
#[derive(Debug, Clone)]
pub struct Requested {
    /// Where it comes from.
    pub request: Request,
    /// The entry as written, before its templates were rendered; the lock's hash is taken of it too.
    pub written: Map<String, Json>,
    /// The name that a lock file gives it.
    pub name: Option<String>,
    /// Where it is asked for.
    pub location: Location,
}

/// Where a package comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum Request {
    /// A folder.
    Local(Local),
    /// A git repository.
    Git(Git),
    /// The package hub.
    Hub(Hub),
    /// An archive at some address.
    Tarball(Tarball),
}

/// A folder.
#[derive(Debug, Clone, PartialEq)]
pub struct Local {
    /// The path, relative to the root project.
    pub path: String,
}

/// A git repository.
#[derive(Debug, Clone, PartialEq)]
pub struct Git {
    /// The address; may hold secrets.
    pub url: String,
    /// The address as written.
    pub written_url: String,
    /// Branches, tags or commits that are asked for.
    pub revisions: Vec<String>,
    /// Whether a branch that moves is worth a warning.
    pub warns_unpinned: bool,
    /// The folder within the repository.
    pub subdirectory: Option<String>,
    /// `revision` as written, for the lock's hash.
    raw_revision: Json,
    raw_warn: Json,
}

/// A package of the hub.
#[derive(Debug, Clone, PartialEq)]
pub struct Hub {
    /// `namespace/name`.
    pub package: String,
    /// Versions, each with its comparison.
    pub versions: Vec<Version>,
    /// Whether prereleases count.
    pub installs_prerelease: bool,
    raw_version: Json,
    raw_prerelease: Json,
}

/// An archive.
#[derive(Debug, Clone, PartialEq)]
pub struct Tarball {
    /// The address; may hold secrets.
    pub url: String,
    /// The address as written.
    pub written_url: String,
    /// The package's name.
    pub name: String,
}

impl Requested {
    /// The values that dbt hashes into `package-lock.yml`.
    pub(super) fn hashed(&self) -> Json {
        let mut facts = match &self.request {
            Request::Local(local) => json!({"local": local.path}),
            Request::Git(git) => json!({
                "git": git.url,
                "revision": git.raw_revision,
                "subdirectory": git.subdirectory,
                "warn-unpinned": git.raw_warn,
            }),
            Request::Hub(hub) => json!({
                "package": hub.package,
                "version": hub.raw_version,
                "install_prerelease": hub.raw_prerelease,
            }),
            Request::Tarball(tarball) => json!({"tarball": tarball.url, "name": tarball.name}),
        };
        facts["unrendered"] = Json::Object(self.written.clone());
        if let Some(name) = &self.name {
            facts["name"] = name.clone().into();
        }
        facts
    }
}

/// Reads the entries of `packages:`; texts may be templates.
///
/// **Errors**: HCW0116 for entries that are not those of a package, HCW0112 for private ones.
pub fn read_requests(
    file: &SourceFile,
    root: &Node,
    renderer: &SecretRenderer,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Requested> {
    for (key, _) in root.as_mapping().unwrap_or_default() {
        let is_known = match key.name.as_str() {
            "packages" | "sha1_hash" => true,
            "projects" if file.path.ends_with(super::DEPENDENCIES_FILE) => {
                diagnostics.push(
                    Diagnostic::warning(
                        Code::Unsupported,
                        "references to other projects are not supported: `projects` has no effect",
                    )
                    .at(file.at(key.range.clone())),
                );
                true
            }
            _ => file.path.ends_with(super::DEPENDENCIES_FILE),
        };
        if !is_known {
            diagnostics.push(
                Diagnostic::error(
                    Code::PackagesInvalid,
                    format!("the key `{}` cannot stand in {}", key.name, file.path),
                )
                .at(file.at(key.range.clone()))
                .help("packages stand in a list under `packages`"),
            );
        }
    }
    let items = match root
        .get("packages")
        .map(|packages| (&packages.value, packages))
    {
        None | Some((Value::Null, _)) => return Vec::new(),
        Some((Value::Sequence(items), _)) => items,
        Some((_, node)) => {
            diagnostics.push(
                Diagnostic::error(Code::PackagesInvalid, "`packages` must be a list")
                    .at(file.at(node.range.clone())),
            );
            return Vec::new();
        }
    };
    let mut requests = Vec::new();
    for item in items {
        match entry(file, item, renderer) {
            Ok(requested) => requests.push(requested),
            Err(problem) => {
                let location = file.at(item.range.clone());
                diagnostics.push(if problem.location.is_none() {
                    problem.at(location)
                } else {
                    problem
                });
            }
        }
    }
    requests
}

/// The keys of each kind of entry, by the key that makes the kind.
const KINDS: [(&str, &[&str]); 4] = [
    ("package", &["version", "install_prerelease", "name"]),
    (
        "git",
        &["revision", "warn-unpinned", "subdirectory", "name"],
    ),
    ("local", &["name"]),
    ("tarball", &["name"]),
];

fn entry(
    file: &SourceFile,
    node: &Node,
    renderer: &SecretRenderer,
) -> Result<Requested, Diagnostic> {
    let invalid = |message: String| Diagnostic::error(Code::PackagesInvalid, message);
    let Json::Object(written) = node.to_json() else {
        return Err(invalid("a package must be a mapping".to_owned()));
    };
    if written.contains_key("private") {
        return Err(Diagnostic::error(
            Code::Unsupported,
            "packages of the kind `private` are not supported",
        )
        .help("name the repository's address with `git:`"));
    }
    let Some((kind, keys)) = KINDS.iter().find(|(kind, _)| written.contains_key(*kind)) else {
        return Err(invalid(
            "a package without `package`, `git`, `local` or `tarball`".to_owned(),
        ));
    };
    for (key, _) in node.as_mapping().unwrap_or_default() {
        if key.name != *kind && !keys.contains(&key.name.as_str()) {
            return Err(
                invalid(format!("unknown key `{}` of a `{kind}` package", key.name))
                    .at(file.at(key.range.clone()))
                    .help(format!("its keys are {kind}, {}", keys.join(", "))),
            );
        }
    }
    let text = |key: &str| -> Result<Option<String>, Diagnostic> {
        match node.get(key).filter(|node| !node.is_null()) {
            None => Ok(None),
            Some(node) => renderer.text(file, node).map(Some),
        }
    };
    let place = text(kind)?.unwrap_or_default();
    if place.trim().is_empty() {
        return Err(invalid(format!(
            "A {} package is missing the value. It is a required property.",
            if *kind == "package" { "hub" } else { kind }
        )));
    }
    let raw = |key: &str| -> Result<Json, Diagnostic> {
        match written.get(key) {
            None => Ok(Json::Null),
            Some(Json::String(_)) => Ok(text(key)?.map_or(Json::Null, Json::String)),
            Some(other) => Ok(other.clone()),
        }
    };
    let written_text = |key: &str| written.get(key).and_then(Json::as_str).unwrap_or(&place);
    let request = match *kind {
        "local" => Request::Local(Local {
            path: place.clone(),
        }),
        "tarball" => Request::Tarball(Tarball {
            name: text("name")?.ok_or_else(|| invalid("a tarball needs a `name`".to_owned()))?,
            written_url: written_text("tarball").to_owned(),
            url: place.clone(),
        }),
        "git" => Request::Git(Git {
            written_url: written_text("git").to_owned(),
            url: place.clone(),
            revisions: text("revision")?.into_iter().collect(),
            warns_unpinned: written.get("warn-unpinned") != Some(&Json::Bool(false)),
            subdirectory: text("subdirectory")?,
            raw_revision: raw("revision")?,
            raw_warn: raw("warn-unpinned")?,
        }),
        _ => hub(file, node, renderer, &place, raw("install_prerelease")?)?,
    };
    let name = match &request {
        Request::Tarball(_) => None,
        _ => text("name")?,
    };
    Ok(Requested {
        request,
        written,
        name,
        location: file.at(node.range.clone()),
    })
}

fn hub(
    file: &SourceFile,
    node: &Node,
    renderer: &SecretRenderer,
    package: &str,
    raw_prerelease: Json,
) -> Result<Request, Diagnostic> {
    let invalid = |message: String| Diagnostic::error(Code::PackagesInvalid, message);
    let Some(version) = node.get("version").filter(|node| !node.is_null()) else {
        return Err(invalid(format!(
            "{package} is missing the version. When installing from the Hub package index, version is a required property"
        )));
    };
    if !package.contains('/') {
        return Err(invalid(format!(
            "{package} was not found in the package index. Packages on the index require a namespace, e.g dbt-labs/dbt_utils"
        )));
    }
    let items = match &version.value {
        Value::Sequence(items) => items.as_slice(),
        _ => std::slice::from_ref(version),
    };
    let mut raw = Vec::new();
    let mut versions = Vec::new();
    for item in items {
        let text = renderer.text(file, item)?;
        versions.push(
            text.parse::<Version>()
                .map_err(|error| invalid(error.to_string()).at(file.at(item.range.clone())))?,
        );
        raw.push(match item.to_json() {
            Json::String(_) => Json::String(text),
            other => other,
        });
    }
    let raw_version = match (&version.value, raw.pop()) {
        (Value::Sequence(_), last) => {
            raw.extend(last);
            Json::Array(raw)
        }
        (_, single) => single.unwrap_or_default(),
    };
    Ok(Request::Hub(Hub {
        package: package.to_owned(),
        versions,
        installs_prerelease: raw_prerelease == Json::Bool(true),
        raw_version,
        raw_prerelease: match raw_prerelease {
            Json::Null if node.get("install_prerelease").is_none() => Json::Bool(false),
            other => other,
        },
    }))
}
