//! A set of rows within one chunk.

use crate::chunk::ROWS;

const WORDS: usize = ROWS / 64;

/// Which rows of a chunk are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bits([u64; WORDS]);

impl Bits {
    /// No row.
    pub(crate) fn none() -> Self {
        Self([0; WORDS])
    }

    /// The first `rows` rows.
    pub(crate) fn first(rows: usize) -> Self {
        let mut bits = Self::none();
        for (index, word) in bits.0.iter_mut().enumerate() {
            let here = rows.saturating_sub(index * 64).min(64);
            *word = u64::MAX.checked_shr(64 - here as u32).unwrap_or(0);
        }
        bits
    }

    /// Adds a row.
    pub(crate) fn add(&mut self, row: usize) {
        self.0[row / 64] |= 1 << (row % 64);
    }

    /// Whether a row is in it.
    pub(crate) fn has(&self, row: usize) -> bool {
        self.0[row / 64] >> (row % 64) & 1 == 1
    }

    /// Whether no row is in it.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    /// How many rows are in it.
    pub(crate) fn count(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Keeps what is in the other, too.
    pub(crate) fn keep(&mut self, other: &Bits) {
        self.0.iter_mut().zip(other.0).for_each(|(a, b)| *a &= b);
    }

    /// Adds what is in the other.
    pub(crate) fn join(&mut self, other: &Bits) {
        self.0.iter_mut().zip(other.0).for_each(|(a, b)| *a |= b);
    }

    /// Keeps the rows for which `test` holds; asks only about rows that are in it.
    pub(crate) fn retain(&mut self, mut test: impl FnMut(usize) -> bool) {
        for (index, word) in self.0.iter_mut().enumerate() {
            let base = index * 64;
            if *word == u64::MAX {
                *word = (0..64).fold(0, |kept, bit| kept | u64::from(test(base + bit)) << bit);
                continue;
            }
            let mut left = *word;
            while left != 0 {
                let bit = left.trailing_zeros() as usize;
                left &= left - 1;
                if !test(base + bit) {
                    *word &= !(1 << bit);
                }
            }
        }
    }

    /// The rows, lowest first.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = usize> + '_ {
        let words = self.0.iter().enumerate().filter(|(_, word)| **word != 0);
        words.flat_map(|(index, word)| {
            let inside = (0..64).filter(move |bit| word >> bit & 1 == 1);
            inside.map(move |bit| index * 64 + bit)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn bits(rows: &BTreeSet<usize>) -> Bits {
        let mut bits = Bits::none();
        rows.iter().for_each(|row| bits.add(*row));
        bits
    }

    #[test]
    fn first_is_a_prefix() {
        for rows in [0, 1, 63, 64, 65, ROWS - 1, ROWS] {
            let bits = Bits::first(rows);
            assert!(bits.iter().eq(0..rows), "{rows}");
            assert_eq!(bits.count(), rows);
            assert_eq!(bits.is_empty(), rows == 0);
        }
    }

    proptest! {
        #[test]
        fn it_is_a_set(
            a in prop::collection::btree_set(0..ROWS, 0..200),
            b in prop::collection::btree_set(0..ROWS, 0..200),
            full in any::<bool>(),
        ) {
            let a = if full { (0..ROWS).collect() } else { a };
            let (x, y) = (bits(&a), bits(&b));
            prop_assert!(x.iter().eq(a.iter().copied()));
            prop_assert!(x.iter().rev().eq(a.iter().rev().copied()));
            let mut both = x.clone();
            both.keep(&y);
            prop_assert!(both.iter().eq(a.intersection(&b).copied()));
            let mut either = x.clone();
            either.join(&y);
            prop_assert!(either.iter().eq(a.union(&b).copied()));
            let mut kept = x.clone();
            kept.retain(|row| b.contains(&row));
            prop_assert_eq!(&kept, &both);
            prop_assert!((0..ROWS).all(|row| x.has(row) == a.contains(&row)));
        }
    }
}
