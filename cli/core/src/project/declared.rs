//! Resources that only YAML declares: groups, exposures, unit tests, metrics, semantic models, saved queries.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use super::config::ConfigMap;
use super::docs_block::DocsBlocks;
use super::metric::Metric;
use super::reference::{ModelReference, Reference};
use super::resource::UniqueId;
use super::saved_query::SavedQuery;
use super::selector_file::Selectors;
use super::semantic_model::SemanticModel;
use super::unit_test::UnitTest;
use crate::source::{Location, SourceFile};

/// Where and as what a resource is declared.
#[derive(Debug, Clone)]
pub struct Declaration {
    /// dbt's unique id.
    pub id: UniqueId,
    /// Its name.
    pub name: String,
    /// Its package.
    pub package: String,
    /// The YAML file.
    pub file: SourceFile,
    /// The file's path below the resource folder.
    pub path: String,
    /// dbt's fqn.
    pub fully_qualified_name: Vec<String>,
    /// Where its name is written.
    pub location: Location,
    /// Configuration of project file and declaration.
    pub config: ConfigMap,
    /// The same before Jinja.
    pub unrendered_config: ConfigMap,
}

impl Declaration {
    /// Whether it is not switched off.
    pub fn is_enabled(&self) -> bool {
        super::config::flag(&self.config, "enabled") != Some(false)
    }
}

/// A group of resources with one owner.
#[derive(Debug, Clone)]
pub struct Group {
    /// Where it is declared.
    pub declaration: Declaration,
    /// `name`, `email` and keys of one's own.
    pub owner: Map<String, Json>,
    /// What it is.
    pub description: Option<String>,
}

/// A use of the project's data outside of it.
#[derive(Debug, Clone)]
pub struct Exposure {
    /// Where it is declared.
    pub declaration: Declaration,
    /// dashboard, notebook, analysis, ml or application.
    pub kind: String,
    /// `name`, `email` and keys of one's own.
    pub owner: Map<String, Json>,
    /// What it is.
    pub description: String,
    /// For people.
    pub label: Option<String>,
    /// low, medium or high.
    pub maturity: Option<String>,
    /// Where it is.
    pub url: Option<String>,
    /// Free keys.
    pub meta: ConfigMap,
    /// Tags, sorted.
    pub tags: Vec<String>,
    /// What it depends on, in the order written.
    pub depends_on: Vec<Reference>,
}

impl Exposure {
    /// The models, seeds and snapshots it uses.
    pub fn models(&self) -> impl Iterator<Item = &ModelReference> {
        self.depends_on
            .iter()
            .filter_map(|reference| match reference {
                Reference::Model(model) => Some(model),
                _ => None,
            })
    }

    /// The source tables it uses.
    pub fn sources(&self) -> impl Iterator<Item = (&str, &str)> {
        self.depends_on
            .iter()
            .filter_map(|reference| match reference {
                Reference::Source(source, table) => Some((source.as_str(), table.as_str())),
                _ => None,
            })
    }

    /// The metrics it uses: the arguments of each `metric()`.
    pub fn metrics(&self) -> impl Iterator<Item = &[String]> {
        self.depends_on
            .iter()
            .filter_map(|reference| match reference {
                Reference::Metric(arguments) => Some(arguments.as_slice()),
                _ => None,
            })
    }
}

/// What a sidecar says of a macro.
#[derive(Debug, Clone)]
pub struct MacroProperties {
    /// Where it is written.
    pub location: Location,
    /// The package and the file, as `package://path`.
    pub patch_path: String,
    /// What it does.
    pub description: String,
    /// Free keys.
    pub meta: ConfigMap,
    /// `docs:`.
    pub docs: Option<Json>,
    /// Its arguments.
    pub arguments: Vec<MacroArgument>,
}

/// A macro's argument as documented.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct MacroArgument {
    /// Name.
    pub name: String,
    /// Type, for people.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// What it means.
    pub description: String,
}

/// Everything that only YAML and Markdown declare, by id.
#[derive(Debug, Default)]
pub struct Declared {
    /// Docs blocks.
    pub docs: DocsBlocks,
    /// Groups by id.
    pub groups: BTreeMap<UniqueId, Group>,
    /// Exposures.
    pub exposures: BTreeMap<UniqueId, Exposure>,
    /// Unit tests.
    pub unit_tests: BTreeMap<UniqueId, UnitTest>,
    /// Metrics.
    pub metrics: BTreeMap<UniqueId, Metric>,
    /// Semantic models.
    pub semantic_models: BTreeMap<UniqueId, SemanticModel>,
    /// Saved queries.
    pub saved_queries: BTreeMap<UniqueId, SavedQuery>,
    /// Properties of macros, by `macro.<package>.<name>`.
    pub macros: BTreeMap<String, MacroProperties>,
    /// Selectors by name.
    pub selectors: Selectors,
}
