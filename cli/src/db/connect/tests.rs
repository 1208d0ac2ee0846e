//! What a failed connection says, as values; the binary's tests see the same rendered.

use super::*;
use hcw_core::target::Secret;

fn connection(host: &str) -> Connection {
    Connection {
        host: host.to_owned(),
        port: 5432,
        user: "ann".to_owned(),
        password: Some(Secret::new("secret")),
        dbname: "warehouse".to_owned(),
        sslmode: None,
        sslrootcert: None,
        sslcert: None,
        sslkey: None,
        connect_timeout_seconds: 2,
        retries: 1,
        keepalives_idle_seconds: 0,
        role: None,
        search_path: None,
    }
}

fn shown(problem: &Diagnostic) -> String {
    let mut text = format!("{}: {}\n", problem.code.as_str(), problem.message);
    for note in &problem.notes {
        text.push_str(&format!("note: {note}\n"));
    }
    text.push_str(&format!(
        "help: {}",
        problem.help.as_deref().unwrap_or_default()
    ));
    text
}

#[test]
fn refusals_by_sqlstate() {
    let target = connection("db.example");
    let texts: Vec<String> = ["3D000", "28P01", "28000", "53300", "57P03", "08P01"]
        .into_iter()
        .map(|sqlstate| shown(&refused(&target, sqlstate)))
        .collect();
    insta::assert_snapshot!(texts.join("\n\n"));
}

#[tokio::test]
async fn nothing_listens() {
    let tcp = connect(
        &Connection {
            port: 1,
            ..connection("127.0.0.1")
        },
        "test",
    )
    .await;
    let socket = connect(&connection("/nonexistent"), "test").await;
    let name = connect(&connection("no-such-host.invalid"), "test").await;
    let texts: Vec<String> = [tcp, socket, name]
        .into_iter()
        .map(|result| shown(&result.expect_err("nothing listens")))
        .collect();
    insta::with_settings!({filters => vec![
        // Systems number and word it differently.
        (r"os error \d+", "os error [N]"),
        (r"failed to lookup address information: .*", "[NO SUCH HOST]"),
    ]}, {
        insta::assert_snapshot!(texts.join("\n\n"));
    });
}

#[test]
fn old_servers_are_refused_by_number() {
    let target = connection("db.example");
    assert!(check_version("13.4", &target).is_ok());
    assert!(check_version("18beta1", &target).is_ok());
    let problem = check_version("9.6.24", &target).expect_err("too old");
    insta::assert_snapshot!(shown(&problem), @r"
    HCW0605: the server is PostgreSQL 9.6.24, hcw needs 13 or later
    note: host `db.example`, port 5432, user `ann`, database `warehouse`
    help: upgrade the server, or point the profile at a newer one
    ");
}

#[test]
fn literals_hold_any_text() {
    assert_eq!(literal("a, \"B\""), "'a, \"B\"'");
    assert_eq!(literal("it's"), "'it''s'");
    assert_eq!(literal(r"a\'b"), r"E'a\\''b'");
}

#[tokio::test]
async fn a_server_that_goes_away_is_asked_as_often_as_the_profile_says() {
    for retries in [0, 1] {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = tokio::spawn(async move {
            let mut asked = 0;
            while let Ok((stream, _)) = listener.accept().await {
                asked += 1;
                drop(stream);
                if asked > retries {
                    break;
                }
            }
            asked
        });
        let target = Connection {
            port,
            retries,
            sslmode: Some(SslMode::Disable),
            ..connection("127.0.0.1")
        };
        let problem = connect(&target, "test").await.expect_err("it goes away");
        assert_eq!(problem.code, Code::Unreachable);
        assert_eq!(asked.await.unwrap(), retries + 1);
    }
}
