//! The shapes that dbt asks of what is written in YAML: what it would refuse is told, each at its place.

use super::{Node, Value};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::jinja::has_template;
use crate::source::SourceFile;

/// What a value may be. A text with a template may be anything.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Shape {
    Anything,
    Text,
    Flag,
    /// A number, whole or not.
    Number,
    /// A number with a point.
    Float,
    /// This number alone.
    Exactly(i64),
    List(&'static Shape),
    /// A mapping in which these keys have a shape, and others any.
    Keys(&'static [(&'static str, Shape)]),
    /// A mapping of these keys alone.
    OnlyKeys(&'static [(&'static str, Shape)]),
    /// A mapping of a name to what has this shape; or a name alone.
    Named(&'static Shape),
    Either(&'static [Shape]),
    /// All of these at once.
    All(&'static [Shape]),
    /// That, or null.
    Maybe(&'static Shape),
}

impl Shape {
    /// A mapping of anything.
    pub(crate) const MAPPING: Shape = Shape::Keys(&[]);
    /// A list of texts.
    pub(crate) const TEXTS: Shape = Shape::List(&Shape::Text);
    /// A text or a list of texts.
    pub(crate) const TEXT_OR_TEXTS: Shape = Shape::Either(&[Shape::Text, Shape::TEXTS]);

    fn described(self) -> String {
        match self {
            Shape::Anything => "anything".to_owned(),
            Shape::Text => "a text".to_owned(),
            Shape::Flag => "a boolean".to_owned(),
            Shape::Number => "a number".to_owned(),
            Shape::Float => "a number with a point".to_owned(),
            Shape::Exactly(number) => number.to_string(),
            Shape::List(Shape::Text) => "a list of texts".to_owned(),
            Shape::List(_) => "a list".to_owned(),
            Shape::Keys(_) => "a mapping".to_owned(),
            Shape::OnlyKeys(keys) => {
                let names: Vec<&str> = keys.iter().map(|(name, _)| *name).collect();
                format!("a mapping of {}", names.join(", "))
            }
            Shape::Named(_) => "a name or a mapping of one".to_owned(),
            Shape::Either(shapes) => {
                let each: Vec<String> = shapes.iter().map(|shape| shape.described()).collect();
                each.join(" or ")
            }
            Shape::All(shapes) => shapes
                .first()
                .map_or_else(String::new, |shape| shape.described()),
            Shape::Maybe(shape) => shape.described(),
        }
    }

    fn holds(self, node: &Node) -> bool {
        let mut is_told = false;
        self.visit(node, "", &mut |_, _, _| is_told = true);
        !is_told
    }

    /// Tells of each inner value that has another shape: the shape, the value and its path of keys.
    fn visit(self, node: &Node, path: &str, tell: &mut dyn FnMut(Shape, &Node, &str)) {
        match (self, &node.value) {
            (_, Value::String(text)) if has_template(text) => {}
            (Shape::Anything, _)
            | (Shape::Maybe(_), Value::Null)
            | (Shape::Text | Shape::Named(_), Value::String(_))
            | (Shape::Flag, Value::Bool(_))
            | (Shape::Number, Value::Integer(_) | Value::Float(_))
            | (Shape::Float, Value::Float(_)) => {}
            (Shape::Exactly(number), Value::Integer(written)) if number == *written => {}
            (Shape::Maybe(shape), _) => shape.visit(node, path, tell),
            (Shape::Either(shapes), _) if shapes.iter().any(|shape| shape.holds(node)) => {}
            (Shape::All(shapes), _) => {
                for shape in shapes {
                    shape.visit(node, path, tell);
                }
            }
            (Shape::List(shape), Value::Sequence(items)) => {
                for item in items {
                    shape.visit(item, path, tell);
                }
            }
            (Shape::OnlyKeys(keys), Value::Mapping(entries))
                if entries
                    .iter()
                    .any(|(key, _)| keys.iter().all(|(name, _)| key.name != *name)) =>
            {
                tell(self, node, path);
            }
            (Shape::Keys(keys) | Shape::OnlyKeys(keys), Value::Mapping(entries)) => {
                for (key, value) in entries {
                    if let Some((name, shape)) = keys.iter().find(|(name, _)| key.name == *name) {
                        shape.visit(value, &joined(path, name), tell);
                    }
                }
            }
            (Shape::Named(shape), Value::Mapping(entries)) => {
                if let [(key, value)] = entries.as_slice() {
                    shape.visit(value, &joined(path, &key.name), tell);
                }
            }
            _ => tell(self, node, path),
        }
    }
}

fn joined(path: &str, key: &str) -> String {
    match path {
        "" => key.to_owned(),
        path => format!("{path}.{key}"),
    }
}

/// Tells of all in a node that has another shape than it should, save where an error has been told already.
pub(crate) fn check(
    file: &SourceFile,
    what: &str,
    node: &Node,
    shape: Shape,
    diagnostics: &mut Vec<Diagnostic>,
) {
    shape.visit(node, "", &mut |wanted, found, path| {
        let location = Some(file.at(found.range.clone()));
        let is_told =
            |one: &Diagnostic| one.severity == Severity::Error && one.location == location;
        if path.is_empty() || diagnostics.iter().any(is_told) {
            return;
        }
        let wanted = wanted.described();
        let message = match &found.value {
            Value::Sequence(_) | Value::Mapping(_) => {
                format!("`{path}` of {what} must be {wanted}")
            }
            _ => format!("`{path}` of {what} must be {wanted}, not {}", found.kind()),
        };
        diagnostics.push(Diagnostic {
            location,
            ..Diagnostic::error(Code::YamlType, message)
        });
    });
}
