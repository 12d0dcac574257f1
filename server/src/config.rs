//! Configuration: flags over environment over `muster.toml`. Everything is read and checked before a socket opens,
//! and all problems are told at once.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

pub mod database;
pub mod firmware;
pub mod hostname;
pub mod listen;
pub mod logs;
pub mod problem;
pub mod setting;
pub mod sources;

pub use database::Database;
pub use logs::LogFormat;
pub use problem::Problems;
pub use sources::Sources;

use problem::Collector;

/// What the hub runs with.
#[derive(Clone, Debug)]
pub struct Config {
    /// Database, keys, TLS material, control socket.
    pub data_dir: PathBuf,
    /// The dashboard without TLS.
    pub http: SocketAddr,
    /// Whether `http` may listen beyond this machine.
    pub insecure_http: bool,
    /// The dashboard with TLS.
    pub https: SocketAddr,
    /// MQTT over TLS.
    pub mqtt: SocketAddr,
    /// `/livez`, `/readyz`, `/metrics`.
    pub admin: SocketAddr,
    /// Which engine keeps the data.
    pub database: Database,
    /// The name in certificates and connection strings.
    pub hostname: String,
    /// A built site on disk, instead of the one inside the binary.
    pub site_dir: Option<PathBuf>,
    /// A file with the public keys that may sign firmware.
    pub firmware_keys: Option<PathBuf>,
    /// Where devices fetch firmware, when a proxy stands before `https`.
    pub firmware_url: Option<String>,
    /// Megabytes of firmware per second that leave the hub.
    pub firmware_rate: u32,
    /// What is logged: a filter such as `info,muster_gateway=debug`.
    pub log: String,
    /// How it is logged.
    pub log_format: LogFormat,
}

impl Config {
    /// Reads every setting from the layers and checks what belongs together.
    pub fn resolve(sources: &Sources) -> Result<Self, Problems> {
        let mut problems = Collector::default();
        sources.check_names(&mut problems);
        let mut read = Reader {
            sources,
            problems: &mut problems,
        };
        let config = Self {
            data_dir: read.get(&setting::DATA_DIR, path),
            http: read.get(&setting::HTTP, listen::parse),
            insecure_http: read.get(&setting::INSECURE_HTTP, boolean),
            https: read.get(&setting::HTTPS, listen::parse),
            mqtt: read.get(&setting::MQTT, listen::parse),
            admin: read.get(&setting::ADMIN, listen::parse),
            database: read.get(&setting::DATABASE, Database::parse),
            hostname: read.get(&setting::HOSTNAME, hostname::parse),
            site_dir: read.optional(&setting::SITE_DIR, path),
            firmware_keys: read.optional(&setting::FIRMWARE_KEYS, path),
            firmware_url: read.optional(&setting::FIRMWARE_URL, firmware::url),
            firmware_rate: read.get(&setting::FIRMWARE_RATE, firmware::rate),
            log: read.get(&setting::LOG, logs::filter),
            log_format: read.get(&setting::LOG_FORMAT, LogFormat::parse),
        };
        listen::check_together(&config, &mut problems);
        problems.finish(config)
    }
}

/// Reads settings one after another; a bad one becomes a problem and its default keeps the place.
struct Reader<'a> {
    sources: &'a Sources,
    problems: &'a mut Collector,
}

impl Reader<'_> {
    fn get<T>(&mut self, setting: &setting::Setting, parse: fn(&str) -> Result<T, String>) -> T {
        if let Some(value) = self.optional(setting, parse) {
            return value;
        }
        parse(setting.default).unwrap_or_else(|problem| unreachable_default(setting, &problem))
    }

    fn optional<T>(
        &mut self,
        setting: &setting::Setting,
        parse: fn(&str) -> Result<T, String>,
    ) -> Option<T> {
        let given = self.sources.value(setting)?;
        match parse(&given.text) {
            Ok(value) => Some(value),
            Err(problem) => {
                self.problems.add(given.origin.to_string(), problem);
                None
            }
        }
    }
}

fn unreachable_default(setting: &setting::Setting, problem: &dyn fmt::Display) -> ! {
    unreachable!("the default of {} is readable: {problem}", setting.key)
}

fn path(text: &str) -> Result<PathBuf, String> {
    if text.is_empty() {
        return Err("a directory is missing".to_owned());
    }
    Ok(PathBuf::from(text))
}

fn boolean(text: &str) -> Result<bool, String> {
    match text {
        "true" | "1" | "yes" => Ok(true),
        "false" | "0" | "no" => Ok(false),
        other => Err(format!("write true or false, not {other:?}")),
    }
}

#[cfg(test)]
mod tests;
