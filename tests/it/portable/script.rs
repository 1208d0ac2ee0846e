//! The script itself.

use std::path::PathBuf;

use super::database::{Database, SCRIPT};

#[test]
fn the_extension_is_not_overwritten() {
    let mut database = Database::start("UTF8");
    // As if it were installed: the row that says so.
    database.run(
        "reset role; begin; insert into pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion) \
         select 99999, 'hcw_pg', 10, 'pg_catalog'::regnamespace, false, '1'",
    );
    assert_eq!(database.error(&SCRIPT), "55000");
    database.run("rollback");
}

#[test]
fn the_script_has_every_file() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../pg_extension/portable");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).expect("is read") {
        let path = entry.expect("is read").path();
        let text = std::fs::read_to_string(&path).expect("is read");
        assert!(SCRIPT.contains(&text), "{}", path.display());
        count += 1;
    }
    assert!(count >= 5, "{count}");
}
