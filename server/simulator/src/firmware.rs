//! Firmware updates as devices do them (`server/docs/firmware.md`): download with resume, verify, install, restart, report.

use std::time::Duration;

use bytes::Bytes;
use muster_core::firmware::ArtifactId;
use muster_core::firmware::progress::LINK_EXPIRED;
use muster_core::hash::sha256;
use muster_core::twin::Object;
use rand::RngExt;
use rand::rngs::StdRng;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::client::{Client, ClientError};
use crate::device::report_patch;
use crate::download::{DownloadError, MAX_FILE, fetch};
use crate::target::HubTarget;

/// Connections that a device makes for one file before it gives up.
const TRIES: usize = 6;

/// How long a device that has fallen silent after an update stays away.
const SILENT: Duration = Duration::from_secs(6 * 3600);

/// What a device is asked to install.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Wish {
    version: String,
    url: String,
    sha256: String,
    size: u64,
    operation: Value,
}

/// How an update ends that was installed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Fate {
    Fine,
    RollsBack,
    FallsSilent,
}

/// How a device updates.
#[derive(Clone, Debug, Default)]
pub struct Updating {
    /// Chance that an update fails, one way or another.
    failures: f64,
    /// What was tried last: it is not tried again, unless it is asked anew.
    last: Option<Wish>,
    /// Installed, and to be started.
    installed: Option<(Wish, Fate)>,
}

impl Updating {
    /// Updates that fail with this chance.
    pub fn failing(failures: f64) -> Self {
        Self {
            failures,
            ..Self::default()
        }
    }

    /// What the device is asked for, and has not tried yet.
    pub(crate) fn wish(&self, desired: &Object, running: &str) -> Option<Wish> {
        let asked = desired.get("firmware")?;
        let text = |name: &str| asked[name].as_str().map(str::to_owned);
        let wish = Wish {
            version: text("version")?,
            url: text("url")?,
            sha256: text("sha256")?,
            size: asked["size"].as_u64()?,
            operation: asked["operation"].clone(),
        };
        let new = self.last.as_ref() != Some(&wish) && wish.version != running;
        new.then_some(wish)
    }

    /// Does what is asked, up to the restart; says whether there is one.
    pub(crate) async fn install(
        &mut self,
        wish: Wish,
        client: &mut Client,
        target: &HubTarget,
        rng: &mut StdRng,
    ) -> Result<bool, ClientError> {
        self.last = Some(wish.clone());
        tell(client, &wish, "downloading", 0, Value::Null).await?;
        let mut file = match download(&wish, client, target, rng).await? {
            Ok(file) => file,
            Err(error) => return give_up(client, &wish, error).await,
        };
        let fails = rng.random_bool(self.failures.clamp(0.0, 1.0));
        let way = if fails { rng.random_range(0..4) } else { 4 };
        if way == 0
            && let Some(first) = file.first_mut()
        {
            // A bit of its flash has tipped over.
            *first ^= 1;
        }
        tell(client, &wish, "verifying", 0, Value::Null).await?;
        if ArtifactId::from_hash(sha256(&file)).to_string() != wish.sha256 {
            let error = error(
                "hash_mismatch",
                "the file does not have the SHA-256 that was asked for",
            );
            return give_up(client, &wish, error).await;
        }
        tell(client, &wish, "installing", 0, Value::Null).await?;
        sleep(Duration::from_millis(rng.random_range(200..2_000))).await;
        if way == 1 {
            let error = error("no_space", "there is no room for the new image");
            return give_up(client, &wish, error).await;
        }
        tell(client, &wish, "rebooting", 100, Value::Null).await?;
        let fate = match way {
            2 => Fate::RollsBack,
            3 => Fate::FallsSilent,
            _ => Fate::Fine,
        };
        self.installed = Some((wish, fate));
        Ok(true)
    }

    /// After a restart: the version that runs now, when it is another.
    pub(crate) fn started(&self) -> Option<&str> {
        let (wish, fate) = self.installed.as_ref()?;
        (*fate != Fate::RollsBack).then_some(wish.version.as_str())
    }

    /// After a restart and a new connection: what came of it. Says how long the device then stays away, if it does.
    pub(crate) async fn finish(
        &mut self,
        client: &mut Client,
    ) -> Result<Option<Duration>, ClientError> {
        let Some((wish, fate)) = self.installed.take() else {
            return Ok(None);
        };
        match fate {
            Fate::RollsBack => {
                let error = error(
                    "boot_failed",
                    "the new image did not start, the old one runs again",
                );
                tell(client, &wish, "rolled_back", 100, error).await?;
                Ok(None)
            }
            Fate::Fine => {
                tell(client, &wish, "succeeded", 100, Value::Null).await?;
                Ok(None)
            }
            Fate::FallsSilent => {
                tell(client, &wish, "succeeded", 100, Value::Null).await?;
                Ok(Some(SILENT))
            }
        }
    }
}

/// The file, or why the device gives up. Connections are cut now and then; the rest is fetched from where it was.
async fn download(
    wish: &Wish,
    client: &mut Client,
    target: &HubTarget,
    rng: &mut StdRng,
) -> Result<Result<Vec<u8>, Value>, ClientError> {
    if wish.size > MAX_FILE {
        return Ok(Err(error("no_space", "the file is larger than the flash")));
    }
    let size = wish.size as usize;
    let mut file = Vec::new();
    let mut last = None;
    for _ in 0..TRIES {
        let cut = rng.random_bool(0.3);
        let most = if cut {
            rng.random_range(1..=size.max(1))
        } else {
            usize::MAX
        };
        match fetch(target, &wish.url, &wish.sha256, wish.size, most, &mut file).await {
            Ok(()) => {}
            Err(DownloadError::Refused(403, code)) if code == LINK_EXPIRED => {
                return Ok(Err(error(LINK_EXPIRED, "the link has expired")));
            }
            Err(refused @ DownloadError::Refused(400..500, _)) => {
                return Ok(Err(error("download_refused", &refused.to_string())));
            }
            Err(other) => last = Some(other),
        }
        if file.len() >= size {
            return Ok(Ok(file));
        }
        let percent = file.len() * 100 / size.max(1);
        tell(client, wish, "downloading", percent, Value::Null).await?;
        sleep(Duration::from_millis(rng.random_range(100..1_000))).await;
    }
    let text = last.map_or_else(
        || "the connection was cut again and again".to_owned(),
        |error| error.to_string(),
    );
    Ok(Err(error("download_failed", &text)))
}

fn error(code: &str, text: &str) -> Value {
    json!({ "code": code, "text": text })
}

async fn give_up(client: &mut Client, wish: &Wish, error: Value) -> Result<bool, ClientError> {
    tell(client, wish, "failed", 0, error).await?;
    Ok(false)
}

async fn tell(
    client: &mut Client,
    wish: &Wish,
    state: &str,
    percent: usize,
    error: Value,
) -> Result<(), ClientError> {
    let patch = json!({ "firmware": { "update": {
        "target": wish.version,
        "operation": wish.operation,
        "state": state,
        "progress": percent,
        "error": error,
    } } });
    report_patch(client, Bytes::from(patch.to_string())).await
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed step fails the test")]
    use super::*;

    #[test]
    fn a_wish_is_tried_once_unless_it_is_asked_anew() {
        let asked = |url: &str| {
            let asked = json!({ "firmware": {
                "version": "4.4.0", "url": url, "sha256": "ab", "size": 8, "operation": "7/1" } });
            asked.as_object().cloned().unwrap()
        };
        let mut updating = Updating::default();
        let wish = updating.wish(&asked("a"), "4.3.0").unwrap();
        assert_eq!(updating.wish(&asked("a"), "4.4.0"), None, "it runs already");
        updating.last = Some(wish);
        assert_eq!(updating.wish(&asked("a"), "4.3.0"), None);
        assert!(updating.wish(&asked("b"), "4.3.0").is_some(), "a new link");
        let setting = json!({ "firmware": { "version": "4.4.0" } });
        assert_eq!(updating.wish(setting.as_object().unwrap(), "4.3.0"), None);
    }
}
