//! Embeds in memory: all in use, what opens them, and how often they were opened since that was last written.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use muster_core::embed::{Embed, EmbedId};
use muster_core::time::Timestamp;
use muster_storage::{EmbedKey, EmbedNews, EmbedUse, KeyedEmbed, Store};

use crate::error::ServiceError;
use crate::hub::Hub;

/// Time between two notes of use: each is a write, and what happened since is lost when the process dies.
const WRITE_EVERY: Duration = Duration::from_secs(10);

/// What the hub knows of embeds without asking storage. The number in use is bounded where they are made.
#[derive(Debug, Default)]
pub(crate) struct Embeds(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    by_id: HashMap<EmbedId, Arc<KeyedEmbed>>,
    by_hash: HashMap<[u8; 32], EmbedId>,
    /// Of embeds that are known only.
    uses: HashMap<EmbedId, EmbedUse>,
}

impl Embeds {
    /// Reads what storage keeps.
    pub(crate) async fn load(&self, store: &Store) -> Result<(), ServiceError> {
        let keyed = store.keyed_embeds().await?;
        let mut state = self.lock();
        for embed in keyed {
            state.put(embed);
        }
        Ok(())
    }

    /// Follows a commit, before anybody is answered: what was revoked opens nothing from then on.
    pub(crate) fn follow(&self, news: &EmbedNews) {
        let mut state = self.lock();
        match news {
            EmbedNews::Made(made) => state.put((**made).clone()),
            EmbedNews::Revoked(id, at) => {
                if let Some(known) = state.by_id.get_mut(id) {
                    Arc::make_mut(known).embed.revoked_at = Some(*at);
                }
            }
            EmbedNews::Forgotten(older) => {
                let gone = |keyed: &KeyedEmbed| keyed.embed.ends_at() < *older;
                state.by_id.retain(|_, keyed| !gone(keyed));
                let State {
                    by_id,
                    by_hash,
                    uses,
                } = &mut *state;
                by_hash.retain(|_, id| by_id.contains_key(id));
                uses.retain(|id, _| by_id.contains_key(id));
            }
        }
    }

    /// The embed of a token with this hash.
    pub(super) fn by_hash(&self, hash: &[u8; 32]) -> Option<Arc<KeyedEmbed>> {
        let state = self.lock();
        let id = state.by_hash.get(hash)?;
        state.by_id.get(id).cloned()
    }

    /// The embed of a number.
    pub(super) fn by_id(&self, id: EmbedId) -> Option<Arc<KeyedEmbed>> {
        self.lock().by_id.get(&id).cloned()
    }

    /// Notes a look: that of somebody who opened it, in a page of this origin if in one, or the next of a page that
    /// is open.
    pub(super) fn note(&self, id: EmbedId, at: Timestamp, opened: bool, origin: Option<String>) {
        let mut state = self.lock();
        if !state.by_id.contains_key(&id) {
            return;
        }
        let noted = state.uses.entry(id).or_insert(EmbedUse {
            id,
            uses: 0,
            at,
            origin: None,
        });
        noted.uses += u64::from(opened);
        noted.at = at;
        noted.origin = origin.or(noted.origin.take());
    }

    /// The embed with what was not written yet.
    pub(super) fn counted(&self, mut embed: Embed) -> Embed {
        if let Some(noted) = self.lock().uses.get(&embed.id) {
            embed.uses += noted.uses;
            embed.last_used_at = Some(noted.at);
            embed.last_origin = noted.origin.clone().or(embed.last_origin);
        }
        embed
    }

    fn take(&self) -> Vec<EmbedUse> {
        let uses = std::mem::take(&mut self.lock().uses);
        uses.into_values().collect()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn put(&mut self, keyed: KeyedEmbed) {
        let id = keyed.embed.id;
        if let EmbedKey::Token(hash) = &keyed.key {
            self.by_hash.insert(*hash, id);
        }
        self.by_id.insert(id, Arc::new(keyed));
    }
}

/// Writes how often embeds were opened, until the hub stops, and once more then.
pub(crate) async fn write_uses(hub: Hub) {
    let mut tick = tokio::time::interval(WRITE_EVERY);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        let stopping = tokio::select! {
            () = hub.stopping().cancelled() => true,
            _ = tick.tick() => false,
        };
        let uses = hub.embeds_kept().take();
        if !uses.is_empty()
            && let Err(error) = hub.store().note_embed_uses(uses).await
        {
            // What only reads must work while the disk is full.
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "could not note the use of embeds"
            );
        }
        if stopping {
            return;
        }
    }
}
