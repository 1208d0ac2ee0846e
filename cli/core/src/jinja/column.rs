//! dbt's Column as templates see it, with PostgreSQL's types.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use minijinja::value::{DynObject, Object, ObjectRepr, Value};
use minijinja::{Error, ErrorKind, State};

use super::python::call::Call;
use crate::name::quote_identifier;
use crate::python::quoted;

/// A column of a relation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Column {
    pub(crate) name: String,
    /// The type's name without modifiers: `character varying`.
    pub(crate) data_type: String,
    pub(crate) character_size: Option<i64>,
    pub(crate) numeric_precision: Option<i64>,
    pub(crate) numeric_scale: Option<i64>,
}

impl Column {
    pub(crate) fn new(name: impl Into<String>, data_type: impl Into<String>) -> Column {
        Column {
            name: name.into(),
            data_type: data_type.into(),
            character_size: None,
            numeric_precision: None,
            numeric_scale: None,
        }
    }

    /// From a type as `format_type` prints it: `numeric(10,2)`.
    pub(crate) fn from_description(name: &str, described: &str) -> Column {
        let Some((before, rest)) = described.split_once('(') else {
            return Column::new(name, described);
        };
        let Some((inner, after)) = rest.split_once(')') else {
            return Column::new(name, described);
        };
        let mut column = Column::new(name, format!("{}{after}", before.trim_end()));
        let numbers: Vec<i64> = inner
            .split(',')
            .filter_map(|part| part.trim().parse().ok())
            .collect();
        match numbers.as_slice() {
            [size] if column.is_string() => column.character_size = Some(*size),
            [precision] => column.numeric_precision = Some(*precision),
            [precision, scale] => {
                column.numeric_precision = Some(*precision);
                column.numeric_scale = Some(*scale);
            }
            _ => return Column::new(name, described),
        }
        column
    }

    /// The column as the server's catalogue has it, which tells the size of numbers too.
    pub(crate) fn of_catalogue(self) -> Column {
        let (precision, scale) = match self.data_type.as_str() {
            "smallint" => (16, Some(0)),
            "integer" => (32, Some(0)),
            "bigint" => (64, Some(0)),
            "real" => (24, None),
            "double precision" => (53, None),
            _ => return self,
        };
        Column {
            numeric_precision: Some(precision),
            numeric_scale: scale,
            ..self
        }
    }

    fn is_one_of(&self, names: &[&str]) -> bool {
        let data_type = self.data_type.to_lowercase();
        names.contains(&data_type.as_str())
    }

    fn is_string(&self) -> bool {
        self.is_one_of(&["text", "character varying", "character", "varchar"])
    }

    fn is_integer(&self) -> bool {
        self.is_one_of(&[
            "smallint",
            "integer",
            "bigint",
            "smallserial",
            "serial",
            "bigserial",
            "int2",
            "int4",
            "int8",
            "serial2",
            "serial4",
            "serial8",
        ])
    }

    fn is_float(&self) -> bool {
        self.is_one_of(&["real", "float4", "float", "double precision", "float8"])
    }

    fn is_numeric(&self) -> bool {
        self.is_one_of(&["numeric", "decimal"])
    }

    fn is_number(&self) -> bool {
        self.is_integer() || self.is_float() || self.is_numeric()
    }

    pub(super) fn string_size(&self) -> Result<i64, Error> {
        if !self.is_string() {
            return Err(Error::new(
                ErrorKind::InvalidOperation,
                "Called string_size() on non-string field!",
            ));
        }
        Ok(match (self.data_type.as_str(), self.character_size) {
            ("text", _) | (_, None) => 256,
            (_, Some(size)) => size,
        })
    }

    /// The type with its modifiers, as DDL writes it.
    pub(crate) fn full_type(&self) -> String {
        if self.is_string() {
            match self.character_size {
                _ if self.data_type.eq_ignore_ascii_case("text") => self.data_type.clone(),
                None => self.data_type.clone(),
                Some(size) => string_type(size),
            }
        } else if self.is_numeric() {
            numeric_type(&self.data_type, self.numeric_precision, self.numeric_scale)
        } else {
            self.data_type.clone()
        }
    }

    pub(super) fn can_expand_to(&self, other: &Column) -> Result<bool, Error> {
        if !self.is_string() || !other.is_string() {
            return Ok(false);
        }
        Ok(other.string_size()? > self.string_size()?)
    }

    pub(crate) fn into_value(self) -> Value {
        Value::from_object(self)
    }
}

pub(super) fn string_type(size: i64) -> String {
    format!("character varying({size})")
}

fn numeric_type(data_type: &str, precision: Option<i64>, scale: Option<i64>) -> String {
    match (precision, scale) {
        (Some(precision), Some(scale)) => format!("{data_type}({precision},{scale})"),
        _ => data_type.to_owned(),
    }
}

impl fmt::Display for Column {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number =
            |number: Option<i64>| number.map_or("None".to_owned(), |number| number.to_string());
        write!(
            formatter,
            "PostgresColumn(column={}, dtype={}, char_size={}, numeric_precision={}, numeric_scale={})",
            quoted(&self.name),
            quoted(&self.data_type),
            number(self.character_size),
            number(self.numeric_precision),
            number(self.numeric_scale),
        )
    }
}

impl Object for Column {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        Some(match key.as_str()? {
            "name" | "column" => Value::from(self.name.clone()),
            "quoted" => Value::from(quote_identifier(&self.name)),
            "dtype" => Value::from(self.data_type.clone()),
            "data_type" | "expanded_data_type" => Value::from(self.full_type()),
            "char_size" => Value::from(self.character_size),
            "numeric_precision" => Value::from(self.numeric_precision),
            "numeric_scale" => Value::from(self.numeric_scale),
            _ => return None,
        })
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        Some((**self).cmp(other.downcast_ref::<Column>()?))
    }

    fn call_method(
        self: &Arc<Self>,
        state: &mut State<'_, '_>,
        method: &str,
        arguments: &[Value],
    ) -> Result<Value, Error> {
        match method {
            "is_string" => Ok(self.is_string().into()),
            "is_number" => Ok(self.is_number().into()),
            "is_float" => Ok(self.is_float().into()),
            "is_integer" => Ok(self.is_integer().into()),
            "is_numeric" => Ok(self.is_numeric().into()),
            "string_size" => self.string_size().map(Value::from),
            "can_expand_to" => {
                let other = Call::new(method, arguments)?.required(0, "other_column")?;
                let other = other.downcast_object_ref::<Column>().ok_or_else(|| {
                    Error::new(ErrorKind::InvalidOperation, "can_expand_to needs a column")
                })?;
                self.can_expand_to(other).map(Value::from)
            }
            "literal" => {
                let value = Call::new(method, arguments)?.required(0, "value")?;
                Ok(Value::from(format!("{value}::{}", self.full_type())))
            }
            _ => Arc::new(ColumnClass).call_method(state, method, arguments),
        }
    }

    fn render(self: &Arc<Self>, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// `api.Column` and `adapter.Column`: makes columns, and knows the types' names.
#[derive(Debug)]
pub(super) struct ColumnClass;

impl Object for ColumnClass {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn call(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        arguments: &[Value],
    ) -> Result<Value, Error> {
        created(arguments)
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        arguments: &[Value],
    ) -> Result<Value, Error> {
        let call = Call::new(method, arguments)?;
        match method {
            "create" => {
                let (name, label) = (call.text(0, "name")?, call.text(1, "label_or_dtype")?);
                Ok(Column::new(name, translated(&label)).into_value())
            }
            "translate_type" => Ok(Value::from(translated(&call.text(0, "dtype")?))),
            "from_description" => {
                let (name, described) = (call.text(0, "name")?, call.text(1, "raw_data_type")?);
                Ok(Column::from_description(&name, &described).into_value())
            }
            "string_type" => {
                let size = i64::try_from(call.required(0, "size")?)?;
                Ok(Value::from(string_type(size)))
            }
            "numeric_type" => {
                let number = |position: usize, name: &'static str| {
                    let value = call.required(position, name)?;
                    (!value.is_none()).then(|| i64::try_from(value)).transpose()
                };
                let (precision, scale) = (number(1, "precision")?, number(2, "scale")?);
                let data_type = call.text(0, "dtype")?;
                Ok(Value::from(numeric_type(&data_type, precision, scale)))
            }
            _ => Err(Error::new(
                ErrorKind::UnknownMethod,
                format!("a column has no method `{method}`"),
            )),
        }
    }

    fn render(self: &Arc<Self>, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("<class 'Column'>")
    }
}

fn created(arguments: &[Value]) -> Result<Value, Error> {
    let call = Call::new("Column", arguments)?;
    let number = |position: usize, name: &'static str| {
        call.value(position, name)
            .and_then(|value| i64::try_from(value).ok())
    };
    let name = match call.value(0, "column") {
        Some(name) => name,
        None => call.required(0, "name")?,
    };
    let column = Column {
        name: name.to_string(),
        data_type: call.required(1, "dtype")?.to_string(),
        character_size: number(2, "char_size"),
        numeric_precision: number(3, "numeric_precision"),
        numeric_scale: number(4, "numeric_scale"),
    };
    Ok(column.into_value())
}

/// The server's name of one of dbt's generic types.
pub(crate) fn translated(label: &str) -> String {
    if label.eq_ignore_ascii_case("string") {
        return "TEXT".to_owned();
    }
    label.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_keep_their_modifiers() {
        for described in [
            "integer",
            "text",
            "numeric(10,2)",
            "numeric",
            "character varying(12)",
            "timestamp without time zone",
        ] {
            assert_eq!(
                Column::from_description("x", described).full_type(),
                described
            );
        }
        let timestamp = Column::from_description("x", "timestamp(3) with time zone");
        assert_eq!(timestamp.data_type, "timestamp with time zone");
    }

    #[test]
    fn strings_grow_and_numbers_do_not() {
        let short = Column::from_description("x", "character varying(12)");
        let long = Column::from_description("x", "character varying(20)");
        assert!(short.can_expand_to(&long).unwrap());
        assert!(!long.can_expand_to(&short).unwrap());
        assert!(!short.can_expand_to(&Column::new("x", "integer")).unwrap());
    }

    #[test]
    fn arguments_of_columns_may_be_named() {
        let mut environment = minijinja::Environment::new();
        environment.add_global("Column", Value::from_object(ColumnClass));
        let short = Column::from_description("x", "character varying(12)");
        let long = Column::from_description("x", "character varying(20)");
        let values = minijinja::context! { short => short.into_value(), long => long.into_value() };
        for (template, expected) in [
            ("{{ short.can_expand_to(other_column=long) }}", "True"),
            ("{{ short.literal(value=1) }}", "1::character varying(12)"),
            (
                "{{ Column.create(name='y', label_or_dtype='string').dtype }}",
                "TEXT",
            ),
            ("{{ Column.string_type(size=3) }}", "character varying(3)"),
            (
                "{{ Column.numeric_type('numeric', precision=4, scale=2) }}",
                "numeric(4,2)",
            ),
            (
                "{{ Column.numeric_type('numeric', none, none) }}",
                "numeric",
            ),
        ] {
            assert_eq!(environment.render_str(template, &values).unwrap(), expected);
        }
    }
}
