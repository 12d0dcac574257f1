//! Folders and files of transfers: below one folder, without a way out.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

/// How deep folders may be nested.
const MAX_DEPTH: usize = 8;

/// Longest name of a folder or file.
const MAX_NAME: usize = 64;

/// Why a folder or file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BadPlace {
    /// Its name breaks the rule.
    #[error(
        "{0:?} is no name for a folder or file here: letters, digits, points, dashes and underscores, not beginning with a point"
    )]
    Name(String),
    /// There are too many folders in each other.
    #[error("folders are nested at most {MAX_DEPTH} deep")]
    TooDeep,
    /// There is something else at that place: a link, or a file where a folder is wanted.
    #[error("{0} is neither a folder nor a file of its own, as it should be")]
    SomethingElse(String),
    /// There is no such file.
    #[error("there is no file {0} in that folder")]
    Missing(String),
    /// Two things would be written to the same file.
    #[error("{0} is named for devices and for configurations; they need a file each")]
    Twice(String),
    /// The disk did not do it.
    #[error("{0} cannot be used: {1}")]
    Disk(String, #[source] io::Error),
}

/// A folder below `root`, made if it is missing. Links are not followed.
pub(super) fn folder(root: &Path, relative: &str) -> Result<PathBuf, BadPlace> {
    let disk = |error| BadPlace::Disk("the folder for transfers".to_owned(), error);
    let make = || DirBuilder::new().recursive(true).mode(0o700).create(root);
    make().map_err(disk)?;
    let mut path = root.to_owned();
    let names: Vec<&str> = relative
        .split('/')
        .filter(|name| !name.is_empty())
        .collect();
    if names.len() > MAX_DEPTH {
        return Err(BadPlace::TooDeep);
    }
    for name in names {
        check(name)?;
        path.push(name);
        match fs::symlink_metadata(&path) {
            Ok(found) if found.is_dir() => {}
            Ok(_) => return Err(BadPlace::SomethingElse(name.to_owned())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let made = DirBuilder::new().mode(0o700).create(&path);
                made.map_err(|error| BadPlace::Disk(name.to_owned(), error))?;
            }
            Err(error) => return Err(BadPlace::Disk(name.to_owned(), error)),
        }
    }
    Ok(path)
}

/// A file in a folder, which may not be there yet.
pub(super) fn file(folder: &Path, name: &str) -> Result<PathBuf, BadPlace> {
    check(name)?;
    let path = folder.join(name);
    match fs::symlink_metadata(&path) {
        Ok(found) if found.is_file() => Ok(path),
        Ok(_) => Err(BadPlace::SomethingElse(name.to_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(path),
        Err(error) => Err(BadPlace::Disk(name.to_owned(), error)),
    }
}

/// A second file in the folder of a first one.
pub(super) fn second(folder: &Path, first: &str, name: &str) -> Result<PathBuf, BadPlace> {
    match first == name {
        true => Err(BadPlace::Twice(name.to_owned())),
        false => file(folder, name),
    }
}

/// A file that is there.
pub(super) fn existing(folder: &Path, name: &str) -> Result<PathBuf, BadPlace> {
    let path = file(folder, name)?;
    match path.exists() {
        true => Ok(path),
        false => Err(BadPlace::Missing(name.to_owned())),
    }
}

fn check(name: &str) -> Result<(), BadPlace> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    let fine =
        (1..=MAX_NAME).contains(&name.len()) && !name.starts_with('.') && name.bytes().all(allowed);
    match fine {
        true => Ok(()),
        false => Err(BadPlace::Name(name.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed step fails the test")]
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn nothing_leads_out() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("transfers");
        let check = |relative: &str, want: Option<&str>| {
            let found = folder(&root, relative).ok();
            assert_eq!(found, want.map(|want| root.join(want)), "{relative}");
        };
        check("", Some(""));
        check("/", Some(""));
        check("north/week-1", Some("north/week-1"));
        check("//north//", Some("north"));
        for bad in ["..", "north/../..", ".hidden", "a b", "a\\b", "%2e%2e", "ä"] {
            check(bad, None);
        }
        check(&["a"; 9].join("/"), None);
        assert!(folder(&root, "north").unwrap().is_dir());

        let outside = dir.path().join("outside");
        fs::create_dir(&outside).unwrap();
        fs::write(outside.join("secret"), "x").unwrap();
        symlink(&outside, root.join("link")).unwrap();
        check("link", None);
        check("link/deeper", None);
        symlink(outside.join("secret"), root.join("devices.txt")).unwrap();
        assert!(file(&root, "devices.txt").is_err());
        assert!(existing(&root, "devices.txt").is_err());
        assert!(file(&root, "north").is_err());
        for bad in ["../outside/secret", "/etc/passwd", "", ".", ".."] {
            assert!(file(&root, bad).is_err(), "{bad}");
        }
        assert!(file(&root, "new.txt").is_ok());
        assert!(existing(&root, "new.txt").is_err());
        assert!(!outside.join("deeper").exists());
    }
}
