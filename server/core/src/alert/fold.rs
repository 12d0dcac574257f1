//! Folding: one alert that stands for many.

/// A folded rule is told one by one again when no more than this part of what folds it is left: the half.
pub const UNFOLD_PART: u64 = 2;

/// What becomes of the alerts of devices that belong together.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Folding {
    /// They stay as they are: one by one, or folded.
    Stay,
    /// One alert stands for them from now on.
    Fold,
    /// Each stands for itself again.
    Unfold,
}

/// What becomes of `open` alerts that belong together, of a rule that folds at `at`; they fold at `at` and unfold below the
/// half of it, so that one device more or less changes nothing twice.
pub fn fold(open: u64, folded: bool, at: u64) -> Folding {
    match folded {
        false if at > 0 && open >= at => Folding::Fold,
        true if at == 0 || open == 0 || open * UNFOLD_PART < at => Folding::Unfold,
        _ => Folding::Stay,
    }
}

/// Whether so many devices are concerned that a rule is told as one alert: more than `cap`, or once that is so more than the
/// half of it.
pub fn is_flood(devices: u64, flooded: bool, cap: u64) -> bool {
    match flooded {
        false => devices > cap,
        true => devices > cap / UNFOLD_PART,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_more_or_less_changes_nothing_twice() {
        let check =
            |open, folded, at, want| assert_eq!(fold(open, folded, at), want, "{open} of {at}");
        check(4, false, 5, Folding::Stay);
        check(5, false, 5, Folding::Fold);
        check(4, true, 5, Folding::Stay);
        check(3, true, 5, Folding::Stay);
        check(2, true, 5, Folding::Unfold);
        check(0, true, 0, Folding::Unfold);
        check(9, false, 0, Folding::Stay);
        assert!(!is_flood(500, false, 500));
        assert!(is_flood(501, false, 500));
        assert!(is_flood(251, true, 500));
        assert!(!is_flood(250, true, 500));
    }
}
