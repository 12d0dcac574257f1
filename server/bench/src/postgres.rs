//! A throw-away PostgreSQL server.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::Outcome;

/// A server in a directory of its own; it ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Postgres {
    programs: PathBuf,
    data: PathBuf,
    port: u16,
    _directory: tempfile::TempDir,
}

impl Postgres {
    /// Starts a server on a free port of the loopback; `None` where no server is installed.
    pub(crate) fn start() -> Outcome<Option<Self>> {
        let Some(programs) = programs() else {
            return Ok(None);
        };
        let directory = tempfile::tempdir()?;
        let data = directory.path().join("data");
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        std::fs::create_dir(&data)?;
        run(Command::new("chown")
            .arg("-R")
            .arg("postgres")
            .arg(directory.path()))?;
        run(as_postgres(&programs.join("initdb"))
            .args([
                "--auth=trust",
                "--username=postgres",
                "--encoding=UTF8",
                "--pgdata",
            ])
            .arg(&data))?;
        let options = format!(
            "-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c shared_buffers=1GB"
        );
        run(as_postgres(&programs.join("pg_ctl"))
            .args(["start", "-w", "-o", &options, "-l", "/dev/null", "-D"])
            .arg(&data))?;
        Ok(Some(Self {
            programs,
            data,
            port,
            _directory: directory,
        }))
    }

    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let stopped = run(as_postgres(&self.programs.join("pg_ctl"))
            .args(["stop", "-m", "immediate", "-D"])
            .arg(&self.data));
        drop(stopped);
    }
}

/// The server refuses to run as root.
fn as_postgres(program: &std::path::Path) -> Command {
    let mut command = Command::new("runuser");
    command.args(["-u", "postgres", "--"]).arg(program);
    command
}

fn run(command: &mut Command) -> Outcome {
    let status = command.stdout(Stdio::null()).current_dir("/tmp").status()?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("{command:?} failed").into())
    }
}

fn programs() -> Option<PathBuf> {
    let debian = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    let mut places: Vec<PathBuf> = debian.map(|entry| entry.path().join("bin")).collect();
    places.extend(["/usr/local/bin".into(), "/usr/bin".into()]);
    places
        .into_iter()
        .find(|place| place.join("initdb").exists())
}
