//! What a relation says of functions: which macro makes one, and what it needs to be made.

use minijinja::value::Value;
use minijinja::{Error, ErrorKind};

use crate::jinja::python;

/// Language, type, runtime version and entry point of a function, from its `model`.
///
/// **Errors**: what a function in Python cannot do without.
pub(super) fn settings(model: &Value) -> Result<Value, Error> {
    let config = model.get_attr("config")?;
    let text = |name: &str| {
        let value = config.get_attr(name).ok();
        value.filter(|value| !value.is_undefined() && !value.is_none())
    };
    let language = model.get_attr("language")?;
    let runtime_version = text("runtime_version");
    let entry_point = text("entry_point");
    if language.as_str() == Some("python") {
        let missing = [
            (runtime_version.is_none(), "A `runtime_version`"),
            (entry_point.is_none(), "An `entry_point`"),
        ];
        if let Some((_, what)) = missing.iter().find(|(is_missing, _)| *is_missing) {
            return Err(Error::new(
                ErrorKind::InvalidOperation,
                format!("{what} is required for python functions"),
            ));
        }
    }
    let none = || Value::from(());
    Ok(python::dict([
        ("language", language),
        ("type", text("type").unwrap_or_else(|| "scalar".into())),
        ("runtime_version", runtime_version.unwrap_or_else(none)),
        ("entry_point", entry_point.unwrap_or_else(none)),
    ]))
}

/// The macro that makes a function: `scalar_function_sql`.
pub(super) fn macro_name(settings: &Value) -> Result<String, Error> {
    let word = |name: &str| settings.get_item(&Value::from(name));
    Ok(format!("{}_function_{}", word("type")?, word("language")?))
}
