//! What a panel shows at a moment: from the index, as everything else that lists and counts.

use muster_core::contact::Schedule;
use muster_core::embed::{Panel, Span};
use muster_core::operation::OperationState;
use muster_core::time::Timestamp;
use muster_index::{Census, PageQuery, Row, Scalar, Sort, SortKey};
use muster_query::{Condition, Path, Scope};
use serde_json::Value;

use crate::access::Access;
use crate::access::kinds::SeeDevices;
use crate::error::ServiceError;
use crate::hub::Hub;
use crate::operations::{OperationQuery, OperationSummary};
use crate::series::{Series, Stretch};

/// Most values of a property that are told apart; the rest is one number.
pub const MAX_GROUPS: usize = 12;

/// Most devices, and most operations, in a list.
pub const MAX_ROWS: usize = 20;

/// About how many points a chart has.
const COLUMNS: usize = 360;

/// What a panel shows.
#[derive(Clone, PartialEq, Debug)]
pub struct Shown {
    /// As of when.
    pub at: Timestamp,
    /// What.
    pub news: PanelNews,
}

/// The particulars, by kind of panel.
#[derive(Clone, PartialEq, Debug)]
pub enum PanelNews {
    /// How many devices there are.
    Count(u64),
    /// Devices by contact.
    Contact(Census),
    /// Devices by stage.
    Stages(Census),
    /// Devices by a property: the values that most have, at most [`MAX_GROUPS`], and how many devices there are.
    Groups(Vec<(Option<Scalar>, usize)>, u64),
    /// Operations under way, newest first, at most [`MAX_ROWS`]; and whether there are more.
    Operations(Vec<OperationSummary>, bool),
    /// A field over time.
    Telemetry {
        /// The readings.
        series: Series,
        /// When the device was made.
        since: Timestamp,
        /// How often it means to report, in seconds.
        every_s: u32,
        /// How far back.
        span: Span,
    },
    /// Devices in the order of ids, at most [`MAX_ROWS`], and how many there are.
    Devices(Vec<Row>, u64),
}

impl Hub {
    /// What a panel shows of the devices that a condition keeps and the person sees.
    pub(super) async fn show_panel(
        &self,
        access: &Access,
        panel: &Panel,
        condition: &Condition,
    ) -> Result<Shown, ServiceError> {
        self.prepare(access, condition).await?;
        let count = || self.fleet_count(access, condition, "").map(|n| n as u64);
        let news = match panel {
            Panel::Count => PanelNews::Count(count()?),
            Panel::Contact => PanelNews::Contact(self.census(access, condition)),
            Panel::Stages => PanelNews::Stages(self.census(access, condition)),
            Panel::Groups { path } => {
                let path = Path::parse(path)
                    .map_err(|error| ServiceError::Invalid(format!("the property: {error}")))?;
                self.prepare_paths(access, std::slice::from_ref(&path))
                    .await?;
                if !self.lists_know(&path) {
                    return Err(ServiceError::Invalid(format!(
                        "lists cannot be grouped by {path}; choose a tag or a property"
                    )));
                }
                let groups = self.fleet_groups(access, condition, &path, MAX_GROUPS);
                PanelNews::Groups(groups, count()?)
            }
            Panel::Operations => {
                let page = self.operations(access, &under_way()).await?;
                PanelNews::Operations(page.rows, page.next.is_some())
            }
            Panel::Telemetry {
                device,
                field,
                span,
            } => {
                let permit = self.permit_device::<SeeDevices>(access, device)?;
                let kept = Scope::of(vec![condition.clone()]);
                let now = self.now();
                if !self.index().in_scope(device, &kept, now) {
                    return Err(ServiceError::NotFound);
                }
                let row = self.twin(&permit).await?;
                let stretch = Stretch {
                    from: now.plus_ms(-span.millis()),
                    to: now.plus_ms(1),
                    columns: COLUMNS,
                };
                PanelNews::Telemetry {
                    series: self.series(&permit, Some(field), stretch).await?,
                    since: row.device.created_at,
                    every_s: Schedule::from_tags(&Value::Object(row.twin.tags)).every_s,
                    span: *span,
                }
            }
            Panel::Devices => {
                let page = self.fleet_page(access, &first_devices(condition))?;
                PanelNews::Devices(page.rows, count()?)
            }
        };
        Ok(Shown {
            at: self.now(),
            news,
        })
    }
}

fn under_way() -> OperationQuery {
    OperationQuery {
        states: vec![OperationState::Running, OperationState::Paused],
        limit: MAX_ROWS,
        ..OperationQuery::default()
    }
}

fn first_devices(condition: &Condition) -> PageQuery {
    PageQuery {
        condition: condition.clone(),
        text: String::new(),
        sort: Sort {
            by: SortKey::Id,
            descending: false,
        },
        limit: MAX_ROWS,
        cursor: None,
    }
}
