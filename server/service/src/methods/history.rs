//! What was called before: on a device, and on others of its model.

use muster_core::event::Event;
use muster_core::ids::DeviceId;
use muster_core::policy::Action;

use crate::access::kinds::SeeDevices;
use crate::access::{Access, DevicePermit};
use crate::error::ServiceError;
use crate::hub::Hub;

/// Calls of one device that are shown.
pub const MAX_HISTORY: usize = 20;

/// Names of methods that are offered.
pub const MAX_NAMES: usize = 50;

/// How many of the latest calls of the hub are looked at for names.
const LOOK_BACK: usize = 200;

/// Earlier calls of a device.
#[derive(Clone, PartialEq, Debug)]
pub struct MethodHistory {
    /// Its latest calls, newest first; at most [`MAX_HISTORY`].
    pub calls: Vec<Event>,
    /// Methods that were called lately, on this device first, then on visible devices of the same model; each once, at
    /// most [`MAX_NAMES`].
    pub names: Vec<String>,
}

impl Hub {
    /// What was called before.
    pub async fn method_history(
        &self,
        permit: &DevicePermit<SeeDevices>,
    ) -> Result<MethodHistory, ServiceError> {
        let device = permit.device();
        let calls = self.store().method_calls(Some(device), MAX_HISTORY).await?;
        let (scope, now) = (permit.access().scope(Action::SeeDevices), self.now());
        let model_of = |id: &DeviceId| {
            self.index()
                .get(id, &scope, now)
                .map(|row| row.entry.model_id)
        };
        let model = model_of(device).filter(|model| !model.is_empty());
        let mut names = Vec::new();
        let mut add = |event: &Event| {
            let name = event.detail["method"].as_str().unwrap_or_default();
            if !name.is_empty() && names.len() < MAX_NAMES && !names.iter().any(|n| n == name) {
                names.push(name.to_owned());
            }
        };
        calls.iter().for_each(&mut add);
        if model.is_some() {
            let others = self.store().method_calls(None, LOOK_BACK).await?;
            let of_model = |event: &&Event| {
                let id = event.device.as_ref();
                id.is_some_and(|id| model_of(id) == model)
            };
            others.iter().filter(of_model).for_each(add);
        }
        Ok(MethodHistory { calls, names })
    }

    /// Names of methods called lately on devices that the person sees, the newest first, at most [`MAX_NAMES`].
    pub async fn method_names(&self, access: &Access) -> Result<Vec<String>, ServiceError> {
        let (scope, now) = (access.scope(Action::SeeDevices), self.now());
        let mut names: Vec<String> = Vec::new();
        for event in self.store().method_calls(None, LOOK_BACK).await? {
            let seen = event
                .device
                .as_ref()
                .is_some_and(|id| self.index().in_scope(id, &scope, now));
            let name = event.detail["method"].as_str().unwrap_or_default();
            if seen && !name.is_empty() && !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
            if names.len() == MAX_NAMES {
                break;
            }
        }
        Ok(names)
    }
}
