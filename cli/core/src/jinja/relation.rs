//! A relation as templates see it: prints as its quoted name, with dbt's attributes and methods.

mod function;

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use minijinja::value::{DynObject, Enumerator, Object, ObjectRepr, Value, from_args};
use minijinja::{Error, ErrorKind, State};

use super::python;
use super::python::call::Call;
use crate::name::{Parts, RelationName, quote_identifier, quote_literal};
use crate::project::SourceTable;
use crate::state::RelationType;

/// What a relation is, where that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum RelationKind {
    /// A table.
    Table,
    /// A view.
    View,
    /// A materialized view.
    MaterializedView,
    /// A common table expression that stands for an ephemeral model.
    CommonTableExpression,
    /// A foreign table.
    External,
    /// A function.
    Function,
}

const KINDS: [(RelationKind, &str); 6] = [
    (RelationKind::Table, "table"),
    (RelationKind::View, "view"),
    (RelationKind::MaterializedView, "materialized_view"),
    (RelationKind::CommonTableExpression, "cte"),
    (RelationKind::External, "external"),
    (RelationKind::Function, "function"),
];

impl RelationKind {
    fn as_str(self) -> &'static str {
        KINDS
            .iter()
            .find(|(kind, _)| *kind == self)
            .map_or("table", |(_, name)| name)
    }

    fn of(name: &str) -> Option<RelationKind> {
        KINDS
            .iter()
            .find(|(_, known)| *known == name)
            .map(|(kind, _)| *kind)
    }

    /// What the catalogue says a relation is; `None` for what no model can be.
    pub(crate) fn of_existing(relation_type: RelationType) -> Option<RelationKind> {
        match relation_type {
            RelationType::Table => Some(RelationKind::Table),
            RelationType::View => Some(RelationKind::View),
            RelationType::MaterializedView => Some(RelationKind::MaterializedView),
            RelationType::Other => None,
        }
    }
}

/// Choices as templates see them.
fn choices(parts: Parts<bool>) -> Value {
    python::dict([
        ("database", Value::from(parts.database)),
        ("schema", Value::from(parts.schema)),
        ("identifier", Value::from(parts.identifier)),
    ])
}

/// Changes choices to what arguments say otherwise.
fn change(choices: &mut Parts<bool>, call: &Call<'_>) {
    for (position, (part, choice)) in [
        ("database", &mut choices.database),
        ("schema", &mut choices.schema),
        ("identifier", &mut choices.identifier),
    ]
    .into_iter()
    .enumerate()
    {
        if let Some(value) = call.value(position, part) {
            *choice = value.is_true();
        }
    }
}

/// Rows that a reader of the relation gets, where that is not all of them (`--empty`, `--sample`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct RowFilter {
    /// At most so many rows.
    pub(crate) limit: Option<u64>,
    /// Only rows of a period: the column, from, and up to (exclusive).
    pub(crate) event_time: Option<(String, Option<String>, Option<String>)>,
}

/// dbt's Relation. An empty part of the name is absent; the parts stand as they are written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Relation {
    pub(crate) parts: Parts<String>,
    pub(crate) kind: Option<RelationKind>,
    pub(crate) shows: Parts<bool>,
    pub(crate) quotes: Parts<bool>,
    pub(crate) rows: RowFilter,
}

impl Relation {
    pub(crate) fn new(name: RelationName, kind: Option<RelationKind>) -> Relation {
        let parts = name.as_written();
        let parts = Parts {
            database: parts.database.to_owned(),
            schema: parts.schema.to_owned(),
            identifier: parts.identifier.to_owned(),
        };
        Relation::of_parts(parts, name.quotes(), kind)
    }

    fn of_parts(parts: Parts<String>, quotes: Parts<bool>, kind: Option<RelationKind>) -> Relation {
        Relation {
            parts,
            kind,
            shows: Parts::ALL,
            quotes,
            rows: RowFilter::default(),
        }
    }

    /// A source's table, quoted as its declaration says.
    pub(crate) fn of_source(table: &SourceTable) -> Relation {
        Relation::new(table.relation.clone(), Some(RelationKind::Table))
    }

    /// The same as artifacts name it, and the check of freshness: what the source does not say is as the project has
    /// it, though `source()` leaves the project out.
    pub(crate) fn of_source_within(table: &SourceTable, quotes: Parts<bool>) -> Relation {
        Relation {
            quotes: table.properties.quoting.quotes(quotes),
            ..Relation::of_source(table)
        }
    }

    /// Its name as the server has it.
    pub(crate) fn name(&self) -> RelationName {
        RelationName::written(self.parts.clone(), self.quotes)
    }

    /// The common table expression that an ephemeral model becomes.
    pub(crate) fn ephemeral(model: &str) -> Relation {
        let parts = Parts {
            identifier: format!("__dbt__cte__{model}"),
            ..Parts::default()
        };
        let quotes = Parts {
            identifier: false,
            ..Parts::ALL
        };
        Relation::of_parts(parts, quotes, Some(RelationKind::CommonTableExpression))
    }

    pub(crate) fn into_value(self) -> Value {
        Value::from_object(self)
    }

    /// The same with the names that the server has, all quoted.
    fn stored(&self) -> Relation {
        Relation {
            shows: self.shows,
            rows: self.rows.clone(),
            ..Relation::new(self.name().quoted(), self.kind)
        }
    }

    /// Its full name, whatever rows a reader would get.
    pub(crate) fn rendered_name(&self) -> String {
        let parts = [
            (
                self.shows.database,
                self.quotes.database,
                &self.parts.database,
            ),
            (self.shows.schema, self.quotes.schema, &self.parts.schema),
            (
                self.shows.identifier,
                self.quotes.identifier,
                &self.parts.identifier,
            ),
        ];
        let shown: Vec<String> = parts
            .into_iter()
            .filter(|(shows, _, part)| *shows && !part.is_empty())
            .map(|(_, quotes, part)| {
                if quotes {
                    quote_identifier(part)
                } else {
                    part.clone()
                }
            })
            .collect();
        shown.join(".")
    }

    fn subquery_alias(&self, namespace: &str) -> String {
        format!("_dbt_{namespace}_subq_{}", self.parts.identifier)
    }

    fn information_schema(&self, view: Option<String>) -> Relation {
        let parts = Parts {
            database: self.parts.database.clone(),
            schema: "INFORMATION_SCHEMA".to_owned(),
            identifier: view.unwrap_or_default(),
        };
        let quotes = Parts {
            database: self.quotes.database,
            schema: false,
            identifier: false,
        };
        Relation::of_parts(parts, quotes, Some(RelationKind::View))
    }
}

impl fmt::Display for Relation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = self.rendered_name();
        match self.rows.limit {
            None => {}
            Some(limit) => {
                let alias = self.subquery_alias("limit");
                let condition = if limit == 0 { " where false" } else { "" };
                text = format!("(select * from {text}{condition} limit {limit}) {alias}");
            }
        }
        if let Some((column, from, before)) = &self.rows.event_time {
            let from = from
                .as_ref()
                .map(|from| format!("{column} >= {}", quote_literal(from)));
            let before = before
                .as_ref()
                .map(|before| format!("{column} < {}", quote_literal(before)));
            let conditions: Vec<String> = from.into_iter().chain(before).collect();
            if !conditions.is_empty() {
                let alias = self.subquery_alias("et_filter");
                text = format!(
                    "(select * from {text} where {}) {alias}",
                    conditions.join(" and ")
                );
            }
        }
        formatter.write_str(&text)
    }
}

fn part(text: &str) -> Value {
    if text.is_empty() {
        Value::from(())
    } else {
        Value::from(text)
    }
}

impl Object for Relation {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let is = |kind: RelationKind| Value::from(self.kind == Some(kind));
        Some(match key.as_str()? {
            "database" => part(&self.parts.database),
            "schema" => part(&self.parts.schema),
            "identifier" | "name" | "table" => part(&self.parts.identifier),
            "type" => self
                .kind
                .map_or(Value::from(()), |kind| kind.as_str().into()),
            "path" => python::dict([
                ("database", part(&self.parts.database)),
                ("schema", part(&self.parts.schema)),
                ("identifier", part(&self.parts.identifier)),
            ]),
            "limit" => Value::from(self.rows.limit),
            "is_table" => is(RelationKind::Table),
            "is_view" => is(RelationKind::View),
            "is_materialized_view" => is(RelationKind::MaterializedView),
            "is_cte" => is(RelationKind::CommonTableExpression),
            "is_function" => is(RelationKind::Function),
            "is_pointer" => false.into(),
            "can_be_renamed" | "can_be_replaced" => {
                matches!(self.kind, Some(RelationKind::View | RelationKind::Table)).into()
            }
            "quote_policy" => choices(self.quotes),
            "include_policy" => choices(self.shows),
            "quote_character" => "\"".into(),
            "require_alias" => true.into(),
            "Table" => "table".into(),
            "View" => "view".into(),
            "MaterializedView" => "materialized_view".into(),
            "CTE" => "cte".into(),
            "External" => "external".into(),
            "Function" => "function".into(),
            _ => return None,
        })
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Str(&["database", "schema", "identifier", "type"])
    }

    fn is_true(self: &Arc<Self>) -> bool {
        true
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        Some((**self).cmp(other.downcast_ref::<Relation>()?))
    }

    fn call_method(
        self: &Arc<Self>,
        state: &mut State<'_, '_>,
        method: &str,
        arguments: &[Value],
    ) -> Result<Value, Error> {
        let mut relation = Relation::clone(self);
        match method {
            "render" => return Ok(Value::from(self.rendered_name())),
            "render_limited" => return Ok(Value::from(self.to_string())),
            "quoted" => {
                let (text,): (String,) = from_args(arguments)?;
                return Ok(Value::from(quote_identifier(&text)));
            }
            "include" => change(&mut relation.shows, &Call::new(method, arguments)?),
            "quote" => change(&mut relation.quotes, &Call::new(method, arguments)?),
            "replace_path" => {
                let call = Call::new(method, arguments)?;
                replace_path(&mut relation.parts, |name| call.named(name));
            }
            "incorporate" => {
                let call = Call::new(method, arguments)?;
                if let Some(path) = call.named_value("path") {
                    replace_path(&mut relation.parts, |name| {
                        let value = path.get_item(&Value::from(name)).ok()?;
                        (!value.is_undefined()).then_some(value)
                    });
                }
                if let Some(kind) = call.named_value("type").map(|kind| kind.to_string()) {
                    relation.kind = RelationKind::of(&kind);
                }
                if let Some(limit) = call.named_value("limit") {
                    relation.rows.limit = u64::try_from(limit).ok();
                }
            }
            "without_identifier" => relation.parts.identifier.clear(),
            "information_schema" => {
                let (view,): (Option<Value>,) = from_args(arguments)?;
                let view = view.and_then(|view| view.as_str().map(str::to_owned));
                relation = relation.information_schema(view);
            }
            "information_schema_only" => relation = relation.information_schema(None),
            "matches" => return matches(&relation, arguments).map(Value::from),
            "relation_max_name_length" => return Ok(crate::name::MAX_NAME_BYTES.into()),
            "hcw_stored" => return Ok(relation.stored().into_value()),
            "get" => {
                let (name, default): (String, Option<Value>) = from_args(arguments)?;
                if name == "metadata" {
                    return Ok(python::dict([("type", Value::from("PostgresRelation"))]));
                }
                let value = self.get_value(&Value::from(name));
                return Ok(value.or(default).unwrap_or(Value::from(())));
            }
            _ => return Arc::new(RelationClass::default()).call_method(state, method, arguments),
        }
        Ok(relation.into_value())
    }

    fn render(self: &Arc<Self>, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

fn replace_path(parts: &mut Parts<String>, given: impl Fn(&'static str) -> Option<Value>) {
    for (part, text) in [
        ("database", &mut parts.database),
        ("schema", &mut parts.schema),
        ("identifier", &mut parts.identifier),
    ] {
        if let Some(value) = given(part) {
            *text = text_of(&value);
        }
    }
}

fn text_of(value: &Value) -> String {
    if value.is_none() || value.is_undefined() {
        String::new()
    } else {
        value.to_string()
    }
}

fn matches(relation: &Relation, arguments: &[Value]) -> Result<bool, Error> {
    let call = Call::new("matches", arguments)?;
    let parts = [
        ("database", &relation.parts.database),
        ("schema", &relation.parts.schema),
        ("identifier", &relation.parts.identifier),
    ];
    Ok(parts
        .into_iter()
        .enumerate()
        .all(|(position, (name, present))| {
            call.as_text(position, name)
                .is_none_or(|wanted| wanted == *present)
        }))
}

/// `api.Relation`: makes relations.
#[derive(Debug)]
pub(super) struct RelationClass {
    /// Which parts are quoted of those that it makes.
    pub(super) quotes: Parts<bool>,
}

impl Default for RelationClass {
    fn default() -> RelationClass {
        RelationClass { quotes: Parts::ALL }
    }
}

impl Object for RelationClass {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        Some(match key.as_str()? {
            "Table" => "table".into(),
            "View" => "view".into(),
            "MaterializedView" => "materialized_view".into(),
            "CTE" => "cte".into(),
            "External" => "external".into(),
            "Function" => "function".into(),
            _ => return None,
        })
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        call: &[Value],
    ) -> Result<Value, Error> {
        match method {
            "create" => created(call, self.quotes).map(Relation::into_value),
            "get_function_config" => {
                let (model,): (Value,) = from_args(call)?;
                function::settings(&model)
            }
            "get_function_macro_name" => {
                let (settings,): (Value,) = from_args(call)?;
                function::macro_name(&settings).map(Value::from)
            }
            "add_ephemeral_prefix" => {
                let (name,): (String,) = from_args(call)?;
                Ok(Value::from(format!("__dbt__cte__{name}")))
            }
            "scd_args" => {
                let (key, updated_at): (Value, Value) = from_args(call)?;
                let mut arguments: Vec<Value> = match key.as_str() {
                    Some(_) => vec![key.clone()],
                    None => key.try_iter()?.collect(),
                };
                arguments.push(updated_at);
                Ok(Value::from(arguments))
            }
            _ => Err(Error::new(
                ErrorKind::UnknownMethod,
                format!("a relation has no method `{method}`"),
            )),
        }
    }

    fn render(self: &Arc<Self>, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("<class 'Relation'>")
    }
}

/// From the arguments `database`, `schema`, `identifier`, `type`, `quote_policy` and `include_policy`.
fn created(arguments: &[Value], quotes: Parts<bool>) -> Result<Relation, Error> {
    let call = Call::new("create", arguments)?;
    let text = |position: usize, name| call.as_text(position, name).unwrap_or_default();
    let parts = Parts {
        database: text(0, "database"),
        schema: text(1, "schema"),
        identifier: text(2, "identifier"),
    };
    let kind = RelationKind::of(&text(3, "type"));
    let mut relation = Relation::of_parts(parts, quotes, kind);
    for (key, choice) in [
        ("quote_policy", &mut relation.quotes),
        ("include_policy", &mut relation.shows),
    ] {
        let Some(policy) = call.named_value(key) else {
            continue;
        };
        for (part, choice) in [
            ("database", &mut choice.database),
            ("schema", &mut choice.schema),
            ("identifier", &mut choice.identifier),
        ] {
            let value = policy.get_attr(part)?;
            if !value.is_undefined() && !value.is_none() {
                *choice = value.is_true();
            }
        }
    }
    Ok(relation)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn relation() -> Relation {
        Relation::new(RelationName::new("db", "marts", "kpi"), None)
    }

    #[test]
    fn readers_get_the_rows_that_are_asked_for() {
        let mut relation = relation();
        relation.rows.limit = Some(0);
        assert_eq!(
            relation.to_string(),
            r#"(select * from "db"."marts"."kpi" where false limit 0) _dbt_limit_subq_kpi"#
        );
        assert_eq!(relation.rendered_name(), r#""db"."marts"."kpi""#);
        relation.rows = RowFilter {
            limit: None,
            event_time: Some((
                "at".into(),
                Some("2025-01-01".into()),
                Some("2025-01-02".into()),
            )),
        };
        assert_eq!(
            relation.to_string(),
            r#"(select * from "db"."marts"."kpi" where at >= '2025-01-01' and at < '2025-01-02') _dbt_et_filter_subq_kpi"#
        );
    }

    #[test]
    fn absent_parts_are_not_shown() {
        let mut schema = relation();
        schema.parts.identifier.clear();
        assert_eq!(schema.to_string(), r#""db"."marts""#);
        assert_eq!(Relation::ephemeral("x").to_string(), "__dbt__cte__x");
    }
}
