//! Measures the figures Muster holds (names and aims: README, "Figures") and writes `target/bench/report.json`.
//!
//! Every figure is taken on real work through the real path: the service with a real database, or the release binary
//! with real sockets. An aim that is missed is printed as missed.

use std::error::Error;
use std::path::PathBuf;

use clap::Parser;

mod binary;
mod configurations;
mod embed;
mod fleet;
mod http;
mod jobs;
mod latency;
mod pages;
mod peers;
mod postgres;
mod queries;
mod report;
mod series;
mod site;
mod sockets;
mod updates;

use report::Report;

/// What goes wrong ends the run; the text says what.
type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

/// Measures Muster.
#[derive(Parser, Debug)]
struct Options {
    /// Only figures whose names begin with this; several beginnings with commas between them
    #[arg(long, default_value = "")]
    only: String,
    /// The release binary to measure
    #[arg(long, default_value = "target/release/muster")]
    binary: PathBuf,
    /// Devices in the fleet
    #[arg(long, default_value_t = 100_000)]
    devices: usize,
}

#[tokio::main]
async fn main() -> Outcome {
    let options = Options::parse();
    let mut report = Report::new(&options.only);
    site::measure(&mut report)?;
    binary::measure_empty(&mut report, &options.binary).await?;
    updates::measure_sqlite(&mut report, options.devices).await?;
    updates::measure_postgres(&mut report, options.devices).await?;
    if report.wants_any(&[
        "fleet_page_",
        "device_page_",
        "mqtt_",
        "connection_",
        "embed_",
    ]) {
        let data = tempfile::tempdir()?;
        let prepared = fleet::prepare(data.path(), options.devices).await?;
        let process = binary::Process::start(&options.binary, data.path()).await?;
        pages::measure(&mut report, &process, &prepared).await?;
        embed::measure(&mut report, &process, &prepared).await?;
        sockets::measure_updates(&mut report, &process, &prepared).await?;
        sockets::measure_connections(&mut report, &process, &prepared).await?;
        process.stop().await?;
    }
    configurations::measure(&mut report, options.devices).await?;
    series::measure(&mut report).await?;
    queries::measure(&mut report, options.devices).await?;
    jobs::measure(&mut report, options.devices)?;
    report.write()?;
    Ok(())
}
