//! Records that cannot land: why, where, and their bytes.

/// Why a record cannot land: the closed vocabulary of `hcw.load_rejects.reason`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Reason {
    /// Fewer fields than the header.
    TooFewFields,
    /// More fields than the header.
    TooManyFields,
    /// Bytes that are not UTF-8.
    InvalidUtf8,
    /// The byte zero, which PostgreSQL's text cannot hold.
    NulByte,
    /// A quote that nothing closes.
    UnterminatedQuote,
    /// Text between a closing quote and the next delimiter.
    TextAfterQuote,
    /// Longer than [`super::window::LONGEST_RECORD`].
    RecordTooLong,
    /// Not JSON.
    InvalidJson,
    /// JSON with `\u0000`, which jsonb cannot hold.
    JsonNulCharacter,
    /// JSON with a number outside PostgreSQL's numeric.
    JsonNumberOutOfRange,
    /// JSON nested deeper than the server's stack allows.
    JsonTooDeep,
    /// Anything else that makes the server refuse this one record.
    RefusedByServer,
}

impl Reason {
    /// The word in `hcw.load_rejects.reason`.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Reason::TooFewFields => "too_few_fields",
            Reason::TooManyFields => "too_many_fields",
            Reason::InvalidUtf8 => "invalid_utf8",
            Reason::NulByte => "nul_byte",
            Reason::UnterminatedQuote => "unterminated_quote",
            Reason::TextAfterQuote => "text_after_quote",
            Reason::RecordTooLong => "record_too_long",
            Reason::InvalidJson => "invalid_json",
            Reason::JsonNulCharacter => "json_nul_character",
            Reason::JsonNumberOutOfRange => "json_number_out_of_range",
            Reason::JsonTooDeep => "json_too_deep",
            Reason::RefusedByServer => "refused_by_server",
        }
    }

    /// The reason in words.
    pub(crate) fn describe(self) -> &'static str {
        match self {
            Reason::TooFewFields => "fewer fields than the header",
            Reason::TooManyFields => "more fields than the header",
            Reason::InvalidUtf8 => "bytes that are not UTF-8",
            Reason::NulByte => "a NUL byte",
            Reason::UnterminatedQuote => "a quote that is never closed",
            Reason::TextAfterQuote => "text after a closing quote",
            Reason::RecordTooLong => "a record of over 64 MiB",
            Reason::InvalidJson => "no valid JSON",
            Reason::JsonNulCharacter => "JSON with the character \\u0000",
            Reason::JsonNumberOutOfRange => "JSON with a number that is too large",
            Reason::JsonTooDeep => "JSON that is nested too deep",
            Reason::RefusedByServer => "a value that the server refuses",
        }
    }
}

/// A record that cannot land.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reject {
    /// Number of the record in its file, from 1.
    pub(crate) row: u64,
    /// Line where it starts, from 1.
    pub(crate) line: u64,
    /// Why.
    pub(crate) reason: Reason,
    /// Its bytes without the line break; the first mebibyte of one that is too long.
    pub(crate) raw: Vec<u8>,
    /// Length of the whole record.
    pub(crate) raw_bytes: u64,
}
