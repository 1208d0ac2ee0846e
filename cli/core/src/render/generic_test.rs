//! Rendering generic tests: what their sidecars say becomes the arguments of a macro.

use std::sync::Arc;

use minijinja::value::{Kwargs, Value};
use serde_json::Value as Json;

use crate::diagnostic::{Code, Diagnostic};
use crate::jinja::{self, NodeContext, from_json, is_built_in};
use crate::project::{Attachment, GenericTest, Node, Project, config};
use crate::yaml::{self, Value as Written};

/// Renders a generic test: calls its macro.
pub(super) fn render_generic_test(
    project: &Project,
    node: &Node,
    test: &GenericTest,
    context: &Arc<NodeContext>,
) -> Result<String, Diagnostic> {
    let before = context.captured().macros.len();
    let mut arguments: Vec<(String, Value)> = Vec::new();
    if let Some(column) = &test.column_name {
        let column = match jinja::has_template(column) {
            true => project.engine.render_text(column, context)?,
            false => column.clone(),
        };
        arguments.push(("column_name".to_owned(), Value::from(column)));
    }
    for (name, value) in &test.arguments {
        arguments.push((name.clone(), argument(project, value, context)?));
    }
    // as in dbt, macros that arguments call come last, and while the project is parsed they are not told
    let called = context.captured().macros.split_off(before);
    if let Some(problem) = unknown_test(project, node, test) {
        return Err(problem);
    }
    let rows = tested_rows(project, node, test, context)?;
    arguments.push(("model".to_owned(), rows));
    check_arguments(project, node, test, &arguments)?;
    let kwargs: Kwargs = arguments.into_iter().collect();
    let value = project.engine.call_macro(
        test.namespace.as_deref(),
        &test.macro_name(),
        &[Value::from(kwargs)],
        context,
    )?;
    if context.execute {
        context.captured().macros.extend(called);
    }
    Ok(value.to_string())
}

/// What the test reads: what the macro `get_where_subquery` makes of the relation.
fn tested_rows(
    project: &Project,
    node: &Node,
    test: &GenericTest,
    context: &Arc<NodeContext>,
) -> Result<Value, Diagnostic> {
    const SUBQUERY: &str = "get_where_subquery";
    // while a project is parsed, dbt's tests see no macro that stands in for a built-in function
    let builtins = if context.execute { "" } else { "builtins." };
    let tested = match &test.attached_to {
        Attachment::Ref(name) => {
            let version = match &test.version {
                Some(version) => format!(", version={}", version.as_json()),
                None => String::new(),
            };
            format!("{builtins}ref({}{version})", jinja_text(name))
        }
        Attachment::Source(source, table) => {
            format!(
                "{builtins}source({}, {})",
                jinja_text(source),
                jinja_text(table)
            )
        }
    };
    if !is_built_in(&context.macros, SUBQUERY) {
        let call = format!("{SUBQUERY}({tested})");
        return project.engine.evaluate(&call, context);
    }
    // what the built-in macro does, without a call of it for each of many tests
    if let Some(definition) = (project.engine).macro_definition(&node.package, None, SUBQUERY) {
        context.captured().note_macro(definition);
    }
    let relation = project.engine.evaluate(&tested, context)?;
    Ok(match config::text(&node.config, "where") {
        Some(condition) => Value::from(format!(
            "(select * from {relation} where {condition}) dbt_subquery"
        )),
        None => relation,
    })
}

/// The problem with a test that no macro implements: as in dbt it fails alone, when its turn comes.
fn unknown_test(project: &Project, node: &Node, test: &GenericTest) -> Option<Diagnostic> {
    let engine = &project.engine;
    let namespace = test.namespace.as_deref();
    if engine
        .macro_definition(&node.package, namespace, &test.macro_name())
        .is_some()
    {
        return None;
    }
    let problem = Diagnostic::error(
        Code::UnknownTest,
        format!("unknown test `{}`", test.written_name()),
    );
    let packages = engine.macro_packages();
    Some(match namespace {
        Some(namespace) if !packages.contains(&namespace) => problem.help(format!(
            "no package `{namespace}` is installed: name it in packages.yml and run `hcw deps`"
        )),
        _ => {
            let tests = engine.generic_tests();
            problem
                .help(format!("known tests: {}", tests.join(", ")))
                .did_you_mean(&test.test_name, tests.iter().copied())
        }
    })
}

/// Built-in tests that dbt does not run while it parses.
const NOT_RUN: [&str; 2] = ["unique", "not_null"];

/// A sidecar's arguments against the parameters of the test.
fn check_arguments(
    project: &Project,
    node: &Node,
    test: &GenericTest,
    arguments: &[(String, Value)],
) -> Result<(), Diagnostic> {
    let namespace = test.namespace.as_deref();
    let Some(definition) =
        project
            .engine
            .macro_definition(&node.package, namespace, &test.macro_name())
    else {
        return Ok(());
    };
    let error = |message: String| {
        let diagnostic = Diagnostic::error(Code::ConfigInvalid, message);
        match &node.patched_at {
            Some(location) => diagnostic.at(location.clone()),
            None => diagnostic,
        }
    };
    let unknown = arguments
        .iter()
        .find(|(name, _)| !definition.takes_kwargs && !definition.has_parameter(name));
    if let Some((name, _)) = unknown {
        let known: Vec<&str> = definition.parameter_names().collect();
        let mut problem = error(format!(
            "the test `{}` has no argument `{name}`",
            test.test_name
        ));
        // dbt runs all other tests while it parses
        if definition.is_built_in() && NOT_RUN.contains(&test.test_name.as_str()) {
            problem.code = Code::UnknownArgument;
        }
        return Err(problem
            .help(format!("its arguments are: {}", known.join(", ")))
            .did_you_mean(name, known.iter().copied()));
    }
    let missing = definition
        .required_parameters()
        .find(|name| !arguments.iter().any(|(given, _)| given == name));
    // the built-in tests make no sense without; in others an argument that is not given is undefined, as in Jinja
    let Some(name) = missing.filter(|_| definition.is_built_in()) else {
        return Ok(());
    };
    let test_name = &test.test_name;
    let (message, help) = match name {
        "column_name" => (
            format!("the test `{test_name}` needs a column"),
            "apply it below a column, or give it `column_name`".to_owned(),
        ),
        _ => (
            format!("the test `{test_name}` needs the argument `{name}`"),
            format!("`- {test_name}: {{arguments: {{{name}: …}}}}`"),
        ),
    };
    let mut problem = error(message).help(help);
    problem.code = Code::MissingArgument;
    Err(problem)
}

/// An argument's value: texts such as `ref('x')` and `{{ var('y') }}` are evaluated wherever they stand, as in dbt.
fn argument(
    project: &Project,
    node: &yaml::Node,
    context: &Arc<NodeContext>,
) -> Result<Value, Diagnostic> {
    match &node.value {
        Written::String(text) if looks_like_call(text) => project.engine.evaluate(text, context),
        Written::String(text) if jinja::has_template(text) => {
            project.engine.render_value(text, context)
        }
        Written::Sequence(items) => {
            let items: Result<Vec<Value>, Diagnostic> = items
                .iter()
                .map(|item| argument(project, item, context))
                .collect();
            items.map(jinja::list)
        }
        Written::Mapping(entries) => {
            let entries: Result<Vec<(&str, Value)>, Diagnostic> = entries
                .iter()
                .map(|(name, item)| Ok((name.name.as_str(), argument(project, item, context)?)))
                .collect();
            entries.map(jinja::dict)
        }
        Written::Timestamp(timestamp) => Ok(jinja::date_of_yaml(timestamp)),
        _ => Ok(from_json(node.to_json())),
    }
}

/// Whether a text is a call of one of the functions that dbt evaluates in YAML.
pub(super) fn looks_like_call(text: &str) -> bool {
    let text = text.trim();
    text.ends_with(')')
        && ["ref", "source", "var", "env_var"].iter().any(|function| {
            text.strip_prefix(function)
                .is_some_and(|rest| rest.trim_start().starts_with('('))
        })
}

fn jinja_text(text: &str) -> String {
    Json::String(text.to_owned()).to_string()
}
