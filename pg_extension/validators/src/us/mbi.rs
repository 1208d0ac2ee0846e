//! Medicare Beneficiary Identifier.

use crate::alphabet::Alphabet;
use crate::grouped::Grouping;
use crate::sql::portable::{Body, Portable};
use crate::text::trim;
use crate::{About, Canonical, CanonicalForm, Family, Layer, Reason, Short, Source, Validator};

const GROUPING: Grouping = Grouping {
    alphabet: Alphabet::ALPHANUMERIC.without(b"SLOIBZsloibz"),
    separators: b"-",
    places: &[4, 7],
};

/// Medicare Beneficiary Identifier: eleven characters of a fixed pattern without the letters
/// S, L, O, I, B, Z. Accepted bare or grouped 4-3-4 with hyphens; there is no check digit.
#[derive(Debug)]
pub struct Mbi;

impl Validator for Mbi {
    const ABOUT: &'static About = &About {
        code: "mbi",
        title: "Medicare Beneficiary Identifier",
        family: Family::UsIdentifiers,
        source: Source {
            standard: "CMS, Understanding the Medicare Beneficiary Identifier (MBI) Format",
            section: "whole sheet",
            edition: "edition not recorded",
        },
        layer: Layer::Shape,
        system: None,
        form: CanonicalForm::Own,
        example: "1EG4-TE5-MK73",
        counterexample: "1SG4TE5MK73",
    };

    fn check(input: &[u8]) -> Result<Canonical<'_>, Reason> {
        let code = GROUPING.read::<11>(trim(input)?)?;
        let mut fits = matches!(code[0], b'1'..=b'9');
        for at in [1, 4, 7, 8] {
            fits &= code[at].is_ascii_uppercase();
        }
        for at in [3, 6, 9, 10] {
            fits &= code[at].is_ascii_digit();
        }
        if !fits {
            return Err(Reason::Structure);
        }
        let mut canonical = Short::new();
        canonical.extend(&code);
        Ok(canonical.into())
    }

    const PORTABLE: &'static Portable = &Portable {
        helpers: "",
        is_valid: Body::Sql(
            r#"
    select value collate "C" ~ replace(replace(
        E'^[ \t-\r]*[1-9]LC[0-9](-LC[0-9]-|LC[0-9])LL[0-9]{2}[ \t-\r]*$',
        'L', '[AC-HJKMNP-RT-Yac-hjkmnp-rt-y]'),
        ']C', '][0-9AC-HJKMNP-RT-Yac-hjkmnp-rt-y]')
"#,
        ),
        reason: Body::Sql(
            r#"
    select case
        when hcw.mbi_is_valid(value) then null
        else hcw._misfit(value, '0-9AC-HJKMNP-RT-Yac-hjkmnp-rt-y', '-', '{11}')
    end
"#,
        ),
        canonical: Body::Sql(
            r#"
    select case when hcw.mbi_is_valid(value) then hcw._upper(value) end
"#,
        ),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hyphens_stand_at_both_places_or_at_none() {
        assert_eq!(
            Mbi::canonical(b"1eg4-te5-mk73").as_deref(),
            Some(&b"1EG4TE5MK73"[..])
        );
        assert_eq!(Mbi::reason(b"1EG4-TE5MK73"), Some(Reason::Structure));
        assert_eq!(Mbi::reason(b"0EG4TE5MK73"), Some(Reason::Structure));
    }
}
