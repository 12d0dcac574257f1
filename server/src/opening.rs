//! Opening a hub from configuration and data directory.

use std::fs;

use muster_service::firmware::{FirmwareConfig, FirmwareKeys};
use muster_service::{Clock, Entropy, Hub, HubConfig};
use muster_storage::{Location, StoreConfig};

use crate::config::{Config, Database};
use crate::data_dir::DataDir;
use crate::failure::Failure;

/// Opens the hub: database, keys, index. Refused while another process has it open.
pub async fn open_hub(config: &Config, data_dir: &DataDir) -> Result<Hub, Failure> {
    let entropy = Entropy::system();
    let location = match &config.database {
        Database::Sqlite => Location::Sqlite {
            dir: data_dir.path().to_path_buf(),
        },
        Database::Postgres(url) => Location::Postgres { url: url.clone() },
    };
    let mut store = StoreConfig::new(location, data_dir.master_key(&entropy)?);
    // What a device or a person was told is stored survives a power cut, too. Writes queue while the disk works, so
    // it costs a moment each, not throughput.
    store.synchronous_full = true;
    let hub = Hub::open(HubConfig {
        store,
        hostname: config.hostname.clone(),
        clock: Clock::System,
        entropy,
        firmware: firmware(config, data_dir)?,
    });
    Ok(hub.await?)
}

fn firmware(config: &Config, data_dir: &DataDir) -> Result<FirmwareConfig, Failure> {
    let mut firmware = FirmwareConfig::new(data_dir.artifacts());
    firmware.address.clone_from(&config.firmware_url);
    if let Some(path) = &config.firmware_keys {
        let text = fs::read_to_string(path).map_err(Failure::file("read", path))?;
        firmware.keys = FirmwareKeys::parse(&text)
            .map_err(|problem| Failure::Refused(format!("{}: {problem}", path.display())))?;
    }
    Ok(firmware)
}
