//! `docs generate` and `docs serve`: the page, the artifacts that it reads, and nothing else.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};

use crate::warehouse::Warehouse;

/// A server that ends with the test.
struct Served {
    process: Child,
    port: u16,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ended = self.process.kill();
        let _status = self.process.wait();
    }
}

impl Served {
    fn start(warehouse: &Warehouse) -> Served {
        let mut process = warehouse
            .command("docs")
            .args(["serve", "--port", "0", "--no-browser"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("starts");
        let output = process.stdout.take().expect("its output");
        let mut lines = BufReader::new(output).lines().map_while(Result::ok);
        let port = lines
            .find_map(|line| line.split_once("Serving docs at ")?.1.parse().ok())
            .expect("a port");
        // what it says later is read away
        std::thread::spawn(move || lines.for_each(drop));
        Served { process, port }
    }

    /// The answer to a request: its head, and its body.
    fn ask(&self, method: &str, path: &str, host: &str) -> (String, String) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("connects");
        let request =
            format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).expect("is sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("is read");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
        (head.to_owned(), body.to_owned())
    }

    fn status(&self, method: &str, path: &str, host: &str) -> String {
        let (head, _) = self.ask(method, path, host);
        head.split(' ').nth(1).expect("a status").to_owned()
    }
}

fn project() -> Option<Warehouse> {
    let warehouse = Warehouse::start()?;
    warehouse.write("models/visits.sql", "select 1 as visit_id\n");
    warehouse.write(
        "models/visits.yml",
        "models:\n  - name: visits\n    description: a </script> within\n",
    );
    warehouse.write("secret.txt", "not for the web");
    Some(warehouse)
}

#[test]
fn the_documentation_is_served_and_nothing_else() {
    let Some(warehouse) = project() else { return };
    warehouse.run("build");
    let mut generate = warehouse.command("docs");
    let generated = generate
        .args(["generate", "--static"])
        .status()
        .expect("runs");
    assert!(generated.success());
    std::os::unix::fs::symlink(
        warehouse.folder.path().join("secret.txt"),
        warehouse.folder.path().join("target/leak.txt"),
    )
    .expect("is linked");
    let served = Served::start(&warehouse);
    let (head, page) = served.ask("GET", "/", "localhost");
    assert!(head.contains("text/html"), "{head}");
    assert!(
        head.contains("Content-Security-Policy: default-src 'none'"),
        "{head}"
    );
    assert!(page.contains("<title>Documentation</title>"), "{page}");
    let (head, manifest) = served.ask("GET", "/manifest.json?x", "127.0.0.1:80");
    assert!(head.contains("application/json"), "{head}");
    assert!(manifest.contains("model.test.visits"));
    assert_eq!(served.status("GET", "/catalog.json", "localhost"), "200");
    assert_eq!(served.status("HEAD", "/index.html", "localhost"), "200");
    for path in [
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/compiled/../../secret.txt",
        "/leak.txt",
        "//etc/passwd",
        "/%00",
        "/compiled",
        "/nothing.json",
    ] {
        assert_eq!(served.status("GET", path, "localhost"), "404", "{path}");
    }
    assert_eq!(served.status("POST", "/", "localhost"), "405");
    assert_eq!(
        served.status("GET", "/manifest.json", "rebound.example"),
        "403"
    );
    // the pages beside the artifacts: one that asks for them, one that has them
    let read = |name: &str| {
        let path = warehouse.folder.path().join("target").join(name);
        std::fs::read_to_string(path).expect("is read")
    };
    assert_eq!(read("index.html"), page);
    let alone = read("static_index.html");
    assert!(alone.contains("model.test.visits"));
    assert!(!alone.contains("a </script> within"));
}

#[test]
fn without_artifacts_there_is_nothing_to_serve() {
    let Some(warehouse) = project() else { return };
    let output = warehouse
        .command("docs")
        .arg("serve")
        .output()
        .expect("runs");
    assert_eq!(output.status.code(), Some(2));
    let text = crate::warehouse::text_of(&output);
    assert!(text.contains("hcw docs generate"), "{text}");
}
