//! The only SQL of Muster: SQLite and PostgreSQL behind one set of functions.
//!
//! [`Store`] is the whole door. Reads go to a pool; everything that changes something is a command to the one writer
//! (`writer`), which commits what has queued in one transaction, tells the [`CommitHook`], and then answers.

mod change;
mod error;
mod records;
mod store;

pub use change::{Change, CommitHook, Committed};
pub use error::StorageError;
pub use records::{
    AuditCheck, AuditFault, BackupReport, DeviceChange, DeviceRow, DeviceSummary, EventQuery,
    Finding, InsertOutcome, NewPerson, PasswordHash, PersonChange, PresenceNote, PresenceOutcome,
    PresenceSample, Pruned, Refusal, ReportOutcome, Session, TwinOutcome, TwinRow, WebSession,
    WriteOutcome,
};
pub use store::{Location, MasterKey, Store, StoreConfig};
