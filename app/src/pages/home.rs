//! The homes, one per role.

mod facts;
mod goals;
mod hub;
mod needs;
mod oversight;
mod queue;
mod regions;
mod sites;

pub use goals::GoalsPage;
pub use hub::HubPage;
pub use oversight::OversightPage;
pub use queue::QueuePage;
