//! The registry as a file: one JSON object per line, in the order of ids.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use muster_core::device::Authentication;
use muster_core::ids::{DeviceId, ModuleId};
use muster_core::transfer::{Progress, TransferId};
use muster_core::twin::Twin;
use muster_query::{Condition, Scope};
use muster_storage::ModuleTwinRow;
use serde_json::{Value, json};

use super::{Halt, note, on_files};
use crate::bulk;
use crate::hub::Hub;

/// Devices that are read at once.
const BATCH: usize = 1_000;

pub(super) struct Export<'a> {
    pub(super) hub: &'a Hub,
    pub(super) id: &'a TransferId,
    pub(super) file: PathBuf,
    /// The devices whoever asked may take along.
    pub(super) scope: Scope,
    pub(super) without_keys: bool,
}

impl Export<'_> {
    /// Writes beside the file and puts it in place when it is whole: after a cut it begins again.
    pub(super) async fn run(self, progress: &mut Progress) -> Result<(), Halt> {
        let part = part_of(&self.file);
        let beside = part.clone();
        let file = on_files(move || fresh(&beside)).await?;
        let file = match self.filled(file, progress).await {
            Ok(file) => file,
            Err(halt) => {
                // Begun anew after a stop, and not wanted after a call-off.
                let _ = fs::remove_file(&part);
                return Err(halt);
            }
        };
        progress.done = progress.total;
        on_files(move || {
            file.into_inner()?.sync_all()?;
            fs::rename(&part, &self.file)
        })
        .await
    }

    /// The devices, then their modules, which need them.
    async fn filled(&self, file: Growing, progress: &mut Progress) -> Result<Growing, Halt> {
        let (hub, all) = (self.hub, Condition::all());
        let total = hub.index().count(&all, "", &self.scope, hub.now());
        *progress = Progress {
            total: total as u64,
            ..Progress::default()
        };
        let mut file = file;
        let mut last: Option<String> = None;
        loop {
            let index = hub.index();
            let ids = index.next_ids(last.as_deref(), &all, &self.scope, hub.now(), BATCH);
            let Some(newest) = ids.last() else { break };
            last = Some(newest.to_string());
            let lines = self.devices(ids).await?;
            progress.devices += lines.len() as u64;
            progress.done = progress.devices.min(progress.total);
            file = grown(file, lines).await?;
            note(hub, self.id, *progress).await?;
        }
        let mut modules = Vec::new();
        let offer = |row: ModuleTwinRow| {
            if index_has(hub, &row.module.device, &self.scope) {
                modules.push((row.module.device, row.module.id));
            }
        };
        hub.store().each_module(offer).await?;
        for names in modules.chunks(BATCH) {
            let lines = self.modules(names).await?;
            file = grown(file, lines).await?;
            note(hub, self.id, *progress).await?;
        }
        Ok(file)
    }

    /// A device that is deleted meanwhile is left out.
    async fn devices(&self, ids: Vec<DeviceId>) -> Result<Vec<Value>, Halt> {
        let store = self.hub.store();
        let twins = store.find_twins(&ids).await?.into_iter();
        let mut twins: HashMap<DeviceId, Twin> =
            twins.map(|row| (row.device.id, row.twin)).collect();
        let devices = store.find_devices(ids).await?;
        let lines = devices.iter().filter_map(|device| {
            let twin = twins.remove(&device.id)?;
            let mut line = self.line(&device.authentication, &twin);
            line["id"] = device.id.as_str().into();
            line["eTag"] = device.etag.to_string().into();
            line["status"] = device.status.as_str().into();
            line["statusReason"] = device.status_reason.clone().into();
            Some(line)
        });
        Ok(lines.collect())
    }

    async fn modules(&self, names: &[(DeviceId, ModuleId)]) -> Result<Vec<Value>, Halt> {
        let store = self.hub.store();
        let mut lines = Vec::with_capacity(names.len());
        for (device, id) in names {
            let found = store.find_module(device, id).await?;
            let twin = store.find_module_twin(device, id).await?;
            let (Some(module), Some(row)) = (found, twin) else {
                continue;
            };
            let mut line = self.line(&module.authentication, &row.twin);
            line["id"] = device.as_str().into();
            line["moduleId"] = id.as_str().into();
            line["eTag"] = module.summary.etag.to_string().into();
            line["managedBy"] = module.summary.managed_by.into();
            lines.push(line);
        }
        Ok(lines)
    }

    /// What items of spec §5.4 have in common.
    fn line(&self, proof: &Authentication, twin: &Twin) -> Value {
        let mut authentication = bulk::shown(proof);
        if self.without_keys && matches!(proof, Authentication::Sas(_)) {
            authentication["symmetricKey"] = json!({ "primaryKey": null, "secondaryKey": null });
        }
        json!({
            "authentication": authentication,
            "twinETag": twin.etag.to_string(),
            "tags": twin.tags,
            "properties": { "desired": twin.desired.value, "reported": twin.reported.value },
        })
    }
}

/// The file on its way.
type Growing = BufWriter<File>;

async fn grown(mut file: Growing, lines: Vec<Value>) -> Result<Growing, Halt> {
    on_files(move || {
        for line in lines {
            writeln!(file, "{line}")?;
        }
        Ok(file)
    })
    .await
}

fn index_has(hub: &Hub, device: &DeviceId, scope: &Scope) -> bool {
    hub.index().in_scope(device, scope, hub.now())
}

/// Where the file grows. Names of files begin with no point, so it is nobody else's.
fn part_of(file: &Path) -> PathBuf {
    let name = file.file_name().unwrap_or_default();
    let mut part = std::ffi::OsString::from(".");
    part.push(name);
    part.push(".part");
    file.with_file_name(part)
}

/// A new file, for the owner's eyes alone.
fn fresh(path: &Path) -> io::Result<Growing> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    let file = options
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    Ok(BufWriter::new(file))
}
