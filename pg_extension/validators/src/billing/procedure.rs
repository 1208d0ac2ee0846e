//! Procedure codes of five characters (CPT, HCPCS level II, CDT) and their modifiers.

use crate::alphabet::Alphabet;
use crate::code_tables::{CodeSystem, CodeTables};
use crate::dates::Date;
use crate::sql::portable::{Body, Portable};
use crate::text::{misfit, trim};
use crate::{About, Answer, Canonical, CanonicalForm, Family, Layer, Reason, Source, Validator};

/// CPT code, by shape only: five digits, or four digits and F (category II), T (category III), U
/// (proprietary laboratory), M or A (multianalyte assays).
#[derive(Debug)]
pub struct Cpt;

impl Validator for Cpt {
    const ABOUT: &'static About = &About {
        code: "cpt",
        title: "CPT code (shape)",
        family: Family::BillingCodes,
        source: Source {
            standard: "AMA, Current Procedural Terminology",
            section: "introduction, code symbols and categories",
            edition: "edition not recorded",
        },
        layer: Layer::Shape,
        system: None,
        form: CanonicalForm::Own,
        example: "0591t",
        counterexample: "12F34",
    };

    fn check(input: &[u8]) -> Result<Canonical<'_>, Reason> {
        five(input, |code| match code {
            [body @ .., b'0'..=b'9' | b'F' | b'T' | b'U' | b'M' | b'A'] => {
                body.iter().all(u8::is_ascii_digit)
            }
            _ => false,
        })
    }

    const PORTABLE: &'static Portable = &Portable {
        helpers: "",
        is_valid: Body::Sql(
            r#"
    select value collate "C" ~ E'^[ \t-\r]*[0-9]{4}[0-9FTUMAftuma][ \t-\r]*$'
"#,
        ),
        reason: Body::Sql(
            r#"
    select case
        when hcw.cpt_is_valid(value) then null
        else hcw._misfit(value, 'A-Za-z0-9', '', '{5}')
    end
"#,
        ),
        canonical: Body::Sql(
            r#"
    select case when hcw.cpt_is_valid(value) then hcw._upper(value) end
"#,
        ),
    };
}

/// HCPCS level II code: one of the letters in use and four digits. Codes of five digits are CPT's.
#[derive(Debug)]
pub struct Hcpcs;

impl Validator for Hcpcs {
    const ABOUT: &'static About = &About {
        code: "hcpcs",
        title: "HCPCS level II code",
        family: Family::BillingCodes,
        source: Source {
            standard: "CMS, HCPCS Level II Coding Procedures; alpha-numeric file",
            section: "code structure; letters of the file",
            edition: "October 2025",
        },
        layer: Layer::Shape,
        system: Some(CodeSystem::Hcpcs),
        form: CanonicalForm::Own,
        example: "g0463",
        counterexample: "W1234",
    };

    fn check(input: &[u8]) -> Result<Canonical<'_>, Reason> {
        five(input, |code| match code {
            [letter, number @ ..] => {
                b"ABCEGHJKLMPQRSTUV".contains(letter) && number.iter().all(u8::is_ascii_digit)
            }
        })
    }

    const PORTABLE: &'static Portable = &Portable {
        helpers: "",
        is_valid: Body::Sql(
            r#"
    select value collate "C" ~ E'^[ \t-\r]*[ABCEGHJ-MP-Vabceghj-mp-v][0-9]{4}[ \t-\r]*$'
"#,
        ),
        reason: Body::Sql(
            r#"
    select case
        when hcw.hcpcs_is_valid(value) then null
        else hcw._misfit(value, 'A-Za-z0-9', '', '{5}')
    end
"#,
        ),
        canonical: Body::Sql(
            r#"
    select case when hcw.hcpcs_is_valid(value) then hcw._upper(value) end
"#,
        ),
    };
}

/// CDT dental code, by shape only: `D` and four digits.
#[derive(Debug)]
pub struct Cdt;

impl Validator for Cdt {
    const ABOUT: &'static About = &About {
        code: "cdt",
        title: "CDT dental code (shape)",
        family: Family::BillingCodes,
        source: Source {
            standard: "ADA, Current Dental Terminology",
            section: "code structure",
            edition: "edition not recorded",
        },
        layer: Layer::Shape,
        system: None,
        form: CanonicalForm::Own,
        example: "D0120",
        counterexample: "DA120",
    };

    fn check(input: &[u8]) -> Result<Canonical<'_>, Reason> {
        five(input, |[letter, number @ ..]| {
            *letter == b'D' && number.iter().all(u8::is_ascii_digit)
        })
    }

    const PORTABLE: &'static Portable = &Portable {
        helpers: "",
        is_valid: Body::Sql(
            r#"
    select value collate "C" ~ E'^[ \t-\r]*[Dd][0-9]{4}[ \t-\r]*$'
"#,
        ),
        reason: Body::Sql(
            r#"
    select case
        when hcw.cdt_is_valid(value) then null
        else hcw._misfit(value, 'A-Za-z0-9', '', '{5}')
    end
"#,
        ),
        canonical: Body::Sql(
            r#"
    select case when hcw.cdt_is_valid(value) then hcw._upper(value) end
"#,
        ),
    };
}

/// Five letters or digits that satisfy `fits` in upper case.
fn five(input: &[u8], fits: impl Fn(&[u8; 5]) -> bool) -> Result<Canonical<'_>, Reason> {
    let text = trim(input)?;
    match <&[u8; 5]>::try_from(text) {
        Ok(code) if fits(&code.map(|byte| byte.to_ascii_uppercase())) => Ok(Canonical::upper(text)),
        code => Err(misfit(text, &Alphabet::ALPHANUMERIC, code.is_ok())),
    }
}

/// Procedure modifier: two letters or digits. Those with a letter are HCPCS's and can be looked
/// up; two digits are CPT's, whose list is licensed.
#[derive(Debug)]
pub struct Modifier;

impl Validator for Modifier {
    const ABOUT: &'static About = &About {
        code: "modifier",
        title: "Procedure modifier",
        family: Family::BillingCodes,
        source: Source {
            standard: "CMS, HCPCS Level II alpha-numeric file",
            section: "modifiers",
            edition: "October 2025",
        },
        layer: Layer::Shape,
        system: Some(CodeSystem::HcpcsModifier),
        form: CanonicalForm::Own,
        example: "rt",
        counterexample: "00",
    };

    fn check(input: &[u8]) -> Result<Canonical<'_>, Reason> {
        let text = trim(input)?;
        if text.len() != 2 || !Alphabet::ALPHANUMERIC.covers(text) {
            return Err(misfit(text, &Alphabet::ALPHANUMERIC, false));
        }
        if text == b"00" {
            Err(Reason::Unassigned)
        } else {
            Ok(Canonical::upper(text))
        }
    }

    fn answer<'a>(input: &'a [u8], tables: &dyn CodeTables, on: Option<Date>) -> Answer<'a> {
        let check = Self::check(input);
        let has_letter = input.iter().any(u8::is_ascii_alphabetic);
        let looked_up = check
            .ok()
            .filter(|_| has_letter)
            .and_then(|code| Answer::from_table(code, CodeSystem::HcpcsModifier, tables, on));
        looked_up.unwrap_or_else(|| Answer::from_check(check, Layer::Shape))
    }

    const PORTABLE: &'static Portable = &Portable {
        helpers: "",
        is_valid: Body::Sql(
            r#"
    select value collate "C" ~ E'^[ \t-\r]*([A-Za-z1-9][A-Za-z0-9]|0[A-Za-z1-9])[ \t-\r]*$'
"#,
        ),
        reason: Body::Sql(
            r#"
    select case
        when hcw.modifier_is_valid(value) then null
        when hcw._trim(value) collate "C" = '00' then 'unassigned'
        else hcw._misfit(value, 'A-Za-z0-9', '', '{}')
    end
"#,
        ),
        canonical: Body::Sql(
            r#"
    select case when hcw.modifier_is_valid(value) then hcw._upper(value) end
"#,
        ),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_in_use() {
        let letters: String = ('A'..='Z')
            .filter(|l| Hcpcs::is_valid(format!("{l}1234").as_bytes()))
            .collect();
        assert_eq!(letters, "ABCEGHJKLMPQRSTUV");
        let letters: String = ('A'..='Z')
            .filter(|l| Cpt::is_valid(format!("1234{l}").as_bytes()))
            .collect();
        assert_eq!(letters, "AFMTU");
    }
}
