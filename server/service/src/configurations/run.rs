//! The task that applies configurations: devices that wait first, then a step of a look at all.

use std::time::Duration;

use super::covering::Which;
use super::scan::{BATCH, Scan};
use crate::error::ServiceError;
use crate::hub::Hub;

/// Pause after a failure, mostly of a database that is away.
const PAUSE: Duration = Duration::from_secs(1);

/// Works until the hub stops.
pub(crate) async fn run(hub: Hub) {
    let mut scan = None;
    loop {
        let step = tokio::select! {
            () = hub.stopping().cancelled() => return,
            step = step(&hub, &mut scan) => step,
        };
        match step {
            Ok(true) => tokio::task::yield_now().await,
            Ok(false) => tokio::select! {
                () = hub.stopping().cancelled() => return,
                () = hub.engine().woken() => {}
            },
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "configurations could not be applied; trying again"
                );
                tokio::select! {
                    () = hub.stopping().cancelled() => return,
                    () = tokio::time::sleep(PAUSE) => {}
                }
            }
        }
    }
}

/// Does a little; whether there was something to do.
async fn step(hub: &Hub, scan: &mut Option<Scan>) -> Result<bool, ServiceError> {
    let engine = hub.engine();
    let devices = engine.take_devices(BATCH);
    let mut done = !devices.is_empty();
    if let Err(error) = hub.bring(&devices, Which::Changed).await {
        engine.give_back(devices);
        return Err(error);
    }
    if let Some((id, because)) = engine.take_module() {
        done = true;
        if let Err(error) = hub.bring_module(&id, because.clone()).await {
            engine.give_back_module(&id, because);
            return Err(error);
        }
    }
    if scan.is_none() {
        let wanted = engine.take_wanted();
        *scan = wanted.map(|wanted| Scan::new(wanted, hub.now()));
    }
    if let Some(under_way) = scan {
        done = true;
        if under_way.step(hub).await? {
            *scan = None;
        }
    }
    Ok(done)
}
