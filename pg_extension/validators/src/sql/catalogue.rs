//! What both twins say about the rules: the rows of the view `hcw.validators`, and the domains.

use super::quoted;
use crate::registry::registry;
use crate::{About, CanonicalForm, Family};

/// The definition of the view after `create [or replace] view`.
pub(crate) fn view() -> String {
    let rows: Vec<String> = registry().map(|entry| row(entry.about)).collect();
    format!(
        "hcw.validators\n    (code, title, family, layer, code_system, canonical_form, example, counterexample,\n     \
         standard, section, edition) as\nvalues\n{};\n\
         comment on view hcw.validators is 'the rules: one row each, key code';\n\
         grant select on hcw.validators to public;\n",
        rows.join(",\n")
    )
}

/// The rules that have a domain: those whose canonical text they accept.
///
/// A domain named as a function would take over its calls with a literal, so Safe Harbor has none.
pub fn domains() -> impl Iterator<Item = &'static str> {
    registry()
        .filter(|entry| entry.about.form == CanonicalForm::Own)
        .filter(|entry| entry.about.family != Family::SafeHarbor)
        .map(|entry| entry.about.code)
}

fn row(about: &About) -> String {
    let form = match about.form {
        CanonicalForm::Own => "own".to_owned(),
        CanonicalForm::IsoDate => "iso_date".to_owned(),
        CanonicalForm::IsoInterval => "iso_interval".to_owned(),
        CanonicalForm::Of(code) => format!("of {code}"),
        CanonicalForm::Zip3 => "zip3".to_owned(),
        CanonicalForm::Absent => "absent".to_owned(),
    };
    let system = about
        .system
        .map_or_else(|| "null".to_owned(), |system| quoted(system.as_str()));
    format!(
        "    ({}, {}, {}, {}, {system}, {},\n     {}, {},\n     {},\n     {}, {})",
        quoted(about.code),
        quoted(about.title),
        quoted(about.family.as_str()),
        quoted(about.layer.as_str()),
        quoted(&form),
        quoted(about.example),
        quoted(about.counterexample),
        quoted(about.source.standard),
        quoted(about.source.section),
        quoted(about.source.edition),
    )
}
