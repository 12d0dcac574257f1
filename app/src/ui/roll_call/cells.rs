//! Which cells a population gets, and their outlines.

use std::fmt::Write as _;

use super::RollPart;
use crate::short::sort_by;

/// Cells above each other.
const RANKS: usize = 4;
/// Most cells in a roll call: sixty files of four.
const MOST_CELLS: u64 = 240;
/// A small population does not get wider cells than this many files would have.
const FEWEST_FILES: usize = 30;

/// How many devices one cell stands for.
pub fn per_cell(total: u64) -> u64 {
    total.div_ceil(MOST_CELLS).max(1)
}

/// The outlines of all cells, one path per part.
pub(super) struct Drawing {
    /// Width of the viewBox; cells repeat every ten units.
    pub(super) width: usize,
    /// Look and outline of each part that is there.
    pub(super) paths: Vec<(&'static str, String)>,
}

impl Drawing {
    pub(super) fn of(parts: &[RollPart]) -> Self {
        let counts: Vec<u64> = parts.iter().map(|p| p.n).collect();
        let shares = share_out(&counts);
        let files = shares
            .iter()
            .sum::<usize>()
            .div_ceil(RANKS)
            .max(FEWEST_FILES);
        let mut next = 0;
        let mut paths = Vec::new();
        for (part, cells) in parts.iter().zip(shares) {
            if cells > 0 {
                let cell = part.look.cell;
                paths.push((cell, outline(next..next + cells, hollow(cell))));
                next += cells;
            }
        }
        Self {
            width: files * 10 - 2,
            paths,
        }
    }
}

/// Cells that are drawn as a line stay inside the place of a filled one.
fn hollow(cell: &str) -> bool {
    matches!(cell, "asleep" | "waiting" | "running" | "never" | "later")
}

fn outline(cells: std::ops::Range<usize>, hollow: bool) -> String {
    let mut d = String::new();
    for cell in cells {
        let (x, y) = (cell / RANKS * 10, cell % RANKS * 10);
        let _ = match hollow {
            true => write!(d, "M{x}.6 {y}.7h6.8v6.6h-6.8z"),
            false => write!(d, "M{x} {y}h8v8h-8z"),
        };
    }
    d
}

/// Shares the cells out by largest remainder. Whoever is there at all gets at least one cell.
fn share_out(counts: &[u64]) -> Vec<usize> {
    let total: u64 = counts.iter().sum();
    let size = per_cell(total);
    let cells = total.div_ceil(size) as usize;
    let mut shares: Vec<usize> = counts
        .iter()
        .map(|&n| {
            if n == 0 {
                0
            } else {
                (n / size).max(1) as usize
            }
        })
        .collect();
    let mut by_remainder: Vec<usize> = (0..counts.len()).filter(|&i| counts[i] >= size).collect();
    sort_by(&mut by_remainder, |&a, &b| {
        (counts[b] % size).cmp(&(counts[a] % size))
    });
    let missing = cells.saturating_sub(shares.iter().sum());
    for &i in by_remainder.iter().take(missing) {
        shares[i] += 1;
    }
    while shares.iter().sum::<usize>() > cells.max(counts.iter().filter(|n| **n > 0).count()) {
        let Some(largest) = shares.iter_mut().max() else {
            break;
        };
        *largest -= 1;
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::Look;
    use muster_core::contact::Contact;
    use proptest::prelude::*;

    #[test]
    fn cells_follow_the_counts() {
        let check = |counts: &[u64], want: &[usize]| assert_eq!(share_out(counts), want);
        check(&[45_872, 1_406, 517, 318, 97], &[228, 7, 2, 2, 1]);
        check(&[10, 2], &[10, 2]);
        check(&[0, 0], &[0, 0]);
        check(&[1_000_000, 1], &[239, 1]);
        assert_eq!(per_cell(48_210), 201);
        assert_eq!(per_cell(12), 1);
        assert_eq!(per_cell(0), 1);
    }

    proptest! {
        #[test]
        fn nobody_is_left_out_and_nothing_overflows(counts in prop::collection::vec(0u64..1_000_000, 0..8)) {
            let shares = share_out(&counts);
            prop_assert!(counts.iter().zip(&shares).all(|(n, cells)| (*n == 0) == (*cells == 0)));
            prop_assert!(shares.iter().sum::<usize>() <= MOST_CELLS as usize);
        }
    }

    #[test]
    fn outlines_go_down_the_files() {
        let parts = [(Contact::Reporting, 5), (Contact::Asleep, 1)].map(|(contact, n)| RollPart {
            look: Look::from(contact),
            n,
            href: None,
        });
        let drawing = Drawing::of(&parts);
        assert_eq!(drawing.width, 298);
        assert_eq!(
            drawing.paths,
            [
                (
                    "ok",
                    "M0 0h8v8h-8zM0 10h8v8h-8zM0 20h8v8h-8zM0 30h8v8h-8zM10 0h8v8h-8z".to_owned()
                ),
                ("asleep", "M10.6 10.7h6.8v6.6h-6.8z".to_owned()),
            ]
        );
    }
}
