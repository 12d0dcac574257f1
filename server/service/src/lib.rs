//! Use cases of Muster: the one door through which everything changes.
//!
//! Pages, REST calls and devices all come here. A function that changes something takes proof of permission as an
//! argument ([`Permit`], [`DevicePermit`], [`DeviceProof`]); the proof can be made only by the policy, so forgetting to
//! authorise does not compile. A change is one transaction in storage that writes the new state and the event that
//! describes it; the index follows before anybody is told, then the event is announced.

pub mod access;
pub mod alerts;
pub mod approvals;
pub mod bulk;
pub mod clock;
pub mod configurations;
pub mod devices;
pub mod embeds;
pub mod error;
pub mod firmware;
pub mod fleet;
pub mod gates;
pub mod health;
pub mod hub;
pub mod identities;
pub mod live;
pub mod methods;
pub mod modules;
pub mod once;
pub mod operations;
pub mod people;
pub mod policies;
pub mod presence;
pub mod query;
pub mod registry;
pub mod retention;
pub mod revisions;
pub mod series;
pub mod sessions;
pub mod timeline;
pub mod transfer;
pub mod twins;
pub mod upkeep;
pub mod views;

pub use access::{Access, DevicePermit, Permit};
pub use approvals::Asked;
pub use clock::{Clock, Entropy};
pub use devices::{DeviceProof, ToDevice};
pub use error::ServiceError;
pub use fleet::{Properties, PropertyPaths};
pub use hub::{Hub, HubConfig};
pub use methods::{MethodAnswer, MethodCall, MethodError};
pub use muster_index::{Census, Entry, PageQuery, Row, Scalar, Sort, SortKey, TagPath};
pub use muster_storage::{
    BackupReport, Demand, DeviceSummary, Finding, PresenceSample, Repeated, Revision, SheetRow,
    TwinRow, WebSession,
};
pub use query::{AnswerKind, QueryAnswer, QueryPageRequest};
