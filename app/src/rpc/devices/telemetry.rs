//! The numbers a device sends.

use leptos::prelude::*;

use super::Telemetry;
use crate::error::AppError;
use crate::rpc::Compact;

/// One numeric field of the last 24 hours; without a name the one that is sent most often.
#[server(prefix = "/rpc", endpoint = "devices/telemetry", output = Compact)]
pub async fn read_telemetry(
    /// Which.
    id: String,
    /// The field, as a dotted path.
    field: Option<String>,
) -> Result<Telemetry, AppError> {
    use crate::panels::telemetry::{RANGE_MS, telemetry_chart};
    use muster_core::contact::Schedule;
    use muster_service::access::kinds::SeeDevices;
    let (hub, _, permit) = super::begin::<SeeDevices>(&id)?;
    let row = hub.twin(&permit).await?;
    let tags = serde_json::Value::Object(row.twin.tags);
    let now = hub.now();
    let from = now.plus_ms(-RANGE_MS);
    let series = hub.series(&permit, field.as_deref(), from, now).await?;
    let readings: Vec<(i64, f64)> = series
        .points
        .iter()
        .map(|point| (point.at.millis(), point.value))
        .collect();
    let every_s = Schedule::from_tags(&tags).every_s;
    let chart = series.field.as_deref().and_then(|field| {
        let since = series.from.max(row.device.created_at);
        telemetry_chart(field, &readings, since.millis(), now.millis(), every_s)
    });
    Ok(Telemetry {
        fields: series.fields,
        field: series.field,
        chart,
    })
}
