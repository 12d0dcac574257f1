//! The audit trail: events of people and of the console, each bound to the one before by a hash.

use muster_core::event::Event;
use muster_core::ids::EventSeq;
use sha2::{Digest, Sha256};

use crate::engine::Sql;
use crate::error::StorageError;
use crate::events::{actor_parts, actor_token};
use crate::records::{AuditCheck, AuditFault};
use crate::store::Store;
use crate::writer::state;

/// Entries that are read at once.
const STRIDE: usize = 1000;

const READ: Sql = Sql::pair(
    "reading the audit trail",
    "SELECT seq, at, device_id, actor, actor_id, actor_name, kind, detail, hash, actor_token
     FROM event INDEXED BY event_audited WHERE hash IS NOT NULL AND seq > $1 ORDER BY seq LIMIT $2",
    "SELECT seq, at, device_id, actor, actor_id, actor_name, kind, detail, hash, actor_token
     FROM event WHERE hash IS NOT NULL AND seq > $1 ORDER BY seq LIMIT $2",
);

pub(crate) const STATEMENTS: &[&Sql] = &[&READ];

/// An entry as its hash sees it: the stored columns, so that a value nobody can read is still a fault and no error.
struct Entry<'e> {
    seq: i64,
    at: i64,
    device: Option<&'e str>,
    actor: &'e str,
    actor_id: Option<i64>,
    actor_name: Option<&'e str>,
    kind: &'e str,
    detail: &'e str,
    /// Came later: entries without one hash as they did before.
    actor_token: Option<&'e str>,
}

/// The hash of an event that follows the entry with hash `previous`; `detail` is its stored text.
pub(crate) fn link(previous: &[u8; 32], event: &Event, detail: &str) -> [u8; 32] {
    let (actor, actor_id, actor_name) = actor_parts(&event.actor);
    let entry = Entry {
        seq: event.seq.0,
        at: event.at.millis(),
        device: event.device.as_ref().map(|id| id.as_str()),
        actor,
        actor_id,
        actor_name: actor_name.as_deref(),
        kind: event.kind.as_str(),
        detail,
        actor_token: actor_token(&event.actor),
    };
    entry.hash(previous)
}

impl Entry<'_> {
    /// SHA-256 over the hash before and every field with its length; an absent field has none.
    fn hash(&self, previous: &[u8; 32]) -> [u8; 32] {
        let (seq, at) = (self.seq.to_be_bytes(), self.at.to_be_bytes());
        let actor_id = self.actor_id.map(i64::to_be_bytes);
        let fields: [Option<&[u8]>; 8] = [
            Some(&seq),
            Some(&at),
            self.device.map(str::as_bytes),
            Some(self.actor.as_bytes()),
            actor_id.as_ref().map(|bytes| bytes.as_slice()),
            self.actor_name.map(str::as_bytes),
            Some(self.kind.as_bytes()),
            Some(self.detail.as_bytes()),
        ];
        let mut hash = Sha256::new();
        hash.update(previous);
        let token = self.actor_token.map(|token| Some(token.as_bytes()));
        for field in fields.into_iter().chain(token) {
            let length = field.map_or(u64::MAX, |field| field.len() as u64);
            hash.update(length.to_be_bytes());
            hash.update(field.unwrap_or_default());
        }
        hash.finalize().into()
    }
}

impl Store {
    /// Walks the audit trail from its beginning and says where it was tampered with, if it was.
    pub async fn verify_audit(&self) -> Result<AuditCheck, StorageError> {
        let mut reader = self.reader().await?;
        let mut connection = reader.connection();
        // The end first: what is appended meanwhile does not matter.
        let (_, end) = state::read(&mut connection).await?;
        let (mut previous, mut entries, mut seq) = ([0; 32], 0, 0_i64);
        while entries < end.audit_count {
            let rows = connection.rows(&READ, [seq.into(), STRIDE.into()]).await?;
            if rows.is_empty() {
                break;
            }
            for row in rows.iter().take((end.audit_count - entries) as usize) {
                seq = row.get(0)?;
                let (device, actor, name): (Option<String>, String, Option<String>) =
                    (row.get(2)?, row.get(3)?, row.get(5)?);
                let (kind, detail): (String, String) = (row.get(6)?, row.get(7)?);
                let actor_token: Option<String> = row.get(9)?;
                let entry = Entry {
                    seq,
                    at: row.get(1)?,
                    device: device.as_deref(),
                    actor: &actor,
                    actor_id: row.get(4)?,
                    actor_name: name.as_deref(),
                    kind: &kind,
                    detail: &detail,
                    actor_token: actor_token.as_deref(),
                };
                previous = entry.hash(&previous);
                entries += 1;
                if row.get::<Vec<u8>>(8)? != previous {
                    return Ok(checked(entries, Some(AuditFault::Broken(EventSeq(seq)))));
                }
            }
        }
        let whole = entries == end.audit_count && previous == end.audit_hash;
        let cut_off = AuditFault::CutOff {
            found: entries.cast_unsigned(),
            written: end.audit_count.cast_unsigned(),
        };
        Ok(checked(entries, (!whole).then_some(cut_off)))
    }
}

fn checked(entries: i64, fault: Option<AuditFault>) -> AuditCheck {
    AuditCheck {
        entries: entries.cast_unsigned(),
        fault,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_and_its_boundaries_count() {
        let base = || Entry {
            seq: 1,
            at: 2,
            device: Some("ab"),
            actor: "person",
            actor_id: Some(3),
            actor_name: Some("c"),
            kind: "exported",
            detail: "{}",
            actor_token: None,
        };
        let hashes = [
            base().hash(&[0; 32]),
            base().hash(&[1; 32]),
            Entry { seq: 9, ..base() }.hash(&[0; 32]),
            Entry { at: 9, ..base() }.hash(&[0; 32]),
            Entry {
                device: Some("abp"),
                actor: "erson",
                ..base()
            }
            .hash(&[0; 32]),
            Entry {
                device: None,
                ..base()
            }
            .hash(&[0; 32]),
            Entry {
                device: Some(""),
                ..base()
            }
            .hash(&[0; 32]),
            Entry {
                actor_id: None,
                ..base()
            }
            .hash(&[0; 32]),
            Entry {
                actor_name: None,
                ..base()
            }
            .hash(&[0; 32]),
            Entry {
                actor_token: Some("ci"),
                ..base()
            }
            .hash(&[0; 32]),
            Entry {
                actor_token: Some(""),
                ..base()
            }
            .hash(&[0; 32]),
            Entry {
                kind: "signed_in",
                ..base()
            }
            .hash(&[0; 32]),
            Entry {
                detail: "{\"a\":1}",
                ..base()
            }
            .hash(&[0; 32]),
        ];
        for (i, one) in hashes.iter().enumerate() {
            assert!(!hashes[..i].contains(one), "{i}");
        }
    }
}
