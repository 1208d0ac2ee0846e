//! A fresh database, owned and used by an ordinary user.

use std::str::FromStr;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

use futures_util::SinkExt;
use tokio::runtime::Runtime;
use tokio_postgres::{Client, Config, NoTls, SimpleQueryMessage};

use crate::rows::Rows;
use crate::server;

/// The script of the portable validators.
pub(crate) static SCRIPT: LazyLock<String> = LazyLock::new(|| {
    let parts = hcw_validators::sql::portable::script();
    parts.into_iter().map(|(_, text)| text).collect()
});

/// A database of its own and a session in it, as a user who is no superuser but owns it.
pub(crate) struct Database {
    name: String,
    client: Client,
    runtime: Runtime,
    is_first: bool,
}

impl Database {
    /// Makes the database, in this encoding.
    pub(crate) fn start(encoding: &str) -> Database {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("hcw_portable_{}_{number}", std::process::id());
        let (runtime, client) = connect(None);
        let make = format!(
            "create role {name} nologin; grant {name} to current_user; \
             create database {name} owner {name} template template0 encoding '{encoding}' \
             lc_collate 'C' lc_ctype 'C'"
        );
        for statement in make.split(';') {
            runtime
                .block_on(client.batch_execute(statement))
                .expect("the database is made");
        }
        let mut database = Database::connect(&name);
        database.is_first = true;
        database
    }

    /// Another session in the same database, as the same user.
    pub(crate) fn connect_again(&self) -> Database {
        Database::connect(&self.name)
    }

    fn connect(name: &str) -> Database {
        let (runtime, client) = connect(Some(name));
        let mut database = Database {
            name: name.to_owned(),
            client,
            runtime,
            is_first: false,
        };
        database.run(&format!(
            "set role {name}; set client_min_messages = warning"
        ));
        database
    }

    /// Runs statements that give nothing back.
    pub(crate) fn run(&mut self, sql: &str) {
        self.runtime
            .block_on(self.client.batch_execute(sql))
            .unwrap_or_else(|error| panic!("{:.400}: {:?}", sql, error.as_db_error()));
    }

    /// The first column of a query's rows; nulls are left out.
    pub(crate) fn lines(&mut self, sql: &str) -> Vec<String> {
        self.runtime
            .block_on(self.client.simple_query(sql))
            .unwrap_or_else(|error| panic!("{sql}: {:?}", error.as_db_error()))
            .into_iter()
            .filter_map(|message| match message {
                SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
                _ => None,
            })
            .collect()
    }

    /// Runs statements that may fail; gives the SQLSTATE then.
    pub(crate) fn attempt(&mut self, sql: &str) -> Result<(), String> {
        self.runtime
            .block_on(self.client.batch_execute(sql))
            .map_err(|error| {
                error
                    .code()
                    .expect("an answer of the server")
                    .code()
                    .to_owned()
            })
    }

    /// The SQLSTATE with which statements fail.
    pub(crate) fn error(&mut self, sql: &str) -> String {
        self.attempt(sql).expect_err("fails")
    }

    /// Message and hint with which statements fail.
    pub(crate) fn complaint(&mut self, sql: &str) -> String {
        let done = self.runtime.block_on(self.client.batch_execute(sql));
        let error = done.expect_err("fails");
        let error = error.as_db_error().expect("an answer of the server");
        format!("{}: {}", error.message(), error.hint().unwrap_or_default())
    }

    /// Puts rows into a table.
    pub(crate) fn copy(&mut self, table: &str, rows: Rows) {
        let statement = format!("copy {table} from stdin");
        let bytes = bytes::Bytes::from(rows.into_bytes());
        let done = async {
            let sink = self.client.copy_in(&statement).await?;
            futures_util::pin_mut!(sink);
            sink.send(bytes).await?;
            sink.finish().await
        };
        self.runtime
            .block_on(done)
            .unwrap_or_else(|error: tokio_postgres::Error| panic!("{table}: {error:?}"));
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if self.is_first {
            let (runtime, client) = connect(None);
            for statement in [
                format!("drop database if exists {} with (force)", self.name),
                format!("drop role if exists {}", self.name),
            ] {
                let _ = runtime.block_on(client.batch_execute(&statement));
            }
        }
    }
}

/// A session on the test server, in its own or another database.
fn connect(database: Option<&str>) -> (Runtime, Client) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a runtime");
    let mut config = Config::from_str(server::url()).expect("an address");
    if let Some(name) = database {
        config.dbname(name);
    }
    let (client, connection) = runtime
        .block_on(config.connect(NoTls))
        .expect("the test server is reached");
    runtime.spawn(connection);
    (runtime, client)
}
