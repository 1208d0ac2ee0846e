//! A connection as the compiler's [`Warehouse`]: its calls block, so they run on threads made for that.

use std::fmt;
use std::sync::Arc;

use hcw_core::analyse::Analysed;
use hcw_core::diagnostic::{Code, Diagnostic};
use hcw_core::query_comment::QueryComment;
use hcw_core::seed::SeedData;
use hcw_core::warehouse::{QueryResult, Refusal, Response, ResultColumn, ValueType, Warehouse};
use hcw_core::{late, sql};
use tokio::runtime::Handle;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, SimpleQueryMessage};

use super::redact::ServerError;
use crate::args::LogLevel;
use crate::report::{Event, Reporter};
use crate::seed_load;

/// A client that templates talk to.
pub(crate) struct LiveWarehouse {
    client: Client,
    runtime: Handle,
    voice: Voice,
}

/// In whose name statements are sent: with which comment, and under which name they are logged.
#[derive(Clone)]
pub(crate) struct Voice {
    pub(crate) comment: Option<QueryComment>,
    pub(crate) name: String,
    pub(crate) reporter: Reporter,
}

impl Voice {
    /// The statement as it is sent; the log has it too.
    fn said(&self, sql: &str) -> String {
        let sent = self
            .comment
            .as_ref()
            .map_or_else(|| sql.to_owned(), |comment| comment.on(sql));
        if self.reporter.hears(LogLevel::Debug) {
            self.reporter.event(&sql_query(&self.name, &sent));
        }
        sent
    }

    /// How many bytes stand before a statement.
    fn lead(&self) -> usize {
        let comment = self.comment.as_ref();
        comment.map_or(0, |comment| comment.before().len())
    }
}

/// The log's entry of a statement that is sent.
pub(crate) fn sql_query(connection: &str, sql: &str) -> Event {
    let message = format!("On {connection}: {sql}");
    Event::new("SQLQuery", "E016", LogLevel::Debug, message)
        .with("conn_name", connection)
        .with("sql", sql)
}

impl fmt::Debug for LiveWarehouse {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("LiveWarehouse")
    }
}

impl LiveWarehouse {
    /// Takes the client over; [`LiveWarehouse::into_client`] gives it back.
    pub(crate) fn new(client: Client, voice: Voice) -> LiveWarehouse {
        LiveWarehouse {
            client,
            voice,
            runtime: Handle::current(),
        }
    }

    /// The same connection with another voice.
    pub(crate) fn with_voice(self, voice: Voice) -> LiveWarehouse {
        LiveWarehouse { voice, ..self }
    }

    /// The client again.
    pub(crate) fn into_client(self) -> Client {
        self.client
    }

    fn columns(&self, sql: &str) -> Result<Vec<ResultColumn>, tokio_postgres::Error> {
        let statement = self.runtime.block_on(self.client.prepare(sql))?;
        Ok(columns(&statement))
    }
}

/// The columns of a prepared query.
pub(crate) fn columns(statement: &tokio_postgres::Statement) -> Vec<ResultColumn> {
    statement
        .columns()
        .iter()
        .map(|column| ResultColumn {
            name: column.name().to_owned(),
            value_type: value_type(column.type_()),
            data_type: type_name(column.type_()),
        })
        .collect()
}

impl Warehouse for LiveWarehouse {
    fn run(&self, sql: &str, fetch: bool) -> Result<QueryResult, Box<Refusal>> {
        let sent = self.voice.said(sql);
        let lead = self.voice.lead();
        let refuse = |error: tokio_postgres::Error| {
            let mut refusal = refusal(&error, &sent);
            refusal.offset = refusal.offset.and_then(|offset| offset.checked_sub(lead));
            refusal
        };
        let commands = sql::commands(sql);
        // what a statement after others gives is known when they have run
        let typed = if fetch && commands.len() == 1 {
            self.columns(&sent).map_err(refuse)?
        } else {
            Vec::new()
        };
        let messages = self
            .runtime
            .block_on(self.client.simple_query(&sent))
            .map_err(refuse)?;
        let mut result = QueryResult {
            columns: typed,
            ..QueryResult::default()
        };
        let mut ended = 0;
        let mut has_rows = false;
        let mut rows: Vec<Vec<Option<String>>> = Vec::new();
        for message in messages {
            match message {
                SimpleQueryMessage::RowDescription(columns) => {
                    rows.clear();
                    has_rows = true;
                    if result.columns.len() != columns.len() {
                        result.columns = columns.iter().map(|column| text(column.name())).collect();
                    }
                }
                SimpleQueryMessage::Row(row) if fetch => rows.push(
                    (0..row.len())
                        .map(|position| row.get(position).map(str::to_owned))
                        .collect(),
                ),
                SimpleQueryMessage::CommandComplete(count) => {
                    result.response = response(commands.get(ended), count);
                    ended += 1;
                    if !std::mem::take(&mut has_rows) {
                        rows.clear();
                        result.columns.clear();
                    }
                }
                _ => {}
            }
        }
        result.rows = rows;
        let last = sql::command_starts(sql)
            .last()
            .and_then(|at| sql.get(*at..));
        if let (true, false, Some(last)) =
            (fetch && commands.len() > 1, result.columns.is_empty(), last)
            && let Ok(typed) = self.columns(last)
            && typed.len() == result.columns.len()
        {
            result.columns = typed;
        }
        Ok(result)
    }

    fn describe(&self, sql: &str) -> Result<Vec<ResultColumn>, Box<Refusal>> {
        self.columns(sql).map_err(|error| refusal(&error, sql))
    }

    fn copy(&self, relation: &str, columns: &str, seed: &SeedData) -> Result<u64, Box<Refusal>> {
        self.runtime
            .block_on(seed_load::copy_seed(&self.client, relation, columns, seed))
            .map_err(|error| refusal(&error, ""))
    }
}

/// Compiles what asks the warehouse; the problems of nodes that do not compile come back.
///
/// # Errors
/// Codes of templates (03xx), and what the server refuses.
pub(crate) async fn compile_late(
    analysed: Analysed,
    client: Client,
    voice: Voice,
) -> Result<(Analysed, Option<Client>), Vec<Diagnostic>> {
    let live = Arc::new(LiveWarehouse::new(client, voice));
    let warehouse: Arc<dyn Warehouse> = live.clone();
    let mut analysed = analysed;
    let compiled = tokio::task::spawn_blocking(move || {
        late::compile(&mut analysed, &warehouse);
        analysed
    })
    .await;
    let mut analysed = compiled.map_err(|panic| {
        vec![Diagnostic::error(
            Code::TemplateError,
            format!("the thread that compiled ended: {panic}"),
        )]
    })?;
    let failed = std::mem::take(&mut analysed.failed);
    if failed.is_empty() {
        Ok((
            analysed,
            Arc::into_inner(live).map(LiveWarehouse::into_client),
        ))
    } else {
        Err(failed.into_values().collect())
    }
}

fn text(name: &str) -> ResultColumn {
    ResultColumn {
        name: name.to_owned(),
        value_type: ValueType::Text,
        data_type: "text".to_owned(),
    }
}

/// The command tag of a statement that touched so many rows.
pub(crate) fn response(words: Option<&Vec<String>>, count: u64) -> Response {
    let code = words.map_or_else(|| "OK".to_owned(), |words| sql::tag(words));
    let creates_rows = words.is_some_and(|words| {
        code == "CREATE TABLE" && words.iter().any(|word| word == "AS") || code == "SELECT"
    });
    match code.as_str() {
        "INSERT" => Response {
            message: format!("INSERT 0 {count}"),
            rows_affected: Some(count),
            code,
        },
        "UPDATE" | "DELETE" | "MERGE" | "COPY" | "FETCH" | "MOVE" => Response {
            message: format!("{code} {count}"),
            rows_affected: Some(count),
            code,
        },
        _ if creates_rows => Response {
            message: format!("SELECT {count}"),
            rows_affected: Some(count),
            code: "SELECT".to_owned(),
        },
        _ => Response {
            message: code.clone(),
            rows_affected: None,
            code,
        },
    }
}

fn value_type(data_type: &Type) -> ValueType {
    match *data_type {
        Type::INT2 | Type::INT4 | Type::INT8 | Type::OID => ValueType::Integer,
        Type::NUMERIC | Type::FLOAT4 | Type::FLOAT8 => ValueType::Number,
        Type::BOOL => ValueType::Boolean,
        Type::DATE => ValueType::Date,
        Type::TIMESTAMP | Type::TIMESTAMPTZ => ValueType::Timestamp,
        _ => ValueType::Text,
    }
}

/// A type as `format_type` names it.
fn type_name(data_type: &Type) -> String {
    let name = data_type.name();
    if let Some(element) = name.strip_prefix('_') {
        return format!("{}[]", standard_name(element));
    }
    standard_name(name).to_owned()
}

fn standard_name(name: &str) -> &str {
    match name {
        "int2" => "smallint",
        "int4" => "integer",
        "int8" => "bigint",
        "float4" => "real",
        "float8" => "double precision",
        "bool" => "boolean",
        "varchar" => "character varying",
        "bpchar" => "character",
        "timestamp" => "timestamp without time zone",
        "timestamptz" => "timestamp with time zone",
        "time" => "time without time zone",
        "timetz" => "time with time zone",
        other => other,
    }
}

/// What the server refused, without any row's value.
pub(crate) fn refusal(error: &tokio_postgres::Error, sql: &str) -> Box<Refusal> {
    Box::new(match ServerError::new(error, sql) {
        Some(error) => Refusal {
            offset: error
                .position
                .and_then(|position| byte_offset(sql, position)),
            diagnostic: error.into_diagnostic(),
        },
        None => Refusal {
            diagnostic: Diagnostic::error(Code::ConnectionLost, "the connection was lost")
                .help("look into the server's log, and run again: what was done is kept, what ran is rolled back"),
            offset: None,
        },
    })
}

/// The byte at a 1-based character.
pub(crate) fn byte_offset(text: &str, position: u32) -> Option<usize> {
    let characters = usize::try_from(position).ok()?.checked_sub(1)?;
    text.char_indices()
        .nth(characters)
        .map(|(offset, _)| offset)
}
