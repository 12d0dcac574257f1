//! Bulk operations through the public door.

use std::time::Duration;

use muster_core::ids::{DeviceId, OperationId};
use muster_core::operation::{
    Counts, How, Limits, Offline, OperationState, Plan, Target, Task, Wave, WaveSize,
};
use muster_service::access::kinds::{RunOperations, SteerOperations};
use muster_service::live::Topic;
use muster_service::operations::{OperationDetail, OperationSummary, Steer};
use muster_service::{Access, Hub, ServiceError};
use serde_json::{Value, json};

use crate::support::TestHub;

#[path = "operations/approvals.rs"]
mod approvals;
#[path = "operations/bad_input.rs"]
mod bad_input;
#[path = "operations/failures.rs"]
mod failures;
#[path = "operations/firmware.rs"]
mod firmware;
#[path = "operations/forecast.rs"]
mod forecast;
#[path = "operations/gates.rs"]
mod gates;
#[path = "operations/keys.rs"]
mod keys;
#[path = "operations/life.rs"]
mod life;
#[path = "operations/methods.rs"]
mod methods;
#[path = "operations/preview.rs"]
mod preview;
#[path = "operations/retry.rs"]
mod retry;
#[path = "operations/rights.rs"]
mod rights;
#[path = "operations/twin.rs"]
mod twin;

/// How long a test waits for what should happen at once.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) fn how() -> How {
    How {
        starts_at: None,
        expires_at: None,
        waves: Vec::new(),
        gates: Vec::new(),
        limits: Limits::default(),
        offline: Offline::Wait,
        attempts: 1,
        retry_after_s: 0,
        timeout_s: 60,
        newcomers: false,
        failures: None,
    }
}

pub(crate) fn plan(task: Task, query: &str) -> Plan {
    Plan {
        title: "A change".into(),
        task,
        target: Target::Query { text: query.into() },
        how: how(),
    }
}

pub(crate) fn desired(patch: Value) -> Task {
    Task::UpdateTwin {
        tags: None,
        desired: Some(patch),
    }
}

pub(crate) fn wave(devices: u32) -> Wave {
    Wave {
        size: WaveSize::Count { devices },
        success_percent: 100,
        soak_s: 0,
        manual: false,
    }
}

pub(crate) fn rest() -> Wave {
    Wave {
        size: WaveSize::Rest,
        success_percent: 100,
        soak_s: 0,
        manual: false,
    }
}

impl TestHub {
    /// So many devices at one site: `d000`, `d001`, ….
    pub(crate) async fn fleet(&self, devices: usize) -> Vec<DeviceId> {
        let mut ids = Vec::with_capacity(devices);
        for n in 0..devices {
            ids.push(
                self.device(&format!("d{n:03}"), json!({ "site": "b7" }))
                    .await,
            );
        }
        ids
    }

    pub(crate) async fn operate(&self, plan: Plan) -> OperationSummary {
        self.try_operate(&Access::console(), plan).await.unwrap()
    }

    pub(crate) async fn try_operate(
        &self,
        access: &Access,
        plan: Plan,
    ) -> Result<OperationSummary, ServiceError> {
        let permit = self.hub.permit::<RunOperations>(access).unwrap();
        self.hub.create_operation(&permit, plan, None).await
    }

    pub(crate) async fn steer(
        &self,
        id: OperationId,
        steer: Steer,
    ) -> Result<OperationSummary, ServiceError> {
        let permit = self
            .hub
            .permit::<SteerOperations>(&Access::console())
            .unwrap();
        self.hub.steer_operation(&permit, id, steer).await
    }

    pub(crate) async fn until_over(&self, id: OperationId) -> OperationDetail {
        until(&self.hub, id, |detail| detail.summary.state.is_over()).await
    }

    pub(crate) async fn until_in(&self, id: OperationId, state: OperationState) -> OperationDetail {
        until(&self.hub, id, |detail| detail.summary.state == state).await
    }
}

/// Follows an operation until it is as wanted.
pub(crate) async fn until(
    hub: &Hub,
    id: OperationId,
    wanted: impl Fn(&OperationDetail) -> bool,
) -> OperationDetail {
    let topics = vec![Topic::Operation(id)];
    let mut stream = hub
        .subscribe_live(&Access::console(), topics, None)
        .unwrap();
    let mut last = None;
    let found = async {
        loop {
            let detail = hub
                .operation(&Access::console(), id)
                .await
                .unwrap()
                .unwrap();
            if wanted(&detail) {
                return detail;
            }
            last = Some(detail);
            stream.next().await.unwrap();
        }
    };
    match tokio::time::timeout(PATIENCE, found).await {
        Ok(detail) => detail,
        Err(_) => panic!("it did not become as wanted: {last:?}"),
    }
}

/// How many devices wait for which reason.
pub(crate) fn waiting(detail: &OperationDetail) -> Vec<(String, u32)> {
    let groups = detail.waiting.iter();
    groups
        .map(|group| (group.why.clone(), group.devices))
        .collect()
}

pub(crate) fn succeeded(devices: u32) -> Counts {
    Counts {
        succeeded: devices,
        ..Counts::default()
    }
}
