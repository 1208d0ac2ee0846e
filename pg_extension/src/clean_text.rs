//! `clean_text`: folding of look-alike characters.

use std::borrow::Cow;
use std::ffi::CStr;

use hcw_validators::clean_text;
use pgrx::pg_sys::panic::pgrx_extern_c_guard;
use pgrx::pg_sys::{self, Datum};

use crate::fast_text::FastText;
use crate::function::{new_text_by_pgrx, sql_function};

sql_function!("hcw_clean_text", |call| {
    let text = call.text(0);
    if text.bytes().is_ascii() {
        return text.datum();
    }
    // SAFETY: all that there is to drop belongs to `fold`, which goes through pgrx alone.
    unsafe { pgrx_extern_c_guard(|| fold(text)) }
});

/// Folds a text that is not pure ASCII, by way of UTF-8 where the database has another encoding.
fn fold(text: FastText<'_>) -> Datum {
    let utf8 = pg_sys::pg_enc::PG_UTF8 as i32;
    let bytes = text.bytes();
    // SAFETY: reads a variable of the server.
    let encoding = unsafe { pg_sys::GetDatabaseEncoding() };
    if encoding == utf8 || encoding == pg_sys::pg_enc::PG_SQL_ASCII as i32 {
        return match clean_text(bytes) {
            Cow::Borrowed(_) => text.datum(),
            Cow::Owned(cleaned) => new_text_by_pgrx(&cleaned),
        };
    }
    let length = bytes.len() as i32;
    // SAFETY: the pointer and the length are those of a text in the database's encoding.
    let wide = unsafe { pg_sys::pg_server_to_any(bytes.as_ptr().cast(), length, utf8) };
    // SAFETY: the conversion of a text that is not pure ASCII ends in a zero byte.
    let wide = unsafe { CStr::from_ptr(wide) }.to_bytes();
    let cleaned = clean_text(wide);
    let length = cleaned.len() as i32;
    // SAFETY: the pointer and the length are those of a text in UTF-8; what is converted back ends
    // in a zero byte, and what is returned as it stands is not read beyond its length.
    unsafe {
        let narrow = pg_sys::pg_any_to_server(cleaned.as_ptr().cast(), length, utf8);
        if narrow.cast_const().cast::<u8>() == cleaned.as_ptr() {
            new_text_by_pgrx(&cleaned)
        } else {
            new_text_by_pgrx(CStr::from_ptr(narrow).to_bytes())
        }
    }
}
