//! What a run asks of the server before it knows its project: of one that is read meanwhile, the answers wait.

use hcw_core::diagnostic::Diagnostic;
use hcw_core::skip::ObjectSeen;
use tokio_postgres::{Client, Error, Row};

use super::store::{self, scope};
use super::{called, is_kept, observe};
use crate::session::Session;

/// What was recorded of earlier runs, and what nodes can depend on beside what they name.
pub(crate) struct Early {
    /// Rows of the state tables; an error where there are none.
    pub(crate) recorded: Result<Vec<Row>, Error>,
    /// What else nodes depend on.
    pub(crate) surroundings: Surroundings,
}

/// What a run's nodes can depend on beside what they name.
pub(crate) struct Surroundings {
    pub(super) settings: String,
    pub(super) objects: Vec<ObjectSeen>,
}

impl Early {
    /// Asks; nothing where nothing is to be remembered. Whatever can change the answers, such as a hook or another run,
    /// has to have ended.
    ///
    /// **Errors**: HCW0604 or HCW0701.
    pub(crate) async fn ask(
        session: &Session,
        client: &Client,
    ) -> Result<Option<Early>, Diagnostic> {
        if !is_kept(session) {
            return Ok(None);
        }
        let scope = scope(session);
        // all are sent before the first is answered
        let (uncompiled, recorded, settings, objects, as_set) = tokio::join!(
            observe::compile_queries(client, false),
            store::recorded(client, &scope),
            called::settings(client),
            called::objects(client),
            observe::compile_queries(client, true),
        );
        uncompiled?;
        as_set?;
        Ok(Some(Early {
            recorded,
            surroundings: Surroundings {
                settings: settings?,
                objects: objects?,
            },
        }))
    }

    /// These, or what the server says now where another run has recorded something since.
    ///
    /// **Errors**: HCW0604 or HCW0701.
    pub(crate) async fn now(
        self,
        session: &Session,
        client: &Client,
    ) -> Result<Option<Early>, Diagnostic> {
        match store::is_recorded(client, &scope(session), &self.recorded).await {
            true => Ok(Some(self)),
            false => Early::ask(session, client).await,
        }
    }
}
