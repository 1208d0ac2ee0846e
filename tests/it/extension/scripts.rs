//! The scripts of the extension: what they name, where updates lead, what they leave alone.

#[path = "../../../pg_extension/validators/examples/extension_sql.rs"]
mod extension_sql;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use super::server::{Server, library};
use crate::example::repository;

/// The files that an installation copies, by name.
fn sql_files() -> BTreeMap<String, String> {
    let folder = repository().join("pg_extension");
    let files = extension_sql::files(&folder).expect("the scripts");
    files.into_iter().collect()
}

/// The version that the control file names.
fn version() -> String {
    let control = &sql_files()["hcw_pg.control"];
    let named = control.split("default_version = '").nth(1);
    let version = named.and_then(|rest| rest.split('\'').next());
    version.expect("a version").to_owned()
}

#[test]
fn the_scripts_lead_to_one_version() {
    let files = sql_files();
    let version = version();
    let package = fs::read_to_string(repository().join("pg_extension/Cargo.toml"));
    let package = package.expect("a manifest");
    assert!(package.contains(&format!("version = \"{version}\"")));
    assert!(files.contains_key(&format!("hcw_pg--{version}.sql")));
    for (name, text) in &files {
        assert!(
            text.is_ascii(),
            "{name}: other encodings than UTF-8 must read it"
        );
    }
    let upgrades = files.keys().filter(|name| name.matches("--").count() == 2);
    assert!(upgrades.count() >= 2);
}

#[test]
fn the_sql_names_every_symbol_of_the_library() {
    let Some(library) = library() else { return };
    let bytes = fs::read(library).expect("a library");
    let exported: BTreeSet<&str> = bytes
        .split(|byte| *byte == 0)
        .filter_map(|name| std::str::from_utf8(name).ok())
        .filter_map(|name| name.strip_prefix("pg_finfo_"))
        .filter(|name| name.starts_with("hcw_"))
        .collect();
    let newest = format!("hcw_pg--{}.sql", version());
    for (file, sql) in sql_files() {
        let declared: BTreeSet<&str> = sql
            .split("'MODULE_PATHNAME', '")
            .skip(1)
            .filter_map(|rest| rest.split('\'').next())
            .collect();
        assert!(declared.is_subset(&exported), "{file}");
        if file == newest {
            assert_eq!(declared, exported);
        }
    }
}

/// All that the extension owns, in words.
const MEMBERS: &str = "select pg_describe_object(classid, objid, objsubid) || ' ' || coalesce(
        case classid
            when 'pg_proc'::regclass then pg_get_functiondef(objid) || coalesce(obj_description(objid, 'pg_proc'), '')
            when 'pg_class'::regclass then pg_get_viewdef(objid) || (select relacl::text from pg_class where oid = objid)
            when 'pg_type'::regclass then
                (select string_agg(conname || pg_get_constraintdef(oid), ' ') from pg_constraint where contypid = objid)
        end, '')
    from pg_depend
    where refclassid = 'pg_extension'::regclass and deptype = 'e'
      and refobjid = (select oid from pg_extension where extname = 'hcw_pg')
    order by 1";

#[test]
fn an_update_leads_where_a_new_installation_does() {
    let Some(server) = Server::start() else {
        return;
    };
    server.database("fresh", "UTF8");
    server.sql("fresh", "create extension hcw_pg");
    let fresh = server.sql("fresh", MEMBERS);
    for older in ["0.1.0", "0.2.0"] {
        let old = format!("old_{}", older.replace('.', "_"));
        server.database(&old, "UTF8");
        server.sql(
            &old,
            &format!(
                "create extension hcw_pg version '{older}';
                 create table providers (npi text check (hcw.npi_is_valid(npi)));
                 insert into providers values ('1234567893');"
            ),
        );
        if older == "0.1.0" {
            let missing = "select to_regproc('hcw.validate') is null and to_regclass('hcw.validators') is null";
            assert_eq!(server.sql(&old, missing), "t");
        } else {
            server.sql(
                &old,
                "create table clinics (npi hcw.npi); create view codes as select code from hcw.validators",
            );
        }
        server.sql(&old, "alter extension hcw_pg update");
        let installed = "select extversion from pg_extension where extname = 'hcw_pg'";
        assert_eq!(server.sql(&old, installed), version());
        let members = server.sql(&old, MEMBERS);
        assert!(members.lines().count() > 250);
        assert_eq!(members, fresh, "{older}");
        let error = server.error(&old, "insert into providers values ('1234567891')");
        assert!(error.contains("23514"), "{error}");
    }
}

#[test]
fn the_schema_and_its_other_tables_stay() {
    let Some(server) = Server::start() else {
        return;
    };
    server.sql(
        "postgres",
        "create role owner_of_it login; create role guest login",
    );
    for database in ["missing", "existing"] {
        server.database(database, "UTF8");
        server.sql(
            "postgres",
            &format!("alter database {database} owner to owner_of_it"),
        );
    }
    server.sql_as(
        "owner_of_it",
        "existing",
        "create schema hcw; create table hcw.migration_history (version int)",
    );
    for database in ["missing", "existing"] {
        // Trusted: whoever may create in the database may install it.
        server.sql_as(
            "owner_of_it",
            database,
            "create extension hcw_pg; create table hcw.kept (npi hcw.npi)",
        );
        server.sql_as(
            "owner_of_it",
            database,
            "grant usage on schema hcw to guest",
        );
        let answer = server.sql_as(
            "guest",
            database,
            "select hcw.npi_reason('1'), count(*) > 60 from hcw.validators",
        );
        assert_eq!(answer, "length|t");
        server.sql_as("owner_of_it", database, "drop extension hcw_pg cascade");
        let left = "select string_agg(relname, ' ' order by relname) from pg_class where relnamespace = 'hcw'::regnamespace";
        let expected = if database == "missing" {
            "kept"
        } else {
            "kept migration_history"
        };
        assert_eq!(server.sql(database, left), expected);
        server.sql_as("owner_of_it", database, "create extension hcw_pg");
    }
}
