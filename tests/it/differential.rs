//! Fixture projects give what dbt gives: compiled SQL, artifacts, exit codes and output, as
//! `tests/reference/record.py` stored them. A project's `commands` file says what runs and what is kept of it.

mod compare;
mod project;

use std::collections::BTreeSet;

pub(crate) use project::Project;

/// One test for each project below `tests/fixtures/projects/differential`.
macro_rules! projects {
    ($($name:ident),* $(,)?) => {
        $(
            #[test]
            fn $name() {
                let Some(project) = Project::start(stringify!($name)) else {
                    return;
                };
                let differences = project.differences();
                assert!(differences.is_empty(), "{}", differences.join("\n"));
            }
        )*

        #[test]
        fn no_project_is_forgotten() {
            let tested = BTreeSet::from([$(stringify!($name).to_owned()),*]);
            assert_eq!(project::names(), tested);
        }
    };
}

projects!(hooks, ward);
