//! Employer Identification Number.

use crate::alphabet::Alphabet;
use crate::grouped::Grouping;
use crate::sql::portable::{Body, Portable};
use crate::text::{number, trim};
use crate::{About, Canonical, CanonicalForm, Family, Layer, Reason, Short, Source, Validator};

const GROUPING: Grouping = Grouping {
    alphabet: Alphabet::DIGITS,
    separators: b"-",
    places: &[2],
};

/// Employer Identification Number: nine digits, bare or 2-7, the first two a prefix that the IRS
/// assigns from.
#[derive(Debug)]
pub struct Ein;

impl Validator for Ein {
    const ABOUT: &'static About = &About {
        code: "ein",
        title: "Employer Identification Number",
        family: Family::UsIdentifiers,
        source: Source {
            standard: "IRS, How EINs are assigned and valid EIN prefixes",
            section: "table of prefixes",
            edition: "edition not recorded",
        },
        layer: Layer::Shape,
        system: None,
        form: CanonicalForm::Own,
        example: "12-3456789",
        counterexample: "00-1234567",
    };

    fn check(input: &[u8]) -> Result<Canonical<'_>, Reason> {
        let digits = GROUPING.read::<9>(trim(input)?)?;
        if !is_assigned(number(&digits[..2])) {
            return Err(Reason::Unassigned);
        }
        let mut canonical = Short::new();
        canonical.extend(&digits);
        Ok(canonical.into())
    }

    const PORTABLE: &'static Portable = &Portable {
        helpers: "",
        is_valid: Body::Sql(
            r#"
    select value collate "C" ~ (E'^[ \t-\r]*'
        || '(0[1-6]|1[0-6]|2[0-7]|3[0-9]|4[0-8]|5[0-9]|6[0-8]|7[1-7]|8[0-8]|9[0-589])'
        || E'-?[0-9]{7}[ \t-\r]*$')
"#,
        ),
        reason: Body::Sql(
            r#"
    select case
        when hcw.ein_is_valid(value) then null
        when value collate "C" ~ E'^[ \t-\r]*[0-9]{2}-?[0-9]{7}[ \t-\r]*$' then 'unassigned'
        else hcw._misfit(value, '0-9', '-', '{9}')
    end
"#,
        ),
        canonical: Body::Sql(
            r#"
    select case when hcw.ein_is_valid(value) then hcw._bare(value) end
"#,
        ),
    };
}

/// Whether the IRS assigns numbers with this prefix.
const fn is_assigned(prefix: u32) -> bool {
    matches!(
        prefix,
        1..=6 | 10..=16 | 20..=27 | 30..=48 | 50..=68 | 71..=77 | 80..=88 | 90..=95 | 98 | 99
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eighty_three_prefixes() {
        assert_eq!((0..100).filter(|prefix| is_assigned(*prefix)).count(), 83);
    }
}
