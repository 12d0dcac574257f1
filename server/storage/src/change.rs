//! What a commit changed, for whoever follows: the index, open pages, connected devices.

use std::fmt;
use std::sync::Arc;

use muster_core::alert::{Alert, AlertId};
use muster_core::configuration::Status;
use muster_core::embed::EmbedId;
use muster_core::event::Event;
use muster_core::gate::{SheetKind, Slug};
use muster_core::ids::{ConfigurationId, DeviceId, Identity, OperationId};

use muster_core::lifecycle::Stage;
use muster_core::time::Timestamp;
use muster_core::twin::Object;
use serde_json::Value;

use crate::embeds::KeyedEmbed;
use crate::records::DeviceRow;
use crate::sheets::SheetRow;

/// Called by the writer after COMMIT and before any acknowledgement, in commit order. It must be quick and must not
/// call the store.
pub type CommitHook = Arc<dyn Fn(&[Committed]) + Send + Sync>;

/// A command that was committed.
#[derive(Clone, PartialEq, Debug)]
pub struct Committed {
    /// The events it wrote, in order.
    pub events: Vec<Event>,
    /// The state it changed.
    pub change: Change,
}

/// The state that a command changed.
#[derive(Clone, PartialEq, Debug)]
pub enum Change {
    /// None that others follow.
    None,
    /// A device was made or its identity changed.
    Device(Box<DeviceRow>),
    /// A device was deleted.
    DeviceDeleted(DeviceId),
    /// A twin was written.
    Twin {
        /// Whose.
        id: DeviceId,
        /// All tags, when they were written.
        tags: Option<Object>,
        /// The payload of the device's notification with its `$version`, when desired was written.
        desired: Option<Value>,
        /// The device itself wrote it.
        reported: bool,
        /// Whether reported properties now differ from desired ones.
        drift: bool,
        /// When.
        at: Timestamp,
    },
    /// A device connected or its connection ended.
    Presence {
        /// Whose.
        id: DeviceId,
        /// Connected, or no longer.
        connected: bool,
        /// The model it announced, when that is new.
        model_id: Option<String>,
        /// When.
        at: Timestamp,
        /// Its stage now; the first contact makes a device active.
        stage: Stage,
    },
    /// Something about a module changed.
    Module {
        /// Which.
        id: Identity,
        /// What.
        news: ModuleNews,
    },
    /// Configurations cover a device otherwise than before.
    Configurations {
        /// Which.
        id: DeviceId,
        /// All that cover it now.
        standing: Vec<(ConfigurationId, Status)>,
    },
    /// A device sent telemetry.
    Activity {
        /// Which.
        id: DeviceId,
        /// When.
        at: Timestamp,
    },
    /// An account changed.
    People,
    /// Something about a bulk operation changed.
    Operation {
        /// Which.
        id: OperationId,
        /// Its state or that of a wave, or what is asked of it; not only its targets.
        turned: bool,
    },
    /// A window, a calendar, a place or the zone of the fleet changed.
    Books(BooksNews),
    /// Something waits for approval, or was decided.
    Approvals,
    /// Alerts changed.
    Alerts {
        /// As they are now.
        alerts: Vec<Alert>,
        /// Those that were forgotten.
        gone: Vec<AlertId>,
    },
    /// A rule of alerts was made, changed or deleted.
    AlertRules,
    /// Something about embeds changed.
    Embed(EmbedNews),
}

/// What changed about embeds.
#[derive(Clone, PartialEq, Debug)]
pub enum EmbedNews {
    /// One was made.
    Made(Box<KeyedEmbed>),
    /// One was revoked then.
    Revoked(EmbedId, Timestamp),
    /// Those that ended before were removed.
    Forgotten(Timestamp),
}

/// What changed about the context that devices are judged in.
#[derive(Clone, PartialEq, Debug)]
pub enum BooksNews {
    /// A sheet was made or changed.
    Kept(SheetRow),
    /// A sheet was deleted.
    Gone(SheetKind, Slug),
    /// Devices that name no zone are in this one.
    Zone(String),
}

/// What changed about a module.
#[derive(Clone, PartialEq, Debug)]
pub enum ModuleNews {
    /// It was made, changed, or connected, or its connection ended.
    Identity,
    /// It was deleted.
    Deleted,
    /// Its twin was written.
    Twin {
        /// The payload of its notification with the `$version`, when desired was written.
        desired: Option<Value>,
    },
}

/// A hook as part of types that are `Debug`.
#[derive(Clone)]
pub(crate) struct Hook(pub(crate) CommitHook);

impl fmt::Debug for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CommitHook")
    }
}
