//! A set of resources by position: a bit each.

/// The set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Set {
    words: Vec<u64>,
    size: usize,
}

impl Set {
    /// No member of a universe of that size.
    pub(super) fn empty(size: usize) -> Set {
        Set {
            words: vec![0; size.div_ceil(64)],
            size,
        }
    }

    /// Those positions for which it holds.
    pub(super) fn of(size: usize, mut holds: impl FnMut(usize) -> bool) -> Set {
        let mut set = Set::empty(size);
        for position in 0..size {
            if holds(position) {
                set.insert(position);
            }
        }
        set
    }

    /// Adds a member; whether it is new.
    pub(super) fn insert(&mut self, position: usize) -> bool {
        let bit = 1_u64 << (position % 64);
        let word = &mut self.words[position / 64];
        let is_new = *word & bit == 0;
        *word |= bit;
        is_new
    }

    pub(super) fn contains(&self, position: usize) -> bool {
        self.words[position / 64] & (1 << (position % 64)) != 0
    }

    pub(super) fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    pub(super) fn add(&mut self, other: &Set) {
        self.combine(other, |mine, theirs| mine | theirs);
    }

    pub(super) fn keep(&mut self, other: &Set) {
        self.combine(other, |mine, theirs| mine & theirs);
    }

    pub(super) fn remove(&mut self, other: &Set) {
        self.combine(other, |mine, theirs| mine & !theirs);
    }

    fn combine(&mut self, other: &Set, combine: impl Fn(u64, u64) -> u64) {
        for (mine, theirs) in self.words.iter_mut().zip(&other.words) {
            *mine = combine(*mine, *theirs);
        }
    }

    /// The members in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = usize> {
        (0..self.size).filter(|position| self.contains(*position))
    }
}

#[cfg(test)]
mod tests {
    use super::Set;

    #[test]
    fn sets_combine() {
        let even = Set::of(130, |position| position % 2 == 0);
        let mut thirds = Set::of(130, |position| position % 3 == 0);
        thirds.keep(&even);
        assert!(thirds.iter().all(|position| position % 6 == 0));
        assert!(thirds.contains(126));
        thirds.remove(&even);
        assert!(thirds.is_empty());
        thirds.add(&even);
        assert_eq!(thirds, even);
    }
}
