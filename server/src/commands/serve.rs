//! `muster serve`.

use std::io::{self, Write as _};
use std::path::PathBuf;

use clap::Args;
use muster_app::routes;
use tokio::signal::unix::{SignalKind, signal};

use crate::cli::Flags;
use crate::config::{Config, setting};
use crate::data_dir::DataDir;
use crate::demo::{self, Demo};
use crate::failure::Failure;
use crate::serve::{Running, local_ca};

/// Flags of `serve`.
#[derive(Args, Debug)]
#[command(
    after_help = "Prints one line of JSON on standard output when it is ready; everything else goes to standard error.\n\
                        Ends in order on SIGTERM or Ctrl-C; a second signal ends it at once.\n\n\
                        Examples:\n  muster serve --demo\n  muster serve --data-dir /var/lib/muster --hostname hub.example.org"
)]
pub struct Options {
    /// Make accounts and simulated devices in a fresh data directory, and run them
    #[arg(long)]
    pub demo: bool,
    /// Dashboard without TLS [env: MUSTER_HTTP] [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS")]
    pub http: Option<String>,
    /// Let --http listen beyond this machine, for a proxy in front that does TLS [env: MUSTER_INSECURE_HTTP]
    #[arg(long)]
    pub insecure_http: bool,
    /// Dashboard with TLS [env: MUSTER_HTTPS] [default: 0.0.0.0:8443]
    #[arg(long, value_name = "ADDRESS")]
    pub https: Option<String>,
    /// MQTT over TLS [env: MUSTER_MQTT] [default: 0.0.0.0:8883]
    #[arg(long, value_name = "ADDRESS")]
    pub mqtt: Option<String>,
    /// /livez, /readyz, /metrics [env: MUSTER_ADMIN] [default: 127.0.0.1:9090]
    #[arg(long, value_name = "ADDRESS")]
    pub admin: Option<String>,
    /// A built site on disk, instead of the one in the binary [env: MUSTER_SITE_DIR]
    #[arg(long, value_name = "DIR")]
    pub site_dir: Option<String>,
    /// A file with the public keys that may sign firmware [env: MUSTER_FIRMWARE_KEYS]
    #[arg(long, value_name = "FILE")]
    pub firmware_keys: Option<String>,
    /// Where devices fetch firmware, when a proxy stands before --https [env: MUSTER_FIRMWARE_URL]
    #[arg(long, value_name = "URL")]
    pub firmware_url: Option<String>,
    /// Megabytes of firmware per second that leave the hub [env: MUSTER_FIRMWARE_RATE] [default: 100]
    #[arg(long, value_name = "N")]
    pub firmware_rate: Option<String>,
    /// Devices of the demo, for tests
    #[arg(long, hide = true, default_value_t = demo::DEVICES, requires = "demo")]
    pub demo_devices: usize,
    /// Where to write the passwords of the demo, for end-to-end tests
    #[arg(long, hide = true, value_name = "FILE", requires = "demo")]
    pub demo_passwords: Option<PathBuf>,
}

impl Options {
    /// The settings among the flags.
    pub fn add_flags(&self, flags: &mut Flags) {
        flags.add(&setting::HTTP, self.http.as_ref());
        flags.add(
            &setting::INSECURE_HTTP,
            self.insecure_http.then(|| "true".to_owned()).as_ref(),
        );
        flags.add(&setting::HTTPS, self.https.as_ref());
        flags.add(&setting::MQTT, self.mqtt.as_ref());
        flags.add(&setting::ADMIN, self.admin.as_ref());
        flags.add(&setting::SITE_DIR, self.site_dir.as_ref());
        flags.add(&setting::FIRMWARE_KEYS, self.firmware_keys.as_ref());
        flags.add(&setting::FIRMWARE_URL, self.firmware_url.as_ref());
        flags.add(&setting::FIRMWARE_RATE, self.firmware_rate.as_ref());
    }
}

/// Serves until a signal, then drains. A second signal ends the process at once.
pub async fn run(options: &Options, config: &Config) -> Result<(), Failure> {
    let listen = |kind| {
        signal(kind)
            .map_err(|problem| Failure::Refused(format!("cannot listen for signals: {problem}")))
    };
    let (mut terminate, mut interrupt) = (
        listen(SignalKind::terminate())?,
        listen(SignalKind::interrupt())?,
    );
    let data_dir = DataDir::prepare(&config.data_dir)?;
    let mut running = Running::start(config, &data_dir).await?;
    if let Err(problem) = welcome(options, config, &data_dir, &mut running).await {
        running.drain().await;
        return Err(problem);
    }
    announce(&running);
    tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {} }
    tokio::select! {
        () = running.drain() => Ok(()),
        _ = terminate.recv() => Err(aborted()),
        _ = interrupt.recv() => Err(aborted()),
    }
}

fn aborted() -> Failure {
    Failure::Refused(
        "ended at once by a second signal; nothing that was acknowledged is lost".to_owned(),
    )
}

/// What people need at first: the set-up link, or the accounts of the demo.
async fn welcome(
    options: &Options,
    config: &Config,
    data_dir: &DataDir,
    running: &mut Running,
) -> Result<(), Failure> {
    let http = running.endpoints().http;
    if options.demo {
        let demo = demo::prepare(running.hub(), options.demo_devices).await?;
        if let Some(path) = options
            .demo_passwords
            .as_deref()
            .filter(|_| !demo.accounts.is_empty())
        {
            demo::write_passwords(&demo.accounts, path)?;
        }
        let target = demo::target(
            running.endpoints().mqtt,
            &config.hostname,
            &local_ca(data_dir)?,
        )?;
        tell(&introduction(&demo, &format!("http://{http}")));
        running.accompany(|stop| muster_simulator::run(demo.devices, target, stop));
    } else if let Some(token) = running.hub().take_setup_token() {
        tell(&format!(
            "\nThis hub has no administrator yet. Open this link once to make the account:\n\n  http://{http}{}\n",
            routes::setup(&token)
        ));
    }
    Ok(())
}

fn introduction(demo: &Demo, address: &str) -> String {
    let mut text = format!(
        "\nThe demo: {} devices, {} of them simulated. Open {address} and sign in.\n",
        demo.registered,
        demo.devices.len()
    );
    if demo.accounts.is_empty() {
        text += "The accounts are those of the first start; their passwords were printed then.\n";
    } else {
        text += "\n  name         password\n";
        for account in &demo.accounts {
            text += &format!("  {:<11}  {}\n", account.name, account.password);
        }
        text += "\nThese passwords are not shown again.\n";
    }
    text
}

/// For people; the log's format does not apply.
fn tell(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// The one line that scripts wait for.
fn announce(running: &Running) {
    let line = serde_json::to_string(running.endpoints()).expect("addresses are plain data");
    let mut out = io::stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}
