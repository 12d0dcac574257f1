//! What waits for a second person: reading, and the doors to the writer.

use muster_core::approval::{
    Approval, ApprovalId, ApprovalPolicy, ApprovalState, Decision, Impact, Refused, Subject,
    Verdict, Why,
};
use muster_core::event::{Actor, NewEvent};
use muster_core::ids::PersonId;
use muster_core::person::Person;
use muster_core::time::Timestamp;
use serde::de::DeserializeOwned;

use crate::engine::{Connection, Row, Sql};
use crate::error::{StorageError, corrupt};
use crate::operations::{NewOperation, OperationRow};
use crate::records::{NewPerson, Refusal};
use crate::settings;
use crate::store::Store;

pub(crate) mod change;
pub(crate) mod page;

/// Most requests that wait at the same time; more nobody can decide in time.
pub const MAX_PENDING: usize = 1000;

/// The setting that holds the rules, as JSON.
const POLICY: &str = "approval_policy";

/// The columns that [`approval_of`] reads, for the front of a SELECT.
macro_rules! columns {
    () => {
        "SELECT approval_id, subject, summary, reasons, impact, asked_by, asked_at, expires_at, state, decided_by,
                decided_at, comment
         FROM approval "
    };
}
pub(crate) use columns;

const FIND: Sql = Sql::both(
    "reading a request for approval",
    concat!(columns!(), "WHERE approval_id = $1"),
);

const WAITING: Sql = Sql::both(
    "reading what waits for approval",
    concat!(
        columns!(),
        "WHERE pending = 1 ORDER BY approval_id DESC LIMIT $1"
    ),
);

const WAITING_ABOUT: Sql = Sql::both(
    "looking for a request for approval",
    concat!(columns!(), "WHERE concerns = $1 AND pending = 1"),
);

const NEXT_END: Sql = Sql::both(
    "looking for the next request to expire",
    "SELECT MIN(expires_at) FROM approval WHERE pending = 1",
);

pub(crate) const STATEMENTS: &[&Sql] = &[&FIND, &WAITING, &WAITING_ABOUT, &NEXT_END];

/// A request about to be made.
#[derive(Clone, PartialEq, Debug)]
pub struct NewApproval {
    /// What it is about, in a sentence.
    pub summary: String,
    /// Why it needs a second person.
    pub reasons: Vec<Why>,
    /// Whom it touches, when it is about devices.
    pub impact: Option<Impact>,
    /// When it ends without a decision.
    pub expires_at: Timestamp,
    /// Who asks, and when.
    pub event: NewEvent,
}

/// A decision about to be written.
#[derive(Clone, PartialEq, Debug)]
pub struct Deciding {
    /// About which request.
    pub id: ApprovalId,
    /// Which way.
    pub verdict: Verdict,
    /// By whom.
    pub by: Actor,
    /// When.
    pub at: Timestamp,
    /// The checked comment.
    pub comment: String,
}

/// The end of asking.
#[derive(Clone, PartialEq, Debug)]
pub enum AskOutcome {
    /// It waits.
    Waits(Box<Approval>),
    /// It cannot be asked for now.
    Refused(Refused),
}

/// The end of a decision.
#[derive(Clone, PartialEq, Debug)]
pub enum DecideOutcome {
    /// It is decided, and done if it was approved.
    Done(Box<Approval>),
    /// There is no such request.
    NotFound,
    /// It cannot be decided this way.
    Refused(Refused),
    /// What it would change breaks a rule of the writer.
    Broken(Refusal),
}

/// The end of making an account.
#[derive(Clone, PartialEq, Debug)]
pub enum PersonOutcome {
    /// It was made, and may be used.
    Inserted(Person),
    /// It was made deactivated; a second person opens it.
    Waits(Person, Box<Approval>),
    /// Somebody has the name.
    AlreadyExists,
    /// It cannot be asked for now.
    Refused(Refused),
}

/// The end of making an operation that waits.
#[derive(Clone, PartialEq, Debug)]
pub enum OperationOutcome {
    /// It was made, and waits.
    Waits(Box<OperationRow>, Box<Approval>),
    /// Another has the job id.
    AlreadyExists,
    /// It cannot be asked for now.
    Refused(Refused),
}

/// Which requests: those that wait first, then the newest.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ApprovalQuery {
    /// Those that wait, those that are over, or both.
    pub pending: Option<bool>,
    /// Of this person only.
    pub asker: Option<PersonId>,
    /// Without what others ask about rights and rules; who asks.
    pub own_rights_only: Option<PersonId>,
    /// Requests on a page, at most [`muster_core::cursor::MAX_PAGE`].
    pub limit: usize,
    /// Where the page begins.
    pub cursor: Option<String>,
}

impl Store {
    /// The rules of approval; the usual ones until somebody changes them.
    pub async fn approval_policy(&self) -> Result<ApprovalPolicy, StorageError> {
        let mut reader = self.reader().await?;
        policy(&mut reader.connection()).await
    }

    /// Changes the rules of approval.
    pub async fn set_approval_policy(
        &self,
        policy: ApprovalPolicy,
        event: NewEvent,
    ) -> Result<(), StorageError> {
        self.write(
            "changing the rules of approval",
            change::SetPolicy { policy, event },
        )
        .await
    }

    /// A request by its number.
    pub async fn find_approval(&self, id: ApprovalId) -> Result<Option<Approval>, StorageError> {
        let mut reader = self.reader().await?;
        find(&mut reader.connection(), id).await
    }

    /// Everything that waits, newest first: at most [`MAX_PENDING`].
    pub async fn waiting_approvals(&self) -> Result<Vec<Approval>, StorageError> {
        let mut reader = self.reader().await?;
        let rows = reader
            .connection()
            .rows(&WAITING, [MAX_PENDING.into()])
            .await?;
        rows.iter().map(approval_of).collect()
    }

    /// What waits about this ([`Subject::key`]).
    pub async fn waiting_approval(&self, key: &str) -> Result<Option<Approval>, StorageError> {
        let mut reader = self.reader().await?;
        let row = reader
            .connection()
            .row(&WAITING_ABOUT, [key.into()])
            .await?;
        row.as_ref().map(approval_of).transpose()
    }

    /// When the next request ends by itself; `None` when none waits.
    pub async fn next_expiry(&self) -> Result<Option<Timestamp>, StorageError> {
        let mut reader = self.reader().await?;
        let row = reader.connection().row(&NEXT_END, []).await?;
        let at: Option<Option<i64>> = row.map(|row| row.get(0)).transpose()?;
        Ok(at.flatten().map(Timestamp::from_millis))
    }

    /// Has something wait for a second person.
    pub async fn ask_approval(
        &self,
        subject: Subject,
        new: NewApproval,
    ) -> Result<AskOutcome, StorageError> {
        self.write("asking for approval", change::Insert { subject, new })
            .await
    }

    /// Decides a request; what it asks for is done in the same transaction.
    pub async fn decide_approval(&self, deciding: Deciding) -> Result<DecideOutcome, StorageError> {
        self.write("deciding a request for approval", change::Decide(deciding))
            .await
    }

    /// Ends the requests whose time is over, at most [`MAX_PENDING`]; returns them.
    pub async fn expire_approvals(&self, now: Timestamp) -> Result<Vec<Approval>, StorageError> {
        self.write("ending requests for approval", change::Expire(now))
            .await
    }

    /// Makes an operation that a second person has to agree to.
    pub async fn insert_waiting_operation(
        &self,
        new: NewOperation,
        request: NewApproval,
    ) -> Result<OperationOutcome, StorageError> {
        self.write(
            "making an operation",
            change::InsertOperation { new, request },
        )
        .await
    }

    /// Makes an account that a second person has to open: it is deactivated, and a request waits that opens it.
    pub async fn insert_waiting_person(
        &self,
        new: NewPerson,
        event: NewEvent,
        request: NewApproval,
    ) -> Result<PersonOutcome, StorageError> {
        let insert = change::InsertPerson {
            new,
            event,
            request,
        };
        self.write("making an account", insert).await
    }
}

async fn find(
    connection: &mut Connection<'_>,
    id: ApprovalId,
) -> Result<Option<Approval>, StorageError> {
    let row = connection.row(&FIND, [id.0.into()]).await?;
    row.as_ref().map(approval_of).transpose()
}

async fn policy(connection: &mut Connection<'_>) -> Result<ApprovalPolicy, StorageError> {
    match settings::read(connection, POLICY).await? {
        Some(text) => {
            serde_json::from_str(&text).map_err(|cause| corrupt("setting", "value", POLICY, cause))
        }
        None => Ok(ApprovalPolicy::default()),
    }
}

/// Reads the columns of [`columns`].
fn approval_of(row: &Row) -> Result<Approval, StorageError> {
    let id: i64 = row.get(0)?;
    let state: String = row.get(8)?;
    let state =
        ApprovalState::from_name(&state).ok_or_else(|| corrupt("approval", "state", id, &state))?;
    let decided_by: Option<String> = row.get(9)?;
    let decided_at: Option<i64> = row.get(10)?;
    let comment: Option<String> = row.get(11)?;
    let decision = match (decided_by, decided_at) {
        (Some(by), Some(at)) => Some(Decision {
            by: json(id, "decided_by", &by)?,
            at: Timestamp::from_millis(at),
            comment: comment.unwrap_or_default(),
        }),
        _ => None,
    };
    let impact: Option<String> = row.get(4)?;
    let impact = impact.map(|text| json(id, "impact", &text)).transpose()?;
    Ok(Approval {
        id: ApprovalId(id),
        subject: json(id, "subject", &row.get::<String>(1)?)?,
        summary: row.get(2)?,
        reasons: json(id, "reasons", &row.get::<String>(3)?)?,
        impact,
        asked_by: json(id, "asked_by", &row.get::<String>(5)?)?,
        asked_at: Timestamp::from_millis(row.get(6)?),
        expires_at: Timestamp::from_millis(row.get(7)?),
        state,
        decision,
    })
}

fn json<T: DeserializeOwned>(id: i64, column: &'static str, text: &str) -> Result<T, StorageError> {
    serde_json::from_str(text).map_err(|cause| corrupt("approval", column, id, cause))
}
