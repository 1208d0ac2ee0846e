//! `hcw deps` against a package hub and repositories of this machine.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;
use std::thread;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value as Json, json};

use crate::warehouse::text_of;

/// A server that answers as a package hub does, for as long as the test runs.
struct Hub {
    url: String,
}

impl Hub {
    /// Versions by package: the name of the project, the version, what it asks for, and for which dbt.
    fn start(versions: &[(&str, &str, Json, &str)]) -> Hub {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}/", listener.local_addr().expect("an address"));
        let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        let mut packages: BTreeMap<String, Json> = BTreeMap::new();
        for (name, version, asks, dbt) in versions {
            let archive = format!("archives/{name}-{version}.tar.gz");
            let facts = packages
                .entry(format!("acme/{name}"))
                .or_insert_with(|| json!({"name": name, "namespace": "acme", "versions": {}}));
            facts["versions"][*version] = json!({
                "name": name,
                "version": version,
                "packages": asks,
                "downloads": {"tarball": format!("{url}{archive}")},
                "require_dbt_version": dbt,
            });
            files.insert(archive, archive_of(name, version));
        }
        let index: Vec<&String> = packages.keys().collect();
        files.insert("api/v1/index.json".into(), json!(index).to_string().into());
        for (package, facts) in packages {
            files.insert(format!("api/v1/{package}.json"), facts.to_string().into());
        }
        let files = Arc::new(files);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { break };
                let mut reader = BufReader::new(stream.try_clone().expect("a stream"));
                let mut request = String::new();
                let _gone = reader.read_line(&mut request);
                let mut line = String::new();
                while reader.read_line(&mut line).is_ok_and(|length| length > 2) {
                    line.clear();
                }
                let path = request.split(' ').nth(1).unwrap_or_default();
                let (status, body) = match files.get(path.trim_start_matches('/')) {
                    Some(body) => ("200 OK", body.as_slice()),
                    None => ("404 Not Found", b"".as_slice()),
                };
                let _gone = write!(
                    stream,
                    "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                    body.len()
                )
                .and_then(|()| stream.write_all(body));
            }
        });
        Hub { url }
    }
}

fn archive_of(name: &str, version: &str) -> Vec<u8> {
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    let mut add = |path: String, text: String| {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        archive
            .append_data(&mut header, path, text.as_bytes())
            .expect("is added");
    };
    let top = format!("{name}-{version}");
    add(
        format!("{top}/dbt_project.yml"),
        format!("name: {name}\nversion: {version}\n"),
    );
    add(
        format!("{top}/models/{name}_model.sql"),
        format!("select '{version}' as version\n"),
    );
    archive
        .into_inner()
        .expect("is packed")
        .finish()
        .expect("is packed")
}

fn project(packages: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("models")).expect("is made");
    fs::write(
        folder.path().join("dbt_project.yml"),
        "name: clinic\nversion: \"1.0\"\nclean-targets: [target, dbt_packages]\n",
    )
    .expect("is written");
    fs::write(folder.path().join("packages.yml"), packages).expect("is written");
    folder
}

fn hcw(folder: &Path, hub: Option<&Hub>, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hcw"));
    command
        .args(arguments)
        .current_dir(folder)
        .env("HOME", folder)
        .env("DBT_ENV_SECRET_TOKEN", "s3cr3t")
        .env("NO_PROXY", "*")
        .env_remove("DATABASE_URL");
    if let Some(hub) = hub {
        command.env("DBT_PACKAGE_HUB_URL", &hub.url);
    }
    command.output().expect("runs")
}

fn lock(folder: &Path) -> String {
    fs::read_to_string(folder.join("package-lock.yml")).expect("a lock file")
}

fn usual_hub() -> Hub {
    Hub::start(&[
        ("units", "1.0.0", json!([]), ">=1.0.0"),
        ("units", "1.2.0", json!([]), ">=1.0.0"),
        ("units", "2.0.0", json!([]), ">=1.0.0"),
        ("units", "3.0.0-rc1", json!([]), ">=1.0.0"),
        ("units", "9.0.0", json!([]), ">=7.0.0"),
        (
            "more",
            "0.3.0",
            json!([{"package": "acme/units", "version": [">=1.0.0", "<2.0.0"]}]),
            ">=1.0.0",
        ),
    ])
}

#[test]
fn packages_of_the_hub_come_with_what_they_ask_for() {
    let hub = usual_hub();
    let folder =
        project("packages:\n  - package: acme/more\n    version: [\">=0.1.0\", \"<1.0.0\"]\n");
    let folder = folder.path();
    let before = hcw(folder, Some(&hub), &["parse"]);
    assert_eq!(before.status.code(), Some(2));
    assert!(text_of(&before).contains("found only 0 package(s) installed"));
    let output = hcw(folder, Some(&hub), &["deps"]);
    assert!(output.status.success(), "{}", text_of(&output));
    // dbt 1.12.6 writes the same for the same file and hub
    insta::assert_snapshot!(lock(folder), @r"
    packages:
      - name: more
        package: acme/more
        version: 0.3.0
      - name: units
        package: acme/units
        version: 1.2.0
    sha1_hash: 846114ce3f4b214012c6e3969fa2a278bff4390f
    ");
    let listed = hcw(folder, Some(&hub), &["ls", "--output", "selector"]);
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    assert_eq!(listed, "more.more_model\nunits.units_model\n");
    // the versions stay until they are asked for again
    fs::write(
        folder.join("package-lock.yml"),
        lock(folder).replace("1.2.0", "1.0.0"),
    )
    .expect("is written");
    hcw(folder, Some(&hub), &["deps"]);
    assert!(lock(folder).contains("1.0.0"));
    hcw(folder, Some(&hub), &["deps", "--upgrade", "--lock"]);
    assert!(lock(folder).contains("1.2.0"));
    let model = fs::read_to_string(folder.join("dbt_packages/units/models/units_model.sql"));
    assert!(model.expect("is installed").contains("1.0.0"));
    hcw(folder, None, &["clean"]);
    assert!(!folder.join("dbt_packages").exists());
}

#[test]
fn versions_that_exclude_each_other_are_an_error() {
    let hub = usual_hub();
    let folder = project(
        "packages:\n  - package: acme/more\n    version: 0.3.0\n  - package: acme/units\n    version: \">=2.0.0\"\n",
    );
    let output = hcw(folder.path(), Some(&hub), &["deps"]);
    assert_eq!(output.status.code(), Some(2));
    let text = text_of(&output);
    assert!(
        text.contains("Version error for package acme/units"),
        "{text}"
    );
    assert!(!folder.path().join("package-lock.yml").exists());
    assert!(!folder.path().join("dbt_packages").exists());
}

#[test]
fn what_the_hub_does_not_have_is_named() {
    let hub = usual_hub();
    for (entry, expected) in [
        (
            "package: acme/unit\n    version: 1.0.0",
            "Package acme/unit was not found in the package index",
        ),
        (
            "package: acme/units\n    version: 8.0.0",
            "Could not find a matching compatible version for package acme/units",
        ),
        (
            "package: acme/units\n    version: 9.0.0",
            "--no-version-check",
        ),
        (
            "package: units\n    version: 1.0.0",
            "Packages on the index require a namespace",
        ),
        ("package: acme/units", "acme/units is missing the version"),
        (
            "package: acme/units\n    version: newest",
            "\"newest\" is not a valid semantic version.",
        ),
        (
            "private: acme/units",
            "packages of the kind `private` are not supported",
        ),
        ("git: \"\"", "A git package is missing the value"),
        ("local: nowhere", "the package has no dbt_project.yml"),
    ] {
        let folder = project(&format!("packages:\n  - {entry}\n"));
        let output = hcw(folder.path(), Some(&hub), &["deps"]);
        assert_eq!(output.status.code(), Some(2), "{entry}");
        let text = text_of(&output);
        assert!(text.contains(expected), "{entry}: {text}");
        assert!(text.contains("packages.yml:"), "{entry}: {text}");
    }
}

#[test]
fn a_package_can_be_added_by_name() {
    let hub = usual_hub();
    let folder = project("packages:\n  - package: acme/units\n    version: 1.0.0\n");
    let folder = folder.path();
    let output = hcw(
        folder,
        Some(&hub),
        &["deps", "--add-package", "acme/units@>=1.0.0,<3.0.0"],
    );
    assert!(output.status.success(), "{}", text_of(&output));
    assert!(lock(folder).contains("version: 2.0.0"));
}

#[test]
fn repositories_are_taken_at_their_revision_and_secrets_stay_secret() {
    let repository = tempfile::tempdir().expect("a folder");
    let s3cr3t = repository.path().join("s3cr3t");
    let git = |arguments: &[&str]| {
        let output = Command::new("git")
            .args(["-c", "user.name=a", "-c", "user.email=a@example.org"])
            .args(arguments)
            .current_dir(&s3cr3t)
            .output()
            .expect("git runs");
        assert!(output.status.success(), "{}", text_of(&output));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    };
    fs::create_dir_all(s3cr3t.join("inner/models")).expect("is made");
    git(&["init", "--quiet", "--initial-branch", "trunk"]);
    let write = |version: &str| {
        let text = format!("name: of_git\nversion: {version}\n");
        fs::write(s3cr3t.join("inner/dbt_project.yml"), text).expect("is written");
        git(&["add", "--all"]);
        git(&["commit", "--quiet", "--message", version]);
    };
    write("1.0.0");
    git(&["tag", "v1"]);
    let first = git(&["rev-parse", "HEAD"]);
    write("2.0.0");
    let second = git(&["rev-parse", "HEAD"]);
    let entry = |revision: &str| {
        let base = repository.path().display();
        format!(
            "packages:\n  - git: \"file://{base}/{{{{ env_var('DBT_ENV_SECRET_TOKEN') }}}}\"\n    subdirectory: inner\n    revision: {revision}\n    warn-unpinned: false\n"
        )
    };
    for (revision, commit) in [("v1", &first), ("trunk", &second), (first.as_str(), &first)] {
        let folder = project(&entry(revision));
        let output = hcw(folder.path(), None, &["deps"]);
        assert!(output.status.success(), "{}", text_of(&output));
        assert!(!text_of(&output).contains("s3cr3t"));
        let lock = lock(folder.path());
        assert!(lock.contains(commit.as_str()), "{lock}");
        assert!(!lock.contains("s3cr3t"));
        let installed =
            fs::read_to_string(folder.path().join("dbt_packages/of_git/dbt_project.yml"));
        let is_first = installed.expect("is installed").contains("1.0.0");
        assert_eq!(is_first, *commit == first);
        // a second run reads the address from the lock file
        let again = hcw(folder.path(), None, &["deps"]);
        assert!(again.status.success(), "{}", text_of(&again));
    }
    let folder = project(&entry("v9"));
    let output = hcw(folder.path(), None, &["deps"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text_of(&output).contains("git fails"));
    assert!(!text_of(&output).contains("s3cr3t"));
}

#[test]
fn an_archive_is_a_package_and_never_leaves_its_folder() {
    let hub = usual_hub();
    let entry = |name: &str| {
        format!(
            "packages:\n  - tarball: {}archives/units-1.0.0.tar.gz\n    name: {name}\n",
            hub.url
        )
    };
    let folder = project(&entry("units"));
    let output = hcw(folder.path(), Some(&hub), &["deps"]);
    assert!(output.status.success(), "{}", text_of(&output));
    assert!(folder.path().join("dbt_packages/units/models").is_dir());
    let folder = project(&entry("../units"));
    let output = hcw(folder.path(), Some(&hub), &["deps"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text_of(&output).contains("Invalid package name '../units'"));
    assert!(!folder.path().join("units").exists());
}
