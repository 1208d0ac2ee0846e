//! Running a unit test: the tested model's query reads the fixtures of its inputs, and what comes out is
//! compared with what was expected. The rows that are shown are fixtures and what a query made of them.

mod difference;
mod inputs;

use std::sync::Arc;

use serde_json::{Value as Json, json};

use crate::analyse::{Analysed, Compiled, with_expressions};
use crate::diagnostic::{Code, Diagnostic};
use crate::jinja::{Access, Names, NodeContext, Relation, Table, Value, from_json, shown};
use crate::message::Message;
use crate::name::RelationName;
use crate::project::{FixtureRows, GivenInput, Node, UnitTest};
use crate::render::facts;
use crate::warehouse::Warehouse;
use inputs::{FixtureNames, Input};

/// What came of a unit test.
#[derive(Debug)]
pub(crate) struct UnitTestRun {
    /// The query with its fixtures.
    pub(crate) compiled: Compiled,
    /// The statement that yields actual and expected rows.
    pub(crate) main: Option<String>,
    /// How they differ, as a table for people.
    pub(crate) difference: Option<String>,
    /// How many rows there are, actual and expected ones.
    pub(crate) rows: u64,
    /// What `log` and `warn` said.
    pub(crate) messages: Vec<Message>,
}

/// Runs a unit test.
///
/// # Errors
/// Codes of templates (03xx), HCW0201 and HCW0202 for inputs that nothing stands for, and what the server
/// refuses.
pub(crate) fn run(
    analysed: &Analysed,
    test: &UnitTest,
    warehouse: &Arc<dyn Warehouse>,
) -> Result<UnitTestRun, Diagnostic> {
    let at = test.declaration.location.clone();
    let placed = |diagnostic: Diagnostic| match diagnostic.location {
        Some(_) => diagnostic,
        None => diagnostic.at(at.clone()),
    };
    let project = analysed.resolved.project();
    let tested = test.tested.as_ref().and_then(|id| project.nodes.get(id));
    let tested = tested.ok_or_else(|| {
        placed(Diagnostic::error(
            Code::UnknownRef,
            format!(
                "the model of the unit test `{}` is not there",
                test.declaration.name
            ),
        ))
    })?;
    let compiled = compile(analysed, test, tested, warehouse).map_err(placed)?;
    materialize(analysed, test, tested, compiled, warehouse).map_err(placed)
}

/// The model's query with a common table expression for each input that it reads.
fn compile(
    analysed: &Analysed,
    test: &UnitTest,
    tested: &Node,
    warehouse: &Arc<dyn Warehouse>,
) -> Result<Compiled, Diagnostic> {
    let project = analysed.resolved.project();
    let mut inputs = Vec::new();
    for given in &test.given {
        inputs.push(Input::of(&analysed.resolved, test, tested, given)?);
    }
    let own = inputs.iter().find(|(input, _)| input.is_own);
    let this = own.map(|(input, _)| input.expression.clone());
    let names = Arc::new(FixtureNames::new(
        &analysed.resolved.rendered.names,
        &analysed.names,
        inputs.iter().map(|(input, _)| input),
        &test.declaration.name,
    ));
    let names_in_use: Arc<dyn Names> = names.clone();
    let relation = Relation::new(own_name(analysed, test, tested), None);
    let mut model = facts(tested, &relation, &[]);
    model["config"]["materialized"] = json!("unit");
    let mut config = tested.config.clone();
    config.insert("materialized".to_owned(), json!("unit"));
    let context = Arc::new(NodeContext {
        extra: vec![("this", this.map_or(Value::from(()), Relation::into_value))],
        model: Arc::new(model),
        config,
        root_config: tested.root_config.clone(),
        execute: true,
        access: Access::live(warehouse),
        overrides: test.overrides.clone().map(Arc::new),
        ..NodeContext::new(
            &project.shared,
            &names_in_use,
            project.engine.scope(&tested.package),
        )
    });
    let template = tested.template().unwrap_or(&tested.file);
    let text = project
        .engine
        .render(template, tested.template_part(), &context)?;
    let mut compiled = Compiled {
        sql: text.text,
        spans: text.spans,
        template: Some(template.clone()),
        inlined: Vec::new(),
        foreign_key_targets: Vec::new(),
        materialization: None,
        messages: context.captured().messages.clone(),
        reads: Vec::new(),
        expressions: Vec::new(),
        macros: Vec::new(),
    };
    let mut expressions = Vec::new();
    let used = names.used();
    // in the order in which the model reads them
    let mut read: Vec<_> = inputs
        .iter()
        .filter_map(|(input, given)| {
            let name = input.expression.to_string();
            let place = compiled.sql.find(&name);
            let is_read = used.contains(&input.id) || (input.is_own && place.is_some());
            is_read.then_some((place.unwrap_or(usize::MAX), name, input, given))
        })
        .collect();
    read.sort_by_key(|(place, ..)| *place);
    for (_, name, input, given) in read {
        let sql = fixture(analysed, given, input, warehouse)?;
        expressions.push(format!(" {name} as (\n{}\n)", sql.trim_end()));
        let sql = sql.trim_end().to_owned();
        compiled.expressions.push((input.id.clone(), sql));
    }
    if !expressions.is_empty() {
        with_expressions(&mut compiled, &expressions.join(", "));
    }
    Ok(compiled)
}

/// An input's rows as a query.
fn fixture(
    analysed: &Analysed,
    given: &GivenInput,
    input: &Input,
    warehouse: &Arc<dyn Warehouse>,
) -> Result<String, Diagnostic> {
    let project = analysed.resolved.project();
    let relation = Relation::new(input.relation.clone(), None);
    let model = json!({
        "name": input.name,
        "alias": input.relation.identifier,
        "resource_type": "model",
        "unique_id": input.id.as_str(),
        "config": {"materialized": "ephemeral"},
    });
    let context = Arc::new(NodeContext {
        extra: vec![("defer_relation", Value::from(()))],
        this: Some(relation),
        model: Arc::new(model),
        execute: true,
        access: Access::live(warehouse),
        ..NodeContext::new(
            &project.shared,
            &analysed.names,
            project.engine.scope(&input.package),
        )
    });
    match &given.fixture.rows {
        FixtureRows::Query(query) => project.engine.render_text(query, &context),
        FixtureRows::Table(rows) => {
            let arguments = [from_json(json!(rows)), Value::from(())];
            project
                .engine
                .call_macro(None, "get_fixture_sql", &arguments, &context)
                .map(|sql| sql.to_string())
        }
    }
    .map_err(|problem| match problem.location {
        Some(_) => problem.related(
            "for the input that is given here",
            given.fixture.location.clone(),
        ),
        None => problem.at(given.fixture.location.clone()),
    })
}

/// Runs the materialization `unit` and compares the rows that it yields.
fn materialize(
    analysed: &Analysed,
    test: &UnitTest,
    tested: &Node,
    compiled: Compiled,
    warehouse: &Arc<dyn Warehouse>,
) -> Result<UnitTestRun, Diagnostic> {
    let project = analysed.resolved.project();
    let (expected_rows, expected_sql) = match &test.expect.rows {
        FixtureRows::Table(rows) => (json!(rows), Json::Null),
        FixtureRows::Query(query) => (json!([]), json!(query)),
    };
    let config = json!({
        "materialized": "unit",
        "expected_rows": expected_rows,
        "expected_sql": expected_sql,
        "sql_header": tested.config.get("sql_header"),
    });
    let this = Relation::new(own_name(analysed, test, tested), None);
    let model = json!({
        "name": test.declaration.name,
        "alias": this.parts.identifier,
        "resource_type": "unit_test",
        "unique_id": test.declaration.id.as_str(),
        "package_name": test.declaration.package,
        "compiled_code": compiled.sql,
        "config": config,
    });
    let sql = Value::from(compiled.sql.clone());
    let access = Access::live(warehouse);
    let context = Arc::new(NodeContext {
        extra: vec![("sql", sql.clone()), ("compiled_code", sql)],
        this: Some(this),
        model: Arc::new(model),
        config: match config {
            Json::Object(config) => config,
            _ => Default::default(),
        },
        execute: true,
        access: access.clone(),
        ..NodeContext::new(
            &project.shared,
            &analysed.names,
            project.engine.scope(&test.declaration.package),
        )
    });
    let called = project.engine.call_materialization("unit", &context);
    // nothing that the test made is kept; a lost connection rolls back by itself
    let _ended = access.roll_back();
    if let Err(mut diagnostic) = called {
        let place = access.refused().and_then(|(text, offset)| {
            let query = compiled.sql.trim();
            let start = text.find(query)?;
            let lead = compiled.sql.len() - compiled.sql.trim_start().len();
            let within = offset.checked_sub(start).filter(|at| *at < query.len())?;
            compiled.template_location(within + lead)
        });
        if place.is_some() {
            diagnostic.location = place;
        }
        diagnostic.message = format!(
            "An error occurred during execution of unit test '{}'. There may be an error in the unit test definition: check the data types.\n {}",
            test.declaration.name, diagnostic.message
        );
        return Err(diagnostic);
    }
    let result = context.stored_results().get("main").cloned();
    let table = result.and_then(|result| result.get_attr("table").ok());
    let table = table.as_ref().and_then(Value::downcast_object_ref::<Table>);
    let difference = table.and_then(|table| {
        let rows = |which| rows_of(table, which);
        difference::shown(&header(table), rows("expected"), rows("actual"))
    });
    let captured = context.captured();
    Ok(UnitTestRun {
        main: captured.main.clone(),
        messages: compiled
            .messages
            .iter()
            .chain(&captured.messages)
            .cloned()
            .collect(),
        compiled,
        difference,
        rows: table.map_or(0, |table| table.values().len() as u64),
    })
}

/// The column that tells actual rows from expected ones.
const MARKER: &str = "actual_or_expected";

fn header(table: &Table) -> Vec<String> {
    let names = table.names.iter().map(|name| name.to_lowercase());
    names.filter(|name| name != MARKER).collect()
}

fn rows_of(table: &Table, which: &str) -> Vec<difference::Row> {
    let marker = table
        .names
        .iter()
        .position(|name| name.eq_ignore_ascii_case(MARKER));
    let cells = |row: &[Value]| {
        row.iter()
            .enumerate()
            .filter(|(at, _)| Some(*at) != marker)
            .map(|(_, value)| match value {
                value if value.is_none() => None,
                value => Some(value.as_str().map_or_else(|| shown(value), str::to_owned)),
            })
            .collect()
    };
    table
        .values()
        .iter()
        .filter(|row| marker.and_then(|at| row[at].as_str()) == Some(which))
        .map(|row| cells(row))
        .collect()
}

/// Where the test's own relation would be: temporary relations are named after it.
fn own_name(analysed: &Analysed, test: &UnitTest, tested: &Node) -> RelationName {
    let relations = &analysed.resolved.rendered.relations;
    let of_model = relations.get(&tested.id).cloned();
    let of_model = of_model.unwrap_or_else(|| analysed.resolved.project().placeholder(tested));
    of_model.named(&test.declaration.name)
}
