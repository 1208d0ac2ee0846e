//! `hcw load-codes`, and the list and on-date functions against the crate.

use std::collections::HashMap;
use std::fs;

use hcw_validators::dates::Date;
use hcw_validators::{CodeSystem, CodeTables, Listing, find, registry};

use crate::example::repository;
use crate::support::vectors::vectors;
use crate::validators::with_each_twin;
use crate::warehouse::{Warehouse, text_of};

/// Loads the files of `seeds/codes`; gives what was printed.
pub(crate) fn load_shipped(warehouse: &Warehouse) -> String {
    for entry in fs::read_dir(repository().join("seeds/codes")).expect("the folder") {
        let entry = entry.expect("a file");
        let name = entry.file_name().to_string_lossy().into_owned();
        warehouse.copy(&entry.path(), &format!("seeds/codes/{name}"));
    }
    warehouse.run("load-codes")
}

fn load(warehouse: &Warehouse, options: &[&str]) -> (Option<i32>, String) {
    let mut command = warehouse.command("load-codes");
    let output = command.args(options).output().expect("runs");
    (output.status.code(), text_of(&output))
}

#[test]
fn shipped_files_are_loaded_once() {
    let Some(warehouse) = Warehouse::start() else {
        return;
    };
    insta::assert_snapshot!(load_shipped(&warehouse), @r"
    icd10cm (fy2021_jan, fy2025, fy2026_apr): 291128 rows from seeds/codes/icd10cm.csv.gz
    icd10pcs (fy2024_apr): 78638 rows from seeds/codes/icd10pcs.csv.gz
    icd9cm_dx (v32): 14567 rows from seeds/codes/icd9cm_dx.csv.gz
    hcpcs (2025q4): 8463 rows from seeds/codes/hcpcs.csv.gz
    modifier (2025q4): 383 rows from seeds/codes/modifier.csv.gz
    ms_drg (fy2026): 772 rows from seeds/codes/ms_drg.csv.gz
    place_of_service (2024-05-02): 52 rows from seeds/codes/place_of_service.csv.gz
    cvx (to_164): 166 rows from seeds/codes/cvx.csv.gz
    ");
    let again = warehouse.run("load-codes");
    assert_eq!(again.matches(": unchanged\n").count(), 8, "{again}");
    // without the files there is advice, and nothing is fetched
    warehouse.remove("seeds/codes/manifest.json");
    insta::assert_snapshot!(warehouse.fail("load-codes"), @r"
    Encountered an error:
    Runtime Error
    error[HCW1105]: the project has no code files: there is no `seeds/codes/manifest.json`
     |
     = help: copy the folder `seeds/codes` of hcw's repository into the project, or load a file of your own: hcw load-codes --system hcpcs --file hcpcs.csv --release 2025q4 --from 2025-10-01
    ");
    // the folder is no folder of seeds
    assert!(warehouse.run("build").contains("Nothing to do."));
    // the numbers of codes that their publishers give
    let billable = warehouse.lines(
        "select release || ' ' || count(*) filter (where billable) || ' ' || count(*) filter (where not billable) \
         from hcw_codes.icd10cm group by release order by release",
    );
    assert_eq!(
        billable,
        "fy2021_jan 72621 22737\nfy2025 74260 23324\nfy2026_apr 74719 23467"
    );
}

#[test]
fn a_file_of_ones_own_is_loaded_and_replaced() {
    let Some(warehouse) = Warehouse::start() else {
        return;
    };
    let path = warehouse.folder.path().join("nucc.csv");
    let file = path.to_string_lossy().into_owned();
    let options = [
        "--system",
        "nucc_taxonomy",
        "--file",
        &file,
        "--release",
        "1.0",
        "--from",
        "2024-10-01",
    ];
    warehouse.write(
        "nucc.csv",
        "Code,Grouping,Classification,Specialization,Definition,Display Name\n\
         207RH0005x,Group A,Class B,,\"long, text\",Imaginary\n207RH0006X,Group A,Class C,,,Other\n",
    );
    let (code, text) = load(&warehouse, &options);
    assert_eq!(code, Some(0), "{text}");
    assert_eq!(
        warehouse.lines("select concat_ws('|', code, release, billable, description, grouping, classification, specialization) from hcw_codes.nucc_taxonomy order by 1"),
        "207RH0005X|1.0|t|Imaginary|Group A|Class B\n207RH0006X|1.0|t|Other|Group A|Class C"
    );
    let (_, text) = load(&warehouse, &options);
    assert_eq!(text, "nucc_taxonomy (1.0): unchanged\n");
    warehouse.write("nucc.csv", "Code\n207RH0005X\n");
    load(&warehouse, &options);
    assert_eq!(
        warehouse.lines(
            "select codes || ' ' || effective_from || ' ' || effective_to from hcw_codes.releases"
        ),
        "1 2024-10-01 infinity"
    );
    // what cannot be loaded leaves the table as it was, and no code is printed
    for (content, part) in [
        ("Code\n207RH0005X\n207RH0077\n", "line 3"),
        (
            "Code\n207RH0005X\n207rh0005x\n",
            "a code stands twice in one release",
        ),
        ("Name\nx\n", "has no column `code`"),
        ("Code,effective_from\n207RH0005X,soon\n", "HCW1107"),
    ] {
        warehouse.write("nucc.csv", content);
        let (code, text) = load(&warehouse, &options);
        assert_eq!(code, Some(2), "{text}");
        assert!(text.contains(part) && !text.contains("207RH00"), "{text}");
        assert_eq!(
            warehouse.value("select count(*) from hcw_codes.nucc_taxonomy"),
            "1"
        );
    }
    let (code, text) = load(&warehouse, &["--system", "nucc"]);
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("did you mean `nucc_taxonomy`"), "{text}");
}

/// The tables of a database, in memory.
struct Tables {
    releases: Vec<(String, String, String, String)>,
    listings: HashMap<(String, String, String), Listing>,
}

impl Tables {
    fn read(warehouse: &Warehouse) -> Tables {
        let fields = |sql: &str| -> Vec<Vec<String>> {
            let lines = warehouse.query(sql).into_iter().flatten();
            lines
                .map(|line| line.split('|').map(str::to_owned).collect())
                .collect()
        };
        let releases = fields(
            "select concat_ws('|', system, release, case when isfinite(effective_from) then effective_from::text else '0000-00-00' end, \
             case when isfinite(effective_to) then effective_to::text else '9999-99-99' end) \
             from hcw_codes.releases order by effective_from",
        );
        let mut listings = HashMap::new();
        for system in systems() {
            let system = system.as_str();
            for row in fields(&format!(
                "select concat_ws('|', release, code, billable) from hcw_codes.{system}"
            )) {
                let listing = if row[2] == "t" {
                    Listing::Leaf
                } else {
                    Listing::Header
                };
                listings.insert((system.to_owned(), row[0].clone(), row[1].clone()), listing);
            }
        }
        let releases = releases.into_iter().map(|row| {
            (
                row[0].clone(),
                row[1].clone(),
                row[2].clone(),
                row[3].clone(),
            )
        });
        Tables {
            releases: releases.collect(),
            listings,
        }
    }
}

impl CodeTables for Tables {
    fn listing(&self, system: CodeSystem, code: &[u8], on: Option<Date>) -> Option<Listing> {
        let day = on.map(|on| format!("{:04}-{:02}-{:02}", on.year(), on.month(), on.day()));
        let system = system.as_str();
        let is_in_force =
            |from: &String, to: &String| day.as_ref().is_none_or(|day| from <= day && day <= to);
        let releases = self.releases.iter().filter(|(of, ..)| of == system);
        let (_, newest, ..) = releases
            .clone()
            .rfind(|(_, _, from, to)| is_in_force(from, to))?;
        let code = String::from_utf8_lossy(code).into_owned();
        let listing = |release: &String| {
            let key = (system.to_owned(), release.clone(), code.clone());
            self.listings.get(&key).copied()
        };
        let is_listed = || {
            releases
                .clone()
                .any(|(_, release, ..)| listing(release).is_some())
        };
        Some(match listing(newest) {
            Some(listing) => listing,
            None if is_listed() => Listing::OtherRelease,
            None => Listing::Absent,
        })
    }
}

/// The systems with a table.
fn systems() -> impl Iterator<Item = CodeSystem> {
    registry()
        .filter(|entry| {
            entry
                .about
                .system
                .is_some_and(|system| system.as_str() == entry.about.code)
        })
        .filter_map(|entry| entry.about.system)
}

/// A small generator of numbers: the same ones in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("fits") % limit
    }
}

/// A code of the list as someone may write it: with or without dots, in either case, with a fault.
fn written(numbers: &mut Numbers, code: &str) -> String {
    let mut text = match numbers.below(4) {
        0 => code.replace('.', ""),
        1 => code.to_lowercase(),
        2 => format!(" {}\t", code.trim_start_matches('0')),
        _ => code.to_owned(),
    };
    if numbers.below(3) == 0 {
        let at = numbers.below(text.len() + 1);
        let character = b"0179ABXZ.-q "[numbers.below(12)];
        match numbers.below(3) {
            0 => text.insert(at, char::from(character)),
            1 => text.truncate(at),
            _ => {
                if text.pop().is_some() {
                    text.push(char::from(character));
                }
            }
        }
    }
    text
}

const DAYS: [&str; 12] = [
    "1999-01-01",
    "2014-12-31",
    "2015-09-30",
    "2015-10-01",
    "2021-01-15",
    "2024-06-01",
    "2024-09-30",
    "2025-06-15",
    "2025-11-11",
    "2025-12-31",
    "2026-05-15",
    "2031-01-01",
];

#[test]
fn functions_over_lists_agree_with_the_crate() {
    let Some(warehouse) = Warehouse::start() else {
        return;
    };
    load_shipped(&warehouse);
    let tables = Tables::read(&warehouse);
    with_each_twin(&warehouse, || compare(&warehouse, &tables));
}

fn compare(warehouse: &Warehouse, tables: &Tables) {
    let mut codes: HashMap<&str, Vec<&str>> = HashMap::new();
    let mut keys: Vec<_> = tables.listings.keys().collect();
    keys.sort();
    for (system, _, code) in keys {
        codes.entry(system).or_default().push(code);
    }
    let mut numbers = Numbers(3);
    for system in systems() {
        let system = system.as_str();
        let entry = find(system).expect("is registered");
        let fallback = [entry.about.example, entry.about.counterexample];
        let known = codes.get(system).map_or(&fallback[..], Vec::as_slice);
        let mut questions: Vec<(String, Option<&str>)> = vec![(String::new(), Some(DAYS[0]))];
        for _ in 0..4_000 {
            let code = known[numbers.below(known.len())];
            let day = DAYS.get(numbers.below(DAYS.len() * 3 / 2)).copied();
            questions.push((written(&mut numbers, code), day));
        }
        let mut found = vec![None; questions.len()];
        for (layer, arguments) in [("on", "code, day"), ("listed", "code")] {
            let (values, places): (Vec<String>, Vec<usize>) = questions
                .iter()
                .enumerate()
                .filter(|(_, (_, day))| day.is_some() == (layer == "on"))
                .map(|(place, (code, day))| {
                    let day = day.map_or("null".to_owned(), |day| format!("'{day}'"));
                    (format!("({place}, '{code}', {day}::date)"), place)
                })
                .unzip();
            let answers = warehouse.query(&format!(
                "select concat_ws('|', hcw.{system}_is_valid_{layer}({arguments}), \
                 coalesce(hcw.{system}_canonical_{layer}({arguments}), '-'), \
                 coalesce(hcw.{system}_reason_{layer}({arguments}), '-'), layer) \
                 from (values {}) as q (place, code, day), hcw.validate_{layer}('{system}', {arguments}) order by place",
                values.join(", ")
            ));
            assert_eq!(answers.len(), places.len());
            for (place, answer) in places.into_iter().zip(answers) {
                found[place] = answer;
            }
        }
        for ((code, day), found) in questions.iter().zip(found) {
            let date = day.map(|day| {
                let mut numbers = day.split('-').map(|part| part.parse().expect("a number"));
                let mut next = || numbers.next().expect("three");
                Date::new(next(), next(), next()).expect("a day")
            });
            let answer = entry.answer(code.as_bytes(), tables, date);
            let canonical = answer.canonical();
            let expected = format!(
                "{}|{}|{}|{}",
                if answer.is_valid() { "t" } else { "f" },
                canonical
                    .as_deref()
                    .map_or("-".into(), String::from_utf8_lossy),
                answer.reason().map_or("-", |reason| reason.as_str()),
                answer.layer().as_str()
            );
            assert_eq!(
                found.as_deref(),
                Some(expected.as_str()),
                "{system} {code:?} {day:?}"
            );
        }
    }
}

#[test]
fn vectors_of_lists_agree() {
    let Some(warehouse) = Warehouse::start() else {
        return;
    };
    load_shipped(&warehouse);
    with_each_twin(&warehouse, || check_vectors(&warehouse));
}

/// Every vector of a rule with a table: on its day where it has one, else by the newest release.
fn check_vectors(warehouse: &Warehouse) {
    let mut questions = Vec::new();
    let mut expected = Vec::new();
    for vector in vectors() {
        let entry = find(&vector.validator).expect("a rule");
        // the shipped list of vaccines ends before the vectors' newest code
        let system = entry
            .about
            .system
            .filter(|system| *system != CodeSystem::Cvx);
        let Some(system) = system else { continue };
        let quoted = vector.input.replace('\'', "''");
        let call = match quoted.split_once('|') {
            Some((code, day)) if (entry.is_valid)(vector.input.as_bytes()) => {
                format!("hcw.validate_on('{}', '{code}', '{day}')", system.as_str())
            }
            Some(_) => format!("hcw.validate('{}', '{quoted}')", entry.about.code),
            None => format!("hcw.validate_listed('{}', '{quoted}')", system.as_str()),
        };
        let place = questions.len();
        questions.push(format!(
            "select {place} as place, concat_ws(',', valid, coalesce(canonical, ''), coalesce(reason, '')) as answer from {call}"
        ));
        let valid = if vector.valid { "t" } else { "f" };
        let answer = format!("{valid},{},{}", vector.canonical, vector.reason);
        expected.push((vector.validator, vector.input, Some(answer)));
    }
    assert!(expected.len() > 140, "{}", expected.len());
    let found = warehouse.query(&format!(
        "select answer from ({}) as answers order by place",
        questions.join(" union all ")
    ));
    assert_eq!(found.len(), expected.len());
    let wrong: Vec<_> = expected
        .iter()
        .zip(&found)
        .filter(|((.., expected), found)| expected != *found)
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    // an index answers, whatever the collation of the column
    let plan = warehouse.lines(
        "explain select billable from hcw_codes.icd10cm where code = 'M54.5' and release = 'fy2025'",
    );
    assert!(plan.contains("Index Only Scan"), "{plan}");
    assert_eq!(
        warehouse.value("select hcw.icd10cm_reason_on('M54.5' collate \"POSIX\", '2025-06-15')"),
        "not_billable"
    );
    assert_eq!(
        warehouse.value("select hcw.icd10cm_reason_on(null, '2025-06-15')"),
        ""
    );
}
