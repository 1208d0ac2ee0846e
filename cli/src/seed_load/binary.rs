//! PostgreSQL's binary COPY format for the values of seeds: the server has less to read than in text. No IO.

use bytes::Bytes;
use hcw_core::seed::{SeedData, SeedRows};
use jiff::civil::{Date, date};
use rayon::prelude::*;
use tokio_postgres::types::Type;

/// Rows that one thread encodes.
const PART: usize = 4096;
/// What a copy begins with: the signature, no flags, no more header.
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// What a copy ends with.
static TRAILER: [u8; 2] = (-1_i16).to_be_bytes();
/// The server's first day.
const EPOCH: Date = date(2000, 1, 1);

/// How the values of a column are encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Integer,
    BigInteger,
    Float,
    Boolean,
    Date,
    Text,
}

impl Kind {
    /// The kind of a column of the server; `None` for types whose texts the server alone reads.
    pub(super) fn of(column: &Type) -> Option<Kind> {
        Some(match *column {
            Type::INT4 => Kind::Integer,
            Type::INT8 => Kind::BigInteger,
            Type::FLOAT8 => Kind::Float,
            Type::BOOL => Kind::Boolean,
            Type::DATE => Kind::Date,
            Type::TEXT | Type::VARCHAR => Kind::Text,
            _ => return None,
        })
    }

    /// The type of a seed's column all of whose values are certain, since that was found in them.
    fn of_all_found(self) -> Option<&'static str> {
        Some(match self {
            Kind::Integer => "integer",
            Kind::BigInteger => "bigint",
            Kind::Boolean => "boolean",
            Kind::Date => "date",
            Kind::Text => "text",
            // one may be too large or too small for the server
            Kind::Float => return None,
        })
    }
}

/// Whether every value has a form that the server takes for what its text says; one of another is for the server to
/// read, or to refuse.
pub(super) fn is_certain(seed: &SeedData, kinds: &[Kind]) -> bool {
    let is_found = |position: usize, kind: Kind| {
        let data_type = seed
            .columns
            .get(position)
            .map(|(_, data_type)| &**data_type);
        seed.found.get(position) == Some(&true) && kind.of_all_found() == data_type
    };
    i16::try_from(kinds.len()).is_ok()
        && kinds.len() == seed.columns.len()
        && kinds.par_iter().enumerate().all(|(position, kind)| {
            let mut out = Vec::new();
            let mut values = seed.rows.column(position).flatten();
            is_found(position, *kind)
                || values.all(|text| {
                    out.clear();
                    text.is_empty() || append(&mut out, text, *kind).is_some()
                })
        })
}

/// The whole copy, a part at a time; `None` for a part with a value that is not certain.
pub(super) fn parts(rows: &SeedRows, kinds: &[Kind]) -> impl Iterator<Item = Option<Bytes>> {
    let starts = (0..rows.len()).step_by(PART);
    let header = Some(Bytes::from_static(HEADER));
    let trailer = Some(Bytes::from_static(&TRAILER));
    std::iter::once(header)
        .chain(starts.map(move |start| part(rows, start, kinds)))
        .chain([trailer])
}

fn part(rows: &SeedRows, start: usize, kinds: &[Kind]) -> Option<Bytes> {
    let width = i16::try_from(kinds.len()).ok()?.to_be_bytes();
    let mut out = Vec::with_capacity(PART * kinds.len() * 10);
    for row in rows.iter_from(start).take(PART) {
        out.extend_from_slice(&width);
        for (value, kind) in row.zip(kinds) {
            match value.filter(|text| !text.is_empty()) {
                None => out.extend_from_slice(&(-1_i32).to_be_bytes()),
                Some(text) => append(&mut out, text, *kind)?,
            }
        }
    }
    Some(Bytes::from(out))
}

fn append(out: &mut Vec<u8>, text: &str, kind: Kind) -> Option<()> {
    match kind {
        Kind::Integer => field(out, &text.parse::<i32>().ok()?.to_be_bytes()),
        Kind::BigInteger => field(out, &text.parse::<i64>().ok()?.to_be_bytes()),
        Kind::Float => field(out, &float(text)?.to_be_bytes()),
        Kind::Boolean => match text {
            "true" => field(out, &[1]),
            "false" => field(out, &[0]),
            _ => None,
        },
        Kind::Date => {
            let day: Date = text.parse().ok().filter(|_| text.len() == 10)?;
            let days = EPOCH.until(day).ok()?.get_days();
            field(out, &days.to_be_bytes())
        }
        Kind::Text => field(out, text.as_bytes()),
    }
}

fn field(out: &mut Vec<u8>, bytes: &[u8]) -> Option<()> {
    let length = i32::try_from(bytes.len()).ok()?;
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(bytes);
    Some(())
}

/// A number that the server reads as this one; it refuses what is too large or too small.
fn float(text: &str) -> Option<f64> {
    let number: f64 = text.parse().ok()?;
    let mantissa = text.split(['e', 'E']).next().unwrap_or_default();
    let is_zero = !mantissa.contains(|digit| matches!(digit, '1'..='9'));
    let is_lost = (number == 0.0) != is_zero || number.is_subnormal();
    (number.is_finite() && !is_lost).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(text: &str, kind: Kind) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        append(&mut out, text, kind).map(|()| out)
    }

    #[test]
    fn values_have_the_servers_form() {
        let expected = |bytes: &[u8]| {
            let length = i32::try_from(bytes.len()).expect("short");
            Some([&length.to_be_bytes(), bytes].concat())
        };
        assert_eq!(
            encoded("-2", Kind::Integer),
            expected(&(-2_i32).to_be_bytes())
        );
        assert_eq!(
            encoded("5000000000", Kind::BigInteger),
            expected(&5_000_000_000_i64.to_be_bytes())
        );
        assert_eq!(
            encoded("1.5e3", Kind::Float),
            expected(&1500_f64.to_be_bytes())
        );
        assert_eq!(encoded("true", Kind::Boolean), expected(&[1]));
        assert_eq!(
            encoded("1999-12-31", Kind::Date),
            expected(&(-1_i32).to_be_bytes())
        );
        assert_eq!(
            encoded("2024-02-29", Kind::Date),
            expected(&8825_i32.to_be_bytes())
        );
        assert_eq!(encoded("é", Kind::Text), expected("é".as_bytes()));
    }

    #[test]
    fn what_the_server_reads_or_refuses_is_left_to_it() {
        for (text, kind) in [
            ("5000000000", Kind::Integer),
            (" 1", Kind::Integer),
            ("1e400", Kind::Float),
            ("1e-400", Kind::Float),
            ("4e-320", Kind::Float),
            ("NaN", Kind::Float),
            ("yes", Kind::Boolean),
            ("2024-2-1", Kind::Date),
            ("2024-02-30", Kind::Date),
            ("infinity", Kind::Date),
        ] {
            assert_eq!(encoded(text, kind), None, "{text}");
        }
    }
}
