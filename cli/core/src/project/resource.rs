//! Resources of a project: models, seeds, tests and sources, as parsed.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use super::freshness::SourceProperties;
use super::model_properties::NodeProperties;
use super::semantic_model::{ColumnDimension, ColumnEntity};
use super::version::Version;

use super::config::ConfigMap;
use crate::name::RelationName;
use crate::settings::Settings;
use crate::source::{Location, SourceFile};
use crate::yaml;

/// dbt's unique id: `model.<package>.<name>`, `source.<package>.<source>.<table>`, …
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UniqueId(String);

impl UniqueId {
    /// Joins the parts of an id.
    pub fn new(kind: &str, package: &str, name: &str) -> UniqueId {
        UniqueId(format!("{kind}.{package}.{name}"))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for UniqueId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UniqueId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl serde::Serialize for UniqueId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// What a node is.
#[derive(Debug, Clone, PartialEq)]
pub enum NodeKind {
    /// A SQL model.
    Model,
    /// A CSV file of the project.
    Seed,
    /// The history of a query's rows: a block of a file, or an entry of a sidecar.
    Snapshot,
    /// A query that is compiled and never run.
    Analysis,
    /// A function in the database.
    Function,
    /// A test that is a SQL file.
    SingularTest,
    /// A generic test applied to a model, seed or source, or to one of its columns.
    GenericTest(Box<GenericTest>),
}

impl NodeKind {
    /// dbt's `resource_type`.
    pub fn resource_type(&self) -> &'static str {
        match self {
            NodeKind::Model => "model",
            NodeKind::Seed => "seed",
            NodeKind::Snapshot => "snapshot",
            NodeKind::Analysis => "analysis",
            NodeKind::Function => "function",
            NodeKind::SingularTest | NodeKind::GenericTest(_) => "test",
        }
    }
}

/// A generic test's application.
#[derive(Debug, Clone, PartialEq)]
pub struct GenericTest {
    /// The test's name (`unique`), without namespace.
    pub test_name: String,
    /// The package that the test is asked of, when written `package.test`.
    pub namespace: Option<String>,
    /// What it is attached to: `ref('x')` or `source('a', 'b')`.
    pub attached_to: Attachment,
    /// The version of the model that it is attached to.
    pub version: Option<Version>,
    /// The column, for a column test; in quotes where the column says so.
    pub column_name: Option<String>,
    /// Further arguments, as written.
    pub arguments: Vec<(String, yaml::Node)>,
}

/// What a generic test is attached to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attachment {
    /// A model, seed or snapshot by name.
    Ref(String),
    /// A source table.
    Source(String, String),
}

/// A node that hcw builds or tests.
#[derive(Debug, Clone)]
pub struct Node {
    /// dbt's unique id.
    pub id: UniqueId,
    /// What it is.
    pub kind: NodeKind,
    /// Its name.
    pub name: String,
    /// The package that it belongs to.
    pub package: String,
    /// The file that defines it; for a generic test, the sidecar.
    pub file: SourceFile,
    /// dbt's fqn: package, folders, name.
    pub fully_qualified_name: Vec<String>,
    /// Description from the sidecar.
    pub description: String,
    /// Columns from the sidecar, in its order.
    pub columns: Vec<Column>,
    /// Constraints of the whole table.
    pub constraints: Vec<Constraint>,
    /// Configuration from project file and sidecar; after rendering also the template's.
    pub config: ConfigMap,
    /// What the root project says of a node of another package: as in dbt it wins over the template.
    pub root_config: ConfigMap,
    /// The place of the sidecar's entry, when there is one.
    pub patched_at: Option<Location>,
    /// Everything else that sidecars say of it.
    pub properties: Box<NodeProperties>,
}

impl GenericTest {
    /// The name of the macro that implements it.
    pub fn macro_name(&self) -> String {
        format!("test_{}", self.test_name)
    }

    /// The test as the sidecar names it.
    pub fn written_name(&self) -> String {
        match &self.namespace {
            Some(namespace) => format!("{namespace}.{}", self.test_name),
            None => self.test_name.clone(),
        }
    }
}

impl Node {
    /// Whether the configuration known so far leaves the node enabled.
    pub fn is_enabled(&self) -> bool {
        super::config::flag(&self.root_config, "enabled")
            .unwrap_or_else(|| super::config::is_enabled(&self.config))
    }

    /// Whether others can `ref` it.
    pub fn is_referable(&self) -> bool {
        matches!(
            self.kind,
            NodeKind::Model | NodeKind::Seed | NodeKind::Snapshot
        )
    }

    /// The names under which `ref` finds it: a versioned model under `name.v<version>`, and the latest also
    /// under its bare name.
    pub fn reference_names(&self) -> Vec<String> {
        match &self.properties.version {
            None => vec![self.name.clone()],
            Some(version) => {
                let mut names = vec![versioned_name(&self.name, version)];
                if self.is_latest_version() {
                    names.push(self.name.clone());
                }
                names
            }
        }
    }

    /// Whether it is the version that an unversioned `ref` means.
    pub fn is_latest_version(&self) -> bool {
        self.properties.version == self.properties.latest_version
    }

    /// The key that lists nodes of its kind in sidecars, with its name: `models.orders`.
    pub(crate) fn kind_key(&self) -> String {
        let kind = match self.kind {
            NodeKind::Model => "models",
            NodeKind::Seed => "seeds",
            NodeKind::Snapshot => "snapshots",
            NodeKind::Analysis => "analyses",
            NodeKind::Function => "functions",
            NodeKind::SingularTest | NodeKind::GenericTest(_) => "data_tests",
        };
        format!("{kind}.{}", self.name)
    }

    /// dbt's word for the language that it is written in: only functions have others than SQL.
    pub fn language(&self) -> &'static str {
        match self.file.path.rsplit_once('.') {
            Some((_, "py")) => "python",
            Some((_, "js")) if self.is_function() => "javascript",
            _ => "sql",
        }
    }

    /// Whether it is a function.
    pub(crate) fn is_function(&self) -> bool {
        self.kind == NodeKind::Function
    }

    /// Whether it is a generic test that is only disabled because what it tests is.
    pub(crate) fn is_left_test(&self) -> bool {
        matches!(self.kind, NodeKind::GenericTest(_)) && self.properties.is_left_test
    }

    /// Where its SQL goes below `compiled/` or `run/`: as dbt, package and path; a generic test stands in a
    /// folder named as its sidecar, a snapshot in one named as its file.
    pub fn compiled_path(&self) -> String {
        let path = self.file.path_in_package();
        match self.kind {
            NodeKind::GenericTest(_) => {
                let shown = self.properties.shown_path.as_deref().unwrap_or_default();
                format!("{}/{path}/{shown}", self.package)
            }
            NodeKind::Snapshot => format!("{}/{path}/{}.sql", self.package, self.name),
            _ => format!("{}/{path}", self.package),
        }
    }

    /// Where the SQL of one of a microbatch model's batches goes: in a folder named as its file.
    pub fn batch_path(&self, batch: &str) -> String {
        let path = self.compiled_path();
        let whole = path.strip_suffix(".sql").unwrap_or(&path);
        let name = whole.rsplit('/').next().unwrap_or(whole);
        format!("{whole}/{name}_{batch}.sql")
    }

    /// Whether the database keeps something under its name: for a test that is its failing rows. As in dbt it has the
    /// name for them in a call that keeps failing rows, even if its configuration says that they are not kept.
    pub fn is_stored(&self, settings: &Settings) -> bool {
        use super::config::{flag, text};
        match self.kind {
            NodeKind::Model => text(&self.config, "materialized") != Some("ephemeral"),
            NodeKind::Seed | NodeKind::Snapshot | NodeKind::Function => true,
            NodeKind::Analysis => false,
            NodeKind::SingularTest | NodeKind::GenericTest(_) => {
                let stores = match text(&self.config, "store_failures_as") {
                    Some(form) => form != "ephemeral",
                    None => flag(&self.config, "store_failures") == Some(true),
                };
                stores || settings.store_failures
            }
        }
    }

    /// Its template's text as dbt keeps it: without blanks at either end, but a snapshot's block as it stands.
    pub fn raw_code(&self) -> &str {
        match (&self.kind, &self.properties.block_text) {
            (NodeKind::Snapshot, Some(text)) => text,
            (NodeKind::Seed | NodeKind::GenericTest(_), _) => "",
            _ => self.file.text.trim(),
        }
    }

    /// Its tags, each once: those of its configuration, of which as in dbt the sidecar's come last, and for a generic
    /// test those of what it stands at.
    pub fn tags(&self) -> Vec<String> {
        let mut tags = self.properties.inherited_tags.clone();
        let mut configured = super::config::texts(&self.config, "tags");
        let Range { start, end } = self.properties.sidecar_tags;
        if end <= configured.len() && start <= end {
            let of_sidecar: Vec<String> = configured.drain(start..end).collect();
            configured.extend(of_sidecar);
        }
        configured.extend(super::config::texts(&self.root_config, "tags"));
        for tag in configured {
            if !tags.contains(&tag) {
                tags.push(tag);
            }
        }
        tags
    }

    /// Whether the node is a test.
    pub fn is_test(&self) -> bool {
        matches!(self.kind, NodeKind::SingularTest | NodeKind::GenericTest(_))
    }

    /// The template that makes its SQL. A seed has none.
    pub fn template(&self) -> Option<&SourceFile> {
        match self.kind {
            NodeKind::Model | NodeKind::SingularTest | NodeKind::Analysis | NodeKind::Function => {
                Some(&self.file)
            }
            NodeKind::Snapshot => self.properties.snapshot_template.as_ref(),
            NodeKind::Seed | NodeKind::GenericTest(_) => None,
        }
    }

    /// The part of [`Node::template`] that is rendered: as in dbt without the blanks at either end of a file,
    /// but a snapshot's block as it stands.
    pub fn template_part(&self) -> Range<usize> {
        let text: &str = &self.template().unwrap_or(&self.file).text;
        if self.kind == NodeKind::Snapshot {
            return 0..text.len();
        }
        let start = text.len() - text.trim_start().len();
        start..start + text.trim().len()
    }

    /// The relation's name in the database, before `generate_alias_name`.
    pub fn alias(&self) -> &str {
        super::config::text(&self.config, "alias").unwrap_or(&self.name)
    }
}

/// The name under which `ref` finds a version of a model.
pub fn versioned_name(name: &str, version: &Version) -> String {
    format!("{name}.v{version}")
}

/// A description with the docs blocks that it uses.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Description {
    /// The text, docs blocks filled in.
    pub text: String,
    /// The blocks, in the order of their use.
    pub doc_blocks: Vec<UniqueId>,
}

/// A column as the sidecar declares it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Column {
    /// Name.
    pub name: String,
    /// PostgreSQL type, needed under an enforced contract.
    pub data_type: Option<String>,
    /// Description, the column's comment under `persist_docs`.
    pub description: String,
    /// The docs blocks that the description uses.
    pub doc_blocks: Vec<UniqueId>,
    /// Whether the name is quoted.
    pub quote: Option<bool>,
    /// Granularity of a time column.
    pub granularity: Option<String>,
    /// What the semantic layer groups by it.
    pub dimension: Option<ColumnDimension>,
    /// The join key that it is.
    pub entity: Option<ColumnEntity>,
    /// Keys that dbt does not know.
    pub extra: ConfigMap,
    /// Free keys.
    pub meta: ConfigMap,
    /// Tags.
    pub tags: Vec<String>,
    /// Constraints of the column.
    pub constraints: Vec<Constraint>,
}

/// What a constraint demands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConstraintKind {
    /// NOT NULL.
    NotNull,
    /// UNIQUE.
    Unique,
    /// PRIMARY KEY.
    PrimaryKey,
    /// FOREIGN KEY.
    ForeignKey,
    /// CHECK.
    Check,
    /// Any text, added as written.
    Custom,
}

impl ConstraintKind {
    /// All kinds.
    pub const ALL: [ConstraintKind; 6] = [
        ConstraintKind::NotNull,
        ConstraintKind::Unique,
        ConstraintKind::PrimaryKey,
        ConstraintKind::ForeignKey,
        ConstraintKind::Check,
        ConstraintKind::Custom,
    ];

    /// The kind's word in sidecars.
    pub fn as_str(self) -> &'static str {
        match self {
            ConstraintKind::NotNull => "not_null",
            ConstraintKind::Unique => "unique",
            ConstraintKind::PrimaryKey => "primary_key",
            ConstraintKind::ForeignKey => "foreign_key",
            ConstraintKind::Check => "check",
            ConstraintKind::Custom => "custom",
        }
    }
}

/// A constraint of a column or of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Constraint {
    /// What it demands.
    pub kind: ConstraintKind,
    /// Its name, if given.
    pub name: Option<String>,
    /// The check's condition, a foreign key's target as written, or a custom text.
    pub expression: Option<String>,
    /// Columns, for a table's constraint.
    pub columns: Vec<String>,
    /// A foreign key's target: `ref('x')`, `source('a', 'b')` or a relation.
    pub to: Option<String>,
    /// A foreign key's target columns.
    pub to_columns: Vec<String>,
    /// Whether dbt warns where the database does not enforce it.
    pub warn_unenforced: bool,
    /// Whether dbt warns where the database does not know it.
    pub warn_unsupported: bool,
    /// Where it is written.
    pub location: Location,
}

/// A source table.
#[derive(Debug, Clone)]
pub struct SourceTable {
    /// dbt's unique id.
    pub id: UniqueId,
    /// The source's name.
    pub source_name: String,
    /// The table's name in `source()`.
    pub name: String,
    /// The package that declares it.
    pub package: String,
    /// The sidecar.
    pub file: SourceFile,
    /// dbt's fqn.
    pub fully_qualified_name: Vec<String>,
    /// The relation.
    pub relation: RelationName,
    /// Description.
    pub description: String,
    /// Declared columns.
    pub columns: Vec<Column>,
    /// Merged configuration (enabled, meta, tags).
    pub config: ConfigMap,
    /// Files that are landed into it.
    pub landing: Option<Landing>,
    /// Everything else that the sidecar says of it.
    pub properties: Box<SourceProperties>,
}

/// How files come into a source table: `meta.hcw` of a source's table.
#[derive(Debug, Clone, PartialEq)]
pub struct Landing {
    /// Path or glob, relative to the project folder.
    pub location: String,
    /// Where it is written.
    pub declared_at: Location,
    /// What the table holds after a load.
    pub mode: LandingMode,
    /// The files' format; by extension when not given.
    pub format: Option<LandingFormat>,
    /// Field delimiter of CSV files; by extension when not given.
    pub delimiter: Option<u8>,
}

/// What a raw table holds after a load.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LandingMode {
    /// Everything ever landed.
    Append,
    /// Exactly the files that match now.
    Replace,
}

/// A landed file's format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LandingFormat {
    /// Comma-separated values with a header line.
    Csv,
    /// One JSON value a line.
    Ndjson,
}

/// All resources by id.
pub type Nodes = BTreeMap<UniqueId, Node>;
/// All source tables by id.
pub type Sources = BTreeMap<UniqueId, SourceTable>;
