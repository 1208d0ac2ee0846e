//! Ages, with all above 89 in one class.

use crate::alphabet::Alphabet;
use crate::dates::Date;
use crate::sql::portable::{Body, Portable};
use crate::text::{misfit, number, trim};
use crate::{About, Canonical, CanonicalForm, Family, Layer, Reason, Source, Validator};

/// The class of ages that may not be told apart.
const OLDEST_CLASS: &[u8] = b"90+";

/// The highest age that is an age.
const OLDEST: u32 = 120;

/// Age in years: 0–89 stay, above is `90+`, which is accepted as it is.
#[derive(Debug)]
pub struct SafeHarborAge;

impl Validator for SafeHarborAge {
    const ABOUT: &'static About = &About {
        code: "safe_harbor_age",
        title: "Safe Harbor age",
        family: Family::SafeHarbor,
        source: Source {
            standard: "45 CFR 164.514(b)(2)(i)(C)",
            section: "ages over 89",
            edition: "2013",
        },
        layer: Layer::Shape,
        system: None,
        form: CanonicalForm::Own,
        example: "89",
        counterexample: "x",
    };

    fn check(input: &[u8]) -> Result<Canonical<'_>, Reason> {
        let text = trim(input)?;
        if text == OLDEST_CLASS {
            return Ok(Canonical::Same(text));
        }
        if text.len() > 3 || !Alphabet::DIGITS.covers(text) {
            return Err(misfit(text, &Alphabet::DIGITS, false));
        }
        match number(text) {
            0..=89 => {
                let zeros = text.iter().take_while(|byte| **byte == b'0').count();
                let first = zeros.min(text.len() - 1);
                Ok(Canonical::Same(text.get(first..).unwrap_or(text)))
            }
            90..=OLDEST => Ok(Canonical::Same(OLDEST_CLASS)),
            _ => Err(Reason::Range),
        }
    }

    const PORTABLE: &'static Portable = &Portable {
        helpers: "",
        is_valid: Body::Sql(
            r#"
    select value collate "C" ~ E'^[ \t-\r]*(0?[0-9]{1,2}|1[01][0-9]|120|90[+])[ \t-\r]*$'
"#,
        ),
        reason: Body::Sql(
            r#"
    select case
        when hcw.safe_harbor_age_is_valid(value) then null
        when value collate "C" ~ E'^[ \t-\r]*[0-9]{3}[ \t-\r]*$' then 'range'
        else hcw._misfit(value, '0-9', '', '{}')
    end
"#,
        ),
        canonical: Body::Sql(
            r#"
    select case
        when not hcw.safe_harbor_age_is_valid(value) then null
        when rtrim(hcw._trim(value), '+')::int >= 90 then '90+'
        else (hcw._trim(value)::int)::text
    end
"#,
        ),
    };
}

/// The year of birth, or nothing where it would reveal an age above 89 on `today`.
pub fn birth_year(birth: Date, today: Date) -> Option<u32> {
    // The year alone must not tell: everyone of a year shares it, so the eldest decides.
    let eldest = today.year().checked_sub(birth.year())?;
    (eldest < 90).then_some(birth.year())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes() {
        for (text, canonical) in [
            ("0", "0"),
            ("007", "7"),
            ("90", "90+"),
            ("120", "90+"),
            ("90+", "90+"),
        ] {
            assert_eq!(
                SafeHarborAge::canonical(text.as_bytes()).as_deref(),
                Some(canonical.as_bytes())
            );
        }
        assert_eq!(SafeHarborAge::reason(b"121"), Some(Reason::Range));
        assert_eq!(SafeHarborAge::reason(b"1000"), Some(Reason::Length));
        assert_eq!(SafeHarborAge::reason(b"-1"), Some(Reason::Charset));
    }

    #[test]
    fn birth_years_of_the_eldest_go() {
        let day = |year, month, day| Date::new(year, month, day).unwrap();
        assert_eq!(birth_year(day(1936, 12, 31), day(2025, 1, 1)), Some(1936));
        assert_eq!(birth_year(day(1935, 12, 31), day(2025, 1, 1)), None);
        assert_eq!(birth_year(day(2026, 1, 1), day(2025, 1, 1)), None);
    }
}
