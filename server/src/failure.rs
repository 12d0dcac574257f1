//! Why a command did not do it, and the exit code that says so.

use std::error::Error;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use muster_service::ServiceError;

use crate::config::Problems;

/// A command that failed.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The configuration cannot be used.
    #[error(transparent)]
    Config(#[from] Problems),
    /// The command line does not make sense; clap could not know.
    #[error("{0}")]
    Usage(String),
    /// A file or directory could not be used.
    #[error("cannot {doing} {}", path.display())]
    File {
        /// What was to be done with it.
        doing: &'static str,
        /// Which one.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The hub refused or failed.
    #[error(transparent)]
    Service(#[from] ServiceError),
    /// Something else that says what to do.
    #[error("{0}")]
    Refused(String),
    /// What was asked about has faults; they are printed already.
    #[error("")]
    Faults,
}

impl Failure {
    /// For `map_err` on file operations.
    pub fn file(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::File {
            doing,
            path,
            source,
        }
    }

    /// 2 when the command was used wrongly, 1 when it failed.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Config(_) | Self::Usage(_) => ExitCode::from(2),
            _ => ExitCode::from(1),
        }
    }

    /// The whole story: the failure and its causes.
    pub fn story(&self) -> String {
        story(self)
    }
}

/// An error with its causes, each once.
pub fn story(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_story_names_the_cause_once() {
        let failure = Failure::file("read", Path::new("a.key"))(io::Error::other("disk on fire"));
        assert_eq!(failure.story(), "cannot read a.key: disk on fire");
        let refused = Failure::Refused("no".to_owned());
        assert_eq!(refused.story(), "no");
    }
}
