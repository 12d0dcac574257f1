//! The registry as a file: one JSON object per line, in the order of ids.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use muster_core::device::{Authentication, Device};
use muster_core::ids::DeviceId;
use muster_core::module::Module;
use muster_core::transfer::{Progress, TransferId};
use muster_core::twin::{Object, Twin};
use muster_query::{Condition, Scope};
use muster_storage::ModulePlace;
use serde::Serialize;
use serde_json::{Value, json};

use super::{Halt, note, on_files};
use crate::access::Access;
use crate::access::kinds::SeeDevices;
use crate::bulk;
use crate::configurations::item;
use crate::hub::Hub;

/// Devices that are read at once: two such parts are in memory, one being read, one being written.
const BATCH: usize = 1_000;

/// How often it is noted how far it has come: each note is a transaction, and a call-off is heard then.
const NOTED: Duration = Duration::from_millis(250);

pub(super) struct Export<'a> {
    pub(super) hub: &'a Hub,
    pub(super) id: &'a TransferId,
    pub(super) file: PathBuf,
    /// Where configurations go, when they are asked for.
    pub(super) configurations: Option<PathBuf>,
    /// Who asked.
    pub(super) access: &'a Access,
    /// The devices whoever asked may take along.
    pub(super) scope: Scope,
    pub(super) without_keys: bool,
}

impl Export<'_> {
    /// Writes beside each file and puts it in place when all is whole: after a cut it begins again.
    pub(super) async fn run(self, progress: &mut Progress) -> Result<(), Halt> {
        let done = self.written(progress).await;
        if done.is_err() {
            // Begun anew after a stop, and not wanted after a call-off.
            let _ = fs::remove_file(part_of(&self.file));
            let second = self.configurations.as_deref().map(part_of);
            let _ = second.map(fs::remove_file);
        }
        done
    }

    async fn written(&self, progress: &mut Progress) -> Result<(), Halt> {
        let total = self.count();
        *progress = Progress {
            total,
            ..Progress::default()
        };
        let devices = self.identities(progress).await?;
        if let Some(path) = &self.configurations {
            let file = self.all_configurations(path).await?;
            put_in_place(file, path.clone()).await?;
        }
        progress.done = progress.total;
        put_in_place(devices, self.file.clone()).await
    }

    fn count(&self) -> u64 {
        let (index, now) = (self.hub.index(), self.hub.now());
        index.count(&Condition::all(), "", &self.scope, now) as u64
    }

    /// The devices, then their modules, which need them. While one part is written, the next is read.
    async fn identities(&self, progress: &mut Progress) -> Result<Growing, Halt> {
        let part = part_of(&self.file);
        let mut file = on_files(move || fresh(&part)).await?;
        let (mut noted, mut last, keyless) = (Instant::now(), None, self.without_keys);
        let mut read = self.next_devices(&mut last).await?;
        while let Some(devices) = read {
            progress.devices += devices.len() as u64;
            progress.done = progress.devices.min(progress.total);
            let line = move |(device, twin): &(Device, Twin)| device_line(device, twin, keyless);
            let lines = grown(file, devices, line);
            let (written, next) = tokio::join!(lines, self.next_devices(&mut last));
            (file, read) = (written?, next?);
            self.note(*progress, &mut noted).await?;
        }
        let mut place = ModulePlace::default();
        loop {
            let mut modules = self.hub.store().next_modules(&mut place).await?;
            if modules.is_empty() {
                return Ok(file);
            }
            modules.retain(|(module, _)| self.is_meant(&module.summary.device));
            let line = move |(module, twin): &(Module, Twin)| module_line(module, twin, keyless);
            file = grown(file, modules, line).await?;
            self.note(*progress, &mut noted).await?;
        }
    }

    /// The next devices; `None` at the end. One that is deleted meanwhile is left out.
    async fn next_devices(
        &self,
        last: &mut Option<DeviceId>,
    ) -> Result<Option<Vec<(Device, Twin)>>, Halt> {
        let after = last.as_ref().map(DeviceId::as_str);
        let (index, now) = (self.hub.index(), self.hub.now());
        let ids = index.next_ids(after, &Condition::all(), &self.scope, now, BATCH);
        let Some(newest) = ids.last() else {
            return Ok(None);
        };
        *last = Some(newest.clone());
        Ok(Some(self.hub.store().find_whole(&ids).await?))
    }

    fn is_meant(&self, device: &DeviceId) -> bool {
        let (index, now) = (self.hub.index(), self.hub.now());
        index.in_scope(device, &self.scope, now)
    }

    async fn note(&self, progress: Progress, noted: &mut Instant) -> Result<(), Halt> {
        if noted.elapsed() < NOTED && !self.hub.stopping().is_cancelled() {
            return Ok(());
        }
        *noted = Instant::now();
        note(self.hub, self.id, progress, Vec::new()).await
    }

    /// All configurations in the order in which they were made: of two with the same priority the later one wins, here and
    /// where they are read back.
    async fn all_configurations(&self, path: &Path) -> Result<Growing, Halt> {
        let permit = self.hub.permit::<SeeDevices>(self.access)?;
        let mut all = self.hub.configurations(&permit);
        all.sort_by_key(|configuration| configuration.number);
        let part = part_of(path);
        on_files(move || {
            let mut file = fresh(&part)?;
            for configuration in &all {
                writeln!(file, "{}", item::written(configuration))?;
            }
            Ok(file)
        })
        .await
    }
}

/// A device as an item of spec §5.4.
fn device_line(device: &Device, twin: &Twin, without_keys: bool) -> io::Result<Vec<u8>> {
    let (id, proof) = (device.id.as_str(), &device.authentication);
    let line = Line {
        etag: device.etag.to_string(),
        status: Some(device.status.as_str()),
        status_reason: device.status_reason.as_deref(),
        ..Line::of(id, proof, twin, without_keys)
    };
    line.bytes()
}

/// A module as such an item.
fn module_line(module: &Module, twin: &Twin, without_keys: bool) -> io::Result<Vec<u8>> {
    let about = &module.summary;
    let (id, proof) = (about.device.as_str(), &module.authentication);
    let line = Line {
        module_id: Some(about.id.as_str()),
        etag: about.etag.to_string(),
        managed_by: about.managed_by.as_deref(),
        ..Line::of(id, proof, twin, without_keys)
    };
    line.bytes()
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    module_id: Option<&'a str>,
    #[serde(rename = "eTag")]
    etag: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    managed_by: Option<&'a str>,
    authentication: Value,
    #[serde(rename = "twinETag")]
    twin_etag: String,
    tags: &'a Object,
    properties: Properties<'a>,
}

#[derive(Serialize)]
struct Properties<'a> {
    desired: &'a Object,
    reported: &'a Object,
}

impl<'a> Line<'a> {
    fn of(id: &'a str, proof: &Authentication, twin: &'a Twin, without_keys: bool) -> Self {
        let mut authentication = bulk::shown(proof);
        if without_keys && matches!(proof, Authentication::Sas(_)) {
            authentication["symmetricKey"] = json!({ "primaryKey": null, "secondaryKey": null });
        }
        Self {
            id,
            module_id: None,
            etag: String::new(),
            status: None,
            status_reason: None,
            managed_by: None,
            authentication,
            twin_etag: twin.etag.to_string(),
            tags: &twin.tags,
            properties: Properties {
                desired: &twin.desired.value,
                reported: &twin.reported.value,
            },
        }
    }

    fn bytes(&self) -> io::Result<Vec<u8>> {
        let mut bytes = serde_json::to_vec(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }
}

/// The file on its way.
type Growing = BufWriter<File>;

/// Writes a line for each item, made where files are written: that work is most of it.
async fn grown<T: Send + 'static>(
    mut file: Growing,
    items: Vec<T>,
    line: impl Fn(&T) -> io::Result<Vec<u8>> + Send + 'static,
) -> Result<Growing, Halt> {
    on_files(move || {
        for item in &items {
            file.write_all(&line(item)?)?;
        }
        Ok(file)
    })
    .await
}

/// Gives a whole file its name.
async fn put_in_place(file: Growing, path: PathBuf) -> Result<(), Halt> {
    on_files(move || {
        file.into_inner()?.sync_all()?;
        fs::rename(part_of(&path), &path)
    })
    .await
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
