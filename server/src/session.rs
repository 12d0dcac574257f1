//! Sessions of the dashboard: their store in the hub's database, what they hold, and who hears of their end.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use muster_core::hash;
use muster_core::ids::PersonId;
use muster_core::time::Timestamp;
use muster_service::Hub;
use muster_storage::WebSession;
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast;
use tower_sessions::cookie::SameSite;
use tower_sessions::cookie::time::{Duration, OffsetDateTime};
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result};
use tower_sessions::{Expiry, Session, SessionManagerLayer, SessionStore};

use crate::state::Scheme;

/// A session ends when nobody used it for so long.
pub const IDLE: Duration = Duration::hours(12);

/// A session ends after so long, however much it was used.
pub const ABSOLUTE_MS: i64 = 7 * 24 * 60 * 60 * 1000;

/// Use is noted at most so often: each note is a write.
pub const RENEW_AFTER_MS: i64 = 60 * 1000;

const WHO: &str = "who";

/// The layer that reads and sets the cookie. Under TLS the name's prefix makes browsers refuse the cookie from
/// anywhere but this very host; without TLS such a cookie cannot be set.
pub fn layer(hub: &Hub, scheme: Scheme) -> SessionManagerLayer<Store> {
    let name = match scheme {
        Scheme::Https => "__Host-sid",
        Scheme::Http => "sid",
    };
    SessionManagerLayer::new(Store(hub.clone()))
        .with_name(name)
        .with_secure(scheme == Scheme::Https)
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_path("/")
        .with_expiry(Expiry::OnInactivity(IDLE))
}

/// Who signed in with a session, and when.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SignedIn {
    /// Who.
    pub person: PersonId,
    /// When they signed in.
    pub since: Timestamp,
    /// When the session was last seen in use, give or take [`RENEW_AFTER_MS`].
    pub seen: Timestamp,
}

/// What a session has come to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Age {
    Fresh,
    Renew,
    Over,
}

impl SignedIn {
    fn age(&self, now: Timestamp) -> Age {
        if now.since(self.since) >= ABSOLUTE_MS {
            Age::Over
        } else if now.since(self.seen) >= RENEW_AFTER_MS {
            Age::Renew
        } else {
            Age::Fresh
        }
    }
}

/// Begins a session: a new id, so that one planted before cannot be used afterwards.
pub async fn begin(
    session: &Session,
    person: PersonId,
    now: Timestamp,
) -> std::result::Result<(), tower_sessions::session::Error> {
    session.cycle_id().await?;
    session
        .insert(
            WHO,
            SignedIn {
                person,
                since: now,
                seen: now,
            },
        )
        .await
}

/// Who uses this session; notes the use, and ends a session that is too old.
pub async fn who(
    session: &Session,
    now: Timestamp,
) -> std::result::Result<Option<PersonId>, tower_sessions::session::Error> {
    let Some(mut who) = session.get::<SignedIn>(WHO).await? else {
        return Ok(None);
    };
    match who.age(now) {
        Age::Over => {
            session.flush().await?;
            return Ok(None);
        }
        Age::Renew => {
            who.seen = now;
            session.insert(WHO, who).await?;
        }
        Age::Fresh => {}
    }
    Ok(Some(who.person))
}

/// The number under which the hub keeps a session: its hash, so that whoever reads the database or a backup cannot
/// use the sessions in it.
pub fn stored_id(id: &Id) -> i128 {
    let hash = hash::sha256(&id.0.to_le_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    i128::from_le_bytes(bytes)
}

/// The store: the hub's database.
#[derive(Clone)]
pub struct Store(Hub);

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Store")
    }
}

#[async_trait]
impl SessionStore for Store {
    async fn create(&self, record: &mut Record) -> Result<()> {
        // 128 random bits: a collision is not a case.
        self.0.begin_session(to_row(record)?).await.map_err(backend)
    }

    async fn save(&self, record: &Record) -> Result<()> {
        // A session that was ended while this request ran stays ended.
        self.0.renew_session(to_row(record)?).await.map_err(backend)
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let row = self.0.load_session(stored_id(id)).await.map_err(backend)?;
        row.map(|row| {
            let data = serde_json::from_slice(&row.data)
                .map_err(|problem| Error::Decode(problem.to_string()))?;
            let expiry_date = OffsetDateTime::from_unix_timestamp(row.expires_at.secs())
                .map_err(|problem| Error::Decode(problem.to_string()))?;
            Ok(Record {
                id: *id,
                data,
                expiry_date,
            })
        })
        .transpose()
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        self.0.delete_session(stored_id(id)).await.map_err(backend)
    }
}

fn to_row(record: &Record) -> Result<WebSession> {
    let who: Option<SignedIn> = record
        .data
        .get(WHO)
        .and_then(|who| serde_json::from_value(who.clone()).ok());
    Ok(WebSession {
        id: stored_id(&record.id),
        person: who.map(|who| who.person),
        data: serde_json::to_vec(&record.data)
            .map_err(|problem| Error::Encode(problem.to_string()))?,
        expires_at: Timestamp::from_secs(record.expiry_date.unix_timestamp()),
    })
}

fn backend(problem: impl std::error::Error + 'static) -> Error {
    Error::Backend(crate::failure::story(&problem))
}

/// The end of sessions, told to live streams at once.
#[derive(Clone, Debug)]
pub struct Endings(Arc<broadcast::Sender<Ended>>);

/// Sessions that ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ended {
    /// One session.
    Session(Id),
    /// All of a person.
    Person(PersonId),
}

/// Endings a stream may lag behind; then it asks the database.
const QUEUE: usize = 64;

impl Default for Endings {
    fn default() -> Self {
        Self(Arc::new(broadcast::channel(QUEUE).0))
    }
}

impl Endings {
    /// Tells of an end.
    pub fn tell(&self, ended: Ended) {
        // Nobody listening is fine.
        let _ = self.0.send(ended);
    }

    /// Hears of ends from now on.
    pub fn listen(&self) -> broadcast::Receiver<Ended> {
        self.0.subscribe()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_are_renewed_by_the_minute_and_over_after_a_week() {
        let check = |since_s, seen_s, now_s, want| {
            let who = SignedIn {
                person: PersonId(1),
                since: Timestamp::from_secs(since_s),
                seen: Timestamp::from_secs(seen_s),
            };
            assert_eq!(
                who.age(Timestamp::from_secs(now_s)),
                want,
                "{since_s} {seen_s} {now_s}"
            );
        };
        check(0, 0, 59, Age::Fresh);
        check(0, 0, 60, Age::Renew);
        check(0, 100, 120, Age::Fresh);
        check(0, 604_790, 604_799, Age::Fresh);
        check(0, 604_790, 604_800, Age::Over);
    }

    #[test]
    fn the_database_does_not_hold_what_the_cookie_holds() {
        let (a, b) = (Id(1), Id(2));
        assert_ne!(stored_id(&a), a.0);
        assert_ne!(stored_id(&a), stored_id(&b));
    }
}
