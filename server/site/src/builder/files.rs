//! File operations that say what they were doing when they fail.

use super::BuildError;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

/// Every file below `dir`: its path relative to `dir` (with `/`), and its content.
pub(super) fn contents(dir: &Path) -> Result<BTreeMap<String, Vec<u8>>, BuildError> {
    let mut found = BTreeMap::new();
    collect(dir, "", &mut found)?;
    Ok(found)
}

fn collect(
    dir: &Path,
    prefix: &str,
    found: &mut BTreeMap<String, Vec<u8>>,
) -> Result<(), BuildError> {
    for entry in fs::read_dir(dir).map_err(BuildError::file("list", dir))? {
        let entry = entry.map_err(BuildError::file("list", dir))?;
        let path = entry.path();
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if path.is_dir() {
            collect(&path, &format!("{name}/"), found)?;
        } else {
            found.insert(
                name,
                fs::read(&path).map_err(BuildError::file("read", &path))?,
            );
        }
    }
    Ok(())
}

/// Copies everything below `from` into `to`; nothing to do where `from` does not exist.
pub(super) fn copy_all(from: &Path, to: &Path) -> Result<(), BuildError> {
    if !from.is_dir() {
        return Ok(());
    }
    for (name, content) in contents(from)? {
        write(&to.join(name), &content)?;
    }
    Ok(())
}

/// The content of a file.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, BuildError> {
    fs::read(path).map_err(BuildError::file("read", path))
}

/// Writes a file and the directories above it.
pub(super) fn write(path: &Path, content: &[u8]) -> Result<(), BuildError> {
    if let Some(dir) = path.parent() {
        fs::create_dir_all(dir).map_err(BuildError::file("make directory", dir))?;
    }
    fs::write(path, content).map_err(BuildError::file("write", path))
}

/// Moves a file or directory, making the directories above its new place.
pub(super) fn rename(from: &Path, to: &Path) -> Result<(), BuildError> {
    if let Some(dir) = to.parent() {
        fs::create_dir_all(dir).map_err(BuildError::file("make directory", dir))?;
    }
    fs::rename(from, to).map_err(BuildError::file("move into place", to))
}

/// Removes a directory with all it holds; fine where there is none.
pub(super) fn remove(dir: &Path) -> Result<(), BuildError> {
    match fs::remove_dir_all(dir) {
        Err(problem) if problem.kind() != io::ErrorKind::NotFound => {
            Err(BuildError::file("remove", dir)(problem))
        }
        _ => Ok(()),
    }
}

/// Makes an empty directory, whatever was there before.
pub(super) fn recreate(dir: &Path) -> Result<(), BuildError> {
    remove(dir)?;
    fs::create_dir_all(dir).map_err(BuildError::file("make directory", dir))
}
