//! `make dev`: rebuilds the site and the server when a source changes, and restarts the server.

use crate::builder::{self, BuildError, ERASED, Mode, Options};
use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime};

/// What the program is made of.
const WATCHED: [&str; 8] = [
    "Cargo.toml",
    "Cargo.lock",
    "app",
    "frontend",
    "migrations",
    "public",
    "server",
    "style",
];

/// How often files are looked at: soon enough for a person, cheap enough for a laptop.
const POLL: Duration = Duration::from_millis(400);

/// How long the server may take to finish what it is doing.
const DRAIN: Duration = Duration::from_secs(15);

type Snapshot = BTreeMap<PathBuf, SystemTime>;

/// Builds and serves, again after each change, until it is interrupted.
pub fn watch(root: &Path) -> Result<(), BuildError> {
    let options = Options::new(root, Mode::Dev);
    let mut server: Option<Child> = None;
    loop {
        let seen = snapshot(root);
        match build(&options) {
            Ok(binary) => {
                server.as_mut().map_or(Ok(()), stop)?;
                server = Some(serve(root, &binary)?);
            }
            // The old server goes on: a half-written line should not take the page away.
            Err(problem) => eprintln!("site: {problem}"),
        }
        eprintln!("site: waiting for a change");
        while snapshot(root) == seen {
            sleep(POLL);
        }
    }
}

fn build(options: &Options) -> Result<PathBuf, BuildError> {
    builder::build(options)?;
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo
        .current_dir(&options.root)
        .args(["build", "--package", "muster-server"])
        .args(ERASED);
    builder::run(&mut cargo, "cargo build of the server")?;
    Ok(options.root.join("target/debug/muster"))
}

fn serve(root: &Path, binary: &Path) -> Result<Child, BuildError> {
    Command::new(binary)
        .current_dir(root)
        .args(["serve", "--demo"])
        .spawn()
        .map_err(|source| BuildError::Start {
            program: binary.display().to_string(),
            source,
        })
}

/// Asks the server to finish, and waits until it did: the next one needs its ports and its data directory.
fn stop(server: &mut Child) -> Result<(), BuildError> {
    let start = |program: &str| {
        let program = program.to_owned();
        |source| BuildError::Start { program, source }
    };
    if server.try_wait().map_err(start("the server"))?.is_some() {
        return Ok(());
    }
    // The shell has `kill` built in; the program is missing on small systems.
    Command::new("sh")
        .args(["-c", &format!("kill -TERM {}", server.id())])
        .status()
        .map_err(start("sh"))?;
    let deadline = Instant::now() + DRAIN;
    while server.try_wait().map_err(start("the server"))?.is_none() {
        if Instant::now() > deadline {
            eprintln!(
                "site: the server did not stop within {} s, ending it",
                DRAIN.as_secs()
            );
            server.kill().map_err(start("the server"))?;
        }
        sleep(Duration::from_millis(20));
    }
    Ok(())
}

/// Every watched file with the time it was written; a file that vanishes meanwhile is simply not there.
fn snapshot(root: &Path) -> Snapshot {
    let mut found = Snapshot::new();
    for place in WATCHED {
        note(&root.join(place), &mut found);
    }
    found
}

fn note(path: &Path, found: &mut Snapshot) {
    if let Ok(entries) = fs::read_dir(path) {
        entries
            .flatten()
            .for_each(|entry| note(&entry.path(), found));
    } else if let Ok(written) = fs::metadata(path).and_then(|meta| meta.modified()) {
        found.insert(path.to_path_buf(), written);
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

    use super::*;

    #[test]
    fn a_snapshot_sees_new_changed_and_removed_files() {
        let root = tempfile::tempdir().unwrap();
        let page = root.path().join("app/src/page.rs");
        fs::create_dir_all(page.parent().unwrap()).unwrap();
        fs::create_dir_all(root.path().join("target")).unwrap();
        fs::write(&page, "one").unwrap();

        let first = snapshot(root.path());
        assert_eq!(first.len(), 1);
        fs::write(root.path().join("target/muster"), "not a source").unwrap();
        assert_eq!(snapshot(root.path()), first);

        let later = SystemTime::now() + Duration::from_secs(5);
        fs::File::options()
            .write(true)
            .open(&page)
            .unwrap()
            .set_modified(later)
            .unwrap();
        let second = snapshot(root.path());
        assert_ne!(second, first);
        fs::remove_file(&page).unwrap();
        assert!(snapshot(root.path()).is_empty());
    }

    #[test]
    fn a_server_is_asked_to_stop_and_waited_for() {
        let mut server = Command::new("sleep").arg("600").spawn().unwrap();
        stop(&mut server).unwrap();
        assert!(server.try_wait().unwrap().is_some());
    }
}
