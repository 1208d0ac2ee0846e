//! Lists the SQL files of the code tables, so that a file added to a folder is in the binary.
#![allow(clippy::print_stdout, reason = "how a build script speaks to cargo")]

use std::error::Error;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("..");
    let mut code = String::new();
    let folder = "pg_extension/codes";
    let entries: String = sql_files(&root.join(folder))?
        .iter()
        .map(|(file, path)| format!("({file:?}, include_str!({path:?})), "))
        .collect();
    writeln!(code, "/// The files of `{folder}`, in name order.")?;
    writeln!(code, "const CODES: &[(&str, &str)] = &[{entries}];")?;
    let out = PathBuf::from(env::var("OUT_DIR")?).join("validator_scripts.rs");
    fs::write(out, code)?;
    Ok(())
}

/// Name and absolute path of each file.
fn sql_files(folder: &Path) -> Result<Vec<(String, PathBuf)>, Box<dyn Error>> {
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.ends_with(".sql") {
            files.push((name.into_owned(), fs::canonicalize(&path)?));
        }
    }
    files.sort();
    Ok(files)
}
