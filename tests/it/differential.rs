//! Fixture projects give what dbt gives: compiled SQL, artifacts, exit codes and output, as
//! `tests/reference/record.py` stored them. A project's `commands` file says what runs and what is kept of it.

mod compare;
mod project;

use std::collections::BTreeSet;

pub(crate) use project::Project;

/// One test for each scenario of the projects below `tests/fixtures/projects/differential`.
macro_rules! scenarios {
    ($($project:ident: $($scenario:ident),+;)*) => {
        $(mod $project {
            $(
                #[test]
                fn $scenario() {
                    super::assert_same(stringify!($project), stringify!($scenario));
                }
            )+
        })*

        #[test]
        fn no_scenario_is_forgotten() {
            let tested = [$($((stringify!($project), stringify!($scenario))),+),*];
            let tested = tested.map(|(project, scenario)| format!("{project}/{scenario}"));
            assert_eq!(project::scenarios(), BTreeSet::from(tested));
        }
    };
}

scenarios! {
    again: retry;
    corners: build;
    counts: tests;
    dialect: build;
    hooks: build;
    results: values;
    rounds: build;
    semantics: build;
    unquoted: build;
    ward: build, list, selection, state, verbs;
    yaml: build;
}

fn assert_same(project: &str, scenario: &str) {
    let Some(project) = Project::start(project) else {
        return;
    };
    let differences = project.differences(scenario);
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}
