//! The binary as people start it.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

/// A data directory, and commands on it.
pub(crate) struct Muster {
    dir: tempfile::TempDir,
}

impl Muster {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        super::write_site(&dir.path().join("site"));
        Self { dir }
    }

    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    pub(crate) fn data_dir(&self) -> PathBuf {
        self.path().join("data")
    }

    /// A command with the data directory of this test and nothing of the environment.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_muster"));
        command.args(arguments).current_dir(self.path()).env_clear();
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    pub(crate) fn run_with_input(&self, arguments: &[&str], input: &str) -> Output {
        let mut child = self
            .command(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(input.as_bytes())
            .unwrap();
        child.wait_with_output().unwrap()
    }

    /// Runs a command that must work, and reads its JSON.
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let output = self.run(&[arguments, &["--json"]].concat());
        assert!(
            output.status.success(),
            "{arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Starts `serve` on free ports and waits for its line.
    pub(crate) fn serve(&self, more: &[&str]) -> Served {
        let site = self.path().join("site");
        let fixed = [
            "serve",
            "--http",
            "127.0.0.1:0",
            "--https",
            "127.0.0.1:0",
            "--mqtt",
            "127.0.0.1:0",
            "--admin",
            "127.0.0.1:0",
            "--site-dir",
        ];
        let mut child = self
            .command(&fixed)
            .arg(site)
            .args(more)
            .stdout(Stdio::piped())
            .stderr(Stdio::from(
                std::fs::File::create(self.path().join("serve.log")).unwrap(),
            ))
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let log = || std::fs::read_to_string(self.path().join("serve.log")).unwrap_or_default();
        let ready = serde_json::from_str(&line)
            .unwrap_or_else(|_| panic!("{line:?} is no JSON; the log says\n{}", log()));
        Served { child, ready }
    }

    /// What the last `serve` said to people.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.path().join("serve.log")).unwrap()
    }
}

/// A served hub; ended when dropped.
pub(crate) struct Served {
    child: Child,
    ready: Value,
}

impl Served {
    /// The address of an endpoint.
    pub(crate) fn at(&self, endpoint: &str) -> SocketAddr {
        assert_eq!(self.ready["ready"], true);
        self.ready[endpoint].as_str().unwrap().parse().unwrap()
    }

    /// As a power cut would end the process.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to end, and returns its exit code.
    pub(crate) fn terminate(mut self) -> Option<i32> {
        let pid = self.child.id().to_string();
        Command::new("kill").args(["-TERM", &pid]).status().unwrap();
        self.child.wait().unwrap().code()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // Gone already, or it goes now.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
