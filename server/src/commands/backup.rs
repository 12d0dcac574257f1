//! `muster backup`.

use std::path::{self, PathBuf};

use clap::Args;
use serde_json::json;

use crate::commands::{ask, unexpected};
use crate::config::Config;
use crate::control::command::{Answer, Command as Request};
use crate::failure::Failure;
use crate::output::Output;

/// Flags of `backup`.
#[derive(Args, Debug)]
#[command(
    after_help = "The copy is taken while the hub runs and checked before the command ends. It holds sealed keys: keep\n\
                        keys/master.key of the data directory as well, in another place.\n\n\
                        Example:\n  muster backup /backup/muster-monday.db"
)]
pub struct Options {
    /// The file to write; it must not exist
    pub to: PathBuf,
}

/// Carries it out.
pub async fn run(options: &Options, config: &Config, output: &Output) -> Result<(), Failure> {
    // The running hub has another working directory.
    let to = path::absolute(&options.to).map_err(Failure::file("write", &options.to))?;
    let Answer::Backup { path, bytes } = ask(config, Request::Backup { to }).await? else {
        return Err(unexpected());
    };
    output.print(&json!({ "path": path, "bytes": bytes }), || {
        format!("{} is written and checked: {bytes} bytes.", path.display())
    });
    Ok(())
}
