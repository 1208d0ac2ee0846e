//! `retry`: the last call again, for what failed or was skipped in it.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;

use hcw_core::diagnostic::{Code, Diagnostic};
use hcw_core::settings::{Again, EarlierBatches};
use serde_json::{Map, Value as Json};

use crate::args::{Flags, Invocation, Verb, parse, words_of};
use crate::artifacts::run_results::{IS_HELD, RUN_RESULTS};
use crate::selection::artifact;
use crate::session::{Problems, Session, environment};

/// Verbs that can be done again.
const VERBS: [Verb; 9] = [
    Verb::Build,
    Verb::Run,
    Verb::Test,
    Verb::Seed,
    Verb::Snapshot,
    Verb::Compile,
    Verb::Clone,
    Verb::DocsGenerate,
    Verb::RunOperation,
];
/// Where things are is said anew.
const OF_THIS_CALL: [&str; 6] = [
    "log_path",
    "profiles_dir",
    "project_dir",
    "defer_state",
    "target_path",
    "warn_error",
];
/// Ends that are tried again.
const FAILED: [&str; 5] = [
    "error",
    "fail",
    "skipped",
    "runtime error",
    "partial success",
];

/// The call to make, from the results of the last one in `--state`, else in the target folder.
///
/// **Errors**: HCW0503 without results; HCW0112 for a verb that cannot be done again.
pub(super) fn invocation(session: &Session, flags: &Flags) -> Result<Invocation, Problems> {
    let folder = flags
        .text("state")
        .unwrap_or(&session.project_file.target_path);
    let path = session.project_dir.join(folder).join(RUN_RESULTS);
    let results = artifact(&path)
        .map_err(|error| vec![error])?
        .ok_or_else(|| {
            vec![
                Diagnostic::error(
                    Code::StateMissing,
                    format!("Could not find previous run in '{folder}' target directory"),
                )
                .help("`retry` does again what failed in an earlier run: run something first"),
            ]
        })?;
    let nothing = Map::new();
    let previous = results["args"].as_object().unwrap_or(&nothing);
    let which = previous
        .get("which")
        .and_then(Json::as_str)
        .unwrap_or_default();
    let verb = VERBS.into_iter().find(|verb| verb.which() == which);
    let Some(verb) = verb else {
        return Err(vec![Diagnostic::error(
            Code::Unsupported,
            format!("`retry` cannot do `{which}` again"),
        )]);
    };
    // what a run built and did not publish is not there
    let nothing_published = previous.get(IS_HELD) == Some(&Json::Bool(true));
    let failed = again(&results, |status| {
        nothing_published || FAILED.contains(&status) || (flags.warn_error && status == "warn")
    });
    let again: Vec<OsString> = words(verb, previous, flags)
        .into_iter()
        .map(OsString::from)
        .collect();
    let mut invocation = parse(again, &environment()).map_err(|error| {
        vec![
            Diagnostic::error(
                Code::Usage,
                format!("the earlier call cannot be made again: {error}"),
            )
            .help("its arguments are in run_results.json under `args`"),
        ]
    })?;
    invocation.flags.again = Again {
        started_at: results["metadata"]["invocation_started_at"]
            .as_str()
            .map(str::to_owned),
        batches: batches(&results),
    };
    invocation.flags.only = Some(failed);
    Ok(invocation)
}

/// The ids of what is done again, by how it ended; hooks of the project run anyway.
fn again(results: &Json, is_again: impl Fn(&str) -> bool) -> BTreeSet<String> {
    let entries = results["results"].as_array().into_iter().flatten();
    entries
        .filter(|result| is_again(result["status"].as_str().unwrap_or_default()))
        .filter_map(|result| result["unique_id"].as_str())
        .filter(|id| !id.starts_with("operation."))
        .map(str::to_owned)
        .collect()
}

/// Of microbatch models that were built in part: which batches were, and which failed.
fn batches(results: &Json) -> BTreeMap<String, EarlierBatches> {
    let entries = results["results"].as_array().into_iter().flatten();
    let periods = |listed: &Json| -> Vec<(String, String)> {
        let listed = listed.as_array().into_iter().flatten();
        listed
            .filter_map(|period| {
                let bound = |at: usize| period[at].as_str().map(str::to_owned);
                Some((bound(0)?, bound(1)?))
            })
            .collect()
    };
    entries
        .filter_map(|result| {
            let batches = EarlierBatches {
                successful: periods(&result["batch_results"]["successful"]),
                failed: periods(&result["batch_results"]["failed"]),
            };
            // without a batch that was built the whole model is built anew
            let in_part = !batches.successful.is_empty() && !batches.failed.is_empty();
            in_part.then(|| {
                (
                    result["unique_id"].as_str().unwrap_or_default().to_owned(),
                    batches,
                )
            })
        })
        .collect()
}

/// The words of the call: the earlier options, and those of this call where they tell where things are.
fn words(verb: Verb, previous: &Map<String, Json>, flags: &Flags) -> Vec<String> {
    let mut values = previous.clone();
    let is_kept = |name: &str| !OF_THIS_CALL.contains(&name) && name != "show" && name != IS_HELD;
    // what is told of every call, and was not asked
    let says_nothing = |name: &str, value: &Json| match (name, value) {
        ("warn_error_options" | "sqlparse", Json::Object(parts)) => parts
            .values()
            .all(|part| part.is_null() || part.as_array().is_some_and(Vec::is_empty)),
        _ => false,
    };
    values.retain(|name, value| is_kept(name) && !says_nothing(name, value));
    for name in OF_THIS_CALL {
        if let Some(value) = flags.values.get(name) {
            values.insert(name.to_owned(), value.clone());
        }
    }
    if flags
        .vars
        .as_deref()
        .is_some_and(|vars| !vars.trim().is_empty())
    {
        values.insert("vars".to_owned(), Json::from(flags.vars.clone()));
    }
    if let Some(threads) = flags.threads {
        values.insert("threads".to_owned(), Json::from(threads));
    }
    words_of(verb, &values)
}
