//! The shapes of what `dbt_project.yml` says.

use crate::yaml::Shape::{
    self, Anything, Either, Exactly, Flag, Float, Keys, List, Maybe, OnlyKeys, Text,
};

const PATHS: Shape = Maybe(&Shape::TEXTS);
const HOOKS: Shape = Maybe(&Shape::TEXT_OR_TEXTS);
const TREE: Shape = Shape::MAPPING;

/// All of the file.
pub(super) const PROJECT: Shape = Keys(&[
    ("config-version", Exactly(2)),
    ("version", Maybe(&Either(&[Text, Float]))),
    ("model-paths", PATHS),
    ("seed-paths", PATHS),
    ("macro-paths", PATHS),
    ("test-paths", PATHS),
    ("analysis-paths", PATHS),
    ("snapshot-paths", PATHS),
    ("function-paths", PATHS),
    ("docs-paths", PATHS),
    ("asset-paths", PATHS),
    ("clean-targets", PATHS),
    ("target-path", Maybe(&Text)),
    ("log-path", Maybe(&Text)),
    ("packages-install-path", Maybe(&Text)),
    ("packages", List(&Shape::MAPPING)),
    (
        "query-comment",
        Maybe(&Either(&[
            Text,
            OnlyKeys(&[
                ("comment", Maybe(&Text)),
                ("append", Maybe(&Flag)),
                ("job-label", Flag),
            ]),
        ])),
    ),
    ("flags", Shape::MAPPING),
    ("dbt-cloud", Maybe(&Shape::MAPPING)),
    ("dispatch", List(&Anything)),
    ("restrict-access", Flag),
    (
        "quoting",
        Maybe(&OnlyKeys(&[
            ("database", Maybe(&Flag)),
            ("schema", Maybe(&Flag)),
            ("identifier", Maybe(&Flag)),
            ("project", Maybe(&Flag)),
            ("snowflake_ignore_case", Maybe(&Flag)),
        ])),
    ),
    ("on-run-start", HOOKS),
    ("on-run-end", HOOKS),
    ("vars", Maybe(&Shape::MAPPING)),
    ("models", Maybe(&TREE)),
    ("seeds", Maybe(&TREE)),
    ("snapshots", Maybe(&TREE)),
    ("sources", TREE),
    ("tests", TREE),
    ("data_tests", TREE),
    ("exposures", TREE),
    ("metrics", TREE),
    ("semantic-models", TREE),
    ("saved-queries", TREE),
    ("unit_tests", TREE),
    ("functions", TREE),
]);
