//! The crate's answers beside those of the functions, in a database.

use hcw_validators::{Entry, registry};

use super::database::Database;
use crate::judged;
use crate::rows::Rows;
use crate::support::inputs::Material;
use crate::support::vectors::vectors;

/// The texts that a validator is compared on.
pub(super) fn texts(entry: &Entry, count: usize) -> Vec<String> {
    Material::of(entry, &vectors()).texts(count)
}

/// Puts the inputs with the crate's answers beside the functions' answers, in the database; returns
/// the differences. `bytes_of` is the text in the encoding of the server.
pub(super) fn differences(
    database: &mut Database,
    entry: &Entry,
    texts: &[String],
    bytes_of: impl Fn(&str) -> Vec<u8>,
) -> Vec<String> {
    let mut rows = Rows::default();
    for text in texts {
        judged::push(&mut rows, entry, text.as_bytes(), &bytes_of(text));
    }
    let table = "pg_temp.answers";
    database.run(&format!(
        "create temporary table answers ({})",
        judged::COLUMNS
    ));
    database.copy(table, rows);
    let found = database.lines(&judged::differences(entry, table));
    database.run("drop table pg_temp.answers");
    found
}

/// Runs `work` on every validator, on two connections to one database.
pub(super) fn on_all_validators(
    database: &Database,
    settings: &str,
    work: impl Fn(&mut Database, &'static Entry) -> Vec<String> + Sync,
) {
    let entries: Vec<&'static Entry> = registry().collect();
    let next = std::sync::atomic::AtomicUsize::new(0);
    let found: Vec<String> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    let mut database = database.connect_again();
                    database.run(settings);
                    let mut found = Vec::new();
                    let turn = || next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    while let Some(entry) = entries.get(turn()) {
                        found.extend(work(&mut database, entry));
                    }
                    found
                })
            })
            .collect();
        workers
            .into_iter()
            .flat_map(|worker| worker.join().expect("a worker ends"))
            .collect()
    });
    assert!(
        found.is_empty(),
        "{} differences:\n{}",
        found.len(),
        found.join("\n")
    );
}
