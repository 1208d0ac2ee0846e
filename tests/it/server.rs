//! The server of the tests: `HCW_TEST_DATABASE_URL`, else an embedded one that all tests share.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

/// The address of the server, as a superuser. The first test starts it; it stops by itself when idle.
pub(crate) fn url() -> &'static str {
    static URL: OnceLock<String> = OnceLock::new();
    URL.get_or_init(|| {
        if let Ok(url) = std::env::var("HCW_TEST_DATABASE_URL") {
            return url;
        }
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("server");
        fs::create_dir_all(&folder).expect("a folder for the server");
        let output = Command::new(env!("CARGO_BIN_EXE_hcw"))
            .args(["db", "url", "--project-dir"])
            .arg(&folder)
            .env("HCW_PG_FSYNC", "off")
            .env("HCW_PG_IDLE_SECONDS", "300")
            .env_remove("DATABASE_URL")
            .output()
            .expect("hcw runs");
        let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        assert!(
            output.status.success(),
            "no server for the tests: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        text
    })
}
