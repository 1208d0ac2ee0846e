//! Vectors, inputs made from them, and rows for COPY.

use std::collections::BTreeMap;
use std::path::PathBuf;

use hcw_validators::registry;

/// One line of a vector file.
pub(super) struct Vector {
    pub(super) code: String,
    pub(super) input: String,
    pub(super) valid: bool,
    pub(super) canonical: Option<String>,
    pub(super) reason: Option<String>,
}

/// The vectors of all rules, by code, and what each rule calls valid and not valid.
pub(super) fn vectors() -> BTreeMap<String, Vec<Vector>> {
    const FILES: [&str; 5] = [
        "identifiers_us",
        "identifiers_intl",
        "codes_clinical",
        "codes_billing",
        "dates",
    ];
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/validators");
    let mut vectors: BTreeMap<String, Vec<Vector>> = BTreeMap::new();
    for file in FILES {
        let mut reader =
            csv::Reader::from_path(folder.join(format!("{file}.csv"))).expect("a file");
        for record in reader.records() {
            let record = record.expect("a record");
            let optional = |field: &str| (!field.is_empty()).then(|| field.to_owned());
            vectors
                .entry(record[0].to_owned())
                .or_default()
                .push(Vector {
                    code: record[0].to_owned(),
                    input: record[1].to_owned(),
                    valid: &record[2] == "true",
                    canonical: optional(&record[3]),
                    reason: optional(&record[4]),
                });
        }
    }
    for entry in registry() {
        let about = entry.about;
        for (input, valid) in [(about.example, true), (about.counterexample, false)] {
            let canonical = (entry.canonical)(input.as_bytes());
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            vectors
                .entry(about.code.to_owned())
                .or_default()
                .push(Vector {
                    code: about.code.to_owned(),
                    input: input.to_owned(),
                    valid,
                    canonical: canonical.map(|canonical| text(&canonical)),
                    reason: (entry.reason)(input.as_bytes()).map(|reason| reason.to_string()),
                });
        }
    }
    vectors
}

/// Pieces that rules look at, or that look like something they accept.
const PIECES: [&str; 30] = [
    "0", "1", "9", "00", "5", "A", "x", "z", "é", "-", " ", ".", "/", ":", "+", "|", ";", "=", "T",
    "Z", "@", "\t", "\u{b}", "１", "\u{a0}", "\u{2011}", "-05:00", "2024", "80840", "'\\",
];

/// Numbers that look random and are the same in every run.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Random {
        Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(super) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 33) as usize % bound.max(1)
    }

    /// A seed with up to four characters changed, added, doubled, swapped or removed.
    pub(super) fn changed(&mut self, seed: &str) -> String {
        let mut text: Vec<char> = seed.chars().collect();
        for _ in 0..self.below(5) {
            let at = self.below(text.len() + 1);
            let there = text.get(at).copied();
            match (self.below(8), there) {
                (0, _) => {
                    let piece = PIECES[self.below(PIECES.len())];
                    text.splice(at..at, piece.chars());
                }
                (1, Some(_)) => drop(text.remove(at)),
                (2, Some(there)) => text.insert(at, there),
                (3, Some(_)) => {
                    let other = self.below(text.len());
                    text.swap(at, other);
                }
                (4, Some(there)) if there.is_ascii_alphabetic() => {
                    text[at] = char::from(there as u8 ^ 0x20);
                }
                (5, Some(_)) => text[at] = char::from(1 + self.below(0x7f) as u8),
                (_, Some(_)) => text[at] = char::from(b'0' + self.below(10) as u8),
                (_, None) => {}
            }
        }
        text.into_iter().collect()
    }
}

/// A table and its rows, as a script for psql.
pub(super) struct Copy {
    script: Vec<u8>,
}

impl Copy {
    pub(super) fn new(table: &str, columns: &str) -> Copy {
        let script =
            format!("create unlogged table {table} ({columns});\ncopy {table} from stdin;\n");
        Copy {
            script: script.into_bytes(),
        }
    }

    /// Adds a row of values; none is SQL null.
    pub(super) fn row(&mut self, values: &[Option<&[u8]>]) {
        for (place, value) in values.iter().enumerate() {
            if place > 0 {
                self.script.push(b'\t');
            }
            let Some(value) = value else {
                self.script.extend(b"\\N");
                continue;
            };
            for byte in *value {
                match byte {
                    b'\\' => self.script.extend(b"\\\\"),
                    b'\t' => self.script.extend(b"\\t"),
                    b'\n' => self.script.extend(b"\\n"),
                    b'\r' => self.script.extend(b"\\r"),
                    other => self.script.push(*other),
                }
            }
        }
        self.script.push(b'\n');
    }

    pub(super) fn finish(mut self) -> Vec<u8> {
        self.script.extend(b"\\.\n");
        self.script
    }
}
