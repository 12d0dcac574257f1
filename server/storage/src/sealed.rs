//! Secrets at rest. The master key opens the data key, the data key opens each secret, and a secret opens only in the
//! place it was sealed for.

use std::fmt;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Nonce};

use crate::engine::{Connection, Sql};
use crate::error::StorageError;
use crate::store::MasterKey;

/// Form of sealed bytes: this, 12 bytes of nonce, ciphertext with tag.
const VERSION: u8 = 1;

const NONCE: usize = 12;

/// The place the data key is sealed for.
const DATA_KEY: &str = "keyring";

const READ: Sql = Sql::both(
    "reading the data key",
    "SELECT sealed FROM keyring WHERE id = 1",
);
const WRITE: Sql = Sql::both(
    "storing the data key",
    "INSERT INTO keyring (id, sealed) VALUES (1, $1)",
);

pub(crate) const STATEMENTS: &[&Sql] = &[&READ, &WRITE];

/// Seals and opens secrets. Its `Debug` shows nothing.
#[derive(Clone)]
pub(crate) struct Sealer(ChaCha20Poly1305);

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealer(…)")
    }
}

impl Sealer {
    fn new(key: &[u8; 32]) -> Self {
        Self(ChaCha20Poly1305::new(key.into()))
    }

    /// The sealer of a database; at its first start makes the data key.
    pub(crate) async fn open(
        master: &MasterKey,
        connection: &mut Connection<'_>,
    ) -> Result<Self, StorageError> {
        let master = Self::new(&master.0);
        if let Some(row) = connection.row(&READ, []).await? {
            let sealed: Vec<u8> = row.get(0)?;
            let key = master.open_bytes(DATA_KEY, &sealed);
            let key = key.and_then(|key| <[u8; 32]>::try_from(key).ok());
            return key
                .as_ref()
                .map(Self::new)
                .ok_or(StorageError::WrongMasterKey);
        }
        let key: [u8; 32] = rand::random();
        let sealed = master.seal(DATA_KEY, &key);
        connection.run(&WRITE, [sealed.into()]).await?;
        Ok(Self::new(&key))
    }

    /// Seals a secret for `place`: the owner's id and the slot.
    pub(crate) fn seal(&self, place: &str, secret: &[u8]) -> Vec<u8> {
        let nonce: [u8; NONCE] = rand::random();
        let payload = Payload {
            msg: secret,
            aad: place.as_bytes(),
        };
        let sealed = self
            .0
            .encrypt(&Nonce::from(nonce), payload)
            .expect("only secrets beyond 256 GiB cannot be sealed");
        [&[VERSION], nonce.as_slice(), &sealed].concat()
    }

    /// Opens a secret; `None` when it was not sealed by this database for this place.
    pub(crate) fn open_bytes(&self, place: &str, sealed: &[u8]) -> Option<Vec<u8>> {
        let (&VERSION, rest) = sealed.split_first()? else {
            return None;
        };
        let (nonce, text) = rest.split_first_chunk::<NONCE>()?;
        let payload = Payload {
            msg: text,
            aad: place.as_bytes(),
        };
        self.0.decrypt(&Nonce::from(*nonce), payload).ok()
    }

    /// Opens a secret that is text; `None` when it was not sealed by this database for this place.
    pub(crate) fn open_text(&self, place: &str, sealed: &[u8]) -> Option<String> {
        String::from_utf8(self.open_bytes(place, sealed)?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_open_only_where_they_were_sealed() {
        let (one, two) = (Sealer::new(&[1; 32]), Sealer::new(&[2; 32]));
        let sealed = one.seal("device:a:primary", b"secret");
        assert_eq!(
            one.open_text("device:a:primary", &sealed).as_deref(),
            Some("secret")
        );
        assert_eq!(one.open_text("device:a:secondary", &sealed), None);
        assert_eq!(two.open_text("device:a:primary", &sealed), None);
        assert_ne!(
            sealed,
            one.seal("device:a:primary", b"secret"),
            "nonces repeat"
        );
    }

    #[test]
    fn damaged_bytes_do_not_open() {
        let sealer = Sealer::new(&[1; 32]);
        let sealed = sealer.seal("p", b"secret");
        for cut in 0..sealed.len() {
            assert_eq!(sealer.open_text("p", &sealed[..cut]), None);
            let mut damaged = sealed.clone();
            damaged[cut] ^= 1;
            assert_eq!(sealer.open_text("p", &damaged), None);
        }
    }
}
