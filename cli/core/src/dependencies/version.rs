//! Versions and ranges of versions, compared as dbt compares them.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

/// How a version is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `=`, or nothing.
    Exact,
}

impl Comparison {
    fn as_str(self) -> &'static str {
        match self {
            Comparison::Greater => ">",
            Comparison::GreaterOrEqual => ">=",
            Comparison::Less => "<",
            Comparison::LessOrEqual => "<=",
            Comparison::Exact => "=",
        }
    }

    fn is_lower_bound(self) -> bool {
        matches!(self, Comparison::Greater | Comparison::GreaterOrEqual)
    }

    fn is_upper_bound(self) -> bool {
        matches!(self, Comparison::Less | Comparison::LessOrEqual)
    }
}

/// A version with its comparison: `>=1.2.3-rc1`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// How it is compared.
    pub comparison: Comparison,
    numbers: [u64; 3],
    /// `rc1` in `1.0.0-rc1`.
    pub prerelease: Option<String>,
    build: Option<String>,
}

/// A text that is no version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not a valid semantic version.")]
pub struct NoVersion(pub String);

impl FromStr for Version {
    type Err = NoVersion;

    fn from_str(text: &str) -> Result<Version, NoVersion> {
        parse(text.trim()).ok_or_else(|| NoVersion(text.to_owned()))
    }
}

fn parse(text: &str) -> Option<Version> {
    let (comparison, rest) = [
        (">=", Comparison::GreaterOrEqual),
        ("<=", Comparison::LessOrEqual),
        (">", Comparison::Greater),
        ("<", Comparison::Less),
        ("=", Comparison::Exact),
    ]
    .into_iter()
    .find_map(|(sign, comparison)| Some((comparison, text.strip_prefix(sign)?)))
    .unwrap_or((Comparison::Exact, text));
    let (rest, build) = match rest.split_once('+') {
        Some((rest, build)) => (rest, Some(build)),
        None => (rest, None),
    };
    let (major, rest) = number(rest)?;
    let (minor, rest) = number(rest.strip_prefix('.')?)?;
    let (patch, rest) = number(rest.strip_prefix('.')?)?;
    let prerelease = rest.strip_prefix('-').unwrap_or(rest);
    let is_part = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    if !prerelease.is_empty() && !prerelease.split('.').all(is_part) {
        return None;
    }
    if rest == "-" || build.is_some_and(|build| !build.split('.').all(is_part)) {
        return None;
    }
    Some(Version {
        comparison,
        numbers: [major, minor, patch],
        prerelease: Some(prerelease.to_owned()).filter(|text| !text.is_empty()),
        build: build.map(str::to_owned),
    })
}

/// A number without leading zeros, and what follows it.
fn number(text: &str) -> Option<(u64, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let end = if text.starts_with('0') { 1 } else { digits };
    Some((text.get(..end)?.parse().ok()?, &text[end..]))
}

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor, patch] = self.numbers;
        write!(
            formatter,
            "{}{major}.{minor}.{patch}",
            self.comparison.as_str()
        )?;
        if let Some(prerelease) = &self.prerelease {
            write!(formatter, "-{prerelease}")?;
        }
        if let Some(build) = &self.build {
            write!(formatter, "+{build}")?;
        }
        Ok(())
    }
}

impl Version {
    /// The order of two versions; at the same version, of the sides of it that their comparisons name.
    fn compare(&self, other: &Version) -> Ordering {
        let by_number = self.numbers.cmp(&other.numbers);
        if by_number != Ordering::Equal {
            return by_number;
        }
        match (&self.prerelease, &other.prerelease) {
            (None, None) => {}
            // what is asked to be less than 2.0.0 is not 2.0.0-rc1
            (None, Some(_)) if self.comparison == Comparison::Less => return Ordering::Less,
            (None, Some(_)) => return Ordering::Greater,
            (Some(_), None) => return Ordering::Less,
            (Some(left), Some(right)) => {
                let order = compare_prereleases(left, right);
                if order != Ordering::Equal {
                    return order;
                }
            }
        }
        use Comparison::{Greater, GreaterOrEqual, Less, LessOrEqual};
        let (left, right) = (self.comparison, other.comparison);
        match (left, right) {
            (GreaterOrEqual, LessOrEqual) | (LessOrEqual, GreaterOrEqual) => Ordering::Equal,
            (Less, LessOrEqual) | (GreaterOrEqual, Greater) => Ordering::Less,
            (LessOrEqual, Less) | (Greater, GreaterOrEqual) => Ordering::Greater,
            _ if left.is_upper_bound() && right.is_lower_bound() => Ordering::Less,
            _ if left.is_lower_bound() && right.is_upper_bound() => Ordering::Greater,
            _ => Ordering::Equal,
        }
    }
}

fn compare_prereleases(left: &str, right: &str) -> Ordering {
    for (left, right) in left.split('.').zip(right.split('.')) {
        let order = match (left.parse::<u64>(), right.parse::<u64>()) {
            (Ok(left), Ok(right)) => left.cmp(&right),
            (Ok(_), Err(_)) => Ordering::Less,
            (Err(_), Ok(_)) => Ordering::Greater,
            (Err(_), Err(_)) => left.cmp(right),
        };
        if order != Ordering::Equal {
            return order;
        }
    }
    left.len().cmp(&right.len())
}

/// A range of versions; a side that is `None` is open.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Range {
    start: Option<Version>,
    end: Option<Version>,
}

impl fmt::Display for Range {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sides: Vec<String> = self
            .start
            .iter()
            .chain(&self.end)
            .map(ToString::to_string)
            .collect();
        if sides.is_empty() {
            return formatter.write_str("ANY");
        }
        formatter.write_str(&sides.join(", "))
    }
}

impl Range {
    fn of(version: &Version) -> Range {
        let side = || Some(version.clone());
        match version.comparison {
            Comparison::Exact => Range {
                start: side(),
                end: side(),
            },
            comparison if comparison.is_lower_bound() => Range {
                start: side(),
                end: None,
            },
            _ => Range {
                start: None,
                end: side(),
            },
        }
    }

    /// What lies in both ranges; `None` when nothing does.
    fn and(self, other: Range) -> Option<Range> {
        let is_exact = |side: &Option<Version>| matches!(side, Some(version) if version.comparison == Comparison::Exact);
        let range = if is_exact(&self.start) && is_exact(&other.start) {
            let (left, right) = (self.start?, other.start?);
            if left.compare(&right) != Ordering::Equal {
                return None;
            }
            Range::of(&left)
        } else {
            Range {
                start: tighter(self.start, other.start, Ordering::Less)?,
                end: tighter(self.end, other.end, Ordering::Greater)?,
            }
        };
        match (&range.start, &range.end) {
            (Some(start), Some(end)) if start.compare(end) == Ordering::Greater => None,
            _ => Some(range),
        }
    }

    /// The range that all comparisons allow; `None` when they exclude each other.
    pub fn of_all<'version>(
        versions: impl DoubleEndedIterator<Item = &'version Version>,
    ) -> Option<Range> {
        let mut versions = versions;
        let Some(last) = versions.next_back() else {
            return Some(Range::default());
        };
        versions.try_fold(Range::of(last), |range, version| {
            range.and(Range::of(version))
        })
    }

    /// Whether a version lies in the range.
    pub fn allows(&self, version: &Version) -> bool {
        let sides = [Some(version), self.start.as_ref(), self.end.as_ref()];
        Range::of_all(sides.into_iter().flatten()).is_some()
    }
}

/// The tighter of two bounds: the one of which the other is on the outer side. `None` is a contradiction.
fn tighter(
    left: Option<Version>,
    right: Option<Version>,
    outer: Ordering,
) -> Option<Option<Version>> {
    let (left, right) = match (left, right) {
        (None, side) | (side, None) => return Some(side),
        (Some(left), Some(right)) => (left, right),
    };
    let inclusive = match outer {
        Ordering::Less => Comparison::GreaterOrEqual,
        _ => Comparison::LessOrEqual,
    };
    let within = |bound: &Version, exact: Version| {
        let order = bound.compare(&exact);
        let fits = order == outer || (order == Ordering::Equal && bound.comparison == inclusive);
        fits.then_some(Some(exact))
    };
    if left.comparison == Comparison::Exact {
        return within(&right, left);
    }
    if right.comparison == Comparison::Exact {
        return within(&left, right);
    }
    Some(Some(if left.compare(&right) == outer {
        right
    } else {
        left
    }))
}

/// The newest of some versions that a range allows, as written.
pub fn newest<'text>(range: &Range, available: &[&'text str]) -> Option<&'text str> {
    let mut newest: Option<(Version, &str)> = None;
    for text in available {
        let Ok(version) = text.parse::<Version>() else {
            continue;
        };
        let is_newer = newest
            .as_ref()
            .is_none_or(|(present, _)| present.compare(&version) == Ordering::Less);
        if is_newer && range.allows(&version) {
            newest = Some((version, text));
        }
    }
    newest.map(|(_, text)| text)
}

/// The versions that may be installed, oldest first: with or without prereleases.
pub fn installable<'text>(
    available: impl IntoIterator<Item = &'text str>,
    with_prereleases: bool,
) -> Vec<&'text str> {
    let mut versions: Vec<(Version, &str)> = available
        .into_iter()
        .filter_map(|text| Some((text.parse::<Version>().ok()?, text)))
        .filter(|(version, _)| with_prereleases || version.prerelease.is_none())
        .collect();
    versions.sort_by(|(left, _), (right, _)| left.compare(right));
    versions.into_iter().map(|(_, text)| text).collect()
}

/// Whether a version of dbt is among those that some comparisons allow.
pub fn suits(dbt_version: &str, comparisons: &[Version]) -> bool {
    let Ok(installed) = dbt_version.parse::<Version>() else {
        return false;
    };
    Range::of_all(std::iter::once(&installed).chain(comparisons)).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(texts: &[&str]) -> Option<Range> {
        let versions: Vec<Version> = texts.iter().map(|text| text.parse().unwrap()).collect();
        Range::of_all(versions.iter())
    }

    fn newest_of(texts: &[&str], available: &[&str]) -> Option<String> {
        newest(&range(texts)?, available).map(str::to_owned)
    }

    #[test]
    fn versions_parse_as_in_dbt() {
        for (text, shown) in [
            ("1.2.3", "=1.2.3"),
            (">=0.9.0", ">=0.9.0"),
            ("<2.0.0-rc.1", "<2.0.0-rc.1"),
            ("1.0.0b2", "=1.0.0-b2"),
            ("1.0.0+build.5", "=1.0.0+build.5"),
        ] {
            assert_eq!(text.parse::<Version>().unwrap().to_string(), shown);
        }
        for text in [
            "1.2",
            "v1.2.3",
            "",
            "1.2.3-",
            "~=1.0.0",
            "1.2.x",
            "1.0.0-a..b",
        ] {
            assert!(text.parse::<Version>().is_err(), "{text}");
        }
    }

    #[test]
    fn ranges_are_what_all_comparisons_allow() {
        assert_eq!(
            range(&[">=1.0.0", "<2.0.0"]).unwrap().to_string(),
            ">=1.0.0, <2.0.0"
        );
        assert_eq!(
            range(&[">1.0.0", ">=1.0.0", "<=2.0.0", "<2.0.0"])
                .unwrap()
                .to_string(),
            ">1.0.0, <2.0.0"
        );
        assert_eq!(
            range(&[">=1.0.0", "1.4.0"]).unwrap().to_string(),
            "=1.4.0, =1.4.0"
        );
        assert!(range(&[">=2.0.0", "<2.0.0"]).is_none());
        assert!(range(&["1.0.0", "1.0.1"]).is_none());
        assert!(range(&[">1.0.0", "1.0.0"]).is_none());
        assert_eq!(Range::default().to_string(), "ANY");
    }

    #[test]
    fn the_newest_allowed_version_is_taken() {
        let available = ["0.9.0", "1.10.0", "1.9.0", "2.0.0-rc1", "2.0.0"];
        assert_eq!(
            newest_of(&["<2.0.0"], &available).as_deref(),
            Some("1.10.0")
        );
        assert_eq!(newest_of(&["1.9.0"], &available).as_deref(), Some("1.9.0"));
        assert_eq!(newest_of(&[">=3.0.0"], &available), None);
        assert_eq!(
            installable(available, false),
            ["0.9.0", "1.9.0", "1.10.0", "2.0.0"]
        );
        assert_eq!(
            installable(available, true),
            ["0.9.0", "1.9.0", "1.10.0", "2.0.0-rc1", "2.0.0"]
        );
    }

    #[test]
    fn required_versions_of_dbt_are_ranges() {
        let parsed = |texts: &[&str]| -> Vec<Version> {
            texts.iter().map(|text| text.parse().unwrap()).collect()
        };
        assert!(suits("1.12.6", &parsed(&[">=1.3.0", "<3.0.0"])));
        assert!(!suits("1.12.6", &parsed(&[">=2.0.0", "<3.0.0"])));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in ".{0,20}") {
            let _ = text.parse::<Version>();
        }
    }
}
