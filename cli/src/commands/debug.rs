//! `debug`: says what hcw sees: project, target, server. Every problem, not the first.

use crate::args::{GlobalArguments, RunArguments};
use crate::db::connect::{connect, connection_from_url, with_stored_password};
use crate::report::Reporter;
use crate::session::{Problems, Session};
use crate::{db, exit_code};

/// Checks the project and the connection.
pub(crate) async fn run(global: &GlobalArguments, reporter: &Reporter) -> Result<u8, Problems> {
    let session = match Session::new(global, &RunArguments::default(), "debug") {
        Ok(session) => session,
        Err(mut problems) => {
            // without a project the address can still be tried
            if let Ok(url) = std::env::var("DATABASE_URL") {
                match connection_from_url(&url) {
                    Ok(connection) => {
                        problems.extend(
                            connect(&with_stored_password(connection), "hcw debug")
                                .await
                                .err(),
                        );
                    }
                    Err(problem) => problems.push(problem),
                }
            }
            return Err(problems);
        }
    };
    reporter.line(&format!("hcw       {}", env!("CARGO_PKG_VERSION")));
    reporter.line(&format!(
        "project   {} in {}",
        session.project_file.name,
        session.project_dir.display()
    ));
    reporter.line(&format!(
        "target    {} ({})",
        session.settings.target.name, session.target_origin
    ));
    let mut problems = session.resolve(reporter).err().unwrap_or_default();
    let connection = session.connection().await;
    let connected = match &connection {
        Ok(connection) => session.connect(connection).await,
        Err(found) => Err(found.clone()),
    };
    match (connected, connection) {
        (Ok(client), Ok(connection)) => {
            reporter.line(&format!(
                "server    {} port {}, database {}, user {}",
                connection.host, connection.port, connection.dbname, connection.user
            ));
            let state = db::state::read(&client, &[])
                .await
                .map_err(|error| vec![error])?;
            reporter.line(&format!(
                "version   PostgreSQL {}.{}",
                state.server_version / 10_000,
                state.server_version % 10_000
            ));
        }
        (Err(found), _) | (_, Err(found)) => problems.extend(found),
    }
    if problems.is_empty() {
        reporter.line("all checks passed");
        Ok(exit_code::SUCCESS)
    } else {
        Err(problems)
    }
}
