//! Keeping the values of the fleet in the form that suits them.

use std::time::Duration;

use crate::hub::Hub;

/// Time between two looks at what the values are by now.
const SETTLE_EVERY: Duration = Duration::from_secs(60);

/// Lets the index settle once in a while, until the hub stops.
pub(crate) async fn run(hub: Hub) {
    let mut tick = tokio::time::interval(SETTLE_EVERY);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
    loop {
        tokio::select! {
            () = hub.stopping().cancelled() => return,
            _ = tick.tick() => {}
        }
        let settling = hub.clone();
        let settled = tokio::task::spawn_blocking(move || settling.index().settle()).await;
        if let Err(error) = settled {
            tracing::error!(%error, "the index keeps values as it did");
            return;
        }
    }
}
