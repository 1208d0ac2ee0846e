//! `hcw load`: what lands, what is kept as a reject, what is loaded again.

use std::process::Stdio;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::warehouse::{Warehouse, text_of};

/// Declares the table raw.t with a location and further settings (`"mode":"replace"`).
fn declare(warehouse: &Warehouse, location: &str, settings: &str, columns: &[&str]) {
    let columns: Vec<String> = columns
        .iter()
        .map(|name| format!("{{\"name\": {name:?}}}"))
        .collect();
    let comma = if settings.is_empty() { "" } else { ", " };
    let text = format!(
        "{{\"version\": 2, \"sources\": [{{\"name\": \"src\", \"schema\": \"raw\", \"tables\": [\n\
         {{\"name\": \"t\", \"columns\": [{}], \"meta\": {{\"hcw\": {{\"location\": {location:?}{comma}{settings}}}}}}}\n\
         ]}}]}}\n",
        columns.join(", ")
    );
    warehouse.write("models/sources.yml", text);
}

/// Rows (without hcw's own columns but `_row`) and rejects of raw.t, as text.
fn content(warehouse: &Warehouse) -> String {
    let rows = warehouse.lines(
        "select (to_jsonb(t) - '{_file,_loaded_at,_sha256}'::text[])::text from raw.t order by _row",
    );
    let rejects = warehouse.lines(
        "select format('row %s line %s %s %s bytes %s', _row, _line, reason, raw_bytes, \
         left(encode(raw_line, 'escape'), 60)) from hcw.load_rejects order by _row",
    );
    format!("{rows}\n-- rejects\n{rejects}")
}

fn accounted(warehouse: &Warehouse) {
    let numbers = warehouse
        .lines("select _row from raw.t union all select _row from hcw.load_rejects order by 1");
    let count = numbers.lines().count();
    let expected: Vec<String> = (1..=count).map(|row| row.to_string()).collect();
    assert_eq!(numbers, expected.join("\n"), "every record once");
    let booked = warehouse.value("select coalesce(sum(rows + rejects), 0) from hcw.landed_files");
    assert_eq!(booked, count.to_string());
}

#[test]
fn fixtures_land_as_expected() {
    insta::glob!("../fixtures/landing", "*.*", |path| {
        let name = path.file_name().expect("a name").to_string_lossy();
        if name.starts_with('.') {
            return;
        }
        let Some(warehouse) = Warehouse::start() else {
            return;
        };
        warehouse.copy(path, &format!("raw/{name}"));
        let settings = if name.starts_with("bars") {
            "\"delimiter\": \"|\""
        } else {
            ""
        };
        declare(&warehouse, "raw/*", settings, &[]);
        let output = warehouse.run("load");
        let has_rejects = warehouse.value("select count(*) from hcw.load_rejects") != "0";
        assert_eq!(output.contains("HCW0804"), has_rejects, "{output}");
        if has_rejects {
            let line = warehouse.value("select _line from hcw.load_rejects order by _row limit 1");
            assert!(output.contains(&format!("raw/{name}:{line}")), "{output}");
        }
        accounted(&warehouse);
        insta::assert_snapshot!(content(&warehouse));
        let before = content(&warehouse);
        warehouse.run("load");
        assert_eq!(before, content(&warehouse), "nothing is loaded twice");
    });
}

#[test]
fn files_that_cannot_be_read_are_errors() {
    insta::glob!("../fixtures/landing", "errors/*.*", |path| {
        let Some(warehouse) = Warehouse::start() else {
            return;
        };
        let name = path.file_name().expect("a name").to_string_lossy();
        warehouse.copy(path, &format!("raw/{name}"));
        declare(&warehouse, "raw/*", "", &[]);
        let output = warehouse.fail("load");
        assert!(output.contains("HCW0802"), "{output}");
        assert!(output.contains(&format!("raw/{name}")), "{output}");
        let left = "select count(*) from hcw.landed_files";
        assert_eq!(warehouse.value(left), "0");
        let table = "select to_regclass('raw.t') is null or not exists (select from pg_class \
                     where relname = 't' and relpages > 0)";
        assert_eq!(warehouse.value(table), "t");
    });
}

#[test]
fn own_columns_say_where_a_row_is_from() {
    let Some(warehouse) = Warehouse::start() else {
        return;
    };
    warehouse.write("raw/a.csv", "a\n1\n");
    declare(&warehouse, "raw/{a,b}.csv", "", &["a", "_file"]);
    warehouse.run("load");
    assert_eq!(
        warehouse.value("select format('%s %s %s', _file, _row, _sha256) from raw.t"),
        format!(
            "raw/a.csv 1 {}",
            warehouse.value("select encode(sha256(convert_to(E'a\\n1\\n', 'UTF8')), 'hex')")
        )
    );
    assert_eq!(
        warehouse.value("select now() - _loaded_at < interval '5 minutes' from raw.t"),
        "t"
    );
    let types = "select string_agg(format('%s %s', attname, atttypid::regtype), ', ' order by attnum) \
                 from pg_attribute where attrelid = 'raw.t'::regclass and attnum > 0";
    assert_eq!(
        warehouse.value(types),
        "a text, _file text, _row bigint, _loaded_at timestamp with time zone, _sha256 text"
    );
}

#[test]
fn a_table_made_by_hand_is_filled_alike() {
    let Some(warehouse) = Warehouse::start() else {
        return;
    };
    warehouse.query(
        "create schema raw; create table raw.t \
         (_file text, _row bigint, _loaded_at timestamptz, _sha256 text, a text check (a <> 'no'))",
    );
    warehouse.write("raw/a\t\\b.csv", "a\n1\nno\n");
    declare(&warehouse, "raw/*.csv", "", &[]);
    warehouse.run("load");
    let row = "select format('%s %s %s %s', _file, _row, a, \
               _loaded_at > now() - interval '5 minutes') from raw.t";
    assert_eq!(warehouse.lines(row), "raw/a\t\\b.csv 1 1 t");
    accounted(&warehouse);
}

#[test]
fn a_missing_location_and_a_missing_column() {
    let Some(warehouse) = Warehouse::start() else {
        return;
    };
    declare(&warehouse, "raw/*.csv", "", &["patient_id"]);
    let output = warehouse.fail("load");
    assert!(output.contains("HCW0801"), "{output}");
    let pattern = warehouse.folder.path().join("raw/*.csv");
    assert!(output.contains(&pattern.display().to_string()), "{output}");

    warehouse.write("raw/a.csv", "patientid,b\n1,2\n");
    let output = warehouse.fail("load");
    assert!(output.contains("HCW0803"), "{output}");
    assert!(
        output.contains("`raw/a.csv` has no column `patient_id`"),
        "{output}"
    );
    assert!(output.contains("did you mean `patientid`?"), "{output}");
    assert_eq!(
        warehouse.value("select count(*) from hcw.landed_files"),
        "0"
    );
}

#[test]
fn append_adds_new_contents_and_new_columns() {
    let Some(warehouse) = Warehouse::start() else {
        return;
    };
    declare(&warehouse, "raw/*.csv", "", &[]);
    warehouse.write("raw/a.csv", "a\n1\n");
    warehouse.write("raw/same.csv", "a\n1\n");
    warehouse.run("load");
    warehouse.write("raw/a.csv", "a,b\n2,x\n3\n");
    warehouse.run("load");
    warehouse.run("load");
    let rows = "select format('%s %s %s', _file, a, coalesce(b, '∅')) from raw.t order by a";
    assert_eq!(warehouse.lines(rows), "raw/a.csv 1 ∅\nraw/a.csv 2 x");
    let files =
        "select format('%s %s %s', file, rows, rejects) from hcw.landed_files order by loaded_at";
    assert_eq!(warehouse.lines(files), "raw/a.csv 1 0\nraw/a.csv 1 1");
}

#[test]
fn replace_holds_what_matches_now() {
    let Some(warehouse) = Warehouse::start() else {
        return;
    };
    declare(&warehouse, "raw/*.csv", "\"mode\": \"replace\"", &[]);
    warehouse.write("raw/a.csv", "a\n1\n");
    warehouse.write("raw/b.csv", "a\n2\n1,2\n");
    warehouse.run("load");
    let rows = "select format('%s %s', _file, a) from raw.t order by 1";
    assert_eq!(warehouse.lines(rows), "raw/a.csv 1\nraw/b.csv 2");
    let version = "select string_agg(xmin::text, ',') from raw.t";
    let before = warehouse.value(version);
    warehouse.run("load");
    assert_eq!(warehouse.value(version), before, "nothing is touched");

    warehouse.write("raw/c.csv", "a\n3\n");
    warehouse.remove("raw/b.csv");
    warehouse.run("load");
    assert_eq!(warehouse.lines(rows), "raw/a.csv 1\nraw/c.csv 3");
    assert_eq!(
        warehouse.value("select count(*) from hcw.load_rejects"),
        "0"
    );
    assert_eq!(
        warehouse.value("select count(*) from hcw.landed_files"),
        "2"
    );

    // one bad file: all stays as it was
    warehouse.write("raw/a.csv", "a\n4\n");
    warehouse.write("raw/z.csv", "");
    let output = warehouse.fail("load");
    assert!(output.contains("HCW0802"), "{output}");
    assert_eq!(warehouse.lines(rows), "raw/a.csv 1\nraw/c.csv 3");

    // a file that only moved is named by its new path
    warehouse.remove("raw/z.csv");
    warehouse.remove("raw/a.csv");
    warehouse.write("raw/d.csv", "a\n3\n");
    warehouse.remove("raw/c.csv");
    warehouse.run("load");
    assert_eq!(warehouse.lines(rows), "raw/d.csv 3");
}

#[test]
fn rows_that_were_removed_by_hand_come_back() {
    let Some(warehouse) = Warehouse::start() else {
        return;
    };
    for mode in ["append", "replace"] {
        declare(
            &warehouse,
            "raw/*.csv",
            &format!("\"mode\": \"{mode}\""),
            &[],
        );
        warehouse.write("raw/a.csv", "a\n1\n1,2\n");
        warehouse.write("raw/b.csv", "a\n2\n");
        warehouse.write("raw/none.csv", "a\n");
        for damage in [
            "select 1",
            "truncate raw.t",
            "drop table raw.t",
            "drop schema raw cascade",
            "delete from raw.t where _file = 'raw/a.csv'",
        ] {
            warehouse.run("load");
            warehouse.query(damage);
            warehouse.run("load");
            assert_eq!(
                warehouse.lines("select a from raw.t order by a"),
                "1\n2",
                "{damage}"
            );
            assert_eq!(
                warehouse.value("select count(*) from hcw.load_rejects"),
                "1"
            );
            assert_eq!(
                warehouse.value("select count(*) from hcw.landed_files"),
                "3"
            );
        }
    }
}

#[test]
fn two_loads_at_once_land_once() {
    let Some(warehouse) = Warehouse::start() else {
        return;
    };
    let rows: String = (0..20_000).map(|row| format!("{row},x\n")).collect();
    warehouse.write("raw/a.csv", format!("a,b\n{rows}"));
    warehouse.write("raw/b.csv", "a,b\n-1,y\n");
    declare(&warehouse, "raw/*.csv", "", &[]);
    let start = || {
        warehouse
            .command("load")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("starts")
    };
    for child in [start(), start(), start()] {
        let output = child.wait_with_output().expect("ends");
        assert!(output.status.success(), "{}", text_of(&output));
    }
    assert_eq!(warehouse.value("select count(*) from raw.t"), "20001");
}

#[test]
fn a_killed_load_leaves_nothing() {
    let Some(warehouse) = Warehouse::start() else {
        return;
    };
    let rows: String = (0..400_000)
        .map(|row| format!("{row},some text\n"))
        .collect();
    warehouse.write("raw/a.csv", format!("a,b\n{rows}"));
    declare(&warehouse, "raw/*.csv", "", &[]);
    warehouse.run("migrate");
    let mut child = warehouse.command("load").spawn().expect("starts");
    let copying = "select count(*) from pg_stat_activity \
                   where query like 'copy%' and datname = current_database()";
    for _ in 0..2000 {
        if warehouse.value(copying) != "0" {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    child.kill().expect("is killed");
    if child.wait().expect("ends").success() {
        println!("skipped: the load was faster than the test");
        return;
    }
    for _ in 0..500 {
        if warehouse.value(copying) == "0" {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    assert_eq!(
        warehouse.value("select count(*) from hcw.landed_files"),
        "0"
    );
    warehouse.run("load");
    assert_eq!(warehouse.value("select count(*) from raw.t"), "400000");
}

#[test]
fn large_fields_land() {
    let Some(warehouse) = Warehouse::start() else {
        return;
    };
    let large = "line \"\" of text,\n".repeat(200_000);
    warehouse.write("raw/a.csv", format!("a,b\n1,\"{large}\"\n2,x\n"));
    declare(&warehouse, "raw/a.csv", "", &[]);
    warehouse.run("load");
    assert_eq!(
        warehouse.lines("select length(b)::text from raw.t order by a"),
        format!("{}\n1", large.replace("\"\"", "\"").len())
    );
}

#[test]
fn what_the_server_refuses_is_told_without_values() {
    let Some(warehouse) = Warehouse::start() else {
        return;
    };
    warehouse.query("create schema raw; create table raw.t (a integer, b text)");
    let rows: String = (0..3000).map(|row| format!("{row},x\n")).collect();
    warehouse.write("raw/a.csv", format!("a,b\n{rows}secret,y\n5,z\nhidden,y\n"));
    declare(&warehouse, "raw/*.csv", "", &[]);
    let output = warehouse.run("load");
    assert!(output.contains("HCW0804"), "{output}");
    assert!(
        !output.contains("secret") && !output.contains("hidden"),
        "{output}"
    );
    accounted(&warehouse);
    assert_eq!(
        warehouse.lines("select format('%s %s %s', _line, reason, encode(raw_line, 'escape')) from hcw.load_rejects"),
        "3002 refused_by_server secret,y\n3004 refused_by_server hidden,y"
    );

    warehouse.query("drop table raw.t; create view raw.t as select 1 as a");
    let output = warehouse.fail("load");
    assert!(output.contains("HCW0805"), "{output}");
    assert!(output.contains("SQLSTATE"), "{output}");
}

#[test]
fn written_by_the_csv_crate_reads_back_equal() {
    let Some(warehouse) = Warehouse::start() else {
        return;
    };
    let field = prop_oneof![
        "[ -~]{0,12}",
        "[,\"\\\\\n\r\t;N.ä😀\u{0}a]{0,8}",
        proptest::string::string_regex("\\PC{0,20}").expect("a pattern"),
    ]
    .prop_map(|text| text.replace('\0', "0"));
    let rows = (1_usize..5).prop_flat_map(move |width| {
        proptest::collection::vec(proptest::collection::vec(field.clone(), width), 1..30)
    });
    let mut runner = TestRunner::new(Config {
        cases: 24,
        failure_persistence: None,
        ..Config::default()
    });
    declare(&warehouse, "raw/*.csv", "\"mode\": \"replace\"", &[]);
    let result = runner.run(&rows, |rows| {
        let mut writer = csv::Writer::from_writer(Vec::new());
        let names: Vec<String> = (0..rows[0].len())
            .map(|index| format!("c{index}"))
            .collect();
        writer.write_record(&names).expect("is written");
        for row in &rows {
            writer.write_record(row).expect("is written");
        }
        warehouse.write("raw/a.csv", writer.into_inner().expect("is flushed"));
        warehouse.run("load");
        let columns = names.join(", ");
        let read = warehouse.lines(&format!(
            "select jsonb_build_array({columns})::text from raw.t order by _row"
        ));
        let read: Vec<Vec<String>> = read
            .lines()
            .map(|line| serde_json::from_str(line).expect("is JSON"))
            .collect();
        prop_assert_eq!(&rows, &read);
        Ok(())
    });
    result.expect("every content reads back");
}

#[test]
fn every_record_of_any_bytes_is_accounted_for() {
    let Some(warehouse) = Warehouse::start() else {
        return;
    };
    let bytes = proptest::collection::vec(
        proptest::sample::select(b"aab,,\"\"\n\n\r\\\t\0\xff\xc3\xa9".to_vec()),
        0..200,
    );
    let mut runner = TestRunner::new(Config {
        cases: 24,
        failure_persistence: None,
        ..Config::default()
    });
    declare(&warehouse, "raw/*.csv", "\"mode\": \"replace\"", &[]);
    let result = runner.run(&bytes, |bytes| {
        warehouse.write("raw/a.csv", [b"a,b\n", bytes.as_slice()].concat());
        warehouse.run("load");
        accounted(&warehouse);
        Ok(())
    });
    result.expect("every record is accounted for");
}
