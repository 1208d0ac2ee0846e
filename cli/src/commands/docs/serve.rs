//! `docs serve`: the documentation's page and the artifacts that it reads, over HTTP on this machine.

use std::fs::File;
use std::io::{Cursor, IsTerminal};
use std::net::IpAddr;
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use hcw_core::diagnostic::{Code, Diagnostic};
use tiny_http::{Header, Method, Request, Response, Server};

use super::page;
use crate::args::Flags;
use crate::exit_code;
use crate::report::Reporter;
use crate::session::{Problems, Session};

/// Listens here unless the user says otherwise: nobody else can connect.
const LOCAL: &str = "127.0.0.1";
/// The page may run its own script, and ask this server alone.
const POLICY: &str = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; connect-src 'self'; \
                      img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Serves the target folder until it is interrupted.
///
/// **Errors**: HCW0503 without a manifest, HCW0001 for an address that cannot be listened on.
pub(crate) async fn serve(
    session: &Session,
    flags: &Flags,
    reporter: &Reporter,
) -> Result<u8, Problems> {
    let folder = session.target_path();
    if !folder.join("manifest.json").exists() {
        return Err(vec![
            Diagnostic::error(
                Code::StateMissing,
                format!("no manifest.json in `{}`", folder.display()),
            )
            .help("write it with `hcw docs generate`"),
        ]);
    }
    let host = flags.text("host").unwrap_or(LOCAL);
    let port = flags.values.get("port").and_then(serde_json::Value::as_u64);
    let port = port.and_then(|port| u16::try_from(port).ok());
    let address = (host, port.unwrap_or(8080));
    let server = Server::http(address).map_err(|error| {
        vec![
            Diagnostic::error(
                Code::Usage,
                format!("cannot listen on {host}:{}: {error}", address.1),
            )
            .help("name another with --port and --host"),
        ]
    })?;
    let listens_on = server.server_addr().to_ip();
    let port = listens_on.map_or(address.1, |address| address.port());
    let url = format!("http://{host}:{port}");
    reporter.line(&format!("Serving docs at {port}"));
    reporter.line(&format!("To access from your browser, navigate to: {url}"));
    reporter.line("Press Ctrl+C to exit.");
    if flags.switch("browser") && std::io::stdout().is_terminal() {
        open_browser(&url);
    }
    let site = Site {
        // what lies outside is told by its real place
        folder: std::fs::canonicalize(&folder).unwrap_or(folder),
        only_local: listens_on.is_some_and(|address| address.ip().is_loopback()),
    };
    let server = Arc::new(server);
    let answering = server.clone();
    let thread = tokio::task::spawn_blocking(move || {
        for request in answering.incoming_requests() {
            site.answer(request);
        }
    });
    // without the signal it serves for ever, as it should
    let _interrupted = tokio::signal::ctrl_c().await;
    server.unblock();
    let _ended = thread.await;
    Ok(exit_code::SUCCESS)
}

/// What is served.
struct Site {
    folder: PathBuf,
    /// Whether the server is for this machine's own browsers.
    only_local: bool,
}

impl Site {
    fn answer(&self, request: Request) {
        let answer = self.response(&request);
        // who asked may have gone
        let _gone = match answer {
            Answer::Page => {
                let text = Cursor::new(page::PAGE.as_bytes());
                let length = Some(page::PAGE.len());
                let headers = headers("text/html; charset=utf-8");
                request.respond(Response::new(200.into(), headers, text, length, None))
            }
            Answer::File(file, kind) => {
                let response = Response::from_file(file);
                let response = headers(kind)
                    .into_iter()
                    .fold(response, Response::with_header);
                request.respond(response)
            }
            Answer::Refused(status, text) => {
                let response = Response::from_string(text).with_status_code(status);
                let response = headers("text/plain; charset=utf-8")
                    .into_iter()
                    .fold(response, Response::with_header);
                request.respond(response)
            }
        };
    }

    fn response(&self, request: &Request) -> Answer {
        if !matches!(request.method(), Method::Get | Method::Head) {
            return Answer::Refused(405, "this server only shows");
        }
        let host = request
            .headers()
            .iter()
            .find(|header| header.field.equiv("Host"))
            .map(|header| header.value.as_str());
        // a page of elsewhere whose name leads here is not one of ours
        if self.only_local && !host.is_none_or(is_local) {
            return Answer::Refused(403, "this server answers to localhost");
        }
        let path = request.url().split(['?', '#']).next().unwrap_or_default();
        if matches!(path, "/" | "/index.html") {
            return Answer::Page;
        }
        match self.file(path) {
            Some((file, kind)) => Answer::File(file, kind),
            None => Answer::Refused(404, "there is no such file"),
        }
    }

    /// A regular file within the folder.
    fn file(&self, path: &str) -> Option<(File, &'static str)> {
        let path = PathBuf::from(decoded(path.strip_prefix('/')?)?);
        let is_plain = |part| matches!(part, Component::Normal(_));
        if path.as_os_str().is_empty() || !path.components().all(is_plain) {
            return None;
        }
        let real = std::fs::canonicalize(self.folder.join(path)).ok()?;
        if !real.starts_with(&self.folder) || !real.is_file() {
            return None;
        }
        let kind = kind_of(&real);
        Some((File::open(real).ok()?, kind))
    }
}

/// What a request is answered with.
enum Answer {
    Page,
    File(File, &'static str),
    Refused(u16, &'static str),
}

/// Whether a request names this machine, by any of its names for itself.
fn is_local(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    let is_loopback = |address: IpAddr| address.is_loopback();
    name.eq_ignore_ascii_case("localhost") || name.parse().is_ok_and(is_loopback)
}

/// The path without percent signs; `None` where they are wrong.
fn decoded(path: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let mut digit = || char::from(rest.next()?).to_digit(16);
                u8::try_from(digit()? * 16 + digit()?).ok()?
            }
            other => other,
        });
    }
    String::from_utf8(bytes)
        .ok()
        .filter(|path| !path.contains('\0'))
}

fn kind_of(path: &Path) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("json") => "application/json",
        Some("png") => "image/png",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("svg") => "image/svg+xml",
        Some("gif") => "image/gif",
        _ => "text/plain; charset=utf-8",
    }
}

fn headers(kind: &str) -> Vec<Header> {
    let headers = [
        ("Content-Type", kind),
        ("Content-Security-Policy", POLICY),
        ("X-Content-Type-Options", "nosniff"),
        ("Cache-Control", "no-store"),
        ("Referrer-Policy", "no-referrer"),
    ];
    headers
        .iter()
        .filter_map(|(name, value)| Header::from_bytes(name.as_bytes(), value.as_bytes()).ok())
        .collect()
}

/// Shows the page where the system has a way to; the line above has the address where it has none.
fn open_browser(url: &str) {
    let program = if cfg!(target_os = "macos") {
        "open"
    } else {
        "xdg-open"
    };
    let _none = Command::new(program)
        .arg(url)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_machine_are_local() {
        for host in [
            "localhost",
            "LOCALHOST:8080",
            "127.0.0.1:80",
            "[::1]:8080",
            "127.9.9.9",
        ] {
            assert!(is_local(host), "{host}");
        }
        for host in [
            "evil.example",
            "127.0.0.1.evil.example",
            "10.0.0.1",
            "",
            "localhost.evil.example:80",
        ] {
            assert!(!is_local(host), "{host}");
        }
    }

    #[test]
    fn paths_are_decoded_or_refused() {
        assert_eq!(decoded("a%20b/c.json").as_deref(), Some("a b/c.json"));
        assert_eq!(decoded("%2e%2e/x").as_deref(), Some("../x"));
        for wrong in ["%", "%2", "%zz", "%00", "%ff"] {
            assert_eq!(decoded(wrong), None, "{wrong}");
        }
    }
}
