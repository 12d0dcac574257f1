//! The device door: updates end to end over MQTT and TLS, memory of idle connections.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use muster_core::sas::SasToken;
use muster_core::time::Timestamp;
use muster_simulator::{Client, HubTarget, Incoming};
use tokio::task::JoinSet;

use crate::Outcome;
use crate::binary::Process;
use crate::fleet::{self, HOST, Prepared};
use crate::report::{Aim, Report};

/// Connections that send updates.
const SENDERS: usize = 100;

/// Reports a sender has on the way before it waits for an answer.
const IN_FLIGHT: usize = 8;

/// Time that counts, after two seconds of warm-up.
const MEASURED: Duration = Duration::from_secs(15);
const WARM_UP: Duration = Duration::from_secs(2);

/// Idle connections whose memory is measured.
const IDLE: usize = 10_000;

/// Connections being made at the same time.
const CONNECTING: usize = 50;

fn target(process: &Process) -> Outcome<HubTarget> {
    let port = process
        .mqtt
        .rsplit(':')
        .next()
        .unwrap_or_default()
        .parse()?;
    Ok(HubTarget::new(HOST, port, &process.ca)?)
}

async fn connect(target: &HubTarget, prepared: &Prepared, n: usize) -> Outcome<Client> {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?;
    let expires_at = Timestamp::from_secs(i64::try_from(now.as_secs())? + 3600);
    let token = SasToken::sign(HOST, &prepared.device_policy, expires_at, Some("device"));
    Ok(Client::connect(target, &fleet::id(n), &token, 1200, false).await?)
}

/// Reported patches per second over the wire.
pub(crate) async fn measure_updates(
    report: &mut Report,
    process: &Process,
    prepared: &Prepared,
) -> Outcome {
    if !report.wants_any(&["mqtt_updates"]) {
        return Ok(());
    }
    let target = Arc::new(target(process)?);
    let begun = Instant::now();
    let mut senders = JoinSet::new();
    for n in 0..SENDERS {
        let (target, prepared) = (target.clone(), prepared.clone());
        senders.spawn(async move {
            let client = connect(&target, &prepared, n).await?;
            send_reports(client, n, begun).await
        });
    }
    let mut done = 0;
    while let Some(count) = senders.join_next().await {
        done += count??;
    }
    let rate = done as f64 / MEASURED.as_secs_f64();
    let work = format!(
        "{SENDERS} connections, {IN_FLIGHT} reports in flight each, {} devices, TLS",
        prepared.devices
    );
    report.add(
        "mqtt_updates_per_s",
        rate,
        "1/s",
        Aim::AtLeast(8_000.0),
        work,
    );
    Ok(())
}

async fn send_reports(mut client: Client, n: usize, begun: Instant) -> Outcome<u64> {
    client.subscribe("$iothub/twin/res/#").await?;
    let (mut round, mut open, mut counted) = (0, 0, 0);
    while begun.elapsed() < WARM_UP + MEASURED {
        while open < IN_FLIGHT {
            round += 1;
            let topic = format!("$iothub/twin/PATCH/properties/reported/?$rid={round}");
            client
                .publish(&topic, Bytes::from(fleet::report(n, round).to_string()))
                .await?;
            open += 1;
        }
        if let Incoming::Message { topic, .. } = client.next().await? {
            if !topic.starts_with("$iothub/twin/res/204/") {
                return Err(format!("a report was answered with {topic}").into());
            }
            open -= 1;
            counted += u64::from(begun.elapsed() > WARM_UP);
        }
    }
    Ok(counted)
}

/// Resident memory per idle connection, from before the first to after the last.
pub(crate) async fn measure_connections(
    report: &mut Report,
    process: &Process,
    prepared: &Prepared,
) -> Outcome {
    if !report.wants_any(&["connection_bytes"]) {
        return Ok(());
    }
    let target = Arc::new(target(process)?);
    tokio::time::sleep(Duration::from_secs(3)).await;
    let before = process.rss()?;
    let turns = Arc::new(tokio::sync::Semaphore::new(CONNECTING));
    let mut connecting = JoinSet::new();
    let count = IDLE.min(prepared.devices.saturating_sub(SENDERS));
    for n in SENDERS..SENDERS + count {
        let (target, prepared, turns) = (target.clone(), prepared.clone(), turns.clone());
        connecting.spawn(async move {
            let _turn = turns.acquire().await?;
            connect(&target, &prepared, n).await
        });
    }
    let mut open = Vec::with_capacity(count);
    while let Some(client) = connecting.join_next().await {
        open.push(client??);
    }
    tokio::time::sleep(Duration::from_secs(5)).await;
    let each = (process.rss()? - before) / open.len() as f64;
    let work = format!("{} idle TLS connections", open.len());
    report.add(
        "connection_bytes",
        each,
        "bytes",
        Aim::AtMost(20_000.0),
        work,
    );
    Ok(())
}
