//! A planned build on one connection: what can go to the server in one message goes so.

use hcw_core::late::NO_OP;
use hcw_core::materialize::{Operation, Statement, contract};
use hcw_core::query_comment::QueryComment;
use hcw_core::sql;
use hcw_core::warehouse::ResultColumn;
use tokio_postgres::{Client, SimpleQueryMessage};

use super::failure::{Batch, Failure};
use super::step::{Outcome, success};
use crate::db::live;
use crate::seed_load;

/// How often a transaction is tried that the server ended as a deadlock.
const DEADLOCK_ATTEMPTS: u32 = 4;

/// Does all operations, transaction by transaction.
pub(super) async fn operations(
    client: &Client,
    operations: &[Operation],
    comment: Option<&QueryComment>,
) -> Result<Outcome, Failure> {
    let message = if operations.is_empty() { NO_OP } else { "OK" };
    let mut outcome = success(message.to_owned(), None);
    for transaction in transactions(operations) {
        let mut attempt = 1;
        loop {
            match run(client, transaction, comment, &mut outcome).await {
                Err(failure) if failure.is_deadlock() && attempt < DEADLOCK_ATTEMPTS => {
                    attempt += 1;
                }
                result => break result?,
            }
        }
    }
    Ok(outcome)
}

/// Defines a view anew where it stands. Where it cannot be, or somebody holds a lock on it, what is done otherwise is
/// done: that waits without being in the way of others.
pub(super) async fn in_place(
    client: &Client,
    operations: &[Operation],
    otherwise: &[Operation],
    comment: Option<&QueryComment>,
) -> Result<Outcome, Failure> {
    match self::operations(client, operations, comment).await {
        Err(failure) if failure.is_about_locks() || failure.is_about_what_stands() => {
            self::operations(client, otherwise, comment).await
        }
        result => result,
    }
}

/// The operations of each transaction; a statement outside of one stands alone.
fn transactions(operations: &[Operation]) -> Vec<&[Operation]> {
    let alone = |operation: &Operation| {
        operation
            .statement()
            .is_some_and(|statement| !statement.transaction)
    };
    let mut transactions = Vec::new();
    let mut start = 0;
    for (position, operation) in operations.iter().enumerate() {
        let ends = matches!(operation, Operation::Commit);
        if ends || alone(operation) {
            transactions.push(&operations[start..position]);
            start = position + 1;
            if !ends {
                transactions.push(&operations[position..=position]);
            }
        }
    }
    transactions.push(&operations[start..]);
    transactions.retain(|transaction| !transaction.is_empty());
    transactions
}

/// One transaction. Statements alone are one message, which the server runs as one transaction; where rows are
/// copied or a contract is checked between them it is begun and ended.
async fn run(
    client: &Client,
    operations: &[Operation],
    comment: Option<&QueryComment>,
    outcome: &mut Outcome,
) -> Result<(), Failure> {
    let is_plain = operations
        .iter()
        .all(|operation| operation.statement().is_some());
    if is_plain {
        return batch(client, operations, comment, outcome).await;
    }
    let statement = |text: &'static str| async move {
        client
            .simple_query(text)
            .await
            .map(|_| ())
            .map_err(|error| Failure::of(&error, &Batch::new(&[])))
    };
    statement("begin").await?;
    let result = steps(client, operations, comment, outcome).await;
    match result {
        Ok(()) => statement("commit").await,
        Err(failure) => {
            // the first failure is the one to tell; a lost connection rolls back by itself
            let _failed = statement("rollback").await;
            Err(failure)
        }
    }
}

async fn steps(
    client: &Client,
    operations: &[Operation],
    comment: Option<&QueryComment>,
    outcome: &mut Outcome,
) -> Result<(), Failure> {
    let mut position = 0;
    while position < operations.len() {
        match &operations[position] {
            Operation::Run(_) => {
                let count = operations[position..]
                    .iter()
                    .take_while(|operation| operation.statement().is_some())
                    .count();
                let plain = &operations[position..position + count];
                batch(client, plain, comment, outcome).await?;
                position += count;
                continue;
            }
            Operation::Copy {
                into,
                columns,
                rows,
                is_anew,
            } => {
                let count = seed_load::copy_seed(client, into, columns, rows)
                    .await
                    .map_err(|error| Failure::of(&error, &Batch::new(&[])))?;
                outcome.message = format!("INSERT {count}");
                outcome.rows = Some(count);
                if *is_anew {
                    outcome.message = outcome.message.replacen("INSERT", "CREATE", 1);
                }
            }
            Operation::CheckContract { query, columns } => {
                check_contract(client, query, columns).await?;
            }
            Operation::Commit => {}
        }
        position += 1;
    }
    Ok(())
}

async fn batch(
    client: &Client,
    operations: &[Operation],
    comment: Option<&QueryComment>,
    outcome: &mut Outcome,
) -> Result<(), Failure> {
    let statements: Vec<&Statement> = operations.iter().filter_map(Operation::statement).collect();
    let batch = Batch::commented(comment, statements.iter().copied());
    let counts = send(client, &batch).await?;
    if let Some(main) = statements.iter().position(|statement| statement.counts) {
        let before: usize = statements[..main]
            .iter()
            .map(|statement| sql::commands(&statement.sql).len())
            .sum();
        let commands = sql::commands(&statements[main].sql);
        if let (Some(words), Some(count)) = (
            commands.last(),
            counts.get((before + commands.len()).saturating_sub(1)),
        ) {
            let response = live::response(Some(words), *count);
            outcome.message = response.message;
            outcome.rows = response.rows_affected;
        }
    }
    Ok(())
}

/// Sends a batch; the row count of each statement comes back.
pub(super) async fn send(client: &Client, batch: &Batch<'_>) -> Result<Vec<u64>, Failure> {
    let messages = client
        .simple_query(&batch.text)
        .await
        .map_err(|error| Failure::of(&error, batch))?;
    let counts = messages.into_iter().filter_map(|message| match message {
        SimpleQueryMessage::CommandComplete(count) => Some(count),
        _ => None,
    });
    Ok(counts.collect())
}

async fn check_contract(
    client: &Client,
    query: &str,
    columns: &[(String, String)],
) -> Result<(), Failure> {
    let declared = contract::declared_query(columns);
    let declared = describe(client, &Statement::outside(&declared)).await?;
    let query = Statement {
        query: Some(0..query.len()),
        ..Statement::outside(query)
    };
    let defined = describe(client, &query).await?;
    contract::compare(&defined, &declared).map_err(Failure::Found)
}

async fn describe(client: &Client, statement: &Statement) -> Result<Vec<ResultColumn>, Failure> {
    let prepared = client
        .prepare(&statement.sql)
        .await
        .map_err(|error| Failure::of(&error, &Batch::new([statement])))?;
    Ok(live::columns(&prepared))
}
