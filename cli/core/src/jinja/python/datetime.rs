//! Python's module `datetime`.

use minijinja::Error;
use minijinja::value::Value;

use super::operators::Operator;

/// The name of the type, if the value is of this module.
pub(super) fn type_name(_value: &Value) -> Option<&'static str> {
    None
}

/// Python's `repr` of a value of this module.
pub(super) fn repr(_value: &Value) -> Option<String> {
    None
}

/// An operator with a value of this module.
pub(super) fn operator(
    _operator: Operator,
    _left: &Value,
    _right: &Value,
) -> Option<Result<Value, Error>> {
    None
}

/// `-x`
pub(super) fn negated(_value: &Value) -> Option<Value> {
    None
}

/// The value in the form of a `{:%Y}` field.
pub(super) fn formatted(_value: &Value, _spec: &str) -> Option<Result<String, Error>> {
    None
}
