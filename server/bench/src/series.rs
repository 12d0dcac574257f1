//! Telemetry: durable points per second, bytes per point, and how fast charts are answered.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use muster_core::ids::{DeviceId, EventSeq};
use muster_core::message::{NewMessage, Point};
use muster_core::series::{Chunk, Level, MAX_CHUNK_POINTS, Rollup};
use muster_core::time::Timestamp;
use muster_service::access::kinds::SeeDevices;
use muster_service::series::Stretch;
use muster_service::{Access, Hub};
use muster_storage::{Location, MasterKey, PageWrite, Store, StoreConfig};
use sqlx::Connection as _;

use crate::Outcome;
use crate::fleet;
use crate::latency::Latencies;
use crate::report::{Aim, Report, say};
use crate::updates::log_in;

/// Devices that send, and numbers in each of their messages.
const DEVICES: usize = 1_000;
const FIELDS: usize = 5;

/// Callers that wait for their answer before they send again.
const CALLERS: usize = 64;

/// Time that counts.
const MEASURED: Duration = Duration::from_secs(15);

/// The series that charts are drawn from.
const FIELD: &str = "temperature";

/// A reading in ten seconds over the last day, one in an hour over the year before.
const DENSE_MS: i64 = 10_000;
const SPARSE_MS: i64 = 3_600_000;
const DAY_MS: i64 = 86_400_000;

/// Questions per chart.
const ROUNDS: usize = 30;

const MASTER_KEY: [u8; 32] = [7; 32];

pub(crate) async fn measure(report: &mut Report) -> Outcome {
    if !report.wants_any(&["points_", "bytes_per_point", "chart_"]) {
        return Ok(());
    }
    let data = tempfile::tempdir()?;
    let hub = open(data.path()).await?;
    fleet::register(&hub, DEVICES).await?;
    measure_points(report, &hub).await?;
    hub.close().await;
    let now = Timestamp::from_secs(Timestamp::from_millis(now_ms()).secs());
    fill(data.path(), now).await?;
    measure_bytes(report, data.path()).await?;
    let hub = open(data.path()).await?;
    measure_charts(report, &hub, now).await?;
    hub.close().await;
    Ok(())
}

async fn open(data: &Path) -> Outcome<Hub> {
    let dir = data.to_owned();
    fleet::open(Location::Sqlite { dir }, MASTER_KEY).await
}

fn now_ms() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    i64::try_from(since.unwrap_or_default().as_millis()).unwrap_or(i64::MAX)
}

/// A day curve with some noise, as a sensor with two decimals sends it.
fn reading(device: usize, field: usize, at: i64) -> f64 {
    let turn = (at % DAY_MS) as f64 / DAY_MS as f64 * std::f64::consts::TAU;
    let noise = ((at / 1000 * 7919 + device as i64 * 104_729) % 13) as f64 / 100.0;
    let value = 4.0 + field as f64 * 10.0 + turn.sin() * 3.0 + noise;
    (value * 100.0).round() / 100.0
}

async fn measure_points(report: &mut Report, hub: &Hub) -> Outcome {
    let proofs = Arc::new(log_in(hub, DEVICES).await?);
    let sent = Arc::new(AtomicU64::new(0));
    let begun = Instant::now();
    let mut callers = tokio::task::JoinSet::new();
    for caller in 0..CALLERS {
        let (hub, proofs, sent) = (hub.clone(), proofs.clone(), sent.clone());
        callers.spawn(async move {
            let mut latencies = Latencies::default();
            let mut device = caller;
            while begun.elapsed() < MEASURED {
                let at = hub.now();
                let fields = (0..FIELDS).map(|field| {
                    let value = reading(device, field, at.millis());
                    (format!("f{field}"), value.into())
                });
                let body: serde_json::Map<String, serde_json::Value> = fields.collect();
                let message = NewMessage {
                    device: DeviceId::new(&fleet::id(device))?,
                    at,
                    properties: vec![],
                    body: serde_json::to_vec(&body)?,
                };
                let asked = Instant::now();
                hub.device_message(&proofs[device], message).await?;
                latencies.push(asked.elapsed());
                sent.fetch_add(1, Ordering::Relaxed);
                device = (device + CALLERS) % DEVICES;
            }
            Outcome::Ok(latencies)
        });
    }
    let mut latencies = Latencies::default();
    while let Some(finished) = callers.join_next().await {
        latencies.extend(finished??);
    }
    // The last message counts when a chart shows it.
    let id = DeviceId::new(&fleet::id(0))?;
    let permit = hub.permit_device::<SeeDevices>(&Access::console(), &id)?;
    let stretch = Stretch {
        from: hub.now().plus_ms(-60_000),
        to: hub.now(),
        columns: 100,
    };
    hub.series(&permit, Some("f0"), stretch).await?;
    let seconds = begun.elapsed().as_secs_f64();
    let points = sent.load(Ordering::Relaxed) * FIELDS as u64;
    let work = format!(
        "{CALLERS} callers, messages of {FIELDS} numbers through the service, until a chart shows the last"
    );
    report.add(
        "points_per_s",
        points as f64 / seconds,
        "1/s",
        Aim::AtLeast(25_000.0),
        work.clone(),
    );
    report.add("points_p99", latencies.ms(0.99), "ms", Aim::None, work);
    Ok(())
}

/// Writes a year of one series of each device, packed as the hub packs it.
async fn fill(data: &Path, now: Timestamp) -> Outcome {
    let begun = Instant::now();
    let location = Location::Sqlite {
        dir: data.to_owned(),
    };
    let config = StoreConfig::new(location, MasterKey(MASTER_KEY));
    let store = Store::open(config, Arc::new(|_| {})).await?;
    let first = i64::try_from(DEVICES)?;
    let names = (1..=first).map(|device| (device, FIELD.to_owned()));
    let mut total = 0;
    for series in store.ensure_series(names.collect()).await? {
        let device = usize::try_from(series.device)?;
        let year = (now.millis() - 365 * DAY_MS..now.millis() - DAY_MS).step_by(SPARSE_MS as usize);
        let day = (now.millis() - DAY_MS..now.millis()).step_by(DENSE_MS as usize);
        let points: Vec<Point> = year
            .chain(day)
            .map(|at| Point {
                at: Timestamp::from_millis(at),
                value: reading(device, 0, at),
            })
            .collect();
        total += points.len();
        let day_of = |point: &Point| Level::Day.bucket_of(point.at);
        let runs = points
            .chunk_by(|a, b| day_of(a) == day_of(b))
            .flat_map(|day| day.chunks(MAX_CHUNK_POINTS));
        let chunk = |(part, points): (usize, &[Point])| {
            let chunk = Chunk::of(points);
            let (at, until) = chunk.span()?;
            Some((at, part as i64 + 1, until, chunk.bytes().to_vec()))
        };
        let page = PageWrite {
            series: series.id,
            chunks: runs.enumerate().filter_map(chunk).collect(),
            sums: Level::ALL
                .map(|level| (level, Rollup::of(points.iter().copied(), level)))
                .to_vec(),
            taken: EventSeq(0),
            open: None,
        };
        store.write_series(vec![page], None).await?;
    }
    store.close().await;
    let seconds = begun.elapsed().as_secs_f64();
    say(&format!("packed {total} points in {seconds:.1} s"));
    Ok(())
}

/// What the pages of the dense day take on the disk: points and all sums.
async fn measure_bytes(report: &mut Report, data: &Path) -> Outcome {
    let file = data.join("muster.db");
    let mut connection =
        sqlx::SqliteConnection::connect(&format!("sqlite:{}", file.display())).await?;
    let since = now_ms() - DAY_MS;
    let bytes: i64 = sqlx::query_scalar(
        "SELECT SUM(LENGTH(p.data) + 48) FROM series_page AS p JOIN series AS s USING (series_id)
         WHERE s.name = $1 AND (p.at >= $2 OR p.level = 1 AND p.until >= $2)",
    )
    .bind(FIELD)
    .bind(since)
    .fetch_one(&mut connection)
    .await?;
    connection.close().await?;
    let points = DEVICES as f64 * (DAY_MS / DENSE_MS) as f64;
    report.add(
        "bytes_per_point",
        bytes as f64 / points,
        "bytes",
        Aim::AtMost(10.0),
        format!("{DEVICES} series, a reading with two decimals in 10 s, points and sums per minute, with 48 bytes of row and key"),
    );
    Ok(())
}

async fn measure_charts(report: &mut Report, hub: &Hub, now: Timestamp) -> Outcome {
    let access = Access::console();
    let ids: Vec<DeviceId> = (0..DEVICES)
        .map(|n| DeviceId::new(&fleet::id(n)))
        .collect::<Result<_, _>>()?;
    let ranges = [
        ("1h", 1, 360),
        ("1d", 24, 288),
        ("30d", 720, 360),
        ("1y", 8_760, 365),
    ];
    for (name, hours, columns) in ranges {
        let stretch = Stretch {
            from: now.plus_ms(-hours * 3_600_000),
            to: now,
            columns,
        };
        let (mut one, mut mean) = (Latencies::default(), Latencies::default());
        for round in 0..ROUNDS {
            let permit = hub.permit_device::<SeeDevices>(&access, &ids[round * 31 % DEVICES])?;
            let asked = Instant::now();
            let series = hub.series(&permit, Some(FIELD), stretch).await?;
            one.push(asked.elapsed());
            assert!(
                !series.buckets.is_empty(),
                "an empty chart measures nothing"
            );
            let asked = Instant::now();
            let whole = hub.mean_series(&access, FIELD, &ids, stretch).await?;
            mean.push(asked.elapsed());
            assert_eq!(whole.devices, DEVICES, "the mean is of all devices");
        }
        for (kind, mut latencies) in [("", one), ("_mean", mean)] {
            let what = if kind.is_empty() {
                "one series"
            } else {
                "mean of 1,000 devices"
            };
            report.add(
                &format!("chart_{name}{kind}_ms"),
                latencies.ms(0.99),
                "ms",
                Aim::AtMost(100.0),
                format!("{what}, p99 of {ROUNDS}"),
            );
        }
    }
    Ok(())
}
