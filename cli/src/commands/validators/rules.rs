//! `hcw validators list` and `check`: the registry of rules, in this process.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use hcw_core::diagnostic::{Code, Diagnostic};
use hcw_validators::{NoTables, find, registry};
use serde_json::json;

use crate::exit_code;
use crate::report::Reporter;
use crate::session::Problems;

/// Prints one line a validator.
pub(super) fn list(reporter: &Reporter) {
    let mut text = String::new();
    let width = registry()
        .map(|entry| entry.about.code.len())
        .max()
        .unwrap_or_default();
    let mut family = None;
    for entry in registry() {
        let about = entry.about;
        let table = about.system.map(|system| system.as_str());
        if reporter.is_json() {
            let line = json!({
                "code": about.code,
                "title": about.title,
                "family": about.family.as_str(),
                "layer": about.layer.as_str(),
                "code_table": table,
                "source": {
                    "standard": about.source.standard,
                    "section": about.source.section,
                    "edition": about.source.edition,
                },
                "example": about.example,
                "counterexample": about.counterexample,
            });
            text.push_str(&format!("{line}\n"));
            continue;
        }
        if family != Some(about.family) {
            let gap = if family.is_some() { "\n" } else { "" };
            text.push_str(&format!("{gap}{}\n", about.family.as_str()));
            family = Some(about.family);
        }
        let listed = if table.is_some() {
            ", by its code table where one is loaded"
        } else {
            ""
        };
        text.push_str(&format!(
            "  {:width$}  {}{listed}\n",
            about.code, about.title
        ));
    }
    reporter.data(&text);
}

/// Prints what a validator says of a value.
///
/// **Errors**: HCW1101.
pub(super) fn check(kind: &str, value: &OsStr, reporter: &Reporter) -> Result<u8, Problems> {
    let Some(entry) = find(kind) else {
        let unknown = Diagnostic::error(
            Code::ValidatorUnknown,
            format!("there is no validator `{kind}`"),
        )
        .help("`hcw validators list` shows them all")
        .did_you_mean(kind, registry().map(|entry| entry.about.code));
        return Err(vec![unknown]);
    };
    let answer = entry.answer(value.as_bytes(), &NoTables, None);
    let canonical = answer
        .canonical()
        .map(|text| String::from_utf8_lossy(&text).into_owned());
    let reason = answer.reason().map(|reason| reason.as_str());
    if reporter.is_json() {
        let result = json!({
            "kind": kind,
            "valid": answer.is_valid(),
            "canonical": canonical,
            "reason": reason,
            "layer": answer.layer().as_str(),
        });
        reporter.data(&format!("{result}\n"));
    } else {
        reporter.data(&format!(
            "valid      {}\ncanonical  {}\nreason     {}\nlayer      {}\n",
            answer.is_valid(),
            canonical.as_deref().unwrap_or("-"),
            reason.unwrap_or("-"),
            answer.layer().as_str(),
        ));
    }
    Ok(if answer.is_valid() {
        exit_code::SUCCESS
    } else {
        exit_code::FAILURE
    })
}
