//! One simulated device: connects, reads its twin, takes its settings, reports, measures, comes back after a cut.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use muster_core::time::Timestamp;
use muster_core::twin::Object;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::Value;
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;

use crate::archetype::{Archetype, Rhythm};
use crate::client::{Client, ClientError, Incoming};
use crate::fleet::SimDevice;
use crate::keys;
use crate::target::HubTarget;

/// Life of a token; a device renews it by reconnecting, as SDKs do.
const TOKEN_S: i64 = 3600;

/// Longest wait before another try to connect.
const MAX_BACKOFF: Duration = Duration::from_secs(60);

/// MQTT keep-alive, in seconds.
const KEEP_ALIVE_S: u16 = 120;

const DESIRED: &str = "$iothub/twin/PATCH/properties/desired/";
const RESPONSE: &str = "$iothub/twin/res/";
const METHODS: &str = "$iothub/methods/POST/";

/// How long a device that was told to restart is away.
const RESTART: std::ops::Range<u64> = 3..12;

/// Lives until told to stop.
pub(crate) async fn live(mut device: SimDevice, target: HubTarget, stop: CancellationToken) {
    let mut rng = StdRng::seed_from_u64(device.seed);
    let first = Duration::from_millis(rng.random_range(0..device.start_within_ms.max(1)));
    let mut failures = 0_u32;
    let mut pause = first;
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = sleep(pause) => {}
        }
        let outcome = tokio::select! {
            () = stop.cancelled() => return,
            outcome = session(&mut device, &target, &mut rng) => outcome,
        };
        pause = match outcome {
            Ok(pause) => {
                failures = 0;
                pause
            }
            Err(error) => {
                tracing::debug!(device.id = %device.id, %error, "a simulated device lost its connection");
                failures = (failures + 1).min(6);
                let most = (Duration::from_secs(1) * 2_u32.pow(failures)).min(MAX_BACKOFF);
                most.mul_f64(rng.random_range(0.1..1.0))
            }
        };
    }
}

/// One connection; returns how long to stay away afterwards.
async fn session(
    device: &mut SimDevice,
    target: &HubTarget,
    rng: &mut StdRng,
) -> Result<Duration, ClientError> {
    let expires_at = Timestamp::from_secs(now_s() + TOKEN_S);
    let token = device.token(&target.host, expires_at);
    let connected = Client::connect(target, &device.id, &token, KEEP_ALIVE_S, false).await;
    if matches!(connected, Err(ClientError::Refused(_))) && device.was_refused() {
        return Ok(Duration::ZERO);
    }
    let mut client = connected?;
    device.was_let_in();
    if !client.session_present {
        client.subscribe(&format!("{RESPONSE}#")).await?;
        client.subscribe(&format!("{DESIRED}#")).await?;
        client.subscribe(&format!("{METHODS}#")).await?;
    }
    let desired = read_desired(&mut client).await?;
    if device.confirms {
        device.archetype.take(&desired);
    }
    if let Some(version) = device.updating.started() {
        version.clone_into(device.archetype.firmware());
    }
    report(&mut client, &device.archetype).await?;
    if let Some(away) = device.updating.finish(&mut client).await? {
        client.disconnect().await?;
        return Ok(away);
    }
    if update(device, &desired, &mut client, target, rng).await? {
        client.disconnect().await?;
        return Ok(restart(rng));
    }
    match device.archetype.rhythm() {
        Rhythm::Sleeps(every) => {
            send_reading(device, &mut client, rng).await?;
            // Calls that waited for the device came before the hub took the reading.
            let mut restarts = false;
            while let Some((topic, payload)) = client.take_waiting(METHODS) {
                restarts |= answer(device, &mut client, &topic, &payload).await?;
            }
            client.disconnect().await?;
            if restarts {
                return Ok(restart(rng));
            }
            // Awake a little earlier than promised, so that the promise is kept.
            Ok(every.mul_f64(rng.random_range(0.8..0.95)))
        }
        Rhythm::Connected(_) => stay(device, client, target, rng).await,
    }
}

async fn stay(
    device: &mut SimDevice,
    mut client: Client,
    target: &HubTarget,
    rng: &mut StdRng,
) -> Result<Duration, ClientError> {
    let renew_at = Instant::now() + Duration::from_secs(TOKEN_S as u64 * 9 / 10);
    let mut next_ping = Instant::now() + Duration::from_secs(u64::from(KEEP_ALIVE_S) / 2);
    let mut next_reading = Instant::now() + jitter(every(&device.archetype), rng);
    loop {
        tokio::select! {
            incoming = client.next() => {
                let Incoming::Message { topic, payload } = incoming? else { continue };
                if topic.starts_with(METHODS) && answer(device, &mut client, &topic, &payload).await? {
                    client.disconnect().await?;
                    return Ok(restart(rng));
                }
                if topic.starts_with(DESIRED) && device.confirms
                    && let Ok(Value::Object(patch)) = serde_json::from_slice(&payload)
                {
                    // Real devices need a moment to take a setting.
                    sleep(Duration::from_millis(rng.random_range(200..1500))).await;
                    device.archetype.take(&patch);
                    report(&mut client, &device.archetype).await?;
                    if patch.contains_key("firmware") {
                        // A patch says what is new; what is asked stands in the whole.
                        let desired = read_desired(&mut client).await?;
                        if update(device, &desired, &mut client, target, rng).await? {
                            client.disconnect().await?;
                            return Ok(restart(rng));
                        }
                    }
                    next_reading = Instant::now() + jitter(every(&device.archetype), rng);
                }
            }
            () = sleep_until(next_reading) => {
                if rng.random_bool(device.drop_out) {
                    // The battery door was open, the forklift stood before the antenna.
                    return Ok(Duration::from_secs(rng.random_range(120..2_400)));
                }
                send_reading(device, &mut client, rng).await?;
                if rng.random_bool(0.1) {
                    report(&mut client, &device.archetype).await?;
                }
                next_reading = Instant::now() + jitter(every(&device.archetype), rng);
            }
            () = sleep_until(next_ping) => {
                client.ping().await?;
                next_ping = Instant::now() + Duration::from_secs(u64::from(KEEP_ALIVE_S) / 2);
            }
            () = sleep_until(renew_at) => {
                client.disconnect().await?;
                return Ok(Duration::ZERO);
            }
        }
    }
}

fn restart(rng: &mut StdRng) -> Duration {
    Duration::from_secs(rng.random_range(RESTART))
}

/// Installs the firmware that is asked for; says whether the device restarts now.
async fn update(
    device: &mut SimDevice,
    desired: &Object,
    client: &mut Client,
    target: &HubTarget,
    rng: &mut StdRng,
) -> Result<bool, ClientError> {
    let running = device.archetype.firmware();
    match device.updating.wish(desired, running) {
        Some(wish) if device.confirms => device.updating.install(wish, client, target, rng).await,
        _ => Ok(false),
    }
}

fn every(archetype: &Archetype) -> Duration {
    match archetype.rhythm() {
        Rhythm::Connected(every) | Rhythm::Sleeps(every) => every,
    }
}

fn jitter(every: Duration, rng: &mut StdRng) -> Duration {
    every.mul_f64(rng.random_range(0.9..1.1))
}

async fn read_desired(client: &mut Client) -> Result<Object, ClientError> {
    client
        .publish("$iothub/twin/GET/?$rid=1", Bytes::from_static(b" "))
        .await?;
    let (_, payload) = client.message_on(RESPONSE).await?;
    let twin: Value = serde_json::from_slice(&payload).unwrap_or(Value::Null);
    Ok(twin["desired"].as_object().cloned().unwrap_or_default())
}

async fn report(client: &mut Client, archetype: &Archetype) -> Result<(), ClientError> {
    report_patch(client, Bytes::from(archetype.report().to_string())).await
}

/// Merges a patch into the reported properties.
pub(crate) async fn report_patch(client: &mut Client, patch: Bytes) -> Result<(), ClientError> {
    client
        .publish("$iothub/twin/PATCH/properties/reported/?$rid=2", patch)
        .await?;
    client.message_on(RESPONSE).await?;
    Ok(())
}

/// Answers a call of a method; says whether the device restarts now.
async fn answer(
    device: &mut SimDevice,
    client: &mut Client,
    topic: &str,
    payload: &[u8],
) -> Result<bool, ClientError> {
    let call = topic.strip_prefix(METHODS).unwrap_or_default();
    let Some((method, request)) = call.split_once("/?$rid=") else {
        return Ok(false);
    };
    let payload = serde_json::from_slice(payload).unwrap_or(Value::Null);
    let reply = if keys::is_handed_by(method) {
        device.store_key(&payload)
    } else {
        device.archetype.call(method, &payload)
    };
    let topic = format!("$iothub/methods/res/{}/?$rid={request}", reply.status);
    let body = Bytes::from(reply.payload.to_string());
    client.publish_and_wait(&topic, body).await?;
    Ok(reply.restarts)
}

async fn send_reading(
    device: &mut SimDevice,
    client: &mut Client,
    rng: &mut StdRng,
) -> Result<(), ClientError> {
    let second = (now_s() % 86_400) as u32;
    let body = Bytes::from(device.archetype.measure(second, rng).to_string());
    let topic = format!(
        "devices/{}/messages/events/%24.ct=application%2Fjson&%24.ce=utf-8",
        device.id
    );
    client.publish_and_wait(&topic, body).await
}

fn now_s() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
