//! The three ZIP digits that Safe Harbor lets stand.

use crate::sql::portable::{Body, Portable};
use crate::text::{number, trim};
use crate::us::UsZip;
use crate::us::zip::parts;
use crate::{About, Canonical, CanonicalForm, Family, Layer, Reason, Short, Source, Validator};

/// The first three digits of a ZIP code, or `000` where that area holds 20,000 people or fewer, or
/// has no census area at all (military mail, unassigned prefixes).
#[derive(Debug)]
pub struct SafeHarborZip3;

impl Validator for SafeHarborZip3 {
    const ABOUT: &'static About = &About {
        code: "safe_harbor_zip3_2020",
        title: "Safe Harbor ZIP code prefix (2020 census)",
        family: Family::SafeHarbor,
        source: Source {
            standard: "45 CFR 164.514(b)(2)(i)(B); Census Bureau ZIP Code Tabulation Areas",
            section: "geographic subdivisions; areas and populations by prefix",
            edition: "2020 census",
        },
        layer: Layer::Shape,
        system: None,
        form: CanonicalForm::Zip3,
        example: "85004-1234",
        counterexample: "850",
    };

    fn check(input: &[u8]) -> Result<Canonical<'_>, Reason> {
        let text = trim(input)?;
        UsZip::check(text)?;
        let (zip, _) = parts(text)?;
        let mut canonical = Short::new();
        canonical.extend(if is_kept(number(&zip[..3])) {
            &zip[..3]
        } else {
            b"000"
        });
        Ok(canonical.into())
    }

    const PORTABLE: &'static Portable = &Portable {
        helpers: "",
        is_valid: Body::Sql(
            r#"
    select hcw.us_zip_is_valid(value)
"#,
        ),
        reason: Body::Sql(
            r#"
    select hcw.us_zip_reason(value)
"#,
        ),
        canonical: Body::Sql(
            r#"
    select case
        when hcw.us_zip_is_valid(value) is not true then null
        -- prefixes of 20,000 people or fewer; the censuses of 2010 and 2020 agree
        when left(hcw._trim(value), 3) collate "C" in ('036', '059', '102', '202', '203', '204', '205', '369',
            '556', '692', '753', '772', '821', '823', '878', '879', '884', '893') then '000'
        -- the first of each run of prefixes with a census area, and the first number after it
        when width_bucket(left(hcw._trim(value), 3)::int, '{
            6,55, 56,90, 100,192, 193,213, 214,269, 270,311, 312,332, 333,340, 341,343, 344,345, 346,348,
            349,353, 354,375, 376,399, 400,419, 420,428, 430,459, 460,509, 510,517, 520,529, 530,533,
            534,536, 537,552, 553,555, 556,568, 570,578, 580,589, 590,621, 622,632, 633,642, 644,649,
            650,659, 660,663, 664,682, 683,694, 700,702, 703,709, 710,715, 716,732, 734,742, 743,771,
            772,817, 820,839, 840,842, 843,848, 850,854, 855,858, 859,861, 863,866, 870,872, 873,876,
            877,885, 890,892, 893,896, 897,899, 900,901, 902,909, 910,929, 930,938, 939,942, 943,962,
            967,987, 988,1000}'::int[]) % 2 = 1 then left(hcw._trim(value), 3)
        else '000'
    end
"#,
        ),
    };
}

/// Whether more than 20,000 people live under this prefix.
fn is_kept(prefix: u32) -> bool {
    let has_area = CENSUS_AREAS
        .iter()
        .any(|(first, last)| (*first..=*last).contains(&prefix));
    has_area && !SMALL.contains(&prefix)
}

/// Prefixes of 20,000 people or fewer; the censuses of 2010 and 2020 agree.
const SMALL: [u32; 18] = [
    36, 59, 102, 202, 203, 204, 205, 369, 556, 692, 753, 772, 821, 823, 878, 879, 884, 893,
];

/// Prefixes with at least one tabulation area, as first and last of each run: an allow-list, so
/// that a prefix nobody counted is never let through.
#[rustfmt::skip]
const CENSUS_AREAS: [(u32, u32); 63] = [
    (6, 54), (56, 89), (100, 191), (193, 212), (214, 268), (270, 310), (312, 331), (333,
    339), (341, 342), (344, 344), (346, 347), (349, 352), (354, 374), (376, 398), (400,
    418), (420, 427), (430, 458), (460, 508), (510, 516), (520, 528), (530, 532), (534,
    535), (537, 551), (553, 554), (556, 567), (570, 577), (580, 588), (590, 620), (622,
    631), (633, 641), (644, 648), (650, 658), (660, 662), (664, 681), (683, 693), (700,
    701), (703, 708), (710, 714), (716, 731), (734, 741), (743, 770), (772, 816), (820,
    838), (840, 841), (843, 847), (850, 853), (855, 857), (859, 860), (863, 865), (870,
    871), (873, 875), (877, 884), (890, 891), (893, 895), (897, 898), (900, 900), (902,
    908), (910, 928), (930, 937), (939, 941), (943, 961), (967, 986), (988, 999),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_agree_with_the_census() {
        let areas: u32 = CENSUS_AREAS
            .iter()
            .map(|(first, last)| last - first + 1)
            .sum();
        assert_eq!(areas, 896);
        assert!(CENSUS_AREAS.is_sorted());
        assert_eq!(
            (0..1000).filter(|prefix| is_kept(*prefix)).count(),
            896 - SMALL.len()
        );
    }

    #[test]
    fn unknown_areas_are_dropped() {
        for zip in ["09012", "34002", "96201", "21301", "00501", "88901"] {
            assert_eq!(
                SafeHarborZip3::canonical(zip.as_bytes()).as_deref(),
                Some(&b"000"[..])
            );
        }
        assert_eq!(
            SafeHarborZip3::canonical(b"96910").as_deref(),
            Some(&b"969"[..])
        );
    }
}
