//! Bulk operations through the real binary, when it or its database is taken away amid the work.

#[path = "operations/crash.rs"]
mod crash;
#[path = "operations/failover.rs"]
mod failover;
