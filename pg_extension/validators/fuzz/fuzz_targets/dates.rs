//! Every notation of dates on the same bytes, and ISO 8601 text there and back.
#![no_main]

use hcw_validators::dates::{Format, PartialDate, Precision, parse_date, parse_day};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    for format in Format::ALL {
        let day = parse_day(input, format);
        let Ok(date) = parse_date(input, format) else {
            assert!(day.is_err(), "{format:?}");
            continue;
        };
        assert_eq!(day.ok(), date.date(), "{format:?}");
        assert_eq!(date.date().is_some(), date.precision() >= Precision::Day);
        there_and_back(date);
    }
    if let Ok(date) = PartialDate::from_iso(input) {
        there_and_back(date);
    }
});

fn there_and_back(date: PartialDate) {
    let (lower, upper) = (date.lower(), date.upper());
    assert!(lower.nanoseconds_since_1970() <= upper.nanoseconds_since_1970());
    let text = date.to_iso();
    assert_eq!(PartialDate::from_iso(text.as_bytes()), Ok(date));
}
