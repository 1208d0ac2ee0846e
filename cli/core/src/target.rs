//! Where a warehouse is: the connection as a value. Nothing here connects.

use std::fmt;

/// A text that must never be printed: it shows as `***`.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Secret(String);

impl Secret {
    /// Keeps a text secret.
    pub fn new(text: impl Into<String>) -> Secret {
        Secret(text.into())
    }

    /// The text itself, for the one place that sends it to the server.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("***")
    }
}

/// libpq's sslmode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SslMode {
    /// No encryption.
    Disable,
    /// Encryption when the server offers it (libpq's default); certificates are not checked.
    #[default]
    Prefer,
    /// Encryption always; certificates are not checked unless a root certificate is given.
    Require,
    /// Encryption, and the certificate is signed by a known authority.
    VerifyCa,
    /// Encryption, a known authority, and the host name matches.
    VerifyFull,
}

impl SslMode {
    /// Its name in libpq.
    pub fn as_str(self) -> &'static str {
        match self {
            SslMode::Disable => "disable",
            SslMode::Prefer => "prefer",
            SslMode::Require => "require",
            SslMode::VerifyCa => "verify-ca",
            SslMode::VerifyFull => "verify-full",
        }
    }
}

/// How to reach a server; the settings of a dbt profile of type postgres, or of a `DATABASE_URL`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// Host name, address, or a folder (starting with `/`) that holds the Unix socket.
    pub host: String,
    /// TCP port, also part of the socket's file name.
    pub port: u16,
    /// Login role.
    pub user: String,
    /// Password, if one is sent.
    pub password: Option<Secret>,
    /// Database name.
    pub dbname: String,
    /// Encryption; where nothing is said of it, the default.
    pub sslmode: Option<SslMode>,
    /// File of root certificates (PEM).
    pub sslrootcert: Option<String>,
    /// File of the client's own certificate (PEM), and of those that lead from it to an authority.
    pub sslcert: Option<String>,
    /// File of its key (PEM).
    pub sslkey: Option<String>,
    /// Seconds to wait for the connection; 0 waits for ever.
    pub connect_timeout_seconds: u32,
    /// How often a server that does not answer is asked once more.
    pub retries: u32,
    /// Seconds without a word after which the network is asked whether the server is there; 0 leaves it to hcw.
    pub keepalives_idle_seconds: u32,
    /// `SET ROLE` after connecting.
    pub role: Option<String>,
    /// `search_path` after connecting.
    pub search_path: Option<String>,
}

/// What the profile (or its absence) says of the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Server {
    /// The private cluster under `.hcw/`.
    Embedded,
    /// Any other PostgreSQL.
    External(Box<Connection>),
}

/// A target of a profile: the server, and where in it the models go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The profile's name.
    pub profile_name: String,
    /// The target's name within the profile.
    pub name: String,
    /// The server.
    pub server: Server,
    /// Database name (`target.database`).
    pub database: String,
    /// Default schema (`target.schema`).
    pub schema: String,
    /// Connections used at once.
    pub threads: usize,
}
