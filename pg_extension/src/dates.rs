//! Dates in a declared notation.
//!
//! **Nulls**: a value that the notation does not read, and in `parse_date` one coarser than a day.
//! **Errors**: 22023 for an unknown notation.

use hcw_validators::dates::{Format, PartialDate, parse_date, parse_day};

use crate::function::{Call, guarded, invalid_parameter, sql_function};

sql_function!("hcw_parse_date", |call| {
    let format = format(call);
    let text = call.text(0).bytes();
    call.date_or_null(guarded(|| parse_day(text, format).ok()))
});

sql_function!("hcw_parse_partial_date", |call| match partial(call) {
    Some(date) => call.text_or_null(Some(date.to_iso().as_bytes())),
    None => call.null(),
});

sql_function!("hcw_date_precision", |call| {
    let precision = partial(call).map(|date| date.precision().as_str().as_bytes());
    call.text_or_null(precision)
});

sql_function!("hcw_date_lower", |call| {
    call.date_or_null(partial(call).map(|date| date.lower().date))
});

sql_function!("hcw_date_upper", |call| {
    call.date_or_null(partial(call).map(|date| date.upper().date))
});

/// The first argument, read in the notation that the second names.
#[inline]
fn partial(call: Call<'_>) -> Option<PartialDate> {
    let format = format(call);
    let text = call.text(0).bytes();
    guarded(|| parse_date(text, format).ok())
}

/// The notation that the second argument names.
#[inline(always)]
fn format(call: Call<'_>) -> Format {
    let place = call.remembered(1, || place_of_format(call)) as usize;
    Format::ALL.get(place).copied().unwrap_or(Format::Auto)
}

/// Where the notation stands in [`Format::ALL`].
fn place_of_format(call: Call<'_>) -> u32 {
    let name = call.text(1).bytes();
    let place = Format::ALL
        .iter()
        .position(|format| format.as_str().as_bytes() == name);
    match place {
        Some(place) => place as u32,
        None => invalid_parameter("date format", name, |_| {
            format!("formats: {}", Format::ALL.map(Format::as_str).join(", "))
        }),
    }
}
