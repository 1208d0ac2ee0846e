//! `manifest.json`, version 12: the resolved project as dbt describes it. Entries are made while they are
//! written, so that the whole is never in memory twice.

mod checksum;
mod column;
mod configuration;
mod declared;
mod described;
mod edited;
mod listed;
mod maps;
mod node;
mod operations;
mod parts;
mod progress;
mod replaced;
mod source_table;

use std::collections::BTreeMap;
use std::io;

use md5::{Digest, Md5};
use serde_json::{Map, Value as Json, json};

pub(crate) use checksum::of_unit_test as checksum_of_unit_test;
pub(crate) use configuration::{found as found_configuration, stated as stated_configuration};
pub use described::described;
pub(crate) use described::{graph, used_by};
pub use edited::{Splice, last, splices};
pub use listed::listed;
pub use progress::Progress;
pub use replaced::{replaced, result_of};

use crate::artifact::{ArtifactKind, ArtifactMetadata, utc};
use crate::graph::Resolved;
use crate::project::{Found, ModelReference, Node, Project, UniqueId};
use crate::settings::Settings;

/// What a manifest is made of.
#[derive(Debug, Clone, Copy)]
pub struct Manifest<'run> {
    /// The project.
    pub resolved: &'run Resolved,
    /// What is compiled and built.
    pub progress: Option<&'run Progress<'run>>,
    /// When it is written: UTC, RFC 3339.
    pub generated_at: &'run str,
    /// The target folder as dbt shows it, for `compiled_path`.
    pub target_path: &'run str,
    /// The project's folder, for seeds.
    pub project_dir: &'run str,
}

impl<'run> Manifest<'run> {
    /// That of a project which is parsed and no more, for its entries.
    fn of_parsed(resolved: &'run Resolved) -> Manifest<'run> {
        Manifest {
            resolved,
            progress: None,
            generated_at: "",
            target_path: "target",
            project_dir: "",
        }
    }
}

impl Manifest<'_> {
    /// Writes the manifest.
    ///
    /// **Errors**: those of the writer.
    pub fn write(&self, mut writer: impl io::Write) -> io::Result<()> {
        parts::write(self, &mut writer)
    }

    /// Writes `semantic_manifest.json`.
    ///
    /// **Errors**: those of the writer.
    pub fn write_semantic(&self, writer: impl io::Write) -> io::Result<()> {
        serde_json::to_writer(writer, &declared::semantic_manifest(self)).map_err(io::Error::from)
    }

    fn project(&self) -> &Project {
        self.resolved.project()
    }

    /// The node that a reference means, as a resource of a package makes it.
    fn target(&self, package: &str, used: &ModelReference) -> Option<&UniqueId> {
        let names = &self.resolved.rendered.names;
        match names.find_ref(package, used.package.as_deref(), &used.lookup_name()) {
            Found::One(id) => Some(id),
            _ => None,
        }
    }

    fn source(&self, package: &str, source: &str, table: &str) -> Option<&UniqueId> {
        self.resolved
            .rendered
            .names
            .find_source(package, source, table)
    }

    fn metadata(&self) -> Json {
        let project = self.project();
        let settings = project.settings();
        let head = ArtifactMetadata::new(ArtifactKind::Manifest, settings, self.generated_at);
        let mut metadata = match serde_json::to_value(head) {
            Ok(Json::Object(metadata)) => metadata,
            _ => Map::new(),
        };
        let id: String = Md5::digest(project.file().name.as_bytes())
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        metadata.insert("project_name".to_owned(), json!(project.file().name));
        metadata.insert("project_id".to_owned(), json!(id));
        metadata.insert("user_id".to_owned(), Json::Null);
        metadata.insert("send_anonymous_usage_stats".to_owned(), json!(false));
        metadata.insert("adapter_type".to_owned(), json!("postgres"));
        let quoting = project
            .file()
            .quoting
            .as_ref()
            .map(crate::yaml::Node::to_json);
        let quoted = |part: &str| {
            let said = quoting.as_ref().and_then(|quoting| quoting.get(part));
            said.and_then(Json::as_bool).unwrap_or(true)
        };
        metadata.insert(
            "quoting".to_owned(),
            json!({
                "database": quoted("database"),
                "schema": quoted("schema"),
                "identifier": quoted("identifier"),
                "column": null,
            }),
        );
        metadata.insert(
            "run_started_at".to_owned(),
            json!(utc(&settings.run_started_at)),
        );
        Json::Object(metadata)
    }

    /// Enabled nodes, and tests of disabled ones, which dbt keeps among them.
    fn nodes(&self) -> impl Iterator<Item = &Node> {
        let project = self.project();
        let tests = project.disabled.values().filter(|node| node.is_left_test());
        project.nodes.values().chain(tests)
    }
}

/// The parents of exposures, metrics, semantic models, saved queries and unit tests, by id.
pub fn declared_parents(resolved: &Resolved) -> BTreeMap<String, Vec<String>> {
    declared::dependencies(&Manifest::of_parsed(resolved))
}

/// The start of an artifact that is for another run now: what `start`, the first bytes of one, is to be replaced by, of
/// the same length. `None` where that cannot be.
pub fn renewed(start: &[u8], settings: &Settings, generated_at: &str) -> Option<Vec<u8>> {
    const OPENING: &[u8] = br#"{"metadata":"#;
    let rest = start.strip_prefix(OPENING)?;
    let mut values = serde_json::Deserializer::from_slice(rest).into_iter::<Map<String, Json>>();
    let mut metadata = values.next()?.ok()?;
    let length = values.byte_offset();
    for (key, value) in [
        ("generated_at", utc(generated_at)),
        ("invocation_id", settings.invocation_id.clone()),
        ("invocation_started_at", utc(&settings.run_started_at)),
        ("run_started_at", utc(&settings.run_started_at)),
    ] {
        if let Some(shown) = metadata.get_mut(key) {
            *shown = Json::String(value);
        }
    }
    let written = serde_json::to_vec(&metadata).ok()?;
    (written.len() == length).then(|| [OPENING, &written].concat())
}

impl Manifest<'_> {
    /// What is disabled, each as a list of one.
    fn disabled(&self) -> BTreeMap<String, Vec<Json>> {
        let project = self.project();
        let mut disabled = BTreeMap::new();
        for node in project
            .disabled
            .values()
            .filter(|node| !node.is_left_test())
        {
            let entry = serde_json::to_value(node::Entry::of(self, node)).unwrap_or_default();
            disabled.insert(node.id.to_string(), vec![entry]);
        }
        for (id, entry) in operations::disabled(self) {
            let entry = serde_json::to_value(entry).unwrap_or_default();
            disabled.insert(id, vec![entry]);
        }
        for table in project.disabled_sources.values() {
            let entry =
                serde_json::to_value(source_table::entry(project, table)).unwrap_or_default();
            disabled.insert(table.id.to_string(), vec![entry]);
        }
        for entries in [
            declared::exposures(self, false),
            declared::metrics(self, false),
            declared::saved_queries(self, false),
            declared::semantic_models(self, false),
            declared::unit_tests(self, false),
        ] {
            disabled.extend(entries.into_iter().map(|(id, entry)| (id, vec![entry])));
        }
        disabled
    }
}
