//! The hub itself: how it is, what people did, what tools connect with.

pub(super) mod audit;
pub(super) mod check;
pub(super) mod facts;
pub(super) mod policy;

const TAG: &str = "Hub";
