//! Three functions for each rule of the registry: `is_valid`, `reason`, `canonical`.

use std::ptr;

use hcw_validators::{Canonical, Validator};
use pgrx::pg_sys::Datum;

use crate::function::{Call, guarded, new_text, sql_function};

/// Exports the functions of rules, each under the code that the rule has in the registry.
macro_rules! validators {
    ($($code:ident: $rule:ty,)*) => {$(
        const _: () = assert!(
            is_same(<$rule as Validator>::ABOUT.code, stringify!($code)),
            concat!("the registry knows this rule under another code than ", stringify!($code))
        );
        sql_function!(concat!("hcw_", stringify!($code), "_is_valid"), is_valid::<$rule>);
        sql_function!(concat!("hcw_", stringify!($code), "_reason"), reason::<$rule>);
        sql_function!(concat!("hcw_", stringify!($code), "_canonical"), canonical::<$rule>);
    )*};
}

hcw_validators::for_each_rule!(validators);

#[inline(always)]
fn is_valid<V: Validator>(call: Call<'_>) -> Datum {
    let text = call.text(0).bytes();
    Datum::from(guarded(|| V::is_valid(text)))
}

#[inline(always)]
fn reason<V: Validator>(call: Call<'_>) -> Datum {
    let text = call.text(0).bytes();
    let reason = guarded(|| V::reason(text));
    call.text_or_null(reason.map(|reason| reason.as_str().as_bytes()))
}

#[inline(always)]
fn canonical<V: Validator>(call: Call<'_>) -> Datum {
    let text = call.text(0);
    match guarded(|| V::check(text.bytes())) {
        Err(_) | Ok(Canonical::None) => call.null(),
        // The whole argument; a part of equal length may also be a constant of the rule.
        Ok(Canonical::Same(part)) if ptr::eq(part, text.bytes()) => text.datum(),
        Ok(Canonical::Same(part)) => new_text(part),
        Ok(other) => {
            let mut buffer = [0; 256];
            call.text_or_null(other.render(&mut buffer))
        }
    }
}

/// Whether two names are the same, at compile time.
const fn is_same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let mut place = 0;
    while place < one.len() && place < other.len() {
        if one[place] != other[place] {
            return false;
        }
        place += 1;
    }
    one.len() == other.len()
}
