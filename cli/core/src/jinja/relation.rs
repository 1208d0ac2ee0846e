//! A relation as templates see it: prints as its quoted name, with dbt's attributes and methods.

use std::fmt;
use std::sync::Arc;

use minijinja::value::{Kwargs, Object, Value};
use minijinja::{Error, ErrorKind, State};

use crate::name::{RelationName, quote_identifier};

/// What a relation is, where that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RelationKind {
    /// A table.
    Table,
    /// A view.
    View,
    /// A common table expression that stands for an ephemeral model.
    CommonTableExpression,
}

impl RelationKind {
    fn as_str(self) -> &'static str {
        match self {
            RelationKind::Table => "table",
            RelationKind::View => "view",
            RelationKind::CommonTableExpression => "cte",
        }
    }
}

/// dbt's Relation.
#[derive(Debug, Clone)]
pub(crate) struct Relation {
    pub(crate) name: RelationName,
    pub(crate) kind: Option<RelationKind>,
    pub(crate) shows_database: bool,
    pub(crate) shows_schema: bool,
    pub(crate) shows_identifier: bool,
}

impl Relation {
    pub(crate) fn new(name: RelationName, kind: Option<RelationKind>) -> Relation {
        Relation {
            name,
            kind,
            shows_database: true,
            shows_schema: true,
            shows_identifier: true,
        }
    }

    /// The common table expression that an ephemeral model becomes.
    pub(crate) fn ephemeral(model: &str) -> Relation {
        Relation {
            shows_database: false,
            shows_schema: false,
            ..Relation::new(
                RelationName {
                    database: String::new(),
                    schema: String::new(),
                    identifier: format!("__dbt__cte__{model}"),
                },
                Some(RelationKind::CommonTableExpression),
            )
        }
    }

    pub(crate) fn into_value(self) -> Value {
        Value::from_object(self)
    }
}

impl fmt::Display for Relation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.kind == Some(RelationKind::CommonTableExpression) {
            return formatter.write_str(&self.name.identifier);
        }
        let parts = [
            (self.shows_database, &self.name.database),
            (self.shows_schema, &self.name.schema),
            (self.shows_identifier, &self.name.identifier),
        ];
        let mut separator = "";
        for (_, part) in parts.iter().filter(|(shows, _)| *shows) {
            write!(formatter, "{separator}{}", quote_identifier(part))?;
            separator = ".";
        }
        Ok(())
    }
}

impl Object for Relation {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        Some(match key.as_str()? {
            "database" => Value::from(self.name.database.clone()),
            "schema" => Value::from(self.name.schema.clone()),
            "identifier" | "name" | "table" => Value::from(self.name.identifier.clone()),
            "type" => self
                .kind
                .map_or(Value::from(()), |kind| kind.as_str().into()),
            "is_table" => (self.kind == Some(RelationKind::Table)).into(),
            "is_view" => (self.kind == Some(RelationKind::View)).into(),
            "is_cte" => (self.kind == Some(RelationKind::CommonTableExpression)).into(),
            _ => return None,
        })
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        arguments: &[Value],
    ) -> Result<Value, Error> {
        match method {
            "render" => Ok(Value::from(self.to_string())),
            "include" => {
                let (named,): (Kwargs,) = minijinja::value::from_args(arguments)?;
                let mut relation = Relation::clone(self);
                for (part, shows) in [
                    ("database", &mut relation.shows_database),
                    ("schema", &mut relation.shows_schema),
                    ("identifier", &mut relation.shows_identifier),
                ] {
                    if let Some(flag) = named.get(part)? {
                        *shows = flag;
                    }
                }
                named.assert_all_used()?;
                Ok(relation.into_value())
            }
            _ => Err(Error::new(
                ErrorKind::UnknownMethod,
                format!("a relation has no method `{method}`"),
            )),
        }
    }

    fn render(self: &Arc<Self>, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}
