//! Commands on bulk operations.

use muster_api::manage::operations::wire;
use muster_core::cursor::MAX_PAGE;
use muster_core::ids::{DeviceId, OperationId};
use muster_core::operation::{OperationState, Plan, TargetState};
use muster_service::operations::{Chosen, OperationQuery, Steer, TargetQuery};
use muster_service::{Access, Hub, ServiceError};
use serde_json::Value;

use crate::control::command::{Answer, Steering, TARGETS_CHUNK};

pub(super) async fn list(
    hub: &Hub,
    state: Option<String>,
    limit: usize,
) -> Result<Answer, ServiceError> {
    let known = |name: String| {
        OperationState::from_name(&name)
            .ok_or_else(|| ServiceError::Invalid(format!("operations are never {name}")))
    };
    let query = OperationQuery {
        states: state.map(known).transpose()?.into_iter().collect(),
        limit: limit.clamp(1, MAX_PAGE),
        ..OperationQuery::default()
    };
    let page = hub.operations(&Access::console(), &query).await?;
    Ok(Answer::Operations {
        operations: page.rows.iter().map(wire::operation).collect(),
    })
}

pub(super) async fn show(hub: &Hub, id: i64) -> Result<Answer, ServiceError> {
    let found = hub.operation(&Access::console(), OperationId(id)).await?;
    let detail = found.ok_or(ServiceError::NotFound)?;
    Ok(Answer::Operation {
        operation: wire::detail(&detail),
    })
}

pub(super) async fn preview(hub: &Hub, plan: &Value) -> Result<Answer, ServiceError> {
    let permit = hub.permit(&Access::console())?;
    let preview = hub.preview_operation(&permit, &read(plan)?).await?;
    Ok(Answer::Preview {
        preview: wire::preview(&preview),
    })
}

pub(super) async fn create(hub: &Hub, plan: &Value) -> Result<Answer, ServiceError> {
    let permit = hub.permit(&Access::console())?;
    let made = hub.create_operation(&permit, read(plan)?, None).await?;
    Ok(Answer::Operation {
        operation: wire::operation(&made),
    })
}

pub(super) async fn steer(
    hub: &Hub,
    id: i64,
    steering: Steering,
    reason: String,
) -> Result<Answer, ServiceError> {
    let steer = match steering {
        Steering::Pause => Steer::Pause { reason },
        Steering::Resume => Steer::Resume,
        Steering::Continue => Steer::Continue,
        Steering::Stop => Steer::Stop { reason },
        Steering::Cancel => Steer::Cancel { reason },
        Steering::Retry => Steer::Retry,
        Steering::RollBack => Steer::RollBack { reason },
    };
    let permit = hub.permit(&Access::console())?;
    let now = hub.steer_operation(&permit, OperationId(id), steer).await?;
    Ok(Answer::Operation {
        operation: wire::operation(&now),
    })
}

pub(super) async fn retry(
    hub: &Hub,
    id: i64,
    devices: Vec<String>,
    wave: Option<u16>,
    why: Option<String>,
) -> Result<Answer, ServiceError> {
    let chosen = if devices.is_empty() {
        Chosen::Matching(TargetQuery {
            wave,
            why,
            ..TargetQuery::default()
        })
    } else {
        let ids = devices.iter().map(|id| device(id));
        Chosen::Devices(ids.collect::<Result<_, _>>()?)
    };
    let permit = hub.permit(&Access::console())?;
    let devices = hub.retry_targets(&permit, OperationId(id), chosen).await?;
    Ok(Answer::Counted { devices })
}

pub(super) async fn override_gate(
    hub: &Hub,
    id: i64,
    gate: u8,
    only: Option<String>,
    reason: &str,
) -> Result<Answer, ServiceError> {
    let only = only.as_deref().map(device).transpose()?;
    let permit = hub.permit(&Access::console())?;
    let devices = hub
        .override_gate(&permit, OperationId(id), gate, only, reason)
        .await?;
    Ok(Answer::Counted { devices })
}

fn device(id: &str) -> Result<DeviceId, ServiceError> {
    DeviceId::new(id).map_err(|_| ServiceError::NotFound)
}

pub(super) async fn targets(
    hub: &Hub,
    id: i64,
    state: Option<String>,
    limit: usize,
    cursor: Option<String>,
) -> Result<Answer, ServiceError> {
    let known = |name: String| {
        TargetState::from_name(&name)
            .ok_or_else(|| ServiceError::Invalid(format!("devices of operations are never {name}")))
    };
    let query = TargetQuery {
        states: state.map(known).transpose()?.into_iter().collect(),
        limit: limit.clamp(1, TARGETS_CHUNK),
        cursor,
        ..TargetQuery::default()
    };
    let page = hub
        .operation_targets(&Access::console(), OperationId(id), &query)
        .await?;
    Ok(Answer::Targets {
        targets: page.rows.iter().map(wire::target).collect(),
        next: page.next,
    })
}

fn read(plan: &Value) -> Result<Plan, ServiceError> {
    Plan::read(plan).map_err(|error| ServiceError::Invalid(error.to_string()))
}
