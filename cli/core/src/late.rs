//! Steps that ask the warehouse: compiled and done when their turn comes, on a live connection.

use std::sync::Arc;

use crate::analyse::{Analysed, Compiled, compile_live};
use crate::data_test::{self, DataTest, Finding};
use crate::diagnostic::{Code, Diagnostic};
use crate::jinja::Access;
use crate::materialize::{self, CLONE, Materialization};
use crate::message::Message;
use crate::project::UniqueId;
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
}

/// Compiles what asks the warehouse, for verbs that build nothing.
pub fn compile(analysed: &mut Analysed, warehouse: &Arc<dyn Warehouse>) {
    let order = analysed.resolved.graph.order.clone();
    for id in order.iter().filter(|id| analysed.late.contains(id)) {
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
    let compiled = compile_live(analysed, id, access);
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
    let Some(node) = analysed.resolved.project().nodes.get(id) else {
        return Err(Box::new(Diagnostic::error(
            Code::TemplateError,
            format!("`{id}` is not part of the project"),
        )));
    };
    let access = Access::live(warehouse);
    let mut compiled = match analysed.compiled.get(id) {
        Some(compiled) => compiled.clone(),
        None => compiled_and_ended(analysed, id, &access).map_err(Box::new)?,
    };
    let mut messages = std::mem::take(&mut compiled.messages);
    if node.is_test() {
        let relation = analysed.resolved.rendered.relations.get(id);
        let settings = analysed.resolved.project().settings();
        let test = data_test::plan(node, &compiled, relation, None, settings).map_err(Box::new)?;
        let finding = data_test::run(&test, &**warehouse).map_err(|refusal| refusal.diagnostic)?;
        return Ok(LateResult {
            compiled,
            main: Some(test.query.sql.clone()),
            end: LateEnd::Tested(test, finding),
            messages,
        });
    }
    let built = materialize::build(analysed, node, &compiled, access).map_err(Box::new)?;
    messages.extend(built.messages);
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
