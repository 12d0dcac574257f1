//! Time and randomness, handed in so that tests decide them.

use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use muster_core::ids::RefId;
use muster_core::time::Timestamp;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// Where the hub reads the time.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// A clock that tests move: milliseconds since 1970.
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands still at `at` until moved.
    pub fn manual(at: Timestamp) -> Self {
        Self::Manual(Arc::new(AtomicI64::new(at.millis())))
    }

    /// The present.
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => {
                let since = SystemTime::now()
                    .duration_since(UNIX_EPOCH)
                    .unwrap_or_default();
                Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
            }
            Self::Manual(ms) => Timestamp::from_millis(ms.load(Ordering::Relaxed)),
        }
    }
}

/// Where the hub draws random numbers: a cryptographic generator, seeded by the system or by a test.
#[derive(Clone)]
pub struct Entropy(Arc<Mutex<StdRng>>);

impl Entropy {
    /// Seeded by the operating system.
    pub fn system() -> Self {
        Self(Arc::new(Mutex::new(StdRng::from_rng(&mut rand::rng()))))
    }

    /// The same numbers at each run, for tests.
    pub fn seeded(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(StdRng::seed_from_u64(seed))))
    }

    /// Random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .fill_bytes(&mut bytes);
        bytes
    }

    /// A new reference for a failure.
    pub fn ref_id(&self) -> RefId {
        RefId::from_entropy(u64::from_le_bytes(self.bytes()))
    }

    /// A password people can read aloud: 20 characters in groups of five, 97 bits.
    pub fn password(&self) -> String {
        const ALPHABET: &[u8; 29] = b"abcdefghjkmnpqrstuvwxyz234567";
        let mut text = String::with_capacity(23);
        while text.len() < 23 {
            // 29 · 8 = 232: rejecting the rest keeps all letters equally likely.
            let [byte] = self.bytes::<1>();
            if byte < 232 {
                if text.len() % 6 == 5 {
                    text.push('-');
                }
                text.push(char::from(ALPHABET[usize::from(byte % 29)]));
            }
        }
        text
    }

    /// A secret for an address: 256 bits as URL-safe text.
    pub fn token(&self) -> String {
        use base64::Engine as _;
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(self.bytes::<32>())
    }
}

impl fmt::Debug for Entropy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Entropy(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_grouped_and_differ() {
        let entropy = Entropy::seeded(1);
        let (a, b) = (entropy.password(), entropy.password());
        assert_ne!(a, b);
        assert_eq!(a.len(), 23);
        assert_eq!(a.split('-').map(str::len).collect::<Vec<_>>(), [5, 5, 5, 5]);
    }
}
