//! People: accounts, passwords, who is acting.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use muster_core::hash;
use muster_core::ids::PersonId;
use tokio::sync::Semaphore;

use crate::access::Access;
use crate::error::ServiceError;
use crate::hub::Hub;

mod accounts;
mod password;
mod setup;
mod sign_in;
mod throttle;
mod tokens;

pub use accounts::{MadeAccount, NewAccount, PersonEdit};
pub use sign_in::{PasswordError, SignInError};
pub use tokens::NewApiToken;

/// State of the people side that lives in memory.
#[derive(Clone, Debug)]
pub(crate) struct People(Arc<State>);

#[derive(Debug)]
struct State {
    /// Who is acting, by number: read on each request, forgotten when an account changes.
    access: Mutex<HashMap<PersonId, Access>>,
    /// Bounds password hashing.
    hashing: Semaphore,
    /// Slows down guessing.
    throttle: throttle::Throttle,
    /// Fingerprint of the one-time set-up link's token, while there is no administrator.
    setup: Mutex<Option<[u8; 32]>>,
    /// The token itself, until the console has printed it.
    setup_token: Mutex<Option<String>>,
}

/// Most accesses remembered at once; more than the people of any factory who work at the same time.
const MAX_REMEMBERED: usize = 10_000;

impl People {
    pub(crate) fn new(hashing: Semaphore) -> Self {
        Self(Arc::new(State {
            access: Mutex::default(),
            hashing,
            throttle: throttle::Throttle::default(),
            setup: Mutex::default(),
            setup_token: Mutex::default(),
        }))
    }

    /// Accounts changed: the next request reads them again.
    pub(crate) fn forget_access(&self) {
        self.0
            .access
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }

    /// Makes the one-time set-up token when nobody could administer the hub.
    pub(crate) async fn prepare_setup(&self, hub: &Hub) -> Result<(), ServiceError> {
        if !hub.store().has_admin().await? {
            let token = hub.entropy().token();
            *self.0.setup.lock().unwrap_or_else(PoisonError::into_inner) =
                Some(hash::sha256(token.as_bytes()));
            *self
                .0
                .setup_token
                .lock()
                .unwrap_or_else(PoisonError::into_inner) = Some(token);
        }
        Ok(())
    }
}

impl Hub {
    /// The access of a person who signed in earlier; `None` when they may not act any more.
    pub async fn access_of(&self, id: PersonId) -> Result<Option<Access>, ServiceError> {
        let state = &self.people().0;
        let remembered = state
            .access
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&id)
            .cloned();
        if remembered.is_some() {
            return Ok(remembered);
        }
        let Some(person) = self.store().find_person(id).await?.filter(|p| p.active) else {
            return Ok(None);
        };
        let home = match person.home_view {
            Some(view) => self.store().find_view(view, id).await?,
            None => None,
        };
        let access = Access::of(person, home);
        let mut map = state.access.lock().unwrap_or_else(PoisonError::into_inner);
        if map.len() >= MAX_REMEMBERED {
            map.clear();
        }
        map.insert(id, access.clone());
        Ok(Some(access))
    }
}
