//! Plain check-digit algorithms over digit strings of any length.

use crate::alphabet::Alphabet;
use crate::sql::portable::{Body, Portable};
use crate::text::trim;
use crate::{About, Canonical, CanonicalForm, Family, Layer, Reason, Source, Validator};
use crate::{luhn, verhoeff};

/// Digits that end in a Luhn check digit; a lone 0 passes.
#[derive(Debug)]
pub struct Luhn;

impl Validator for Luhn {
    const ABOUT: &'static About = &About {
        code: "luhn",
        title: "Luhn check digit",
        family: Family::InternationalIdentifiers,
        source: Source {
            standard: "ISO/IEC 7812-1",
            section: "annex B",
            edition: "2017",
        },
        layer: Layer::Shape,
        system: None,
        form: CanonicalForm::Own,
        example: "49927398716",
        counterexample: "1234567812345678",
    };

    fn check(input: &[u8]) -> Result<Canonical<'_>, Reason> {
        check_digits(input, luhn::passes)
    }

    const PORTABLE: &'static Portable = &Portable {
        helpers: "",
        is_valid: Body::Sql(
            r#"
    select case
        when value collate "C" !~ E'^[ \t-\r]*[0-9]+[ \t-\r]*$' then false
        else hcw._luhn_long(hcw._trim(value))
    end
"#,
        ),
        reason: Body::Sql(
            r#"
    select case
        when hcw.luhn_is_valid(value) then null
        when value collate "C" ~ E'^[ \t-\r]*[0-9]+[ \t-\r]*$' then 'checksum'
        else hcw._misfit(value, '0-9', '', '{}')
    end
"#,
        ),
        canonical: Body::Sql(
            r#"
    select case when hcw.luhn_is_valid(value) then hcw._trim(value) end
"#,
        ),
    };
}

/// Digits that end in a Verhoeff check digit; a lone 0 passes.
#[derive(Debug)]
pub struct Verhoeff;

impl Validator for Verhoeff {
    const ABOUT: &'static About = &About {
        code: "verhoeff",
        title: "Verhoeff check digit",
        family: Family::InternationalIdentifiers,
        source: Source {
            standard: "J. Verhoeff, Error Detecting Decimal Codes, Mathematical Centre Tracts 29",
            section: "dihedral group code",
            edition: "1969",
        },
        layer: Layer::Shape,
        system: None,
        form: CanonicalForm::Own,
        example: "2363",
        counterexample: "2364",
    };

    fn check(input: &[u8]) -> Result<Canonical<'_>, Reason> {
        check_digits(input, verhoeff::passes)
    }

    const PORTABLE: &'static Portable = &Portable {
        helpers: "",
        is_valid: Body::Sql(
            r#"
    select case
        when value collate "C" !~ E'^[ \t-\r]*[0-9]+[ \t-\r]*$' then false
        else hcw._verhoeff(hcw._trim(value))
    end
"#,
        ),
        reason: Body::Sql(
            r#"
    select case
        when hcw.verhoeff_is_valid(value) then null
        when value collate "C" ~ E'^[ \t-\r]*[0-9]+[ \t-\r]*$' then 'checksum'
        else hcw._misfit(value, '0-9', '', '{}')
    end
"#,
        ),
        canonical: Body::Sql(
            r#"
    select case when hcw.verhoeff_is_valid(value) then hcw._trim(value) end
"#,
        ),
    };
}

fn check_digits(input: &[u8], passes: fn(&[u8]) -> bool) -> Result<Canonical<'_>, Reason> {
    let text = trim(input)?;
    if !Alphabet::DIGITS.covers(text) {
        return Err(Reason::Charset);
    }
    if passes(text) {
        Ok(Canonical::Same(text))
    } else {
        Err(Reason::Checksum)
    }
}
