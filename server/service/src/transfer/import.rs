//! A file of items, done line by line. Lines that fail are listed in a file of their own and harm no other.

use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use futures::future::join_all;
use muster_core::ids::{DeviceId, ModuleId};
use muster_core::time::Timestamp;
use muster_core::transfer::{FailedLine, Progress, Transfer};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{Halt, note, on_files};
use crate::access::Access;
use crate::bulk::{BulkError, BulkItem};
use crate::configurations::item::ConfigurationItem;
use crate::error::ServiceError;
use crate::hub::Hub;

/// The list of errors.
pub(super) const ERRORS: &str = "importErrors.log";

/// Lines that are done at the same time, so that the writer takes them in one batch.
const BATCH: usize = 256;

/// Longest line, in bytes: the largest twins fit many times.
const MAX_LINE: u64 = 256 * 1024;

/// Longest id that is shown of a failed line, in characters: the longest that can be one.
const MAX_SHOWN: usize = 128;

/// Longest reason of a failed line, in characters.
const MAX_WHY: usize = 500;

/// How often a line is tried while the hub is too busy.
const ATTEMPTS: u32 = 30;

/// How long it waits in between.
const PAUSE: Duration = Duration::from_secs(1);

pub(super) struct Import<'a> {
    pub(super) hub: &'a Hub,
    pub(super) transfer: &'a Transfer,
    pub(super) access: &'a Access,
    pub(super) file: PathBuf,
    /// Where configurations are, when they are asked for.
    pub(super) configurations: Option<PathBuf>,
    pub(super) errors: PathBuf,
}

/// A line of a file.
enum Line<T = BulkItem> {
    /// An item, to be done.
    Item(Box<T>),
    /// Nothing stands in it.
    Blank,
    /// It cannot be read.
    Bad(String),
}

impl Import<'_> {
    /// Begins where it left off. The lines in flight when it was cut off are done again; `resumed` says that there may
    /// be such.
    pub(super) async fn run(self, progress: &mut Progress, mut resumed: bool) -> Result<(), Halt> {
        let second = self.configurations.clone();
        let more = match second {
            Some(path) => on_files(move || Ok(path.metadata()?.len())).await?,
            None => 0,
        };
        let (mut file, mut errors, size) = self.open(progress, more).await?;
        progress.total = size + more;
        while progress.done < size {
            let (reader, lines, bytes) = on_files(move || {
                let (lines, bytes) = read(&mut file)?;
                Ok((file, lines, bytes))
            })
            .await?;
            file = reader;
            if bytes == 0 {
                break;
            }
            let mut failed = Vec::new();
            let mut number = progress.lines;
            for part in apart(&lines) {
                let results = join_all(part.iter().map(|line| self.apply(line, resumed))).await;
                for (line, result) in part.iter().zip(results) {
                    number += 1;
                    match (result, line) {
                        (Ok(()), Line::Item(_)) => progress.devices += 1,
                        (Ok(()), _) => {}
                        (Err(error), line) => {
                            failed.push(failure(&self.file, number, id_of(line), &error));
                        }
                    }
                }
            }
            resumed = false;
            progress.done += bytes;
            progress.lines = number;
            errors = self.noted(errors, progress, failed).await?;
        }
        if let Some(path) = &self.configurations
            && progress.done < progress.total
        {
            let failed = self.all_configurations(path, progress).await?;
            progress.done = progress.total;
            self.noted(errors, progress, failed).await?;
        }
        Ok(())
    }

    /// The file of devices, at the place where it goes on, its size, and the list of errors behind those that are noted.
    async fn open(
        &self,
        progress: &Progress,
        more: u64,
    ) -> Result<(BufReader<File>, File, u64), Halt> {
        let (path, log) = (self.file.clone(), self.errors.clone());
        let (begin, known) = (progress.done, progress.errors);
        on_files(move || {
            let mut file = File::open(&path)?;
            let size = file.metadata()?.len();
            if size + more < begin {
                return Err(io::Error::other("the file is shorter than it was"));
            }
            file.seek(SeekFrom::Start(begin.min(size)))?;
            let mut options = OpenOptions::new();
            let options = options.write(true).create(true).truncate(false).mode(0o600);
            let mut errors = options.open(&log)?;
            // What was listed behind the last note is listed again.
            errors.set_len(known)?;
            errors.seek(SeekFrom::End(0))?;
            Ok((BufReader::new(file), errors, size))
        })
        .await
    }

    /// Lists what failed, then notes how far it has come.
    async fn noted(
        &self,
        mut errors: File,
        progress: &mut Progress,
        failed: Vec<FailedLine>,
    ) -> Result<File, Halt> {
        let listed: String = failed
            .iter()
            .map(|line| format!("{}\n", listing(line)))
            .collect();
        progress.failed += failed.len() as u64;
        progress.errors += listed.len() as u64;
        let errors = on_files(move || {
            errors.write_all(listed.as_bytes())?;
            errors.sync_data()?;
            Ok(errors)
        })
        .await?;
        note(self.hub, &self.transfer.id, *progress, failed).await?;
        Ok(errors)
    }

    /// Configurations, one after the other. They are few, so that after a cut all are done again: to no harm.
    async fn all_configurations(
        &self,
        path: &Path,
        progress: &mut Progress,
    ) -> Result<Vec<FailedLine>, Halt> {
        let place = path.to_owned();
        let mut file = on_files(move || Ok(BufReader::new(File::open(&place)?))).await?;
        let (mut failed, mut number) = (Vec::new(), 0);
        loop {
            let (reader, lines, bytes) = on_files(move || {
                let (lines, bytes) = read::<ConfigurationItem>(&mut file)?;
                Ok((file, lines, bytes))
            })
            .await?;
            file = reader;
            if bytes == 0 {
                return Ok(failed);
            }
            for line in lines {
                number += 1;
                if self.hub.stopping().is_cancelled() {
                    return Err(Halt::Stopping);
                }
                match line {
                    Line::Blank => {}
                    Line::Bad(why) => {
                        let error = BulkError::Configuration(ServiceError::Invalid(why));
                        failed.push(failure(path, number, None, &error));
                    }
                    Line::Item(item) => {
                        let id = item.id().map(str::to_owned);
                        match item.apply(self.hub, self.access).await {
                            Ok(()) => progress.devices += 1,
                            Err(error) => {
                                let error = BulkError::Configuration(error);
                                failed.push(failure(path, number, id.as_deref(), &error));
                            }
                        }
                    }
                }
            }
        }
    }

    async fn apply(&self, line: &Line, again: bool) -> Result<(), BulkError> {
        let item = match line {
            Line::Item(item) => item,
            Line::Blank => return Ok(()),
            Line::Bad(why) => return Err(ServiceError::Invalid(why.clone()).into()),
        };
        let mut attempts = 0;
        loop {
            attempts += 1;
            match item.apply(self.hub, self.access).await {
                Err(BulkError::Service(error) | BulkError::Module(error))
                    if error.is_transient() && attempts < ATTEMPTS =>
                {
                    tokio::select! {
                        () = self.hub.stopping().cancelled() => return Err(error.into()),
                        () = tokio::time::sleep(PAUSE) => {}
                    }
                }
                Err(error) if again && self.was_done(item, &error).await => return Ok(()),
                done => return done,
            }
        }
    }

    /// Whether a line that fails the second time succeeded the first time.
    async fn was_done(&self, item: &BulkItem, error: &BulkError) -> bool {
        let (BulkError::Service(error) | BulkError::Module(error)) = error else {
            return false;
        };
        match error {
            // What this import made is as young as it.
            ServiceError::AlreadyExists => {
                let made_at = self.made_at(item).await;
                made_at.is_some_and(|at| at >= self.transfer.created_at)
            }
            ServiceError::NotFound => item.deletes(),
            _ => false,
        }
    }

    /// When what the item names was made.
    async fn made_at(&self, item: &BulkItem) -> Option<Timestamp> {
        let store = self.hub.store();
        let (device, module) = item.name();
        let device = DeviceId::new(device).ok()?;
        let Some(module) = module else {
            let found = store.find_device(&device).await.ok()?;
            return found.map(|device| device.created_at);
        };
        let module = ModuleId::new(module).ok()?;
        let found = store.find_module(&device, &module).await.ok()?;
        found.map(|module| module.summary.created_at)
    }
}

/// The next lines, and the bytes they take.
fn read<T: DeserializeOwned>(file: &mut BufReader<File>) -> io::Result<(Vec<Line<T>>, u64)> {
    let (mut lines, mut bytes) = (Vec::new(), 0);
    while lines.len() < BATCH {
        let mut text = Vec::new();
        let mut taken = file
            .by_ref()
            .take(MAX_LINE + 1)
            .read_until(b'\n', &mut text)? as u64;
        if taken == 0 {
            break;
        }
        if taken > MAX_LINE && !text.ends_with(b"\n") {
            taken += skip_line(file)?;
            let why = format!("a line has at most {MAX_LINE} bytes");
            lines.push(Line::Bad(why));
        } else {
            lines.push(parsed(&text));
        }
        bytes += taken;
    }
    Ok((lines, bytes))
}

/// Leaves the rest of a line behind.
fn skip_line(file: &mut BufReader<File>) -> io::Result<u64> {
    let mut skipped = 0;
    loop {
        let rest = file.fill_buf()?;
        if rest.is_empty() {
            return Ok(skipped);
        }
        let end = rest.iter().position(|byte| *byte == b'\n');
        let taken = end.map_or(rest.len(), |at| at + 1);
        file.consume(taken);
        skipped += taken as u64;
        if end.is_some() {
            return Ok(skipped);
        }
    }
}

fn parsed<T: DeserializeOwned>(text: &[u8]) -> Line<T> {
    if text.trim_ascii().is_empty() {
        return Line::Blank;
    }
    match serde_json::from_slice(text) {
        Ok(item) => Line::Item(item),
        Err(error) => Line::Bad(format!("the line cannot be read: {error}")),
    }
}

/// Parts in which no device comes twice: lines about one device are done in their order.
fn apart(lines: &[Line]) -> Vec<&[Line]> {
    let (mut parts, mut begin, mut names) = (Vec::new(), 0, HashSet::new());
    for (at, line) in lines.iter().enumerate() {
        let Line::Item(item) = line else { continue };
        if !names.insert(item.id()) {
            parts.push(&lines[begin..at]);
            begin = at;
            names = HashSet::from([item.id()]);
        }
    }
    parts.push(&lines[begin..]);
    parts
}

fn id_of(line: &Line) -> Option<&str> {
    match line {
        Line::Item(item) => Some(item.id()),
        Line::Blank | Line::Bad(_) => None,
    }
}

fn failure(path: &Path, line: u64, id: Option<&str>, error: &BulkError) -> FailedLine {
    let file = path.file_name().unwrap_or_default();
    FailedLine {
        file: file.to_string_lossy().into_owned(),
        line,
        id: id.map(|id| id.chars().take(MAX_SHOWN).collect()),
        code: error.code().to_owned(),
        why: error.to_string().chars().take(MAX_WHY).collect(),
    }
}

/// A failed line as tools of IoT Hub read it.
fn listing(line: &FailedLine) -> Value {
    json!({
        "id": line.id,
        "errorCode": line.code,
        "errorStatus": format!("ErrorCode:{};{}", line.code, line.why),
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed step fails the test")]
    use super::*;

    fn lines(text: &str) -> (Vec<Line>, u64) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("devices.txt");
        std::fs::write(&path, text).unwrap();
        read(&mut BufReader::new(File::open(&path).unwrap())).unwrap()
    }

    #[test]
    fn lines_are_read_one_by_one() {
        let check = |text: &str, want: &str| {
            let (found, bytes) = lines(text);
            let kinds: String = found
                .iter()
                .map(|line| match line {
                    Line::Item(_) => 'i',
                    Line::Blank => '-',
                    Line::Bad(_) => 'x',
                })
                .collect();
            assert_eq!((kinds.as_str(), bytes), (want, text.len() as u64), "{text}");
        };
        check("", "");
        check("{\"id\":\"a\"}\n\n{\"id\":\"b\"}", "i-i");
        check("{\"id\":\"a\"}\r\n{\"id\":2}\nno\n", "ixx");
        let long = format!("{}\n{{\"id\":\"a\"}}\n", "x".repeat(300_000));
        check(&long, "xi");
        assert_eq!(lines(&"\n".repeat(300)).0.len(), BATCH);
    }

    #[test]
    fn lines_about_one_device_keep_their_order() {
        let (found, _) =
            lines("{\"id\":\"a\"}\n{\"id\":\"b\"}\n\n{\"id\":\"a\"}\n{\"id\":\"a\"}\n");
        let sizes: Vec<usize> = apart(&found).iter().map(|part| part.len()).collect();
        assert_eq!(sizes, [3, 1, 1]);
    }
}
