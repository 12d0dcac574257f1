//! Asking for approval and deciding: within the writer's transaction.

use muster_core::approval::{
    Approval, ApprovalId, ApprovalPolicy, ApprovalState, Decided, Refused, Rights, Subject, Verdict,
};
use muster_core::event::{Actor, EventKind, NewEvent};
use muster_core::ids::PersonId;
use muster_core::person::Person;
use muster_core::time::Timestamp;
use serde_json::json;

use super::{
    AskOutcome, DecideOutcome, Deciding, MAX_PENDING, NewApproval, POLICY, PersonOutcome,
    WAITING_ABOUT, approval_of, columns, find, policy,
};
use crate::change::Change;
use crate::engine::Sql;
use crate::error::{StorageError, corrupt};
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

pub(crate) const STATEMENTS: &[&Sql] = &[&INSERT, &COUNT, &DECIDE, &OVERDUE];

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
        if deciding.verdict == Verdict::Approve
            && let Some(refused) = carry_out(unit, &approval, deciding).await?
        {
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

/// Does what was approved; what stands against it otherwise.
async fn carry_out(
    unit: &mut Unit<'_>,
    approval: &Approval,
    deciding: &Deciding,
) -> Result<Option<DecideOutcome>, StorageError> {
    match &approval.subject {
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
