//! The closed vocabulary of reasons why a value is not valid.

use std::fmt;

/// Why a value is not valid.
///
/// The variants stand in the order in which a rule looks for them: the first that applies is the
/// answer, so comparing two reasons tells which one wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// Nothing but white space.
    Empty,
    /// A character outside the format's alphabet.
    Charset,
    /// The right alphabet, the wrong number of characters.
    Length,
    /// The right alphabet and length, the wrong kind of character at a position.
    Structure,
    /// A field outside its permitted numbers.
    Range,
    /// Well formed, but never a real identity: fillers, advertising numbers.
    Reserved,
    /// Well formed, but in no code list or prefix table.
    Unassigned,
    /// A header or category of a code system, not a code to bill with.
    NotBillable,
    /// In some release of the code system, not in the one that counts.
    NotEffective,
    /// The check digit is wrong.
    Checksum,
    /// More than one reading; nothing is guessed.
    Ambiguous,
    /// Too coarse for the type.
    Precision,
    /// Contradicts another field, or is a placeholder date.
    Implausible,
}

impl Reason {
    /// All reasons, in their order.
    pub const ALL: [Reason; 13] = [
        Reason::Empty,
        Reason::Charset,
        Reason::Length,
        Reason::Structure,
        Reason::Range,
        Reason::Reserved,
        Reason::Unassigned,
        Reason::NotBillable,
        Reason::NotEffective,
        Reason::Checksum,
        Reason::Ambiguous,
        Reason::Precision,
        Reason::Implausible,
    ];

    /// The stable text that SQL shows.
    pub const fn as_str(self) -> &'static str {
        match self {
            Reason::Empty => "empty",
            Reason::Charset => "charset",
            Reason::Length => "length",
            Reason::Structure => "structure",
            Reason::Range => "range",
            Reason::Reserved => "reserved",
            Reason::Unassigned => "unassigned",
            Reason::NotBillable => "not_billable",
            Reason::NotEffective => "not_effective",
            Reason::Checksum => "checksum",
            Reason::Ambiguous => "ambiguous",
            Reason::Precision => "precision",
            Reason::Implausible => "implausible",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_is_complete_and_in_order() {
        assert!(Reason::ALL.is_sorted());
        let mut names: Vec<_> = Reason::ALL.iter().map(|reason| reason.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), 13);
    }
}
