//! What travels to the fleet page.

use muster_core::contact::Contact;
use muster_core::device::{AuthKind, Status};
use muster_core::ids::DeviceId;
use muster_core::lifecycle::Stage;
use muster_core::view::ViewId;
use serde::{Deserialize, Serialize};

use crate::pages::fleet::address::Column;
use crate::rpc::home::GroupCount;

/// A device as a row.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct FleetRow {
    /// Its name.
    pub id: DeviceId,
    /// Whether it may connect.
    pub status: Status,
    /// Where it is in its life.
    pub stage: Stage,
    /// How it keeps in touch; judged in service only.
    pub contact: Option<Contact>,
    /// When it was last heard of, in milliseconds since 1970.
    pub last_activity: Option<i64>,
    /// Whether reported properties differ from desired ones.
    pub drift: bool,
    /// The plug-and-play model it announced; empty when none.
    pub model: String,
    /// How it proves who it is; only for who may see credentials.
    pub auth: Option<AuthKind>,
    /// The values of the columns that [`Column::is_plain`] says, in their order.
    pub values: Vec<Option<String>>,
}

/// What the plain columns show of a device.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RowValues {
    /// Which device.
    pub id: DeviceId,
    /// As [`FleetRow::values`].
    pub values: Vec<Option<String>>,
}

/// A tag that can be a column.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct TagColumn {
    /// Its path below `tags`.
    pub path: String,
    /// How many devices have it.
    pub devices: u64,
}

/// The devices of the list by the values of one path.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct FleetFacet {
    /// The path, in the query language.
    pub path: String,
    /// The path as people call it.
    pub title: String,
    /// The largest groups; the addresses keep the rest of the page's state.
    pub groups: Vec<GroupCount>,
    /// There are smaller groups.
    pub more: bool,
}

/// A page of the list.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct FleetPage {
    /// The rows.
    pub rows: Vec<FleetRow>,
    /// How many devices the whole list has.
    pub total: u64,
    /// How many devices there are at all in the person's scope.
    pub all: u64,
    /// Cursor of the page before.
    pub previous: Option<String>,
    /// Cursor of the page after.
    pub next: Option<String>,
    /// The columns beside the device's id.
    pub columns: Vec<Column>,
    /// Every tag that can be a column.
    pub tags: Vec<TagColumn>,
    /// Whether the person may see how devices prove themselves.
    pub credentials: bool,
    /// Counts by the usual or the chosen tags.
    pub facets: Vec<FleetFacet>,
    /// Why the filter of the address cannot be read; then there are no rows.
    pub problem: Option<String>,
    /// The hub's present, in milliseconds since 1970.
    pub now: i64,
}

/// A saved view as its menu shows it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ViewRow {
    /// Its number.
    pub id: ViewId,
    /// Its name.
    pub name: String,
    /// The list: a query string of the fleet page.
    pub query: String,
    /// Whether everybody sees it.
    pub shared: bool,
    /// Whether the person made it.
    pub mine: bool,
    /// Who made it.
    pub owner: String,
    /// Whether the person begins with it.
    pub pinned: bool,
}

/// A device that was looked for.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Found {
    /// Its name.
    pub id: DeviceId,
    /// How it keeps in touch; judged in service only.
    pub contact: Option<Contact>,
    /// A few of its tag values.
    pub about: String,
}
