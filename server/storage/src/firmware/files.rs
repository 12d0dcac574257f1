//! The bytes of artifacts: files in a directory of their own, named by their hash. A file is there whole or not at all.

use std::collections::HashSet;
use std::fs::{self, DirBuilder};
use std::io::{self, ErrorKind};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use muster_core::firmware::ArtifactId;
use muster_core::firmware::artifact::MAX_SIZE;
use sha2::{Digest as _, Sha256};
use tokio::fs::{File, OpenOptions};
use tokio::io::{AsyncWriteExt as _, BufWriter};

/// Most bytes of all artifacts together: 64 GiB, so that uploads do not fill the disk of the database.
pub const MAX_ARTIFACTS_BYTES: u64 = 64 << 30;

/// Bytes gathered before they are written.
const BUFFER: usize = 256 * 1024;

/// What the names of files end with that are still arriving.
const ARRIVING: &str = "part";

/// Why a file could not be kept or read.
#[derive(Clone, Debug, thiserror::Error)]
pub enum FileError {
    /// It is larger than artifacts may be.
    #[error("a firmware file has at most {MAX_SIZE} bytes (2 GiB)")]
    TooLarge,
    /// It has no bytes.
    #[error("the firmware file is empty")]
    Empty,
    /// There is no room for it.
    #[error("the disk of the hub is full; nothing was kept, free space and send the file again")]
    DiskFull,
    /// There are too many bytes already.
    #[error(
        "the firmware files of this hub would have more than 64 GiB together; delete some that nobody needs"
    )]
    StoreFull,
    /// It did not come to its end.
    #[error("only {got} of {expected} bytes arrived; nothing was kept, send the file again")]
    Truncated {
        /// Bytes that arrived.
        got: u64,
        /// Bytes that were announced.
        expected: u64,
    },
    /// It is another file than was announced.
    #[error(
        "the file's SHA-256 is {got}, not {expected}; nothing was kept, look whether it is the right file"
    )]
    OtherHash {
        /// The hash of what arrived.
        got: ArtifactId,
        /// The hash that was announced.
        expected: ArtifactId,
    },
    /// The system refused.
    #[error("{operation} {}: {source}", path.display())]
    File {
        /// What was being done.
        operation: &'static str,
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: Arc<io::Error>,
    },
}

/// The directory of artifacts. Cheap to clone.
#[derive(Clone, Debug)]
pub struct ArtifactFiles {
    dir: Arc<Path>,
    next: Arc<AtomicU64>,
}

impl ArtifactFiles {
    /// Opens the directory, making it for the owner only, and removes what nobody knows: files that never arrived whole,
    /// and those of artifacts that are not among `known`.
    pub fn open(dir: &Path, known: &HashSet<ArtifactId>) -> Result<Self, FileError> {
        let mut make = DirBuilder::new();
        make.recursive(true)
            .mode(0o700)
            .create(dir)
            .map_err(fault("making the directory", dir))?;
        let read = |error| fault("reading the directory", dir)(error);
        for entry in fs::read_dir(dir).map_err(read)? {
            let path = entry.map_err(read)?.path();
            let name = path.file_name().and_then(|name| name.to_str());
            let id = name.and_then(|name| ArtifactId::new(name).ok());
            let arriving = path.extension().is_some_and(|end| end == ARRIVING);
            if arriving || id.is_some_and(|id| !known.contains(&id)) {
                tracing::info!(file = %path.display(), "a firmware file that nobody knows is removed");
                fs::remove_file(&path).map_err(fault("removing", &path))?;
            }
        }
        Ok(Self {
            dir: dir.into(),
            next: Arc::default(),
        })
    }

    /// Begins to take a file. `room` are the bytes that it may have at most, beside [`MAX_SIZE`].
    pub async fn begin(&self, room: u64) -> Result<Arriving, FileError> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let path = self.dir.join(format!("{number}.{ARRIVING}"));
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .await
            .map_err(fault("making", &path))?;
        Ok(Arriving {
            files: self.clone(),
            temporary: Temporary(path),
            file: BufWriter::with_capacity(BUFFER, file),
            hash: Sha256::new(),
            size: 0,
            room,
        })
    }

    /// Opens the file of an artifact for reading; `None` when it is not there.
    pub async fn read(&self, id: &ArtifactId) -> Result<Option<File>, FileError> {
        let path = self.path(id);
        match File::open(&path).await {
            Ok(file) => Ok(Some(file)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(fault("opening", &path)(error)),
        }
    }

    /// Removes the file of an artifact, if it is there.
    pub async fn remove(&self, id: &ArtifactId) -> Result<(), FileError> {
        let path = self.path(id);
        match tokio::fs::remove_file(&path).await {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(fault("removing", &path)(error))
            }
            _ => Ok(()),
        }
    }

    fn path(&self, id: &ArtifactId) -> PathBuf {
        self.dir.join(id.to_string())
    }
}

/// A file that is still arriving. Dropped, it leaves nothing behind.
pub struct Arriving {
    files: ArtifactFiles,
    temporary: Temporary,
    file: BufWriter<File>,
    hash: Sha256,
    size: u64,
    room: u64,
}

impl std::fmt::Debug for Arriving {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Arriving")
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}

impl Arriving {
    /// Takes the next bytes.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), FileError> {
        self.size += bytes.len() as u64;
        if self.size > MAX_SIZE {
            return Err(FileError::TooLarge);
        }
        if self.size > self.room {
            return Err(FileError::StoreFull);
        }
        self.hash.update(bytes);
        let written = self.file.write_all(bytes).await;
        written.map_err(fault("writing", &self.temporary.0))
    }

    /// The end of the file: on the disk under its hash, or nowhere. `size` and `expected` are what was announced.
    pub async fn finish(
        mut self,
        size: Option<u64>,
        expected: Option<ArtifactId>,
    ) -> Result<(ArtifactId, u64), FileError> {
        let got = self.size;
        if let Some(expected) = size.filter(|size| *size != got) {
            return Err(FileError::Truncated { got, expected });
        }
        if got == 0 {
            return Err(FileError::Empty);
        }
        let id = ArtifactId::from_hash(self.hash.finalize().into());
        if let Some(expected) = expected.filter(|expected| *expected != id) {
            return Err(FileError::OtherHash { got: id, expected });
        }
        let path = &self.temporary.0;
        self.file.flush().await.map_err(fault("writing", path))?;
        let synced = self.file.get_ref().sync_all().await;
        synced.map_err(fault("writing", path))?;
        let to = self.files.path(&id);
        let renamed = tokio::fs::rename(path, &to).await;
        renamed.map_err(fault("renaming", path))?;
        let dir = File::open(&*self.files.dir).await;
        let dir = dir.map_err(fault("opening", &self.files.dir))?;
        let synced = dir.sync_all().await;
        synced.map_err(fault("writing", &self.files.dir))?;
        Ok((id, got))
    }
}

/// A file that goes when this does; after it was renamed there is nothing left to remove.
struct Temporary(PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_file(&self.0)
            && error.kind() != ErrorKind::NotFound
        {
            tracing::warn!(file = %self.0.display(), %error, "a file could not be removed");
        }
    }
}

fn fault(operation: &'static str, path: &Path) -> impl FnOnce(io::Error) -> FileError {
    move |source| match source.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => FileError::DiskFull,
        _ => FileError::File {
            operation,
            path: path.to_owned(),
            source: Arc::new(source),
        },
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed step fails the test")]
    use std::os::unix::fs::PermissionsExt as _;

    use muster_core::hash::sha256;
    use tokio::io::AsyncReadExt as _;

    use super::*;

    const TEXT: &[u8] = b"firmware";

    fn id() -> ArtifactId {
        ArtifactId::from_hash(sha256(TEXT))
    }

    fn left(dir: &Path) -> usize {
        fs::read_dir(dir).unwrap().count()
    }

    async fn arrive(files: &ArtifactFiles) -> Arriving {
        let mut arriving = files.begin(MAX_SIZE).await.unwrap();
        for piece in TEXT.chunks(3) {
            arriving.write(piece).await.unwrap();
        }
        arriving
    }

    #[tokio::test]
    async fn files_are_kept_under_their_hash() {
        let root = tempfile::tempdir().unwrap();
        let dir = root.path().join("artifacts");
        let files = ArtifactFiles::open(&dir, &HashSet::new()).unwrap();
        let kept = arrive(&files).await.finish(Some(8), Some(id())).await;
        assert_eq!(kept.unwrap(), (id(), 8));
        let again = arrive(&files).await.finish(None, None).await.unwrap();
        assert_eq!((again.0, left(&dir)), (id(), 1));
        let mut text = Vec::new();
        let mut file = files.read(&id()).await.unwrap().unwrap();
        file.read_to_end(&mut text).await.unwrap();
        assert_eq!(text, TEXT);
        let mode = fs::metadata(dir.join(id().to_string())).unwrap();
        assert_eq!(mode.permissions().mode() & 0o777, 0o600);
        files.remove(&id()).await.unwrap();
        files.remove(&id()).await.unwrap();
        assert!(files.read(&id()).await.unwrap().is_none());
    }

    #[tokio::test]
    async fn what_goes_wrong_leaves_nothing_behind() {
        let root = tempfile::tempdir().unwrap();
        let files = ArtifactFiles::open(root.path(), &HashSet::new()).unwrap();
        let check = |outcome: Result<(ArtifactId, u64), FileError>, want: &str| {
            let told = outcome.unwrap_err().to_string();
            assert!(told.contains(want), "{told}");
            assert_eq!(left(root.path()), 0, "{want}");
        };
        let cut = arrive(&files).await.finish(Some(9), None).await;
        check(cut, "only 8 of 9 bytes");
        let other = ArtifactId::from_hash([0; 32]);
        let wrong = arrive(&files).await.finish(None, Some(other)).await;
        check(wrong, "not 00000000");
        let empty = files.begin(MAX_SIZE).await.unwrap();
        check(empty.finish(None, None).await, "empty");
        let mut full = files.begin(4).await.unwrap();
        let refused = full.write(TEXT).await.unwrap_err();
        assert!(matches!(refused, FileError::StoreFull));
        drop(full);
        drop(arrive(&files).await);
        assert_eq!(left(root.path()), 0, "somebody left in the middle");
    }

    #[tokio::test]
    async fn opening_removes_what_nobody_knows() {
        let root = tempfile::tempdir().unwrap();
        let unknown = ArtifactId::from_hash([1; 32]).to_string();
        for name in [id().to_string(), unknown, "7.part".into(), "README".into()] {
            fs::write(root.path().join(name), TEXT).unwrap();
        }
        ArtifactFiles::open(root.path(), &[id()].into()).unwrap();
        let names = fs::read_dir(root.path()).unwrap();
        let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.collect();
        names.sort();
        let mut want = [id().to_string(), "README".into()];
        want.sort();
        assert_eq!(names, want);
    }
}
