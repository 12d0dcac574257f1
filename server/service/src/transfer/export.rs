//! The registry as a file: one JSON object per line, in the order of ids.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use muster_core::device::{Authentication, Device};
use muster_core::ids::DeviceId;
use muster_core::transfer::{Progress, TransferId};
use muster_core::twin::Twin;
use muster_query::{Condition, Scope};
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
        let hub = self.hub;
        let all = Condition::all();
        let total = hub.index().count(&all, "", &self.scope, hub.now());
        *progress = Progress {
            total: total as u64,
            ..Progress::default()
        };
        let part = part_of(&self.file);
        let beside = part.clone();
        let mut file = on_files(move || fresh(&beside)).await?;
        let mut last: Option<String> = None;
        loop {
            let index = hub.index();
            let ids = index.next_ids(last.as_deref(), &all, &self.scope, hub.now(), BATCH);
            let Some(newest) = ids.last() else { break };
            last = Some(newest.to_string());
            let lines = self.lines(ids).await?;
            progress.devices += lines.len() as u64;
            progress.done = progress.devices.min(progress.total);
            file = on_files(move || {
                for line in lines {
                    writeln!(file, "{line}")?;
                }
                Ok(file)
            })
            .await?;
            if let Err(halt) = note(hub, self.id, *progress).await {
                // Begun anew after a stop, and not wanted after a call-off.
                let _ = fs::remove_file(&part);
                return Err(halt);
            }
        }
        progress.done = progress.total;
        let target = self.file;
        on_files(move || {
            file.into_inner()?.sync_all()?;
            fs::rename(&part, &target)
        })
        .await
    }

    /// A device that is deleted meanwhile is left out.
    async fn lines(&self, ids: Vec<DeviceId>) -> Result<Vec<Value>, Halt> {
        let store = self.hub.store();
        let twins = store.find_twins(&ids).await?.into_iter();
        let mut twins: HashMap<DeviceId, Twin> =
            twins.map(|row| (row.device.id, row.twin)).collect();
        let devices = store.find_devices(ids).await?;
        let lines = devices.iter().filter_map(|device| {
            let twin = twins.remove(&device.id)?;
            Some(line(device, &twin, self.without_keys))
        });
        Ok(lines.collect())
    }
}

/// The item of spec §5.4 that makes such a device again.
fn line(device: &Device, twin: &Twin, without_keys: bool) -> Value {
    let mut authentication = bulk::shown(&device.authentication);
    if without_keys && matches!(device.authentication, Authentication::Sas(_)) {
        authentication["symmetricKey"] = json!({ "primaryKey": null, "secondaryKey": null });
    }
    json!({
        "id": device.id,
        "eTag": device.etag.to_string(),
        "status": device.status,
        "statusReason": device.status_reason,
        "authentication": authentication,
        "twinETag": twin.etag.to_string(),
        "tags": twin.tags,
        "properties": { "desired": twin.desired.value, "reported": twin.reported.value },
        "capabilities": { "iotEdge": false },
    })
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
fn fresh(path: &Path) -> io::Result<BufWriter<File>> {
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
