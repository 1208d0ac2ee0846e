//! Nanoseconds per call of the rules that run once per row.
//!
//! `cargo run --release -p hcw-validators --example bench`
#![allow(
    clippy::print_stdout,
    reason = "a program to be read from the terminal"
)]

use std::hint::black_box;
use std::time::Instant;

use hcw_validators::Validator;
use hcw_validators::clinical::{Icd10Cm, Ndc};
use hcw_validators::dates::{DateFhir, DateHl7, DateUsMdy, Format, parse_day};
use hcw_validators::us::Npi;

/// Enough different values that branches are not learned by heart.
const VALUES: usize = 4096;
const ROUNDS: usize = 500;

fn main() {
    let npi = values(|seed| with_check_digit(100_000_000 + seed * 48_271 % 99_999_999));
    let icd = values(|seed| {
        let letter = char::from(b'A' + (seed % 26) as u8);
        let number = seed * 48_271 % 9000 + 1000;
        if seed % 3 == 0 {
            format!("{letter}{number}")
        } else {
            format!("{letter}{}.{}", number / 100 + 10, number % 100)
        }
    });
    let ndc = values(|seed| {
        let number = seed * 48_271 % 99_999;
        match seed % 3 {
            0 => format!("{number:05}678901"),
            1 => format!("{number:05}-678-01"),
            _ => format!("{:04}-4072-05", number % 10_000),
        }
    });
    let days = |seed: u64| (1930 + seed % 90, seed % 12 + 1, seed % 28 + 1);
    let iso = values(|seed| {
        let (year, month, day) = days(seed * 48_271);
        format!("{year}-{month:02}-{day:02}")
    });
    let hl7 = values(|seed| {
        let (year, month, day) = days(seed * 48_271);
        format!("{year}{month:02}{day:02}101500")
    });
    let mdy = values(|seed| {
        let (year, month, day) = days(seed * 48_271);
        format!("{month}/{day}/{year}")
    });

    measure("npi is_valid", &npi, |text| u64::from(Npi::is_valid(text)));
    measure("npi reason", &npi, |text| {
        u64::from(Npi::reason(text).is_some())
    });
    measure("icd10cm is_valid", &icd, |text| {
        u64::from(Icd10Cm::is_valid(text))
    });
    measure("icd10cm check", &icd, |text| {
        u64::from(black_box(Icd10Cm::check(text)).is_ok())
    });
    measure("ndc is_valid", &ndc, |text| u64::from(Ndc::is_valid(text)));
    measure("ndc check", &ndc, |text| {
        u64::from(black_box(Ndc::check(text)).is_ok())
    });
    measure("date_fhir is_valid", &iso, |text| {
        u64::from(DateFhir::is_valid(text))
    });
    measure("date_hl7 is_valid", &hl7, |text| {
        u64::from(DateHl7::is_valid(text))
    });
    measure("date_us_mdy is_valid", &mdy, |text| {
        u64::from(DateUsMdy::is_valid(text))
    });
    for (name, texts, format) in [
        ("parse_day fhir_date", &iso, Format::FhirDate),
        ("parse_day hl7", &hl7, Format::Hl7),
        ("parse_day us_mdy", &mdy, Format::UsMdy),
        ("parse_day auto", &iso, Format::Auto),
    ] {
        measure(name, texts, |text| {
            let date = parse_day(text, black_box(format)).ok();
            date.map_or(0, |date| u64::from(date.days_since_1970().unsigned_abs()))
        });
    }
}

fn values(make: impl Fn(u64) -> String) -> Vec<Vec<u8>> {
    (0..VALUES as u64)
        .map(|seed| make(seed).into_bytes())
        .collect()
}

/// Nine digits with the check digit that makes them an NPI.
fn with_check_digit(body: u64) -> String {
    (0..10)
        .map(|check| format!("{body:09}{check}"))
        .find(|text| Npi::reason(text.as_bytes()).is_none())
        .unwrap_or_default()
}

/// The best of several rounds, which is the one least disturbed.
fn measure(name: &str, values: &[Vec<u8>], call: impl Fn(&[u8]) -> u64) {
    let mut best = f64::INFINITY;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let mut sum = 0_u64;
        for value in values {
            sum = sum.wrapping_add(call(black_box(value)));
        }
        black_box(sum);
        best = best.min(start.elapsed().as_secs_f64());
    }
    let empty = values.iter().filter(|value| call(value) == 0).count();
    println!(
        "{name:<32} {:>7.2} ns  ({empty} of {} answer 0)",
        best * 1e9 / VALUES as f64,
        VALUES
    );
}
