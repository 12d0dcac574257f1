//! The registry of modules. They are few beside devices, so each write is an operation of its own.

use muster_core::device::{Authentication, IfMatch};
use muster_core::event::NewEvent;
use muster_core::ids::{DeviceId, Identity, ModuleId};
use muster_core::module::{Module, ModuleSummary};
use muster_core::time::Timestamp;
use muster_core::twin::Twin;
use serde_json::Value;

pub(crate) mod change;
mod rows;
pub(crate) mod session;
pub(crate) mod twin;

use crate::engine::{Argument, Sql};
use crate::error::StorageError;
use crate::records::WriteOutcome;
use crate::store::Store;
use rows::{Stored, twin_of};

const FIND: Sql = Sql::both(
    "reading a module",
    rows::select!("WHERE d.device_id = $1 AND m.module_id = $2"),
);

const LIST: Sql = Sql::both(
    "reading a device's modules",
    rows::select!("WHERE d.device_id = $1 ORDER BY m.module_id"),
);

const SCAN: Sql = Sql::both(
    "reading all modules",
    rows::select!(
        "WHERE (m.device_key, m.module_id) > ($1, $2) ORDER BY m.device_key, m.module_id LIMIT $3"
    ),
);

/// Modules that a scan reads at once.
const STRIDE: usize = 500;

pub(crate) const STATEMENTS: &[&Sql] = &[&FIND, &LIST, &SCAN];

/// The end of making a module.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ModuleInsert {
    /// It was made.
    Inserted,
    /// The device has one of that name.
    AlreadyExists,
    /// There is no such device.
    NoDevice,
    /// The device has [`muster_core::module::MAX_MODULES`].
    TooMany,
}

/// What to change about a module; `None` leaves a part as it is.
#[derive(Clone, Debug, Default)]
pub struct ModuleChange {
    /// How it proves who it is.
    pub authentication: Option<Authentication>,
    /// Who looks after it; the inner `None` clears it.
    pub managed_by: Option<Option<String>>,
}

/// A module's twin with the identity it belongs to.
#[derive(Clone, PartialEq, Debug)]
pub struct ModuleTwinRow {
    /// The identity.
    pub module: ModuleSummary,
    /// The document.
    pub twin: Twin,
}

/// Where a walk over all modules goes on; the default is before the first.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ModulePlace {
    device: i64,
    module: String,
}

/// A module's connection or its end, about to be stored.
#[derive(Clone, PartialEq, Debug)]
pub struct ModuleNote {
    /// Whose.
    pub device: DeviceId,
    /// Of which module.
    pub module: ModuleId,
    /// Connected, or no longer.
    pub connected: bool,
    /// The model it announced, if it did.
    pub model_id: Option<String>,
    /// The particulars for the event, an object: protocol, address, reason.
    pub detail: Value,
    /// When.
    pub at: Timestamp,
}

impl Store {
    /// Makes a module with an empty twin. `module.summary.etag` should be the first.
    pub async fn insert_module(
        &self,
        module: Module,
        event: NewEvent,
    ) -> Result<ModuleInsert, StorageError> {
        self.write("making a module", change::Insert { module, event })
            .await
    }

    /// A module with its credentials.
    pub async fn find_module(
        &self,
        device: &DeviceId,
        module: &ModuleId,
    ) -> Result<Option<Module>, StorageError> {
        let mut reader = self.reader().await?;
        let row = reader.connection().row(&FIND, key(device, module)).await?;
        match row {
            Some(row) => Stored::read(&row)?.open(self.sealer()).map(Some),
            None => Ok(None),
        }
    }

    /// The modules of a device with their credentials, in the order of names; none when there is no such device.
    pub async fn modules(&self, device: &DeviceId) -> Result<Vec<Module>, StorageError> {
        let mut reader = self.reader().await?;
        let rows = reader
            .connection()
            .rows(&LIST, [device.as_str().into()])
            .await?;
        rows.iter()
            .map(|row| Stored::read(row)?.open(self.sealer()))
            .collect()
    }

    /// Hands every module with its twin to `each`, those of a device together. Modules that are made meanwhile may be
    /// among them.
    pub async fn each_module(
        &self,
        mut each: impl FnMut(ModuleTwinRow) + Send,
    ) -> Result<(), StorageError> {
        let (mut device, mut module) = (0, String::new());
        loop {
            let mut reader = self.reader().await?;
            let from = [device.into(), module.into(), STRIDE.into()];
            let rows = reader.connection().rows(&SCAN, from).await?;
            module = String::new();
            for row in &rows {
                let stored = Stored::read(row)?;
                device = stored.device_key;
                module = stored.summary.id.as_str().to_owned();
                each(ModuleTwinRow {
                    module: stored.summary,
                    twin: twin_of(row)?,
                });
            }
            if rows.len() < STRIDE {
                return Ok(());
            }
        }
    }

    /// The next modules with their credentials and twins, those of a device together; none at the end. Moves the place.
    pub async fn next_modules(
        &self,
        place: &mut ModulePlace,
    ) -> Result<Vec<(Module, Twin)>, StorageError> {
        let from = [
            place.device.into(),
            place.module.as_str().into(),
            STRIDE.into(),
        ];
        let mut reader = self.reader().await?;
        let rows = reader.connection().rows(&SCAN, from).await?;
        drop(reader);
        let mut modules = Vec::with_capacity(rows.len());
        for row in &rows {
            let stored = Stored::read(row)?;
            place.device = stored.device_key;
            place.module = stored.summary.id.as_str().to_owned();
            modules.push((stored.open(self.sealer())?, twin_of(row)?));
        }
        Ok(modules)
    }

    /// Changes a module's identity, if its ETag is as demanded.
    pub async fn update_module(
        &self,
        device: DeviceId,
        module: ModuleId,
        if_match: Option<IfMatch>,
        change: ModuleChange,
        event: NewEvent,
    ) -> Result<WriteOutcome<Module>, StorageError> {
        let update = change::Update {
            device,
            module,
            if_match,
            change,
            event,
        };
        self.write("changing a module", update).await
    }

    /// Deletes a module with its twin and its session; its events stay.
    pub async fn delete_module(
        &self,
        device: DeviceId,
        module: ModuleId,
        if_match: Option<IfMatch>,
        event: NewEvent,
    ) -> Result<WriteOutcome<()>, StorageError> {
        let delete = change::Delete {
            device,
            module,
            if_match,
            event,
        };
        self.write("deleting a module", delete).await
    }

    /// Notes that a module connected or that its connection ended; `false` when there is no such module.
    pub async fn set_module_presence(&self, note: ModuleNote) -> Result<bool, StorageError> {
        self.write("storing a module's presence", change::Presence(note))
            .await
    }
}

/// The arguments that name a module.
fn key(device: &DeviceId, module: &ModuleId) -> [Argument; 2] {
    [device.as_str().into(), module.as_str().into()]
}

fn identity(device: &DeviceId, module: &ModuleId) -> Identity {
    Identity {
        device: device.clone(),
        module: Some(module.clone()),
    }
}
