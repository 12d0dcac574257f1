//! The socket of a running server: `<data>/muster.sock`, 0600. Whoever may open it holds the machine.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use muster_service::Hub;
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::control::command::Command;
use crate::control::{frame, perform};
use crate::failure::Failure;

/// Commands under way at once; more wait.
const MAX_COMMANDS: usize = 16;

/// How long a client may take to send its command.
const REQUEST_DEADLINE: Duration = Duration::from_secs(10);

/// How long commands under way may take once the hub shuts down.
const DRAIN_DEADLINE: Duration = Duration::from_secs(10);

/// How long to wait after the system refused a connection, for example because files ran out.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Longest path of a socket (`sockaddr_un` of Linux, without its end mark).
const MAX_PATH: usize = 107;

/// Binds the socket. The database's lock is held by now, so a socket that lies there is left over from a crash.
pub fn bind(path: &Path) -> Result<UnixListener, Failure> {
    if path.as_os_str().len() > MAX_PATH {
        return Err(Failure::Refused(format!(
            "the path of the control socket is longer than {MAX_PATH} bytes: {}; choose a shorter --data-dir",
            path.display()
        )));
    }
    match fs::remove_file(path) {
        Err(problem) if problem.kind() != io::ErrorKind::NotFound => {
            return Err(Failure::file("remove", path)(problem));
        }
        _ => {}
    }
    // The directory is 0700: nobody else comes near the socket before its own mode is set.
    let listener = UnixListener::bind(path).map_err(Failure::file("listen on", path))?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600))
        .map_err(Failure::file("protect", path))?;
    Ok(listener)
}

/// Serves commands until `stop`; then those under way finish and the socket goes away.
pub async fn run(listener: UnixListener, path: &Path, hub: Hub, stop: CancellationToken) {
    let turns = Arc::new(Semaphore::new(MAX_COMMANDS));
    let mut commands = JoinSet::new();
    loop {
        let accept = async {
            let turn = turns
                .clone()
                .acquire_owned()
                .await
                .expect("the semaphore is never closed");
            (listener.accept().await, turn)
        };
        let (stream, turn) = tokio::select! {
            () = stop.cancelled() => break,
            Some(_) = commands.join_next() => continue,
            accepted = accept => match accepted {
                (Ok((stream, _)), turn) => (stream, turn),
                (Err(problem), _) => {
                    tracing::warn!(error = %problem, "a command was not accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                    continue;
                }
            },
        };
        let hub = hub.clone();
        commands.spawn(async move {
            let _turn = turn;
            if let Err(problem) = answer(stream, &hub).await {
                tracing::debug!(error = %problem, "a command was not answered");
            }
        });
    }
    drop(listener);
    // Best effort: the next start removes what is left.
    let _ = fs::remove_file(path);
    let ended = async { while commands.join_next().await.is_some() {} };
    if timeout(DRAIN_DEADLINE, ended).await.is_err() {
        tracing::warn!("commands that were still under way are cut off");
    }
}

async fn answer(mut stream: UnixStream, hub: &Hub) -> io::Result<()> {
    let command: Command = timeout(REQUEST_DEADLINE, frame::receive(&mut stream))
        .await
        .map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
    let result = perform::perform(hub, command).await;
    frame::send(&mut stream, &result).await
}
