//! Commands on bulk operations.

use muster_api::manage::operations::wire;
use muster_core::cursor::MAX_PAGE;
use muster_core::ids::OperationId;
use muster_core::operation::{OperationState, Plan, TargetState};
use muster_service::operations::{OperationQuery, Steer, TargetQuery};
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
    };
    let permit = hub.permit(&Access::console())?;
    let now = hub.steer_operation(&permit, OperationId(id), steer).await?;
    Ok(Answer::Operation {
        operation: wire::operation(&now),
    })
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
