//! Alerts and their rules: reading, and the doors to the writer.

use muster_core::alert::{Act, Alert, AlertId, BadAct, Rule, RuleDraft, RuleId};
use muster_core::cursor::{Cursor, Direction, MAX_PAGE, Page};
use muster_core::device::{ETag, IfMatch};
use muster_core::event::NewEvent;
use muster_core::time::Timestamp;

use crate::engine::{Connection, Row, Sql};
use crate::error::{StorageError, corrupt};
use crate::records::WriteOutcome;
use crate::store::Store;

pub(crate) mod change;
pub(crate) mod rules;

/// Most alerts that are read at once.
const AT_ONCE: usize = 1_000;

const LIVE: Sql = Sql::both(
    "reading alerts",
    "SELECT alert_id, body FROM alert WHERE live = 1 AND alert_id > $1 ORDER BY alert_id LIMIT $2",
);

const FIND: Sql = Sql::both(
    "reading an alert",
    "SELECT alert_id, body FROM alert WHERE alert_id = $1",
);

/// The columns of an alert that is over, by when it ended.
macro_rules! over {
    ($beyond:literal, $order:literal) => {
        Sql::both(
            "reading alerts that are over",
            concat!(
                "SELECT alert_id, body FROM alert WHERE live = 0 AND (ended_at, alert_id) ",
                $beyond,
                " ($1, $2) ORDER BY ended_at ",
                $order,
                ", alert_id ",
                $order,
                " LIMIT $3"
            ),
        )
    };
}

static OLDER: Sql = over!("<", "DESC");
static NEWER: Sql = over!(">", "ASC");

pub(crate) static STATEMENTS: &[&Sql] = &[&LIVE, &FIND, &OLDER, &NEWER];

/// Something to be done with alerts.
#[derive(Clone, PartialEq, Debug)]
pub enum AlertStep {
    /// An alert begins. Nothing happens when its device is gone, or one of its rule and device lives already.
    Begin(Box<Alert>),
    /// Something is done with one that lives, or has ended.
    Act {
        /// Which.
        id: AlertId,
        /// What.
        act: Act,
        /// Who does it; `None` is the hub.
        by: Option<String>,
    },
    /// A pending one is forgotten.
    Forget(AlertId),
}

/// A step with the event that describes it, which is written when the step changed something.
pub type AlertWrite = (AlertStep, Option<NewEvent>);

/// The end of making or changing a rule.
#[derive(Clone, PartialEq, Debug)]
pub enum RuleOutcome {
    /// This is how it is now.
    Done(Rule),
    /// Another has the name.
    NameTaken,
    /// There are [`muster_core::alert::MAX_RULES`].
    TooMany,
    /// There is none of that number.
    NotFound,
    /// Somebody else changed it.
    Conflict {
        /// Its token now.
        current: ETag,
    },
}

impl Store {
    /// All rules, oldest first.
    pub async fn alert_rules(&self) -> Result<Vec<Rule>, StorageError> {
        let mut reader = self.reader().await?;
        rules::all(&mut reader.connection()).await
    }

    /// Makes a rule.
    pub async fn insert_alert_rule(
        &self,
        draft: RuleDraft,
        event: NewEvent,
    ) -> Result<RuleOutcome, StorageError> {
        self.write("making a rule of alerts", rules::Insert { draft, event })
            .await
    }

    /// Changes a rule.
    pub async fn update_alert_rule(
        &self,
        id: RuleId,
        if_match: IfMatch,
        draft: RuleDraft,
        event: NewEvent,
    ) -> Result<RuleOutcome, StorageError> {
        let update = rules::Update {
            id,
            if_match,
            draft,
            event,
        };
        self.write("changing a rule of alerts", update).await
    }

    /// Deletes a rule. Its alerts stay until they are ended.
    pub async fn delete_alert_rule(
        &self,
        id: RuleId,
        if_match: Option<IfMatch>,
        event: NewEvent,
    ) -> Result<WriteOutcome<()>, StorageError> {
        let delete = rules::Delete {
            id,
            if_match,
            event,
        };
        self.write("deleting a rule of alerts", delete).await
    }

    /// All alerts that are not over, oldest first.
    pub async fn live_alerts(&self) -> Result<Vec<Alert>, StorageError> {
        let mut reader = self.reader().await?;
        let mut connection = reader.connection();
        let (mut all, mut after) = (Vec::new(), 0_i64);
        loop {
            let rows = connection
                .rows(&LIVE, [after.into(), AT_ONCE.into()])
                .await?;
            for row in &rows {
                let alert = alert_of(row)?;
                after = alert.id.0;
                all.push(alert);
            }
            if rows.len() < AT_ONCE {
                return Ok(all);
            }
        }
    }

    /// An alert, also one that is over.
    pub async fn find_alert(&self, id: AlertId) -> Result<Option<Alert>, StorageError> {
        let mut reader = self.reader().await?;
        find(&mut reader.connection(), id).await
    }

    /// Alerts that are over, the last ended first.
    pub async fn ended_alerts(
        &self,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<Alert>, StorageError> {
        const QUESTION: &str = "alerts that are over";
        let limit = limit.clamp(1, MAX_PAGE);
        let cursor = cursor
            .map(|text| Cursor::<Edge>::decode(text, QUESTION))
            .transpose()?;
        let backward = matches!(&cursor, Some(cursor) if cursor.direction == Direction::Backward);
        let edge = cursor
            .as_ref()
            .map_or((i64::MAX, i64::MAX), |cursor| cursor.edge);
        let sql = if backward { &NEWER } else { &OLDER };
        let arguments = [edge.0.into(), edge.1.into(), (limit + 1).into()];
        let mut reader = self.reader().await?;
        let rows = reader.connection().rows(sql, arguments).await?;
        let more = rows.len() > limit;
        let found = rows.iter().take(limit).map(alert_of);
        let mut found = found.collect::<Result<Vec<_>, _>>()?;
        if backward {
            found.reverse();
        }
        let (newer, older) = if backward {
            (more, true)
        } else {
            (cursor.is_some(), more)
        };
        let address = |direction, at: Option<&Alert>| {
            at.map(|at| {
                let ended = at.resolved_at.map_or(0, Timestamp::millis);
                let edge: Edge = (ended, at.id.0);
                Cursor { direction, edge }.encode(QUESTION)
            })
        };
        let previous = newer.then(|| address(Direction::Backward, found.first()));
        let next = older.then(|| address(Direction::Forward, found.last()));
        Ok(Page {
            previous: previous.flatten(),
            next: next.flatten(),
            rows: found,
        })
    }

    /// Does something with alerts, all in one transaction. Answers with each as it is now, in order; `None` where nothing
    /// was done.
    pub async fn write_alerts(
        &self,
        writes: Vec<AlertWrite>,
        at: Timestamp,
    ) -> Result<Vec<Option<Result<Alert, BadAct>>>, StorageError> {
        self.write("writing alerts", change::Write { writes, at })
            .await
    }

    /// Removes alerts that ended before `older`, at most `limit`; whether there may be more.
    pub async fn forget_alerts(
        &self,
        older: Timestamp,
        limit: usize,
    ) -> Result<bool, StorageError> {
        self.write("removing old alerts", change::Old { older, limit })
            .await
    }
}

/// Place in the list: when it ended, and its number.
type Edge = (i64, i64);

async fn find(connection: &mut Connection<'_>, id: AlertId) -> Result<Option<Alert>, StorageError> {
    let row = connection.row(&FIND, [id.0.into()]).await?;
    row.as_ref().map(alert_of).transpose()
}

fn alert_of(row: &Row) -> Result<Alert, StorageError> {
    let id: i64 = row.get(0)?;
    let body: String = row.get(1)?;
    let alert: Alert =
        serde_json::from_str(&body).map_err(|cause| corrupt("alert", "body", id, cause))?;
    Ok(Alert {
        id: AlertId(id),
        ..alert
    })
}
