//! The shapes of what sidecars say, by the list that it stands in.

use crate::yaml::Shape::{
    self, All, Either, Flag, Keys, List, Maybe, Named, Number, OnlyKeys, Text,
};

const NAME: (&str, Shape) = ("name", Text);
const DESCRIPTION: (&str, Shape) = ("description", Text);
const META: (&str, Shape) = ("meta", Shape::MAPPING);
const TAGS: (&str, Shape) = ("tags", Shape::TEXTS);
const CONFIG: (&str, Shape) = ("config", Shape::MAPPING);
const CONSTRAINTS: (&str, Shape) = ("constraints", List(&Shape::MAPPING));
const COLUMNS: (&str, Shape) = ("columns", List(&COLUMN));
const DATA_TESTS: (&str, Shape) = ("data_tests", TESTS);
const OLD_TESTS: (&str, Shape) = ("tests", TESTS);
const DOCS: (&str, Shape) = (
    "docs",
    Keys(&[("show", Flag), ("node_color", Maybe(&Text))]),
);
const QUOTING: (&str, Shape) = (
    "quoting",
    OnlyKeys(&[
        ("database", Maybe(&Flag)),
        ("schema", Maybe(&Flag)),
        ("identifier", Maybe(&Flag)),
        ("column", Maybe(&Flag)),
    ]),
);

const TESTS: Shape = List(&Named(&Keys(&[NAME, DESCRIPTION, CONFIG])));

const COLUMN: Shape = Keys(&[
    NAME,
    DESCRIPTION,
    ("data_type", Maybe(&Text)),
    TAGS,
    META,
    CONFIG,
    CONSTRAINTS,
    DATA_TESTS,
    OLD_TESTS,
]);

const VERSION: Shape = Keys(&[DESCRIPTION, CONFIG, COLUMNS, ("defined_in", Maybe(&Text))]);

const ANALYSIS: Shape = Keys(&[NAME, DESCRIPTION, DOCS, META, CONFIG, COLUMNS]);

const RELATION: Shape = All(&[ANALYSIS, Keys(&[DATA_TESTS, OLD_TESTS])]);

const MODEL: Shape = All(&[
    RELATION,
    Keys(&[
        CONSTRAINTS,
        ("access", Text),
        ("latest_version", Maybe(&Either(&[Text, Number]))),
        ("versions", List(&VERSION)),
    ]),
]);

const MACRO: Shape = Keys(&[
    NAME,
    DESCRIPTION,
    DOCS,
    META,
    CONFIG,
    (
        "arguments",
        List(&Keys(&[NAME, ("type", Maybe(&Text)), DESCRIPTION])),
    ),
]);

const SOURCE: Shape = Keys(&[
    NAME,
    DESCRIPTION,
    ("schema", Maybe(&Text)),
    ("database", Maybe(&Text)),
    ("loader", Text),
    ("loaded_at_field", Maybe(&Text)),
    META,
    TAGS,
    QUOTING,
    ("config", Keys(&[("enabled", Flag), META])),
    ("overrides", Text),
    ("tables", Maybe(&List(&TABLE))),
]);

const TABLE: Shape = Keys(&[
    NAME,
    DESCRIPTION,
    ("identifier", Maybe(&Text)),
    ("loaded_at_field", Maybe(&Text)),
    META,
    TAGS,
    QUOTING,
    ("external", Maybe(&Shape::MAPPING)),
    ("config", Keys(&[("enabled", Flag)])),
    COLUMNS,
    DATA_TESTS,
    OLD_TESTS,
]);

const OWNER: (&str, Shape) = (
    "owner",
    Keys(&[
        ("name", Maybe(&Text)),
        ("email", Maybe(&Shape::TEXT_OR_TEXTS)),
    ]),
);

const GROUP: Shape = Keys(&[
    NAME,
    OWNER,
    ("description", Maybe(&Text)),
    ("config", Keys(&[META])),
]);

const OF_DECLARED: Shape = Keys(&[("enabled", Flag), META, ("tags", Shape::TEXT_OR_TEXTS)]);

const EXPOSURE: Shape = Keys(&[
    NAME,
    ("type", Text),
    OWNER,
    DESCRIPTION,
    ("label", Maybe(&Text)),
    ("url", Maybe(&Text)),
    ("depends_on", Shape::TEXTS),
    META,
    TAGS,
    ("config", OF_DECLARED),
]);

const UNIT_TEST: Shape = Keys(&[
    NAME,
    ("model", Text),
    DESCRIPTION,
    ("given", List(&Keys(&[("input", Text)]))),
    ("expect", Keys(&[("format", Text)])),
    (
        "overrides",
        Maybe(&Keys(&[
            ("macros", Shape::MAPPING),
            ("vars", Shape::MAPPING),
            ("env_vars", Shape::MAPPING),
        ])),
    ),
    ("versions", Shape::MAPPING),
    ("config", OF_DECLARED),
]);

/// The lists of a sidecar: the key, what messages call an entry, and its shape.
pub(super) const LISTS: [(&str, &str, Shape); 9] = [
    ("models", "model", MODEL),
    ("seeds", "seed", RELATION),
    ("snapshots", "snapshot", RELATION),
    ("analyses", "analysis", ANALYSIS),
    ("macros", "macro", MACRO),
    ("sources", "source", SOURCE),
    ("groups", "group", GROUP),
    ("exposures", "exposure", EXPOSURE),
    ("unit_tests", "unit test", UNIT_TEST),
];
