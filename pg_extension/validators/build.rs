//! Finds the rules: every `impl Validator for` in a file below the folder of a family becomes a
//! module, a re-export, an entry of the registry and a line of `for_each_rule!`, so that a rule is
//! one file and nothing beside it. Text alone is read; `src/registry.rs` takes what is written here.
#![allow(clippy::print_stdout, reason = "how a build script speaks to cargo")]

use std::error::Error;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// The folders of rules, in the order of the registry.
const FAMILIES: [&str; 6] = [
    "us",
    "international",
    "clinical",
    "billing",
    "dates",
    "safe_harbor",
];

/// A rule as its file declares it.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Rule {
    code: String,
    type_name: String,
    module: String,
}

fn main() -> Result<(), Box<dyn Error>> {
    let source = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("src");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let mut lines = String::new();
    for family in FAMILIES {
        let folder = source.join(family);
        println!("cargo::rerun-if-changed={}", folder.display());
        let mut rules = Vec::new();
        let mut modules = String::new();
        for file in rust_files(&folder)? {
            println!("cargo::rerun-if-changed={}", file.display());
            let found = rules_of(&file)?;
            if let Some(rule) = found.first() {
                writeln!(modules, "#[path = {file:?}]\npub mod {};", rule.module)?;
                rules.extend(found);
            }
        }
        rules.sort();
        let mut entries = String::new();
        for Rule {
            code,
            type_name,
            module,
        } in &rules
        {
            writeln!(modules, "pub use {module}::{type_name};")?;
            writeln!(entries, "    crate::Entry::of::<{type_name}>(),")?;
            write!(lines, "{code}: $crate::{family}::{module}::{type_name}, ")?;
        }
        let text = format!(
            "{modules}\n/// The rules of this folder, by their codes.\n\
             pub(crate) static ENTRIES: &[crate::Entry] = &[\n{entries}];\n"
        );
        fs::write(out.join(format!("{family}.rs")), text)?;
    }
    let text = format!(
        "/// Calls a macro with `code: Type,` of every rule of the registry.\n#[macro_export]\n\
         macro_rules! for_each_rule {{\n    ($callback:ident) => {{ $callback! {{ {lines}}} }};\n}}\n"
    );
    fs::write(out.join("for_each_rule.rs"), text)?;
    Ok(())
}

/// The files of a family that may hold rules, in name order.
fn rust_files(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let is_module = path.file_name().is_some_and(|name| name == "mod.rs");
        if path.extension().is_some_and(|extension| extension == "rs") && !is_module {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// The rules that a file declares.
fn rules_of(file: &Path) -> Result<Vec<Rule>, Box<dyn Error>> {
    let text = fs::read_to_string(file)?;
    let module = file.file_stem().unwrap_or_default().to_string_lossy();
    let mut rules = Vec::new();
    for part in text.split("\nimpl Validator for ").skip(1) {
        let type_name = part.split(' ').next().unwrap_or_default();
        let code = part
            .split_once("code: \"")
            .and_then(|(_, rest)| rest.split_once('"'))
            .map(|(code, _)| code)
            .filter(|code| code.bytes().all(is_of_a_name) && !code.is_empty())
            .ok_or_else(|| {
                format!(
                    "{}: `{type_name}` needs `code: \"…\"` of small letters, digits and _",
                    file.display()
                )
            })?;
        rules.push(Rule {
            code: code.to_owned(),
            type_name: type_name.to_owned(),
            module: module.clone().into_owned(),
        });
    }
    Ok(rules)
}

fn is_of_a_name(byte: u8) -> bool {
    matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_')
}
