//! The data directory: made with narrow rights, and the master key that seals what is secret in the database.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use muster_service::Entropy;
use muster_storage::MasterKey;

use crate::failure::Failure;

/// Where everything of a hub lies.
#[derive(Clone, Debug)]
pub struct DataDir(PathBuf);

/// Bytes of the master key.
const MASTER_KEY_BYTES: usize = 32;

impl DataDir {
    /// Makes the directory and its parts if they are missing: 0700, for the owner only.
    pub fn prepare(path: &Path) -> Result<Self, Failure> {
        for dir in [path, &path.join("keys"), &path.join("tls")] {
            let mut make = DirBuilder::new();
            make.recursive(true)
                .mode(0o700)
                .create(dir)
                .map_err(Failure::file("make directory", dir))?;
        }
        let path = path.canonicalize().map_err(Failure::file("find", path))?;
        Ok(Self(path))
    }

    /// The directory.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// TLS material: local authority, certificate, their keys.
    pub fn tls(&self) -> PathBuf {
        self.0.join("tls")
    }

    /// Where exports are written and imports are handed in.
    pub fn transfers(&self) -> PathBuf {
        self.0.join("transfers")
    }

    /// Firmware files, by their hash.
    pub fn artifacts(&self) -> PathBuf {
        self.0.join("artifacts")
    }

    /// The socket through which commands reach a running hub.
    pub fn socket(&self) -> PathBuf {
        socket(&self.0)
    }

    fn master_key_file(&self) -> PathBuf {
        self.0.join("keys").join("master.key")
    }

    /// Reads the master key, or makes one: 32 random bytes, 0600. A key that others may read is refused.
    pub fn master_key(&self, entropy: &Entropy) -> Result<MasterKey, Failure> {
        let path = self.master_key_file();
        match fs::read(&path) {
            Ok(bytes) => {
                check_private(&path)?;
                let bytes: [u8; MASTER_KEY_BYTES] = bytes.try_into().map_err(|_| {
                    Failure::Refused(format!(
                        "{} does not hold a master key of {MASTER_KEY_BYTES} bytes; restore it from a backup, for \
                         without it device keys cannot be read",
                        path.display()
                    ))
                })?;
                Ok(MasterKey(bytes))
            }
            Err(problem) if problem.kind() == io::ErrorKind::NotFound => {
                let bytes = entropy.bytes::<MASTER_KEY_BYTES>();
                write_private(&path, &bytes).map_err(Failure::file("write", &path))?;
                Ok(MasterKey(bytes))
            }
            Err(problem) => Err(Failure::file("read", &path)(problem)),
        }
    }
}

/// The control socket of a data directory.
pub fn socket(data_dir: &Path) -> PathBuf {
    data_dir.join("muster.sock")
}

/// Writes a new file that only its owner may read, whole or not at all.
pub fn write_private(path: &Path, content: &[u8]) -> io::Result<()> {
    let new = path.with_extension("new");
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&new)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&new, path)
}

/// Refuses a secret that others than the owner may read.
pub fn check_private(path: &Path) -> Result<(), Failure> {
    let mode = fs::metadata(path)
        .map_err(Failure::file("read", path))?
        .permissions()
        .mode();
    if mode & 0o077 == 0 {
        return Ok(());
    }
    Err(Failure::Refused(format!(
        "{path} may be read by others (mode {mode:o}); run: chmod 600 {path}",
        path = path.display(),
        mode = mode & 0o777
    )))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn the_master_key_is_made_once_and_kept_private() {
        let root = tempfile::tempdir().unwrap();
        let dir = DataDir::prepare(&root.path().join("a/b")).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(dir.path()), 0o700);
        dir.master_key(&Entropy::seeded(1)).unwrap();
        let first = fs::read(dir.master_key_file()).unwrap();
        assert_eq!((first.len(), mode(&dir.master_key_file())), (32, 0o600));
        dir.master_key(&Entropy::seeded(2)).unwrap();
        assert_eq!(fs::read(dir.master_key_file()).unwrap(), first);
    }

    #[test]
    fn a_key_others_may_read_or_of_another_length_is_refused() {
        let root = tempfile::tempdir().unwrap();
        let dir = DataDir::prepare(root.path()).unwrap();
        let entropy = Entropy::seeded(1);
        dir.master_key(&entropy).unwrap();
        let path = dir.master_key_file();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let refused = dir.master_key(&entropy).unwrap_err().to_string();
        assert!(refused.contains("chmod 600"), "{refused}");
        write_private(&path, b"short").unwrap();
        let refused = dir.master_key(&entropy).unwrap_err().to_string();
        assert!(refused.contains("32 bytes"), "{refused}");
    }
}
