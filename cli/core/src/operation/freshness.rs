//! How fresh a source table is, as the macros `collect_freshness` and `collect_freshness_custom_sql` tell it.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::{context_with, finish_quietly};
use crate::analyse::final_names;
use crate::diagnostic::{Code, Diagnostic};
use crate::graph::Resolved;
use crate::jinja::{Access, NodeContext, Relation, Table, Value, from_json};
use crate::project::SourceTable;
use crate::warehouse::{Response, Warehouse};

/// What the warehouse says of a source table.
///
/// **Nulls**: `max_loaded_at` of a table without rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadTimes {
    /// When its newest row was loaded, as the server prints it.
    pub max_loaded_at: Option<String>,
    /// When it was looked at.
    pub snapshotted_at: String,
    /// The command tag.
    pub response: Response,
}

/// Asks when a source table was loaded.
///
/// # Errors
/// HCW0111 where the source says neither `loaded_at_field` nor `loaded_at_query`, codes of templates (03xx), and
/// what the server refuses.
pub fn load_times(
    resolved: &Resolved,
    table: &SourceTable,
    warehouse: &Arc<dyn Warehouse>,
) -> Result<LoadTimes, Box<Diagnostic>> {
    let project = resolved.project();
    let engine = &project.engine;
    let access = Access::live(warehouse);
    let names = final_names(resolved);
    let this = Relation::of_source_within(table, project.shared.quotes);
    let context = context_with(resolved, &names, &table.package, &table.id, &[], &access);
    let model = json!({
        "unique_id": table.id.as_str(),
        "name": table.name,
        "source_name": table.source_name,
        "package_name": table.package,
        "resource_type": "source",
        "database": this.parts.database,
        "schema": this.parts.schema,
        "identifier": this.parts.identifier,
        "relation_name": this.to_string(),
        "config": table.config,
        "loaded_at_field": table.properties.loaded_at_field,
    });
    let context = Arc::new(NodeContext {
        this: Some(this.clone()),
        extra: vec![("source_node", from_json(&model))],
        model: Arc::new(model),
        config: table.config.clone(),
        ..context
    });
    let placed = |problem: Diagnostic| match problem.location {
        Some(_) => Box::new(problem),
        None => Box::new(problem.at(table.file.at(0..0))),
    };
    let properties = &table.properties;
    let called = if let Some(query) = &properties.loaded_at_query {
        let query = engine.render_text(query, &context).map_err(placed)?;
        let arguments = [this.into_value(), Value::from(query)];
        engine.call_macro(None, "collect_freshness_custom_sql", &arguments, &context)
    } else if let Some(field) = &properties.loaded_at_field {
        let filter = properties.freshness.as_ref();
        let filter = filter.and_then(|freshness| freshness.filter.clone());
        let arguments = [
            this.into_value(),
            Value::from(field.clone()),
            filter.map_or(Value::from(()), Value::from),
        ];
        engine.call_macro(None, "collect_freshness", &arguments, &context)
    } else {
        let problem = Diagnostic::error(
            Code::ConfigInvalid,
            format!(
                "Could not compute freshness for source {}: no 'loaded_at_field' provided and postgres adapter does not support metadata-based freshness checks.",
                table.name
            ),
        )
        .help("say in `config:` which column tells when a row was loaded, or give a `loaded_at_query`");
        return Err(placed(problem));
    };
    finish_quietly(&access);
    let result = called.map_err(placed)?;
    read(&result).ok_or_else(|| {
        placed(Diagnostic::error(
            Code::TemplateError,
            format!(
                "freshness of `{}.{}` is one row of two times, and the query gave something else",
                table.source_name, table.name
            ),
        ))
    })
}

/// The one row: of the statement's result, or of a table, which older projects return.
fn read(result: &Value) -> Option<LoadTimes> {
    let attribute = |value: &Value, name: &str| {
        let found = value.get_attr(name).ok()?;
        (!found.is_undefined() && !found.is_none()).then_some(found)
    };
    let table = match result.downcast_object_ref::<Table>() {
        Some(_) => result.clone(),
        None => attribute(result, "table")?,
    };
    let rows = table.downcast_object_ref::<Table>()?.ordered();
    let [row] = rows.as_slice() else { return None };
    let [newest, now] = row.as_slice() else {
        return None;
    };
    let text = |value: &Json| value.as_str().map(str::to_owned);
    let response = attribute(result, "response");
    let part = |name: &str| {
        let response = response.as_ref()?;
        attribute(response, name)
    };
    Some(LoadTimes {
        max_loaded_at: text(newest),
        snapshotted_at: text(now)?,
        response: Response {
            message: part("_message")
                .map(|text| text.to_string())
                .unwrap_or_default(),
            code: part("code")
                .map(|text| text.to_string())
                .unwrap_or_default(),
            rows_affected: part("rows_affected").and_then(|count| u64::try_from(count).ok()),
        },
    })
}
