//! Where a password comes from when the target names none: PGPASSWORD, then the password file.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use hcw_core::target::{Connection, Secret};

/// Fills in a missing password as libpq does: `PGPASSWORD`, then `PGPASSFILE` or `~/.pgpass`.
///
/// A password file that others may read is not used, as libpq.
pub(crate) fn with_stored_password(connection: Connection) -> Connection {
    if connection.password.is_some() {
        return connection;
    }
    let password = std::env::var("PGPASSWORD")
        .ok()
        .filter(|password| !password.is_empty())
        .or_else(|| from_file(&connection));
    Connection {
        password: password.map(Secret::new),
        ..connection
    }
}

fn from_file(connection: &Connection) -> Option<String> {
    let file = match std::env::var_os("PGPASSFILE") {
        Some(file) => PathBuf::from(file),
        None => PathBuf::from(std::env::var_os("HOME")?).join(".pgpass"),
    };
    let metadata = std::fs::metadata(&file).ok()?;
    if !metadata.is_file() || metadata.permissions().mode() & 0o077 != 0 {
        return None;
    }
    lookup(&std::fs::read_to_string(file).ok()?, connection)
}

/// The password of the first line that fits: `host:port:database:user:password`, `*` fits all.
fn lookup(text: &str, connection: &Connection) -> Option<String> {
    let host = match connection.host.as_str() {
        "/var/run/postgresql" | "/tmp" => "localhost",
        other => other,
    };
    let port = connection.port.to_string();
    let wanted = [host, &port, &connection.dbname, &connection.user];
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .find_map(|line| {
            let mut rest = line;
            for value in wanted {
                let (field, after) = field(rest)?;
                if field != "*" && unescape(field) != value {
                    return None;
                }
                rest = after;
            }
            Some(unescape(rest)).filter(|password| !password.is_empty())
        })
}

/// The text up to the next colon that is not escaped, and what follows the colon.
fn field(text: &str) -> Option<(&str, &str)> {
    let mut escaped = false;
    for (offset, character) in text.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            ':' => return Some((&text[..offset], &text[offset + 1..])),
            _ => {}
        }
    }
    None
}

fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        plain.push(match character {
            '\\' => characters.next().unwrap_or('\\'),
            other => other,
        });
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connection(host: &str, dbname: &str) -> Connection {
        Connection {
            host: host.to_owned(),
            port: 5432,
            user: "ann".to_owned(),
            password: None,
            dbname: dbname.to_owned(),
            sslmode: None,
            sslrootcert: None,
            sslcert: None,
            sslkey: None,
            connect_timeout_seconds: 10,
            retries: 1,
            keepalives_idle_seconds: 0,
            role: None,
            search_path: None,
        }
    }

    #[test]
    fn the_first_line_that_fits_wins() {
        let file =
            "# comment\ndb:5432:other:ann:no\ndb:*:ware\\:house:ann:se\\:c\\\\ret\n*:*:*:*:last";
        let found = |host, dbname| lookup(file, &connection(host, dbname));
        assert_eq!(found("db", "ware:house").as_deref(), Some("se:c\\ret"));
        assert_eq!(found("db", "x").as_deref(), Some("last"));
        assert_eq!(lookup("db:5432", &connection("db", "x")), None);
    }

    #[test]
    fn the_default_socket_folder_is_localhost() {
        let found = lookup(
            "localhost:5432:*:ann:pw",
            &connection("/var/run/postgresql", "x"),
        );
        assert_eq!(found.as_deref(), Some("pw"));
    }
}
