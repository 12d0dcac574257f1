//! Queries over a large fleet while devices report: the index through the service, and what databases need for the
//! same questions over the same documents.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use muster_core::device::{AuthKind, Status};
use muster_core::ids::DeviceId;
use muster_core::lifecycle::Stage;
use muster_core::time::Timestamp;
use muster_index::{Entry, Index};
use muster_query::{Condition, Query};
use muster_service::access::kinds::SeeDevices;
use muster_service::devices::DeviceProof;
use muster_service::{Access, Hub, QueryPageRequest};
use muster_storage::Location;
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

use crate::fleet;
use crate::latency::Latencies;
use crate::report::{Aim, Report, say};
use crate::updates::log_in;
use crate::{Outcome, peers};

/// Figures that need a hub with a large fleet.
const OF_HUB: [&str; 3] = ["query_", "index_rss_mb", "start_1m_ms"];

/// How often each query is asked.
const ROUNDS: usize = 60;

/// Reports that arrive meanwhile, per second.
const UPDATES_PER_S: u64 = 2_000;

/// Reports are sent so often per second.
const TICKS_PER_S: u64 = 50;

/// The page that stands for pages far into a list.
const FAR_PAGE: usize = 1_000;

/// What is asked, under the name of its figure. The same names stand in the files of the peers.
const QUERIES: [(&str, &str); 9] = [
    (
        "query_eq_ms",
        "SELECT COUNT() AS n FROM devices WHERE tags.site = 'site-0042'",
    ),
    (
        "query_and3_ms",
        "SELECT COUNT() AS n FROM devices WHERE tags.region = 'north' AND tags.model = 'CT-200' AND properties.reported.reporting.intervalS = 60",
    ),
    (
        "query_range_ms",
        "SELECT COUNT() AS n FROM devices WHERE properties.reported.battery.percent < 20",
    ),
    (
        "query_in_ms",
        "SELECT COUNT() AS n FROM devices WHERE tags.site IN ['site-0001', 'site-0002', 'site-0003', 'site-0004']",
    ),
    (
        "query_prefix_ms",
        "SELECT COUNT() AS n FROM devices WHERE STARTS_WITH(tags.serial, '00')",
    ),
    (
        "query_group1_ms",
        "SELECT tags.region, COUNT() AS n FROM devices GROUP BY tags.region",
    ),
    (
        "query_group2_ms",
        "SELECT tags.region, tags.model, COUNT() AS n FROM devices GROUP BY tags.region, tags.model",
    ),
    (
        "query_top50_ms",
        "SELECT TOP 50 deviceId, properties.reported.battery.percent FROM devices ORDER BY properties.reported.battery.percent DESC",
    ),
    (
        "query_page1_ms",
        "SELECT * FROM devices WHERE tags.model = 'CT-200'",
    ),
];

/// A path that no query looked at before.
const COLD: &str = "SELECT COUNT() AS n FROM devices WHERE properties.reported.net.rssi > -70";

/// More paths, for what the index takes with twenty of them in use.
const MORE: [&str; 16] = [
    "reported.net.type",
    "reported.net.apn",
    "reported.net.rssi",
    "reported.net",
    "reported.power.source",
    "reported.power",
    "reported.round",
    "reported.battery.voltage",
    "reported.battery",
    "reported.firmware.version",
    "reported.firmware",
    "reported.reporting",
    "desired.alarm.low",
    "desired.alarm.high",
    "desired.reporting.intervalS",
    "desired.firmware.version",
];

/// Measures Muster, then the peers on the same documents.
pub(crate) async fn measure(report: &mut Report, devices: usize) -> Outcome {
    if report.wants_any(&["index_update_us"]) {
        update_cost(report, devices)?;
    }
    if report.wants_any(&OF_HUB) {
        with_hub(report, devices).await?;
    }
    if report.wants_any(&["query_"]) {
        peers::measure(report, devices).await?;
    }
    Ok(())
}

async fn with_hub(report: &mut Report, devices: usize) -> Outcome {
    let data = tempfile::tempdir()?;
    let hub = open(data.path()).await?;
    fleet::register(&hub, devices).await?;
    let proofs = Arc::new(log_in(&hub, devices).await?);
    report_once(&hub, &proofs).await?;
    let stop = Arc::new(AtomicBool::new(false));
    let writer = tokio::spawn(keep_reporting(hub.clone(), proofs, stop.clone()));
    let work = format!("{devices} devices, {UPDATES_PER_S} reports/s arriving");
    for (name, text) in QUERIES {
        let limit = 100;
        let mut latencies = Latencies::default();
        ask(&hub, text, limit, None).await?;
        for _ in 0..ROUNDS {
            let asked = Instant::now();
            ask(&hub, text, limit, None).await?;
            latencies.push(asked.elapsed());
        }
        add(report, name, &mut latencies, 50.0, &work);
    }
    far_page(report, &hub, devices, &work).await?;
    filter_bar(report, &hub, &work)?;
    let asked = Instant::now();
    ask(&hub, COLD, 100, None).await?;
    let cold = asked.elapsed().as_secs_f64() * 1000.0;
    report.add("query_cold_ms", cold, "ms", Aim::AtMost(1_000.0), &work);
    for path in MORE {
        let text = format!("SELECT COUNT() AS n FROM devices WHERE IS_DEFINED({path})");
        ask(&hub, &text, 100, None).await?;
    }
    stop.store(true, Ordering::Release);
    let sent = writer.await??;
    say(&format!(
        "{sent} reports arrived while queries were answered"
    ));
    let rss = format!(
        "{devices} devices, twenty used paths; the whole process, besides {:.0} MB of the database file that the system \
         keeps mapped while it has room",
        resident_mb("RssFile:")?
    );
    report.add(
        "index_rss_mb",
        resident_mb("RssAnon:")?,
        "MB",
        Aim::AtMost(1_500.0),
        rss,
    );
    hub.close().await;
    let begun = Instant::now();
    let hub = open(data.path()).await?;
    ask(&hub, QUERIES[0].1, 100, None).await?;
    let start = begun.elapsed().as_secs_f64() * 1000.0;
    let until = format!("{devices} devices, until the first query is answered");
    report.add("start_1m_ms", start, "ms", Aim::AtMost(5_000.0), until);
    hub.close().await;
    Ok(())
}

async fn open(data: &Path) -> Outcome<Hub> {
    let location = Location::Sqlite {
        dir: data.to_owned(),
    };
    fleet::open(location, [7; 32]).await
}

fn add(report: &mut Report, name: &str, latencies: &mut Latencies, aim: f64, work: &str) {
    report.add(
        &format!("{name}_p50"),
        latencies.ms(0.5),
        "ms",
        Aim::None,
        work,
    );
    report.add(
        &format!("{name}_p99"),
        latencies.ms(0.99),
        "ms",
        Aim::AtMost(aim),
        work,
    );
}

async fn ask(
    hub: &Hub,
    text: &str,
    limit: usize,
    continuation: Option<String>,
) -> Outcome<Option<String>> {
    let permit = hub.permit::<SeeDevices>(&Access::console())?;
    let page = QueryPageRequest {
        limit,
        continuation,
    };
    let answer = hub.query(&permit, &Query::parse(text)?, page).await?;
    Ok(answer.continuation)
}

/// A page far into a filtered list; the last one of a fleet that has fewer.
async fn far_page(report: &mut Report, hub: &Hub, devices: usize, work: &str) -> Outcome {
    let (_, text) = QUERIES[8];
    let mut latencies = Latencies::default();
    let limit = 100;
    let pages = FAR_PAGE.min(devices / 3 / limit);
    let mut continuation = None;
    for _ in 1..pages {
        continuation = ask(hub, text, limit, continuation).await?;
    }
    for _ in 0..ROUNDS {
        let asked = Instant::now();
        ask(hub, text, limit, continuation.clone()).await?;
        latencies.push(asked.elapsed());
    }
    let work = format!("{work}; page {pages}");
    add(report, "query_page1000_ms", &mut latencies, 50.0, &work);
    Ok(())
}

/// The count that follows typing in the filter bar.
fn filter_bar(report: &mut Report, hub: &Hub, work: &str) -> Outcome {
    let condition = Condition::parse("tags.region = 'north' AND contact != 'silent'")?;
    let mut latencies = Latencies::default();
    for _ in 0..ROUNDS {
        let asked = Instant::now();
        hub.fleet_count(&Access::console(), &condition, "")?;
        latencies.push(asked.elapsed());
    }
    add(report, "query_count_ms", &mut latencies, 50.0, work);
    Ok(())
}

/// Every device has reported before anything is measured.
async fn report_once(hub: &Hub, proofs: &Arc<Vec<DeviceProof>>) -> Outcome {
    const CALLERS: usize = 64;
    let next = Arc::new(AtomicU64::new(0));
    let mut callers = JoinSet::new();
    for _ in 0..CALLERS {
        let (hub, proofs, next) = (hub.clone(), proofs.clone(), next.clone());
        callers.spawn(async move {
            loop {
                let n = next.fetch_add(1, Ordering::Relaxed) as usize;
                let Some(proof) = proofs.get(n) else {
                    return Outcome::Ok(());
                };
                hub.device_report(proof, fleet::report(n, n as u64), None)
                    .await?;
            }
        });
    }
    while let Some(done) = callers.join_next().await {
        done??;
    }
    Ok(())
}

/// Reports at an even pace until told to stop; how many.
async fn keep_reporting(
    hub: Hub,
    proofs: Arc<Vec<DeviceProof>>,
    stop: Arc<AtomicBool>,
) -> Outcome<u64> {
    let mut ticks = tokio::time::interval(Duration::from_millis(1000 / TICKS_PER_S));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut sent = 0;
    while !stop.load(Ordering::Acquire) {
        ticks.tick().await;
        let mut callers = JoinSet::new();
        for _ in 0..UPDATES_PER_S / TICKS_PER_S {
            sent += 1;
            let n = (sent as usize).wrapping_mul(7_919) % proofs.len();
            let (hub, proofs) = (hub.clone(), proofs.clone());
            callers.spawn(async move {
                hub.device_report(&proofs[n], fleet::report(n, sent), None)
                    .await
            });
        }
        while let Some(done) = callers.join_next().await {
            done??;
        }
    }
    Ok(sent)
}

/// What keeping the columns up costs per report.
fn update_cost(report: &mut Report, devices: usize) -> Outcome {
    const REPORTS: usize = 100_000;
    let index = Index::new();
    let ids: Result<Vec<DeviceId>, _> =
        (0..devices).map(|n| DeviceId::new(&fleet::id(n))).collect();
    let ids = ids?;
    for (n, id) in ids.iter().enumerate() {
        index.upsert(&Entry {
            id: id.clone(),
            status: Status::Enabled,
            stage: Stage::Active,
            stage_at: Timestamp::default(),
            auth: AuthKind::Sas,
            model_id: String::new(),
            connected: true,
            last_activity_at: None,
            tags: fleet::tags(n),
            drift: false,
            first_desired: Some(fleet::desired(n)),
        });
    }
    for path in MORE {
        let path = muster_query::Path::parse(path)?;
        index.begin(&path);
        index.finish(&path);
    }
    index.settle();
    let patches: Vec<_> = (0..1_000).map(|n| fleet::report(n, n as u64)).collect();
    for (id, patch) in ids.iter().zip(patches.iter().cycle()) {
        index.report(id, patch);
    }
    // As the hub does once in a while.
    index.settle();
    let begun = Instant::now();
    for n in 0..REPORTS {
        index.report(
            &ids[n.wrapping_mul(7_919) % devices],
            &patches[n % patches.len()],
        );
    }
    let us = begun.elapsed().as_secs_f64() * 1e6 / REPORTS as f64;
    let work = format!(
        "{devices} devices, a report of half a kilobyte, {} used paths",
        MORE.len()
    );
    report.add("index_update_us", us, "µs", Aim::AtMost(5.0), work);
    Ok(())
}

/// A kind of memory of this process that is in use, in megabytes.
fn resident_mb(kind: &str) -> Outcome<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(kind));
    let kilobytes = line.and_then(|line| line.trim().split(' ').next()?.parse::<f64>().ok());
    Ok(kilobytes.ok_or("the system does not tell the memory of this process")? / 1024.0)
}
