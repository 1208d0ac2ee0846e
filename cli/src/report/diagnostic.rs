//! Diagnostics as text and as JSON.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use hcw_core::diagnostic::{Diagnostic, Severity};
use hcw_core::source::Location;

/// The diagnostic for people, with the lines that it is about.
pub(super) fn to_text(diagnostic: &Diagnostic, coloured: bool) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level
        .primary_title(&diagnostic.message)
        .id(diagnostic.code.as_str());
    let mut group = Group::with_title(title);
    if let Some(location) = &diagnostic.location {
        let label = diagnostic.label.as_deref();
        group = with_place(group, location, label, AnnotationKind::Primary);
    }
    for (what, location) in &diagnostic.related {
        group = with_place(group, location, Some(what), AnnotationKind::Context);
    }
    for note in &diagnostic.notes {
        group = group.element(Level::NOTE.message(note));
    }
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(help));
    }
    let renderer = if coloured {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    renderer
        .decor_style(DecorStyle::Ascii)
        .render(&[group])
        .to_string()
}

/// Adds a place; of a file of rows only its line and column, since the line itself holds values.
fn with_place<'text>(
    group: Group<'text>,
    location: &'text Location,
    label: Option<&'text str>,
    kind: AnnotationKind,
) -> Group<'text> {
    if holds_rows(location) {
        let (line, column) = location.line_column();
        let origin = Origin::path(&*location.file.path);
        return group.element(origin.line(line).char_column(column));
    }
    group.element(snippet(location, label, kind))
}

fn holds_rows(location: &Location) -> bool {
    let templates_and_settings = ["sql", "yml", "yaml", "py"];
    !templates_and_settings.contains(&location.file.extension()) && location.file.path.contains('.')
}

fn snippet<'text>(
    location: &'text Location,
    label: Option<&'text str>,
    kind: AnnotationKind,
) -> Snippet<'text, annotate_snippets::Annotation<'text>> {
    let text = &*location.file.text;
    let mut start = location.range.start.min(text.len());
    let mut end = location.range.end.clamp(start, text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    while !text.is_char_boundary(end) {
        end += 1;
    }
    // a long place (a whole macro call) is shown by its first line
    if let Some(line_end) = text[start..end].find('\n') {
        end = start + line_end;
    }
    let mut annotation = kind.span(start..end);
    if let Some(label) = label {
        annotation = annotation.label(label);
    }
    Snippet::source(text)
        .path(&*location.file.path)
        .fold(true)
        .annotation(annotation)
}

/// The diagnostic as one line of JSON.
pub(super) fn to_json(diagnostic: &Diagnostic) -> serde_json::Value {
    let place = |location: &Location| {
        let (line, column) = location.line_column();
        serde_json::json!({"path": &*location.file.path, "line": line, "column": column})
    };
    let severity = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    serde_json::json!({
        "diagnostic": {
            "code": diagnostic.code.as_str(),
            "severity": severity,
            "message": diagnostic.message,
            "location": diagnostic.location.as_ref().map(place),
            "related": diagnostic.related.iter().map(|(what, location)| {
                serde_json::json!({"what": what, "location": place(location)})
            }).collect::<Vec<_>>(),
            "notes": diagnostic.notes,
            "help": diagnostic.help,
        }
    })
}
