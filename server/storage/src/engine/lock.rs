//! One process per data directory.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek as _, Write as _};
use std::path::Path;
use std::sync::Arc;

use crate::error::StorageError;

/// The file that the owner of a data directory holds locked; it names the process.
const NAME: &str = "muster.lock";

/// Ownership of a data directory, until dropped or the process ends however it ends.
#[derive(Debug)]
pub(crate) struct DirectoryLock {
    _file: File,
}

impl DirectoryLock {
    pub(crate) fn take(dir: &Path) -> Result<Self, StorageError> {
        let path = dir.join(NAME);
        let fault = |source: std::io::Error| StorageError::File {
            operation: "locking the data directory",
            path: path.clone(),
            source: Arc::new(source),
        };
        let mut file = private(OpenOptions::new().read(true).write(true).create(true))
            .open(&path)
            .map_err(fault)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut pid = String::new();
                // The owner may be writing it right now: then it stays unnamed.
                let _ = Read::by_ref(&mut file).take(32).read_to_string(&mut pid);
                let holder = match pid.trim() {
                    "" => "another process".to_owned(),
                    pid => format!("process {pid}"),
                };
                return Err(StorageError::AnotherWriter {
                    place: dir.display().to_string(),
                    holder,
                });
            }
            Err(TryLockError::Error(error)) => return Err(fault(error)),
        }
        file.set_len(0).map_err(fault)?;
        file.rewind().map_err(fault)?;
        writeln!(file, "{}", std::process::id()).map_err(fault)?;
        Ok(Self { _file: file })
    }
}

/// Files of a data directory are their owner's alone.
pub(crate) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options
}
