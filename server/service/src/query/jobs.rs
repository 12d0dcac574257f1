//! Rows of jobs: what operations that tools of IoT Hub made did to devices (spec §5.8). They are read by job and device,
//! newest first; without either, a page looks at a bounded number of rows.

use muster_core::ids::{DeviceId, OperationId};
use muster_core::policy::Action;
use muster_query::query::{Column, Select, What};
use muster_query::run::Answered;
use muster_query::{Document, Expr, Path, Place, Query, Run, Scope};
use muster_storage::{Listed, OperationFilter, OperationRow, TargetRow};

use super::answered;
use crate::access::Access;
use crate::error::ServiceError;
use crate::hub::Hub;
use crate::operations::jobs;

/// Most jobs or devices that a condition can name.
const MAX_NAMED: usize = 100;

/// Rows that one page looks at when the condition names neither job nor device.
const MAX_LOOKED_AT: usize = 20_000;

/// Rows, or operations, that are read at once.
const BATCH: usize = 500;

/// Room for the number of a device below the number of its wave, in bits: rows are numbered by both.
const KEY_BITS: u32 = 40;

/// An answer, and where to go on when it was left early.
pub(super) struct JobsAnswered {
    pub(super) answered: Answered,
    pub(super) stopped: Option<Place>,
}

impl Hub {
    /// Answers a query over the rows of jobs of the devices that somebody sees.
    pub(super) async fn jobs_answered(
        &self,
        access: &Access,
        question: &Query,
        after: Option<Place>,
        limit: usize,
    ) -> Result<JobsAnswered, ServiceError> {
        let question = spelled_out(question);
        let by_newness = question.order.is_empty() && !question.distinct && !question.is_grouped();
        let named = |path: &Path| -> Result<Option<Vec<&str>>, ServiceError> {
            let texts = question.condition.texts_at(path);
            match texts.as_ref().is_some_and(|texts| texts.len() > MAX_NAMED) {
                true => Err(ServiceError::Invalid(format!(
                    "a query over jobs names at most {MAX_NAMED} jobs or devices"
                ))),
                false => Ok(texts),
            }
        };
        let jobs = named(&Path::System("jobId"))?;
        let devices = named(&Path::DeviceId)?;
        if jobs.is_none() && devices.is_none() && !by_newness {
            return Err(ServiceError::Invalid(
                "a query that counts, groups or orders rows of jobs names a job or a device: add WHERE jobId = '…'"
                    .to_owned(),
            ));
        }
        let from = after.as_ref().and_then(Place::job).filter(|_| by_newness);
        let devices =
            devices.map(|ids| ids.iter().filter_map(|id| DeviceId::new(id).ok()).collect());
        let mut walk = Walk {
            hub: self,
            scope: access.scope(Action::SeeDevices),
            devices,
            from,
            bounded: by_newness && jobs.is_none(),
            looked: 0,
            run: Run::new(&question, after, limit),
        };
        let stopped = match jobs {
            Some(names) => walk.these(&names).await?,
            None => walk.newest().await?,
        };
        Ok(JobsAnswered {
            answered: answered(walk.run)?,
            stopped,
        })
    }
}

/// Whole rows as columns: the rows are at hand only once.
fn spelled_out(question: &Query) -> Query {
    let mut question = question.clone();
    if question.select == Select::All {
        let column = |path| Column {
            what: What::Value(Expr::Path(path)),
            alias: None,
        };
        question.select = Select::Columns(Path::of_jobs().into_iter().map(column).collect());
        question.distinct = false;
    }
    question
}

/// Goes over rows, the newest jobs first.
struct Walk<'a> {
    hub: &'a Hub,
    scope: Scope,
    /// Only rows of these.
    devices: Option<Vec<DeviceId>>,
    /// The row behind which it begins: the number of its operation and its own.
    from: Option<(i64, i64)>,
    /// Whether it stops after [`MAX_LOOKED_AT`] rows.
    bounded: bool,
    looked: usize,
    run: Run<'a>,
}

impl Walk<'_> {
    /// The rows of named jobs.
    async fn these(&mut self, names: &[&str]) -> Result<Option<Place>, ServiceError> {
        let mut operations = Vec::new();
        for name in names {
            operations.extend(self.hub.store().find_operation_by_job(name).await?);
        }
        operations.sort_by_key(|row| std::cmp::Reverse(row.id));
        for operation in &operations {
            if let Some(place) = self.rows_of(operation).await? {
                return Ok(Some(place));
            }
        }
        Ok(None)
    }

    /// The rows of all jobs; of those of one device, when only one is named.
    async fn newest(&mut self) -> Result<Option<Place>, ServiceError> {
        let mut filter = OperationFilter {
            jobs: true,
            device: match self.devices.as_deref() {
                Some([only]) => Some(only.clone()),
                _ => None,
            },
            limit: BATCH,
            ..OperationFilter::default()
        };
        loop {
            let page = self.hub.store().operations(&filter).await?;
            for listed in &page.rows {
                let Listed::Operation(operation) = listed else {
                    continue;
                };
                if let Some(place) = self.rows_of(operation).await? {
                    return Ok(Some(place));
                }
                if self.run.is_full() {
                    return Ok(None);
                }
            }
            filter.cursor = page.next;
            if filter.cursor.is_none() {
                return Ok(None);
            }
        }
    }

    /// The rows of one job; says where it stopped when it looked at enough.
    async fn rows_of(&mut self, operation: &OperationRow) -> Result<Option<Place>, ServiceError> {
        let mut after = (-1, 0);
        if let Some((id, row)) = self.from {
            if operation.id.0 > id {
                return Ok(None);
            }
            if operation.id.0 == id {
                after = (row >> KEY_BITS, row & ((1 << KEY_BITS) - 1));
            }
        }
        if let Some(devices) = self.devices.clone() {
            for device in &devices {
                let found = self.hub.store().target_of(operation.id, device).await?;
                if let Some(target) = found {
                    self.offer(operation, &target);
                }
            }
            return Ok(None);
        }
        loop {
            let store = self.hub.store();
            let targets = store.targets_after(operation.id, after, BATCH).await?;
            let Some(last) = targets.last() else {
                return Ok(None);
            };
            after = (last.wave.into(), last.key);
            let place = place_of(operation.id, last);
            for target in &targets {
                self.offer(operation, target);
            }
            if self.run.is_full() {
                return Ok(None);
            }
            if self.bounded && self.looked >= MAX_LOOKED_AT {
                return Ok(Some(place));
            }
        }
    }

    fn offer(&mut self, operation: &OperationRow, target: &TargetRow) {
        self.looked += 1;
        let now = self.hub.now();
        let hidden = !self.scope.is_everything()
            && !self.hub.index().in_scope(&target.device, &self.scope, now);
        if hidden {
            return;
        }
        let numbers = (operation.id.0, number_of(target));
        let (row, beside) = jobs::row(operation, target, numbers);
        self.run.offer(&Document {
            twin: &row,
            beside: &beside,
            now,
        });
    }
}

fn number_of(target: &TargetRow) -> i64 {
    i64::from(target.wave) << KEY_BITS | target.key
}

fn place_of(operation: OperationId, target: &TargetRow) -> Place {
    Place::of_job(operation.0, number_of(target), target.device.as_str())
}
