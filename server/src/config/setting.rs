//! The table of settings: one name, three spellings (`--data-dir`, `MUSTER_DATA_DIR`, `data-dir = …`).

/// One setting.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Its name in `muster.toml`, and after `--` on the command line.
    pub key: &'static str,
    /// What it is when nobody says; empty when there is no default.
    pub default: &'static str,
}

impl Setting {
    /// Its name in the environment.
    pub fn variable(&self) -> String {
        format!("MUSTER_{}", self.key.to_uppercase().replace('-', "_"))
    }
}

/// Database, keys 0600, TLS material, control socket.
pub const DATA_DIR: Setting = Setting {
    key: "data-dir",
    default: "./data",
};
/// The dashboard without TLS.
pub const HTTP: Setting = Setting {
    key: "http",
    default: "127.0.0.1:8080",
};
/// Lets `http` listen beyond this machine.
pub const INSECURE_HTTP: Setting = Setting {
    key: "insecure-http",
    default: "false",
};
/// The dashboard with TLS.
pub const HTTPS: Setting = Setting {
    key: "https",
    default: "0.0.0.0:8443",
};
/// MQTT over TLS.
pub const MQTT: Setting = Setting {
    key: "mqtt",
    default: "0.0.0.0:8883",
};
/// Liveness, readiness, metrics.
pub const ADMIN: Setting = Setting {
    key: "admin",
    default: "127.0.0.1:9090",
};
/// `sqlite`, or a PostgreSQL URL.
pub const DATABASE: Setting = Setting {
    key: "database",
    default: "sqlite",
};
/// The name in certificates and connection strings.
pub const HOSTNAME: Setting = Setting {
    key: "hostname",
    default: "localhost",
};
/// A built site on disk.
pub const SITE_DIR: Setting = Setting {
    key: "site-dir",
    default: "",
};
/// A file with the public keys that may sign firmware.
pub const FIRMWARE_KEYS: Setting = Setting {
    key: "firmware-keys",
    default: "",
};
/// Where devices fetch firmware, when a proxy stands before `https`.
pub const FIRMWARE_URL: Setting = Setting {
    key: "firmware-url",
    default: "",
};
/// Megabytes of firmware per second that leave the hub.
pub const FIRMWARE_RATE: Setting = Setting {
    key: "firmware-rate",
    default: "100",
};
/// What is logged.
pub const LOG: Setting = Setting {
    key: "log",
    default: "info",
};
/// How it is logged.
pub const LOG_FORMAT: Setting = Setting {
    key: "log-format",
    default: "text",
};

/// All settings, in the order of the documentation.
pub const ALL: [Setting; 14] = [
    DATA_DIR,
    HTTP,
    INSECURE_HTTP,
    HTTPS,
    MQTT,
    ADMIN,
    DATABASE,
    HOSTNAME,
    SITE_DIR,
    FIRMWARE_KEYS,
    FIRMWARE_URL,
    FIRMWARE_RATE,
    LOG,
    LOG_FORMAT,
];
