//! A configuration over the whole fleet: how fast it is applied, what device traffic notices of that, how soon a single
//! device follows.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use muster_core::configuration::{Configuration, Content, Draft};
use muster_core::device::IfMatch;
use muster_core::ids::{ConfigurationId, DeviceId};
use muster_core::twin::{Mode, ServiceWrite};
use muster_service::access::kinds::{EditTwin, KeepConfigurations, SeeDevices};
use muster_service::configurations::ConfigurationEdit;
use muster_service::devices::DeviceProof;
use muster_service::{Access, Hub};
use muster_storage::Location;
use serde_json::json;

use crate::Outcome;
use crate::fleet;
use crate::latency::Latencies;
use crate::report::{Aim, Report};
use crate::updates::log_in;

/// Devices that report all the while.
const CALLERS: usize = 16;

/// Pause of a device between two reports.
const PAUSE: Duration = Duration::from_millis(5);

/// Single devices whose way into the configuration is timed.
const SINGLE: usize = 100;

/// How often it is asked whether something has happened.
const POLL: Duration = Duration::from_millis(1);

/// On SQLite in a directory of its own.
pub(crate) async fn measure(report: &mut Report, devices: usize) -> Outcome {
    if !report.wants_any(&["configuration_"]) {
        return Ok(());
    }
    let data = tempfile::tempdir()?;
    let location = Location::Sqlite {
        dir: data.path().to_owned(),
    };
    let hub = fleet::open(location, [7; 32]).await?;
    fleet::register(&hub, devices).await?;
    let proofs = Arc::new(log_in(&hub, CALLERS.min(devices)).await?);
    let work = format!("{devices} devices, one configuration for all of them, on SQLite");

    let traffic = Traffic::begin(&hub, &proofs);
    let begun = Instant::now();
    let id = ConfigurationId::new("bench")?;
    let keep = hub.permit::<KeepConfigurations>(&Access::console())?;
    let made = hub
        .create_configuration(&keep, id.clone(), draft("*", 1)?)
        .await?;
    evaluated(&hub, &made).await?;
    let rate = devices as f64 / begun.elapsed().as_secs_f64();
    let mut beside = traffic.end().await?;
    report.add(
        "configuration_apply_per_s",
        rate,
        "1/s",
        Aim::AtLeast(10_000.0),
        work.clone(),
    );
    report.add(
        "configuration_beside_p99",
        beside.ms(0.99),
        "ms",
        Aim::AtMost(50.0),
        work.clone(),
    );

    // Everything is looked at again, nothing is to be written.
    let begun = Instant::now();
    let lower = draft("*", 0)?;
    let edit = ConfigurationEdit {
        labels: lower.labels,
        content: None,
        target: lower.target,
        priority: lower.priority,
        metrics: lower.metrics,
    };
    let after = hub
        .update_configuration(&keep, id, IfMatch::Any, edit)
        .await?;
    evaluated(&hub, &after).await?;
    let took = begun.elapsed().as_secs_f64() * 1000.0;
    report.add("configuration_unchanged_ms", took, "ms", Aim::None, work);

    let single = ConfigurationId::new("single")?;
    let made = hub
        .create_configuration(&keep, single, draft("tags.single = true", 9)?)
        .await?;
    evaluated(&hub, &made).await?;
    let mut latencies = Latencies::default();
    for n in 0..SINGLE.min(devices) {
        latencies.push(follow(&hub, n).await?);
    }
    let work = format!("a tag of one of {devices} devices, until its desired property is written");
    report.add(
        "configuration_event_p99",
        latencies.ms(0.99),
        "ms",
        Aim::AtMost(50.0),
        work,
    );
    drop(proofs);
    hub.close().await;
    Ok(())
}

fn draft(target: &str, priority: i32) -> Outcome<Draft> {
    let content =
        json!({ "deviceContent": { "properties.desired.bench": { "level": priority.max(1) } } });
    Ok(Draft {
        schema_version: "1.0".into(),
        labels: BTreeMap::new(),
        content: Content::parse(&content)?,
        target: target.into(),
        priority,
        metrics: BTreeMap::new(),
    })
}

/// Waits until all devices were looked at since the configuration was written.
async fn evaluated(hub: &Hub, written: &Configuration) -> Outcome {
    let permit = hub.permit::<SeeDevices>(&Access::console())?;
    loop {
        let now = hub.configuration(&permit, &written.id)?;
        if now.evaluated_at > written.evaluated_at {
            return Ok(());
        }
        tokio::time::sleep(POLL).await;
    }
}

/// Tags one device and waits until it is configured.
async fn follow(hub: &Hub, n: usize) -> Outcome<Duration> {
    let id = DeviceId::new(&fleet::id(n))?;
    let edit = hub.permit_device::<EditTwin>(&Access::console(), &id)?;
    let see = hub.permit_device::<SeeDevices>(&Access::console(), &id)?;
    let write = ServiceWrite {
        mode: Mode::Merge,
        tags: Some(json!({ "single": true })),
        desired: None,
    };
    hub.write_twin(&edit, write, None).await?;
    let begun = Instant::now();
    while hub.twin(&see).await?.twin.desired.value["bench"]["level"] != 9 {
        tokio::time::sleep(POLL).await;
    }
    Ok(begun.elapsed())
}

/// Devices that report until they are told to end.
struct Traffic {
    end: Arc<AtomicBool>,
    callers: tokio::task::JoinSet<Outcome<Latencies>>,
}

impl Traffic {
    fn begin(hub: &Hub, proofs: &Arc<Vec<DeviceProof>>) -> Self {
        let end = Arc::new(AtomicBool::new(false));
        let mut callers = tokio::task::JoinSet::new();
        for n in 0..proofs.len() {
            let (hub, proofs, end) = (hub.clone(), proofs.clone(), end.clone());
            callers.spawn(async move {
                let (mut latencies, mut round) = (Latencies::default(), 0);
                while !end.load(Ordering::Relaxed) {
                    round += 1;
                    let asked = Instant::now();
                    hub.device_report(&proofs[n], fleet::report(n, round), None)
                        .await?;
                    latencies.push(asked.elapsed());
                    tokio::time::sleep(PAUSE).await;
                }
                Ok(latencies)
            });
        }
        Self { end, callers }
    }

    async fn end(mut self) -> Outcome<Latencies> {
        self.end.store(true, Ordering::Relaxed);
        let mut all = Latencies::default();
        while let Some(caller) = self.callers.join_next().await {
            all.extend(caller??);
        }
        Ok(all)
    }
}
