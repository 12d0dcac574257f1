//! The commands' side: a running server if there is one, otherwise the hub opened here.

use std::io;
use std::path::{Path, PathBuf};

use muster_service::Hub;
use tokio::net::UnixStream;

use crate::config::Config;
use crate::control::command::{Answer, Command, Refused};
use crate::control::{frame, perform};
use crate::data_dir::{self, DataDir};
use crate::failure::Failure;
use crate::opening;

/// Where commands go.
#[derive(Debug)]
pub enum Connection {
    /// To the server that runs on the data directory.
    Server(PathBuf),
    /// To the hub that this process opened.
    Own(Box<Hub>),
}

impl Connection {
    /// Asks the server if one runs on the data directory; opens the hub otherwise.
    pub async fn open(config: &Config) -> Result<Self, Failure> {
        if let Some(server) = Self::running(&config.data_dir).await? {
            return Ok(server);
        }
        let data_dir = DataDir::prepare(&config.data_dir)?;
        let hub = opening::open_hub(config, &data_dir).await?;
        Ok(Self::Own(Box::new(hub)))
    }

    /// The server that runs on the data directory, if one does.
    pub async fn running(data_dir: &Path) -> Result<Option<Self>, Failure> {
        let socket = data_dir::socket(data_dir);
        match UnixStream::connect(&socket).await {
            Ok(_) => Ok(Some(Self::Server(socket))),
            Err(problem) => match problem.kind() {
                // No server, or one that died and left its socket behind.
                io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused => Ok(None),
                _ => Err(Failure::file("reach the running hub through", &socket)(
                    problem,
                )),
            },
        }
    }

    /// Carries out one command.
    pub async fn ask(&self, command: Command) -> Result<Answer, Failure> {
        let result = match self {
            Self::Own(hub) => perform::perform(hub, command).await,
            Self::Server(socket) => over(socket, command)
                .await
                .map_err(Failure::file("talk to the running hub through", socket))?,
        };
        result.map_err(|refused| Failure::Refused(refused.message))
    }

    /// Lets go of the hub: what this process wrote is on disk afterwards.
    pub async fn close(self) {
        if let Self::Own(hub) = self {
            hub.close().await;
        }
    }
}

async fn over(socket: &Path, command: Command) -> io::Result<Result<Answer, Refused>> {
    let mut stream = UnixStream::connect(socket).await?;
    frame::send(&mut stream, &command).await?;
    frame::receive(&mut stream).await
}
