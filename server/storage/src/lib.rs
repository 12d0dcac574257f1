//! The only SQL of Muster: SQLite and PostgreSQL behind one set of functions.
//!
//! [`Store`] is the whole door. Reads go to a pool; everything that changes something is a command to the one writer
//! (`writer`), which commits what has queued in one transaction, tells the [`CommitHook`], and then answers.

mod alerts;
mod approvals;
mod audit;
mod backup;
mod change;
mod check;
mod configurations;
mod credentials;
mod devices;
mod embeds;
mod engine;
mod error;
mod events;
mod firmware;
mod fleet_samples;
mod handover;
mod idempotency;
mod messages;
mod modules;
mod operations;
mod people;
mod policies;
mod presence;
mod prune;
mod records;
mod revisions;
mod samples;
mod sealed;
mod series;
mod sessions;
mod settings;
mod sheets;
mod statements;
mod store;
mod subscriptions;
mod tokens;
mod transfers;
mod twins;
mod views;
mod writer;

pub use alerts::{AlertStep, AlertWrite, RuleOutcome};
pub use approvals::{
    ApprovalQuery, AskOutcome, DecideOutcome, Deciding, MAX_PENDING, NewApproval, OperationOutcome,
    PersonOutcome,
};
pub use change::{BooksNews, Change, CommitHook, Committed, EmbedNews, ModuleNews};
pub use configurations::{
    ApplyOutcome, ConfigurationOutcome, Contest, Covered, CoveredModule, CoveredPage,
    ModuleStanding, Standing, StatusValues,
};
pub use devices::keys::{DeviceKeys, Minted};
pub use embeds::{EmbedKey, EmbedUse, KeyedEmbed, MAX_LISTED_EMBEDS, NewEmbed};
pub use error::StorageError;
pub use firmware::files::{Arriving, ArtifactFiles, FileError, MAX_ARTIFACTS_BYTES};
pub use firmware::{ArtifactOutcome, MAX_ARTIFACTS};
pub use fleet_samples::{FleetSample, MAX_FLEET_SAMPLES};
pub use handover::{HandoverNote, MAX_NOTES};
pub use idempotency::MAX_REMEMBERED;
pub use messages::MAX_MESSAGES;
pub use modules::{ModuleChange, ModuleInsert, ModuleNote, ModulePlace, ModuleTwinRow};
pub use operations::{
    Candidate, DraftRow, Effect, Ended, Hold, Listed, MAX_DRAFTS, MAX_REASONS, NewOperation,
    OperationFilter, OperationRow, OperationStanding, ReasonCause, ReasonRow, Settled,
    StoredTarget, TargetBatch, TargetFilter, TargetRow, TurnOutcome, WalkedTarget, WaveRow,
    WaveTurn,
};
pub use records::{
    AuditCheck, AuditFault, BackupReport, DeviceChange, DeviceRow, DeviceSummary, EventQuery,
    Finding, InsertOutcome, NewPerson, NewToken, PasswordHash, PersonChange, PresenceNote,
    PresenceOutcome, PresenceSample, Properties, Pruned, Refusal, Repeated, ReportOutcome, Session,
    TwinOutcome, TwinRow, WebSession, WriteOutcome,
};
pub use revisions::{Restored, Revision};
pub use samples::MAX_SAMPLES;
pub use series::{
    CHUNK_SPAN_MS, LoggedMessage, MAX_PAGES, MAX_SERIES, MAX_SERIES_AT_ONCE, MAX_TAKEN, PageWrite,
    SeriesId, SeriesKey, SeriesPage,
};
pub use sheets::{Demand, MAX_SHEETS, SheetOutcome, SheetRow};
#[doc(hidden)]
pub use statements::{Statement, statements};
pub use store::{Location, MasterKey, Store, StoreConfig};
pub use transfers::{FailureKind, MAX_FAILURES, MAX_TRANSFERS};
pub use twins::PropertyValues;
pub use views::{MAX_OWN_VIEWS, MAX_SHARED_VIEWS, NewView, ViewOutcome};
