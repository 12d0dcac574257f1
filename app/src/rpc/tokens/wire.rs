//! What travels about API tokens.

use muster_core::policy::Action;
use muster_core::token::TokenId;
use serde::{Deserialize, Serialize};

use crate::rpc::people::Secret;

/// Whether a token still opens anything.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum TokenState {
    /// It does.
    Live,
    /// Its time is over.
    Expired,
    /// Somebody revoked it, or its person was deactivated.
    Revoked,
}

/// A token; never with its secret.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct TokenView {
    /// Its number.
    pub id: TokenId,
    /// What it is for.
    pub name: String,
    /// What it may do, as far as its person may.
    pub actions: Vec<Action>,
    /// To which devices it is narrowed; empty for all its person sees.
    pub scope: String,
    /// When it ends by itself, in milliseconds since 1970.
    pub expires_ms: i64,
    /// When it was last used, in milliseconds since 1970, give or take a minute.
    pub last_used_ms: Option<i64>,
    /// Whether it still opens anything.
    pub state: TokenState,
}

/// A new token.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CreatedToken {
    /// The token.
    pub token: TokenView,
    /// Its secret: shown once.
    pub secret: Secret,
}

#[cfg(feature = "ssr")]
impl TokenView {
    /// The token as it stands at `now`.
    pub(super) fn at(
        token: muster_core::token::ApiToken,
        now: muster_core::time::Timestamp,
    ) -> Self {
        let state = match (token.revoked_at, token.is_live(now)) {
            (Some(_), _) => TokenState::Revoked,
            (None, true) => TokenState::Live,
            (None, false) => TokenState::Expired,
        };
        Self {
            id: token.id,
            name: token.name,
            actions: token.actions,
            scope: token.scope,
            expires_ms: token.expires_at.millis(),
            last_used_ms: token.last_used_at.map(|at| at.millis()),
            state,
        }
    }
}
