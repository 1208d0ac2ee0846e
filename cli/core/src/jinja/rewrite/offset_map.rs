//! Edits of a text, and the way back from the edited text's byte offsets to the user's.

use std::borrow::Cow;
use std::ops::Range;

/// Where an edit stands among others at the same offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// Behind the expression that ends here; inner ones come first.
    Close,
    /// Before the expression that starts here; outer ones come first.
    Open,
    /// Instead of what stands here.
    Replace,
}

/// A piece of text put in the place of `removed` bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Edit {
    at: usize,
    place: Place,
    order: usize,
    removed: usize,
    inserted: Cow<'static, str>,
}

/// Edits as they are found, in any order.
#[derive(Debug, Default)]
pub(super) struct Edits {
    edits: Vec<Edit>,
}

impl Edits {
    pub(super) fn is_empty(&self) -> bool {
        self.edits.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.edits.len()
    }

    /// Forgets all edits but the first `count`.
    pub(super) fn truncate(&mut self, count: usize) {
        self.edits.truncate(count);
    }

    pub(super) fn open(&mut self, at: usize, inserted: impl Into<Cow<'static, str>>) {
        self.push(at, Place::Open, 0, inserted);
    }

    pub(super) fn close(&mut self, at: usize, inserted: impl Into<Cow<'static, str>>) {
        self.push(at, Place::Close, 0, inserted);
    }

    pub(super) fn replace(&mut self, range: Range<usize>, inserted: impl Into<Cow<'static, str>>) {
        self.push(range.start, Place::Replace, range.len(), inserted);
    }

    /// Takes a piece out, but not its line breaks.
    pub(super) fn remove(&mut self, text: &str, range: Range<usize>) {
        let mut start = range.start;
        for line in text[range].split_inclusive('\n') {
            let end = start + line.len();
            let kept = usize::from(line.ends_with('\n'));
            self.replace(start..end - kept, "");
            start = end;
        }
    }

    fn push(
        &mut self,
        at: usize,
        place: Place,
        removed: usize,
        inserted: impl Into<Cow<'static, str>>,
    ) {
        self.edits.push(Edit {
            at,
            place,
            order: self.edits.len(),
            removed,
            inserted: inserted.into(),
        });
    }

    /// The edited text and its map.
    pub(super) fn apply(mut self, text: &str) -> (String, OffsetMap) {
        self.edits.sort_by(|a, b| {
            (a.at, a.place)
                .cmp(&(b.at, b.place))
                .then_with(|| match a.place {
                    Place::Open => b.order.cmp(&a.order),
                    Place::Close | Place::Replace => a.order.cmp(&b.order),
                })
        });
        let grown: usize = self.edits.iter().map(|edit| edit.inserted.len()).sum();
        let mut edited = String::with_capacity(text.len() + grown);
        let mut shifts = Vec::with_capacity(self.edits.len());
        let mut copied = 0;
        for edit in &self.edits {
            edited.push_str(&text[copied..edit.at]);
            edited.push_str(&edit.inserted);
            copied = edit.at + edit.removed;
            shifts.push(Shift {
                edited: edited.len(),
                original: copied,
                inserted: edit.inserted.len(),
                removed: edit.removed,
            });
        }
        edited.push_str(&text[copied..]);
        (edited, OffsetMap { shifts })
    }
}

/// The ends of an edit in both texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Shift {
    /// The end of the inserted text in the edited text.
    edited: usize,
    /// The end of the removed text in the original.
    original: usize,
    inserted: usize,
    removed: usize,
}

/// Finds the user's byte offset for one of the edited text. Empty where nothing was edited.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct OffsetMap {
    shifts: Vec<Shift>,
}

impl OffsetMap {
    /// The original offset; within inserted text, that of the place where it was inserted.
    pub(crate) fn original(&self, edited: usize) -> usize {
        let behind = self.shifts.partition_point(|shift| shift.edited <= edited);
        // an edit that the offset stands in
        if let Some(inside) = self.shifts.get(behind)
            && edited + inside.inserted >= inside.edited
        {
            return inside.original - inside.removed;
        }
        match behind.checked_sub(1).map(|last| self.shifts[last]) {
            Some(last) => last.original + (edited - last.edited),
            None => edited,
        }
    }

    /// The original range of a range.
    pub(crate) fn original_range(&self, edited: Range<usize>) -> Range<usize> {
        if self.shifts.is_empty() {
            return edited;
        }
        let start = self.original(edited.start);
        start..self.original(edited.end).max(start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_lead_back() {
        let mut edits = Edits::default();
        edits.open(2, "((");
        edits.close(3, ")");
        edits.replace(4..5, "|add(");
        edits.close(7, "))");
        let (edited, map) = edits.apply("{{a + b}}");
        assert_eq!(edited, "{{((a) |add( b))}}");
        let a = edited.find('a').unwrap();
        let b = edited.find('b').unwrap();
        assert_eq!((map.original(a), map.original(b)), (2, 6));
        assert_eq!(map.original_range(2..edited.len() - 2), 2..7);
        assert_eq!(map.original(edited.len()), 9);
        assert_eq!(map.original(0), 0);
    }

    #[test]
    fn nested_edits_at_one_place_nest() {
        let mut edits = Edits::default();
        edits.open(0, "(");
        edits.close(1, ")");
        edits.open(0, "[");
        edits.close(1, "]");
        assert_eq!(edits.apply("x").0, "[(x)]");
    }
}
