//! The vectors of `tests/fixtures/validators`.

/// The files, by name.
const FILES: [&str; 5] = [
    include_str!("../../../../tests/fixtures/validators/identifiers_us.csv"),
    include_str!("../../../../tests/fixtures/validators/identifiers_intl.csv"),
    include_str!("../../../../tests/fixtures/validators/codes_clinical.csv"),
    include_str!("../../../../tests/fixtures/validators/codes_billing.csv"),
    include_str!("../../../../tests/fixtures/validators/dates.csv"),
];

/// One line of a vector file; what a vector does not expect is empty.
#[derive(Debug)]
pub struct Vector {
    pub validator: String,
    pub input: String,
    pub valid: bool,
    pub canonical: String,
    pub reason: String,
    pub source: String,
}

/// All vectors.
pub fn vectors() -> Vec<Vector> {
    FILES
        .iter()
        .flat_map(|text| csv::Reader::from_reader(text.as_bytes()).into_records())
        .map(|record| {
            let record = record.expect("a record");
            Vector {
                validator: record[0].to_owned(),
                input: record[1].to_owned(),
                valid: &record[2] == "true",
                canonical: record[3].to_owned(),
                reason: record[4].to_owned(),
                source: record[5].to_owned(),
            }
        })
        .collect()
}
