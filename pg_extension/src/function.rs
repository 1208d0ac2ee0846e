//! The calling convention: arguments in, one value or null out, errors.

use std::any::Any;
use std::convert::Infallible;
use std::ffi::c_void;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr;

use hcw_validators::dates::Date;
use pgrx::pg_sys::errcodes::PgSqlErrorCode;
use pgrx::pg_sys::panic::{ErrorReport, pgrx_extern_c_guard};
use pgrx::pg_sys::{self, Datum, FunctionCallInfo, FunctionCallInfoBaseData};

use crate::fast_text::FastText;

// As in `fast_text`: without pgrx's `setjmp`. Callers hold nothing to drop.
unsafe extern "C-unwind" {
    fn palloc(size: usize) -> *mut c_void;
}

/// Days from 1970-01-01 to 2000-01-01, where the server's dates start.
const SERVER_EPOCH: i32 = 10_957;

/// Exports a function and the record that tells the server how to call it.
///
/// The body is a `fn(Call<'_>) -> Datum`. The declaration in `sql/` must have the arguments that it
/// reads, in type and number, and be `strict` unless it asks [`Call::is_null`].
macro_rules! sql_function {
    ($symbol:expr, $body:expr) => {
        const _: () = {
            #[unsafe(export_name = $symbol)]
            unsafe extern "C-unwind" fn function(
                info: pgrx::pg_sys::FunctionCallInfo,
            ) -> pgrx::pg_sys::Datum {
                let body: fn($crate::function::Call<'_>) -> pgrx::pg_sys::Datum = $body;
                // SAFETY: the server calls this with a filled record, as `sql/` declares.
                body(unsafe { $crate::function::Call::new(info) })
            }

            #[unsafe(export_name = concat!("pg_finfo_", $symbol))]
            extern "C-unwind" fn record() -> &'static pgrx::pg_sys::Pg_finfo_record {
                const VERSION_1: pgrx::pg_sys::Pg_finfo_record =
                    pgrx::pg_sys::Pg_finfo_record { api_version: 1 };
                &VERSION_1
            }
        };
    };
}
pub(crate) use sql_function;

/// One call of a function by the server.
#[derive(Clone, Copy)]
pub(crate) struct Call<'a> {
    info: FunctionCallInfo,
    lifetime: PhantomData<&'a FunctionCallInfoBaseData>,
}

impl<'a> Call<'a> {
    /// # Safety
    /// `info` is the record of the running call, and the function is declared in SQL with the
    /// arguments that its body reads. The body holds nothing to drop while it reads arguments or
    /// makes text.
    #[inline(always)]
    pub(crate) unsafe fn new(info: FunctionCallInfo) -> Call<'a> {
        Call {
            info,
            lifetime: PhantomData,
        }
    }

    /// The server's record of the call.
    #[inline(always)]
    pub(crate) fn info(self) -> FunctionCallInfo {
        self.info
    }

    #[inline(always)]
    fn argument(self, index: usize) -> Datum {
        // SAFETY: the function has this argument (see `new`).
        unsafe { (*(*self.info).args.as_ptr().add(index)).value }
    }

    /// Whether an argument is null; only of use in functions that are not strict.
    #[inline(always)]
    pub(crate) fn is_null(self, index: usize) -> bool {
        // SAFETY: the function has this argument (see `new`).
        unsafe { (*(*self.info).args.as_ptr().add(index)).isnull }
    }

    /// A text or bytea argument.
    #[inline(always)]
    pub(crate) fn text(self, index: usize) -> FastText<'a> {
        // SAFETY: the argument is a text or bytea (see `new`) and outlives the call.
        unsafe { FastText::new(self.argument(index)) }
    }

    /// An integer argument.
    #[inline(always)]
    pub(crate) fn integer(self, index: usize) -> i32 {
        self.argument(index).value() as i32
    }

    /// A boolean argument.
    #[inline(always)]
    pub(crate) fn boolean(self, index: usize) -> bool {
        self.argument(index).value() as u8 != 0
    }

    /// A date argument.
    ///
    /// **Nulls**: the infinities, and days outside years 1 to 9999.
    #[inline(always)]
    pub(crate) fn date(self, index: usize) -> Option<Date> {
        let days = self.integer(index).checked_add(SERVER_EPOCH)?;
        Date::from_days_since_1970(days)
    }

    /// The answer null.
    #[inline(always)]
    pub(crate) fn null(self) -> Datum {
        // SAFETY: the record is ours for the length of the call.
        unsafe { (*self.info).isnull = true };
        Datum::from(0_usize)
    }

    /// A text made from `bytes`, or null.
    #[inline(always)]
    pub(crate) fn text_or_null(self, bytes: Option<&[u8]>) -> Datum {
        match bytes {
            Some(bytes) => new_text(bytes),
            None => self.null(),
        }
    }

    /// A date, or null.
    #[inline(always)]
    pub(crate) fn date_or_null(self, date: Option<Date>) -> Datum {
        match date {
            Some(date) => Datum::from(date.days_since_1970() - SERVER_EPOCH),
            None => self.null(),
        }
    }

    /// A number that `find` found in an earlier call of the same expression.
    ///
    /// `find` tells the number that argument `index` stands for; it is asked once where that
    /// argument cannot change, else in every call.
    #[inline(always)]
    pub(crate) fn remembered(self, index: i32, find: impl FnOnce() -> u32) -> u32 {
        /// What is kept for an argument that varies.
        const VARIES: usize = usize::MAX;
        // SAFETY: the record of the function is there in every call; nobody but the function
        // itself reads `fn_extra`, which is null at first and holds no pointer here.
        let kept = unsafe { (*(*self.info).flinfo).fn_extra.addr() };
        match kept {
            0 => {
                let number = find();
                // SAFETY: as above; a missing expression tree counts as one that varies.
                unsafe {
                    let function = (*self.info).flinfo;
                    let stable = pg_sys::get_fn_expr_arg_stable(function, index);
                    let kept = if stable { number as usize + 1 } else { VARIES };
                    (*function).fn_extra = ptr::without_provenance_mut(kept);
                }
                number
            }
            VARIES => find(),
            number => (number - 1) as u32,
        }
    }
}

/// A text made from `bytes`, which are in the database's encoding.
///
/// The caller's frames hold nothing to drop.
#[inline(always)]
pub(crate) fn new_text(bytes: &[u8]) -> Datum {
    const HEADER: usize = 4;
    let size = bytes.len() + HEADER;
    // SAFETY: the memory has room for the header and the bytes; a text that came from a text is
    // below the server's limit of 1 GB, which `palloc` checks.
    unsafe {
        let text = palloc(size).cast::<u8>();
        pgrx::set_varsize_4b(text.cast(), size as i32);
        ptr::copy_nonoverlapping(bytes.as_ptr(), text.add(HEADER), bytes.len());
        Datum::from(text)
    }
}

/// As [`new_text`], but the caller's frames may hold things to drop.
pub(crate) fn new_text_by_pgrx(bytes: &[u8]) -> Datum {
    // SAFETY: the pointer and the length are those of a slice.
    Datum::from(unsafe {
        pg_sys::cstring_to_text_with_len(bytes.as_ptr().cast(), bytes.len() as i32)
    })
}

/// Runs `rule`, which never calls the server, and makes an SQL error of a panic.
///
/// Rules do not panic, and where the compiler sees that, nothing is left of this.
#[inline(always)]
pub(crate) fn guarded<R: Copy>(rule: impl FnOnce() -> R) -> R {
    match catch_unwind(AssertUnwindSafe(rule)) {
        Ok(answer) => answer,
        Err(payload) => raise(payload),
    }
}

#[cold]
#[inline(never)]
fn raise(payload: Box<dyn Any + Send>) -> ! {
    // SAFETY: the payload has moved into the closure, so that no frame holds anything to drop.
    match unsafe { pgrx_extern_c_guard(move || -> Infallible { resume_unwind(payload) }) } {}
}

/// Raises error 22023, invalid parameter value.
///
/// The caller's frames hold nothing to drop.
#[cold]
#[inline(never)]
pub(crate) fn invalid_parameter(what: &'static str, given: &[u8], hint: fn(&[u8]) -> String) -> ! {
    let report = || -> Infallible {
        let given = printable(given);
        let hint = hint(given.as_bytes());
        let error = ErrorReport::new(
            PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
            format!("unknown {what} \"{given}\""),
            "",
        );
        resume_unwind(Box::new(error.set_hint(hint)))
    };
    // SAFETY: all that there is to drop belongs to the closure.
    match unsafe { pgrx_extern_c_guard(report) } {}
}

/// The first characters of a name for a message, in ASCII, which every encoding has.
fn printable(given: &[u8]) -> String {
    let shown = given.get(..63).unwrap_or(given);
    shown
        .iter()
        .map(|byte| match byte {
            b' '..=b'~' => char::from(*byte),
            _ => '?',
        })
        .collect()
}
