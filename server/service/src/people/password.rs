//! Password hashes: argon2id, off the async threads, few at a time.

use std::sync::LazyLock;

use argon2::password_hash::phc::PasswordHash as Parsed;
use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use muster_storage::PasswordHash;

use super::People;
use crate::error::ServiceError;

/// Compared against when the name is unknown, so that both answers take the same time.
static NOBODY: LazyLock<PasswordHash> =
    LazyLock::new(|| PasswordHash(hash("a password that nobody has")));

impl People {
    /// Hashes a password; takes about 30 ms of a core.
    pub(super) async fn hash(&self, password: String) -> Result<PasswordHash, ServiceError> {
        self.in_background(move || PasswordHash(hash(&password)))
            .await
    }

    /// Whether the password is the one of the hash; without a hash the work is done all the same and the answer is no.
    pub(super) async fn verify(
        &self,
        password: String,
        stored: Option<PasswordHash>,
    ) -> Result<bool, ServiceError> {
        self.in_background(move || {
            let known = stored.is_some();
            let stored = stored.as_ref().unwrap_or(&NOBODY);
            let parsed = Parsed::new(&stored.0);
            let matches = parsed.is_ok_and(|p| {
                Argon2::default()
                    .verify_password(password.as_bytes(), &p)
                    .is_ok()
            });
            known && matches
        })
        .await
    }

    async fn in_background<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, ServiceError> {
        let _turn = self
            .0
            .hashing
            .acquire()
            .await
            .map_err(|_| ServiceError::Busy("sign-ins"))?;
        let done = tokio::task::spawn_blocking(work).await;
        done.map_err(|_| ServiceError::Busy("sign-ins"))
    }
}

fn hash(password: &str) -> String {
    Argon2::default()
        .hash_password(password.as_bytes())
        .expect("argon2's defaults are valid and lengths are checked before")
        .to_string()
}
