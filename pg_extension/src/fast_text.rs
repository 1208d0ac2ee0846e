//! Text (or bytea) arguments, read where they lie.

use std::slice;

use pgrx::pg_sys::{Datum, varlena};

// The server's own functions; pgrx's twins pay a `setjmp` per call for an error that only
// compressed and external values can raise. Callers hold nothing to drop.
unsafe extern "C-unwind" {
    fn pg_detoast_datum_packed(datum: *mut varlena) -> *mut varlena;
}

/// A text argument: its bytes, in the database's encoding, and the value that holds them.
///
/// Bytes rather than `str`: a rule looks for ASCII alone, and any encoding is welcome.
#[derive(Clone, Copy)]
pub(crate) struct FastText<'a> {
    bytes: &'a [u8],
    value: *const u8,
}

impl<'a> FastText<'a> {
    /// Reads short and plain values in place; compressed and external ones are detoasted first.
    ///
    /// # Safety
    /// `datum` is a text or bytea that lives as long as `'a`. The caller's frames hold nothing to
    /// drop, because detoasting may raise an error.
    #[inline(always)]
    pub(crate) unsafe fn new(datum: Datum) -> FastText<'a> {
        let value = datum.cast_mut_ptr::<u8>();
        // SAFETY: `value` points to a varlena.
        if let Some(text) = unsafe { FastText::in_place(value) } {
            return text;
        }
        // SAFETY: as above; the result is plain and lives as long as the call.
        unsafe { FastText::detoasted(value) }
    }

    /// A value that is neither compressed nor external.
    ///
    /// # Safety
    /// `value` points to a varlena.
    #[cfg(target_endian = "little")]
    #[inline(always)]
    unsafe fn in_place(value: *const u8) -> Option<FastText<'a>> {
        // SAFETY: the first byte tells the kind of header: an odd one is a header of its own that
        // counts itself, except 1, which marks an external value; 00 in the low bits starts a
        // four-byte header. The length covers the header.
        unsafe {
            let first = *value;
            let (start, length) = if first & 1 == 1 && first != 1 {
                (1, usize::from(first >> 1))
            } else if first & 3 == 0 {
                let header = value.cast::<u32>().read_unaligned();
                (4, (header >> 2) as usize)
            } else {
                return None;
            };
            // A length below its header is a broken page; reading nothing is the safe answer.
            let bytes = slice::from_raw_parts(value.add(start), length.saturating_sub(start));
            Some(FastText { bytes, value })
        }
    }

    /// The header bits above are those of little-endian machines; others take the long way.
    ///
    /// # Safety
    /// None needed.
    #[cfg(not(target_endian = "little"))]
    unsafe fn in_place(_: *const u8) -> Option<FastText<'a>> {
        None
    }

    #[cold]
    #[inline(never)]
    unsafe fn detoasted(value: *mut u8) -> FastText<'a> {
        // SAFETY: `value` points to a varlena, and the result is neither compressed nor external.
        unsafe {
            let plain = pg_detoast_datum_packed(value.cast());
            FastText {
                bytes: pgrx::varlena::varlena_to_byte_slice(plain),
                value: plain.cast(),
            }
        }
    }

    /// The text.
    #[inline(always)]
    pub(crate) fn bytes(self) -> &'a [u8] {
        self.bytes
    }

    /// The argument itself, to be returned where the answer is the argument.
    #[inline(always)]
    pub(crate) fn datum(self) -> Datum {
        Datum::from(self.value.cast_mut())
    }
}
