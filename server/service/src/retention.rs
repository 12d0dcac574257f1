//! What is kept for a time is removed when its time is over, a bounded bite at a time.

use std::time::Duration;

use muster_storage::{Pruned, StorageError};

use crate::hub::Hub;
use crate::once::REMEMBERED_MS;

/// How long raw messages, device events, presence samples, ended API tokens and embeds, jobs of IoT Hub's tools, exports and imports are kept: 30 days.
pub const KEEP_MS: i64 = 30 * 24 * 3600 * 1000;

/// How long alerts that are over are kept: 90 days, so that months can be compared.
pub const KEEP_ALERTS_MS: i64 = 90 * 24 * 3600 * 1000;

/// Time between two rounds.
const EVERY: Duration = Duration::from_secs(300);

/// Rows removed in one bite, so that device traffic never waits long.
const BITE: usize = 2_000;

/// Bites in one round: bounds the work to ten million rows a day and more.
const BITES: usize = 50;

/// Removes until the hub stops. The audit trail is not touched.
pub(crate) async fn run(hub: Hub) {
    let mut tick = tokio::time::interval(EVERY);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
    loop {
        tokio::select! {
            () = hub.stopping().cancelled() => return,
            _ = tick.tick() => {}
        }
        for _ in 0..BITES {
            if hub.stopping().is_cancelled() {
                return;
            }
            match hub.store().prune(hub.now().plus_ms(-KEEP_MS), BITE).await {
                Ok(gone) if gone == Pruned::default() => break,
                Ok(_) => {}
                Err(error) => {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "could not remove what is past its time"
                    );
                    break;
                }
            }
        }
        if let Err(error) = remove_ended(&hub).await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "could not remove what has ended"
            );
        }
    }
}

/// Sessions, tokens, embeds, exports, imports and remembered requests: few rows, in one bite each.
async fn remove_ended(hub: &Hub) -> Result<(), StorageError> {
    let now = hub.now();
    hub.store().delete_expired_sessions(now).await?;
    hub.store()
        .delete_ended_tokens(now.plus_ms(-KEEP_MS))
        .await?;
    hub.store()
        .delete_ended_embeds(now.plus_ms(-KEEP_MS))
        .await?;
    hub.store().forget_transfers(now.plus_ms(-KEEP_MS)).await?;
    for _ in 0..BITES {
        if !hub.store().forget_jobs(now.plus_ms(-KEEP_MS), BITE).await? {
            break;
        }
    }
    for _ in 0..BITES {
        if !hub
            .store()
            .forget_alerts(now.plus_ms(-KEEP_ALERTS_MS), BITE)
            .await?
        {
            break;
        }
    }
    hub.store()
        .forget_requests(now.plus_ms(-REMEMBERED_MS))
        .await?;
    Ok(())
}
