//! What goes into storage and what comes out of it, beyond the types of `core`.

use std::fmt;

use muster_core::cursor::MAX_PAGE;
use muster_core::device::{AuthKind, Authentication, Device, ETag, GenerationId, Status};
use muster_core::event::EventKind;
use muster_core::ids::{DeviceId, PersonId};
use muster_core::key::KeyMark;
use muster_core::lifecycle::{NotAllowed, Stage, Step};
use muster_core::person::RoleGrant;
use muster_core::policy::Action;
use muster_core::time::Timestamp;
use muster_core::token::TokenId;
use muster_core::twin::{Object, ServiceApplied, Twin, TwinError};
use serde_json::Value;

/// A device without its secrets.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DeviceSummary {
    /// Its name.
    pub id: DeviceId,
    /// Which device of that name.
    pub generation: GenerationId,
    /// Token of the identity.
    pub etag: ETag,
    /// Whether it may connect.
    pub status: Status,
    /// Why, when somebody said so.
    pub status_reason: Option<String>,
    /// When `status` last changed.
    pub status_at: Option<Timestamp>,
    /// How it proves who it is.
    pub auth: AuthKind,
    /// Where it is in its life.
    pub stage: Stage,
    /// When `stage` last changed.
    pub stage_at: Timestamp,
    /// The plug-and-play model it announced; empty when never.
    pub model_id: String,
    /// When the identity was made.
    pub created_at: Timestamp,
    /// Last connect, disconnect, telemetry or report; `None` when it never connected.
    pub last_activity_at: Option<Timestamp>,
}

impl From<&Device> for DeviceSummary {
    fn from(device: &Device) -> Self {
        Self {
            id: device.id.clone(),
            generation: device.generation.clone(),
            etag: device.etag,
            status: device.status,
            status_reason: device.status_reason.clone(),
            status_at: device.status_at,
            auth: device.authentication.kind(),
            stage: device.stage,
            stage_at: device.stage_at,
            model_id: device.model_id.clone(),
            created_at: device.created_at,
            last_activity_at: device.last_activity_at,
        }
    }
}

/// What the index of the fleet is built from.
#[derive(Clone, PartialEq, Debug)]
pub struct DeviceRow {
    /// The identity.
    pub device: DeviceSummary,
    /// The tags of its twin.
    pub tags: Object,
    /// Whether reported properties differ from desired ones.
    pub drift: bool,
    /// Whether it was connected as far as the database knows: after a start, that it was when the hub stopped.
    pub connected: bool,
    /// The desired properties it begins with, when it was just made.
    pub first_desired: Option<Object>,
}

/// A part of twins that queries look into.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Properties {
    /// What devices should be.
    Desired,
    /// What devices say they are.
    Reported,
}

/// A twin with the identity it belongs to.
#[derive(Clone, PartialEq, Debug)]
pub struct TwinRow {
    /// The identity.
    pub device: DeviceSummary,
    /// The document.
    pub twin: Twin,
}

/// What to change about an identity; `None` leaves a part as it is.
#[derive(Clone, Debug, Default)]
pub struct DeviceChange {
    /// Whether it may connect.
    pub status: Option<Status>,
    /// Why; the inner `None` clears it.
    pub status_reason: Option<Option<String>>,
    /// How it proves who it is.
    pub authentication: Option<Authentication>,
    /// A step of its life.
    pub step: Option<Step>,
}

/// The end of making something.
#[derive(Clone, PartialEq, Debug)]
pub enum InsertOutcome<T = ()> {
    /// It was made.
    Inserted(T),
    /// Something of that name exists.
    AlreadyExists,
    /// The tags or desired properties it was to begin with break a rule.
    Refused(TwinError),
}

/// The end of changing something.
#[derive(Clone, PartialEq, Debug)]
pub enum WriteOutcome<T> {
    /// It was changed; this is how it is now.
    Done(T),
    /// There is nothing of that name.
    NotFound,
    /// It is not in the state the caller demanded.
    Conflict {
        /// Its token now.
        current: ETag,
    },
    /// A rule forbids it.
    Refused(Refusal),
}

/// A rule that only the writer can judge, because it needs the state of that very moment.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Refusal {
    /// The hub would be left without anybody who can manage people.
    #[error("this is the last active administrator; give the role to somebody else first")]
    LastAdmin,
    /// The device's stage does not allow the step.
    #[error(transparent)]
    Stage(#[from] NotAllowed),
}

/// The end of a device's report.
#[derive(Clone, PartialEq, Debug)]
pub enum ReportOutcome {
    /// It is stored.
    Done {
        /// The reported section's new version.
        version: u64,
    },
    /// There is no such device.
    NotFound,
    /// The patch breaks a rule.
    Refused(TwinError),
}

/// The end of a write of tags or desired properties.
#[derive(Clone, PartialEq, Debug)]
pub enum TwinOutcome {
    /// It is stored.
    Done {
        /// The document now.
        twin: Box<Twin>,
        /// What was written.
        applied: ServiceApplied,
    },
    /// There is no such device.
    NotFound,
    /// The document is not in the state the caller demanded.
    Conflict {
        /// Its token now.
        current: ETag,
    },
    /// The write breaks a rule.
    Refused(TwinError),
}

/// The end of noting a connection or its end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PresenceOutcome {
    /// It is stored.
    Done {
        /// The device's stage now.
        stage: Stage,
    },
    /// There is no such device.
    NotFound,
}

/// A connection or its end, about to be stored.
#[derive(Clone, PartialEq, Debug)]
pub struct PresenceNote {
    /// Whose.
    pub device: DeviceId,
    /// Connected, or no longer.
    pub connected: bool,
    /// The model it announced, if it did.
    pub model_id: Option<String>,
    /// The key of its own that it signed in with, if it did.
    pub key: Option<KeyMark>,
    /// The particulars for the event: protocol, address, reason.
    pub detail: Value,
    /// When.
    pub at: Timestamp,
}

/// An MQTT session as a reconnecting device finds it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Session {
    /// Whether there was one.
    pub present: bool,
    /// Topic filter and granted quality of service, in the order of filters.
    pub subscriptions: Vec<(String, u8)>,
}

/// Which events, newest first.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EventQuery {
    /// Of this device only.
    pub device: Option<DeviceId>,
    /// Of this person only.
    pub actor: Option<PersonId>,
    /// Of people and the console only.
    pub audited_only: bool,
    /// Without what devices do all day: reports, connects, disconnects.
    pub notable_only: bool,
    /// Of these kinds only; empty for all.
    pub kinds: Vec<EventKind>,
    /// Rows on a page, at most [`MAX_PAGE`].
    pub limit: usize,
    /// Where the page begins.
    pub cursor: Option<String>,
}

impl Default for EventQuery {
    fn default() -> Self {
        Self {
            device: None,
            actor: None,
            audited_only: false,
            notable_only: false,
            kinds: Vec::new(),
            limit: MAX_PAGE,
            cursor: None,
        }
    }
}

/// The result of walking the audit chain.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AuditCheck {
    /// Entries that were read.
    pub entries: u64,
    /// The first fault, if there is one.
    pub fault: Option<AuditFault>,
}

/// A place where the audit trail was tampered with.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum AuditFault {
    /// An entry does not follow from the one before.
    #[error("audit entry {0} was changed, or the one before it was removed")]
    Broken(muster_core::ids::EventSeq),
    /// Entries at the end are missing.
    #[error("the audit trail ends after {found} entries, {written} were written")]
    CutOff {
        /// Entries found.
        found: u64,
        /// Entries ever written.
        written: u64,
    },
}

/// A password hash in PHC form. Never printed by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(pub String);

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

/// An account about to be made.
#[derive(Clone, Debug)]
pub struct NewPerson {
    /// The checked sign-in name.
    pub name: String,
    /// The name others read.
    pub display_name: String,
    /// The hash of their password.
    pub password_hash: PasswordHash,
    /// Roles and scopes.
    pub roles: Vec<RoleGrant>,
    /// They must choose a new password at the next sign-in.
    pub must_change_password: bool,
}

/// What to change about an account; `None` leaves a part as it is.
#[derive(Clone, Debug, Default)]
pub struct PersonChange {
    /// The name others read.
    pub display_name: Option<String>,
    /// Roles and scopes.
    pub roles: Option<Vec<RoleGrant>>,
    /// Whether they may sign in.
    pub active: Option<bool>,
    /// The hash of their new password.
    pub password_hash: Option<PasswordHash>,
    /// They must choose a new password at the next sign-in.
    pub must_change_password: Option<bool>,
    /// When they signed in.
    pub last_sign_in_at: Option<Timestamp>,
}

/// A session of the dashboard: opaque to storage. Its `Debug` shows neither id nor content.
#[derive(Clone, PartialEq, Eq)]
pub struct WebSession {
    /// Its secret number.
    pub id: i128,
    /// Whose, once they have signed in.
    pub person: Option<PersonId>,
    /// Its content.
    pub data: Vec<u8>,
    /// When it ends.
    pub expires_at: Timestamp,
}

impl fmt::Debug for WebSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebSession")
            .field("person", &self.person)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// How a part of the fleet kept in touch at one moment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PresenceSample {
    /// Which part: a condition of the query language; empty for the whole fleet.
    pub scope: String,
    /// When.
    pub at: Timestamp,
    /// Devices with an open connection.
    pub connected: u32,
    /// Devices per word of contact.
    pub reporting: u32,
    /// Between two planned contacts.
    pub asleep: u32,
    /// Missed one or two contacts.
    pub overdue: u32,
    /// Missed three or more.
    pub silent: u32,
    /// Not yet connected.
    pub never_seen: u32,
}

/// What retention removed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Pruned {
    /// Events of devices.
    pub events: u64,
    /// Telemetry messages.
    pub messages: u64,
    /// Presence samples.
    pub samples: u64,
}

/// A finished backup.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BackupReport {
    /// The copy.
    pub path: std::path::PathBuf,
    /// Its size.
    pub bytes: u64,
}

/// Something `muster check` found wrong.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// What was looked at.
    pub subject: &'static str,
    /// What is wrong with it.
    pub problem: String,
    /// What to do.
    pub remedy: &'static str,
}

/// An API token about to be made. Never with the secret itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewToken {
    /// Its number.
    pub id: TokenId,
    /// In whose name it acts.
    pub person: PersonId,
    /// The checked name.
    pub name: String,
    /// SHA-256 of the secret.
    pub hash: [u8; 32],
    /// What it is narrowed to.
    pub actions: Vec<Action>,
    /// To which devices it is narrowed; empty for all its person sees.
    pub scope: String,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// What is known of a request that carries a key for being done once.
#[derive(Clone, PartialEq, Eq)]
pub enum Repeated {
    /// It is new, and remembered from now on.
    First,
    /// It was answered before, with this.
    Answered(Vec<u8>),
    /// It came before and has no answer yet.
    UnderWay,
    /// The key came before with another request.
    OtherRequest,
    /// Too many requests are remembered for this person.
    TooMany,
}

/// The answer may hold a secret.
impl fmt::Debug for Repeated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::First => "First",
            Self::Answered(_) => "Answered(…)",
            Self::UnderWay => "UnderWay",
            Self::OtherRequest => "OtherRequest",
            Self::TooMany => "TooMany",
        })
    }
}
