//! Puts a twin and the code tables into a database, in one transaction under one lock.

use hcw_core::diagnostic::{Code, Diagnostic};
use hcw_validators::sql::catalogue::domains;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, GenericClient, Transaction};

use super::choice::{Choice, choose, is_current, is_outdated};
use super::objects::{self, drop_obsolete, drop_unused, drops};
use super::record::{self, Found, Part};
use super::upgrade;
use super::{CODES, EXTENSION, PORTABLE, Twin, Wanted, checksum};
use crate::db::redact;

/// Key of the advisory lock under which validators are installed: "hcw vali" in ASCII.
const LOCK_KEY: i64 = 0x6863_7720_7661_6c69;

/// The version that is recorded for what this binary holds.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What [`ensure`] found or did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// The twin that the database has now.
    pub(crate) twin: Twin,
    /// Why it is this one.
    pub(crate) why: String,
    /// Whether anything was installed, updated or replaced.
    pub(crate) is_changed: bool,
    /// What the update left behind, because it is used.
    pub(crate) warnings: Vec<Diagnostic>,
}

/// Sees to it that the database has the wanted twin, in this binary's or server's version, and the
/// code tables.
///
/// **Errors**: HCW1102 when the wanted twin cannot be had; HCW1103 when the other twin would have to
/// go but objects use it; HCW1104 when the server refuses. Nothing has changed then.
pub(crate) async fn ensure(client: &mut Client, wanted: Wanted) -> Result<Outcome, Diagnostic> {
    let scripts = checksum(&PORTABLE);
    let found = record::read_if_any(&*client)
        .await
        .map_err(|error| refused("they cannot be looked up", &error))?;
    let choice = choose(wanted, &found)?;
    if is_current(choice.twin, &found, &scripts) && has_code_tables(&found) {
        return Ok(Outcome {
            twin: choice.twin,
            why: choice.why,
            is_changed: false,
            warnings: Vec::new(),
        });
    }
    let mut transaction = client
        .transaction()
        .await
        .map_err(|error| refused("no transaction", &error))?;
    let found = begin(&transaction).await?;
    let mut choice = choose(wanted, &found)?;
    let mut warnings = Vec::new();
    if !is_current(choice.twin, &found, &scripts) {
        let put = put(&mut transaction, wanted, choice, &found).await?;
        (choice, warnings) = put;
    }
    put_code_tables(&transaction, &found).await?;
    transaction
        .commit()
        .await
        .map_err(|error| refused("they cannot be committed", &error))?;
    Ok(Outcome {
        twin: choice.twin,
        why: choice.why,
        is_changed: true,
        warnings,
    })
}

/// Sees to it that the database has this binary's code tables and on-date functions.
///
/// **Errors**: HCW1104.
pub(crate) async fn ensure_code_tables(client: &mut Client) -> Result<(), Diagnostic> {
    let found = record::read_if_any(&*client)
        .await
        .map_err(|error| refused("they cannot be looked up", &error))?;
    if has_code_tables(&found) {
        return Ok(());
    }
    let transaction = client
        .transaction()
        .await
        .map_err(|error| refused("no transaction", &error))?;
    let found = begin(&transaction).await?;
    put_code_tables(&transaction, &found).await?;
    transaction
        .commit()
        .await
        .map_err(|error| refused("they cannot be committed", &error))
}

/// Takes the lock, makes the record's table, and reads what there is.
async fn begin(transaction: &Transaction<'_>) -> Result<Found, Diagnostic> {
    let prepare = async {
        transaction
            .execute("select pg_advisory_xact_lock($1)", &[&LOCK_KEY])
            .await?;
        // a role without CREATE on the database can use a schema that was made for it
        let exists = transaction
            .query_one("select to_regnamespace('hcw') is not null", &[])
            .await?;
        if !exists.try_get::<_, bool>(0)? {
            transaction.batch_execute("create schema hcw").await?;
        }
        transaction.batch_execute(record::TABLE).await?;
        record::read(transaction).await
    };
    prepare
        .await
        .map_err(|error| refused("the schema `hcw` cannot be prepared", &error))
}

fn has_code_tables(found: &Found) -> bool {
    found
        .part("codes")
        .is_some_and(|part| part.checksum == checksum(CODES))
}

async fn put_code_tables(transaction: &Transaction<'_>, found: &Found) -> Result<(), Diagnostic> {
    if has_code_tables(found) {
        return Ok(());
    }
    run_scripts(transaction, CODES).await?;
    let part = Part {
        name: "codes".to_owned(),
        checksum: checksum(CODES),
        objects: Vec::new(),
    };
    record::write(transaction, &part, VERSION)
        .await
        .map_err(|error| refused("they cannot be recorded", &error))
}

/// Installs the chosen twin. Where the choice was hcw's, portable stands in for a native one that the
/// server refuses, or that cannot take the place of what is in use.
async fn put(
    transaction: &mut Transaction<'_>,
    wanted: Wanted,
    choice: Choice,
    found: &Found,
) -> Result<(Choice, Vec<Diagnostic>), Diagnostic> {
    if choice.twin == Twin::Portable {
        let warnings = put_portable(transaction, found).await?;
        return Ok((choice, warnings));
    }
    let attempt = transaction
        .savepoint("hcw_native")
        .await
        .map_err(|error| refused("no savepoint", &error))?;
    let refusal = match put_native(&attempt, found).await {
        Ok(()) => {
            attempt
                .commit()
                .await
                .map_err(|error| refused("no savepoint", &error))?;
            return Ok((choice, Vec::new()));
        }
        Err(refusal) if wanted == Wanted::Auto => refusal,
        Err(refusal) => return Err(refusal),
    };
    attempt
        .rollback()
        .await
        .map_err(|error| refused("no savepoint", &error))?;
    if found.extension.is_some() {
        // an older version of the extension serves as well
        let choice = Choice {
            twin: Twin::Native,
            why: format!("not updated: {}", refusal.message),
        };
        return Ok((choice, Vec::new()));
    }
    let is_portable_current = found
        .part("portable")
        .is_some_and(|part| part.checksum == checksum(&PORTABLE));
    let warnings = if is_portable_current {
        Vec::new()
    } else {
        put_portable(transaction, found).await?
    };
    let choice = Choice {
        twin: Twin::Portable,
        why: refusal.message,
    };
    Ok((choice, warnings))
}

async fn put_native(transaction: &Transaction<'_>, found: &Found) -> Result<(), Diagnostic> {
    if let Some(part) = found.part("portable") {
        for statement in drops(&part.objects) {
            drop_unused(transaction, &statement).await?;
        }
        record::remove(transaction, "portable")
            .await
            .map_err(|error| refused("the record cannot be changed", &error))?;
    }
    if found.extension.is_none() {
        let statement = format!("create extension {EXTENSION}");
        transaction
            .batch_execute(&statement)
            .await
            .map_err(|error| refused(&format!("`{statement}` is refused"), &error))?;
    } else if is_outdated(found) {
        let statement = format!("alter extension {EXTENSION} update");
        transaction
            .batch_execute(&statement)
            .await
            .map_err(|error| refused(&format!("`{statement}` is refused"), &error))?;
    }
    if found.extension.is_some() && found.part("native").is_none() {
        // someone else's: used, not owned
        return Ok(());
    }
    let version = found.offered.clone().unwrap_or_default();
    let part = Part {
        name: "native".to_owned(),
        checksum: version.clone(),
        objects: Vec::new(),
    };
    record::write(transaction, &part, &version)
        .await
        .map_err(|error| refused("they cannot be recorded", &error))
}

/// Puts the portable twin in the place of what there is; returns what is left behind.
async fn put_portable(
    transaction: &mut Transaction<'_>,
    found: &Found,
) -> Result<Vec<Diagnostic>, Diagnostic> {
    if found.extension.is_some() {
        drop_unused(transaction, &format!("drop extension {EXTENSION}")).await?;
        record::remove(transaction, "native")
            .await
            .map_err(|error| refused("the record cannot be changed", &error))?;
    }
    let grants = upgrade::clear_the_way(transaction).await?;
    run_scripts(transaction, &PORTABLE).await?;
    transaction
        .batch_execute(&grants)
        .await
        .map_err(|error| refused("grants cannot be given again", &error))?;
    let mut objects = objects::written(transaction).await?;
    let earlier = found.part("portable").map_or(&[][..], |part| &part.objects);
    let (gone, kept): (Vec<String>, Vec<String>) = earlier
        .iter()
        .filter(|object| !objects.contains(object))
        .cloned()
        // scripts replace every function, but leave a domain of theirs that exists alone
        .partition(|object| object.starts_with("function ") || is_former_domain(object));
    objects.extend(kept);
    let left = drop_obsolete(transaction, gone).await?;
    let warnings = upgrade::left_behind(transaction, &left).await?;
    objects.extend(left);
    let part = Part {
        name: "portable".to_owned(),
        checksum: checksum(&PORTABLE),
        objects,
    };
    record::write(transaction, &part, VERSION)
        .await
        .map_err(|error| refused("they cannot be recorded", &error))?;
    Ok(warnings)
}

/// Whether a recorded object is a domain that the script no longer has.
fn is_former_domain(object: &str) -> bool {
    object
        .strip_prefix("domain hcw.")
        .is_some_and(|name| !domains().any(|domain| domain == name))
}

/// Whether the functions are there without hcw having installed them: somebody ran the script or
/// made the extension, and keeps them.
///
/// **Errors**: HCW1104.
pub(crate) async fn is_kept_by_others(client: &Client) -> Result<bool, Diagnostic> {
    let unknown = |error| refused("they cannot be looked up", &error);
    let found = record::read_if_any(client).await.map_err(unknown)?;
    if found.part("native").is_some() || found.part("portable").is_some() {
        return Ok(false);
    }
    let row = client
        .query_one(
            "select to_regprocedure('hcw.validate(text,text)') is not null",
            &[],
        )
        .await
        .map_err(unknown)?;
    row.try_get(0).map_err(unknown)
}

async fn run_scripts<Text: AsRef<str>>(
    client: &impl GenericClient,
    scripts: &[(&str, Text)],
) -> Result<(), Diagnostic> {
    for (name, text) in scripts {
        client
            .batch_execute(text.as_ref())
            .await
            .map_err(|error| refused(&format!("`{name}` is refused"), &error))?;
    }
    Ok(())
}

/// An error of the server while validators are installed.
pub(super) fn refused(what: &str, error: &tokio_postgres::Error) -> Diagnostic {
    let diagnostic = Diagnostic::error(
        Code::ValidatorsFailed,
        format!(
            "the validators cannot be installed: {what}: {}",
            redact::describe(error)
        ),
    );
    if error.code() == Some(&SqlState::INSUFFICIENT_PRIVILEGE) {
        return diagnostic.help(
            "the role needs CREATE on the database, or on schemas `hcw` and `hcw_codes` made for it",
        );
    }
    diagnostic
}
