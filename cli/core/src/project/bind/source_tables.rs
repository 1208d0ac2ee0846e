//! Source tables, with the configuration of project files.

use serde_json::{Value as Json, json};

use super::{Binder, Current, fully_qualified_name};
use crate::diagnostic::{Code, Diagnostic};
use crate::name::{Parts, RelationName};
use crate::project::config::{self, ConfigMap};
use crate::project::freshness;
use crate::project::properties::SourceDeclaration;
use crate::project::resource::{Attachment, SourceTable, UniqueId};

impl Binder<'_> {
    pub(super) fn add_source(
        &mut self,
        current: &mut Current<'_, '_>,
        mut declaration: SourceDeclaration,
    ) {
        let package = current.package.name().to_owned();
        if let Some(overridden) = &declaration.overrides {
            let key = (
                overridden.clone(),
                declaration.source_name.clone(),
                declaration.name.clone(),
            );
            self.source_overrides.insert(key, declaration);
            return;
        }
        let key = (
            package.clone(),
            declaration.source_name.clone(),
            declaration.name.clone(),
        );
        if let Some(over) = self.source_overrides.remove(&key) {
            over_source(&mut declaration, over);
        }
        let qualified = format!("{}.{}", declaration.source_name, declaration.name);
        let id = UniqueId::new("source", &package, &qualified);
        let mut fully_qualified_name = fully_qualified_name(
            &package,
            &declaration.file,
            &current.package.file.model_paths,
            &declaration.source_name,
        );
        fully_qualified_name.push(declaration.name.clone());
        let configured = self.project_config(current, "sources", &fully_qualified_name);
        let mut merged = configured.own;
        // as in dbt the tags of a declaration, even none, replace those of project files
        merged.insert("tags".to_owned(), Json::from(declaration.tags.clone()));
        config::merge(&mut merged, &without_tags(&declaration.config));
        config::merge(&mut merged, &configured.root);
        if let Some(first) = self.declared.get(&id) {
            current.diagnostics.push(
                Diagnostic::error(
                    Code::DuplicateName,
                    format!("the source table `{qualified}` is declared twice"),
                )
                .at(declaration.location)
                .related("the other declaration", first.clone())
                .help("remove one of them"),
            );
            return;
        }
        self.declared
            .insert(id.clone(), declaration.location.clone());
        let mut properties = declaration.properties;
        if !declaration.has_freshness {
            let written = merged.get("freshness").cloned();
            properties.freshness = match written {
                Some(written) => freshness::merge(
                    None,
                    Some(&written),
                    &format!("source table `{qualified}`"),
                    &declaration.location,
                    current.diagnostics,
                ),
                None => Some(freshness::Freshness::unchecked()),
            };
        }
        let mut unrendered = configured.unrendered;
        unrendered.extend(declaration.config.clone());
        unrendered.insert("tags".to_owned(), json!(declaration.tags));
        if declaration.has_freshness {
            unrendered.insert("freshness".to_owned(), json!(properties.freshness));
        }
        unrendered.insert(
            "loaded_at_field".to_owned(),
            json!(properties.loaded_at_field),
        );
        unrendered.insert(
            "loaded_at_query".to_owned(),
            json!(properties.loaded_at_query),
        );
        unrendered.entry("meta").or_insert_with(|| json!({}));
        unrendered.extend(configured.unrendered_root);
        properties.unrendered_config = unrendered;
        let is_enabled = config::is_enabled(&merged);
        let attached_to =
            Attachment::Source(declaration.source_name.clone(), declaration.name.clone());
        let target = &current.renderer.context.shared.settings.target;
        let table = SourceTable {
            id: id.clone(),
            source_name: declaration.source_name,
            name: declaration.name,
            package,
            file: declaration.file.clone(),
            fully_qualified_name,
            relation: RelationName::written(
                Parts {
                    database: declaration
                        .database
                        .unwrap_or_else(|| target.database.clone()),
                    schema: declaration.schema,
                    identifier: declaration.identifier,
                },
                properties.quoting.quotes(Parts::ALL),
            ),
            description: declaration.description,
            columns: declaration.columns,
            config: merged,
            landing: declaration.landing,
            properties: Box::new(properties),
        };
        let key = format!("sources.{}", table.source_name);
        if is_enabled {
            self.sources.insert(id, table);
        } else {
            self.disabled_sources.insert(id, table);
            return;
        }
        for mut test in declaration.tests {
            test.file_key.clone_from(&key);
            self.add_generic_test(current, &declaration.file, test, attached_to.clone());
        }
    }
}

/// Changes a package's source as the root project says, key by key.
fn over_source(declaration: &mut SourceDeclaration, over: SourceDeclaration) {
    for key in &over.given {
        match key.as_str() {
            "database" => declaration.database.clone_from(&over.database),
            "schema" => declaration.schema.clone_from(&over.schema),
            "identifier" => declaration.identifier.clone_from(&over.identifier),
            "loader" => {
                let loader = &over.properties.loader;
                declaration.properties.loader.clone_from(loader);
            }
            "description" => {
                let said = &over.properties.source_description;
                declaration.properties.source_description.clone_from(said);
                if !over.description.is_empty() {
                    declaration.description.clone_from(&over.description);
                }
            }
            "columns" => declaration.columns.clone_from(&over.columns),
            "freshness" => {
                declaration.has_freshness = true;
                declaration
                    .properties
                    .freshness
                    .clone_from(&over.properties.freshness);
            }
            "loaded_at_field" | "loaded_at_query" => {
                let properties = &mut declaration.properties;
                properties
                    .loaded_at_field
                    .clone_from(&over.properties.loaded_at_field);
                properties
                    .loaded_at_query
                    .clone_from(&over.properties.loaded_at_query);
            }
            "quoting" => {
                let quoting = declaration.properties.quoting;
                declaration.properties.quoting = quoting.over(over.properties.quoting);
            }
            "tags" => declaration.tags.clone_from(&over.tags),
            "config" | "meta" => config::merge(&mut declaration.config, &over.config),
            _ => {}
        }
    }
    if over
        .given
        .iter()
        .any(|key| key == "data_tests" || key == "tests")
    {
        declaration.tests = over.tests;
    }
}

fn without_tags(config: &ConfigMap) -> ConfigMap {
    let mut config = config.clone();
    config.remove("tags");
    config
}
