//! Writes the pages of `docs/validators` from the registry and the comments of the rules:
//! `cargo run -p hcw-validators --example docs`. The test `docs` keeps them up to date.
#![allow(dead_code, reason = "the test takes pages() alone")]

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use hcw_validators::{CanonicalForm, CodeSystem, Entry, Family, Layer, registry};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = folder();
    fs::create_dir_all(&folder)?;
    for (name, text) in pages()? {
        fs::write(folder.join(name), text)?;
    }
    Ok(())
}

/// Where the pages lie.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/validators")
}

/// File name and text of every page.
pub(crate) fn pages() -> Result<Vec<(String, String)>, Box<dyn Error>> {
    let summaries = summaries(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"))?;
    let mut families: Vec<(Family, Vec<&Entry>)> = Vec::new();
    for entry in registry() {
        match families.last_mut() {
            Some((family, entries)) if *family == entry.about.family => entries.push(entry),
            _ => families.push((entry.about.family, vec![entry])),
        }
    }
    let mut pages = vec![("README.md".to_owned(), contents(&families))];
    for (family, entries) in &families {
        let page = page(*family, entries, &summaries)?;
        pages.push((format!("{}.md", family.as_str()), page));
    }
    Ok(pages)
}

const GENERATED: &str = "<!-- Written by `cargo run -p hcw-validators --example docs`: change the rules, not this page. -->";

fn contents(families: &[(Family, Vec<&Entry>)]) -> String {
    let mut text = format!(
        "# Validators\n\n{GENERATED}\n\n\
         Each validator is three SQL functions in schema `hcw` that take a text: `hcw.<name>_is_valid`,\n\
         `hcw.<name>_reason` (why not; null when valid) and `hcw.<name>_canonical` (the text to store; null when\n\
         not valid). Null gives null. They are the same in the extension `hcw_pg` and in plain SQL:\n\
         `hcw validators install` takes what the server allows. `hcw validators check <name> <value>` asks\n\
         the same rules without a database.\n\n\
         Reasons, of which the first that applies is given: `empty`, `charset`, `length`, `structure`, `range`,\n\
         `reserved`, `unassigned`, `not_billable`, `not_effective`, `checksum`, `ambiguous`, `precision`,\n\
         `implausible`.\n\n\
         In a sidecar, `hcw_valid` tests a column, and `hcw_valid_on` a code on a day (a column or an expression;\n\
         rows without a day are not judged). Failing rows hold the reason, never the value:\n\n\
         ```yaml\n\
         columns:\n  - name: npi\n    data_tests:\n      - hcw_valid: {{arguments: {{kind: npi}}}}\n\
         \x20 - name: diagnosis_code\n    data_tests:\n      \
         - hcw_valid_on: {{arguments: {{kind: icd10cm, on_date: admitted_on}}}}\n\
         ```\n\n\
         `hcw build`, `run` and `test` install them where the SQL to be run calls one: the extension where the\n\
         server has it, else plain SQL; they say which and why. `vars: {{hcw: {{validators: …}}}}` in\n\
         `dbt_project.yml` decides otherwise: `auto` installs them in any case, `native` and `portable` this twin\n\
         or none, `none` nothing.\n"
    );
    for (family, entries) in families {
        text.push_str(&format!(
            "\n## [{}]({}.md)\n\n",
            title(*family),
            family.as_str()
        ));
        for entry in entries {
            text.push_str(&format!(
                "- `{}`: {}\n",
                entry.about.code, entry.about.title
            ));
        }
    }
    text
}

fn page(
    family: Family,
    entries: &[&Entry],
    summaries: &BTreeMap<String, String>,
) -> Result<String, Box<dyn Error>> {
    let mut text = format!("# {}\n\n{GENERATED}\n", title(family));
    for entry in entries {
        let about = entry.about;
        let summary = summaries
            .get(about.code)
            .ok_or_else(|| format!("`{}` has no comment", about.code))?;
        let source = about.source;
        write!(
            text,
            "\n## `{}`: {}\n\n{summary}\n\n\
             - Source: {}; {} ({}).\n- Answers by {}.\n- Canonical text: {}.\n",
            about.code,
            about.title,
            source.standard,
            source.section,
            source.edition,
            layers(about.layer, about.system),
            form(about.form),
        )?;
        text.push_str(&example(entry));
    }
    if entries.iter().any(|entry| entry.about.system.is_some()) {
        text.push_str(BY_LIST);
        if family == Family::ClinicalCodes {
            text.push_str(BY_LIST_EXAMPLE);
        }
    }
    Ok(text)
}

/// A query over the example and the counterexample, and its result.
fn example(entry: &Entry) -> String {
    let code = entry.about.code;
    let values = [entry.about.example, entry.about.counterexample];
    let literals = values.map(|value| format!("('{}')", value.replace('\'', "''")));
    let mut text = format!(
        "\n```sql\nselect\n    value,\n    hcw.{code}_is_valid(value) as valid,\n    \
         hcw.{code}_canonical(value) as canonical,\n    hcw.{code}_reason(value) as reason\n\
         from (values {}) as example (value);\n```\n\n\
         | value | valid | canonical | reason |\n| --- | --- | --- | --- |\n",
        literals.join(", ")
    );
    for value in values {
        let input = value.as_bytes();
        let canonical = (entry.canonical)(input)
            .map(|canonical| String::from_utf8_lossy(&canonical).into_owned());
        let reason = (entry.reason)(input).map(|reason| reason.as_str());
        text.push_str(&format!(
            "| {} | {} | {} | {} |\n",
            cell(value),
            (entry.is_valid)(input),
            canonical.as_deref().map_or(String::new(), cell),
            reason.unwrap_or_default(),
        ));
    }
    text
}

fn cell(value: &str) -> String {
    format!("`{}`", value.replace('|', "\\|"))
}

fn title(family: Family) -> &'static str {
    match family {
        Family::UsIdentifiers => "United States identifiers",
        Family::InternationalIdentifiers => "International identifiers",
        Family::ClinicalCodes => "Clinical codes",
        Family::BillingCodes => "Billing codes",
        Family::Dates => "Dates",
        Family::SafeHarbor => "Safe Harbor de-identification",
    }
}

fn layers(layer: Layer, system: Option<CodeSystem>) -> String {
    let own = match layer {
        Layer::Shape => "shape",
        Layer::List => "shape and a built-in list",
        Layer::OnDate => "shape, list and date",
    };
    match system {
        Some(system) => format!(
            "{own}; by list and on a date by the table `hcw_codes.{}` where it is loaded",
            system.as_str()
        ),
        None => own.to_owned(),
    }
}

fn form(form: CanonicalForm) -> String {
    match form {
        CanonicalForm::Own => "a value of the same rule".to_owned(),
        CanonicalForm::IsoDate => {
            "an ISO 8601 date or timestamp, as precise as the value".to_owned()
        }
        CanonicalForm::IsoInterval => "two ISO 8601 dates with a slash between them".to_owned(),
        CanonicalForm::Of(other) => format!("a value of `{other}`"),
        CanonicalForm::Zip3 => "three digits that are no ZIP code".to_owned(),
        CanonicalForm::Absent => "none".to_owned(),
    }
}

const BY_LIST: &str = "
## By list and on a date

The rules with a table also have `hcw.<name>_is_valid_on(code, on_date)`, `hcw.<name>_reason_on` and
`hcw.<name>_canonical_on`: shape first, then the list of the release in force on that day. Without a day,
`hcw.<name>_is_valid_listed(code)`, `hcw.<name>_reason_listed` and `hcw.<name>_canonical_listed` ask the newest release.
`hcw load-codes` fills the tables. Without a release, or on a day that none covers, the list is not asked, and the
answer is that of the plain rule.
";

/// What the shipped tables say; the integration tests run it.
const BY_LIST_EXAMPLE: &str = "
`hcw.validate_on(kind, value, on_date)` and `hcw.validate_listed(kind, value)` give all answers at once, and say by which
layer. `hcw.icd10cm_is_billable(code, on_date)` is null where no release covers the day.

```sql
select example.value, example.on_date, answer.*, hcw.icd10cm_is_billable(example.value, example.on_date) as billable
from (
    values
    ('M54.5', date '2021-01-15'),
    ('m545', date '2025-06-15'),
    ('M54.50', date '2021-01-15'),
    ('M54.50', date '2025-06-15'),
    ('M54.50', date '2018-03-01')
) as example (value, on_date),
hcw.validate_on('icd10cm', example.value, example.on_date) as answer;
```

| value | on_date | valid | canonical | reason | layer | billable |
| --- | --- | --- | --- | --- | --- | --- |
| `M54.5` | 2021-01-15 | true | `M54.5` |  | on_date | true |
| `m545` | 2025-06-15 | false | `M54.5` | not_billable | on_date | false |
| `M54.50` | 2021-01-15 | false |  | not_effective | on_date | false |
| `M54.50` | 2025-06-15 | true | `M54.50` |  | on_date | true |
| `M54.50` | 2018-03-01 | true | `M54.50` |  | shape |  |

```sql
select example.value, answer.*
from (values ('M54.50'), ('m545'), ('V25.1XXA'), ('ZZZ'), ('M54')) as example (value),
hcw.validate_listed('icd10cm', example.value) as answer;
```

| value | valid | canonical | reason | layer |
| --- | --- | --- | --- | --- |
| `M54.50` | true | `M54.50` |  | list |
| `m545` | false | `M54.5` | not_billable | list |
| `V25.1XXA` | false |  | not_effective | list |
| `ZZZ` | false |  | unassigned | list |
| `M54` | false | `M54` | not_billable | list |
";

/// The comment of each rule's type, by the rule's code.
fn summaries(folder: &Path) -> Result<BTreeMap<String, String>, Box<dyn Error>> {
    let mut summaries = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            summaries.extend(self::summaries(&path)?);
            continue;
        }
        let text = fs::read_to_string(&path)?;
        for (at, _) in text.match_indices("impl Validator for ") {
            let rest = &text[at..];
            let name = rest["impl Validator for ".len()..].split(' ').next();
            let code = rest
                .split("code: \"")
                .nth(1)
                .and_then(|code| code.split('"').next());
            let comment = name.and_then(|name| comment(&text, name));
            if let (Some(code), Some(comment)) = (code, comment) {
                summaries.insert(code.to_owned(), comment);
            }
        }
    }
    Ok(summaries)
}

/// The comment above a type.
fn comment(text: &str, name: &str) -> Option<String> {
    let declaration = text
        .find(&format!("pub struct {name};"))
        .or_else(|| text.find(&format!("pub struct {name} ")))?;
    let mut lines: Vec<&str> = Vec::new();
    for line in text[..declaration].lines().rev() {
        match line.strip_prefix("///") {
            Some(comment) => lines.push(comment.strip_prefix(' ').unwrap_or(comment)),
            None if line.starts_with("#[") => {}
            None => break,
        }
    }
    lines.reverse();
    (!lines.is_empty()).then(|| lines.join("\n"))
}
