//! What becomes of a run that is cut off: connections that are lost, and runs that are killed while the server works.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio_postgres::config::Host;

use super::case::Case;
use crate::embedded::kill;
use crate::warehouse::text_of;

/// Waits until a query gives `true`.
fn until(case: &Case, query: &str) {
    let began = Instant::now();
    while case.rows(query) != "true" {
        assert!(began.elapsed().as_secs() < 30, "in vain: {query}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Whether a connection of a run is in the middle of a query with these words.
fn works(words: &str) -> String {
    format!(
        "select exists (
            select from pg_stat_activity
            where datname = current_database() and pid <> pg_backend_pid()
                and state <> 'idle' and application_name like 'hcw %' and query like '%{words}%'
        )"
    )
}

#[test]
fn what_a_killed_run_still_does_is_ended() {
    for way in ["atomic", "per-node"] {
        let Some(case) = Case::good("atomic") else {
            return;
        };
        case.run(0, &format!("build --publish {way}"));
        case.write(
            "models/slow.sql",
            "select count(*) as n, pg_sleep(100) is null as slept from {{ ref('stays') }}",
        );
        case.write(
            "models/slow.yml",
            "models: [{name: slow, config: {materialized: table}}]",
        );
        let mut child = case
            .command(&["build", "--publish", way, "--vars", "{round: 2}"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("runs");
        until(&case, &works("pg_sleep(100)"));
        kill("-KILL", &child.id().to_string());
        child.wait().expect("ends");
        let line = format!("build --publish {way} --exclude slow --vars '{{round: 3}}'");
        let text = case.run(0, &line);
        assert!(
            text.contains("a run that was killed still works in the server; ending it"),
            "{way}: {text}"
        );
        assert_eq!(case.rows("select max(round) from kpi_stays"), "3", "{way}");
        assert_eq!(case.rows(&works("pg_sleep(100)")), "false", "{way}");
    }
}

#[test]
fn a_run_ends_on_sigterm_as_on_ctrl_c() {
    let Some(case) = Case::good("atomic") else {
        return;
    };
    case.write(
        "models/slow.sql",
        "{{ config(materialized='table') }} select pg_sleep(100) is null as slept",
    );
    let child = case
        .command(&["build"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("runs");
    until(&case, &works("pg_sleep(100)"));
    kill("-TERM", &child.id().to_string());
    let output = child.wait_with_output().expect("ends");
    let text = text_of(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(
        text.contains("interrupted: cancelling the running queries"),
        "{text}"
    );
    assert!(text.contains("Nothing was published"), "{text}");
    assert_eq!(case.rows(&works("pg_sleep(100)")), "false", "{text}");
}

#[test]
fn connections_that_wait_for_a_long_query_do_not_end() {
    let Some(case) = Case::good("atomic") else {
        return;
    };
    let database = case.rows("select current_database()");
    case.execute(&format!(
        "do $$ begin
            if current_setting('server_version_num')::integer >= 140000 then
                alter database {database} set idle_session_timeout = '500ms';
            end if;
        end $$"
    ));
    case.write(
        "models/slow.sql",
        "{{ config(materialized='table') }} select pg_sleep(1.5) is null as slept",
    );
    case.run(0, "build");
    assert_eq!(case.rows("select count(*) from slow"), "1");
}

/// Hands everything on between hcw and the server, but not the answer to a publication: then both connections end.
struct Proxy {
    port: u16,
    was_cut: Arc<AtomicBool>,
}

impl Proxy {
    fn new(host: Host, port: u16) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let was_cut = Arc::new(AtomicBool::new(false));
        let proxy = Proxy {
            port: listener.local_addr().expect("an address").port(),
            was_cut: was_cut.clone(),
        };
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (host, was_cut) = (host.clone(), was_cut.clone());
                std::thread::spawn(move || match host {
                    Host::Unix(folder) => {
                        let socket = folder.join(format!(".s.PGSQL.{port}"));
                        let server = UnixStream::connect(socket).expect("the server");
                        let other = server.try_clone().expect("a handle");
                        let close = server.try_clone().expect("a handle");
                        let close = || close.shutdown(Shutdown::Both);
                        relay(client, (server, other), close, &was_cut);
                    }
                    Host::Tcp(name) => {
                        let server = TcpStream::connect((name.as_str(), port)).expect("the server");
                        let other = server.try_clone().expect("a handle");
                        let close = server.try_clone().expect("a handle");
                        let close = || close.shutdown(Shutdown::Both);
                        relay(client, (server, other), close, &was_cut);
                    }
                });
            }
        });
        proxy
    }
}

fn relay<Server>(
    client: TcpStream,
    (mut from_server, mut to_server): (Server, Server),
    close_server: impl Fn() -> std::io::Result<()> + Sync,
    was_cut: &AtomicBool,
) where
    Server: Read + Write + Send,
{
    let publishes = AtomicBool::new(false);
    let (mut from_client, mut to_client) = (client.try_clone().expect("a handle"), client);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut buffer = [0; 65_536];
            let mut tail = Vec::new();
            while let Ok(count @ 1..) = from_client.read(&mut buffer) {
                tail.extend_from_slice(&buffer[..count]);
                if String::from_utf8_lossy(&tail).contains("'hcw swap'") {
                    publishes.store(true, Ordering::SeqCst);
                }
                tail.drain(..tail.len().saturating_sub(20));
                if to_server.write_all(&buffer[..count]).is_err() {
                    break;
                }
            }
            // a process that ends need not say so to the server
            let _closed = close_server();
        });
        let mut buffer = [0; 65_536];
        while let Ok(count @ 1..) = from_server.read(&mut buffer) {
            if publishes.load(Ordering::SeqCst) && !was_cut.swap(true, Ordering::SeqCst) {
                break;
            }
            if to_client.write_all(&buffer[..count]).is_err() {
                break;
            }
        }
        let _closed = to_client.shutdown(Shutdown::Both);
    });
}

#[test]
fn a_publication_whose_answer_is_lost_is_found_out() {
    let Some(case) = Case::good("atomic") else {
        return;
    };
    case.run(0, "build");
    let url = &case.warehouse.as_ref().expect("a database").url;
    let config: tokio_postgres::Config = url.parse().expect("an address");
    let port = config.get_ports().first().copied().unwrap_or(5432);
    let proxy = Proxy::new(config.get_hosts()[0].clone(), port);
    let password = config.get_password().map(String::from_utf8_lossy);
    let through = format!(
        "postgresql://{}:{}@127.0.0.1:{}/{}?sslmode=disable",
        config.get_user().unwrap_or_default(),
        password.unwrap_or_default(),
        proxy.port,
        config.get_dbname().unwrap_or_default()
    );
    let output = case
        .command(&["build", "--vars", "{round: 2}"])
        .env("DATABASE_URL", &through)
        .output()
        .expect("runs");
    let text = text_of(&output);
    assert!(proxy.was_cut.load(Ordering::SeqCst), "it published: {text}");
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(!text.contains("Nothing was published"), "{text}");
    assert_eq!(case.rows("select max(round) from kpi_stays"), "2");
    let text = case.run(0, "build --vars '{round: 2}'");
    assert!(text.contains("PASS=0 WARN=0 ERROR=0"), "{text}");
}

#[test]
fn a_publication_that_is_ended_is_not_taken_for_one_that_was_made() {
    let Some(case) = Case::good("atomic") else {
        return;
    };
    case.run(0, "build");
    let reader = case.reader();
    reader.row("begin; select count(*) from kpi_stays");
    let child = case
        .command(&["build", "--vars", "{round: 2}"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("runs");
    until(&case, &works("-- schema, name, shadow, retired"));
    case.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()
            and query like '%-- schema, name, shadow, retired%'",
    );
    let output = child.wait_with_output().expect("ends");
    let text = text_of(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("Nothing was published"), "{text}");
    reader.row("commit; select 1");
    case.run(0, "publish");
    assert_eq!(case.rows("select max(round) from kpi_stays"), "2");
}
