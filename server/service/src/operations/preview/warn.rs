//! What else there is to know before an operation begins.

use muster_core::gate::Gate;
use muster_core::operation::{Plan, Target, Task, WaveSize};
use muster_core::policy::Action;
use muster_query::{Condition, Path};

use super::alone::MAX_LOOKED_AT;
use super::{Preview, Selection};
use crate::access::Access;
use crate::error::ServiceError;
use crate::hub::Hub;
use crate::operations::author::read;
use crate::operations::tasks;

/// Paths that are looked for. More than people write into one plan.
const MAX_PATHS: usize = 20;

impl Hub {
    pub(super) async fn warn(
        &self,
        preview: &mut Preview,
        access: &Access,
        plan: &Plan,
        selection: &Selection,
        shut_out: u32,
    ) -> Result<(), ServiceError> {
        let unknown = self.unknown_paths(access, plan).await?;
        preview.warnings.extend(unknown);
        if preview.targets == 0 {
            preview.warnings.push("no device is meant".to_owned());
            return Ok(());
        }
        if shut_out > 0 {
            preview
                .warnings
                .push(never_opens(shut_out, preview.targets, plan));
        }
        if tasks::waits_for_maintenance(&plan.task) {
            let held = selection.with(read("stage = 'maintenance'")?);
            let held = self.selected_count(&held).await?;
            if held > 0 {
                preview.warnings.push(format!(
                    "{held} devices are in maintenance and wait until they leave it"
                ));
            }
        }
        if plan.task == Task::RotateKeys {
            let others = selection.with(read("authenticationType != 'sas'")?);
            let others = self.selected_count(&others).await?;
            if others > 0 {
                preview.warnings.push(format!(
                    "{others} devices prove themselves with a certificate and are left out"
                ));
            }
        }
        Ok(())
    }

    /// Paths that conditions of the plan look at and no device has that whoever asks sees.
    async fn unknown_paths(
        &self,
        access: &Access,
        plan: &Plan,
    ) -> Result<Vec<String>, ServiceError> {
        let conditions = conditions(plan)?;
        let paths = conditions.iter().flat_map(Condition::paths);
        let mut known: Vec<String> = Vec::new();
        let mut unknown = Vec::new();
        let scope = access.scope(Action::SeeDevices);
        for path in paths {
            let free = matches!(path, Path::Tag(_) | Path::Desired(_) | Path::Reported(_));
            let name = path.to_string();
            if !free || known.contains(&name) || known.len() == MAX_PATHS {
                continue;
            }
            let is_there = read(&format!("is_defined({name})"))?;
            if self.matching_count(&is_there, &scope).await? == 0 {
                unknown.push(format!("no device has {name}; look at how it is written"));
            }
            known.push(name);
        }
        Ok(unknown)
    }
}

/// What is said when there were too many devices to look at each.
pub(super) fn not_all_looked_at() -> String {
    format!(
        "of the targets, the first {MAX_LOOKED_AT} in the order of ids were looked at; how many others are as asked \
         already, or cannot be made so, is not known"
    )
}

/// The windows of the gates never open in time for so many of the targets.
pub(in crate::operations) fn never_opens(devices: u32, targets: u32, plan: &Plan) -> String {
    let whom = match devices == targets {
        true => "for none of the devices".to_owned(),
        false => format!("for {devices} of {targets} devices no window opens"),
    };
    let opens = match devices == targets {
        true => " a window opens",
        false => "",
    };
    let until = match plan.how.expires_at {
        Some(at) => format!("before it expires at {at}"),
        None => "within 400 days".to_owned(),
    };
    format!("{whom}{opens} {until}")
}

fn conditions(plan: &Plan) -> Result<Vec<Condition>, ServiceError> {
    let mut texts = Vec::new();
    if let Target::Query { text } = &plan.target {
        texts.push(text);
    }
    for wave in &plan.how.waves {
        if let WaveSize::Query { text } = &wave.size {
            texts.push(text);
        }
    }
    for gate in &plan.how.gates {
        if let Gate::Condition { text, .. } = gate {
            texts.push(text);
        }
    }
    texts.into_iter().map(|text| read(text)).collect()
}
