//! Individual Taxpayer Identification Number.

use crate::alphabet::Alphabet;
use crate::grouped::Grouping;
use crate::sql::portable::{Body, Portable};
use crate::text::{number, trim};
use crate::{About, Canonical, CanonicalForm, Family, Layer, Reason, Short, Source, Validator};

const GROUPING: Grouping = Grouping {
    alphabet: Alphabet::DIGITS,
    separators: b"-",
    places: &[3, 5],
};

/// Individual Taxpayer Identification Number: nine digits, the first 9, the fourth and fifth
/// 50–65, 70–88, 90–92 or 94–99 (93 marks adoption numbers).
#[derive(Debug)]
pub struct Itin;

impl Validator for Itin {
    const ABOUT: &'static About = &About {
        code: "itin",
        title: "Individual Taxpayer Identification Number",
        family: Family::UsIdentifiers,
        source: Source {
            standard: "IRS, Internal Revenue Manual",
            section: "3.21.263, ITIN Real-Time System",
            edition: "edition not recorded",
        },
        layer: Layer::Shape,
        system: None,
        form: CanonicalForm::Own,
        example: "912-90-3456",
        counterexample: "912-93-4567",
    };

    fn check(input: &[u8]) -> Result<Canonical<'_>, Reason> {
        let digits = GROUPING.read::<9>(trim(input)?)?;
        let group = number(&digits[3..5]);
        if digits[0] != b'9' || !matches!(group, 50..=65 | 70..=88 | 90..=92 | 94..=99) {
            return Err(Reason::Range);
        }
        let mut canonical = Short::new();
        canonical.extend(&digits);
        Ok(canonical.into())
    }

    const PORTABLE: &'static Portable = &Portable {
        helpers: "",
        is_valid: Body::Sql(
            r#"
    select value collate "C" ~ (E'^[ \t-\r]*9[0-9]{2}'
        || '(-(5[0-9]|6[0-5]|7[0-9]|8[0-8]|9[0-24-9])-|(5[0-9]|6[0-5]|7[0-9]|8[0-8]|9[0-24-9]))'
        || E'[0-9]{4}[ \t-\r]*$')
"#,
        ),
        reason: Body::Sql(
            r#"
    select case
        when hcw.itin_is_valid(value) then null
        when value collate "C" ~ E'^[ \t-\r]*([0-9]{9}|[0-9]{3}-[0-9]{2}-[0-9]{4})[ \t-\r]*$' then 'range'
        else hcw._misfit(value, '0-9', '-', '{9}')
    end
"#,
        ),
        canonical: Body::Sql(
            r#"
    select case when hcw.itin_is_valid(value) then hcw._bare(value) end
"#,
        ),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn group_boundaries() {
        for (group, valid) in [
            ("49", false),
            ("50", true),
            ("65", true),
            ("66", false),
            ("69", false),
            ("70", true),
            ("88", true),
            ("89", false),
            ("93", false),
            ("99", true),
        ] {
            assert_eq!(
                Itin::is_valid(format!("912-{group}-3456").as_bytes()),
                valid,
                "{group}"
            );
        }
    }
}
