//! The fleet as a whole: counts, presence and health over time, the newest events.

pub(super) mod census;
pub(super) mod events;
pub(super) mod health;
pub(super) mod history;
pub(super) mod presence;

const TAG: &str = "Fleet";
