//! Bad projects: each folder of `fixtures/projects/bad` with the complete output as its snapshot.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::thread;

use super::case::{Case, fixtures};

/// Cases that run at once; each waits for a process most of the time.
const AT_ONCE: usize = 4;
/// More lines than this do not fit a screen.
const SCREEN: usize = 45;

#[test]
fn every_bad_project_shows_what_to_do() {
    let mut cases: Vec<PathBuf> = std::fs::read_dir(fixtures("bad"))
        .expect("a folder of cases")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    cases.sort();
    assert!(!cases.is_empty());
    let transcripts = transcripts(&cases);
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_snapshot_path("snapshots/bad");
    settings.set_omit_expression(true);
    settings.add_filter(r"\d+ hours \d+ minutes and \d+\.\d\d seconds", "[duration]");
    settings.add_filter(r"\d+\.\d\ds\b", "[time]");
    settings.add_filter(
        r"host `[^`]*`, port \d+, user `[^`]*`",
        "host [host], port [port], user [user]",
    );
    settings.add_filter(r"\d{4}-\d\d-\d\dT[0-9:.]+Z", "[timestamp]");
    let _bound = settings.bind_to_scope();
    for (case, transcript, leaks) in transcripts {
        let name = case.file_name().expect("a name").to_string_lossy();
        insta::assert_snapshot!(name.to_string(), transcript);
        assert!(leaks.is_empty(), "{name} shows a row's value: {leaks:?}");
        let last = transcript.rsplit("$ hcw").next().unwrap_or_default();
        assert!(last.lines().count() <= SCREEN, "{name} is too long");
    }
}

/// What each case printed, in order; those that need a server are left out where there is none.
fn transcripts(cases: &[PathBuf]) -> Vec<(&Path, String, Vec<String>)> {
    let next = Mutex::new(cases.iter());
    let results = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let case = next.lock().expect("not poisoned").next();
                    let Some(case) = case else { break };
                    let Some(started) = Case::start(case) else {
                        continue;
                    };
                    let transcript = started.transcript();
                    let leaks = started.leaks(&transcript);
                    results
                        .lock()
                        .expect("not poisoned")
                        .push((case.as_path(), transcript, leaks));
                }
            });
        }
    });
    let mut results = results.into_inner().expect("not poisoned");
    results.sort();
    results
}
