//! Carries out commands on a hub, with the rights of whoever holds the machine.

use std::path::Path;
use std::time::Duration;

use muster_core::access::PolicyName;
use muster_core::ids::DeviceId;
use muster_core::key::Slot;
use muster_core::method::MethodName;
use muster_core::person::RoleGrant;
use muster_core::policy::Role;
use muster_core::twin::Object;
use muster_query::{Condition, Query};
use muster_service::people::NewAccount;
use muster_service::registry::NewDevice;
use muster_service::{Access, Hub, MethodCall, QueryPageRequest, ServiceError};
use muster_storage::DeviceSummary;
use serde_json::Value;

use crate::control::command::{Answer, Command, Fault, LIST_CHUNK, QUERY_CHUNK, Refused, Secret};
use crate::failure::story;
use crate::printed;

mod operation;

/// Does it, or says why not.
pub async fn perform(hub: &Hub, command: Command) -> Result<Answer, Refused> {
    let done = match command {
        Command::DeviceCreate { id, tags, desired } => create(hub, &id, tags, desired).await,
        Command::DeviceShow { id } => show(hub, &id).await,
        Command::DeviceList { condition, after } => list(hub, &condition, after).await,
        Command::Query {
            text,
            limit,
            continuation,
        } => query(hub, &text, limit, continuation).await,
        Command::DeviceConnectionString { id, slot } => connection_string(hub, &id, slot).await,
        Command::DeviceDelete { id } => delete(hub, &id).await,
        Command::DeviceInvoke {
            id,
            method,
            payload,
            wait_s,
            timeout_s,
        } => {
            let times = (Duration::from_secs(wait_s), Duration::from_secs(timeout_s));
            invoke(hub, &id, &method, payload, times).await
        }
        Command::PolicyConnectionString { name } => policy(hub, &name).await,
        Command::UserCreate {
            name,
            display_name,
            roles,
            scope,
            password,
        } => {
            let new = NewAccount {
                name,
                display_name,
                roles: grants(roles, &scope),
                password: password.map(|secret| secret.0),
            };
            user(hub, new).await
        }
        Command::OperationList { state, limit } => operation::list(hub, state, limit).await,
        Command::OperationShow { id } => operation::show(hub, id).await,
        Command::OperationPreview { plan } => operation::preview(hub, &plan).await,
        Command::OperationCreate { plan } => operation::create(hub, &plan).await,
        Command::OperationSteer {
            id,
            steering,
            reason,
        } => operation::steer(hub, id, steering, reason).await,
        Command::OperationRetry {
            id,
            devices,
            wave,
            why,
        } => operation::retry(hub, id, devices, wave, why).await,
        Command::OperationOverride {
            id,
            gate,
            device,
            reason,
        } => operation::override_gate(hub, id, gate, device, &reason).await,
        Command::OperationTargets {
            id,
            state,
            limit,
            cursor,
        } => operation::targets(hub, id, state, limit, cursor).await,
        Command::Check => check(hub).await,
        Command::Backup { to } => backup(hub, &to).await,
    };
    done.map_err(|problem| Refused {
        message: story(&problem),
    })
}

async fn create(
    hub: &Hub,
    id: &str,
    tags: Option<Value>,
    desired: Option<Value>,
) -> Result<Answer, ServiceError> {
    let permit = hub.permit(&Access::console())?;
    let new = NewDevice {
        tags: object(tags, "tags")?,
        desired: object(desired, "desired properties")?,
        ..NewDevice::named(DeviceId::new(id)?)
    };
    let device = hub.create_device(permit, new).await?;
    Ok(Answer::Device {
        device: printed::device(&DeviceSummary::from(&device), None),
    })
}

async fn show(hub: &Hub, id: &str) -> Result<Answer, ServiceError> {
    let permit = hub.permit_device(&Access::console(), &DeviceId::new(id)?)?;
    let view = hub.device(&permit).await?;
    let twin = hub.twin(&permit).await?;
    let mut device = printed::device(&view.device, Some(view.connection.is_some()));
    printed::add_twin(&mut device, &twin.twin);
    Ok(Answer::Device { device })
}

async fn list(hub: &Hub, condition: &str, after: Option<String>) -> Result<Answer, ServiceError> {
    let condition = Condition::parse(condition)
        .map_err(|problem| ServiceError::Invalid(problem.to_string()))?;
    let after = after.map(|id| DeviceId::new(&id)).transpose()?;
    let permit = hub.permit(&Access::console())?;
    hub.prepare(&Access::console(), &condition).await?;
    let rows = hub.fleet_export(&permit, after.as_ref(), &condition, "", LIST_CHUNK)?;
    Ok(Answer::Devices {
        devices: rows.iter().map(printed::row).collect(),
    })
}

async fn query(
    hub: &Hub,
    text: &str,
    limit: usize,
    continuation: Option<String>,
) -> Result<Answer, ServiceError> {
    let question = if text
        .trim_start()
        .get(..6)
        .is_some_and(|word| word.eq_ignore_ascii_case("SELECT"))
    {
        Query::parse(text)
    } else {
        Condition::parse(text).map(Query::of_devices)
    };
    let question = question.map_err(|problem| ServiceError::Invalid(problem.to_string()))?;
    let permit = hub.permit(&Access::console())?;
    let page = QueryPageRequest {
        limit: limit.min(QUERY_CHUNK),
        continuation,
    };
    let answer = hub.query(&permit, &question, page).await?;
    Ok(Answer::Rows {
        rows: answer.rows,
        columns: question.names(),
        continuation: answer.continuation,
    })
}

async fn connection_string(hub: &Hub, id: &str, slot: Slot) -> Result<Answer, ServiceError> {
    let permit = hub.permit_device(&Access::console(), &DeviceId::new(id)?)?;
    let text = hub.device_connection_string(permit, slot).await?;
    Ok(Answer::ConnectionString { text: Secret(text) })
}

async fn delete(hub: &Hub, id: &str) -> Result<Answer, ServiceError> {
    let permit = hub.permit_device(&Access::console(), &DeviceId::new(id)?)?;
    hub.delete_device(permit, None).await?;
    Ok(Answer::Done)
}

async fn invoke(
    hub: &Hub,
    id: &str,
    method: &str,
    payload: Value,
    (connect_timeout, response_timeout): (Duration, Duration),
) -> Result<Answer, ServiceError> {
    let name = MethodName::new(method).map_err(|bad| ServiceError::Invalid(bad.to_string()))?;
    let permit = hub.permit_device(&Access::console(), &DeviceId::new(id)?)?;
    let call = MethodCall {
        module: None,
        name,
        payload,
        connect_timeout,
        response_timeout,
    };
    let answer = hub.invoke_method(&permit, call).await?;
    Ok(Answer::Method {
        status: answer.status,
        payload: answer.payload,
    })
}

async fn policy(hub: &Hub, name: &str) -> Result<Answer, ServiceError> {
    let name: PolicyName = name.parse().map_err(ServiceError::Invalid)?;
    let permit = hub.permit(&Access::console())?;
    let text = hub.policy_connection_string(permit, name).await?;
    Ok(Answer::ConnectionString { text: Secret(text) })
}

async fn user(hub: &Hub, new: NewAccount) -> Result<Answer, ServiceError> {
    let permit = hub.permit(&Access::console())?;
    let made = hub.create_person(&permit, new).await?;
    Ok(Answer::User {
        name: made.person.name,
        password: made.password.map(Secret),
    })
}

async fn check(hub: &Hub) -> Result<Answer, ServiceError> {
    let permit = hub.permit(&Access::console())?;
    let findings = hub.check(&permit).await?;
    let fault = |finding: muster_storage::Finding| Fault {
        subject: finding.subject.to_owned(),
        problem: finding.problem,
        remedy: finding.remedy.to_owned(),
    };
    Ok(Answer::Findings {
        findings: findings.into_iter().map(fault).collect(),
    })
}

async fn backup(hub: &Hub, to: &Path) -> Result<Answer, ServiceError> {
    let permit = hub.permit(&Access::console())?;
    let report = hub.backup(&permit, to).await?;
    Ok(Answer::Backup {
        path: report.path,
        bytes: report.bytes,
    })
}

/// The same scope for each role.
pub fn grants(roles: Vec<Role>, scope: &str) -> Vec<RoleGrant> {
    let grant = |role| RoleGrant {
        role,
        scope: scope.to_owned(),
    };
    roles.into_iter().map(grant).collect()
}

fn object(value: Option<Value>, what: &str) -> Result<Object, ServiceError> {
    match value {
        None => Ok(Object::new()),
        Some(Value::Object(object)) => Ok(object),
        Some(_) => Err(ServiceError::Invalid(format!(
            "{what} must be a JSON object"
        ))),
    }
}
