//! Durable reported-property updates per second through the service.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use muster_core::sas::SasToken;
use muster_core::time::Timestamp;
use muster_service::Hub;
use muster_service::devices::{DeviceCredentials, DeviceProof};
use muster_storage::Location;
use rand::{RngExt, SeedableRng};

use crate::Outcome;
use crate::fleet::{self, HOST};
use crate::latency::Latencies;
use crate::postgres::Postgres;
use crate::report::{Aim, Report, say};

/// Callers that wait for their answer before they ask again.
const CALLERS: usize = 64;

/// Time before figures count: caches fill, the log reaches its size.
const WARM_UP: Duration = Duration::from_secs(3);

/// Time that counts.
const MEASURED: Duration = Duration::from_secs(15);

/// On SQLite in a directory of its own.
pub(crate) async fn measure_sqlite(report: &mut Report, devices: usize) -> Outcome {
    if !report.wants_any(&["twin_updates_sqlite"]) {
        return Ok(());
    }
    let data = tempfile::tempdir()?;
    let location = Location::Sqlite {
        dir: data.path().to_owned(),
    };
    let (rate, latencies) = run(location, devices).await?;
    add(report, "sqlite", devices, rate, latencies);
    Ok(())
}

/// On a throw-away PostgreSQL of this machine.
pub(crate) async fn measure_postgres(report: &mut Report, devices: usize) -> Outcome {
    if !report.wants_any(&["twin_updates_postgres"]) {
        return Ok(());
    }
    let Some(server) = Postgres::start()? else {
        say("no PostgreSQL server binaries here, so its figure is not reported");
        return Ok(());
    };
    let (rate, latencies) = run(Location::Postgres { url: server.url() }, devices).await?;
    add(report, "postgres", devices, rate, latencies);
    Ok(())
}

fn add(report: &mut Report, engine: &str, devices: usize, rate: f64, mut latencies: Latencies) {
    let work = format!(
        "{devices} devices, {CALLERS} callers, durable reported patches through the service"
    );
    let aim = if engine == "sqlite" {
        Aim::AtLeast(15_000.0)
    } else {
        Aim::None
    };
    report.add(
        &format!("twin_updates_{engine}_per_s"),
        rate,
        "1/s",
        aim,
        work.clone(),
    );
    report.add(
        &format!("twin_updates_{engine}_p50"),
        latencies.ms(0.5),
        "ms",
        Aim::None,
        work.clone(),
    );
    report.add(
        &format!("twin_updates_{engine}_p99"),
        latencies.ms(0.99),
        "ms",
        Aim::AtMost(50.0),
        work,
    );
}

async fn run(location: Location, devices: usize) -> Outcome<(f64, Latencies)> {
    let hub = fleet::open(location, [7; 32]).await?;
    fleet::register(&hub, devices).await?;
    let proofs = Arc::new(log_in(&hub, devices).await?);
    let done = Arc::new(AtomicU64::new(0));
    let begun = Instant::now();
    let mut callers = tokio::task::JoinSet::new();
    for caller in 0..CALLERS {
        let (hub, proofs, done) = (hub.clone(), proofs.clone(), done.clone());
        callers.spawn(async move {
            let mut rng = rand::rngs::StdRng::seed_from_u64(caller as u64);
            let mut latencies = Latencies::default();
            let mut round = 0;
            while begun.elapsed() < WARM_UP + MEASURED {
                let n = rng.random_range(0..proofs.len());
                round += 1;
                let asked = Instant::now();
                hub.device_report(&proofs[n], fleet::report(n, round), None)
                    .await?;
                if begun.elapsed() > WARM_UP {
                    latencies.push(asked.elapsed());
                    done.fetch_add(1, Ordering::Relaxed);
                }
            }
            Outcome::Ok(latencies)
        });
    }
    let mut latencies = Latencies::default();
    while let Some(finished) = callers.join_next().await {
        latencies.extend(finished??);
    }
    let measured = begun.elapsed().saturating_sub(WARM_UP);
    let rate = done.load(Ordering::Relaxed) as f64 / measured.as_secs_f64();
    drop(proofs);
    hub.close().await;
    Ok((rate, latencies))
}

/// Logs every device in, as their connections would have done.
pub(crate) async fn log_in(hub: &Hub, devices: usize) -> Outcome<Vec<DeviceProof>> {
    let key = fleet::policy_key(hub).await?;
    let expires_at = Timestamp::from_secs(hub.now().secs() + 3600);
    let token = SasToken::sign(HOST, &key, expires_at, Some("device"));
    let mut proofs = Vec::with_capacity(devices);
    for n in 0..devices {
        let credentials = DeviceCredentials {
            device: &fleet::id(n),
            token: Some(&token),
        };
        proofs.push(hub.authenticate_device(credentials).await?.proof);
    }
    Ok(proofs)
}
