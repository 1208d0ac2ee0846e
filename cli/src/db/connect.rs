//! Opens a connection: socket or TCP, encryption, session settings, and errors that say what to do.
//! No error text holds a password.

mod password;
mod tls;
mod url;

use std::time::Duration;

use hcw_core::diagnostic::{Code, Diagnostic};
use hcw_core::target::{Connection, SslMode};
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{Client, Config, Error, NoTls, Socket};

pub(crate) use password::with_stored_password;
pub(crate) use url::connection_from_url;

/// The oldest server that hcw works with.
const OLDEST_MAJOR: u32 = 13;

/// Connects and prepares the session; a task of its own drives the connection until the client is dropped.
///
/// **Errors**: HCW0601 (unreachable), HCW0602 (user or password), HCW0603 (no such database),
/// HCW0605 (server older than 13), HCW0606 (encryption), HCW0107 (role or search path).
pub(crate) async fn connect(
    connection: &Connection,
    application_name: &str,
) -> Result<Client, Diagnostic> {
    let mut attempt = 0;
    loop {
        match once(connection, application_name).await {
            Err(problem) if problem.code == Code::Unreachable && attempt < connection.retries => {
                // as dbt does: at once, then after a pause that grows
                tokio::time::sleep(Duration::from_secs(u64::from(attempt).pow(2))).await;
                attempt += 1;
            }
            ended => return ended,
        }
    }
}

async fn once(connection: &Connection, application_name: &str) -> Result<Client, Diagnostic> {
    let attempt = open(connection, application_name);
    let seconds = connection.connect_timeout_seconds;
    let client = if seconds == 0 {
        attempt.await?
    } else {
        // libpq, too, waits at least two seconds.
        let limit = Duration::from_secs(u64::from(seconds.max(2)));
        match tokio::time::timeout(limit, attempt).await {
            Ok(opened) => opened?,
            Err(_) => {
                let reason = format!("no answer within {} seconds", limit.as_secs());
                return Err(unreachable(connection, &reason));
            }
        }
    };
    Ok(client)
}

async fn open(connection: &Connection, application_name: &str) -> Result<Client, Diagnostic> {
    let mut config = Config::new();
    config
        .port(connection.port)
        .user(&connection.user)
        .dbname(&connection.dbname)
        .application_name(application_name)
        .keepalives_idle(Duration::from_secs(
            match connection.keepalives_idle_seconds {
                0 => 60,
                seconds => u64::from(seconds),
            },
        ));
    if let Some(password) = &connection.password {
        config.password(password.reveal());
    }
    let failed = |error: Error| connect_failure(connection, &error);
    let client = if is_socket_folder(&connection.host) {
        config
            .host_path(&connection.host)
            .ssl_mode(tokio_postgres::config::SslMode::Disable);
        start(&config, NoTls, connection).await?.map_err(failed)?
    } else {
        config.host(&connection.host);
        open_tcp(config, connection).await?.map_err(failed)?
    };
    prepare_session(&client, connection).await?;
    Ok(client)
}

async fn open_tcp(
    mut config: Config,
    connection: &Connection,
) -> Result<Result<Client, Error>, Diagnostic> {
    use tokio_postgres::config::SslMode as Mode;
    match connection.sslmode.unwrap_or_default() {
        SslMode::Disable => {
            config.ssl_mode(Mode::Disable);
            start(&config, NoTls, connection).await
        }
        SslMode::Prefer => {
            config.ssl_mode(Mode::Prefer);
            let first = start(&config, tls::connector(connection)?, connection).await?;
            match first {
                // As libpq: `prefer` goes on without encryption when the handshake fails.
                Err(error) if is_tls_failure(&error) => {
                    config.ssl_mode(Mode::Disable);
                    start(&config, NoTls, connection).await
                }
                other => Ok(other),
            }
        }
        SslMode::Require | SslMode::VerifyCa | SslMode::VerifyFull => {
            config.ssl_mode(Mode::Require);
            start(&config, tls::connector(connection)?, connection).await
        }
    }
}

/// Connects with one kind of encryption, checks the server's version and spawns the connection.
async fn start<Tls>(
    config: &Config,
    tls: Tls,
    target: &Connection,
) -> Result<Result<Client, Error>, Diagnostic>
where
    Tls: MakeTlsConnect<Socket>,
    Tls::Stream: Send + 'static,
{
    let (client, connection) = match config.connect(tls).await {
        Ok(connected) => connected,
        Err(error) => return Ok(Err(error)),
    };
    let version = connection.parameter("server_version").unwrap_or_default();
    check_version(version, target)?;
    tokio::spawn(async move {
        // A lost connection shows as an error of the statement that needs it.
        let _ended = connection.await;
    });
    Ok(Ok(client))
}

fn check_version(version: &str, target: &Connection) -> Result<(), Diagnostic> {
    let digits: String = version.chars().take_while(char::is_ascii_digit).collect();
    match digits.parse::<u32>() {
        Ok(major) if major < OLDEST_MAJOR => Err(Diagnostic::error(
            Code::ServerTooOld,
            format!("the server is PostgreSQL {version}, hcw needs {OLDEST_MAJOR} or later"),
        )
        .note(place(target))
        .help("upgrade the server, or point the profile at a newer one")),
        _ => Ok(()),
    }
}

async fn prepare_session(client: &Client, connection: &Connection) -> Result<(), Diagnostic> {
    // a connection that waits for its next step is idle, and must not end for that
    let mut statements = String::from(
        "set standard_conforming_strings = on; set client_min_messages = warning; \
         select pg_catalog.set_config('idle_session_timeout', '0', false) \
         where pg_catalog.current_setting('idle_session_timeout', true) <> '0'",
    );
    if let Some(search_path) = &connection.search_path {
        statements.push_str("; select pg_catalog.set_config('search_path', ");
        statements.push_str(&literal(search_path));
        statements.push_str(", false)");
    }
    if let Some(role) = &connection.role {
        statements.push_str("; set role \"");
        statements.push_str(&role.replace('"', "\"\""));
        statements.push('"');
    }
    client.batch_execute(&statements).await.map_err(|error| {
        let Some(server) = error.as_db_error() else {
            return connect_failure(connection, &error);
        };
        let role = connection.role.as_deref().unwrap_or("(none)");
        Diagnostic::error(
            Code::ProfileInvalid,
            format!(
                "the server refuses the session settings of the profile (SQLSTATE {})",
                server.code().code()
            ),
        )
        .note(place(connection))
        .note(format!("role `{role}`"))
        .help("check `role` and `search_path`; the login role must be a member of `role`")
    })
}

/// A string literal that reads the same whatever `standard_conforming_strings` is.
fn literal(text: &str) -> String {
    let quoted = text.replace('\'', "''");
    if quoted.contains('\\') {
        format!("E'{}'", quoted.replace('\\', "\\\\"))
    } else {
        format!("'{quoted}'")
    }
}

/// Whether a host names the folder of a Unix socket.
fn is_socket_folder(host: &str) -> bool {
    host.contains('/')
}

fn is_tls_failure(error: &Error) -> bool {
    // The driver keeps the kind private; its text is fixed.
    error
        .to_string()
        .starts_with("error performing TLS handshake")
}

/// What the connection was to, without the password.
fn place(connection: &Connection) -> String {
    format!(
        "host `{}`, port {}, user `{}`, database `{}`",
        connection.host, connection.port, connection.user, connection.dbname
    )
}

fn connect_failure(connection: &Connection, error: &Error) -> Diagnostic {
    if let Some(server) = error.as_db_error() {
        return refused(connection, server.code().code());
    }
    let cause = innermost(error);
    let text = error.to_string();
    if is_tls_failure(error) {
        return Diagnostic::error(
            Code::TlsFailed,
            format!("no encrypted connection to `{}`: {cause}", connection.host),
        )
        .note(place(connection))
        .help("check `sslmode`, and that `sslrootcert` is the certificate of the authority that signed the server's");
    }
    if text.starts_with("invalid configuration") || text.starts_with("authentication error") {
        let what = if cause == "password missing" {
            format!(
                "the server asks for a password of `{}`, none is given",
                connection.user
            )
        } else {
            format!("no login as `{}`: {cause}", connection.user)
        };
        return Diagnostic::error(Code::AuthenticationFailed, what)
            .note(place(connection))
            .help(PASSWORD_HELP);
    }
    unreachable(connection, &cause)
}

const PASSWORD_HELP: &str = "check `user` and `password` in profiles.yml or DATABASE_URL; PGPASSWORD and ~/.pgpass are read as well";

fn refused(connection: &Connection, sqlstate: &str) -> Diagnostic {
    let (code, message, help) = match sqlstate {
        "3D000" => (
            Code::DatabaseMissing,
            format!("database `{}` does not exist", connection.dbname),
            format!(
                "create it (`createdb {}`), or correct `dbname`",
                connection.dbname
            ),
        ),
        "28P01" => (
            Code::AuthenticationFailed,
            format!(
                "the server refuses the password of user `{}`",
                connection.user
            ),
            PASSWORD_HELP.to_owned(),
        ),
        state if state.starts_with("28") => (
            Code::AuthenticationFailed,
            format!("the server does not let user `{}` in", connection.user),
            "check that the role exists and may log in, and that the server's pg_hba.conf lets it \
             in from here (some servers want `sslmode: require`)"
                .to_owned(),
        ),
        "53300" => (
            Code::Unreachable,
            "the server has no free connection".to_owned(),
            "use fewer `threads`, close other sessions, or raise max_connections".to_owned(),
        ),
        state if state.starts_with("57P") => (
            Code::Unreachable,
            "the server is starting or stopping".to_owned(),
            "try again in a moment".to_owned(),
        ),
        _ => (
            Code::Unreachable,
            format!("the server refuses the connection (SQLSTATE {sqlstate})"),
            "the server's log says why".to_owned(),
        ),
    };
    Diagnostic::error(code, message)
        .note(place(connection))
        .note(format!("SQLSTATE {sqlstate}"))
        .help(help)
}

fn unreachable(connection: &Connection, reason: &str) -> Diagnostic {
    let help = if is_socket_folder(&connection.host) {
        "check that the server runs and that `host` is its socket folder"
    } else {
        "check `host` and `port`, that the server runs, and that no firewall is between"
    };
    Diagnostic::error(
        Code::Unreachable,
        format!("no connection to `{}`: {reason}", connection.host),
    )
    .note(place(connection))
    .help(help)
}

/// The text of the last error in the chain of causes.
fn innermost(error: &Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests;
