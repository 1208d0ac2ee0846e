//! State, territory and military postal codes.

use crate::alphabet::Alphabet;
use crate::sql::portable::{Body, Portable};
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
            edition: "edition not recorded",
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

    const PORTABLE: &'static Portable = &Portable {
        helpers: r#"
create or replace function hcw._us_states() returns jsonb
language sql immutable parallel safe as $$
    select '{
        "al": "AL", "01": "AL", "alabama": "AL", "ak": "AK", "02": "AK", "alaska": "AK",
        "az": "AZ", "04": "AZ", "arizona": "AZ", "ar": "AR", "05": "AR", "arkansas": "AR",
        "ca": "CA", "06": "CA", "california": "CA", "co": "CO", "08": "CO", "colorado": "CO",
        "ct": "CT", "09": "CT", "connecticut": "CT", "de": "DE", "10": "DE", "delaware": "DE",
        "dc": "DC", "11": "DC", "district of columbia": "DC", "fl": "FL", "12": "FL", "florida": "FL",
        "ga": "GA", "13": "GA", "georgia": "GA", "hi": "HI", "15": "HI", "hawaii": "HI",
        "id": "ID", "16": "ID", "idaho": "ID", "il": "IL", "17": "IL", "illinois": "IL",
        "in": "IN", "18": "IN", "indiana": "IN", "ia": "IA", "19": "IA", "iowa": "IA",
        "ks": "KS", "20": "KS", "kansas": "KS", "ky": "KY", "21": "KY", "kentucky": "KY",
        "la": "LA", "22": "LA", "louisiana": "LA", "me": "ME", "23": "ME", "maine": "ME",
        "md": "MD", "24": "MD", "maryland": "MD", "ma": "MA", "25": "MA", "massachusetts": "MA",
        "mi": "MI", "26": "MI", "michigan": "MI", "mn": "MN", "27": "MN", "minnesota": "MN",
        "ms": "MS", "28": "MS", "mississippi": "MS", "mo": "MO", "29": "MO", "missouri": "MO",
        "mt": "MT", "30": "MT", "montana": "MT", "ne": "NE", "31": "NE", "nebraska": "NE",
        "nv": "NV", "32": "NV", "nevada": "NV", "nh": "NH", "33": "NH", "new hampshire": "NH",
        "nj": "NJ", "34": "NJ", "new jersey": "NJ", "nm": "NM", "35": "NM", "new mexico": "NM",
        "ny": "NY", "36": "NY", "new york": "NY", "nc": "NC", "37": "NC", "north carolina": "NC",
        "nd": "ND", "38": "ND", "north dakota": "ND", "oh": "OH", "39": "OH", "ohio": "OH",
        "ok": "OK", "40": "OK", "oklahoma": "OK", "or": "OR", "41": "OR", "oregon": "OR",
        "pa": "PA", "42": "PA", "pennsylvania": "PA", "ri": "RI", "44": "RI", "rhode island": "RI",
        "sc": "SC", "45": "SC", "south carolina": "SC", "sd": "SD", "46": "SD", "south dakota": "SD",
        "tn": "TN", "47": "TN", "tennessee": "TN", "tx": "TX", "48": "TX", "texas": "TX",
        "ut": "UT", "49": "UT", "utah": "UT", "vt": "VT", "50": "VT", "vermont": "VT",
        "va": "VA", "51": "VA", "virginia": "VA", "wa": "WA", "53": "WA", "washington": "WA",
        "wv": "WV", "54": "WV", "west virginia": "WV", "wi": "WI", "55": "WI", "wisconsin": "WI",
        "wy": "WY", "56": "WY", "wyoming": "WY", "as": "AS", "60": "AS", "american samoa": "AS",
        "fm": "FM", "64": "FM", "federated states of micronesia": "FM", "gu": "GU", "66": "GU",
        "guam": "GU", "mh": "MH", "68": "MH", "marshall islands": "MH", "mp": "MP", "69": "MP",
        "northern mariana islands": "MP", "pw": "PW", "70": "PW", "palau": "PW", "pr": "PR",
        "72": "PR", "puerto rico": "PR", "vi": "VI", "78": "VI", "virgin islands": "VI",
        "aa": "AA", "armed forces americas": "AA", "ae": "AE", "armed forces europe": "AE",
        "ap": "AP", "armed forces pacific": "AP"
    }'::jsonb
$$;
"#,
        is_valid: Body::Sql(
            r#"
    select hcw._us_states() ? lower(hcw._trim(value) collate "C")
"#,
        ),
        reason: Body::Sql(
            r#"
    select case
        when hcw.us_state_is_valid(value) then null
        when value collate "C" ~ E'^[ \t-\r]*([0-9]{2}|[A-Za-z][A-Za-z ]{0,28}[A-Za-z])[ \t-\r]*$' then 'unassigned'
        when value collate "C" ~ '[0-9]' then hcw._misfit(value, 'A-Za-z0-9 ', '', '{2}')
        else hcw._misfit(value, 'A-Za-z0-9 ', '', '{}')
    end
"#,
        ),
        canonical: Body::Sql(
            r#"
    select hcw._us_states() ->> lower(hcw._trim(value) collate "C")
"#,
        ),
    };
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
