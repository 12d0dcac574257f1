//! The fleet said once more, as plainly as possible: a sorted map of entries, asked one by one.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use muster_core::contact::{Contact, Schedule};
use muster_core::device::Status;
use muster_core::ids::DeviceId;
use muster_core::time::{NEVER, Timestamp};
use muster_core::twin::Object;
use muster_query::{Condition, Datum, Field, Path, Scope, path};
use serde_json::Value;

use crate::{Census, Entry, Row, Scalar, Sort, SortKey, TagPath};

#[derive(Debug, Default)]
pub(super) struct Oracle(pub(super) BTreeMap<DeviceId, Entry>);

/// A device at a moment.
pub(super) struct At<'a>(pub(super) &'a Entry, pub(super) Timestamp);

impl At<'_> {
    fn contact(&self) -> Option<Contact> {
        let At(entry, now) = self;
        let schedule = Schedule::from_tags(&Value::Object(entry.tags.clone()));
        let in_service = entry.stage.in_service();
        in_service.then(|| Contact::judge(entry.connected, entry.last_activity_at, schedule, *now))
    }
}

impl muster_query::Row for At<'_> {
    fn value(&self, path: &Path) -> Field<'_> {
        let entry = self.0;
        match path {
            Path::DeviceId => Field::Str(entry.id.as_str()),
            Path::Status => Field::Str(entry.status.as_str()),
            Path::ConnectionState if entry.connected => Field::Str("Connected"),
            Path::ConnectionState => Field::Str("Disconnected"),
            Path::Contact => self
                .contact()
                .map_or(Field::Undefined, |c| Field::Str(c.as_str())),
            Path::Stage => Field::Str(entry.stage.as_str()),
            Path::ModelId => Field::Str(&entry.model_id),
            Path::AuthenticationType => Field::Str(entry.auth.as_str()),
            Path::Drift if entry.stage.in_service() => Field::Bool(entry.drift),
            Path::Drift => Field::Undefined,
            Path::LastActivityTime => entry
                .last_activity_at
                .map_or(Field::Str(NEVER), Field::Time),
            Path::Tag(path) => Field::at(&entry.tags, path),
            _ => Field::Undefined,
        }
    }

    fn datum(&self, path: &Path) -> Datum<'_> {
        match path {
            Path::Tag(keys) => {
                path::lookup(&self.0.tags, keys).map_or(Datum::Undefined, Datum::from)
            }
            Path::System("tags") => Value::Object(self.0.tags.clone()).into(),
            other => self.value(other).into(),
        }
    }

    fn now(&self) -> Option<Timestamp> {
        Some(self.1)
    }
}

fn has_text(object: &Object, text: &str) -> bool {
    object.values().any(|value| match value {
        Value::String(value) => value.to_lowercase().contains(text),
        Value::Object(inner) => has_text(inner, text),
        _ => false,
    })
}

/// Paths of everything but nulls and objects that are not empty.
fn paths(object: &Object, prefix: &str, into: &mut Vec<String>) {
    for (key, value) in object {
        let path = format!("{prefix}{key}");
        match value {
            Value::Object(inner) if !inner.is_empty() => paths(inner, &format!("{path}."), into),
            _ => into.push(path),
        }
    }
}

impl Oracle {
    pub(super) fn get(&self, id: &DeviceId, scope: &Scope, now: Timestamp) -> Option<Row> {
        let entry = self.0.get(id)?;
        scope.contains(&At(entry, now)).then(|| Row {
            contact: At(entry, now).contact(),
            entry: entry.clone(),
        })
    }

    /// The list by id.
    pub(super) fn list(
        &self,
        condition: &Condition,
        text: &str,
        scope: &Scope,
        now: Timestamp,
    ) -> Vec<Row> {
        let text = text.trim().to_lowercase();
        let found = |entry: &&Entry| {
            entry.id.as_str().to_lowercase().contains(&text) || has_text(&entry.tags, &text)
        };
        let rows = self.0.values().filter(found);
        let rows = rows.filter(|entry| condition.eval(&At(entry, now)) == Some(true));
        rows.filter_map(|entry| self.get(&entry.id, scope, now))
            .collect()
    }

    pub(super) fn sorted(mut rows: Vec<Row>, sort: &Sort, now: Timestamp) -> Vec<Row> {
        let value = |row: &Row| -> Option<Scalar> {
            let number = |n: usize| Some(Scalar::Number(n as f64));
            match &sort.by {
                SortKey::Id => Some(Scalar::String(row.entry.id.as_str().to_owned())),
                SortKey::Status => number(row.entry.status as usize),
                SortKey::Contact => row.contact.and_then(|contact| number(contact as usize)),
                SortKey::Stage => number(row.entry.stage as usize),
                SortKey::LastActivity => {
                    let at = row.entry.last_activity_at?;
                    Some(Scalar::Number(at.millis() as f64))
                }
                SortKey::Tag(path) => {
                    value(&row.entry, &Path::Tag(path.clone()), now).map(compared)
                }
                SortKey::Value(path) => value(&row.entry, path, now).map(compared),
            }
        };
        rows.sort_by(|a, b| {
            let order = match (value(a), value(b)) {
                (Some(a), Some(b)) if sort.descending => b.partial_cmp(&a),
                (Some(a), Some(b)) => a.partial_cmp(&b),
                (a, b) => Some(a.is_none().cmp(&b.is_none())),
            };
            order
                .unwrap_or(Ordering::Equal)
                .then_with(|| a.entry.id.cmp(&b.entry.id))
        });
        rows
    }

    pub(super) fn census(rows: &[Row]) -> Census {
        let mut census = Census {
            listed: rows.len(),
            ..Census::default()
        };
        for Row { entry, contact } in rows {
            census.stage[entry.stage as usize] += 1;
            if let Some(contact) = contact {
                census.in_service += 1;
                census.contact[*contact as usize] += 1;
                census.connected += usize::from(entry.connected);
                census.disabled += usize::from(entry.status == Status::Disabled);
                census.drift += usize::from(entry.drift);
            }
        }
        census
    }

    pub(super) fn group(rows: &[Row], path: &Path, now: Timestamp) -> Vec<(Option<Scalar>, usize)> {
        let mut groups: Vec<(Option<Scalar>, usize)> = Vec::new();
        for row in rows {
            let own = value(&row.entry, path, now);
            match groups.iter_mut().find(|(value, _)| *value == own) {
                Some((_, count)) => *count += 1,
                None => groups.push((own, 1)),
            }
        }
        groups.sort_by(|(a, more), (b, less)| {
            let by_value = a.partial_cmp(b).unwrap_or(Ordering::Equal);
            less.cmp(more)
                .then(a.is_none().cmp(&b.is_none()))
                .then(by_value)
        });
        groups
    }

    pub(super) fn tag_paths(rows: &[Row]) -> Vec<TagPath> {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for row in rows {
            let mut own = Vec::new();
            paths(&row.entry.tags, "", &mut own);
            own.into_iter()
                .for_each(|path| *counts.entry(path).or_default() += 1);
        }
        let paths = counts.into_iter();
        paths
            .map(|(path, devices)| TagPath { path, devices })
            .collect()
    }
}

fn value(entry: &Entry, path: &Path, now: Timestamp) -> Option<Scalar> {
    Scalar::of(muster_query::Row::value(&At(entry, now), path))
}

/// As much of a value as counts in an order.
fn compared(value: Scalar) -> Scalar {
    match value {
        Scalar::String(text) => Scalar::String(text[..text.floor_char_boundary(256)].to_owned()),
        other => other,
    }
}
