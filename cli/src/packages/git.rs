//! Packages in git repositories, fetched by the system's git.

use std::path::Path;
use std::process::{Command, Stdio};

use hcw_core::diagnostic::{Code, Diagnostic};

/// Puts a revision of a repository into a folder; the commit comes back.
///
/// **Errors**: HCW0118 with git's own words.
pub(super) fn check_out(url: &str, revision: &str, folder: &Path) -> Result<String, Diagnostic> {
    if url.starts_with('-') || revision.starts_with('-') {
        return Err(Diagnostic::error(
            Code::PackagesInvalid,
            "a repository's address or revision cannot start with a dash",
        ));
    }
    std::fs::create_dir_all(folder).map_err(|error| {
        Diagnostic::error(
            Code::FileUnwritable,
            format!("cannot write `{}`: {error}", folder.display()),
        )
    })?;
    run(folder, &["init", "--quiet"])?;
    run(folder, &["remote", "add", "origin", "--", url])?;
    let shallow = run(
        folder,
        &["fetch", "--quiet", "--depth", "1", "origin", revision],
    );
    let taken = match shallow {
        Ok(_) => "FETCH_HEAD",
        Err(problem) => {
            // not every server gives a commit by its name alone
            let all = ["fetch", "--quiet", "--tags", "origin"];
            let found = run(folder, &all).and_then(|_| {
                let commit = format!("{revision}^{{commit}}");
                run(folder, &["rev-parse", "--verify", "--quiet", &commit])
            });
            if found.is_err() {
                return Err(problem);
            }
            revision
        }
    };
    run(folder, &["checkout", "--quiet", "--detach", taken])?;
    let commit = run(folder, &["rev-parse", "HEAD"])?;
    Ok(commit.trim().to_owned())
}

fn run(folder: &Path, arguments: &[&str]) -> Result<String, Diagnostic> {
    let output = Command::new("git")
        .args(arguments)
        .current_dir(folder)
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .output()
        .map_err(|error| {
            Diagnostic::error(Code::PackageFetch, format!("git does not start: {error}"))
                .help("install git, or take the package from the hub")
        })?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let words = String::from_utf8_lossy(&output.stderr);
    let first = words
        .lines()
        .find(|line| line.starts_with("fatal:") || line.starts_with("error:"))
        .or_else(|| words.lines().next())
        .unwrap_or("it says nothing");
    Err(
        Diagnostic::error(Code::PackageFetch, format!("git fails: {first}"))
            .help("check the repository's address, its revision and your access to it"),
    )
}
