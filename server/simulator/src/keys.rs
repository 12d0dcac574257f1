//! How a simulated device changes over to a new key, as `server/docs/key-rotation.md` asks: it keeps what works until the
//! new key has worked.

use muster_core::key::SharedKey;
use muster_core::rotation::METHOD;
use muster_core::sas::SasToken;
use muster_core::time::Timestamp;
use serde_json::{Value, json};

use crate::archetype::Reply;
use crate::fleet::SimDevice;

/// Whether this call hands the device a new key.
pub(crate) fn is_handed_by(method: &str) -> bool {
    method == METHOD
}

impl SimDevice {
    /// Stores the key of a call; it is tried at the next connection, which comes soon.
    pub(crate) fn store_key(&mut self, payload: &Value) -> Reply {
        let key = payload["key"].as_str().map(SharedKey::new);
        let Some(Ok(key)) = key else {
            return Reply {
                status: 400,
                payload: json!({ "error": "key is base64 of 16 to 64 bytes" }),
                restarts: false,
            };
        };
        self.next_key = Some(key);
        Reply {
            status: 200,
            payload: Value::Null,
            restarts: true,
        }
    }

    /// A token by the newest key it has.
    pub(crate) fn token(&self, host: &str, expires_at: Timestamp) -> String {
        let resource = format!("{host}/devices/{}", self.id);
        match &self.next_key {
            Some(key) => SasToken::sign(&resource, key, expires_at, None),
            None => SasToken::sign(&resource, &self.key, expires_at, self.policy.as_deref()),
        }
    }

    /// The newest key works: what came before it is forgotten.
    pub(crate) fn was_let_in(&mut self) {
        if let Some(key) = self.next_key.take() {
            (self.key, self.policy) = (key, None);
        }
    }

    /// The newest key does not work; says whether there is an older one to go back to.
    pub(crate) fn was_refused(&mut self) -> bool {
        self.next_key.take().is_some()
    }
}

#[cfg(test)]
mod tests {
    use muster_core::rotation::payload;

    use super::*;
    use crate::fleet::Profile;

    fn key(number: u8) -> SharedKey {
        SharedKey::from_entropy([number; 32])
    }

    #[test]
    fn the_old_key_is_kept_until_the_new_one_has_worked() {
        let policy = Some("device".to_owned());
        let mut device = SimDevice::plain("a".into(), key(1), policy, 1, Profile::Mixed);
        let signer = |device: &SimDevice| {
            let at = Timestamp::from_secs(2_000_000_000);
            let token = device.token("hub", at);
            let signed =
                |n: u8, policy| SasToken::sign("hub/devices/a", &key(n), at, policy) == token;
            (signed(1, Some("device")), signed(2, None))
        };
        assert_eq!(device.store_key(&json!({ "key": "?" })).status, 400);
        assert_eq!(signer(&device), (true, false));
        for _ in 0..2 {
            let reply = device.store_key(&payload(&key(2), 60));
            assert_eq!((reply.status, reply.restarts), (200, true));
            assert_eq!(signer(&device), (false, true));
            assert!(device.was_refused());
            assert!(!device.was_refused());
            assert_eq!(signer(&device), (true, false));
        }
        device.store_key(&payload(&key(2), 60));
        device.was_let_in();
        assert!(!device.was_refused());
        assert_eq!(signer(&device), (false, true));
    }
}
