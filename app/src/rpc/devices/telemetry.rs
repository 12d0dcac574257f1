//! The numbers a device sends.

use leptos::prelude::*;

use super::Telemetry;
use crate::error::AppError;
use crate::panels::telemetry::Range;
use crate::rpc::Compact;

/// One numeric field over a range; without a name the one that is sent most often.
#[server(prefix = "/rpc", endpoint = "devices/telemetry", output = Compact)]
pub async fn read_telemetry(
    /// Which.
    id: String,
    /// The field, as a dotted path.
    field: Option<String>,
    /// How far back.
    range: Range,
) -> Result<Telemetry, AppError> {
    use crate::panels::telemetry::{Readings, telemetry_chart};
    use muster_core::contact::Schedule;
    use muster_service::access::kinds::SeeDevices;
    use muster_service::series::Stretch;
    let (hub, _, permit) = super::begin::<SeeDevices>(&id)?;
    let row = hub.twin(&permit).await?;
    let tags = serde_json::Value::Object(row.twin.tags);
    let now = hub.now();
    let stretch = Stretch {
        from: now.plus_ms(-range.millis()),
        to: now.plus_ms(1),
        columns: range.columns(),
    };
    let series = hub.series(&permit, field.as_deref(), stretch).await?;
    let readings = Readings {
        buckets: &series.buckets,
        level: series.level,
        since: row.device.created_at.millis(),
        every_s: Schedule::from_tags(&tags).every_s,
    };
    let chart = series
        .field
        .as_deref()
        .and_then(|field| telemetry_chart(field, readings, range, now.millis()));
    Ok(Telemetry {
        fields: series.fields,
        field: series.field,
        chart,
    })
}
