//! `adapter.parse_index`: an entry of `indexes`, checked, that can name its index.

use std::fmt;
use std::sync::Arc;

use md5::{Digest, Md5};
use minijinja::value::{Object, ObjectRepr, Value};
use minijinja::{Error, ErrorKind, State};

use super::engine::context_of;
use super::error::problem;
use super::functions::to_json;
use super::python::call::Call;
use super::relation::Relation;
use crate::diagnostic::{Code, Diagnostic};
use crate::project::config;
use crate::python::quoted;

/// An index of a relation.
#[derive(Debug)]
struct Index {
    columns: Vec<String>,
    unique: bool,
    method: Option<String>,
}

/// Reads an entry of `indexes`; none for none.
pub(super) fn parse(raw: &Value) -> Result<Value, Error> {
    let invalid =
        |message: String| {
            problem(Diagnostic::error(Code::ConfigInvalid, message).help(
                "for example `indexes: [{columns: [clinic_key], unique: false, type: btree}]`",
            ))
        };
    let json = to_json(raw)?;
    let Some(entries) = json.as_object() else {
        return Err(invalid(format!(
            "Invalid index config: {json} is not a mapping"
        )));
    };
    let known = ["columns", "unique", "type"];
    if let Some(key) = entries.keys().find(|key| !known.contains(&key.as_str())) {
        return Err(invalid(format!(
            "Could not parse index config: unknown key `{key}`"
        )));
    }
    if let Some(text) = config::text(entries, "columns") {
        return Err(invalid(format!(
            "Could not parse index config: `columns` is a list, not `{text}`"
        )));
    }
    let columns = config::texts(entries, "columns");
    if columns.is_empty() {
        return Err(invalid(
            "Could not parse index config: `columns` is missing".to_owned(),
        ));
    }
    Ok(Value::from_object(Index {
        columns,
        unique: config::flag(entries, "unique").unwrap_or(false),
        method: config::text(entries, "type").map(str::to_owned),
    }))
}

/// Whether a relation bears a name under which it is only built.
fn is_passing(relation: &Value) -> bool {
    let relation = relation.downcast_object_ref::<Relation>();
    relation.is_some_and(|relation| relation.parts.identifier.ends_with("__dbt_tmp"))
}

impl Object for Index {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        Some(match key.as_str()? {
            "columns" => Value::from(self.columns.clone()),
            "unique" => self.unique.into(),
            "type" => Value::from(self.method.clone()),
            _ => return None,
        })
    }

    fn call_method(
        self: &Arc<Self>,
        state: &mut State<'_, '_>,
        method: &str,
        call: &[Value],
    ) -> Result<Value, Error> {
        if method != "render" {
            return Err(Error::new(
                ErrorKind::UnknownMethod,
                format!("an index has no method `{method}`"),
            ));
        }
        // the same index of the same relation has the same name in every run
        let relation = Call::new(method, call)?.required(0, "relation")?;
        let text = format!(
            "{}_{relation}_{}_{}",
            self.columns.join("_"),
            self.unique,
            self.method.as_deref().unwrap_or_default()
        );
        let mut digest = Md5::new_with_prefix(text.as_bytes());
        // what takes another's name keeps its index: the next relation of the passing name needs another one
        if is_passing(&relation)
            && let Some(context) = context_of(state)
        {
            digest.update(context.shared.settings.invocation_id.as_bytes());
        }
        let name = base16ct::lower::encode_string(&digest.finalize());
        Ok(Value::from(name))
    }

    fn render(self: &Arc<Self>, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns: Vec<String> = self.columns.iter().map(|name| quoted(name)).collect();
        let unique = if self.unique { "True" } else { "False" };
        let method = self.method.as_deref().map_or("None".to_owned(), quoted);
        write!(
            formatter,
            "PostgresIndexConfig(columns=[{}], unique={unique}, type={method})",
            columns.join(", ")
        )
    }
}
