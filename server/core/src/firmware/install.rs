//! When an installation has succeeded: the device reports the new version and then keeps in touch with it. A pure state
//! machine over what a device reports; its result never moves backwards.

use serde::{Deserialize, Serialize};

use super::progress::{Phase, Progress, Update, UpdateError};
use super::version::Version;
use crate::time::Timestamp;

/// What counts as success.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Rule {
    /// Healthy check-ins with the new version: reports of properties or telemetry while it runs.
    pub check_ins: u32,
    /// How long the device stays on the new version before it counts, in milliseconds; the check-ins come within this
    /// time. With 0 the check-ins alone decide.
    pub soak_ms: i64,
}

impl Default for Rule {
    /// Three check-ins within half an hour.
    fn default() -> Self {
        Self {
            check_ins: 3,
            soak_ms: 30 * 60 * 1000,
        }
    }
}

/// Why an installation failed.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InstallFailure {
    /// The device says so.
    #[error("the device gave up: {}", words(.0))]
    Device(UpdateError),
    /// The device went back to the version before.
    #[error("the device went back to {runs}: {}", words(.error))]
    RolledBack {
        /// What it runs now.
        runs: String,
        /// Why, in its words.
        error: UpdateError,
    },
    /// The device installed something else.
    #[error("the device reports success, but runs {runs} instead of {target}")]
    OtherVersion {
        /// What it runs.
        runs: String,
        /// What it should run.
        target: String,
    },
    /// The device did not keep in touch with the new version.
    #[error(
        "after the update the device checked in {heard} of {wanted} times within {minutes} min"
    )]
    Silent {
        /// Check-ins in time.
        heard: u32,
        /// Check-ins wanted.
        wanted: u32,
        /// The time for them.
        minutes: i64,
    },
}

/// What a device says about an error, for a sentence.
fn words(error: &UpdateError) -> String {
    match (error.code.as_str(), error.text.as_str()) {
        ("", "") => "it gave no reason".to_owned(),
        (code, "") => code.to_owned(),
        ("", text) => text.to_owned(),
        (code, text) => format!("{text} ({code})"),
    }
}

/// What a device had reported when the update was asked of it. What stays like this is old news.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Baseline(Progress);

impl Baseline {
    /// From the reported properties at that moment.
    pub fn of(progress: Progress) -> Self {
        Self(progress)
    }
}

/// How an installation stands.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// The device has said nothing about it yet.
    Asked,
    /// The device works on it.
    Working {
        /// Where it is.
        phase: Phase,
        /// How far it is in this phase, in percent.
        percent: u8,
    },
    /// The device runs the new version and is watched.
    Soaking {
        /// Since when.
        since: Timestamp,
        /// Healthy check-ins since then.
        check_ins: u32,
    },
    /// It runs the new version, healthy.
    Succeeded,
    /// It failed.
    Failed(InstallFailure),
}

impl Standing {
    /// Whether nothing changes any more.
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed(_))
    }

    /// The order in which an installation goes through them.
    pub fn rank(&self) -> u8 {
        match self {
            Self::Asked => 0,
            Self::Working { .. } => 1,
            Self::Soaking { .. } => 2,
            Self::Succeeded | Self::Failed(_) => 3,
        }
    }
}

/// One installation on one device. Plain data: it can be stored and gone on with.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Install {
    /// The version to come to.
    pub target: Version,
    /// The operation that the device repeats, if it was given one.
    pub operation: Option<String>,
    /// What counts as success.
    pub rule: Rule,
    /// What the device had reported before.
    pub before: Baseline,
    /// How it stands.
    pub standing: Standing,
}

impl Install {
    /// An installation that is about to be asked of a device.
    pub fn begin(target: Version, operation: Option<String>, rule: Rule, before: Baseline) -> Self {
        Self {
            target,
            operation,
            rule,
            before,
            standing: Standing::Asked,
        }
    }

    /// Takes what the device reports now: all its reported properties, not a patch of them.
    pub fn report(&mut self, said: &Progress, at: Timestamp) {
        self.tick(at);
        let next = match &self.standing {
            Standing::Succeeded | Standing::Failed(_) => return,
            Standing::Soaking { .. } => self.still_healthy(said),
            Standing::Asked | Standing::Working { .. } => self.heard(said, at),
        };
        if let Some(next) = next {
            self.standing = next;
        }
        self.enough();
    }

    /// Takes a sign of life: telemetry, a connection, any report. It counts once the new version runs.
    pub fn check_in(&mut self, at: Timestamp) {
        self.tick(at);
        if let Standing::Soaking { check_ins, .. } = &mut self.standing {
            *check_ins = check_ins.saturating_add(1);
        }
        self.enough();
    }

    /// Lets time pass: when the soak time is over, what was heard in it decides.
    pub fn tick(&mut self, at: Timestamp) {
        let Standing::Soaking { since, check_ins } = self.standing else {
            return;
        };
        let rule = self.rule;
        if rule.soak_ms == 0 || at.since(since) < rule.soak_ms {
            return;
        }
        self.standing = if check_ins >= rule.check_ins {
            Standing::Succeeded
        } else {
            failed(InstallFailure::Silent {
                heard: check_ins,
                wanted: rule.check_ins,
                minutes: rule.soak_ms / 60_000,
            })
        };
    }

    /// When [`Install::tick`] will change something, if nothing is heard until then.
    pub fn next_tick(&self) -> Option<Timestamp> {
        match self.standing {
            Standing::Soaking { since, .. } if self.rule.soak_ms > 0 => {
                Some(since.plus_ms(self.rule.soak_ms))
            }
            _ => None,
        }
    }

    /// Without a soak time there is nothing but check-ins to wait for.
    fn enough(&mut self) {
        if let Standing::Soaking { check_ins, .. } = self.standing
            && self.rule.soak_ms == 0
            && check_ins >= self.rule.check_ins
        {
            self.standing = Standing::Succeeded;
        }
    }

    /// Before the new version runs.
    fn heard(&self, said: &Progress, at: Timestamp) -> Option<Standing> {
        let news = said.update.as_ref().filter(|update| self.is_news(update));
        let ours = news.filter(|update| self.is_ours(update));
        if let Some(gone_wrong) = ours.and_then(|update| self.gone_wrong(said, update)) {
            return Some(gone_wrong);
        }
        let before = &self.before.0;
        match &said.running {
            Some(runs) if *runs == self.target => {
                return Some(Standing::Soaking {
                    since: at,
                    check_ins: 0,
                });
            }
            // It runs something it did not run before, and not what it should.
            Some(runs) if before.running.as_ref().is_some_and(|was| was != runs) => {
                return Some(self.other_version(runs.as_str()));
            }
            _ => {}
        }
        if let Some(update) = news.filter(|update| update.phase == Phase::Succeeded) {
            let runs = said.running.as_ref().map(Version::as_str);
            let runs = runs.or(update.target.as_deref());
            return Some(self.other_version(runs.unwrap_or("another version")));
        }
        let works = ours.filter(|update| update.phase != Phase::Idle)?;
        Some(Standing::Working {
            phase: works.phase,
            percent: works.percent,
        })
    }

    /// While the new version is watched.
    fn still_healthy(&self, said: &Progress) -> Option<Standing> {
        let mut update = said.update.iter();
        let ours = update.find(|update| self.is_news(update) && self.is_ours(update));
        if let Some(gone_wrong) = ours.and_then(|update| self.gone_wrong(said, update)) {
            return Some(gone_wrong);
        }
        match &said.running {
            Some(runs) if *runs != self.target => Some(failed(InstallFailure::RolledBack {
                runs: runs.to_string(),
                error: UpdateError::default(),
            })),
            _ => None,
        }
    }

    /// What the device says when it did not work.
    fn gone_wrong(&self, said: &Progress, update: &Update) -> Option<Standing> {
        let error = update.error.clone().unwrap_or_default();
        let runs = said.running.as_ref().map(Version::to_string);
        match update.phase {
            Phase::Failed => Some(failed(InstallFailure::Device(error))),
            Phase::RolledBack => Some(failed(InstallFailure::RolledBack {
                runs: runs.unwrap_or_else(|| "the version before".to_owned()),
                error,
            })),
            _ => None,
        }
    }

    /// Whether the device speaks of this installation: it repeats the operation, or says what it had not said before.
    fn is_news(&self, update: &Update) -> bool {
        match (&self.operation, &update.operation) {
            (Some(ours), Some(theirs)) => ours == theirs,
            _ => self.before.0.update.as_ref() != Some(update),
        }
    }

    /// Whether the update goes to the target, as far as the device says.
    fn is_ours(&self, update: &Update) -> bool {
        let target = update.target.as_deref();
        target.is_none_or(|text| Version::new(text).is_ok_and(|version| version == self.target))
    }

    fn other_version(&self, runs: &str) -> Standing {
        failed(InstallFailure::OtherVersion {
            runs: runs.to_owned(),
            target: self.target.to_string(),
        })
    }
}

fn failed(failure: InstallFailure) -> Standing {
    Standing::Failed(failure)
}

#[cfg(test)]
mod tests;
