//! What an operation would do.

use muster_core::lifecycle::Step;
use muster_core::operation::{Plan, Task};
use muster_service::Hub;
use muster_service::operations::Preview;

use super::forecast::forecast;
use crate::rpc::operations::wire::{ConflictRow, ExclusionRow, GateRow, PreviewView};
use crate::rpc::operations::words;

/// Whether it cannot be taken back, so that the number of devices is typed before it starts.
pub fn is_grave(task: &Task) -> bool {
    matches!(
        task,
        Task::Delete
            | Task::ChangeStage {
                step: Step::Retire,
                ..
            }
    )
}

/// The preview of a plan.
pub fn preview(hub: &Hub, plan: &Plan, found: Preview, gates: Vec<GateRow>) -> PreviewView {
    let names = plan.how.waves.iter().map(|wave| words::size(&wave.size));
    PreviewView {
        what: words::what(plan, Some(u64::from(found.targets))),
        who: words::who(&plan.target),
        kind: plan.task.kind(),
        grave: is_grave(&plan.task),
        targets: found.targets,
        sample: found.sample,
        excluded: found
            .excluded
            .into_iter()
            .map(|out| ExclusionRow {
                why: out.why,
                devices: out.devices,
                sample: out.sample,
                among_targets: out.among_targets,
            })
            .collect(),
        conflicts: found
            .conflicts
            .into_iter()
            .map(|conflict| ConflictRow {
                operation: conflict.operation,
                title: conflict.title,
                devices: conflict.devices,
            })
            .collect(),
        waves: names.zip(found.waves).collect(),
        approval: found.approval,
        forecast: found
            .forecast
            .map(|expected| forecast(&expected, found.targets, hub.now())),
        warnings: found.warnings,
        facts: words::facts(&plan.how),
        gates,
        call: curl(hub.hostname(), plan),
    }
}

/// The call of the management REST that starts the same. Whoever uses it puts a token in its place.
fn curl(hostname: &str, plan: &Plan) -> String {
    let body = serde_json::to_string_pretty(plan).expect("a plan is plain data");
    let body = body.replace('\'', "'\\''");
    format!(
        "curl -X POST 'https://{hostname}/api/v1/operations' \\\n  \
         -H 'Authorization: Bearer <token>' \\\n  \
         -H 'Content-Type: application/json' \\\n  -d '{body}'"
    )
}
