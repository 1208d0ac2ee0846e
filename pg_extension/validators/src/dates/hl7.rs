//! HL7 version 2 timestamps.

use super::charset_first;
use super::partial::{Offset, PartialDate};
use crate::cursor::Cursor;
use crate::text::trim;
use crate::{About, Canonical, CanonicalForm, Family, Layer, Reason, Source, Validator};

/// HL7 version 2 timestamp (TS, DTM): `YYYY[MM[DD[HH[MM[SS[.S[S[S[S]]]]]]]]][+/-ZZZZ]`.
#[derive(Debug)]
pub struct DateHl7;

impl Validator for DateHl7 {
    const ABOUT: &'static About = &About {
        code: "date_hl7",
        title: "HL7 version 2 timestamp",
        family: Family::Dates,
        source: Source {
            standard: "HL7 version 2.9, chapter 2A",
            section: "data type DTM",
            edition: "2019",
        },
        layer: Layer::Shape,
        system: None,
        form: CanonicalForm::IsoDate,
        example: "19760704010159.1234-0500",
        counterexample: "20230229",
    };

    #[inline]
    fn check(input: &[u8]) -> Result<Canonical<'_>, Reason> {
        parse(trim(input)?).map(|date| date.to_iso().into())
    }
}

#[inline]
pub(super) fn parse(text: &[u8]) -> Result<PartialDate, Reason> {
    read(text).map_err(|reason| charset_first(text, reason))
}

/// Structure is settled before lengths, and both before ranges.
#[inline]
fn read(text: &[u8]) -> Result<PartialDate, Reason> {
    let mut cursor = Cursor::new(text);
    let main = cursor.digits();
    if main.is_empty() {
        return Err(Reason::Structure);
    }
    let mut fraction: &[u8] = &[];
    if cursor.eat(b'.') {
        fraction = cursor.digits();
        if fraction.is_empty() || main.len() != 14 {
            return Err(Reason::Structure);
        }
    }
    let offset = match cursor.eat_any(b"+-") {
        None => None,
        Some(sign) => {
            let hours = cursor.number::<2>().ok_or(Reason::Structure)?;
            let minutes = cursor.number::<2>().ok_or(Reason::Structure)?;
            Some((sign, hours, minutes))
        }
    };
    if !cursor.is_done() {
        return Err(Reason::Structure);
    }
    if !matches!(main.len(), 4 | 6 | 8 | 10 | 12 | 14) || fraction.len() > 4 {
        return Err(Reason::Length);
    }
    let mut fields = Cursor::new(main);
    let year = fields.number::<4>().ok_or(Reason::Length)?;
    let month = fields.number::<2>();
    let day = fields.number::<2>();
    let mut date = PartialDate::new(year, month, day)?;
    if let Some(hour) = fields.number::<2>() {
        date = date.at(hour, fields.number::<2>(), fields.number::<2>(), 59)?;
    }
    if !fraction.is_empty() {
        date = date.with_fraction(fraction);
    }
    if let Some((sign, hours, minutes)) = offset {
        date = date.with_offset(Some(Offset::new(sign, hours, minutes)?));
    }
    Ok(date)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons() {
        for (text, reason) in [
            ("2024+1500", Reason::Range),
            ("2024+0560", Reason::Range),
            ("2024-05", Reason::Structure),
            ("2024010112.5", Reason::Structure),
            ("20240401120060", Reason::Range),
            ("2024040124", Reason::Range),
            ("20240401120000.", Reason::Structure),
            ("2024040|", Reason::Charset),
            ("202", Reason::Length),
            ("202404011200001", Reason::Length),
            ("00000101", Reason::Range),
        ] {
            assert_eq!(DateHl7::reason(text.as_bytes()), Some(reason), "{text}");
        }
    }

    #[test]
    fn a_coarse_date_keeps_its_offset() {
        assert_eq!(
            DateHl7::canonical(b"1976-0500").as_deref(),
            Some(&b"1976-05:00"[..])
        );
    }
}
