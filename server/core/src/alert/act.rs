//! What the hub and people do with an alert.

use serde::{Deserialize, Serialize};

use super::{Alert, AlertId, Assignee, Line, State, Why};
use crate::time::Timestamp;

/// Longest comment, in characters.
pub const MAX_COMMENT: usize = 500;

/// Lines that are kept of what happened to an alert; the oldest after the first goes.
pub const MAX_TRAIL: usize = 60;

/// Longest snooze, in milliseconds: 7 days.
pub const MAX_SNOOZE_MS: i64 = 7 * 24 * 3600 * 1000;

/// Something that is done with an alert.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "act", content = "with", rename_all = "snake_case")]
pub enum Act {
    /// It opens.
    Open,
    /// It is over by itself at a moment, or no longer so.
    Clearing(Option<Timestamp>),
    /// It is over.
    Resolve(Why),
    /// Another stands for it, or none any more.
    Under(Option<AlertId>),
    /// It stands for so many devices.
    Count(u64),
    /// Somebody knows.
    Acknowledge,
    /// Somebody looks after it, or nobody any more.
    Assign(Option<Assignee>),
    /// Nobody needs to be told until then.
    Snooze(Timestamp),
    /// The snooze is over.
    Wake,
    /// It is passed on.
    Escalate,
    /// Somebody says something.
    Comment(String),
}

/// Why something cannot be done with an alert.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BadAct {
    /// It is over, or has not begun.
    #[error("this alert is not open any more")]
    NotActive,
    /// A comment is empty or too long.
    #[error("a comment has 1 to {MAX_COMMENT} characters")]
    Comment,
    /// A snooze ends before it begins, or too late.
    #[error("an alert is snoozed for at most 7 days")]
    Snooze,
}

impl Alert {
    /// Does it. Whether anything changed; what nothing changes leaves no line.
    pub fn apply(&mut self, act: Act, by: Option<String>, now: Timestamp) -> Result<bool, BadAct> {
        let active = self.state.is_active();
        let opens = self.state == State::Pending && act == Act::Open;
        let ends = self.state == State::Pending && matches!(act, Act::Resolve(_));
        let comments = matches!(act, Act::Comment(_)) && self.state == State::Resolved;
        if !(active || opens || ends || comments) {
            return Err(BadAct::NotActive);
        }
        let changed = match &act {
            Act::Open if active => false,
            Act::Open => {
                self.state = State::Open;
                self.opened_at = Some(now);
                self.due_at = None;
                true
            }
            Act::Clearing(due) => return Ok(replace(&mut self.due_at, *due)),
            Act::Resolve(_) => {
                self.state = State::Resolved;
                self.resolved_at = Some(now);
                self.due_at = None;
                self.snoozed_until = None;
                self.parent = None;
                true
            }
            Act::Under(parent) => replace(&mut self.parent, *parent),
            Act::Count(devices) => return Ok(replace(&mut self.devices, *devices)),
            Act::Acknowledge => {
                self.snoozed_until = None;
                replace(&mut self.state, State::Acknowledged)
            }
            Act::Assign(to) => replace(&mut self.assignee, to.clone()),
            Act::Snooze(until) => {
                if *until <= now || *until > now.plus_ms(MAX_SNOOZE_MS) {
                    return Err(BadAct::Snooze);
                }
                replace(&mut self.snoozed_until, Some(*until))
            }
            Act::Wake => return Ok(replace(&mut self.snoozed_until, None)),
            Act::Escalate if self.escalated_at.is_some() => false,
            Act::Escalate => {
                self.escalated_at = Some(now);
                true
            }
            Act::Comment(text) => {
                let length = text.trim().chars().count();
                if length == 0 || length > MAX_COMMENT {
                    return Err(BadAct::Comment);
                }
                true
            }
        };
        if changed {
            if self.trail.len() >= MAX_TRAIL {
                self.trail.remove(1);
            }
            self.trail.push(Line { at: now, by, act });
        }
        Ok(changed)
    }
}

fn replace<T: PartialEq>(slot: &mut T, value: T) -> bool {
    if *slot == value {
        return false;
    }
    *slot = value;
    true
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed step fails the test")]
    use super::super::RuleId;
    use super::super::example::draft;
    use super::*;

    fn open() -> Alert {
        let now = Timestamp::from_secs(1);
        let mut alert = Alert::pending((RuleId(1), &draft()), None, String::new(), now, now);
        assert_eq!(alert.apply(Act::Open, None, now), Ok(true));
        alert
    }

    #[test]
    fn what_is_done_changes_it_once() {
        let now = Timestamp::from_secs(2);
        let mut alert = open();
        let mut check = |act: Act, want: Result<bool, BadAct>, state: State| {
            assert_eq!(
                alert.apply(act.clone(), Some("ann".into()), now),
                want,
                "{act:?}"
            );
            assert_eq!(alert.state, state, "{act:?}");
        };
        check(Act::Snooze(now), Err(BadAct::Snooze), State::Open);
        check(Act::Snooze(now.plus_ms(1)), Ok(true), State::Open);
        check(Act::Acknowledge, Ok(true), State::Acknowledged);
        check(Act::Acknowledge, Ok(false), State::Acknowledged);
        check(Act::Open, Ok(false), State::Acknowledged);
        check(Act::Escalate, Ok(true), State::Acknowledged);
        check(Act::Escalate, Ok(false), State::Acknowledged);
        check(
            Act::Comment(" ".into()),
            Err(BadAct::Comment),
            State::Acknowledged,
        );
        check(Act::Resolve(Why::Person), Ok(true), State::Resolved);
        check(Act::Acknowledge, Err(BadAct::NotActive), State::Resolved);
        check(Act::Open, Err(BadAct::NotActive), State::Resolved);
        check(
            Act::Comment("loose mount".into()),
            Ok(true),
            State::Resolved,
        );
        assert_eq!(alert.trail.len(), 6);
        assert_eq!(alert.snoozed_until, None);
    }

    #[test]
    fn the_trail_has_a_bound_and_keeps_its_beginning() {
        let mut alert = open();
        for n in 0..MAX_TRAIL * 2 {
            let now = Timestamp::from_secs(n as i64 + 2);
            alert.apply(Act::Comment(n.to_string()), None, now).unwrap();
        }
        assert_eq!(alert.trail.len(), MAX_TRAIL);
        assert_eq!(alert.trail[0].act, Act::Open);
        let last = Act::Comment((MAX_TRAIL * 2 - 1).to_string());
        assert_eq!(alert.trail[MAX_TRAIL - 1].act, last);
    }
}
