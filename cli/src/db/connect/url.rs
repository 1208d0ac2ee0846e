//! `DATABASE_URL`: a `postgres://` address or a `key=value` text, read as libpq reads it.
//! An error names the parameter, never a value: any part of a mistyped address may be the password.

use std::path::Path;

use hcw_core::diagnostic::{Code, Diagnostic};
use hcw_core::target::{Connection, Secret, SslMode};

use super::password::with_stored_password;

/// Parameters that libpq knows and hcw uses.
const USED: [&str; 15] = [
    "host",
    "hostaddr",
    "port",
    "user",
    "password",
    "dbname",
    "sslmode",
    "sslrootcert",
    "sslcert",
    "sslkey",
    "connect_timeout",
    "keepalives_idle",
    "options",
    "role",
    "search_path",
];
/// Parameters that libpq knows and that change nothing here.
const IGNORED: [&str; 13] = [
    "application_name",
    "fallback_application_name",
    "client_encoding",
    "keepalives",
    "keepalives_interval",
    "keepalives_count",
    "tcp_user_timeout",
    "gssencmode",
    "channel_binding",
    "target_session_attrs",
    "sslcompression",
    "sslsni",
    "ssl_min_protocol_version",
];

/// Reads a connection from an address; what is missing comes from PGHOST, PGPORT, PGUSER, PGDATABASE,
/// PGSSLMODE, PGSSLROOTCERT, PGSSLCERT, PGSSLKEY, PGCONNECT_TIMEOUT, PGPASSWORD and the password file, as with libpq.
///
/// **Errors**: HCW0107.
pub(crate) fn connection_from_url(url: &str) -> Result<Connection, Diagnostic> {
    let text = url.trim();
    let address = text
        .strip_prefix("postgres://")
        .or_else(|| text.strip_prefix("postgresql://"));
    let parameters = match address {
        Some(address) => from_address(address)?,
        None if text.contains("://") => {
            return Err(invalid("DATABASE_URL is not a PostgreSQL address"));
        }
        None => from_pairs(text)?,
    };
    build(&parameters)
}

type Parameters = Vec<(String, String)>;

fn invalid(message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(Code::ProfileInvalid, message).help(
        "the form is postgresql://user:password@host:5432/database?sslmode=require; \
         write special characters in it as %-codes (`@` is %40, `/` is %2F)",
    )
}

fn from_address(address: &str) -> Result<Parameters, Diagnostic> {
    let mut parameters = Parameters::new();
    let (address, query) = address.split_once('?').unwrap_or((address, ""));
    // The last `@` ends the login, so that a password with a bare `/` or `@` is not taken for a host.
    let (login, place) = address.rsplit_once('@').unwrap_or(("", address));
    let (place, database) = place.split_once('/').unwrap_or((place, ""));
    let (user, password) = match login.split_once(':') {
        Some((user, password)) => (user, Some(password)),
        None => (login, None),
    };
    let (host, port) = split_place(place)?;
    let mut add = |key: &str, value: &str| -> Result<(), Diagnostic> {
        if !value.is_empty() {
            parameters.push((key.to_owned(), percent_decoded(value, key)?));
        }
        Ok(())
    };
    add("user", user)?;
    add("password", password.unwrap_or_default())?;
    add("host", host)?;
    add("port", port)?;
    add("dbname", database)?;
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let Some((key, value)) = pair.split_once('=') else {
            return Err(invalid("a parameter of DATABASE_URL has no `=`"));
        };
        let key = if key == "ssl" && value == "true" {
            "sslmode"
        } else {
            key
        };
        let value = if key == "sslmode" && value == "true" {
            "require"
        } else {
            value
        };
        add(key, value)?;
    }
    Ok(parameters)
}

/// Splits `host:port`, where the host may be `[::1]`.
fn split_place(place: &str) -> Result<(&str, &str), Diagnostic> {
    if let Some(rest) = place.strip_prefix('[') {
        let Some((host, after)) = rest.split_once(']') else {
            return Err(invalid("the host of DATABASE_URL has `[` without `]`"));
        };
        return Ok((host, after.strip_prefix(':').unwrap_or_default()));
    }
    Ok(place.split_once(':').unwrap_or((place, "")))
}

fn percent_decoded(text: &str, key: &str) -> Result<String, Diagnostic> {
    let wrong = || invalid(format!("a %-code in `{key}` of DATABASE_URL is wrong"));
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        if *first == b'%' {
            let code = after.get(..2).ok_or_else(wrong)?;
            let code = std::str::from_utf8(code).map_err(|_| wrong())?;
            if !code.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                return Err(wrong());
            }
            bytes.push(u8::from_str_radix(code, 16).map_err(|_| wrong())?);
            rest = &after[2..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8(bytes).map_err(|_| wrong())
}

/// Reads `host=… user='…'`.
fn from_pairs(text: &str) -> Result<Parameters, Diagnostic> {
    let mut parameters = Parameters::new();
    let mut characters = text.chars().peekable();
    loop {
        while characters.next_if(|next| next.is_whitespace()).is_some() {}
        if characters.peek().is_none() {
            return Ok(parameters);
        }
        let mut key = String::new();
        while let Some(next) = characters.next_if(|next| *next != '=') {
            key.push(next);
        }
        if characters.next().is_none() {
            return Err(invalid(
                "DATABASE_URL is neither an address nor a list of key=value",
            ));
        }
        while characters.next_if(|next| next.is_whitespace()).is_some() {}
        let quoted = characters.next_if_eq(&'\'').is_some();
        let mut value = String::new();
        loop {
            match characters.next() {
                Some('\\') => value.extend(characters.next()),
                Some('\'') if quoted => break,
                Some(space) if !quoted && space.is_whitespace() => break,
                Some(other) => value.push(other),
                None if quoted => {
                    return Err(invalid("a quote in DATABASE_URL is not closed"));
                }
                None => break,
            }
        }
        parameters.push((key.trim().to_owned(), value));
    }
}

fn build(parameters: &Parameters) -> Result<Connection, Diagnostic> {
    for (key, _) in parameters {
        if !USED.contains(&key.as_str()) && !IGNORED.contains(&key.as_str()) {
            let known = USED.into_iter().chain(IGNORED);
            return Err(match hcw_core::diagnostic::nearest(key, known) {
                Some(near) => invalid(format!("unknown parameter in DATABASE_URL, near `{near}`")),
                None => invalid("unknown parameter in DATABASE_URL"),
            });
        }
    }
    let given = |key: &str| {
        parameters
            .iter()
            .rev()
            .find(|(name, _)| name == key)
            .map(|(_, value)| value.clone())
    };
    let value = |key: &str, variable: &str| {
        given(key)
            .or_else(|| std::env::var(variable).ok())
            .filter(|value| !value.is_empty())
    };
    let number = |key: &str, text: Option<String>, default: u32| match text {
        None => Ok(default),
        Some(text) => text
            .trim()
            .parse::<u32>()
            .map_err(|_| invalid(format!("`{key}` of DATABASE_URL is not a number"))),
    };
    let port = number("port", value("port", "PGPORT"), 5432)?;
    let port = u16::try_from(port).map_err(|_| invalid("`port` of DATABASE_URL is over 65535"))?;
    let user = value("user", "PGUSER")
        .or_else(|| std::env::var("USER").ok())
        .ok_or_else(|| invalid("DATABASE_URL names no user"))?;
    let host = given("hostaddr")
        .or_else(|| value("host", "PGHOST"))
        .unwrap_or_else(|| default_host(port));
    if host.contains(',') {
        return Err(invalid("DATABASE_URL names several hosts, hcw takes one"));
    }
    let mut connection = Connection {
        host,
        port,
        dbname: value("dbname", "PGDATABASE").unwrap_or_else(|| user.clone()),
        user,
        password: given("password").map(Secret::new),
        sslmode: sslmode(value("sslmode", "PGSSLMODE").as_deref())?,
        sslrootcert: value("sslrootcert", "PGSSLROOTCERT"),
        sslcert: value("sslcert", "PGSSLCERT"),
        sslkey: value("sslkey", "PGSSLKEY"),
        connect_timeout_seconds: number(
            "connect_timeout",
            value("connect_timeout", "PGCONNECT_TIMEOUT"),
            10,
        )?,
        retries: 1,
        keepalives_idle_seconds: number("keepalives_idle", given("keepalives_idle"), 0)?,
        role: given("role"),
        search_path: given("search_path"),
    };
    if let Some(options) = given("options") {
        apply_options(&mut connection, &options)?;
    }
    Ok(with_stored_password(connection))
}

/// The socket folder that has a socket, else `localhost`.
fn default_host(port: u16) -> String {
    ["/var/run/postgresql", "/tmp"]
        .into_iter()
        .find(|folder| Path::new(folder).join(format!(".s.PGSQL.{port}")).exists())
        .unwrap_or("localhost")
        .to_owned()
}

fn sslmode(text: Option<&str>) -> Result<Option<SslMode>, Diagnostic> {
    match text {
        None => Ok(None),
        Some("prefer" | "allow") => Ok(Some(SslMode::Prefer)),
        Some("disable") => Ok(Some(SslMode::Disable)),
        Some("require") => Ok(Some(SslMode::Require)),
        Some("verify-ca") => Ok(Some(SslMode::VerifyCa)),
        Some("verify-full") => Ok(Some(SslMode::VerifyFull)),
        Some(_) => Err(invalid(
            "`sslmode` is none of disable, allow, prefer, require, verify-ca, verify-full",
        )),
    }
}

/// Takes `-c search_path=…` and `-c role=…` from the server options; hcw sets nothing else.
fn apply_options(connection: &mut Connection, options: &str) -> Result<(), Diagnostic> {
    let mut words = options.split_whitespace();
    while let Some(word) = words.next() {
        let setting = match word.strip_prefix("-c").or_else(|| word.strip_prefix("--")) {
            Some("") => words.next(),
            other => other,
        };
        match setting.and_then(|setting| setting.split_once('=')) {
            Some(("search_path", value)) => connection.search_path = Some(value.to_owned()),
            Some(("role", value)) => connection.role = Some(value.to_owned()),
            _ => {
                return Err(invalid(
                    "`options` of DATABASE_URL may only hold `-c search_path=…` and `-c role=…`",
                ));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(url: &str) -> Connection {
        connection_from_url(url).expect("a valid address")
    }

    #[test]
    fn an_address_with_everything() {
        let connection = read(
            "postgresql://ann:p%40ss%2Fw@db.example:6432/ware%20house?sslmode=verify-full\
             &sslrootcert=/etc/ca.pem&connect_timeout=3&options=-c%20search_path%3Da,b%20-crole%3Dbuilder",
        );
        assert_eq!(connection.host, "db.example");
        assert_eq!(connection.port, 6432);
        assert_eq!(connection.user, "ann");
        assert_eq!(connection.password, Some(Secret::new("p@ss/w")));
        assert_eq!(connection.dbname, "ware house");
        assert_eq!(connection.sslmode, Some(SslMode::VerifyFull));
        assert_eq!(connection.sslrootcert.as_deref(), Some("/etc/ca.pem"));
        assert_eq!(connection.connect_timeout_seconds, 3);
        assert_eq!(connection.search_path.as_deref(), Some("a,b"));
        assert_eq!(connection.role.as_deref(), Some("builder"));
    }

    #[test]
    fn sockets_addresses_and_bare_passwords() {
        let socket = read("postgres://ann:x@/w?host=/run/pg&port=5433");
        assert_eq!((socket.host.as_str(), socket.port), ("/run/pg", 5433));
        assert_eq!(read("postgres://ann:x@%2Frun%2Fpg/w").host, "/run/pg");
        let address = read("postgres://ann:a/b@c@[::1]:5433/w");
        assert_eq!((address.host.as_str(), address.port), ("::1", 5433));
        assert_eq!(address.password, Some(Secret::new("a/b@c")));
        assert_eq!(read("postgres://ann:x@h").dbname, "ann");
    }

    #[test]
    fn pairs() {
        let connection =
            read(r"host=h port = 5433 user='an n' password='it\'s' dbname=w\ h sslmode=disable");
        assert_eq!(connection.user, "an n");
        assert_eq!(connection.password, Some(Secret::new("it's")));
        assert_eq!(connection.dbname, "w h");
        assert_eq!(connection.port, 5433);
    }

    #[test]
    fn errors_name_the_parameter_and_no_value() {
        for wrong in [
            "mysql://ann:secret@h/w",
            "postgres://ann:secret@h:99999/w",
            "postgres://ann:secret@h:secret/w",
            "postgres://ann:sec%zzret@h/w",
            "postgres://ann:secret@h/w?sslmode=secret",
            "postgres://ann:secret@h/w?secret",
            "postgres://ann:x@h/w?pasword=secret",
            "postgres://ann:secret@h/w?options=-csecret=1",
            "postgres://ann:secret@[::1/w",
            "postgres://ann:secret@a,b/w",
            "secret",
            "password='secret",
            "user=x connect_timeout=secret",
        ] {
            let problem = connection_from_url(wrong).expect_err(wrong);
            assert_eq!(problem.code, Code::ProfileInvalid);
            assert!(!format!("{problem:?}").contains("secret"), "{problem:?}");
        }
    }
}
