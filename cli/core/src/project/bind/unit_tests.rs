//! Unit tests: rows of files and seeds read, a test for each version of the tested model.

use serde_json::Value as Json;

use super::declared::{Written, is_first};
use super::{Binder, Current};
use crate::diagnostic::{Code, Diagnostic};
use crate::project::properties::{FixtureDeclaration, UnitTestDeclaration};
use crate::project::reference::Reference;
use crate::project::resource::{NodeKind, UniqueId};
use crate::project::unit_test::{
    Fixture, FixtureFormat, FixtureRow, FixtureRows, GivenInput, InputTarget, UnitTest,
};
use crate::project::{Package, is_fixture_file};
use crate::source::{SourceFile, SourceTree};

impl Binder<'_> {
    pub(super) fn add_unit_test(
        &mut self,
        tree: &SourceTree,
        current: &mut Current<'_, '_>,
        file: &SourceFile,
        written: UnitTestDeclaration,
    ) {
        let package = current.package.name().to_owned();
        let mut declaration = self.declaration(
            current,
            &Written {
                kind: "unit_test",
                config_kind: "unit_tests",
                name: &written.name,
                file,
                location: &written.location,
                config: &written.config,
            },
        );
        let qualified = format!("{}.{}", written.model, written.name);
        declaration.id = UniqueId::new("unit_test", &package, &qualified);
        let last = declaration.fully_qualified_name.len() - 1;
        declaration
            .fully_qualified_name
            .insert(last, written.model.clone());
        let what = format!("unit test `{}`", written.name);
        let mut given = Vec::new();
        for input in written.given {
            let seed = match &input.target {
                InputTarget::Reference(Reference::Model(model)) => Some(model.name.as_str()),
                _ => None,
            };
            let Some(fixture) = fixture(tree, current, input.fixture, &what, seed) else {
                continue;
            };
            given.push(GivenInput {
                text: input.text,
                target: input.target,
                fixture,
            });
        }
        let Some(expect) = fixture(tree, current, written.expect, &what, None) else {
            return;
        };
        let id = declaration.id.clone();
        let test = UnitTest {
            declaration,
            description: written.description,
            model: written.model,
            tested: None,
            version: None,
            given,
            expect,
            overrides: written.overrides,
            versions: written.versions,
            model_location: written.model_location,
        };
        let first = self
            .resources
            .unit_tests
            .get(&id)
            .map(|first| &first.declaration);
        if is_first(first, &written.location, current.diagnostics) {
            self.resources.unit_tests.insert(id, test);
        }
    }

    /// Finds the tested models, once all of them are known.
    pub(super) fn bind_unit_tests(&mut self, diagnostics: &mut Vec<Diagnostic>) {
        let tests = std::mem::take(&mut self.resources.unit_tests);
        for (id, mut test) in tests {
            let mut words = test.model.split_whitespace();
            let name = words.next().unwrap_or_default();
            let wanted = words.next();
            let versions: Vec<_> = self
                .nodes
                .values()
                .filter(|node| {
                    node.kind == NodeKind::Model
                        && node.name == name
                        && node.package == test.declaration.package
                })
                .collect();
            let Some(first) = versions.first() else {
                let models = self
                    .nodes
                    .values()
                    .filter(|node| node.kind == NodeKind::Model);
                diagnostics.push(
                    Diagnostic::error(
                        Code::UnknownRef,
                        format!(
                            "unknown model `{name}` in the unit test `{}`",
                            test.declaration.name
                        ),
                    )
                    .at(test.model_location.clone())
                    .did_you_mean(name, models.map(|node| node.name.as_str())),
                );
                continue;
            };
            if first.properties.version.is_none() {
                if test.versions.is_some() {
                    diagnostics.push(
                        Diagnostic::error(
                            Code::ConfigInvalid,
                            format!(
                                "the unit test `{}` chooses versions of `{name}`, which has none",
                                test.declaration.name
                            ),
                        )
                        .at(test.declaration.location.clone())
                        .help("remove `versions`"),
                    );
                }
                test.tested = Some(first.id.clone());
                self.resources.unit_tests.insert(id, test);
                continue;
            }
            let mut found = false;
            for node in versions {
                let Some(version) = &node.properties.version else {
                    continue;
                };
                let is_chosen = match (&test.versions, wanted) {
                    (Some(choice), _) => choice.has(version),
                    (None, Some(wanted)) => version.to_string() == wanted,
                    (None, None) => true,
                };
                if !is_chosen {
                    continue;
                }
                found = true;
                let mut of_version = test.clone();
                of_version.version = Some(version.clone());
                of_version.tested = Some(node.id.clone());
                let versioned = format!("{}.{}_v{version}", test.model, test.declaration.name);
                let id = UniqueId::new("unit_test", &test.declaration.package, &versioned);
                of_version.declaration.id = id.clone();
                self.resources.unit_tests.insert(id, of_version);
            }
            if !found {
                diagnostics.push(
                    Diagnostic::error(
                        Code::UnknownRef,
                        format!(
                            "the unit test `{}` chooses no version of `{name}`",
                            test.declaration.name
                        ),
                    )
                    .at(test.declaration.location.clone()),
                );
            }
        }
    }
}

/// The rows of a fixture, read where they stand in a file or seed.
fn fixture(
    tree: &SourceTree,
    current: &mut Current<'_, '_>,
    written: FixtureDeclaration,
    what: &str,
    seed: Option<&str>,
) -> Option<Fixture> {
    let package = current.package;
    let mut problem = |message: String, help: &str| {
        current.diagnostics.push(
            Diagnostic::error(Code::ConfigInvalid, message)
                .at(written.location.clone())
                .help(help),
        );
        None::<Fixture>
    };
    let file = match &written.file {
        None => None,
        Some(name) => match fixture_file(tree, package, name) {
            Some(file) => Some(file),
            None => {
                return problem(
                    format!("no fixture file `{name}` for the {what}"),
                    "put it into a folder `fixtures` of a test path, as .csv or .sql",
                );
            }
        },
    };
    let rows = match (written.format, written.rows, file) {
        (FixtureFormat::Dict, Some(Json::Array(rows)), _) => {
            let rows: Option<Vec<FixtureRow>> = rows
                .into_iter()
                .map(|row| match row {
                    Json::Object(row) => Some(row),
                    _ => None,
                })
                .collect();
            match rows {
                Some(rows) => FixtureRows::Table(complete_row_first(rows)),
                None => {
                    return problem(
                        format!("a row of the {what} is no mapping"),
                        "write each row as `{column: value}`",
                    );
                }
            }
        }
        (FixtureFormat::Dict, None, None) => {
            let file = seed.and_then(|name| {
                package
                    .files(tree, &package.file.seed_paths, &["csv"])
                    .find(|file| file.stem() == name)
            });
            match (file, seed) {
                (Some(file), _) => {
                    FixtureRows::Table(complete_row_first(csv_rows(&file.text, false)))
                }
                (None, Some(name)) => {
                    return problem(
                        format!("an input of the {what} has no rows, and `{name}` is no seed"),
                        "give it `rows`; only a seed's own rows can be left out",
                    );
                }
                (None, None) => {
                    return problem(
                        format!("the {what} has no rows where they are needed"),
                        "give it `rows`",
                    );
                }
            }
        }
        (FixtureFormat::Csv, _, Some(file)) => {
            FixtureRows::Table(complete_row_first(csv_rows(&file.text, true)))
        }
        (FixtureFormat::Csv, Some(Json::String(text)), None) => {
            FixtureRows::Table(complete_row_first(csv_rows(&text, true)))
        }
        (FixtureFormat::Sql, _, Some(file)) => FixtureRows::Query(file.text.trim().to_owned()),
        (FixtureFormat::Sql, Some(Json::String(text)), None) => FixtureRows::Query(text),
        (format, _, _) => {
            return problem(
                format!(
                    "rows of the {what} do not fit the format {}",
                    format.as_str()
                ),
                "dict: a list of mappings; csv and sql: a text, or `fixture` with a file's name",
            );
        }
    };
    Some(Fixture {
        format: written.format,
        rows,
        file: written.file,
        location: written.location,
    })
}

fn fixture_file<'tree>(
    tree: &'tree SourceTree,
    package: &Package,
    name: &str,
) -> Option<&'tree SourceFile> {
    package
        .files(tree, &package.file.test_paths, &["csv", "sql"])
        .filter(|file| is_fixture_file(package, file))
        .find(|file| file.stem() == name)
}

/// Rows of a CSV text with a header line; empty fields are null where `empty_is_null`.
fn csv_rows(text: &str, empty_is_null: bool) -> Vec<FixtureRow> {
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .from_reader(text.as_bytes());
    let Ok(header) = reader.headers().cloned() else {
        return Vec::new();
    };
    let mut rows = Vec::new();
    for record in reader.records().filter_map(Result::ok) {
        let row = header
            .iter()
            .enumerate()
            .map(|(at, column)| {
                let value = match record.get(at) {
                    None => Json::Null,
                    Some("") if empty_is_null => Json::Null,
                    Some(text) => Json::String(text.to_owned()),
                };
                (column.to_owned(), value)
            })
            .collect();
        rows.push(row);
    }
    rows
}

/// A row without nulls comes first, since the first row gives columns their types.
fn complete_row_first(mut rows: Vec<FixtureRow>) -> Vec<FixtureRow> {
    let complete = rows
        .iter()
        .position(|row| row.values().all(|value| !value.is_null()));
    if let Some(at) = complete {
        rows.swap(0, at);
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_complete_row_comes_first() {
        let rows = complete_row_first(csv_rows("a,b\n1,\n2,x\n", true));
        let shown: Vec<String> = rows
            .into_iter()
            .map(|row| Json::Object(row).to_string())
            .collect();
        assert_eq!(shown, [r#"{"a":"2","b":"x"}"#, r#"{"a":"1","b":null}"#]);
    }
}
