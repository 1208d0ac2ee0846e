//! Claim adjustment and remittance advice remark codes.

use crate::alphabet::Alphabet;
use crate::sql::portable::{Body, Portable};
use crate::text::{misfit, split_once, trim};
use crate::{About, Canonical, CanonicalForm, Family, Layer, Reason, Source, Validator};

/// Claim adjustment reason code, by shape only: a number of up to three digits, or one of six
/// letters and digits. A group code in front (`CO-45`) is split off.
#[derive(Debug)]
pub struct Carc;

impl Validator for Carc {
    const ABOUT: &'static About = &About {
        code: "carc",
        title: "Claim adjustment reason code (shape)",
        family: Family::BillingCodes,
        source: Source {
            standard: "X12, Claim Adjustment Reason Codes",
            section: "form of the codes; group codes of CAS01",
            edition: "edition not recorded",
        },
        layer: Layer::Shape,
        system: None,
        form: CanonicalForm::Own,
        example: "CO-45",
        counterexample: "1000",
    };

    fn check(input: &[u8]) -> Result<Canonical<'_>, Reason> {
        parse(input).map(|(_, code)| code)
    }

    const PORTABLE: &'static Portable = &Portable {
        helpers: "",
        is_valid: Body::Sql(
            r#"
    select value collate "C" ~ (E'^[ \t-\r]*'
        || '(([Cc][Oo]|[Pp][Rr]|[Oo][Aa]|[Pp][Ii]|[Cc][Rr])-)?([1-9][0-9]{0,2}|[ABDPWYabdpwy][0-9]{1,2})'
        || E'[ \t-\r]*$')
"#,
        ),
        reason: Body::Sql(
            r#"
    select case
        when hcw.carc_is_valid(value) then null
        -- at most three characters after the first hyphen
        when value collate "C" ~ E'^[ \t-\r]*([A-Za-z0-9]*-)?[A-Za-z0-9-]{0,3}[ \t-\r]*$' then
            replace(hcw._misfit(value, 'A-Za-z0-9-', '', '{}') collate "C", 'length', 'structure')
        else hcw._misfit(value, 'A-Za-z0-9-', '', '{}')
    end
"#,
        ),
        canonical: Body::Sql(
            r#"
    select case
        when hcw.carc_is_valid(value) then
            upper(regexp_replace(hcw._trim(value) collate "C", '^.*-', ''))
    end
"#,
        ),
    };
}

/// Who bears an adjustment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdjustmentGroup {
    /// CO
    ContractualObligation,
    /// PR
    PatientResponsibility,
    /// OA
    OtherAdjustment,
    /// PI
    PayerInitiated,
    /// CR
    Correction,
}

const GROUPS: [(&[u8; 2], AdjustmentGroup); 5] = [
    (b"CO", AdjustmentGroup::ContractualObligation),
    (b"PR", AdjustmentGroup::PatientResponsibility),
    (b"OA", AdjustmentGroup::OtherAdjustment),
    (b"PI", AdjustmentGroup::PayerInitiated),
    (b"CR", AdjustmentGroup::Correction),
];

/// The group code, where one is given, and the reason code.
pub fn parse(input: &[u8]) -> Result<(Option<AdjustmentGroup>, Canonical<'_>), Reason> {
    const ALPHABET: Alphabet = Alphabet::ALPHANUMERIC.with(b"-");
    let text = trim(input)?;
    if !ALPHABET.covers(text) {
        return Err(Reason::Charset);
    }
    let (group, code) = match split_once(text, b'-') {
        Some((group, code)) => (Some(group), code),
        None => (None, text),
    };
    if code.len() > 3 {
        return Err(Reason::Length);
    }
    let group = match group {
        None => None,
        Some(given) => {
            let known = GROUPS
                .iter()
                .find(|(code, _)| given.eq_ignore_ascii_case(*code));
            Some(known.map(|(_, group)| *group).ok_or(Reason::Structure)?)
        }
    };
    let digits = match code {
        [b'1'..=b'9', rest @ ..] => rest,
        [letter, digit, rest @ ..]
            if b"ABDPWY".contains(&letter.to_ascii_uppercase()) && digit.is_ascii_digit() =>
        {
            rest
        }
        _ => return Err(Reason::Structure),
    };
    if !digits.iter().all(u8::is_ascii_digit) {
        return Err(Reason::Structure);
    }
    Ok((group, Canonical::upper(code)))
}

/// Remittance advice remark code: `M` or `N` and a number of up to three digits, or `MA` and two
/// or three digits.
#[derive(Debug)]
pub struct Rarc;

impl Validator for Rarc {
    const ABOUT: &'static About = &About {
        code: "rarc",
        title: "Remittance advice remark code",
        family: Family::BillingCodes,
        source: Source {
            standard: "CMS and X12, Remittance Advice Remark Codes",
            section: "form of the codes",
            edition: "edition not recorded",
        },
        layer: Layer::Shape,
        system: None,
        form: CanonicalForm::Own,
        example: "n30",
        counterexample: "15",
    };

    fn check(input: &[u8]) -> Result<Canonical<'_>, Reason> {
        let text = trim(input)?;
        let fits = match text {
            [b'M' | b'm', b'A' | b'a', digits @ ..] => match digits {
                [_, _] => digits != b"00" && digits.iter().all(u8::is_ascii_digit),
                [b'1'..=b'9', _, _] => digits.iter().all(u8::is_ascii_digit),
                _ => false,
            },
            [b'M' | b'N' | b'm' | b'n', b'1'..=b'9', rest @ ..] => {
                rest.len() < 3 && rest.iter().all(u8::is_ascii_digit)
            }
            _ => false,
        };
        if !fits {
            let longest = if matches!(text, [_, b'A' | b'a', ..]) {
                5
            } else {
                4
            };
            let fits_length = (2..=longest).contains(&text.len());
            return Err(misfit(text, &Alphabet::ALPHANUMERIC, fits_length));
        }
        Ok(Canonical::upper(text))
    }

    const PORTABLE: &'static Portable = &Portable {
        helpers: "",
        is_valid: Body::Sql(
            r#"
    select value collate "C" ~ (E'^[ \t-\r]*'
        || '([MNmn][1-9][0-9]{0,2}|[Mm][Aa]([1-9][0-9]{1,2}|0[1-9]))'
        || E'[ \t-\r]*$')
"#,
        ),
        reason: Body::Sql(
            r#"
    select case
        when hcw.rarc_is_valid(value) then null
        when value collate "C" ~ E'^[ \t-\r]*[^ \t-\r][Aa]' then hcw._misfit(value, 'A-Za-z0-9', '', '{2,3,4,5}')
        else hcw._misfit(value, 'A-Za-z0-9', '', '{2,3,4}')
    end
"#,
        ),
        canonical: Body::Sql(
            r#"
    select case when hcw.rarc_is_valid(value) then hcw._upper(value) end
"#,
        ),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_split_off() {
        assert_eq!(Carc::canonical(b"co-45").as_deref(), Some(&b"45"[..]));
        assert_eq!(
            parse(b"PR-1").unwrap().0,
            Some(AdjustmentGroup::PatientResponsibility)
        );
        for (text, reason) in [
            ("ZZ-45", Reason::Structure),
            ("CO-", Reason::Structure),
            ("045", Reason::Structure),
            ("A", Reason::Structure),
            ("CO45", Reason::Length),
            ("C4", Reason::Structure),
        ] {
            assert_eq!(Carc::reason(text.as_bytes()), Some(reason), "{text}");
        }
    }

    #[test]
    fn remark_codes() {
        for text in ["M1", "ma01", "MA134", "N999"] {
            assert!(Rarc::is_valid(text.as_bytes()), "{text}");
        }
        for (text, reason) in [
            ("N0", Reason::Structure),
            ("MA1", Reason::Structure),
            ("MA00", Reason::Structure),
            ("MA1345", Reason::Length),
            ("N", Reason::Length),
        ] {
            assert_eq!(Rarc::reason(text.as_bytes()), Some(reason), "{text}");
        }
    }
}
