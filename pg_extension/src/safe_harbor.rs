//! Helpers for de-identification.

use std::io::Write;

use hcw_validators::Validator;
use hcw_validators::safe_harbor::age::birth_year;
use hcw_validators::safe_harbor::{DateShift, SafeHarborAge};
use pgrx::pg_sys::Datum;

use crate::function::{guarded, sql_function};

// An age given as a number; the rule reads text.
sql_function!("hcw_safe_harbor_age_of_integer", |call| {
    let age = call.integer(0);
    let mut room = [b' '; 11];
    let mut buffer = [0; 256];
    let _written = write!(&mut room[..], "{age}");
    let canonical = guarded(|| SafeHarborAge::check(&room).ok());
    call.text_or_null(canonical.as_ref().and_then(|age| age.render(&mut buffer)))
});

// **Nulls**: a year that would tell an age above 89, and infinite dates.
sql_function!("hcw_safe_harbor_birth_year", |call| {
    let dates = call.date(0).zip(call.date(1));
    match dates.and_then(|(birth, today)| guarded(|| birth_year(birth, today))) {
        Some(year) => Datum::from(year as i32),
        None => call.null(),
    }
});

// **Nulls**: placeholder dates, infinite dates, and a shift beyond the calendar.
sql_function!("hcw_shift_date", |call| {
    let person = call.text(1).bytes();
    let shift = DateShift {
        key: call.text(2).bytes(),
        whole_weeks: call.boolean(3),
    };
    let date = call.date(0);
    call.date_or_null(guarded(|| {
        date.and_then(|date| shift.shift(date, person).ok())
    }))
});
