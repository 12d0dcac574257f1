//! What somebody whose scope is a part of the fleet sees of an operation: its devices there, and nothing of the others.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use muster_core::ids::OperationId;
use muster_core::operation::Tally;
use muster_query::Scope;
use muster_storage::{OperationRow, StoredTarget};

use crate::error::ServiceError;
use crate::hub::Hub;

/// Targets that are looked at together.
const BATCH: usize = 5_000;

/// How long a look at all targets of an operation serves those of the same scope: pages ask again each second.
const GOOD_FOR: Duration = Duration::from_secs(3);

/// Looks that are remembered.
const REMEMBERED: usize = 64;

/// The targets within a scope.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Seen {
    /// Per wave.
    pub(super) waves: Vec<Tally>,
    /// Devices per reason; `None` for an untouched target's lack of one.
    pub(super) reasons: HashMap<i64, u32>,
    /// Targets in waves that have opened, whose turn has not come.
    pub(super) untouched: u32,
}

impl Seen {
    /// Whether there is no target in the scope.
    pub(super) fn is_empty(&self) -> bool {
        self.waves.iter().all(|wave| *wave == Tally::default())
    }
}

/// An operation and a scope, as text.
type Look = (OperationId, String);

/// Looks of a moment ago.
#[derive(Debug, Default)]
pub(super) struct Looks(Mutex<HashMap<Look, (Instant, Arc<Seen>)>>);

impl Looks {
    fn get(&self, key: &Look) -> Option<Arc<Seen>> {
        let looks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, seen) = looks.get(key)?;
        (at.elapsed() < GOOD_FOR).then(|| seen.clone())
    }

    fn put(&self, key: Look, seen: Arc<Seen>) {
        let mut looks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if looks.len() >= REMEMBERED {
            looks.clear();
        }
        looks.insert(key, (Instant::now(), seen));
    }
}

impl Hub {
    /// What a scope contains of an operation.
    pub(super) async fn seen(
        &self,
        row: &OperationRow,
        scope: &Scope,
    ) -> Result<Arc<Seen>, ServiceError> {
        if scope.is_everything() {
            let waves = row.waves.iter().map(|wave| wave.tally).collect();
            let seen = Seen {
                waves,
                ..Seen::default()
            };
            return Ok(Arc::new(seen));
        }
        let names: Vec<String> = scope.conditions().iter().map(ToString::to_string).collect();
        let key = (row.id, names.join(" OR "));
        let looks = self.operations_at_work().looks();
        if let Some(seen) = looks.get(&key) {
            return Ok(seen);
        }
        let mut seen = Seen {
            waves: vec![Tally::default(); row.waves.len()],
            ..Seen::default()
        };
        let mut place = (0, i64::MIN);
        loop {
            let targets = self.store().walk_targets(row.id, place, BATCH).await?;
            let Some(last) = targets.last() else { break };
            place = (last.wave, last.key);
            let now = self.now();
            for target in &targets {
                if !self.index().in_scope(&target.device, scope, now) {
                    continue;
                }
                let index = usize::from(target.wave);
                let Some(tally) = seen.waves.get_mut(index) else {
                    continue;
                };
                match target.state {
                    StoredTarget::Pending => tally.pending += 1,
                    StoredTarget::Running => tally.running += 1,
                    StoredTarget::Succeeded => tally.succeeded += 1,
                    StoredTarget::Failed => tally.failed += 1,
                    StoredTarget::Skipped => tally.skipped += 1,
                }
                match target.reason {
                    Some(reason) => *seen.reasons.entry(reason).or_default() += 1,
                    None if target.state == StoredTarget::Pending
                        && row.waves[index].state != muster_core::operation::WaveState::Later =>
                    {
                        seen.untouched += 1;
                    }
                    None => {}
                }
            }
        }
        let seen = Arc::new(seen);
        looks.put(key, seen.clone());
        Ok(seen)
    }
}
