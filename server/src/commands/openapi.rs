//! `muster openapi`: needs no hub.

use clap::Args;

use crate::output::Output;

/// Nothing to choose.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  muster openapi > muster-openapi.json")]
pub struct Options {}

/// Prints the description.
pub fn run(output: &Output) {
    let description = muster_api::openapi::description();
    output.print(&description, || format!("{description:#}"));
}
