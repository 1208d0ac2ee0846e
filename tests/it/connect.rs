//! Connecting to a server that `DATABASE_URL` names: what the user sees when it fails.
#![allow(clippy::expect_used, clippy::print_stderr)]

use std::net::TcpListener;

use crate::embedded::{Project, has_server};

/// The password in every address here; no output may hold it.
const PASSWORD: &str = "s3cret-word";

/// Exit code and error text of a command that must connect.
fn refused(project: &Project, url: &str) -> (Option<i32>, String) {
    let output = project
        .command(&["debug"])
        .env("DATABASE_URL", url)
        .output()
        .expect("hcw runs");
    let everything = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(!everything.contains(PASSWORD), "{everything}");
    (output.status.code(), everything)
}

/// The socket folder of the project's server, as an address writes it.
fn socket(project: &Project) -> String {
    let url = project.succeed(&["db", "url"]);
    let (_, query) = url.trim().split_once('?').expect("a query");
    query.to_owned()
}

#[test]
fn a_closed_port_is_unreachable() {
    let free = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = free.local_addr().expect("an address").port();
    drop(free);
    let project = Project::new();
    let url = format!("postgresql://ann:{PASSWORD}@127.0.0.1:{port}/warehouse");
    let (code, text) = refused(&project, &url);
    assert_eq!(code, Some(1), "{text}");
    for part in [
        "HCW0601",
        "127.0.0.1",
        &port.to_string(),
        "ann",
        "warehouse",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn a_server_that_never_answers_times_out() {
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = silent.local_addr().expect("an address").port();
    let project = Project::new();
    let url = format!("postgresql://ann:{PASSWORD}@127.0.0.1:{port}/w?connect_timeout=2");
    let (code, text) = refused(&project, &url);
    assert_eq!(code, Some(1), "{text}");
    assert!(
        text.contains("HCW0601") && text.contains("2 seconds"),
        "{text}"
    );
}

#[test]
fn a_wrong_password_and_a_wrong_database() {
    if !has_server() {
        return;
    }
    let project = Project::new();
    project.query("create role ann login password 'the right one'");
    let place = socket(&project);
    let (code, text) = refused(
        &project,
        &format!("postgresql://ann:{PASSWORD}@/hcw?{place}"),
    );
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("HCW0602") && text.contains("ann"), "{text}");
    let (code, text) = refused(&project, &format!("postgresql://ann@/hcw?{place}"));
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("HCW0602"), "{text}");
    let (code, text) = refused(
        &project,
        &format!("postgresql://hcw:{PASSWORD}@/nope?{place}"),
    );
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("HCW0603") && text.contains("nope"), "{text}");
}

#[test]
fn an_address_that_cannot_be_read_shows_no_part_of_it() {
    let project = Project::new();
    for url in [
        format!("postgres://ann:{PASSWORD}@h:{PASSWORD}/w"),
        format!("mysql://ann:{PASSWORD}@h/w"),
        format!("password='{PASSWORD}"),
    ] {
        let (code, text) = refused(&project, &url);
        assert_eq!(code, Some(1), "{text}");
        assert!(text.contains("HCW0107"), "{text}");
    }
}
