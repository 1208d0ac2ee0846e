//! Dates in the notations that healthcare files use.
//!
//! A notation is read into a [`PartialDate`], which keeps the precision that was given: `1976`
//! stays a year. [`PartialDate::lower`] and [`PartialDate::upper`] are its bounds.

pub mod calendar;
pub mod partial;

pub use calendar::Date;
pub use partial::{Moment, Offset, PartialDate, Precision};

include!(concat!(env!("OUT_DIR"), "/dates.rs"));

use crate::alphabet::Alphabet;
use crate::reason::Reason;
use crate::text::trim;

/// Characters that some date notation uses; any other is `charset` in all of them.
const ALPHABET: Alphabet = Alphabet::ALPHANUMERIC.with(b" +-/:.,_");

/// A reader's reason, unless a character is outside every notation's alphabet.
#[cold]
fn charset_first(text: &[u8], reason: Reason) -> Reason {
    if ALPHABET.covers(text) {
        reason
    } else {
        Reason::Charset
    }
}

/// A notation of one date or timestamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// HL7 version 2 timestamp.
    Hl7,
    /// FHIR date: year, month or day.
    FhirDate,
    /// FHIR dateTime.
    FhirDateTime,
    /// FHIR instant.
    FhirInstant,
    /// X12 qualifier D8: CCYYMMDD.
    X12D8,
    /// Month, day, year, as written in the United States.
    UsMdy,
    /// Whatever can be read in one way only.
    Auto,
    /// Serial number of the 1900 date system.
    Excel1900,
    /// Serial number of the 1904 date system.
    Excel1904,
    /// SAS date: days since 1960-01-01.
    SasDate,
    /// SAS datetime: seconds since 1960-01-01.
    SasDateTime,
}

impl Format {
    /// All formats.
    pub const ALL: [Format; 11] = [
        Format::Hl7,
        Format::FhirDate,
        Format::FhirDateTime,
        Format::FhirInstant,
        Format::X12D8,
        Format::UsMdy,
        Format::Auto,
        Format::Excel1900,
        Format::Excel1904,
        Format::SasDate,
        Format::SasDateTime,
    ];

    /// The stable name that SQL uses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Format::Hl7 => "hl7",
            Format::FhirDate => "fhir_date",
            Format::FhirDateTime => "fhir_datetime",
            Format::FhirInstant => "fhir_instant",
            Format::X12D8 => "x12_d8",
            Format::UsMdy => "us_mdy",
            Format::Auto => "auto",
            Format::Excel1900 => "excel1900",
            Format::Excel1904 => "excel1904",
            Format::SasDate => "sas_date",
            Format::SasDateTime => "sas_datetime",
        }
    }

    /// The format of this name.
    pub fn from_name(name: &[u8]) -> Option<Format> {
        Format::ALL
            .into_iter()
            .find(|format| format.as_str().as_bytes() == name)
    }
}

/// Reads `input` in a declared notation.
#[inline]
pub fn parse_date(input: &[u8], format: Format) -> Result<PartialDate, Reason> {
    let text = trim(input)?;
    match format {
        Format::Hl7 => hl7::parse(text),
        Format::FhirDate => fhir::parse_date(text),
        Format::FhirDateTime => fhir::parse_date_time(text),
        Format::FhirInstant => fhir::parse_instant(text),
        Format::X12D8 => x12::parse_d8(text),
        Format::UsMdy => us_mdy::parse(text),
        Format::Auto => auto::parse(text),
        Format::Excel1900 => serial::parse_excel(text, serial::ExcelSystem::From1900),
        Format::Excel1904 => serial::parse_excel(text, serial::ExcelSystem::From1904),
        Format::SasDate => serial::parse_sas_date(text),
        Format::SasDateTime => serial::parse_sas_date_time(text),
    }
}

/// Reads `input` in a declared notation down to its day; the time of day is checked and dropped.
///
/// **Errors**: those of [`parse_date`]; `Precision` for a year or a month.
#[inline]
pub fn parse_day(input: &[u8], format: Format) -> Result<Date, Reason> {
    let text = trim(input)?;
    // The notations of large files are spelled out, so that nothing but the day is kept.
    let date = match format {
        Format::Hl7 => hl7::parse(text)?.date(),
        Format::FhirDate => fhir::parse_date(text)?.date(),
        Format::FhirDateTime => fhir::parse_date_time(text)?.date(),
        Format::X12D8 => x12::parse_d8(text)?.date(),
        Format::UsMdy => us_mdy::parse(text)?.date(),
        other => parse_date(text, other)?.date(),
    };
    date.ok_or(Reason::Precision)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_the_day_of_the_date() {
        for (text, day) in [
            ("19760704010159-0500", Ok((1976, 7, 4))),
            ("197607", Err(Reason::Precision)),
        ] {
            let expected = day.map(|(year, month, day)| Date::new(year, month, day).unwrap());
            assert_eq!(parse_day(text.as_bytes(), Format::Hl7), expected);
        }
        for format in Format::ALL {
            for text in [
                "2024",
                "2024-01-05",
                "20240105",
                "1/5/2024",
                "45292",
                "2024-13-01",
                "x",
            ] {
                let date = parse_date(text.as_bytes(), format)
                    .and_then(|date| date.date().ok_or(Reason::Precision));
                assert_eq!(parse_day(text.as_bytes(), format), date);
            }
        }
    }

    #[test]
    fn formats_are_found_by_name() {
        for format in Format::ALL {
            assert_eq!(Format::from_name(format.as_str().as_bytes()), Some(format));
        }
        assert_eq!(Format::from_name(b"iso"), None);
    }
}
