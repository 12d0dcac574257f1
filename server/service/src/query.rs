//! Queries: parsed elsewhere, answered here, within the person's scope.

use std::collections::HashMap;

use muster_core::cursor::{BadCursor, Cursor, Direction, MAX_PAGE};
use muster_core::ids::DeviceId;
use muster_core::policy::Action;
use muster_core::twin::Object;
use muster_query::query::{Select, Source};
use muster_query::run::{Answered, TooManyGroups};
use muster_query::{Condition, Document, Path, Place, Query, Run, Scope};
use serde_json::Value;

use crate::access::kinds::SeeDevices;
use crate::access::{Access, Permit};
use crate::error::ServiceError;
use crate::hub::Hub;

pub(crate) mod columns;
pub mod document;
mod jobs;
mod modules;
pub(crate) mod settle;

/// Documents that are read at once where the index cannot decide alone.
const BATCH: usize = 500;

/// Which part of an answer is asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct QueryPageRequest {
    /// Most rows of the part; 1 to [`MAX_PAGE`].
    pub limit: usize,
    /// The continuation of the part before; `None` for the first.
    pub continuation: Option<String>,
}

impl Default for QueryPageRequest {
    fn default() -> Self {
        Self {
            limit: 100,
            continuation: None,
        }
    }
}

/// A part of an answer.
#[derive(Clone, PartialEq, Debug)]
pub struct QueryAnswer {
    /// The rows, in order.
    pub rows: Vec<Value>,
    /// Leads to the next part; `None` on the last one. Good for the same query only, and while the fleet changes: a
    /// row that is there all the time and keeps its place comes exactly once.
    pub continuation: Option<String>,
    /// What a row is.
    pub kind: AnswerKind,
}

/// What the rows of an answer are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AnswerKind {
    /// Whole twins (spec §7.1).
    Twin,
    /// What a job did on a device.
    DeviceJob,
    /// Columns.
    Raw,
}

impl Access {
    /// Whether the holder may know how devices prove who they are. Services may, as with IoT Hub (spec §7.1); keys stay
    /// with the registry.
    pub(crate) fn knows_credentials(&self) -> bool {
        self.policy_name().is_some() || self.can(Action::SeeCredentials)
    }

    /// Whether the person may ask about these paths. How devices prove who they are is for those who may see
    /// credentials: neither shown nor found out by filtering.
    pub(crate) fn may_ask_about(&self, paths: &[Path]) -> Result<(), ServiceError> {
        let secret = paths.iter().find(|path| path.is_credential());
        match secret {
            Some(path) if !self.knows_credentials() => Err(ServiceError::Invalid(format!(
                "{path} is not visible to you; leave it out"
            ))),
            _ => Ok(()),
        }
    }
}

impl Hub {
    /// Makes ready for lists and counts by a condition, if the person may ask that: properties that it looks at get
    /// their columns, which takes a moment the first time.
    pub async fn prepare(
        &self,
        access: &Access,
        condition: &Condition,
    ) -> Result<(), ServiceError> {
        let paths = condition.paths();
        access.may_ask_about(&paths)?;
        self.make_columns(&paths).await?;
        self.may_ask(access, condition)
    }

    /// Makes ready for lists that are sorted or grouped by these paths, if the person may ask about them. What lists
    /// cannot use even then, [`Hub::lists_know`] tells.
    pub async fn prepare_paths(&self, access: &Access, paths: &[Path]) -> Result<(), ServiceError> {
        access.may_ask_about(paths)?;
        self.make_columns(paths).await
    }

    /// Whether the person may ask this, and lists and counts can answer it ([`Hub::prepare`] comes first).
    pub fn may_ask(&self, access: &Access, condition: &Condition) -> Result<(), ServiceError> {
        let paths = condition.paths();
        access.may_ask_about(&paths)?;
        match paths.iter().find(|path| !self.index().holds(path)) {
            None => Ok(()),
            Some(path) => Err(ServiceError::Invalid(format!(
                "lists cannot look at {path}; ask with SELECT … WHERE {condition}"
            ))),
        }
    }

    /// How many devices in the person's scope a condition keeps.
    pub async fn query_count(
        &self,
        access: &Access,
        condition: &Condition,
    ) -> Result<usize, ServiceError> {
        let scope = access.scope(Action::SeeDevices);
        access.may_ask_about(&condition.paths())?;
        self.matching_count(condition, &scope).await
    }

    /// The next devices in the order of ids, at most `limit`, that a condition keeps within a scope.
    pub(crate) async fn matching(
        &self,
        condition: &Condition,
        scope: &Scope,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<DeviceId>, ServiceError> {
        self.make_columns(&condition.paths()).await?;
        let held = |path: &Path| self.index().holds(path);
        if condition.paths().iter().all(held) {
            let now = self.now();
            return Ok(self.index().next_ids(after, condition, scope, now, limit));
        }
        let mut ids = Vec::new();
        let after = after.map(str::to_owned);
        let mut walk = Walk::new(self, condition.clone(), scope.clone(), after);
        while let Some(batch) = walk.next().await? {
            let kept = |row: &&Found| condition.eval(&row.document(self)) == Some(true);
            ids.extend(batch.iter().filter(kept).map(|row| row.id.clone()));
            if ids.len() >= limit {
                ids.truncate(limit);
                break;
            }
        }
        Ok(ids)
    }

    /// How many devices a condition keeps within a scope.
    pub(crate) async fn matching_count(
        &self,
        condition: &Condition,
        scope: &Scope,
    ) -> Result<usize, ServiceError> {
        self.make_columns(&condition.paths()).await?;
        let held = |path: &Path| self.index().holds(path);
        if condition.paths().iter().all(held) {
            return Ok(self.index().count(condition, "", scope, self.now()));
        }
        let mut count = 0;
        let mut walk = Walk::new(self, condition.clone(), scope.clone(), None);
        while let Some(batch) = walk.next().await? {
            let kept = |row: &Found| condition.eval(&row.document(self)) == Some(true);
            count += batch.iter().filter(|row| kept(row)).count();
        }
        Ok(count)
    }

    /// Answers a query over the devices in the person's scope.
    pub async fn query(
        &self,
        permit: &Permit<SeeDevices>,
        question: &Query,
        page: QueryPageRequest,
    ) -> Result<QueryAnswer, ServiceError> {
        let access = permit.access();
        access.may_ask_about(&question.paths())?;
        if !(1..=MAX_PAGE).contains(&page.limit) {
            return Err(ServiceError::Invalid(format!(
                "a page has 1 to {MAX_PAGE} rows"
            )));
        }
        let name = question.to_string();
        let (after, before) = match &page.continuation {
            None => (None, 0),
            Some(text) => {
                let cursor = Cursor::<(Place, usize)>::decode(text, &name);
                let bad = |error: BadCursor| ServiceError::Invalid(error.to_string());
                let (place, rows) = cursor.map_err(bad)?.edge;
                (Some(place), rows)
            }
        };
        let left = question
            .top
            .map_or(usize::MAX, |top| top.saturating_sub(before));
        let limit = page.limit.min(left);
        let (answered, stopped) = match question.source {
            Source::Jobs => {
                let jobs = self.jobs_answered(access, question, after, limit).await?;
                (jobs.answered, jobs.stopped)
            }
            _ => (self.answered(access, question, after, limit).await?, None),
        };
        let given = before + answered.rows.len();
        let edge = match (answered.more, answered.rows.last()) {
            (true, Some((place, _))) => Some(place.clone()),
            _ => stopped,
        };
        let wanted = answered.rows.len() < left;
        let continuation = edge.filter(|_| wanted).map(|place| {
            let cursor = Cursor {
                direction: Direction::Forward,
                edge: (place, given),
            };
            cursor.encode(&name)
        });
        let kind = match (&question.select, question.source) {
            (Select::Columns(_), _) => AnswerKind::Raw,
            (Select::All, Source::Jobs) => AnswerKind::DeviceJob,
            (Select::All, _) => AnswerKind::Twin,
        };
        let rows = match question.select {
            Select::All if question.source == Source::Modules => {
                self.module_documents(access, &answered).await?
            }
            Select::All if question.source == Source::Devices => {
                self.documents(access, &answered).await?
            }
            _ => {
                let rows = answered.rows.into_iter();
                rows.map(|(_, row)| Value::Object(row)).collect()
            }
        };
        Ok(QueryAnswer {
            rows,
            continuation,
            kind,
        })
    }

    async fn answered(
        &self,
        access: &Access,
        question: &Query,
        after: Option<Place>,
        limit: usize,
    ) -> Result<Answered, ServiceError> {
        let scope = access.scope(Action::SeeDevices);
        let now = self.now();
        match question.source {
            Source::Modules => return self.modules_answered(question, &scope, after, limit).await,
            Source::Devices | Source::Jobs => {}
        }
        let by_id = question.order.is_empty() && !question.distinct && !question.is_grouped();
        // Columns that only the page shows come with its documents.
        let mut paths = question.condition.paths();
        if !by_id {
            paths = question.paths();
        }
        self.make_columns(&paths).await?;
        // A scan of a large fleet takes a while; connections are served meanwhile.
        let (hub, asked) = (self.clone(), question.clone());
        let (within, edge) = (scope.clone(), after.clone());
        let scan = move || hub.index().answer(&asked, &within, now, edge, limit);
        let found = tokio::task::spawn_blocking(scan).await;
        let found = found.map_err(|_| ServiceError::Busy("queries"))?;
        if let Some(answered) = found.map_err(too_many)? {
            return Ok(answered);
        }
        let from = after.as_ref().and_then(Place::device).filter(|_| by_id);
        let from = from.map(str::to_owned);
        let mut walk = Walk::new(self, question.condition.clone(), scope, from);
        let mut run = Run::new(question, after, limit);
        while let Some(batch) = walk.next().await? {
            for row in &batch {
                run.offer(&row.document(self));
            }
            if run.is_full() {
                break;
            }
        }
        answered(run)
    }

    /// The documents of an answer of places. A device that was deleted meanwhile is left out.
    async fn documents(
        &self,
        access: &Access,
        answered: &Answered,
    ) -> Result<Vec<Value>, ServiceError> {
        let ids: Vec<DeviceId> = answered
            .rows
            .iter()
            .filter_map(|(place, _)| DeviceId::new(place.device()?).ok())
            .collect();
        let found = self.found(&ids).await?.into_iter();
        let mut found: HashMap<DeviceId, Object> = found.map(|row| (row.id, row.twin)).collect();
        let credentials = access.knows_credentials();
        let rows = ids.iter().filter_map(|id| {
            let mut twin = found.remove(id)?;
            if !credentials {
                document::hide_credentials(&mut twin);
            }
            Some(Value::Object(twin))
        });
        Ok(rows.collect())
    }

    /// The documents of devices, in any order.
    pub(crate) async fn found(&self, ids: &[DeviceId]) -> Result<Vec<Found>, ServiceError> {
        let now = self.now();
        let rows = self.store().find_twins(ids).await?;
        let covering = self.configurations_by_device(ids).await?;
        let found = rows.into_iter().filter_map(|row| {
            // Between commit and index, or deleted since.
            let seen = self.index().seen(&row.device.id, now)?;
            Some(Found {
                twin: document::twin(&row, &seen, covering.get(&row.device.id)),
                beside: document::beside(&row, &seen),
                id: row.device.id,
            })
        });
        Ok(found.collect())
    }
}

fn answered(run: Run<'_>) -> Result<Answered, ServiceError> {
    run.finish().map_err(too_many)
}

fn too_many(problem: TooManyGroups) -> ServiceError {
    ServiceError::Invalid(problem.to_string())
}

/// A device with its document.
#[derive(Debug)]
pub(crate) struct Found {
    id: DeviceId,
    twin: Object,
    beside: Object,
}

impl Found {
    /// Which.
    pub(crate) fn id(&self) -> &DeviceId {
        &self.id
    }

    /// As conditions see it now.
    pub(crate) fn document(&self, hub: &Hub) -> Document<'_> {
        Document {
            twin: &self.twin,
            beside: &self.beside,
            now: hub.now(),
        }
    }
}

/// Goes over the documents of the devices that a condition may keep, in the order of ids. The index narrows: it
/// decides the parts of the condition that it can.
struct Walk<'a> {
    hub: &'a Hub,
    narrowed: Condition,
    scope: Scope,
    last: Option<String>,
}

impl<'a> Walk<'a> {
    fn new(hub: &'a Hub, condition: Condition, scope: Scope, from: Option<String>) -> Self {
        Self {
            hub,
            narrowed: condition.narrowed(|path| hub.index().holds(path)),
            scope,
            last: from,
        }
    }

    async fn next(&mut self) -> Result<Option<Vec<Found>>, ServiceError> {
        let index = self.hub.index();
        let now = self.hub.now();
        let ids = index.next_ids(
            self.last.as_deref(),
            &self.narrowed,
            &self.scope,
            now,
            BATCH,
        );
        let Some(last) = ids.last() else {
            return Ok(None);
        };
        self.last = Some(last.to_string());
        let mut found = self.hub.found(&ids).await?;
        found.sort_unstable_by(|a, b| a.id.cmp(&b.id));
        Ok(Some(found))
    }
}
