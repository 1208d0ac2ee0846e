//! Rows of texts in one piece of memory: a seed of a million cells is no million allocations.

use std::fmt;

/// Marks a null among the lengths.
const NULL: u32 = u32::MAX;

/// Rows of equal width.
///
/// **Shape**: cells row by row, in the file's order. **Nulls**: `None`.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct SeedRows {
    width: usize,
    text: String,
    /// Start in `text` and length of each cell.
    cells: Vec<(u32, u32)>,
}

impl SeedRows {
    /// No rows yet, each of so many cells.
    pub(crate) fn new(width: usize) -> SeedRows {
        SeedRows {
            width,
            ..SeedRows::default()
        }
    }

    /// Adds a row, which must have the width of the others. `false` when the texts are larger than 4 GB.
    pub(crate) fn push<'row>(&mut self, row: impl Iterator<Item = Option<&'row str>>) -> bool {
        for cell in row {
            let (Ok(start), Ok(length)) = (
                u32::try_from(self.text.len()),
                cell.map_or(Ok(NULL), |cell| u32::try_from(cell.len())),
            ) else {
                return false;
            };
            self.cells.push((start, length));
            self.text.push_str(cell.unwrap_or_default());
        }
        true
    }

    /// No row is left.
    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.cells.clear();
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        match self.width {
            0 => 0,
            width => self.cells.len() / width,
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The rows in order.
    pub fn iter(&self) -> impl Iterator<Item = impl Iterator<Item = Option<&str>>> {
        self.cells
            .chunks_exact(self.width.max(1))
            .map(|row| row.iter().map(|cell| self.cell(*cell)))
    }

    /// The cells of a column.
    pub fn column(&self, position: usize) -> impl Iterator<Item = Option<&str>> + Clone {
        self.cells
            .iter()
            .skip(position)
            .step_by(self.width.max(1))
            .map(|cell| self.cell(*cell))
    }

    fn cell(&self, (start, length): (u32, u32)) -> Option<&str> {
        if length == NULL {
            return None;
        }
        let start = usize::try_from(start).unwrap_or(usize::MAX);
        let length = usize::try_from(length).unwrap_or_default();
        self.text.get(start..start.checked_add(length)?)
    }
}

impl fmt::Debug for SeedRows {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SeedRows({} × {})", self.len(), self.width)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_come_back_by_row_and_by_column() {
        let mut rows = SeedRows::new(2);
        assert!(rows.push([Some("a"), None].into_iter()));
        assert!(rows.push([Some(""), Some("é")].into_iter()));
        let all: Vec<Vec<Option<&str>>> = rows.iter().map(Iterator::collect).collect();
        assert_eq!(all, [[Some("a"), None], [Some(""), Some("é")]]);
        assert_eq!(rows.column(1).collect::<Vec<_>>(), [None, Some("é")]);
        assert_eq!(rows.len(), 2);
        assert!(SeedRows::new(0).is_empty());
    }
}
