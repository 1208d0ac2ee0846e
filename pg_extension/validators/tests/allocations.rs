//! What a rule may allocate: nothing to judge a value and to write its canonical text into a buffer, and nothing for
//! canonical text that stands in the input.

mod support;

use allocation_counter::measure;
use hcw_validators::dates::{Format, parse_date};
use hcw_validators::{Buffer, Canonical, NoTables, registry};
use support::inputs::Material;
use support::vectors::vectors;

#[test]
fn to_judge_a_value_allocates_nothing() {
    let vectors = vectors();
    let mut buffer: Buffer = [0; 256];
    for entry in registry() {
        for text in Material::of(entry, &vectors).texts(2_000) {
            let input = text.as_bytes();
            let allocations = measure(|| {
                let valid = (entry.is_valid)(input);
                let reason = (entry.reason)(input);
                assert_eq!(valid, reason.is_none());
                if let Ok(canonical) = (entry.check)(input) {
                    canonical.render(&mut buffer);
                }
                let answer = entry.answer(input, &NoTables, None);
                assert_eq!(answer.is_valid(), valid);
            });
            assert_eq!(allocations.count_total, 0, "{} {text:?}", entry.about.code);
        }
    }
}

#[test]
fn canonical_text_that_stands_in_the_input_is_borrowed() {
    let vectors = vectors();
    let mut borrowed = 0;
    for entry in registry() {
        for text in Material::of(entry, &vectors).texts(2_000) {
            let input = text.as_bytes();
            let most = match (entry.check)(input) {
                Ok(Canonical::Same(_) | Canonical::None) | Err(_) => 0,
                Ok(_) => 1,
            };
            let mut is_found = false;
            let allocations = measure(|| is_found = (entry.canonical)(input).is_some());
            assert!(
                allocations.count_total <= most,
                "{} {text:?}",
                entry.about.code
            );
            borrowed += u32::from(is_found && most == 0);
        }
    }
    assert!(borrowed > 4_000, "{borrowed}");
}

#[test]
fn dates_are_read_without_allocating() {
    for vector in vectors() {
        for format in Format::ALL {
            let allocations = measure(|| {
                let _ = parse_date(vector.input.as_bytes(), format).map(|date| date.to_iso());
            });
            assert_eq!(allocations.count_total, 0, "{}", vector.input);
        }
    }
}
