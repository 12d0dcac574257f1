//! The task that watches: what is due and what waits first, then a step of holding a rule against the fleet.

use std::time::Duration;

use super::scan::Scan;
use crate::error::ServiceError;
use crate::hub::Hub;

/// Devices and alerts of one step: a few milliseconds for the writer, between which devices go on.
pub(super) const BATCH: usize = 200;

/// Pause after a failure, mostly of a database that is away.
const PAUSE: Duration = Duration::from_secs(1);

/// Longest sleep: a clock that is set is noticed after it. Nothing but the next moment is looked at then.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Works until the hub stops.
pub(crate) async fn run(hub: Hub) {
    let mut scan = None;
    loop {
        let step = tokio::select! {
            () = hub.stopping().cancelled() => return,
            step = step(&hub, &mut scan) => step,
        };
        let pause = match step {
            Ok(true) => {
                tokio::task::yield_now().await;
                continue;
            }
            Ok(false) => until_next(&hub),
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "devices could not be watched for alerts; trying again"
                );
                Some(PAUSE)
            }
        };
        tokio::select! {
            () = hub.stopping().cancelled() => return,
            () = hub.alert_engine().woken() => {}
            () = tokio::time::sleep(pause.unwrap_or(LOOK_EVERY)), if pause.is_some() => {}
        }
    }
}

/// How long nothing happens by itself; `None` when nothing will.
fn until_next(hub: &Hub) -> Option<Duration> {
    let left = hub.alert_engine().next_moment()?.since(hub.now());
    let left = Duration::from_millis(u64::try_from(left).unwrap_or(0));
    Some(left.min(LOOK_EVERY))
}

/// Does a little; whether there was something to do.
async fn step(hub: &Hub, scan: &mut Option<Scan>) -> Result<bool, ServiceError> {
    let engine = hub.alert_engine();
    let due = engine.take_due(hub.now(), BATCH);
    let mut done = !due.is_empty();
    if let Err(error) = hub.look_at_due(&due).await {
        for id in due {
            engine.set_due(id, Some(hub.now()));
        }
        return Err(error);
    }
    done |= engine.wake_watched(hub.now(), BATCH);
    let devices = engine.take_devices(BATCH);
    done |= !devices.is_empty();
    if let Err(error) = hub.judge_alerts(&devices).await {
        engine.give_back(devices);
        return Err(error);
    }
    if let Some(rule) = engine.take_count(hub.now()) {
        done = true;
        if let Err(error) = hub.count_flood(rule).await {
            engine.count_again(rule, hub.now());
            return Err(error);
        }
    }
    if scan.is_none() {
        *scan = engine.take_rule().map(Scan::new);
    }
    if let Some(under_way) = scan {
        done = true;
        if under_way.step(hub).await? {
            *scan = None;
        }
    }
    Ok(done)
}
