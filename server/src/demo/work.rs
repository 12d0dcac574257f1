//! Work of the demo: windows, a configuration, and operations in several states.

use muster_core::configuration::{Content, Draft};
use muster_core::gate::{Sheet, Slug};
use muster_core::ids::ConfigurationId;
use muster_core::operation::{Plan, Target};
use muster_query::Condition;
use muster_service::{Access, Demand, Hub, ServiceError};
use serde_json::{Value, json};

use crate::failure::Failure;

/// The firmware that the demo's rollout installs; `demo::firmware` adds it.
const VERSION: &str = "4.4.0";

/// Adds what is not there yet. Operations come last: when one is there, so is everything.
pub(super) async fn add(hub: &Hub) -> Result<(), Failure> {
    let console = Access::console();
    let sheets = [
        ("store-hours", Sheet::Calendar(read(calendar())?)),
        ("nights", Sheet::Window(read(window())?)),
    ];
    for (id, sheet) in sheets {
        let id = Slug::new(id).map_err(|problem| Failure::Refused(problem.to_string()))?;
        let permit = hub.permit(&console)?;
        hub.put_sheet(&permit, id, sheet, Demand::Nothing).await?;
    }
    configuration(hub).await?;
    if hub
        .operations(&console, &Default::default())
        .await?
        .rows
        .is_empty()
    {
        for plan in operations(hub).await? {
            let plan: Plan = read(plan)?;
            // A small demo has not every kind of device.
            if let Target::Query { text } = &plan.target {
                let condition = Condition::parse(text)
                    .map_err(|problem| Failure::Refused(problem.to_string()))?;
                if hub.fleet_count(&console, &condition, "")? == 0 {
                    continue;
                }
            }
            let permit = hub.permit(&console)?;
            hub.create_operation(&permit, plan, None).await?;
        }
    }
    Ok(())
}

/// The form of the management REST is shorter than the types.
fn read<T: serde::de::DeserializeOwned>(form: Value) -> Result<T, Failure> {
    serde_json::from_value(form)
        .map_err(|problem| Failure::Refused(format!("the demo's work cannot be read: {problem}")))
}

fn calendar() -> Value {
    json!({
        "name": "Store hours",
        "hours": [{
            "when": { "kind": "weekly", "days": ["mon", "tue", "wed", "thu", "fri", "sat"] },
            "start": "07:00",
            "minutes": 14 * 60,
        }],
    })
}

fn window() -> Value {
    json!({
        "name": "Nights",
        "rules": [{
            "when": { "kind": "weekly", "days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] },
            "start": "02:00",
            "minutes": 3 * 60,
        }],
        "calendar": "store-hours",
    })
}

async fn configuration(hub: &Hub) -> Result<(), Failure> {
    let id = ConfigurationId::new("north-alarms").expect("a good name");
    let content =
        json!({ "deviceContent": { "properties.desired.alarm": { "low": 2.0, "high": 7.0 } } });
    let draft = Draft {
        schema_version: "1.0".to_owned(),
        labels: [("team".to_owned(), "north".to_owned())].into(),
        content: Content::parse(&content).map_err(ServiceError::from)?,
        target: "tags.region = 'north' AND tags.model = 'CT-200'".to_owned(),
        priority: 10,
        metrics: Default::default(),
    };
    let permit = hub.permit(&Access::console())?;
    match hub.create_configuration(&permit, id, draft).await {
        Ok(_) | Err(ServiceError::AlreadyExists) => Ok(()),
        Err(problem) => Err(problem.into()),
    }
}

async fn operations(hub: &Hub) -> Result<Vec<Value>, Failure> {
    let permit = hub.permit(&Access::console())?;
    let artifacts = hub.artifacts(&permit).await?;
    let newest = artifacts
        .iter()
        .find(|one| one.about.version.to_string() == VERSION);
    let mut plans = vec![json!({
        "title": "Report every two minutes in ring 0",
        "task": { "kind": "updateTwin", "tags": null, "desired": { "reporting": { "intervalS": 120 } } },
        "target": { "kind": "query", "text": "tags.ring = 0 AND tags.model = 'CT-200'" },
        "how": how(json!([]), json!([]), None),
    })];
    let Some(artifact) = newest else {
        return Ok(plans);
    };
    let task = |back_to: Option<&str>| {
        json!({
            "kind": "installFirmware",
            "artifact": artifact.id,
            "healthyCheckIns": 2,
            "soakS": 120,
            "backTo": back_to,
        })
    };
    let wave = |size: Value, soak_s: u32| json!({ "size": size, "successPercent": 90, "soakS": soak_s, "manual": false });
    let waves = json!([
        wave(json!({ "kind": "count", "devices": 5 }), 60),
        wave(json!({ "kind": "permille", "share": 300 }), 300),
        wave(json!({ "kind": "rest" }), 0),
    ]);
    plans.push(json!({
        "title": "Sensor firmware 4.4.0, ring 1",
        "task": task(None),
        "target": { "kind": "query", "text": "tags.ring = 1 AND tags.model = 'CT-200'" },
        "how": how(waves.clone(), json!([]), Some(12)),
    }));
    let charged = "properties.reported.battery.percent >= 40";
    let gates = json!([
        { "kind": "window", "window": "nights" },
        { "kind": "condition", "label": "Battery 40% or more", "text": charged },
    ]);
    plans.push(json!({
        "title": "Sensor firmware 4.4.0, ring 2",
        "task": task(None),
        "target": { "kind": "query", "text": "tags.ring = 2 AND tags.model = 'CT-200'" },
        "how": how(waves, gates, None),
    }));
    Ok(plans)
}

fn how(waves: Value, gates: Value, per_minute: Option<u32>) -> Value {
    json!({
        "startsAt": null,
        "expiresAt": null,
        "waves": waves,
        "gates": gates,
        "limits": { "perMinute": per_minute, "inFlight": null },
        "offline": "wait",
        "attempts": 2,
        "retryAfterS": 300,
        "timeoutS": 3600,
        "newcomers": false,
        "failures": { "count": null, "percent": 20, "after": 10, "then": "pause" },
    })
}
