//! Resources of a project: models, seeds, tests and sources, as parsed.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value as Json;

use super::config::ConfigMap;
use crate::name::RelationName;
use crate::source::{Location, SourceFile};

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

impl fmt::Display for UniqueId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// What a node is.
#[derive(Debug, Clone, PartialEq)]
pub enum NodeKind {
    /// A SQL model.
    Model,
    /// A CSV file of the project.
    Seed,
    /// A test that is a SQL file.
    SingularTest,
    /// A generic test applied to a model, seed or source, or to one of its columns.
    GenericTest(GenericTest),
}

impl NodeKind {
    /// dbt's `resource_type`.
    pub fn resource_type(&self) -> &'static str {
        match self {
            NodeKind::Model => "model",
            NodeKind::Seed => "seed",
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
    /// The column, for a column test.
    pub column_name: Option<String>,
    /// Further arguments, as written.
    pub arguments: Vec<(String, Json)>,
}

/// What a generic test is attached to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attachment {
    /// A model or seed by name.
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

    /// Whether the node is a test.
    pub fn is_test(&self) -> bool {
        matches!(self.kind, NodeKind::SingularTest | NodeKind::GenericTest(_))
    }

    /// The template that makes its SQL. A seed has none.
    pub fn template(&self) -> Option<&SourceFile> {
        match self.kind {
            NodeKind::Model | NodeKind::SingularTest => Some(&self.file),
            NodeKind::Seed | NodeKind::GenericTest(_) => None,
        }
    }

    /// The relation's name in the database, before `generate_alias_name`.
    pub fn alias(&self) -> &str {
        super::config::text(&self.config, "alias").unwrap_or(&self.name)
    }
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
    /// Whether the name is quoted.
    pub quote: bool,
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
