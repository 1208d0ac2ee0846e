//! Values that templates of YAML files give: a template that is one expression keeps its value, a list stays a list.
//! All else is text, as in dbt: what is written out, several expressions, and what Jinja calculates while it compiles.

use std::sync::Arc;

use minijinja::value::{Value, ValueKind};
use minijinja::{Environment, Error, ErrorKind, Output, OutputSpanKind, State};

use super::context::NodeContext;
use super::engine::{self, Engine};
use super::functions::format_value;
use super::python;
use super::rewrite;
use crate::diagnostic::Diagnostic;

impl Engine {
    /// Renders a text that stands in a YAML file to a value.
    pub(crate) fn render_value(
        &self,
        text: &str,
        context: &Arc<NodeContext>,
    ) -> Result<Value, Diagnostic> {
        let rewritten = rewrite::template(text);
        context.captured().written = None;
        let (output, spans) = self
            .natively(context)
            .template_from_named_str("<yaml>", &rewritten.text)
            .and_then(|template| template.render_with_spans(engine::root(context)))
            .map_err(|error| self.diagnostic(&error, None))?;
        let written = context.captured().written.take();
        let alone = match spans.as_slice() {
            [span] if span.kind() == OutputSpanKind::Expression => {
                Some(rewritten.map.original_range(span.source_range()))
            }
            _ => None,
        };
        Ok(match (alone, written) {
            (Some(range), Some(value))
                if !rewrite::is_constant(text, &range) && python::shown(&value) == output =>
            {
                value
            }
            _ => Value::from(output),
        })
    }
}

/// The same environment, in which values are noted as they are written, and types can be asked for.
pub(super) fn environment(of: &Environment<'static>) -> Environment<'static> {
    let mut environment = of.clone();
    environment.set_formatter(note);
    environment.add_filter("as_text", |value: &Value| python::shown(value));
    environment.add_filter("as_bool", |state: &State<'_, '_>, value: Value| {
        let read = literal(state, &value).filter(|value| value.kind() == ValueKind::Bool);
        read.ok_or_else(|| not_convertible(&value, "bool"))
    });
    environment.add_filter("as_number", |state: &State<'_, '_>, value: Value| {
        let read = literal(state, &value).filter(|value| value.kind() == ValueKind::Number);
        read.ok_or_else(|| not_convertible(&value, "number"))
    });
    environment.add_filter("as_native", |state: &State<'_, '_>, value: Value| {
        literal(state, &value).unwrap_or(value)
    });
    environment
}

fn note(output: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    if let Some(context) = engine::context_of(state) {
        context.captured().written = Some(value.clone());
    }
    format_value(output, state, value)
}

/// A value, or what a text that is one of Python's literals stands for.
fn literal(state: &State<'_, '_>, value: &Value) -> Option<Value> {
    let Some(text) = value.as_str() else {
        return Some(value.clone());
    };
    if !rewrite::is_literal(text) {
        return None;
    }
    let rewritten = rewrite::expression(text);
    let expression = state.env().compile_expression(&rewritten.text).ok()?;
    expression.eval(()).ok()
}

fn not_convertible(value: &Value, kind: &str) -> Error {
    let value = python::repr(value);
    Error::new(
        ErrorKind::InvalidOperation,
        format!("could not convert value {value} into type '{kind}'"),
    )
}
