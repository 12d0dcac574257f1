//! Sorting short lists in little code.

use std::cmp::Ordering;

/// Sorts a list of at most some hundred entries; equal ones keep their order. The library's sort is made for long
/// lists, and costs the browser four kilobytes of code for each type of entry.
pub(crate) fn sort_by<T>(list: &mut Vec<T>, compare: impl Fn(&T, &T) -> Ordering) {
    for next in 1..list.len() {
        let entry = list.remove(next);
        let place = list[..next].partition_point(|other| compare(other, &entry).is_le());
        list.insert(place, entry);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn sorts_as_the_library_does(list in prop::collection::vec((0u8..8, 0u32..100), 0..60)) {
            let (mut ours, mut theirs) = (list.clone(), list);
            sort_by(&mut ours, |a, b| a.0.cmp(&b.0));
            theirs.sort_by_key(|entry| entry.0);
            prop_assert_eq!(ours, theirs);
        }
    }
}
