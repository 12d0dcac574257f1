//! Asking for approval and deciding: within the writer's transaction.

use muster_core::approval::{
    Approval, ApprovalId, ApprovalPolicy, ApprovalState, Decided, Refused, Rights, Subject, Verdict,
};
use muster_core::event::{Actor, EventKind, NewEvent};
use muster_core::ids::{OperationId, PersonId};
use muster_core::operation::Turn;
use muster_core::person::Person;
use muster_core::time::Timestamp;
use serde_json::json;

use super::{
    AskOutcome, DecideOutcome, Deciding, MAX_PENDING, NewApproval, OperationOutcome, POLICY,
    PersonOutcome, WAITING_ABOUT, approval_of, columns, find, policy,
};
use crate::change::Change;
use crate::engine::Sql;
use crate::error::{StorageError, corrupt};
use crate::operations::{self, NewOperation, TurnOutcome};
use crate::people;
use crate::records::{InsertOutcome, NewPerson, PersonChange, WriteOutcome};
use crate::settings;
use crate::writer::documents::write::json as text;
use crate::writer::{Operation, Unit};

const INSERT: Sql = Sql::both(
    "asking for approval",
    "INSERT INTO approval (approval_id, pending, kind, concerns, subject, summary, reasons, impact, asker_id, asked_by,
                           asked_at, expires_at, state)
     VALUES ($1, 1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'pending')",
);

const COUNT: Sql = Sql::both(
    "counting what waits for approval",
    "SELECT COUNT(*) FROM approval WHERE pending = 1",
);

const DECIDE: Sql = Sql::both(
    "deciding a request for approval",
    "UPDATE approval SET pending = 0, state = $2, decided_by = $3, decided_at = $4, comment = $5
     WHERE approval_id = $1 AND pending = 1",
);

const OVERDUE: Sql = Sql::both(
    "reading requests whose time is over",
    concat!(
        columns!(),
        "WHERE pending = 1 AND expires_at <= $1 ORDER BY expires_at LIMIT $2"
    ),
);

const NOTE_REQUEST: Sql = Sql::both(
    "noting a request for approval",
    "UPDATE operation SET approval_id = $2 WHERE operation_id = $1",
);

pub(crate) const STATEMENTS: &[&Sql] = &[&INSERT, &COUNT, &DECIDE, &OVERDUE, &NOTE_REQUEST];

/// Has something wait for a second person, as part of a transaction that does more.
pub(crate) async fn insert(
    unit: &mut Unit<'_>,
    subject: Subject,
    new: &NewApproval,
) -> Result<AskOutcome, StorageError> {
    let connection = &mut unit.connection;
    let key = subject.key();
    if connection
        .row(&WAITING_ABOUT, [key.as_str().into()])
        .await?
        .is_some()
    {
        return Ok(AskOutcome::Refused(Refused::AlreadyWaiting));
    }
    if connection.number(&COUNT, []).await? >= MAX_PENDING as i64 {
        return Ok(AskOutcome::Refused(Refused::TooMany));
    }
    let event = unit.event(new.event.clone());
    let approval = Approval {
        // The number of the event that made it: numbers are never used again.
        id: ApprovalId(event.seq.0),
        subject,
        summary: new.summary.clone(),
        reasons: new.reasons.clone(),
        impact: new.impact.clone(),
        asked_by: event.actor.clone(),
        asked_at: event.at,
        expires_at: new.expires_at,
        state: ApprovalState::Pending,
        decision: None,
    };
    let asker = match &approval.asked_by {
        Actor::Person { id, .. } => Some(id.0),
        _ => None,
    };
    let arguments = [
        approval.id.0.into(),
        approval.subject.kind().into(),
        key.into(),
        text(&approval.subject).into(),
        approval.summary.as_str().into(),
        text(&approval.reasons).into(),
        approval.impact.as_ref().map(text).into(),
        asker.into(),
        text(&approval.asked_by).into(),
        approval.asked_at.millis().into(),
        approval.expires_at.millis().into(),
    ];
    unit.connection.run(&INSERT, arguments).await?;
    unit.announce(vec![event], Change::Approvals);
    Ok(AskOutcome::Waits(Box::new(approval)))
}

#[derive(Debug)]
pub(super) struct Insert {
    pub(super) subject: Subject,
    pub(super) new: NewApproval,
}

impl Operation for Insert {
    type Output = AskOutcome;

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<AskOutcome, StorageError> {
        insert(unit, self.subject.clone(), &self.new).await
    }
}

#[derive(Debug)]
pub(super) struct InsertPerson {
    pub(super) new: NewPerson,
    pub(super) event: NewEvent,
    pub(super) request: NewApproval,
}

impl Operation for InsertPerson {
    type Output = PersonOutcome;

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<PersonOutcome, StorageError> {
        if unit.connection.number(&COUNT, []).await? >= MAX_PENDING as i64 {
            return Ok(PersonOutcome::Refused(Refused::TooMany));
        }
        let insert_person = people::change::Insert {
            new: self.new.clone(),
            active: false,
            event: self.event.clone(),
        };
        let person = match insert_person.apply(unit).await? {
            InsertOutcome::Inserted(person) => person,
            InsertOutcome::AlreadyExists | InsertOutcome::Refused(_) => {
                return Ok(PersonOutcome::AlreadyExists);
            }
        };
        let before = rights(&person);
        let after = Rights {
            active: true,
            ..before.clone()
        };
        let subject = Subject::Person {
            id: person.id,
            before,
            after,
        };
        match insert(unit, subject, &self.request).await? {
            AskOutcome::Waits(approval) => Ok(PersonOutcome::Waits(person, approval)),
            AskOutcome::Refused(_) => Err(corrupt(
                "approval",
                "concerns",
                person.id,
                "something waits about an account that is new",
            )),
        }
    }
}

#[derive(Debug)]
pub(super) struct Decide(pub(super) Deciding);

impl Operation for Decide {
    type Output = DecideOutcome;

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<DecideOutcome, StorageError> {
        let deciding = &self.0;
        let Some(approval) = find(&mut unit.connection, deciding.id).await? else {
            return Ok(DecideOutcome::NotFound);
        };
        let state = match approval.state.after(deciding.verdict) {
            Ok(_) if approval.expires_at <= deciding.at => {
                let over = Decided(ApprovalState::Expired);
                return Ok(DecideOutcome::Refused(over.into()));
            }
            Ok(state) => state,
            Err(decided) => return Ok(DecideOutcome::Refused(decided.into())),
        };
        // What is refused has changed nothing: the effect looks before it writes, and it comes first.
        if let Some(refused) = carry_out(unit, &approval, deciding).await? {
            return Ok(refused);
        }
        let decided = close(unit, &approval, state, deciding).await?;
        Ok(DecideOutcome::Done(Box::new(decided)))
    }
}

/// Ends what nobody decided in time.
#[derive(Debug)]
pub(super) struct Expire(pub(super) Timestamp);

impl Operation for Expire {
    type Output = Vec<Approval>;

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<Vec<Approval>, StorageError> {
        let arguments = [self.0.millis().into(), MAX_PENDING.into()];
        let rows = unit.connection.rows(&OVERDUE, arguments).await?;
        let mut over = Vec::with_capacity(rows.len());
        for row in &rows {
            let approval = approval_of(row)?;
            let deciding = Deciding {
                id: approval.id,
                verdict: Verdict::Expire,
                by: Actor::Hub,
                at: self.0,
                comment: String::new(),
            };
            // What it is about may be over for another reason; then there is nothing left to do.
            carry_out(unit, &approval, &deciding).await?;
            over.push(close(unit, &approval, ApprovalState::Expired, &deciding).await?);
        }
        Ok(over)
    }
}

/// Writes how a request ended.
async fn close(
    unit: &mut Unit<'_>,
    approval: &Approval,
    state: ApprovalState,
    deciding: &Deciding,
) -> Result<Approval, StorageError> {
    let arguments = [
        approval.id.0.into(),
        state.as_str().into(),
        text(&deciding.by).into(),
        deciding.at.millis().into(),
        deciding.comment.as_str().into(),
    ];
    if unit.connection.run(&DECIDE, arguments).await? != 1 {
        let cause = "it waited a moment ago and does no longer";
        return Err(corrupt("approval", "pending", approval.id, cause));
    }
    let event = unit.event(NewEvent {
        at: deciding.at,
        device: None,
        actor: deciding.by.clone(),
        kind: EventKind::ApprovalDecided,
        detail: json!({
            "approval": approval.id,
            "state": state,
            "summary": approval.summary,
            "comment": deciding.comment,
        }),
    });
    unit.announce(vec![event], Change::Approvals);
    let decided = find(&mut unit.connection, approval.id).await?;
    decided.ok_or_else(|| {
        corrupt(
            "approval",
            "approval_id",
            approval.id,
            "just decided, not found",
        )
    })
}

/// Does what follows from the verdict; what stands against it otherwise.
async fn carry_out(
    unit: &mut Unit<'_>,
    approval: &Approval,
    deciding: &Deciding,
) -> Result<Option<DecideOutcome>, StorageError> {
    let approved = deciding.verdict == Verdict::Approve;
    match &approval.subject {
        Subject::Operation { id } => move_operation(unit, *id, approval, deciding).await,
        Subject::Person { .. } | Subject::Policy { .. } if !approved => Ok(None),
        Subject::Person { id, before, after } => {
            change_rights(unit, *id, before, after, approval, deciding).await
        }
        Subject::Policy { before, after } => {
            if policy(&mut unit.connection).await? != **before {
                return Ok(Some(DecideOutcome::Refused(Refused::Stale)));
            }
            let event = NewEvent {
                at: deciding.at,
                device: None,
                actor: deciding.by.clone(),
                kind: EventKind::ApprovalPolicyChanged,
                detail: json!({ "approval": approval.id, "policy": after }),
            };
            write_policy(unit, after, &event).await?;
            Ok(None)
        }
    }
}

/// An operation that waited runs, is called off, or expires with its request.
async fn move_operation(
    unit: &mut Unit<'_>,
    id: OperationId,
    approval: &Approval,
    deciding: &Deciding,
) -> Result<Option<DecideOutcome>, StorageError> {
    let (turn, kind, reason) = match deciding.verdict {
        Verdict::Approve => (Turn::Approve, EventKind::OperationResumed, None),
        Verdict::Refuse => (
            Turn::Refuse,
            EventKind::OperationStopped,
            Some(["refused: ", &deciding.comment].concat()),
        ),
        Verdict::Withdraw => (
            Turn::Cancel,
            EventKind::OperationStopped,
            Some("its author took it back".to_owned()),
        ),
        Verdict::Expire => (
            Turn::Expire,
            EventKind::OperationStopped,
            Some("nobody approved it in time".to_owned()),
        ),
    };
    let event = NewEvent {
        at: deciding.at,
        device: None,
        actor: deciding.by.clone(),
        kind,
        detail: json!({ "approval": approval.id }),
    };
    let moved = operations::turn::turn(unit, id, turn, reason.as_deref(), &event).await?;
    Ok(match moved {
        TurnOutcome::Done(_) => None,
        TurnOutcome::NotFound | TurnOutcome::NotNow(_) => {
            Some(DecideOutcome::Refused(Refused::Stale))
        }
    })
}

/// Ends the request about an operation that is called off or runs out of time while it waits.
pub(crate) async fn operation_ended(
    unit: &mut Unit<'_>,
    id: OperationId,
    turn: Turn,
    by: &Actor,
    at: Timestamp,
) -> Result<(), StorageError> {
    let key = Subject::Operation { id }.key();
    let row = unit
        .connection
        .row(&WAITING_ABOUT, [key.as_str().into()])
        .await?;
    let Some(row) = row else { return Ok(()) };
    let approval = approval_of(&row)?;
    let (verdict, state) = match turn {
        Turn::Expire => (Verdict::Expire, ApprovalState::Expired),
        _ => (Verdict::Withdraw, ApprovalState::Withdrawn),
    };
    let deciding = Deciding {
        id: approval.id,
        verdict,
        by: by.clone(),
        at,
        comment: String::new(),
    };
    close(unit, &approval, state, &deciding).await?;
    Ok(())
}

/// Makes an operation that waits for a second person, with the request.
#[derive(Debug)]
pub(super) struct InsertOperation {
    pub(super) new: NewOperation,
    pub(super) request: NewApproval,
}

impl Operation for InsertOperation {
    type Output = OperationOutcome;

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<OperationOutcome, StorageError> {
        if unit.connection.number(&COUNT, []).await? >= MAX_PENDING as i64 {
            return Ok(OperationOutcome::Refused(Refused::TooMany));
        }
        let mut row = match operations::change::insert(unit, &self.new).await? {
            InsertOutcome::Inserted(row) => row,
            InsertOutcome::AlreadyExists | InsertOutcome::Refused(_) => {
                return Ok(OperationOutcome::AlreadyExists);
            }
        };
        let subject = Subject::Operation { id: row.id };
        let approval = match insert(unit, subject, &self.request).await? {
            AskOutcome::Waits(approval) => approval,
            AskOutcome::Refused(_) => {
                let cause = "something waits about an operation that is new";
                return Err(corrupt("approval", "concerns", row.id, cause));
            }
        };
        let arguments = [row.id.0.into(), approval.id.0.into()];
        unit.connection.run(&NOTE_REQUEST, arguments).await?;
        row.approval = Some(approval.id.0);
        Ok(OperationOutcome::Waits(Box::new(row), approval))
    }
}

async fn change_rights(
    unit: &mut Unit<'_>,
    id: PersonId,
    before: &Rights,
    after: &Rights,
    approval: &Approval,
    deciding: &Deciding,
) -> Result<Option<DecideOutcome>, StorageError> {
    let found = people::find(&mut unit.connection, id).await?;
    if found.is_none_or(|person| rights(&person) != *before) {
        return Ok(Some(DecideOutcome::Refused(Refused::Stale)));
    }
    let update = people::change::Update {
        id,
        change: PersonChange {
            roles: Some(after.roles.clone()),
            active: Some(after.active),
            ..PersonChange::default()
        },
        event: NewEvent {
            at: deciding.at,
            device: None,
            actor: deciding.by.clone(),
            kind: EventKind::PersonUpdated,
            detail: json!({
                "person": id,
                "roles": after.roles,
                "active": after.active,
                "approval": approval.id,
            }),
        },
    };
    Ok(match update.apply(unit).await? {
        WriteOutcome::Done(_) => None,
        WriteOutcome::Refused(refusal) => Some(DecideOutcome::Broken(refusal)),
        WriteOutcome::NotFound | WriteOutcome::Conflict { .. } => {
            Some(DecideOutcome::Refused(Refused::Stale))
        }
    })
}

fn rights(person: &Person) -> Rights {
    Rights {
        roles: person.roles.clone(),
        active: person.active,
    }
}

#[derive(Debug)]
pub(super) struct SetPolicy {
    pub(super) policy: ApprovalPolicy,
    pub(super) event: NewEvent,
}

impl Operation for SetPolicy {
    type Output = ();

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<(), StorageError> {
        write_policy(unit, &self.policy, &self.event).await
    }
}

async fn write_policy(
    unit: &mut Unit<'_>,
    policy: &ApprovalPolicy,
    event: &NewEvent,
) -> Result<(), StorageError> {
    settings::write(&mut unit.connection, POLICY, &text(policy)).await?;
    let event = unit.event(event.clone());
    unit.announce(vec![event], Change::Approvals);
    Ok(())
}
