//! Where open connections are found: those of devices, and those of their modules.

use std::collections::HashMap;

use muster_core::ids::{DeviceId, Identity, ModuleId};

use super::Open;

/// The open connections. A device's modules are found by the device, so that they end with it.
#[derive(Debug, Default)]
pub(super) struct Table {
    devices: HashMap<DeviceId, Open>,
    modules: HashMap<DeviceId, HashMap<ModuleId, Open>>,
}

impl Table {
    pub(super) fn get(&self, who: &Identity) -> Option<&Open> {
        match &who.module {
            None => self.devices.get(&who.device),
            Some(module) => self.modules.get(&who.device)?.get(module),
        }
    }

    pub(super) fn get_mut(&mut self, who: &Identity) -> Option<&mut Open> {
        match &who.module {
            None => self.devices.get_mut(&who.device),
            Some(module) => self.modules.get_mut(&who.device)?.get_mut(module),
        }
    }

    /// Puts a connection in; gives the one it displaces.
    pub(super) fn insert(&mut self, who: &Identity, open: Open) -> Option<Open> {
        let device = who.device.clone();
        match &who.module {
            None => self.devices.insert(device, open),
            Some(module) => {
                let modules = self.modules.entry(device).or_default();
                modules.insert(module.clone(), open)
            }
        }
    }

    pub(super) fn remove(&mut self, who: &Identity) -> Option<Open> {
        let Some(module) = &who.module else {
            return self.devices.remove(&who.device);
        };
        let modules = self.modules.get_mut(&who.device)?;
        let removed = modules.remove(module);
        if modules.is_empty() {
            self.modules.remove(&who.device);
        }
        removed
    }

    /// Takes out the device and all of its modules.
    pub(super) fn remove_all(&mut self, device: &DeviceId) -> impl Iterator<Item = Open> {
        let modules = self.modules.remove(device).unwrap_or_default();
        self.devices
            .remove(device)
            .into_iter()
            .chain(modules.into_values())
    }

    pub(super) fn has_device(&self, device: &DeviceId) -> bool {
        self.devices.contains_key(device)
    }

    pub(super) fn device(&self, device: &DeviceId) -> Option<&Open> {
        self.devices.get(device)
    }

    /// How many devices are connected.
    pub(super) fn devices(&self) -> usize {
        self.devices.len()
    }
}
