//! Unit tests of models: given rows for its inputs, the rows that must come out.

use serde_json::{Map, Value as Json};

use super::declared::Declaration;
use super::reference::Reference;
use super::resource::UniqueId;
use super::version::Version;
use crate::source::Location;

/// A unit test of one model.
///
/// **Shape**: a test of a versioned model is one `UnitTest` for each version that it applies to.
#[derive(Debug, Clone)]
pub struct UnitTest {
    /// Where it is declared; the id ends in the version where there is one.
    pub declaration: Declaration,
    /// What it shows.
    pub description: String,
    /// The model's name as written: `x`, or `x 2` for a version.
    pub model: String,
    /// Where the model is named.
    pub model_location: Location,
    /// The tested model; `None` where it does not exist.
    pub tested: Option<UniqueId>,
    /// The tested version.
    pub version: Option<Version>,
    /// What stands for the model's inputs.
    pub given: Vec<GivenInput>,
    /// What must come out.
    pub expect: Fixture,
    /// What templates are told instead of the truth.
    pub overrides: Option<Overrides>,
    /// Which versions it applies to.
    pub versions: Option<VersionChoice>,
}

impl UnitTest {
    /// Where its SQL goes below `compiled/` or `run/`: as in dbt, in a folder named as its file.
    pub fn compiled_path(&self) -> String {
        let path = self.declaration.file.path_in_package();
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let package = &self.declaration.package;
        format!("{package}/{path}/{folder}/{}.sql", self.full_name())
    }

    /// Where the rows that stand for an input go: a name in the package that it is of.
    pub fn fixture_path(&self, package: &str, input: &str) -> String {
        let path = self.declaration.file.path_in_package();
        format!("{package}/{path}/{input}.sql")
    }

    /// Its name, with the version that it tests.
    pub fn full_name(&self) -> String {
        let name = &self.declaration.name;
        match &self.version {
            Some(version) => format!("{name}_v{version}"),
            None => name.clone(),
        }
    }
}

/// Rows that stand for an input of the model.
#[derive(Debug, Clone, PartialEq)]
pub struct GivenInput {
    /// The input as written: `ref('x')`, `source('a', 'b')` or `this`.
    pub text: String,
    /// What it names.
    pub target: InputTarget,
    /// The rows.
    pub fixture: Fixture,
}

/// What an input names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InputTarget {
    /// The tested model's own relation, for incremental models.
    This,
    /// A model, seed, snapshot or source.
    Reference(Reference),
    /// Nothing: the test fails when it runs.
    Unknown,
}

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FixtureFormat {
    /// A list of mappings.
    Dict,
    /// CSV with a header line.
    Csv,
    /// A query.
    Sql,
}

impl FixtureFormat {
    /// The format's word.
    pub fn as_str(self) -> &'static str {
        match self {
            FixtureFormat::Dict => "dict",
            FixtureFormat::Csv => "csv",
            FixtureFormat::Sql => "sql",
        }
    }
}

/// A row: values by column, in the order written.
pub type FixtureRow = Map<String, Json>;

/// Rows of a fixture.
#[derive(Debug, Clone, PartialEq)]
pub enum FixtureRows {
    /// Rows. **Nulls**: an empty field of CSV is null.
    Table(Vec<FixtureRow>),
    /// A query.
    Query(String),
}

/// Rows with their origin.
#[derive(Debug, Clone, PartialEq)]
pub struct Fixture {
    /// How they are written.
    pub format: FixtureFormat,
    /// The rows.
    pub rows: FixtureRows,
    /// The fixture file's name, when they stand in one.
    pub file: Option<String>,
    /// Where they are written.
    pub location: Location,
}

/// What templates are told instead of the truth.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Overrides {
    /// Values that macros return, by name or `package.name`.
    pub macros: Map<String, Json>,
    /// Variables.
    pub vars: Map<String, Json>,
    /// Environment variables.
    pub environment: Map<String, Json>,
}

/// Which versions of a model a unit test applies to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VersionChoice {
    /// Only these.
    pub include: Option<Vec<Version>>,
    /// All but these.
    pub exclude: Option<Vec<Version>>,
}

impl VersionChoice {
    /// Whether a version is chosen; an empty list chooses nothing out.
    pub fn has(&self, version: &Version) -> bool {
        let lists = |list: &Option<Vec<Version>>| list.clone().filter(|list| !list.is_empty());
        match (lists(&self.exclude), lists(&self.include)) {
            (Some(excluded), _) => !excluded.contains(version),
            (None, Some(included)) => included.contains(version),
            (None, None) => false,
        }
    }
}
