//! API tokens: made and revoked by their person, revoked by administrators, judged anew at each use.

use muster_core::event::{EventKind, NewEvent};
use muster_core::ids::PersonId;
use muster_core::policy::Action;
use muster_core::token::{self, ApiToken, BadToken, DEFAULT_DAYS, TokenId};
use muster_query::Condition;
use muster_storage::NewToken;
use serde_json::json;
use subtle::ConstantTimeEq as _;

use crate::access::kinds::ManagePeople;
use crate::access::{Access, Permit};
use crate::error::ServiceError;
use crate::hub::Hub;

/// A token to be made.
#[derive(Clone, Debug)]
pub struct NewApiToken {
    /// What it is for.
    pub name: String,
    /// What it may do; its person may do all of it.
    pub actions: Vec<Action>,
    /// To which devices it is narrowed; empty for all its person sees.
    pub scope: String,
    /// How long it lasts; [`DEFAULT_DAYS`] unless said.
    pub days: Option<u32>,
}

impl Hub {
    /// Makes a token for whoever asks; returns its secret, which nobody can read again. A token makes no tokens: one
    /// that was stolen would outlive its end.
    pub async fn create_token(
        &self,
        access: &Access,
        new: NewApiToken,
    ) -> Result<(ApiToken, String), ServiceError> {
        let person = own(access)?;
        if access.token().is_some() {
            return Err(ServiceError::Invalid(
                "a token cannot make tokens; make one on your account page".into(),
            ));
        }
        let invalid = |error: BadToken| ServiceError::Invalid(error.to_string());
        let name = token::check_name(&new.name).map_err(invalid)?;
        let actions = check_actions(access, new.actions)?;
        let scope = Condition::parse(&new.scope)
            .map_err(|error| ServiceError::Invalid(format!("the scope: {error}")))?;
        let now = self.now();
        let expires_at = token::expiry(now, new.days.unwrap_or(DEFAULT_DAYS)).map_err(invalid)?;
        let secret = token::secret(self.entropy().bytes());
        let hash = token::fingerprint(&secret).expect("a secret was just made by the same rule");
        let record = NewToken {
            id: TokenId::from_entropy(u64::from_be_bytes(self.entropy().bytes())),
            person,
            name,
            hash,
            actions,
            scope: scope.to_string(),
            expires_at,
        };
        let event = NewEvent {
            at: now,
            device: None,
            actor: access.actor(),
            kind: EventKind::TokenCreated,
            detail: json!({
                "token": record.name,
                "actions": record.actions,
                "scope": record.scope,
                "expires": expires_at.to_string(),
            }),
        };
        match self.store().insert_token(record, event).await? {
            Ok(token) => Ok((token, secret)),
            Err(BadToken::NameTaken) => Err(ServiceError::AlreadyExists),
            Err(refused) => Err(invalid(refused)),
        }
    }

    /// The tokens of whoever asks, newest first: also those that ended within the last month.
    pub async fn own_tokens(&self, access: &Access) -> Result<Vec<ApiToken>, ServiceError> {
        Ok(self.store().tokens_of(own(access)?).await?)
    }

    /// Revokes a token of whoever asks; one that was revoked before stays so.
    pub async fn revoke_own_token(
        &self,
        access: &Access,
        id: TokenId,
    ) -> Result<ApiToken, ServiceError> {
        self.revoke(access, own(access)?, id).await
    }

    /// Somebody's tokens, newest first.
    pub async fn tokens_of(
        &self,
        permit: &Permit<ManagePeople>,
        person: PersonId,
    ) -> Result<Vec<ApiToken>, ServiceError> {
        let person = self.person(permit, person).await?;
        Ok(self.store().tokens_of(person.id).await?)
    }

    /// Revokes somebody's token.
    pub async fn revoke_token_of(
        &self,
        permit: &Permit<ManagePeople>,
        person: PersonId,
        id: TokenId,
    ) -> Result<ApiToken, ServiceError> {
        self.revoke(permit.access(), person, id).await
    }

    /// What whoever shows this token may do: what its person may at this moment, narrowed to what the token is for.
    /// `None` when the text is no token, has ended, was revoked, or when its person may not act: deactivated, or with
    /// a password that must be changed first.
    pub async fn access_of_token(&self, secret: &str) -> Result<Option<Access>, ServiceError> {
        let Some(hash) = token::fingerprint(secret) else {
            return Ok(None);
        };
        let Some((token, stored)) = self.store().find_token_by_hash(&hash).await? else {
            return Ok(None);
        };
        let now = self.now();
        if !bool::from(stored.as_slice().ct_eq(&hash)) || !token.is_live(now) {
            return Ok(None);
        }
        let Some(access) = self.access_of(token.person).await? else {
            return Ok(None);
        };
        if access.person().is_some_and(|p| p.must_change_password) {
            return Ok(None);
        }
        if token.use_is_news(now)
            && let Err(error) = self.store().note_token_use(token.id, now).await
        {
            // What only reads must work while the disk is full.
            tracing::warn!(
                token.id = %token.id,
                error = &error as &dyn std::error::Error,
                "could not note the use of a token"
            );
        }
        Ok(Some(access.narrowed(&token)))
    }

    async fn revoke(
        &self,
        by: &Access,
        person: PersonId,
        id: TokenId,
    ) -> Result<ApiToken, ServiceError> {
        let event = NewEvent {
            at: self.now(),
            device: None,
            actor: by.actor(),
            kind: EventKind::TokenRevoked,
            detail: json!({ "person": person }),
        };
        let revoked = self.store().revoke_token(person, id, event).await?;
        revoked.ok_or(ServiceError::NotFound)
    }
}

fn own(access: &Access) -> Result<PersonId, ServiceError> {
    let person = access.person().ok_or_else(|| {
        ServiceError::Invalid("tokens belong to people; the command line needs none".into())
    })?;
    Ok(person.id)
}

/// At least one, each once, none that its person may not do.
fn check_actions(access: &Access, asked: Vec<Action>) -> Result<Vec<Action>, ServiceError> {
    if let Some(refused) = asked.iter().find(|action| !access.can(**action)) {
        return Err(ServiceError::Forbidden(*refused));
    }
    let actions: Vec<Action> = Action::ALL
        .iter()
        .copied()
        .filter(|action| asked.contains(action))
        .collect();
    if actions.is_empty() {
        return Err(ServiceError::Invalid(BadToken::NoAction.to_string()));
    }
    Ok(actions)
}
