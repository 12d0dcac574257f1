//! Links by which one device fetches one artifact for a short time: `/firmware/{sha256}?device=…&expires=…&signature=…`.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::artifact::ArtifactId;
use crate::ids::DeviceId;
use crate::key::SharedKey;
use crate::time::Timestamp;

/// How long a link is good, in milliseconds: an hour.
pub const LINK_MS: i64 = 3600 * 1000;

/// Where artifacts lie on the hub; their id follows.
pub const PATH: &str = "/firmware/";

/// What a link opens, for whom and until when.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Link {
    /// The artifact.
    pub artifact: ArtifactId,
    /// The device it was made for.
    pub device: DeviceId,
    /// When it ends; whole seconds.
    pub expires: Timestamp,
}

/// Why a link is refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BadLink {
    /// A part is missing or cannot be read.
    #[error("this is no link to an artifact")]
    Unreadable,
    /// The hub did not make it like this.
    #[error("the link was not made by this hub, or was changed")]
    Signature,
    /// Its time is over.
    #[error(
        "the link has expired; report the error {} and take the new one",
        super::progress::LINK_EXPIRED
    )]
    Expired,
}

impl Link {
    /// How long a link is good, in milliseconds.
    pub const GOOD_MS: i64 = LINK_MS;

    /// A link that is good from `now` on.
    pub fn new(artifact: ArtifactId, device: DeviceId, now: Timestamp) -> Self {
        let expires = Timestamp::from_secs(now.plus_ms(LINK_MS).secs());
        Self {
            artifact,
            device,
            expires,
        }
    }

    /// The address on the hub, signed.
    pub fn address(&self, key: &SharedKey) -> String {
        let device: String = url_encoded(self.device.as_str());
        format!(
            "{PATH}{}?device={device}&expires={}&signature={}",
            self.artifact,
            self.expires.secs(),
            URL_SAFE_NO_PAD.encode(key.sign_bytes(&self.signed()))
        )
    }

    /// Reads what an address says, and judges it. `device`, `expires` and `signature` are decoded.
    pub fn verify(
        artifact: &str,
        device: &str,
        expires: &str,
        signature: &str,
        key: &SharedKey,
        now: Timestamp,
    ) -> Result<Self, BadLink> {
        let unreadable = BadLink::Unreadable;
        let link = Self {
            artifact: ArtifactId::new(artifact).map_err(|_| unreadable)?,
            device: DeviceId::new(device).map_err(|_| unreadable)?,
            expires: Timestamp::from_secs(expires.parse().map_err(|_| unreadable)?),
        };
        let signature = URL_SAFE_NO_PAD
            .decode(signature)
            .map_err(|_| BadLink::Signature)?;
        if !key.verify(&link.signed(), &signature) {
            return Err(BadLink::Signature);
        }
        if now >= link.expires {
            return Err(BadLink::Expired);
        }
        Ok(link)
    }

    /// When the link in an address was made; `None` when it is none of the hub's.
    pub fn made_at(url: &str) -> Option<Timestamp> {
        let (_, query) = url.split_once('?')?;
        let expires = query
            .split('&')
            .find_map(|part| part.strip_prefix("expires="))?;
        Some(Timestamp::from_secs(expires.parse().ok()?).plus_ms(-LINK_MS))
    }

    /// Device ids hold no line breaks.
    fn signed(&self) -> String {
        let seconds = self.expires.secs();
        format!("firmware\n{}\n{}\n{seconds}", self.artifact, self.device)
    }
}

fn url_encoded(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            write!(out, "%{byte:02X}").expect("writing to a string succeeds");
        }
        out
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed step fails the test")]
    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_772_600_767);

    fn parts(address: &str) -> [String; 4] {
        let (path, query) = address.split_once('?').unwrap();
        let mut parts = query.split('&').map(|part| part.split_once('=').unwrap().1);
        let mut next = || parts.next().unwrap().replace("%24", "$");
        [
            path.strip_prefix(PATH).unwrap().to_owned(),
            next(),
            next(),
            next(),
        ]
    }

    #[test]
    fn links_open_one_artifact_for_one_device_for_an_hour() {
        let key = SharedKey::from_entropy([7; 32]);
        let artifact = ArtifactId::from_hash([1; 32]);
        let link = Link::new(artifact, DeviceId::new("pump$1").unwrap(), NOW);
        let address = link.address(&key);
        assert_eq!(Link::made_at(&address), Some(NOW));
        let good = parts(&address);
        let check = |change: &dyn Fn(&mut [String; 4]), later: i64, want: Result<(), BadLink>| {
            let mut parts = good.clone();
            change(&mut parts);
            let [artifact, device, expires, signature] = &parts;
            let now = NOW.plus_ms(later);
            let got = Link::verify(artifact, device, expires, signature, &key, now);
            assert_eq!(got.map(|_| ()), want, "{parts:?}");
        };
        check(&|_| {}, 0, Ok(()));
        check(&|_| {}, LINK_MS - 1, Ok(()));
        check(&|_| {}, LINK_MS, Err(BadLink::Expired));
        let other = ArtifactId::from_hash([2; 32]).to_string();
        check(
            &|parts| parts[0].clone_from(&other),
            0,
            Err(BadLink::Signature),
        );
        check(&|parts| parts[0] = "x".into(), 0, Err(BadLink::Unreadable));
        check(
            &|parts| parts[1] = "pump2".into(),
            0,
            Err(BadLink::Signature),
        );
        check(&|parts| parts[2] += "0", 0, Err(BadLink::Signature));
        check(
            &|parts| parts[2] = "soon".into(),
            0,
            Err(BadLink::Unreadable),
        );
        check(&|parts| parts[3].clear(), 0, Err(BadLink::Signature));
        check(&|parts| parts[3] = "?".into(), 0, Err(BadLink::Signature));
        let [artifact, device, expires, signature] = &good;
        let foreign = SharedKey::from_entropy([8; 32]);
        let got = Link::verify(artifact, device, expires, signature, &foreign, NOW);
        assert_eq!(got, Err(BadLink::Signature));
    }
}
