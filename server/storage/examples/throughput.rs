//! Measures durable reports per second: `cargo run --release -p muster-storage --example throughput -- [options]`.
//!
//! `--devices N` (100,000), `--callers N` (64), `--seconds N` (20), `--full` (wait for the disk at each commit),
//! `--postgres URL` (an empty database; else SQLite in a temporary directory), `--dir DIR` (else the system's).

#![expect(clippy::print_stdout, reason = "prints its result")]

use std::error::Error;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures::future::try_join_all;
use muster_core::device::{Authentication, Device, ETag, GenerationId, Status};
use muster_core::event::{Actor, EventKind, NewEvent};
use muster_core::ids::DeviceId;
use muster_core::lifecycle::Stage;
use muster_core::time::Timestamp;
use muster_storage::{Location, MasterKey, ReportOutcome, StorageError, Store, StoreConfig};
use serde_json::{Value, json};

type Fault = Box<dyn Error + Send + Sync>;

#[derive(Debug)]
struct Options {
    devices: usize,
    callers: usize,
    seconds: u64,
    full: bool,
    postgres: Option<String>,
    dir: Option<PathBuf>,
}

fn options() -> Result<Options, Fault> {
    let mut options = Options {
        devices: 100_000,
        callers: 64,
        seconds: 20,
        full: false,
        postgres: None,
        dir: None,
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{name} needs a value"));
        match name.as_str() {
            "--devices" => options.devices = value()?.parse()?,
            "--callers" => options.callers = value()?.parse()?,
            "--seconds" => options.seconds = value()?.parse()?,
            "--full" => options.full = true,
            "--postgres" => options.postgres = Some(value()?),
            "--dir" => options.dir = Some(value()?.into()),
            other => return Err(format!("unknown option {other}").into()),
        }
    }
    Ok(options)
}

#[tokio::main]
async fn main() -> Result<(), Fault> {
    let options = options()?;
    let scratch = tempfile::tempdir()?;
    let location = match (&options.postgres, &options.dir) {
        (Some(url), _) => Location::Postgres { url: url.clone() },
        (None, Some(dir)) => Location::Sqlite { dir: dir.clone() },
        (None, None) => Location::Sqlite {
            dir: scratch.path().to_owned(),
        },
    };
    let mut config = StoreConfig::new(location, MasterKey([7; 32]));
    config.synchronous_full = options.full;
    let store = Store::open(config, Arc::new(|_| {})).await?;

    let started = Instant::now();
    fill(&store, options.devices).await?;
    println!(
        "{} devices made in {:.1} s",
        options.devices,
        started.elapsed().as_secs_f64()
    );

    let mut latencies = measure(&store, &options).await?;
    latencies.sort_unstable();
    let at = |share: f64| latencies[((latencies.len() - 1) as f64 * share) as usize];
    println!(
        "{:.0} reports/s durable; p50 {:.1} ms, p99 {:.1} ms, longest {:.0} ms ({} callers, {} s, synchronous {})",
        latencies.len() as f64 / options.seconds as f64,
        at(0.5).as_secs_f64() * 1e3,
        at(0.99).as_secs_f64() * 1e3,
        at(1.0).as_secs_f64() * 1e3,
        options.callers,
        options.seconds,
        if options.full { "full" } else { "normal" },
    );
    store.close().await;
    Ok(())
}

/// Makes devices with tags, desired properties and a first report, many at a time.
async fn fill(store: &Store, devices: usize) -> Result<(), Fault> {
    let next = Arc::new(AtomicUsize::new(0));
    let workers = (0..256).map(|_| {
        let (store, next) = (store.clone(), next.clone());
        tokio::spawn(async move {
            loop {
                let n = next.fetch_add(1, Ordering::Relaxed);
                if n >= devices {
                    return Ok::<(), StorageError>(());
                }
                make(&store, n).await?;
            }
        })
    });
    for done in try_join_all(workers).await? {
        done?;
    }
    Ok(())
}

async fn make(store: &Store, n: usize) -> Result<(), StorageError> {
    let id = name(n);
    let at = Timestamp::from_secs(1_700_000_000);
    let device = Device {
        id: id.clone(),
        generation: GenerationId(n.to_string()),
        etag: ETag::FIRST,
        status: Status::Enabled,
        status_reason: None,
        status_at: None,
        authentication: Authentication::CertificateAuthority,
        stage: Stage::Active,
        stage_at: at,
        model_id: "dtmi:example:Sensor;1".into(),
        created_at: at,
        last_activity_at: None,
    };
    let tags = json!({
        "location": {"region": format!("region-{}", n % 12), "site": format!("site-{}", n % 500)},
        "customer": format!("customer-{}", n % 90), "ring": n % 4, "contact": {"everyS": 900, "sleeps": true},
    });
    let desired = json!({"interval": 60, "firmware": {"version": "2.4.1", "ring": n % 4}, "alarm": {"low": 2.0, "high": 8.0}});
    let event = NewEvent {
        at,
        device: Some(id.clone()),
        actor: Actor::Hub,
        kind: EventKind::DeviceCreated,
        detail: json!({}),
    };
    let object = |value: Value| value.as_object().cloned();
    store
        .insert_device(device, object(tags), object(desired), event)
        .await?;
    let first = json!({
        "interval": 60, "firmware": {"version": "2.4.1", "ring": n % 4}, "alarm": {"low": 2.0, "high": 8.0},
        "battery": 97, "serial": format!("SN-{n:08}"), "net": {"rssi": -71, "operator": "example", "cell": n % 999},
        "sys": {"model": "sensor-7", "uptime": 0, "restarts": 0, "free": 48_128},
    });
    store.report(id, first, None, at).await?;
    Ok(())
}

fn name(n: usize) -> DeviceId {
    let text = format!("sensor-{n:07}");
    text.parse().expect("letters, digits and a dash make an id")
}

/// Each caller reports for devices all over the fleet, one after the other; returns how long each report took.
async fn measure(store: &Store, options: &Options) -> Result<Vec<Duration>, Fault> {
    let end = Instant::now() + Duration::from_secs(options.seconds);
    let devices = options.devices;
    let callers = (0..options.callers).map(|caller| {
        let store = store.clone();
        tokio::spawn(async move {
            let mut latencies = Vec::new();
            // A walk through all devices without a random number generator: steps of a large prime.
            let mut n = caller * 7919;
            while Instant::now() < end {
                n = (n + 1_000_003) % devices;
                let patch = json!({"battery": n % 100, "net": {"rssi": -(40 + (n % 60) as i64)}, "sys": {"uptime": n}});
                let started = Instant::now();
                let at = Timestamp::from_millis(1_700_000_000_000 + n as i64);
                match store.report(name(n), patch, None, at).await? {
                    ReportOutcome::Done { .. } => latencies.push(started.elapsed()),
                    other => panic!("{other:?}"),
                }
            }
            Ok::<_, StorageError>(latencies)
        })
    });
    let mut all = Vec::new();
    for latencies in try_join_all(callers).await? {
        all.append(&mut latencies?);
    }
    Ok(all)
}
