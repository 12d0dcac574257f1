//! Rules of alerts: within the writer's transaction.

use muster_core::alert::{MAX_RULES, Rule, RuleDraft, RuleId};
use muster_core::device::{ETag, IfMatch};
use muster_core::event::NewEvent;

use super::RuleOutcome;
use crate::change::Change;
use crate::engine::{Connection, Row, Sql};
use crate::error::{StorageError, corrupt};
use crate::records::WriteOutcome;
use crate::writer::documents::write::json;
use crate::writer::{Operation, Unit};

const ALL: Sql = Sql::both(
    "reading rules of alerts",
    "SELECT rule_id, draft, etag FROM alert_rule ORDER BY rule_id",
);

const FIND: Sql = Sql::both(
    "reading a rule of alerts",
    "SELECT rule_id, draft, etag FROM alert_rule WHERE rule_id = $1",
);

const COUNT: Sql = Sql::both(
    "counting rules of alerts",
    "SELECT COUNT(*) FROM alert_rule",
);

const COUNT_NAME: Sql = Sql::both(
    "looking for the name of a rule",
    "SELECT COUNT(*) FROM alert_rule WHERE name = $1 AND rule_id <> $2",
);

const INSERT: Sql = Sql::both(
    "making a rule of alerts",
    "INSERT INTO alert_rule (rule_id, name, draft, etag) VALUES ($1, $2, $3, $4)",
);

const UPDATE: Sql = Sql::both(
    "changing a rule of alerts",
    "UPDATE alert_rule SET name = $2, draft = $3, etag = $4 WHERE rule_id = $1",
);

const DELETE: Sql = Sql::both(
    "deleting a rule of alerts",
    "DELETE FROM alert_rule WHERE rule_id = $1",
);

pub(crate) const STATEMENTS: &[&Sql] =
    &[&ALL, &FIND, &COUNT, &COUNT_NAME, &INSERT, &UPDATE, &DELETE];

pub(super) async fn all(connection: &mut Connection<'_>) -> Result<Vec<Rule>, StorageError> {
    let rows = connection.rows(&ALL, []).await?;
    rows.iter().map(rule_of).collect()
}

async fn find(connection: &mut Connection<'_>, id: RuleId) -> Result<Option<Rule>, StorageError> {
    let row = connection.row(&FIND, [id.0.into()]).await?;
    row.as_ref().map(rule_of).transpose()
}

fn rule_of(row: &Row) -> Result<Rule, StorageError> {
    let id: i64 = row.get(0)?;
    let draft: String = row.get(1)?;
    Ok(Rule {
        id: RuleId(id),
        draft: serde_json::from_str(&draft)
            .map_err(|cause| corrupt("alert_rule", "draft", id, cause))?,
        etag: ETag(row.count(2)?),
    })
}

/// Whether another rule has the name. Numbers begin at 1.
async fn name_is_taken(
    connection: &mut Connection<'_>,
    name: &str,
    except: i64,
) -> Result<bool, StorageError> {
    let arguments = [name.into(), except.into()];
    Ok(connection.number(&COUNT_NAME, arguments).await? > 0)
}

#[derive(Debug)]
pub(super) struct Insert {
    pub(super) draft: RuleDraft,
    pub(super) event: NewEvent,
}

impl Operation for Insert {
    type Output = RuleOutcome;

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<RuleOutcome, StorageError> {
        let connection = &mut unit.connection;
        if connection.number(&COUNT, []).await? >= MAX_RULES as i64 {
            return Ok(RuleOutcome::TooMany);
        }
        if name_is_taken(connection, &self.draft.name, 0).await? {
            return Ok(RuleOutcome::NameTaken);
        }
        let event = unit.event(self.event.clone());
        let rule = Rule {
            // The number of the event that made it: numbers of deleted rules are never used again.
            id: RuleId(event.seq.0),
            draft: self.draft.clone(),
            etag: ETag::FIRST,
        };
        unit.connection.run(&INSERT, arguments(&rule)).await?;
        unit.announce(vec![event], Change::AlertRules);
        Ok(RuleOutcome::Done(rule))
    }
}

#[derive(Debug)]
pub(super) struct Update {
    pub(super) id: RuleId,
    pub(super) if_match: IfMatch,
    pub(super) draft: RuleDraft,
    pub(super) event: NewEvent,
}

impl Operation for Update {
    type Output = RuleOutcome;

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<RuleOutcome, StorageError> {
        let connection = &mut unit.connection;
        let Some(before) = find(connection, self.id).await? else {
            return Ok(RuleOutcome::NotFound);
        };
        if !self.if_match.matches(before.etag) {
            return Ok(RuleOutcome::Conflict {
                current: before.etag,
            });
        }
        if name_is_taken(connection, &self.draft.name, self.id.0).await? {
            return Ok(RuleOutcome::NameTaken);
        }
        let rule = Rule {
            id: self.id,
            draft: self.draft.clone(),
            etag: before.etag.next(),
        };
        connection.run(&UPDATE, arguments(&rule)).await?;
        let event = unit.event(self.event.clone());
        unit.announce(vec![event], Change::AlertRules);
        Ok(RuleOutcome::Done(rule))
    }
}

fn arguments(rule: &Rule) -> [crate::engine::Argument; 4] {
    [
        rule.id.0.into(),
        rule.draft.name.as_str().into(),
        json(&rule.draft).into(),
        rule.etag.0.into(),
    ]
}

#[derive(Debug)]
pub(super) struct Delete {
    pub(super) id: RuleId,
    pub(super) if_match: Option<IfMatch>,
    pub(super) event: NewEvent,
}

impl Operation for Delete {
    type Output = WriteOutcome<()>;

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<WriteOutcome<()>, StorageError> {
        let connection = &mut unit.connection;
        let Some(before) = find(connection, self.id).await? else {
            return Ok(WriteOutcome::NotFound);
        };
        if self
            .if_match
            .as_ref()
            .is_some_and(|m| !m.matches(before.etag))
        {
            return Ok(WriteOutcome::Conflict {
                current: before.etag,
            });
        }
        connection.run(&DELETE, [self.id.0.into()]).await?;
        let event = unit.event(self.event.clone());
        unit.announce(vec![event], Change::AlertRules);
        Ok(WriteOutcome::Done(()))
    }
}
