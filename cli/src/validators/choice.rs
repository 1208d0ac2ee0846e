//! Which twin a database gets, and why. Decides only.

use hcw_core::diagnostic::{Code, Diagnostic};

use super::record::Found;
use super::{EXTENSION, Twin, Wanted};

/// A twin with its reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Choice {
    pub(super) twin: Twin,
    pub(super) why: String,
}

/// Chooses the twin.
///
/// **Errors**: HCW1102 when the wanted twin cannot be had.
pub(super) fn choose(wanted: Wanted, found: &Found) -> Result<Choice, Diagnostic> {
    let obstacle = native_obstacle(found);
    match (wanted, obstacle) {
        (Wanted::Only(Twin::Native), Some(obstacle)) => Err(Diagnostic::error(
            Code::ValidatorsUnavailable,
            format!("the native validators cannot be installed: {obstacle}"),
        )
        .help("build the extension into this server with `make extension`, or take --portable")),
        (Wanted::Only(Twin::Portable), _)
            if found.extension.is_some() && found.part("native").is_none() =>
        {
            Err(Diagnostic::error(
                Code::ValidatorsUnavailable,
                format!("the extension `{EXTENSION}` is installed, and not by hcw"),
            )
            .help(format!(
                "to have the portable validators, first `drop extension {EXTENSION}`"
            )))
        }
        (Wanted::Only(twin), _) => Ok(Choice {
            twin,
            why: "as asked".to_owned(),
        }),
        (Wanted::Auto, Some(obstacle)) => Ok(Choice {
            twin: Twin::Portable,
            why: obstacle,
        }),
        (Wanted::Auto, None) => Ok(Choice {
            twin: Twin::Native,
            why: match (&found.extension, &found.offered) {
                (Some(version), None) => format!("{EXTENSION} {version} is installed"),
                (_, offered) => format!(
                    "this server has {EXTENSION} {}",
                    offered.as_deref().unwrap_or_default()
                ),
            },
        }),
    }
}

/// What speaks against the native twin, if anything.
fn native_obstacle(found: &Found) -> Option<String> {
    if found.extension.is_some() {
        return None;
    }
    if found.offered.is_none() {
        return Some(format!("this server has no extension {EXTENSION}"));
    }
    (!found.may_create).then(|| {
        format!(
            "the role `{}` may not create the extension {EXTENSION}",
            found.role
        )
    })
}

/// Whether the twin is there as wanted: the installed version is the offered one, or the checksum of
/// the scripts is the recorded one, and nothing of the other twin is left.
pub(super) fn is_current(twin: Twin, found: &Found, portable_checksum: &str) -> bool {
    let portable = found.part("portable");
    match twin {
        Twin::Native => found.extension.is_some() && !is_outdated(found) && portable.is_none(),
        Twin::Portable => {
            found.extension.is_none()
                && portable.is_some_and(|part| part.checksum == portable_checksum)
        }
    }
}

/// Whether the installed extension is not of the version that the server offers.
pub(super) fn is_outdated(found: &Found) -> bool {
    found.offered.is_some() && found.extension != found.offered
}

#[cfg(test)]
mod tests {
    use super::super::record::Part;
    use super::*;

    fn found(extension: Option<&str>, offered: Option<&str>, may_create: bool) -> Found {
        Found {
            extension: extension.map(str::to_owned),
            offered: offered.map(str::to_owned),
            may_create,
            role: "etl".to_owned(),
            parts: Vec::new(),
        }
    }

    fn part(name: &str, checksum: &str) -> Part {
        Part {
            name: name.to_owned(),
            checksum: checksum.to_owned(),
            objects: Vec::new(),
        }
    }

    #[test]
    fn auto_takes_native_where_it_can_be_had() {
        for (found, twin, why) in [
            (
                found(None, None, true),
                Twin::Portable,
                "this server has no extension hcw_pg",
            ),
            (
                found(None, Some("1.0"), false),
                Twin::Portable,
                "the role `etl` may not create the extension hcw_pg",
            ),
            (
                found(None, Some("1.0"), true),
                Twin::Native,
                "this server has hcw_pg 1.0",
            ),
            (
                found(Some("1.0"), None, false),
                Twin::Native,
                "hcw_pg 1.0 is installed",
            ),
        ] {
            let choice = choose(Wanted::Auto, &found).expect("a choice");
            assert_eq!((choice.twin, choice.why.as_str()), (twin, why));
        }
    }

    #[test]
    fn an_extension_of_others_is_not_replaced() {
        let mut found = found(Some("1.0"), Some("1.0"), true);
        let wanted = Wanted::Only(Twin::Portable);
        let error = choose(wanted, &found).expect_err("is refused");
        assert_eq!(error.code, Code::ValidatorsUnavailable);
        found.parts.push(part("native", "1.0"));
        assert!(choose(wanted, &found).is_ok());
    }

    #[test]
    fn what_is_current() {
        let mut database = found(None, None, true);
        assert!(!is_current(Twin::Portable, &database, "a"));
        database.parts.push(part("portable", "a"));
        assert!(is_current(Twin::Portable, &database, "a"));
        assert!(!is_current(Twin::Portable, &database, "b"));
        assert!(!is_current(Twin::Native, &database, "a"));
        let old = found(Some("1.0"), Some("1.1"), true);
        assert!(!is_current(Twin::Native, &old, "a"));
        let present = found(Some("1.1"), Some("1.1"), true);
        assert!(is_current(Twin::Native, &present, "a"));
    }
}
