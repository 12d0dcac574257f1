//! How numbers are spread: devices per bin of round width.

use muster_query::datum::number_of_key;

use crate::cell::Cell;
use crate::dictionary::Kind;
use crate::filter::Source;
use crate::scan::Scan;

/// Most bins; one more where the lowest value lies inside the first.
const MOST_BINS: f64 = 16.0;

/// A part of the range of values.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Bin {
    /// The lowest value that belongs to it.
    pub from: f64,
    /// The lowest value that does not any more.
    pub to: f64,
    /// How many devices have a value in it.
    pub devices: usize,
}

/// The numbers that devices have at a path.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Spread {
    /// Side by side without holes, lowest first; together they hold every number. Empty without any.
    pub bins: Vec<Bin>,
    /// Devices with a number.
    pub with: usize,
    /// Devices without one.
    pub without: usize,
}

pub(crate) fn spread(scan: &Scan, source: Source) -> Spread {
    let (mut low, mut high, mut with) = (f64::INFINITY, f64::NEG_INFINITY, 0);
    let all = each_number(scan, source, |value| {
        (low, high, with) = (low.min(value), high.max(value), with + 1);
    });
    let mut spread = Spread {
        bins: bins(low, high),
        with,
        without: all - with,
    };
    each_number(scan, source, |value| {
        let after = spread.bins.partition_point(|bin| bin.from <= value);
        if let Some(bin) = after.checked_sub(1).map(|at| &mut spread.bins[at]) {
            bin.devices += 1;
        }
    });
    spread
}

/// Tells each number; how many devices there are at all.
fn each_number(scan: &Scan, source: Source, mut tell: impl FnMut(f64)) -> usize {
    let values = scan.snapshot.values();
    let mut all = 0;
    scan.each(|_, chunk, bits| {
        all += bits.count();
        let Some(column) = source.column(chunk) else {
            return;
        };
        let number = |cell: Cell<'_>| {
            let is_number = cell.kind() == Some(Kind::Number);
            is_number.then(|| number_of_key(cell.key(values)))
        };
        let cells = column.iter().filter(|(row, _)| bits.has(*row));
        cells
            .filter_map(|(_, cell)| number(cell))
            .filter(|value| value.is_finite())
            .for_each(&mut tell);
    });
    all
}

/// Empty bins of 1, 2 or 5 times a power of ten that cover a range.
fn bins(low: f64, high: f64) -> Vec<Bin> {
    if low > high {
        return Vec::new();
    }
    let width = round_width(high / MOST_BINS - low / MOST_BINS);
    let edge = |at: f64| edge(at, width);
    let mut first = (low / edge(1.0)).floor();
    // The quotient may have been rounded up.
    if edge(first) > low {
        first -= 1.0;
    }
    let bins: Vec<Bin> = (0..)
        .map(|n| Bin {
            from: edge(first + f64::from(n)),
            to: edge(first + f64::from(n) + 1.0),
            devices: 0,
        })
        .take_while(|bin| bin.from <= high && bin.from < bin.to)
        .take(MOST_BINS as usize + 2)
        .collect();
    if bins.last().is_some_and(|bin| bin.to > high) {
        return bins;
    }
    // Values so large that a width is lost in them.
    let all = Bin {
        from: low,
        to: high.next_up(),
        devices: 0,
    };
    vec![all]
}

/// Multiple and power of ten of the smallest round width that is at least this; 1 where there is nothing to part.
fn round_width(least: f64) -> (f64, i32) {
    if !least.is_normal() {
        return (1.0, 0);
    }
    let power = least.log10().floor() as i32;
    let fits = |multiple: &f64| edge(1.0, (*multiple, power)) >= least;
    match [1.0, 2.0, 5.0].into_iter().find(fits) {
        Some(multiple) => (multiple, power),
        None => (1.0, power + 1),
    }
}

/// So many widths, without the error that adding tenths up has.
fn edge(at: f64, (multiple, power): (f64, i32)) -> f64 {
    if power < 0 {
        at * multiple / 10_f64.powi(-power)
    } else {
        at * multiple * 10_f64.powi(power)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed step fails the test")]
    use super::*;
    use crate::Index;
    use crate::tests::generate::{NOW, plain};
    use muster_query::{Condition, Scope};
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn spread_of(values: &[Value]) -> Spread {
        let index = Index::new();
        for (number, value) in values.iter().enumerate() {
            let mut entry = plain(&format!("d-{number}"));
            entry.tags.insert("n".into(), value.clone());
            index.upsert(&entry);
        }
        let path = "tags.n".parse().unwrap();
        index.spread(&Condition::all(), &path, &Scope::everything(), NOW)
    }

    #[test]
    fn bins_are_round_and_hold_every_number() {
        let check = |values: Value, first: [f64; 2], counts: &[usize], without| {
            let spread = spread_of(values.as_array().unwrap());
            let found: Vec<usize> = spread.bins.iter().map(|bin| bin.devices).collect();
            assert_eq!(found, counts, "{values}");
            assert_eq!(spread.without, without);
            if let Some(bin) = spread.bins.first() {
                assert_eq!([bin.from, bin.to], first);
            }
        };
        check(json!([]), [0.0; 2], &[], 0);
        check(json!(["5", true, {}]), [0.0; 2], &[], 3);
        check(json!([7, 7.0]), [7.0, 8.0], &[2], 0);
        check(
            json!([0.1, 0.2, 0.25, "x"]),
            [0.1, 0.11],
            &[1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1],
            1,
        );
        check(
            json!([-32, 0]),
            [-32.0, -30.0],
            &[1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
            0,
        );
    }

    proptest! {
        #[test]
        fn the_links_of_bins_count_the_same(values in prop::collection::vec(-1e6..1e6_f64, 1..40)) {
            let index = Index::new();
            for (number, value) in values.iter().enumerate() {
                let mut entry = plain(&format!("d-{number}"));
                entry.tags.insert("n".into(), json!(value));
                index.upsert(&entry);
            }
            let everything = Scope::everything();
            let path = "tags.n".parse().unwrap();
            let spread = index.spread(&Condition::all(), &path, &everything, NOW);
            prop_assert!(spread.bins.len() <= MOST_BINS as usize + 2);
            prop_assert_eq!(spread.bins.iter().map(|bin| bin.devices).sum::<usize>(), values.len());
            for bin in spread.bins {
                let text = format!("tags.n >= {} AND tags.n < {}", bin.from, bin.to);
                let condition = Condition::parse(&text).unwrap();
                prop_assert_eq!(index.count(&condition, "", &everything, NOW), bin.devices, "{}", text);
            }
        }
    }

    #[test]
    fn odd_ranges_have_bins_too() {
        for (low, high) in [
            (1e300, 2e300),
            (-1e308, 1e308),
            (1e15, 1e15 + 2.0),
            (1e17, 1e17),
            (5e-324, 1e-300),
        ] {
            let bins = bins(low, high);
            assert!(
                bins.len() <= MOST_BINS as usize + 2,
                "{low} to {high}: {bins:?}"
            );
            assert!(
                bins[0].from <= low && bins[bins.len() - 1].to > high,
                "{low} to {high}"
            );
        }
    }
}
