//! Resources that only YAML declares, with their ids and configurations.

use serde_json::{Value as Json, json};

use super::{Binder, Current, fully_qualified_name, path_below};
use crate::diagnostic::{Code, Diagnostic};
use crate::project::config::{self, ConfigMap};
use crate::project::declared::{Declaration, Exposure, Group};
use crate::project::metric::{InputMeasure, Metric, MetricKind, MetricTypeParams};
use crate::project::properties::{
    MetricDeclaration, ModelSemantics, Properties, SemanticModelDeclaration,
};
use crate::project::reference::Reference;
use crate::project::resource::UniqueId;
use crate::project::saved_query::SavedQuery;
use crate::project::semantic_model::SemanticModel;
use crate::source::{Location, SourceFile, SourceTree};

/// How a resource is declared.
pub(super) struct Written<'file> {
    pub(super) kind: &'static str,
    /// The tree of the project file that configures it.
    pub(super) config_kind: &'static str,
    pub(super) name: &'file str,
    pub(super) file: &'file SourceFile,
    pub(super) location: &'file Location,
    pub(super) config: &'file ConfigMap,
}

impl Binder<'_> {
    pub(super) fn declaration(
        &mut self,
        current: &mut Current<'_, '_>,
        written: &Written<'_>,
    ) -> Declaration {
        let package = current.package.name().to_owned();
        let roots = &current.package.file.model_paths;
        let fully_qualified_name =
            fully_qualified_name(&package, written.file, roots, written.name);
        let configured = self.project_config(current, written.config_kind, &fully_qualified_name);
        let mut merged = configured.own;
        config::merge(&mut merged, written.config);
        config::merge(&mut merged, &configured.root);
        // as in dbt a saved query and a semantic model show their own alone
        let shows_own = matches!(written.kind, "saved_query" | "semantic_model");
        let layers =
            [configured.unrendered, configured.unrendered_root].map(|layer| match shows_own {
                true => ConfigMap::new(),
                false => layer,
            });
        let [mut unrendered_config, root] = layers;
        unrendered_config.extend(written.config.clone());
        unrendered_config.extend(root);
        Declaration {
            id: UniqueId::new(written.kind, &package, written.name),
            name: written.name.to_owned(),
            package,
            path: path_below(written.file, roots).to_owned(),
            file: written.file.clone(),
            fully_qualified_name,
            location: written.location.clone(),
            config: merged,
            unrendered_config,
        }
    }

    /// Adds what one sidecar declares.
    pub(super) fn add_declared(
        &mut self,
        tree: &SourceTree,
        current: &mut Current<'_, '_>,
        properties: Properties,
    ) {
        let file = &properties.file;
        for written in properties.groups {
            let declaration = self.declaration(
                current,
                &Written {
                    kind: "group",
                    // as in dbt the configuration of models is that of groups too
                    config_kind: "models",
                    name: &written.name,
                    file,
                    location: &written.location,
                    config: &written.config,
                },
            );
            let id = declaration.id.clone();
            let group = Group {
                declaration,
                owner: written.owner,
                description: written.description,
            };
            let first = self
                .resources
                .groups
                .get(&id)
                .map(|group| &group.declaration);
            if is_first(first, &written.location, current.diagnostics) {
                self.resources.groups.insert(id, group);
            }
        }
        for written in properties.exposures {
            let mut declaration = self.declaration(
                current,
                &Written {
                    kind: "exposure",
                    config_kind: "exposures",
                    name: &written.name,
                    file,
                    location: &written.location,
                    config: &written.config,
                },
            );
            // as in dbt an exposure's own `meta` replaces that of project files
            if let Some(meta) = written.config.get("meta") {
                declaration.config.insert("meta".to_owned(), meta.clone());
            }
            let mut tags = config::texts(&declaration.config, "tags");
            tags.extend(written.tags);
            tags.sort_unstable();
            tags.dedup();
            let mut meta = written.meta;
            if let Some(Json::Object(configured)) = declaration.config.get("meta") {
                meta.extend(configured.clone());
            }
            declaration.config.insert("tags".to_owned(), json!(tags));
            declaration
                .config
                .insert("meta".to_owned(), Json::Object(meta.clone()));
            let id = declaration.id.clone();
            let exposure = Exposure {
                declaration,
                kind: written.kind,
                owner: written.owner,
                description: written.description,
                label: written.label,
                maturity: written.maturity,
                url: written.url,
                meta,
                tags,
                depends_on: written.depends_on,
            };
            let first = self
                .resources
                .exposures
                .get(&id)
                .map(|first| &first.declaration);
            if is_first(first, &written.location, current.diagnostics) {
                self.resources.exposures.insert(id, exposure);
            }
        }
        for (name, mut of_macro) in properties.macros {
            let package = current.package.name();
            of_macro.patch_path = format!("{package}://{}", file.path_in_package());
            let key = format!("macro.{package}.{name}");
            if !self.engine.has_macro(package, &name) {
                let mut problem = Diagnostic::warning(
                    Code::UnknownPatchTarget,
                    format!("properties for the macro `{name}`, which does not exist"),
                )
                .named("MacroNotFoundForPatch")
                .at(of_macro.location);
                let of_test = format!("test_{name}");
                if self.engine.has_macro(package, &of_test) {
                    problem = problem.help(format!("the macro of that test is called `{of_test}`"));
                }
                current.diagnostics.push(problem);
                continue;
            }
            self.resources.macros.insert(key, of_macro);
        }
        for written in properties.metrics {
            self.add_metric(current, file, written, None);
        }
        for written in properties.semantic_models {
            self.add_semantic_model(current, file, written);
        }
        for written in properties.saved_queries {
            let declaration = self.declaration(
                current,
                &Written {
                    kind: "saved_query",
                    config_kind: "saved_queries",
                    name: &written.name,
                    file,
                    location: &written.location,
                    config: &written.config,
                },
            );
            let id = declaration.id.clone();
            let query = SavedQuery {
                declaration,
                description: written.description,
                label: written.label,
                query_params: written.query_params,
                exports: written.exports,
                tags: written.tags,
            };
            let first = self
                .resources
                .saved_queries
                .get(&id)
                .map(|first| &first.declaration);
            if is_first(first, &written.location, current.diagnostics) {
                self.resources.saved_queries.insert(id, query);
            }
        }
        for written in properties.unit_tests {
            self.add_unit_test(tree, current, file, written);
        }
    }

    /// Adds the semantic model and the metrics that stand on a model.
    pub(super) fn add_model_semantics(
        &mut self,
        current: &mut Current<'_, '_>,
        file: &SourceFile,
        semantics: ModelSemantics,
    ) {
        let name = semantics.semantic_model.name.clone();
        self.add_semantic_model(current, file, semantics.semantic_model);
        for metric in semantics.metrics {
            self.add_metric(current, file, metric, Some(&name));
        }
    }

    fn add_metric(
        &mut self,
        current: &mut Current<'_, '_>,
        file: &SourceFile,
        written: MetricDeclaration,
        made_from: Option<&str>,
    ) {
        let declaration = self.declaration(
            current,
            &Written {
                kind: "metric",
                config_kind: "metrics",
                name: &written.name,
                file,
                location: &written.location,
                config: &written.config,
            },
        );
        let meta = match declaration.config.get("meta") {
            Some(Json::Object(meta)) if !(meta.is_empty() || written.is_newer) => meta.clone(),
            _ => written.meta,
        };
        let id = declaration.id.clone();
        let metric = Metric {
            description: written.description,
            label: written.label.unwrap_or_else(|| written.name.clone()),
            kind: written.kind,
            type_params: written.type_params,
            filter: written.filter,
            time_granularity: written.time_granularity,
            meta,
            tags: written.tags,
            made_from: made_from.map(str::to_owned),
            declaration,
        };
        let first = self
            .resources
            .metrics
            .get(&id)
            .map(|first| &first.declaration);
        if is_first(first, &written.location, current.diagnostics) {
            self.resources.metrics.insert(id, metric);
        }
    }

    fn add_semantic_model(
        &mut self,
        current: &mut Current<'_, '_>,
        file: &SourceFile,
        mut written: SemanticModelDeclaration,
    ) {
        let declaration = self.declaration(
            current,
            &Written {
                kind: "semantic_model",
                config_kind: "semantic_models",
                name: &written.name,
                file,
                location: &written.location,
                config: &written.config,
            },
        );
        let meta = match declaration.config.get("meta") {
            Some(Json::Object(meta)) => meta.clone(),
            _ => ConfigMap::new(),
        };
        let configs = written
            .dimensions
            .iter_mut()
            .map(|dimension| &mut dimension.config)
            .chain(written.entities.iter_mut().map(|entity| &mut entity.config))
            .chain(
                written
                    .measures
                    .iter_mut()
                    .map(|measure| &mut measure.config),
            );
        for config in configs {
            let mut merged = meta.clone();
            merged.append(&mut config.meta);
            config.meta = merged;
        }
        let is_enabled = declaration.is_enabled();
        let mut metrics = Vec::new();
        for measure in &mut written.measures {
            if !std::mem::take(&mut measure.create_metric) {
                continue;
            }
            metrics.push(MetricDeclaration {
                name: measure.name.clone(),
                location: written.location.clone(),
                description: measure
                    .description
                    .clone()
                    .unwrap_or_else(|| format!("Metric created from measure {}", measure.name)),
                label: measure.label.clone(),
                kind: MetricKind::Simple,
                type_params: MetricTypeParams {
                    measure: Some(InputMeasure {
                        name: measure.name.clone(),
                        ..InputMeasure::default()
                    }),
                    expr: Some(measure.expr.clone().unwrap_or_else(|| measure.name.clone())),
                    ..MetricTypeParams::default()
                },
                filter: None,
                time_granularity: None,
                is_newer: false,
                meta: ConfigMap::new(),
                tags: Vec::new(),
                config: ConfigMap::from_iter([
                    ("enabled".to_owned(), json!(is_enabled)),
                    ("meta".to_owned(), Json::Object(meta.clone())),
                ]),
            });
        }
        let id = declaration.id.clone();
        let name = written.name.clone();
        let semantic_model = SemanticModel {
            declaration,
            model: written.model,
            reference: match written.reference {
                Reference::Model(model) => Some(model),
                _ => None,
            },
            description: written.description,
            label: written.label,
            defaults: written.defaults,
            entities: written.entities,
            measures: written.measures,
            dimensions: written.dimensions,
            primary_entity: written.primary_entity,
        };
        let first = self
            .resources
            .semantic_models
            .get(&id)
            .map(|first| &first.declaration);
        if is_first(first, &written.location, current.diagnostics) {
            self.resources.semantic_models.insert(id, semantic_model);
        }
        for metric in metrics {
            self.add_metric(current, file, metric, Some(&name));
        }
    }
}

/// Whether nothing of the id is declared yet; else the second place is told.
pub(super) fn is_first(
    first: Option<&Declaration>,
    location: &Location,
    diagnostics: &mut Vec<Diagnostic>,
) -> bool {
    let Some(first) = first else { return true };
    diagnostics.push(
        Diagnostic::error(
            Code::DuplicateName,
            format!("`{}` is declared twice", first.id),
        )
        .at(location.clone())
        .related("the other declaration", first.location.clone())
        .help("remove or rename one of them"),
    );
    false
}
