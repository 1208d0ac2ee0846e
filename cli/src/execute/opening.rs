//! Connections that are opened while something else is done.

use hcw_core::diagnostic::Diagnostic;
use hcw_core::target::{Connection, Server};
use tokio::task::{JoinError, JoinHandle, JoinSet};
use tokio_postgres::Client;

use crate::db::connect::connect;
use crate::memory::Early;
use crate::session::{Problems, Session};

/// The connection of the run itself, which is opened while the project is read.
pub(crate) struct Control(Option<JoinHandle<Result<Opened, Problems>>>);

/// A connection, and what it was asked before anything else.
type Opened = (Client, Option<Early>);

impl Control {
    /// Begins to open it, unless the server is the embedded one: a project with errors starts no server.
    pub(crate) async fn open(session: &Session) -> Control {
        let Server::External(_) = session.settings.target.server else {
            return Control(None);
        };
        let session = session.clone();
        let opening = tokio::spawn(async move {
            let connection = session.connection().await?;
            let client = session.connect(&connection).await?;
            let early = Early::ask(&session, &client).await;
            Ok((client, early.map_err(|error| vec![error])?))
        });
        // the thread that goes on to compile would be the one to begin it
        tokio::task::yield_now().await;
        Control(Some(opening))
    }

    /// The connection, and what the server has said while the project was read.
    pub(crate) async fn client(
        self,
        session: &Session,
        connection: &Connection,
    ) -> Result<Opened, Problems> {
        match self.0 {
            Some(opening) => opening.await.unwrap_or_else(|end| Err(resumed(end))),
            None => Ok((session.connect(connection).await?, None)),
        }
    }
}

/// The connections of steps, and of who looks after them.
pub(crate) struct Opening {
    connection: Connection,
    name: String,
    tasks: JoinSet<Result<Client, Diagnostic>>,
}

impl Opening {
    /// Begins to open so many, side by side.
    pub(crate) fn new(connection: &Connection, application_name: &str, count: usize) -> Opening {
        let mut opening = Opening {
            connection: connection.clone(),
            name: application_name.to_owned(),
            tasks: JoinSet::new(),
        };
        opening.ensure(count);
        opening
    }

    fn ensure(&mut self, count: usize) {
        while self.tasks.len() < count {
            let (connection, name) = (self.connection.clone(), self.name.clone());
            self.tasks
                .spawn(async move { connect(&connection, &name).await });
        }
    }

    /// So many connections; what else was begun to be opened stays.
    pub(super) async fn take(&mut self, count: usize) -> Result<Vec<Client>, Problems> {
        self.ensure(count);
        let mut clients = Vec::new();
        while clients.len() < count
            && let Some(opened) = self.tasks.join_next().await
        {
            let opened = opened.unwrap_or_else(resumed);
            clients.push(opened.map_err(|error| vec![error])?);
        }
        Ok(clients)
    }
}

/// A panic goes on here; a task that was cancelled was cancelled with all else.
pub(crate) fn resumed<T>(end: JoinError) -> T {
    std::panic::resume_unwind(end.into_panic())
}
