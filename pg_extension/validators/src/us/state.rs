//! State, territory and military postal codes.

use crate::alphabet::Alphabet;
use crate::text::trim;
use crate::{About, Canonical, CanonicalForm, Family, Layer, Reason, Source, Validator};

const ALPHABET: Alphabet = Alphabet::ALPHANUMERIC.with(b" ");

/// The longest name in [`STATES`].
const LONGEST: usize = 30;

/// State code: the USPS two letters, the full name, or the two-digit FIPS code; canonical is the
/// two letters.
#[derive(Debug)]
pub struct UsState;

impl Validator for UsState {
    const ABOUT: &'static About = &About {
        code: "us_state",
        title: "State or territory",
        family: Family::UsIdentifiers,
        source: Source {
            standard: "USPS, Publication 28, Postal Addressing Standards",
            section: "appendix B; INCITS 38 for the numeric codes",
            edition: "2024",
        },
        layer: Layer::Shape,
        system: None,
        form: CanonicalForm::Own,
        example: "Massachusetts",
        counterexample: "M",
    };

    fn check(input: &[u8]) -> Result<Canonical<'_>, Reason> {
        let text = trim(input)?;
        if !ALPHABET.covers(text) {
            return Err(Reason::Charset);
        }
        let has_digit = text.iter().any(u8::is_ascii_digit);
        if text.len() < 2 || text.len() > LONGEST || (has_digit && text.len() != 2) {
            return Err(Reason::Length);
        }
        if has_digit && !text.iter().all(u8::is_ascii_digit) {
            return Err(Reason::Structure);
        }
        STATES
            .iter()
            .find(|(code, fips, name)| {
                [code, fips, name]
                    .iter()
                    .any(|form| text.eq_ignore_ascii_case(form.as_bytes()))
            })
            .map(|(code, ..)| Canonical::Same(code.as_bytes()))
            .ok_or(Reason::Unassigned)
    }
}

/// USPS code, FIPS code (none for the military), name.
const STATES: [(&str, &str, &str); 62] = [
    ("AL", "01", "Alabama"),
    ("AK", "02", "Alaska"),
    ("AZ", "04", "Arizona"),
    ("AR", "05", "Arkansas"),
    ("CA", "06", "California"),
    ("CO", "08", "Colorado"),
    ("CT", "09", "Connecticut"),
    ("DE", "10", "Delaware"),
    ("DC", "11", "District of Columbia"),
    ("FL", "12", "Florida"),
    ("GA", "13", "Georgia"),
    ("HI", "15", "Hawaii"),
    ("ID", "16", "Idaho"),
    ("IL", "17", "Illinois"),
    ("IN", "18", "Indiana"),
    ("IA", "19", "Iowa"),
    ("KS", "20", "Kansas"),
    ("KY", "21", "Kentucky"),
    ("LA", "22", "Louisiana"),
    ("ME", "23", "Maine"),
    ("MD", "24", "Maryland"),
    ("MA", "25", "Massachusetts"),
    ("MI", "26", "Michigan"),
    ("MN", "27", "Minnesota"),
    ("MS", "28", "Mississippi"),
    ("MO", "29", "Missouri"),
    ("MT", "30", "Montana"),
    ("NE", "31", "Nebraska"),
    ("NV", "32", "Nevada"),
    ("NH", "33", "New Hampshire"),
    ("NJ", "34", "New Jersey"),
    ("NM", "35", "New Mexico"),
    ("NY", "36", "New York"),
    ("NC", "37", "North Carolina"),
    ("ND", "38", "North Dakota"),
    ("OH", "39", "Ohio"),
    ("OK", "40", "Oklahoma"),
    ("OR", "41", "Oregon"),
    ("PA", "42", "Pennsylvania"),
    ("RI", "44", "Rhode Island"),
    ("SC", "45", "South Carolina"),
    ("SD", "46", "South Dakota"),
    ("TN", "47", "Tennessee"),
    ("TX", "48", "Texas"),
    ("UT", "49", "Utah"),
    ("VT", "50", "Vermont"),
    ("VA", "51", "Virginia"),
    ("WA", "53", "Washington"),
    ("WV", "54", "West Virginia"),
    ("WI", "55", "Wisconsin"),
    ("WY", "56", "Wyoming"),
    ("AS", "60", "American Samoa"),
    ("FM", "64", "Federated States of Micronesia"),
    ("GU", "66", "Guam"),
    ("MH", "68", "Marshall Islands"),
    ("MP", "69", "Northern Mariana Islands"),
    ("PW", "70", "Palau"),
    ("PR", "72", "Puerto Rico"),
    ("VI", "78", "Virgin Islands"),
    ("AA", "", "Armed Forces Americas"),
    ("AE", "", "Armed Forces Europe"),
    ("AP", "", "Armed Forces Pacific"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sane() {
        assert_eq!(
            STATES.iter().map(|(_, _, name)| name.len()).max(),
            Some(LONGEST)
        );
        for (code, fips, name) in STATES {
            for form in [code, fips, name]
                .into_iter()
                .filter(|form| !form.is_empty())
            {
                assert_eq!(
                    UsState::canonical(form.as_bytes()).as_deref(),
                    Some(code.as_bytes())
                );
            }
        }
    }

    #[test]
    fn reasons() {
        assert_eq!(UsState::reason(b"XX"), Some(Reason::Unassigned));
        assert_eq!(UsState::reason(b"03"), Some(Reason::Unassigned));
        assert_eq!(UsState::reason(b"025"), Some(Reason::Length));
        assert_eq!(UsState::reason(b"M1"), Some(Reason::Structure));
    }
}
