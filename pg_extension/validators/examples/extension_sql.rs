//! Writes the SQL of the extension from the registry:
//! `cargo run -p hcw-validators --example extension_sql FOLDER`.
//!
//! FOLDER gets the control file, the scripts of older versions as they lie in `sql/`, the whole
//! script of the version that the control file names, and the upgrade to it from the newest older
//! one. `install.sh` runs this whenever it builds.
#![allow(dead_code, reason = "tests take files() alone")]

use std::error::Error;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use hcw_validators::sql::extension;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args_os()
        .nth(1)
        .ok_or("usage: extension_sql FOLDER")?;
    let folder = PathBuf::from(folder);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    write(&folder, files(&root)?)
}

/// Brings a folder to these files; whoever reads it meanwhile finds each file whole.
fn write(folder: &Path, files: Vec<(String, String)>) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(folder)?;
    let beside = folder.with_extension(std::process::id().to_string());
    for (name, text) in &files {
        let path = folder.join(name);
        if fs::read_to_string(&path).ok().as_ref() != Some(text) {
            fs::write(&beside, text)?;
            fs::rename(&beside, path)?;
        }
    }
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let is_one = |(name, _): &(String, String)| entry.file_name() == **name;
        if !files.iter().any(is_one)
            && let Err(error) = fs::remove_file(entry.path())
            && error.kind() != ErrorKind::NotFound
        {
            return Err(error.into());
        }
    }
    Ok(())
}

/// Name and text of every file that the server reads; `root` is the folder `pg_extension`.
pub(crate) fn files(root: &Path) -> Result<Vec<(String, String)>, Box<dyn Error>> {
    let control = fs::read_to_string(root.join("hcw_pg.control"))?;
    let version = control
        .split_once("default_version = '")
        .and_then(|(_, rest)| rest.split_once('\''))
        .map(|(version, _)| version)
        .ok_or("hcw_pg.control names no default_version")?;
    let mut files = vec![(format!("hcw_pg--{version}.sql"), extension::install())];
    // Released scripts: `hcw_pg--1.2.3.sql`, and upgrades with two versions.
    let mut newest: Option<([u32; 3], String, String)> = None;
    for entry in fs::read_dir(root.join("sql"))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let text = fs::read_to_string(entry.path())?;
        let released = name
            .strip_prefix("hcw_pg--")
            .and_then(|rest| rest.strip_suffix(".sql"))
            .unwrap_or_default();
        if released == version {
            return Err(
                format!("{name} is released: the control file needs a newer version").into(),
            );
        }
        if let Some(numbers) = numbers(released)
            && newest.as_ref().is_none_or(|(newest, ..)| numbers > *newest)
        {
            newest = Some((numbers, released.to_owned(), text.clone()));
        }
        files.push((name, text));
    }
    if let Some((_, older, text)) = newest {
        let name = format!("hcw_pg--{older}--{version}.sql");
        files.push((name, extension::upgrade(&text)));
    }
    files.push(("hcw_pg.control".to_owned(), control));
    files.sort();
    Ok(files)
}

/// A version's numbers; none where the text is no single version.
fn numbers(version: &str) -> Option<[u32; 3]> {
    let numbers: Vec<u32> = version
        .split('.')
        .map(str::parse)
        .collect::<Result<_, _>>()
        .ok()?;
    numbers.try_into().ok()
}
