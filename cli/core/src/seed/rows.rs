//! Rows of texts in one piece of memory: a seed of a million cells is no million allocations.

use std::fmt;
use std::sync::Arc;

/// Marks a null among the lengths.
pub(super) const NULL: u32 = u32::MAX;

/// Start in the text and length of a cell.
pub(super) type Cell = (u32, u32);

/// Rows of equal width.
///
/// **Shape**: cells row by row, in the file's order. **Nulls**: `None`.
#[derive(Clone, PartialEq, Eq)]
pub struct SeedRows {
    width: usize,
    text: Arc<String>,
    cells: Vec<Cell>,
}

/// Rows that are collected.
#[derive(Debug)]
pub(super) struct Collected {
    width: usize,
    text: String,
    cells: Vec<Cell>,
}

impl Collected {
    /// No rows yet, each of so many cells.
    pub(super) fn new(width: usize) -> Collected {
        Collected {
            width,
            text: String::new(),
            cells: Vec::new(),
        }
    }

    /// Adds a row, which must have the width of the others. `false` when the texts are larger than 4 GB.
    pub(super) fn push<'row>(&mut self, row: impl Iterator<Item = Option<&'row str>>) -> bool {
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

    /// The rows, when all are there.
    pub(super) fn finish(self) -> SeedRows {
        SeedRows::new(self.width, self.text.into(), self.cells)
    }
}

impl SeedRows {
    /// Rows whose cells are places of a text.
    pub(super) fn new(width: usize, text: Arc<String>, cells: Vec<Cell>) -> SeedRows {
        SeedRows { width, text, cells }
    }

    /// No row is left.
    pub(crate) fn clear(&mut self) {
        self.cells.clear();
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        match self.width {
            0 => 0,
            width => self.cells.len() / width,
        }
    }

    /// How many values they have together.
    pub fn values(&self) -> usize {
        self.cells.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The rows in order.
    pub fn iter(&self) -> impl Iterator<Item = impl Iterator<Item = Option<&str>>> {
        self.iter_from(0)
    }

    /// The rows from one on.
    pub fn iter_from(
        &self,
        row: usize,
    ) -> impl Iterator<Item = impl Iterator<Item = Option<&str>>> {
        let start = self.cells.len().min(row.saturating_mul(self.width));
        self.cells[start..]
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

    fn cell(&self, (start, length): Cell) -> Option<&str> {
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
        let mut rows = Collected::new(2);
        assert!(rows.push([Some("a"), None].into_iter()));
        assert!(rows.push([Some(""), Some("é")].into_iter()));
        let rows = rows.finish();
        let all: Vec<Vec<Option<&str>>> = rows.iter().map(Iterator::collect).collect();
        assert_eq!(all, [[Some("a"), None], [Some(""), Some("é")]]);
        assert_eq!(rows.column(1).collect::<Vec<_>>(), [None, Some("é")]);
        assert_eq!(rows.len(), 2);
        assert!(Collected::new(0).finish().is_empty());
    }
}
