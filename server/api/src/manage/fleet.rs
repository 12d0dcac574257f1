//! The fleet as a whole: counts, presence over time, the newest events.

pub(super) mod census;
pub(super) mod events;
pub(super) mod presence;

const TAG: &str = "Fleet";
