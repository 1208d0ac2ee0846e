//! `validate`: all answers of the rule that its first argument names.

use hcw_validators::{Entry, NoTables, find, near};
use pgrx::PgMemoryContexts;
use pgrx::pg_sys::panic::pgrx_extern_c_guard;
use pgrx::pg_sys::{self, Datum, TupleDesc};

use crate::fast_text::FastText;
use crate::function::{Call, invalid_parameter, new_text_by_pgrx, sql_function};

// Declared as a set, because that is how a caller reads it; the server takes one value from a
// function that says nothing of sets.
sql_function!("hcw_validate", |call| {
    if call.is_null(0) {
        return row(call, None);
    }
    let kind = call.text(0).bytes();
    let known = std::str::from_utf8(kind).ok().and_then(find);
    let Some(entry) = known else {
        invalid_parameter("validator", kind, hint)
    };
    if call.is_null(1) {
        return row(call, None);
    }
    row(call, Some((entry, call.text(1))))
});

/// The row of a value, or a row of nulls.
fn row(call: Call<'_>, asked: Option<(&Entry, FastText<'_>)>) -> Datum {
    // SAFETY: all that there is to drop belongs to `make_row`, which goes through pgrx alone.
    unsafe { pgrx_extern_c_guard(|| make_row(call, asked)) }
}

fn make_row(call: Call<'_>, asked: Option<(&Entry, FastText<'_>)>) -> Datum {
    let mut values = [Datum::from(0_usize); 4];
    let mut nulls = [true; 4];
    let mut set = |column: usize, value: Datum| {
        values[column] = value;
        nulls[column] = false;
    };
    if let Some((entry, text)) = asked {
        let answer = entry.answer(text.bytes(), &NoTables, None);
        set(0, Datum::from(answer.is_valid()));
        if let Some(canonical) = answer.canonical() {
            set(1, new_text_by_pgrx(&canonical));
        }
        if let Some(reason) = answer.reason() {
            set(2, new_text_by_pgrx(reason.as_str().as_bytes()));
        }
        set(3, new_text_by_pgrx(answer.layer().as_str().as_bytes()));
    }
    // SAFETY: the description has four columns, as `sql/` declares.
    unsafe {
        let tuple = pg_sys::heap_form_tuple(columns(call), values.as_mut_ptr(), nulls.as_mut_ptr());
        pg_sys::HeapTupleHeaderGetDatum((*tuple).t_data)
    }
}

/// The description of the row, made in the first call of an expression.
///
/// # Safety
/// The function is declared to return rows.
unsafe fn columns(call: Call<'_>) -> TupleDesc {
    // SAFETY: the record of the function is there in every call, and `fn_extra` is ours: null at
    // first, then what is put there now, which lives as long as the record.
    unsafe {
        let function = (*call.info()).flinfo;
        if (*function).fn_extra.is_null() {
            PgMemoryContexts::For((*function).fn_mcxt).switch_to(|_| {
                let mut columns = std::ptr::null_mut();
                pg_sys::get_call_result_type(call.info(), std::ptr::null_mut(), &mut columns);
                (*function).fn_extra = pg_sys::BlessTupleDesc(columns).cast();
            });
        }
        (*function).fn_extra.cast()
    }
}

/// The names nearest to an unknown one.
fn hint(kind: &[u8]) -> String {
    format!(
        "near names: {}; hcw.validators lists all",
        near(kind).join(", ")
    )
}
