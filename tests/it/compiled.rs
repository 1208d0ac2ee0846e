//! The compiled SQL of every model of the repository, as snapshots: what a change does to it is read in review.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use crate::example::{link_into, repository};
use crate::warehouse::text_of;

#[test]
fn every_model_compiles_to_its_snapshot() {
    let folder = tempfile::tempdir().expect("a folder");
    link_into(folder.path());
    let output = Command::new(env!("CARGO_BIN_EXE_hcw"))
        .arg("compile")
        .current_dir(folder.path())
        .env("HOME", folder.path())
        .env_remove("DATABASE_URL")
        .output()
        .expect("runs");
    assert!(output.status.success(), "{}", text_of(&output));
    let mut names = BTreeSet::new();
    for entry in walkdir::WalkDir::new(folder.path().join("target/compiled/hospital/models"))
        .sort_by_file_name()
    {
        let entry = entry.expect("is read");
        let path = entry.path();
        // generic tests stand in a folder that is named as their sidecar
        if !entry.file_type().is_file() || path.to_string_lossy().contains(".yml/") {
            continue;
        }
        let name = path
            .file_stem()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        let sql = fs::read_to_string(path).expect("is read");
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(repository().join("tests/snapshots/compiled"));
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!(name.as_str(), sql));
        names.insert(format!("{name}.snap"));
    }
    assert!(names.len() > 30, "{} models", names.len());
    let kept: BTreeSet<String> = fs::read_dir(repository().join("tests/snapshots/compiled"))
        .expect("snapshots")
        .map(|entry| {
            entry
                .expect("is read")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .filter(|name| name.ends_with(".snap"))
        .collect();
    assert_eq!(
        kept, names,
        "a snapshot without a model, or a model without"
    );
}
