//! Diagnosis related groups.

use crate::alphabet::Alphabet;
use crate::sql::portable::{Body, Portable};
use crate::text::{misfit, number, trim};
use crate::{
    About, Canonical, CanonicalForm, CodeSystem, Family, Layer, Reason, Short, Source, Validator,
};

/// MS-DRG: one to three digits, canonical with three, in the table of the fiscal year. Without a
/// loaded table the built-in list of FY2026 (version 43) answers.
#[derive(Debug)]
pub struct MsDrg;

impl Validator for MsDrg {
    const ABOUT: &'static About = &About {
        code: "ms_drg",
        title: "Medicare severity diagnosis related group",
        family: Family::BillingCodes,
        source: Source {
            standard: "CMS, IPPS final rule",
            section: "table 5, list of MS-DRGs",
            edition: "FY2026, version 43",
        },
        layer: Layer::List,
        system: Some(CodeSystem::MsDrg),
        form: CanonicalForm::Own,
        example: "1",
        counterexample: "015",
    };

    fn check(input: &[u8]) -> Result<Canonical<'_>, Reason> {
        let text = trim(input)?;
        let canonical = padded(text)?;
        let group = number(text);
        let listed = ASSIGNED
            .iter()
            .any(|(first, last)| (*first..=*last).contains(&group));
        if listed {
            Ok(canonical)
        } else {
            Err(Reason::Unassigned)
        }
    }

    fn shape(input: &[u8]) -> Result<Canonical<'_>, Reason> {
        padded(trim(input)?)
    }

    const PORTABLE: &'static Portable = &Portable {
        helpers: "",
        is_valid: Body::Sql(
            r#"
    select case
        when value collate "C" !~ E'^[ \t-\r]*[0-9]{1,3}[ \t-\r]*$' then false
        -- the first of each run of groups in use, and the first number after it
        else width_bucket(hcw._trim(value)::int, '{
            1,9, 10,15, 16,43, 52,77, 80,104, 113,118, 121,126, 135,160, 163,169, 173,174, 175,210,
            212,214, 215,222, 228,230, 231,237, 239,246, 250,294, 296,338, 344,361, 368,396, 397,400,
            402,403, 405,431, 432,449, 450,452, 456,459, 461,484, 485,490, 492,509, 510,523, 533,567,
            570,586, 592,608, 614,631, 637,646, 650,676, 682,685, 686,691, 693,701, 707,719, 722,731,
            734,751, 754,762, 768,771, 776,777, 779,780, 783,851, 853,859, 862,873, 876,877, 880,888,
            894,898, 901,910, 913,924, 927,930, 933,936, 939,942, 945,952, 955,960, 963,966, 969,971,
            974,978, 981,984, 987,990, 998,1000}'::int[]) % 2 = 1
    end
"#,
        ),
        reason: Body::Sql(
            r#"
    select case
        when hcw.ms_drg_is_valid(value) then null
        when value collate "C" ~ E'^[ \t-\r]*[0-9]{1,3}[ \t-\r]*$' then 'unassigned'
        else hcw._misfit(value, '0-9', '', '{}')
    end
"#,
        ),
        canonical: Body::Sql(
            r#"
    select case when hcw.ms_drg_is_valid(value) then lpad(hcw._trim(value), 3, '0') end
"#,
        ),
    };
}

fn padded(text: &[u8]) -> Result<Canonical<'_>, Reason> {
    if text.len() > 3 || !Alphabet::DIGITS.covers(text) {
        return Err(misfit(text, &Alphabet::DIGITS, false));
    }
    Ok(Canonical::zero_padded(text, 3))
}

/// The groups of FY2026, as first and last of each run.
#[rustfmt::skip]
const ASSIGNED: [(u32, u32); 65] = [
    (1, 8), (10, 14), (16, 42), (52, 76), (80, 103), (113, 117), (121, 125), (135, 159),
    (163, 168), (173, 173), (175, 209), (212, 213), (215, 221), (228, 229), (231, 236),
    (239, 245), (250, 293), (296, 337), (344, 360), (368, 395), (397, 399), (402, 402),
    (405, 430), (432, 448), (450, 451), (456, 458), (461, 483), (485, 489), (492, 508),
    (510, 522), (533, 566), (570, 585), (592, 607), (614, 630), (637, 645), (650, 675),
    (682, 684), (686, 690), (693, 700), (707, 718), (722, 730), (734, 750), (754, 761),
    (768, 770), (776, 776), (779, 779), (783, 850), (853, 858), (862, 872), (876, 876),
    (880, 887), (894, 897), (901, 909), (913, 923), (927, 929), (933, 935), (939, 941),
    (945, 951), (955, 959), (963, 965), (969, 970), (974, 977), (981, 983), (987, 989),
    (998, 999),
];

/// APR-DRG, by shape only: a base of three digits and an optional severity 1–4, with or without a
/// hyphen. Severity 0 occurs for the two ungroupable bases alone.
#[derive(Debug)]
pub struct AprDrg;

impl Validator for AprDrg {
    const ABOUT: &'static About = &About {
        code: "apr_drg",
        title: "All patient refined diagnosis related group (shape)",
        family: Family::BillingCodes,
        source: Source {
            standard: "Solventum, APR-DRG Methodology Overview",
            section: "base group and severity of illness subclass",
            edition: "edition not recorded",
        },
        layer: Layer::Shape,
        system: None,
        form: CanonicalForm::Own,
        example: "720-4",
        counterexample: "139-5",
    };

    fn check(input: &[u8]) -> Result<Canonical<'_>, Reason> {
        const ALPHABET: Alphabet = Alphabet::DIGITS.with(b"-");
        let text = trim(input)?;
        if !ALPHABET.covers(text) {
            return Err(Reason::Charset);
        }
        let count = text.iter().filter(|byte| **byte != b'-').count();
        if !matches!(count, 3 | 4) {
            return Err(Reason::Length);
        }
        let (base, severity) = match text {
            [base @ .., b'-', severity] if base.len() == 3 => (base, Some(*severity)),
            [base @ .., severity] if base.len() == 3 => (base, Some(*severity)),
            base => (base, None),
        };
        if base.contains(&b'-') || severity == Some(b'-') || base.len() != 3 {
            return Err(Reason::Structure);
        }
        let ungroupable = matches!(base, b"955" | b"956");
        match severity {
            Some(b'0') if !ungroupable => return Err(Reason::Range),
            Some(b'5'..=b'9') => return Err(Reason::Range),
            _ if base == b"000" => return Err(Reason::Unassigned),
            _ => {}
        }
        let mut canonical = Short::new();
        canonical.extend(base);
        if let Some(severity) = severity {
            canonical.push(b'-');
            canonical.push(severity);
        }
        Ok(canonical.into())
    }

    const PORTABLE: &'static Portable = &Portable {
        helpers: "",
        is_valid: Body::Sql(
            r#"
    select value collate "C" ~ (E'^[ \t-\r]*'
        || '((00[1-9]|0[1-9][0-9]|[1-9][0-9]{2})(-?[1-4])?|95[56]-?0)'
        || E'[ \t-\r]*$')
"#,
        ),
        reason: Body::Sql(
            r#"
    select case
        when hcw.apr_drg_is_valid(value) then null
        when value collate "C" ~ E'^[ \t-\r]*000(-?[1-4])?[ \t-\r]*$' then 'unassigned'
        when value collate "C" ~ E'^[ \t-\r]*[0-9]{3}-?[0-9][ \t-\r]*$' then 'range'
        else hcw._misfit(value, '0-9', '-', '{3,4}')
    end
"#,
        ),
        canonical: Body::Sql(
            r#"
    select case
        when hcw.apr_drg_is_valid(value) then
            rtrim(left(hcw._bare(value), 3) || '-' || substr(hcw._bare(value), 4), '-')
    end
"#,
        ),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seven_hundred_and_seventy_two_groups() {
        let count = (0..1000).filter(|group| MsDrg::is_valid(format!("{group:03}").as_bytes()));
        assert_eq!(count.count(), 772);
    }

    #[test]
    fn severities() {
        assert_eq!(AprDrg::canonical(b"7204").as_deref(), Some(&b"720-4"[..]));
        assert!(AprDrg::is_valid(b"955-0"));
        assert_eq!(AprDrg::reason(b"720-0"), Some(Reason::Range));
        assert_eq!(AprDrg::reason(b"1395"), Some(Reason::Range));
        assert_eq!(AprDrg::reason(b"72-04"), Some(Reason::Structure));
        assert_eq!(AprDrg::reason(b"720-"), Some(Reason::Structure));
        assert_eq!(AprDrg::reason(b"72"), Some(Reason::Length));
    }
}
