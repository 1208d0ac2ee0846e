//! Steps that ask the warehouse: compiled and done when their turn comes, on a live connection.

use std::sync::Arc;

use crate::analyse::{Analysed, Compiled, compile_live};
use crate::data_test::{self, DataTest, Finding};
use crate::diagnostic::{Code, Diagnostic};
use crate::jinja::Access;
use crate::materialize::{self, CLONE, Materialization};
use crate::message::Message;
use crate::microbatch::{Batch, batches, failed_before, is_microbatch};
use crate::name::quote_literal;
use crate::project::{Node, UniqueId, config};
use crate::unit_test;
use crate::warehouse::Warehouse;

/// The message of a step that has nothing to do.
pub const NO_OP: &str = "No-op";

/// What came of a late step.
#[derive(Debug)]
pub struct LateResult {
    /// The node as it was compiled.
    pub compiled: Compiled,
    /// The statement that made the node.
    pub main: Option<String>,
    /// What it did.
    pub end: LateEnd,
    /// What `log` and `warn` said.
    pub messages: Vec<Message>,
}

/// How a late step ended.
#[derive(Debug)]
pub enum LateEnd {
    /// A relation was built: the command tag, and the rows that it tells.
    Built {
        /// `SELECT 20`
        message: String,
        /// Rows written.
        rows: Option<u64>,
    },
    /// A test ran.
    Tested(DataTest, Finding),
    /// A unit test ran; how actual and expected rows differ, if they do.
    UnitTested {
        /// How the rows differ.
        difference: Option<String>,
        /// How many there are, actual and expected ones.
        rows: u64,
    },
    /// Batches were built.
    Batched(BatchOutcome),
    /// It was compiled, and could not be built.
    Failed(Diagnostic),
}

/// What became of a microbatch model's batches; each is its start and end.
#[derive(Debug, Clone, Default)]
pub struct BatchOutcome {
    /// Those that were built.
    pub successful: Vec<(String, String)>,
    /// Those that the call which is made again had built.
    pub earlier: Vec<(String, String)>,
    /// Those that failed, and those that were not tried since the first one failed.
    pub failed: Vec<(String, String)>,
    /// Why, one for each that was tried.
    pub problems: Vec<Diagnostic>,
    /// Rows written.
    pub rows: Option<u64>,
    /// The texts of those that compiled, in order.
    pub texts: Vec<BatchText>,
}

/// What a batch was compiled to.
#[derive(Debug, Clone)]
pub struct BatchText {
    /// Its start as artifacts name it: `2024-09-17`.
    pub name: String,
    /// The query.
    pub sql: String,
    /// The statement that built it, where it came to that.
    pub main: Option<String>,
}

/// Compiles what asks the warehouse, for verbs that build nothing.
pub fn compile(analysed: &mut Analysed, warehouse: &Arc<dyn Warehouse>) {
    let order = analysed.resolved.graph.order.clone();
    for id in order.iter().filter(|id| analysed.late.contains(*id)) {
        match compiled_and_ended(analysed, id, &Access::live(warehouse)) {
            Ok(compiled) => {
                analysed.compiled.insert(id.clone(), compiled);
            }
            Err(diagnostic) => {
                analysed.failed.insert(id.clone(), diagnostic);
            }
        }
    }
    analysed.late.clear();
}

/// Compiles a node, and ends the transaction that its `statement` blocks may have begun: the connection is the
/// next step's.
fn compiled_and_ended(
    analysed: &Analysed,
    id: &UniqueId,
    access: &Access,
) -> Result<Compiled, Diagnostic> {
    let compiled = compile_live(analysed, id, access, None);
    let ended = match &compiled {
        Ok(_) => access.commit(),
        // the first problem is the one to tell
        Err(_) => access.roll_back().or(Ok(())),
    };
    let compiled = compiled?;
    match ended {
        Ok(()) => Ok(compiled),
        Err(error) => Err(Diagnostic::error(Code::SqlFailed, error.to_string())),
    }
}

/// Does a step.
///
/// # Errors
/// Codes of templates (03xx), and what the server refuses.
pub fn run(
    analysed: &Analysed,
    id: &UniqueId,
    warehouse: &Arc<dyn Warehouse>,
) -> Result<LateResult, Box<Diagnostic>> {
    if let Some(test) = analysed.resolved.project().declared.unit_tests.get(id) {
        let run = unit_test::run(analysed, test, warehouse).map_err(Box::new)?;
        return Ok(LateResult {
            compiled: run.compiled,
            main: run.main,
            end: LateEnd::UnitTested {
                difference: run.difference,
                rows: run.rows,
            },
            messages: run.messages,
        });
    }
    let Some(node) = analysed.resolved.project().nodes.get(id) else {
        return Err(Box::new(Diagnostic::error(
            Code::TemplateError,
            format!("`{id}` is not part of the project"),
        )));
    };
    if is_microbatch(node) {
        return in_batches(analysed, node, warehouse).map_err(Box::new);
    }
    let access = Access::live(warehouse);
    let mut compiled = match analysed.compiled.get(id) {
        Some(compiled) => compiled.clone(),
        None => compiled_and_ended(analysed, id, &access).map_err(Box::new)?,
    };
    let mut messages = std::mem::take(&mut compiled.messages);
    if node.is_test() {
        let (test, finding) =
            data_test::run(analysed, node, &compiled, warehouse).map_err(Box::new)?;
        messages.extend(test.messages.iter().cloned());
        compiled.add_macros(&test.macros);
        return Ok(LateResult {
            compiled,
            main: Some(test.query.sql.clone()),
            end: LateEnd::Tested(test, finding),
            messages,
        });
    }
    let built = match materialize::build(analysed, node, &compiled, access, None) {
        Ok(built) => built,
        Err(unbuilt) => {
            messages.extend(unbuilt.messages);
            return Ok(LateResult {
                compiled,
                main: unbuilt.main,
                end: LateEnd::Failed(*unbuilt.problem),
                messages,
            });
        }
    };
    messages.extend(built.messages);
    compiled.add_macros(&built.macros);
    let is_clone = compiled.materialization == Some(Materialization::Macro(CLONE.to_owned()));
    let nothing = if is_clone { NO_OP } else { "OK" };
    let (message, rows) = built.response.unwrap_or_else(|| (nothing.to_owned(), None));
    Ok(LateResult {
        compiled,
        main: built.main,
        end: LateEnd::Built { message, rows },
        messages,
    })
}

/// Builds a model batch by batch; a batch that fails does not keep the others from being built, unless it is
/// the one that makes the table.
fn in_batches(
    analysed: &Analysed,
    node: &Node,
    warehouse: &Arc<dyn Warehouse>,
) -> Result<LateResult, Diagnostic> {
    let settings = analysed.resolved.project().settings();
    let mut outcome = BatchOutcome::default();
    let (makes_table, batches) = match failed_before(node, settings)? {
        Some(batches) => (false, batches),
        None => {
            let makes_table = makes_table(analysed, node, warehouse)?;
            (makes_table, batches(node, settings, makes_table)?)
        }
    };
    let mut texts = None;
    let mut messages = Vec::new();
    for (number, batch) in batches.iter().enumerate() {
        let is_first = makes_table && number == 0;
        let unit = batch.unit(analysed, is_first);
        let access = Access::live(warehouse);
        let built = match compile_live(analysed, &node.id, &access, Some(&unit)) {
            Ok(compiled) => {
                let built = materialize::build(analysed, node, &compiled, access, Some(&unit));
                let main = match &built {
                    Ok(built) => built.main.clone(),
                    Err(unbuilt) => unbuilt.main.clone(),
                };
                outcome.texts.push(BatchText {
                    name: batch.name(),
                    sql: compiled.sql.clone(),
                    main,
                });
                built.map(|built| (compiled, built))
            }
            Err(problem) => Err(problem.into()),
        };
        match built {
            Ok((compiled, built)) => {
                outcome.successful.push(batch.bounds());
                if let Some(rows) = built.response.and_then(|(_, rows)| rows) {
                    outcome.rows = Some(outcome.rows.unwrap_or_default() + rows);
                }
                messages.extend(built.messages);
                texts = Some((compiled, built.main));
            }
            Err(unbuilt) => {
                messages.extend(unbuilt.messages);
                outcome.problems.push(*unbuilt.problem);
                outcome.failed.push(batch.bounds());
                if is_first {
                    let others = batches.iter().skip(1);
                    outcome.failed.extend(others.map(Batch::bounds));
                    break;
                }
            }
        }
    }
    let (compiled, main) = match texts {
        Some(texts) => texts,
        // every batch failed: what they are is told, and nothing was compiled
        None if !outcome.problems.is_empty() => (Compiled::default(), None),
        None => {
            let access = Access::live(warehouse);
            (compile_live(analysed, &node.id, &access, None)?, None)
        }
    };
    if let Some(earlier) = settings.again.batches.get(node.id.as_str()) {
        outcome.earlier.clone_from(&earlier.successful);
    }
    Ok(LateResult {
        compiled,
        main,
        end: LateEnd::Batched(outcome),
        messages,
    })
}

/// Whether the table is made from the beginning: there is none, or everything is built anew.
fn makes_table(
    analysed: &Analysed,
    node: &Node,
    warehouse: &Arc<dyn Warehouse>,
) -> Result<bool, Diagnostic> {
    let settings = analysed.resolved.project().settings();
    if config::flag(&node.config, "full_refresh").unwrap_or(settings.full_refresh) {
        return Ok(true);
    }
    let Some(relation) = analysed.resolved.place(&node.id) else {
        return Ok(true);
    };
    let query = format!(
        "select 1 from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace where n.nspname = {} and c.relname = {} and c.relkind in ('r', 'p')",
        quote_literal(&relation.schema),
        quote_literal(&relation.identifier)
    );
    let found = warehouse
        .run(&query, true)
        .map_err(|refusal| refusal.diagnostic)?;
    Ok(found.rows.is_empty())
}
