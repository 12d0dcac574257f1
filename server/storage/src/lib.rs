//! The only SQL of Muster: SQLite and PostgreSQL behind one set of functions.
//!
//! [`Store`] is the whole door. Reads go to a pool; everything that changes something is a command to the one writer
//! (`writer`), which commits what has queued in one transaction, tells the [`CommitHook`], and then answers.

mod audit;
mod backup;
mod change;
mod check;
mod credentials;
mod devices;
mod engine;
mod error;
mod events;
mod idempotency;
mod messages;
mod modules;
mod people;
mod policies;
mod presence;
mod prune;
mod records;
mod samples;
mod sealed;
mod series;
mod sessions;
mod settings;
mod statements;
mod store;
mod subscriptions;
mod tokens;
mod twins;
mod views;
mod writer;

pub use change::{Change, CommitHook, Committed, ModuleNews};
pub use error::StorageError;
pub use idempotency::MAX_REMEMBERED;
pub use messages::MAX_MESSAGES;
pub use modules::{ModuleChange, ModuleInsert, ModuleNote, ModuleTwinRow};
pub use records::{
    AuditCheck, AuditFault, BackupReport, DeviceChange, DeviceRow, DeviceSummary, EventQuery,
    Finding, InsertOutcome, NewPerson, NewToken, PasswordHash, PersonChange, PresenceNote,
    PresenceOutcome, PresenceSample, Properties, PropertyValues, Pruned, Refusal, Repeated,
    ReportOutcome, Session, TwinOutcome, TwinRow, WebSession, WriteOutcome,
};
pub use samples::MAX_SAMPLES;
pub use series::{
    CHUNK_SPAN_MS, LoggedMessage, MAX_PAGES, MAX_SERIES, MAX_SERIES_AT_ONCE, MAX_TAKEN, PageWrite,
    SeriesId, SeriesKey, SeriesPage,
};
#[doc(hidden)]
pub use statements::{Statement, statements};
pub use store::{Location, MasterKey, Store, StoreConfig};
pub use views::{MAX_OWN_VIEWS, MAX_SHARED_VIEWS, NewView, ViewOutcome};
