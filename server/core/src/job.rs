//! Jobs of IoT Hub's service API (spec §5.8): the names its tools know for bulk operations and their devices.

use std::str::FromStr;

use crate::operation::{OperationState, TargetState, TaskKind};
use crate::time::Timestamp;

/// Longest name of a job, in characters.
pub const MAX_JOB_ID: usize = 128;

/// How far ahead a job may be scheduled, in milliseconds: 168 hours.
pub const MAX_AHEAD_MS: i64 = 168 * 3600 * 1000;

/// How long a job may take unless its maker says otherwise, in seconds.
pub const DEFAULT_EXECUTION_S: i64 = 3600;

/// Longest time a job may take, in seconds: as long as it is remembered.
pub const MAX_EXECUTION_S: i64 = 30 * 24 * 3600;

/// Why a text is no name of a job.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a job id has 1 to {MAX_JOB_ID} letters, digits, points, dashes and underscores")]
pub struct BadJobId;

/// Checks the name of a job: letters, digits and `. _ -`, UUIDs among them.
pub fn check_job_id(text: &str) -> Result<(), BadJobId> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    if text.is_empty() || text.len() > MAX_JOB_ID || !text.bytes().all(allowed) {
        return Err(BadJobId);
    }
    Ok(())
}

/// What a job does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum JobType {
    /// Calls a direct method.
    DeviceMethod,
    /// Writes twins.
    UpdateTwin,
}

impl JobType {
    /// Both.
    pub const ALL: [Self; 2] = [Self::DeviceMethod, Self::UpdateTwin];

    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DeviceMethod => "scheduleDeviceMethod",
            Self::UpdateTwin => "scheduleUpdateTwin",
        }
    }

    /// The type of jobs that do this, if jobs can.
    pub fn of(kind: TaskKind) -> Option<Self> {
        match kind {
            TaskKind::InvokeMethod => Some(Self::DeviceMethod),
            TaskKind::UpdateTwin => Some(Self::UpdateTwin),
            _ => None,
        }
    }

    /// The kind of what it does.
    pub fn task(self) -> TaskKind {
        match self {
            Self::DeviceMethod => TaskKind::InvokeMethod,
            Self::UpdateTwin => TaskKind::UpdateTwin,
        }
    }
}

impl FromStr for JobType {
    type Err = ();

    /// In any case, and with the spelling of IoT Hub's documentation.
    fn from_str(text: &str) -> Result<Self, ()> {
        if text.eq_ignore_ascii_case("scheduleTwinUpdate") {
            return Ok(Self::UpdateTwin);
        }
        let known = |kind: &Self| kind.as_str().eq_ignore_ascii_case(text);
        Self::ALL.into_iter().find(known).ok_or(())
    }
}

/// Where a job is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum JobStatus {
    /// It is about to begin, or waits for a second person.
    Queued,
    /// Its time has not come.
    Scheduled,
    /// It works, or somebody holds it.
    Running,
    /// All devices are through; some may have failed.
    Completed,
    /// Its time ran out.
    Failed,
    /// Somebody ended it.
    Cancelled,
}

impl JobStatus {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Queued,
        Self::Scheduled,
        Self::Running,
        Self::Completed,
        Self::Failed,
        Self::Cancelled,
    ];

    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Scheduled => "scheduled",
            Self::Running => "running",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// The status of an operation that begins at `starts_at`.
    pub fn of(state: OperationState, starts_at: Option<Timestamp>, now: Timestamp) -> Self {
        match state {
            OperationState::Draft | OperationState::AwaitingApproval => Self::Queued,
            OperationState::Scheduled if starts_at.is_some_and(|at| at > now) => Self::Scheduled,
            OperationState::Scheduled => Self::Queued,
            OperationState::Running | OperationState::Paused => Self::Running,
            OperationState::Completed | OperationState::CompletedWithFailures => Self::Completed,
            OperationState::Expired => Self::Failed,
            OperationState::Stopped | OperationState::RolledBack | OperationState::Cancelled => {
                Self::Cancelled
            }
        }
    }

    /// The states in which an operation may have this status.
    pub fn states(self) -> &'static [OperationState] {
        match self {
            Self::Queued => &[OperationState::AwaitingApproval, OperationState::Scheduled],
            Self::Scheduled => &[OperationState::Scheduled],
            Self::Running => &[OperationState::Running, OperationState::Paused],
            Self::Completed => &[
                OperationState::Completed,
                OperationState::CompletedWithFailures,
            ],
            Self::Failed => &[OperationState::Expired],
            Self::Cancelled => &[
                OperationState::Stopped,
                OperationState::RolledBack,
                OperationState::Cancelled,
            ],
        }
    }
}

impl FromStr for JobStatus {
    type Err = ();

    /// In any case; `enqueued` is `queued`.
    fn from_str(text: &str) -> Result<Self, ()> {
        if text.eq_ignore_ascii_case("enqueued") {
            return Ok(Self::Queued);
        }
        let known = |status: &Self| status.as_str().eq_ignore_ascii_case(text);
        Self::ALL.into_iter().find(known).ok_or(())
    }
}

/// Where a device of a job is, on the wire: `canceled` with one l. A device that was left out was never reached.
pub fn device_status(state: TargetState) -> &'static str {
    match state {
        TargetState::Later => "scheduled",
        TargetState::Waiting => "pending",
        TargetState::Running => "running",
        TargetState::Succeeded => "completed",
        TargetState::Failed => "failed",
        TargetState::Skipped | TargetState::Cancelled => "canceled",
    }
}

/// An instant as tools of jobs write it: in UTC also without saying so, or with an offset.
pub fn read_time(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(at) = text.parse() {
        return Some(at);
    }
    let clock = text.find('T')?;
    let Some(sign) = text[clock..].find(['+', '-']).map(|at| clock + at) else {
        return format!("{text}Z").parse().ok();
    };
    let (local, offset) = text.split_at(sign);
    let (hours, minutes) = offset[1..].split_once(':')?;
    let minutes = hours.parse::<i64>().ok()? * 60 + minutes.parse::<i64>().ok()?;
    let at: Timestamp = format!("{local}Z").parse().ok()?;
    let ahead = if offset.starts_with('-') {
        -minutes
    } else {
        minutes
    };
    (minutes <= 14 * 60).then(|| at.plus_ms(-ahead * 60_000))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed step fails the test")]
    use super::*;

    #[test]
    fn names_of_jobs() {
        let check = |text: &str, fine: bool| assert_eq!(check_job_id(text).is_ok(), fine, "{text}");
        check("fw-17", true);
        check("5f3c6f1e-0b1a-4a8e-9d0d-2f1c7f6a1b2c", true);
        check("Job_1.a", true);
        check(&"x".repeat(128), true);
        check(&"x".repeat(129), false);
        check("", false);
        check("a b", false);
        check("a/b", false);
        check("ä", false);
    }

    #[test]
    fn every_state_has_a_status_that_names_it() {
        let now = Timestamp::from_secs(1000);
        let later = Some(Timestamp::from_secs(2000));
        for state in OperationState::ALL.iter().copied() {
            if state == OperationState::Draft {
                continue;
            }
            for starts_at in [None, Some(now), later] {
                let status = JobStatus::of(state, starts_at, now);
                assert!(status.states().contains(&state), "{state:?}");
                assert_eq!(status.as_str().parse(), Ok(status));
            }
        }
        let of = |state, at| JobStatus::of(state, at, now);
        assert_eq!(of(OperationState::Scheduled, later), JobStatus::Scheduled);
        assert_eq!(of(OperationState::Scheduled, None), JobStatus::Queued);
        assert_eq!(
            of(OperationState::CompletedWithFailures, None),
            JobStatus::Completed
        );
        assert_eq!("Enqueued".parse(), Ok(JobStatus::Queued));
        assert!("unknown".parse::<JobStatus>().is_err());
    }

    #[test]
    fn types_are_read_in_both_spellings() {
        for kind in JobType::ALL {
            assert_eq!(kind.as_str().parse(), Ok(kind));
            assert_eq!(JobType::of(kind.task()), Some(kind));
        }
        assert_eq!("scheduleTwinUpdate".parse(), Ok(JobType::UpdateTwin));
        assert!("export".parse::<JobType>().is_err());
        assert_eq!(JobType::of(TaskKind::Delete), None);
    }

    #[test]
    fn times_of_every_tool_are_read() {
        let want: Timestamp = "2026-03-04T06:00:00Z".parse().unwrap();
        let check = |text: &str, found: Option<Timestamp>| {
            assert_eq!(read_time(text), found, "{text}");
        };
        check("2026-03-04T06:00:00Z", Some(want));
        check("2026-03-04T06:00:00.000Z", Some(want));
        check("2026-03-04T06:00:00", Some(want));
        check("2026-03-04T06:00:00.250", Some(want.plus_ms(250)));
        check("2026-03-04T06:00:00.2501239Z", Some(want.plus_ms(250)));
        check("2026-03-04T06:00:00+00:00", Some(want));
        check("2026-03-04T08:00:00+02:00", Some(want));
        check("2026-03-04T00:30:00-05:30", Some(want));
        for bad in [
            "",
            "now",
            "2026-03-04",
            "2026-03-04T06:00:00+99:00",
            "2026-03-04T06:00:00+2",
        ] {
            check(bad, None);
        }
    }
}
