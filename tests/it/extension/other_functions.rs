//! Dates, Safe Harbor and the folding of look-alikes.

use hcw_validators::dates::{Date, Format, parse_date, parse_day};
use hcw_validators::safe_harbor::DateShift;
use hcw_validators::{Family, registry};

use super::answers::table;
use super::server::Server;
use crate::rows::Rows;
use crate::support::draw::Draw;
use crate::support::inputs::Material;
use crate::support::vectors::vectors;

#[test]
fn dates_are_those_of_the_crate() {
    let Some(server) = Server::start() else {
        return;
    };
    let mut script = b"create extension hcw_pg;\n".to_vec();
    let vectors = vectors();
    let texts: Vec<String> = registry()
        .filter(|entry| entry.about.family == Family::Dates)
        .flat_map(|entry| Material::of(entry, &vectors).texts(2_000))
        .collect();
    assert!(texts.len() >= 20_000, "{}", texts.len());
    let day = |date: Date| format!("{date:?}").into_bytes();
    for format in Format::ALL {
        let name = format.as_str();
        let columns = "input text, day date, partial text, fineness text, lower date, upper date";
        let mut rows = Rows::default();
        for input in &texts {
            let partial = parse_date(input.as_bytes(), format).ok();
            rows.push::<[u8]>(&[
                Some(input.as_bytes()),
                parse_day(input.as_bytes(), format).ok().map(day).as_deref(),
                partial
                    .map(|date| date.to_iso().as_bytes().to_vec())
                    .as_deref(),
                partial.map(|date| date.precision().as_str().as_bytes()),
                partial.map(|date| day(date.lower().date)).as_deref(),
                partial.map(|date| day(date.upper().date)).as_deref(),
            ]);
        }
        script.extend(table(&format!("dates_{name}"), columns, rows));
        // The notation once as a constant, which is remembered, and once as a column, which varies.
        for (notation, from) in [
            (format!("'{name}'"), String::new()),
            (
                "notation".to_owned(),
                format!(
                    ", lateral (select case when ctid is null then 'hl7' else '{name}' end as notation offset 0) n"
                ),
            ),
        ] {
            script.extend(
                format!(
                    "select '{name}', * from dates_{name}{from}
                     where hcw.parse_date(input, {notation}) is distinct from day
                        or hcw.parse_partial_date(input, {notation}) collate \"C\" is distinct from partial
                        or hcw.date_precision(input, {notation}) collate \"C\" is distinct from fineness
                        or hcw.date_lower(input, {notation}) is distinct from lower
                        or hcw.date_upper(input, {notation}) is distinct from upper
                     limit 3;\n"
                )
                .into_bytes(),
            );
        }
    }
    assert_eq!(server.script("postgres", "UTF8", &script), "");
    // Two notations in one expression.
    let mixed = "select hcw.parse_date(v, f) from (values ('20240229', 'hl7'), ('2/29/2024', 'us_mdy'), \
                 ('2024-02', 'fhir_date'), (null, 'hl7'), ('20240229', null)) as given (v, f)";
    assert_eq!(server.sql("postgres", mixed), "2024-02-29\n2024-02-29");
    let error = server.error("postgres", "select hcw.date_lower('2024', 'iso')");
    assert!(
        error.contains("22023") && error.contains("fhir_date"),
        "{error}"
    );
}

#[test]
fn shifts_and_safe_harbor_are_those_of_the_crate() {
    let Some(server) = Server::start() else {
        return;
    };
    let columns = "day date, person text, secret text, weeks boolean, shifted date";
    let mut rows = Rows::default();
    let mut draw = Draw::new(7);
    for number in 0..20_000 {
        let person = format!("person {}", number % 997);
        let secret = ["k", "a longer secret", "é"][draw.below(3)];
        let whole_weeks = draw.below(2) == 1;
        let days = draw.below(3_652_059) as i32 - 719_162;
        let date = match draw.below(20) {
            0 => Date::new(9999, 12, 31),
            1 => Date::new(1900, 1, 1),
            _ => Date::from_days_since_1970(days),
        };
        let date = date.expect("a date");
        let key = secret.as_bytes();
        let shift = DateShift { key, whole_weeks };
        let shifted = shift.shift(date, person.as_bytes()).ok();
        rows.push::<[u8]>(&[
            Some(format!("{date:?}").as_bytes()),
            Some(person.as_bytes()),
            Some(key),
            Some(if whole_weeks { b"t" } else { b"f" }),
            shifted
                .map(|date| format!("{date:?}").into_bytes())
                .as_deref(),
        ]);
    }
    let mut script = b"create extension hcw_pg;\n".to_vec();
    script.extend(table("shifts", columns, rows));
    script.extend(
        b"select * from shifts
          where hcw.shift_date(day, person, secret, weeks) is distinct from shifted
             or hcw.shift_date(day, person, convert_to(secret, 'UTF8'), weeks) is distinct from shifted
          limit 3;
          select * from shifts where not weeks and hcw.shift_date(day, person, secret) is distinct from shifted limit 3;"
            .as_slice(),
    );
    assert_eq!(server.script("postgres", "UTF8", &script), "");
    let answers = "select hcw.shift_date('infinity', 'p', 's'), hcw.shift_date('0044-03-15 BC', 'p', 's'), \
        hcw.safe_harbor_zip3('85004-1234'), hcw.safe_harbor_zip3('05901'), hcw.safe_harbor_zip3('850'), \
        hcw.safe_harbor_age(89), hcw.safe_harbor_age(90), hcw.safe_harbor_age('120'), hcw.safe_harbor_age(121), \
        hcw.safe_harbor_age(-1), hcw.safe_harbor_age(-2147483648), \
        hcw.safe_harbor_birth_year('1936-12-31', '2025-01-01'), \
        hcw.safe_harbor_birth_year('1935-12-31', '2025-01-01'), \
        hcw.safe_harbor_birth_year('-infinity', '2025-01-01'), hcw.clean_text('１２\u{2011}é')";
    assert_eq!(
        server.sql("postgres", answers),
        "||850|000||89|90+|90+||||1936|||12-é"
    );
}
