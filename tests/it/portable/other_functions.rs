//! Dates, Safe Harbor and the folding of look-alikes.

use hcw_validators::dates::{Date, Format, parse_date, parse_day};
use hcw_validators::safe_harbor::DateShift;
use hcw_validators::safe_harbor::age::birth_year;
use hcw_validators::{clean_text, find, registry};

use super::comparison::texts;
use super::database::{Database, SCRIPT};
use crate::judged::SHOWN;
use crate::rows::Rows;
use crate::support::draw::Draw;

#[test]
fn dates_and_helpers_answer_as_the_crate_does() {
    let mut database = Database::start("UTF8");
    database.run(&SCRIPT);
    database.run("set intervalstyle = 'iso_8601'; set datestyle = 'German'");
    dates_agree(&mut database);
    shifts_agree(&mut database);
    folding_agrees(&mut database);
}

fn dates_agree(database: &mut Database) {
    database.run(
        "create table dates (format text, input text, iso text, day text, fineness text, lower text, upper text)",
    );
    let mut rows = Rows::default();
    for code in [
        "date_hl7",
        "datetime_fhir",
        "date_auto",
        "date_us_mdy",
        "date_excel1900",
        "date_sas",
    ] {
        for text in texts(find(code).expect("a rule"), 3_000) {
            for format in Format::ALL {
                let date = parse_date(text.as_bytes(), format).ok();
                let day = parse_day(text.as_bytes(), format).ok();
                let iso = date.map(|date| date.to_iso());
                let iso = iso.map(|iso| String::from_utf8_lossy(iso.as_bytes()).into_owned());
                rows.push(&[
                    Some(format.as_str()),
                    Some(&text),
                    iso.as_deref(),
                    day.map(|day| format!("{day:?}")).as_deref(),
                    date.map(|date| date.precision().as_str()),
                    date.map(|date| format!("{:?}", date.lower().date))
                        .as_deref(),
                    date.map(|date| format!("{:?}", date.upper().date))
                        .as_deref(),
                ]);
            }
        }
    }
    database.copy("dates", rows);
    let found = database.lines(&format!(
        "select concat_ws(' ', format, quote_literal(left(input, 200)), iso, day, fineness, lower, upper, '/', \
             sql_iso, sql_day, sql_fineness, sql_lower, sql_upper) \
         from (select *, hcw.parse_partial_date(input, format) as sql_iso, \
             to_char(hcw.parse_date(input, format), 'YYYY-MM-DD') as sql_day, \
             hcw.date_precision(input, format) as sql_fineness, \
             to_char(hcw.date_lower(input, format), 'YYYY-MM-DD') as sql_lower, \
             to_char(hcw.date_upper(input, format), 'YYYY-MM-DD') as sql_upper from dates) as both_answers \
         where (iso, day, fineness, lower, upper) is distinct from (sql_iso, sql_day, sql_fineness, sql_lower, sql_upper) \
         limit {SHOWN}"
    ));
    assert!(found.is_empty(), "{}", found.join("\n"));
    for call in [
        "parse_date('1', 'x')",
        "date_lower('1', 'HL7')",
        "validate('x', null)",
        "validate('x', '1')",
    ] {
        assert_eq!(
            database.error(&format!("select hcw.{call}")),
            "22023",
            "{call}"
        );
    }
    assert_eq!(
        database.lines("select 1 where hcw.parse_date(null, 'x') is null"),
        ["1"]
    );
}

fn shifts_agree(database: &mut Database) {
    database.run(
        "create table shifts (day date, person text, secret text, weeks boolean, expected date, age text, born int)",
    );
    let mut draw = Draw::new(7);
    let mut rows = Rows::default();
    for number in 0..3_000 {
        let year = [1, 1799, 1800, 1900, 1930, 2000, 2024, 2099, 9999][draw.below(9)];
        let (month, day) = [(1, 1), (12, 31), (2, 28), (7, 15)][draw.below(4)];
        let date = Date::new(year, month, day).expect("a day");
        let person = format!("person-é{number}");
        let secret = "κλειδί-".repeat(draw.below(8)) + &"k".repeat(draw.below(70));
        let shift = DateShift {
            key: secret.as_bytes(),
            whole_weeks: draw.below(2) == 0,
        };
        let today = Date::new(2024, 6, 30).expect("a day");
        let shifted = shift.shift(date, person.as_bytes()).ok();
        rows.push(&[
            Some(&format!("{date:?}")[..]),
            Some(&person),
            Some(&secret),
            Some(if shift.whole_weeks { "t" } else { "f" }),
            shifted.map(|date| format!("{date:?}")).as_deref(),
            Some(&number.to_string()),
            birth_year(date, today)
                .map(|year| year.to_string())
                .as_deref(),
        ]);
    }
    database.copy("shifts", rows);
    let found = database.lines(&format!(
        "select concat_ws(' ', day, person, secret, weeks, expected, born) from shifts \
         where hcw.shift_date(day, person, secret, weeks) is distinct from expected \
             or hcw.shift_date(day, person, convert_to(secret, 'UTF8'), weeks) is distinct from expected \
             or not weeks and hcw.shift_date(day, person, secret) is distinct from expected \
             or hcw.safe_harbor_birth_year(day, make_date(2024, 6, 30)) is distinct from born \
             or hcw.safe_harbor_age(age) is distinct from hcw.safe_harbor_age(age::int) \
         limit {SHOWN}"
    ));
    assert!(found.is_empty(), "{}", found.join("\n"));
    let nulls = "select num_nulls(hcw.shift_date('infinity', 'p', 's'), hcw.shift_date('0001-01-01 BC', 'p', 's'), \
        hcw.shift_date(null, 'p', 's'), hcw.safe_harbor_birth_year('infinity', '2024-01-01'), \
        hcw.safe_harbor_zip3('850'), hcw.safe_harbor_age(-1))";
    assert_eq!(database.lines(nulls), ["6"]);
}

fn folding_agrees(database: &mut Database) {
    database.run("create table folded (input text, expected text)");
    let of_rules = registry().flat_map(|entry| texts(entry, 1_200));
    let characters = (1..0x1_0000).filter_map(char::from_u32);
    let mut rows = Rows::default();
    for text in of_rules.chain(characters.map(|character| format!("1{character}2"))) {
        let folded = clean_text(text.as_bytes());
        rows.push(&[Some(text.as_bytes()), Some(&folded)]);
    }
    database.copy("folded", rows);
    assert_eq!(
        database.lines("select input from folded where hcw.clean_text(input) is distinct from expected limit 20"),
        Vec::<String>::new()
    );
}
